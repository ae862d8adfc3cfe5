package ingest

import (
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/tidemark-stats/tidemark/figure"
	"github.com/tidemark-stats/tidemark/ingest/ledger"
	"github.com/tidemark-stats/tidemark/store"
)

// messages is how many messages FIGURES holds.
func (s *Site) messages() uint64 {
	s.t.Helper()
	stream, err := s.js.Stream(s.ctx, FiguresStream)
	if err != nil {
		s.t.Fatal(err)
	}
	return stream.CachedInfo().State.Msgs
}

// vintages reads everything InfluxDB holds, in the order of their cells and
// moments.
func (s *Site) vintages() []store.Vintage {
	s.t.Helper()
	var all []store.Vintage
	for v, err := range s.store.Vintages(s.ctx, store.Selection{}) {
		if err != nil {
			s.t.Fatal(err)
		}
		all = append(all, *v)
	}
	slices.SortFunc(all, func(a, b store.Vintage) int {
		return cmp.Or(a.Series().Compare(b.Series()), a.Period.Compare(b.Period), cmp.Compare(a.Moment, b.Moment), cmp.Compare(a.Status, b.Status))
	})
	return all
}

// values are the vintages as "period value" lines.
func (s *Site) values() []string {
	s.t.Helper()
	var out []string
	for _, v := range s.vintages() {
		text := fmt.Sprintf("%s %.0f", v.Period, v.Value)
		if v.Withheld {
			text = v.Period.String() + " withheld " + v.Status.String()
		}
		out = append(out, text)
	}
	return out
}

// rejects lists REJECTS.
func (s *Site) rejects() []*Reject {
	s.t.Helper()
	var all []*Reject
	if err := Rejects(s.ctx, s.js, true, func(r *Reject) error { all = append(all, r); return nil }); err != nil {
		s.t.Fatal(err)
	}
	return all
}

// receipts joins the receipts of a submission: the first one counts.
func (s *Site) receipts(submission string) map[uint64]Outcome {
	s.t.Helper()
	got := map[uint64]Outcome{}
	stream, err := s.js.Stream(s.ctx, ReceiptsStream)
	if err != nil {
		s.t.Fatal(err)
	}
	for seq := uint64(1); seq <= stream.CachedInfo().State.LastSeq; seq++ {
		msg, err := stream.GetMsg(s.ctx, seq)
		if err != nil {
			s.t.Fatal(err)
		}
		if msg.Subject != receiptsPrefix+submission {
			continue
		}
		decodeReceipt(s.t, msg.Data).each(func(seq uint64, o Outcome, _ *figure.Problem) {
			if _, known := got[seq]; !known {
				got[seq] = o
			}
		})
	}
	return got
}

// decisions reads the ledger: the decision on every message, amended where it
// was. A message that was decided twice, in different ways, fails the test.
func (s *Site) decisions() map[uint64]ledger.Decision {
	s.t.Helper()
	all := map[uint64]ledger.Decision{}
	if err := ledger.Read(s.ctx, s.js, 1, func(e *ledger.Entry) error {
		for _, d := range e.Decisions {
			before, twice := all[d.Seq]
			if twice && e.Kind != ledger.Amendment && (before.Outcome != d.Outcome || before.Vintage != d.Vintage) {
				s.t.Errorf("message %d was decided twice: %+v and %+v", d.Seq, before, d)
			}
			if d.Restated == nil {
				d.Restated = before.Restated // stored before the amendment
			}
			all[d.Seq] = d
		}
		return nil
	}); err != nil {
		s.t.Fatal(err)
	}
	return all
}

// wantBalance asserts that at idle every message is written, changes nothing,
// or is rejected, by number and by the ledger.
func (s *Site) wantBalance() {
	s.t.Helper()
	decisions, points, refused, unchanged, again := s.decisions(), 0, 0, 0, 0
	for _, d := range decisions {
		points += len(d.AppendPoints(nil))
		switch d.Outcome {
		case Refused:
			refused++
		case Unchanged:
			unchanged++
		}
		if d.Restated != nil {
			again++
		}
	}
	written, rejected, all := len(s.vintages()), len(s.rejects()), int(s.messages())
	if written+unchanged-again+rejected != all || len(decisions) != all || written != points || rejected != refused {
		s.t.Errorf("%d vintages (%d decided, %d of them said again) + %d unchanged + %d rejects (%d decided), but %d messages and %d decisions",
			written, points, again, unchanged, rejected, refused, all, len(decisions))
	}
}

func wantLines(t testing.TB, got []string, want ...string) {
	t.Helper()
	if !slices.Equal(got, want) {
		t.Errorf("got\n\t%s\nwant\n\t%s", strings.Join(got, "\n\t"), strings.Join(want, "\n\t"))
	}
}

func decodeReceipt(t testing.TB, body []byte) *Receipt {
	t.Helper()
	var r Receipt
	if err := json.Unmarshal(body, &r); err != nil {
		t.Fatal(err)
	}
	return &r
}
