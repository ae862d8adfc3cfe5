package exporter

import (
	"testing"
	"time"

	"github.com/tidemark-stats/tidemark/book/booktest"
	"github.com/tidemark-stats/tidemark/catalog"
)

func TestAScrapeDoesNotWaitForAJudgementThatTakesLong(t *testing.T) {
	at := time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)
	of, v := targets{now: func() time.Time { return at }}, newView(booktest.Sample(), catalog.Ningbo())
	before := of.pageFor(v)
	at = at.AddDate(1, 0, 0)
	of.mu.Lock()
	if waited := of.pageFor(v); string(waited) != string(before) {
		t.Error("the page is not what it was when it was last judged")
	}
	of.mu.Unlock()
	if judged := of.judge(v); string(judged) == string(before) || string(of.pageFor(v)) != string(judged) {
		t.Error("it was not judged again when that was possible")
	}
}
