package rules

import (
	"os"
	"strings"
	"testing"
	"time"

	"github.com/tidemark-stats/tidemark/catalog"
	"github.com/tidemark-stats/tidemark/figure"
	"github.com/tidemark-stats/tidemark/ingest"
	"github.com/tidemark-stats/tidemark/ingest/ledger"
)

// closing is a Validator with the catalogue of Ningbo in which the port's periods
// close at the end of September after their year.
func closing(t testing.TB) *Validator {
	t.Helper()
	text, err := os.ReadFile("../../catalog/ningbo.yaml")
	if err != nil {
		t.Fatal(err)
	}
	cat, err := catalog.Parse("closing.yaml", []byte(strings.Replace(string(text), "    monthly: {months_later: 1, day: 10}\n",
		"    monthly: {months_later: 1, day: 10}\n    closes: {after: year, months_later: 9, day: 30}\n", 1)))
	if err != nil {
		t.Fatal(err)
	}
	return NewValidator(cat)
}

// month is a message with a month of 2023, stored at a time.
func month(t testing.TB, rest, stored string) *Message {
	t.Helper()
	at, err := time.Parse(time.RFC3339, stored)
	if err != nil {
		t.Fatal(err)
	}
	body := []byte(`{"indicator":"container_throughput","area":"NBZS","measure":"level","period":"2023-05","unit":"万TEU",` + rest + `}`)
	f, err := figure.Decode(body)
	if err != nil {
		t.Fatal(err)
	}
	return &Message{Subject: f.Subject("port"), Body: body, Seq: 1, Stored: at.UnixMilli()}
}

func TestAClosedPeriodTakesAFigureOnlyWithAReason(t *testing.T) {
	const open, shut = "2024-09-30T23:59:59.999+08:00", "2024-10-01T00:00:00+08:00"
	for _, c := range []struct{ name, rest, stored, want string }{
		{"before it closes", `"value":346`, open, "written"},
		{"when it is closed", `"value":346`, shut, "figure/closed"},
		{"with a reason", `"value":346,"confirmed":"a terminal was counted twice"`, shut, "written, answered figure/closed"},
		{"confirmed without a reason", `"value":346,"confirmed":true`, shut, "figure/closed"},
		{"of an archive, published before", `"value":346,"published":"2023-06-10"`, "2026-01-01T00:00:00Z", "written"},
		{"of an archive, published on the last day", `"value":346,"published":"2024-09-30"`, "2026-01-01T00:00:00Z", "written"},
		{"of an archive, published after", `"value":346,"published":"2024-10-01"`, "2026-01-01T00:00:00Z", "figure/closed"},
		{"withheld", `"value":null,"status":"Q"`, shut, "figure/closed"},
	} {
		d := closing(t).Judge(month(t, c.rest, c.stored), NewKnown())
		got := string(d.Outcome)
		switch {
		case d.Outcome == ingest.Refused:
			got = d.Problem.Code
		case d.Answered != nil && d.Confirmed:
			got += ", answered " + d.Answered.Code
		}
		if got != c.want {
			t.Errorf("%s: %s, not %s", c.name, got, c.want)
		}
	}
}

func TestAFigureThatRepeatsWhatIsStoredIsTakenEvenIfItsPeriodIsClosed(t *testing.T) {
	v, k := closing(t), NewKnown()
	first := v.Judge(month(t, `"value":346`, "2023-06-10T00:00:00Z"), k)
	k.Apply(ledger.Range, &first)
	again := month(t, `"value":346`, "2025-01-01T00:00:00Z")
	again.Seq = 2
	if d := v.Judge(again, k); d.Outcome != ingest.Unchanged {
		t.Errorf("it is %s: %+v", d.Outcome, d.Problem)
	}
	other := month(t, `"value":347`, "2025-01-01T00:00:00Z")
	other.Seq = 3
	want := `figure/closed: period "2023-05" was closed at the end of 2024-09-30, and its figures are not meant to change any more; if it has to change, say why: write the reason in the column confirmed, or push it with --confirm=REASON`
	if d := v.Judge(other, k); d.Outcome != ingest.Refused || d.Problem.Error() != want {
		t.Errorf("got  %v\nwant %s", d.Problem, want)
	}
}

// A worker that was away judges late, and a message may be delivered again: neither
// makes a difference.
func TestWhetherAPeriodWasClosedDependsOnWhenTheFigureWasStored(t *testing.T) {
	v := closing(t)
	m := month(t, `"value":346`, "2024-09-30T12:00:00Z")
	for _, now := range []string{"2024-09-30T12:00:01Z", "2025-09-30T12:00:00Z"} {
		at, err := time.Parse(time.RFC3339, now)
		if err != nil {
			t.Fatal(err)
		}
		v.now = func() time.Time { return at }
		if d := v.Judge(m, NewKnown()); d.Outcome != ingest.Written {
			t.Errorf("judged at %s it is %s", now, d.Outcome)
		}
	}
}
