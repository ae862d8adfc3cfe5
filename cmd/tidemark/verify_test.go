package main

import (
	"strings"
	"testing"

	"github.com/tidemark-stats/tidemark/figure"
	"github.com/tidemark-stats/tidemark/ingest/receipt"
	"github.com/tidemark-stats/tidemark/internal/lang"
)

func TestWhatAReceiptSaysCannotChangeTheTerminal(t *testing.T) {
	const escape = "\x1b[2J"
	v := &receipt.Verdict{Submission: escape, Problems: []lang.Text{{ZH: escape, EN: escape}}, Proven: []receipt.Proven{
		{Entry: receipt.Entry{Subject: escape}},
		{Entry: receipt.Entry{Sender: escape}, Figure: &figure.Figure{Unit: escape, Reason: escape, Note: escape}},
	}}
	if text := verdictText(v); strings.Contains(text, "\x1b") || strings.Count(text, `\x1b[2J`) != 8 {
		t.Errorf("it prints %q", text)
	}
}
