package receipt

import (
	"strings"
	"testing"

	"github.com/tidemark-stats/tidemark/figure"
	"github.com/tidemark-stats/tidemark/internal/lang"
)

func TestWhatAReceiptSaysCannotChangeTheTerminal(t *testing.T) {
	const escape = "\x1b[2J"
	v := &Verdict{Submission: escape, Problems: []lang.Text{{ZH: escape, EN: escape}}, Proven: []Proven{
		{Entry: Entry{Subject: escape}},
		{Entry: Entry{Sender: escape}, Figure: &figure.Figure{Unit: escape, Reason: escape, Note: escape}},
	}}
	if text := v.Text(); strings.Contains(text, "\x1b") || strings.Count(text, `\x1b[2J`) != 8 {
		t.Errorf("it prints %q", text)
	}
}
