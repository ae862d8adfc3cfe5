package ingesttest

import (
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/tidemark-stats/tidemark/figure"
	"github.com/tidemark-stats/tidemark/ingest"
	"github.com/tidemark-stats/tidemark/ingest/ledger"
	"github.com/tidemark-stats/tidemark/store"
)

// Messages returns the number of messages in FIGURES.
func (s *Site) Messages() uint64 {
	s.T.Helper()
	stream, err := s.JS.Stream(s.Ctx, ingest.FiguresStream)
	if err != nil {
		s.T.Fatal(err)
	}
	return stream.CachedInfo().State.Msgs
}

// Vintages returns everything in InfluxDB, ordered by cell and moment.
func (s *Site) Vintages() []store.Vintage {
	s.T.Helper()
	var all []store.Vintage
	for v, err := range s.Store.Vintages(s.Ctx, store.Selection{}) {
		if err != nil {
			s.T.Fatal(err)
		}
		all = append(all, *v)
	}
	slices.SortFunc(all, func(a, b store.Vintage) int {
		return cmp.Or(a.Series().Compare(b.Series()), a.Period.Compare(b.Period), cmp.Compare(a.Moment, b.Moment), cmp.Compare(a.Status, b.Status))
	})
	return all
}

// Values returns the vintages as "period value" lines.
func (s *Site) Values() []string {
	s.T.Helper()
	var out []string
	for _, v := range s.Vintages() {
		text := fmt.Sprintf("%s %.0f", v.Period, v.Value)
		if v.Withheld {
			text = v.Period.String() + " withheld " + v.Status.String()
		}
		out = append(out, text)
	}
	return out
}

// Rejects returns all messages of REJECTS.
func (s *Site) Rejects() []*ingest.Reject {
	s.T.Helper()
	var all []*ingest.Reject
	if err := ingest.Rejects(s.Ctx, s.JS, true, func(r *ingest.Reject) error { all = append(all, r); return nil }); err != nil {
		s.T.Fatal(err)
	}
	return all
}

// Receipts returns the outcomes in the receipts of a submission, by sequence; the
// first receipt of a message counts.
func (s *Site) Receipts(submission string) map[uint64]ingest.Outcome {
	s.T.Helper()
	got := map[uint64]ingest.Outcome{}
	stream, err := s.JS.Stream(s.Ctx, ingest.ReceiptsStream)
	if err != nil {
		s.T.Fatal(err)
	}
	for seq := uint64(1); seq <= stream.CachedInfo().State.LastSeq; seq++ {
		msg, err := stream.GetMsg(s.Ctx, seq)
		if err != nil {
			s.T.Fatal(err)
		}
		if msg.Subject != ingest.ReceiptsPrefix+submission {
			continue
		}
		DecodeReceipt(s.T, msg.Data).Each(func(seq uint64, o ingest.Outcome, _ *figure.Problem) {
			if _, known := got[seq]; !known {
				got[seq] = o
			}
		})
	}
	return got
}

// Decisions returns the current decision on every message, by sequence. A message
// that was decided twice in different ways fails the test.
func (s *Site) Decisions() map[uint64]ledger.Decision {
	s.T.Helper()
	all := map[uint64]ledger.Decision{}
	if err := ledger.Read(s.Ctx, s.JS, 1, func(e *ledger.Entry) error {
		for _, d := range e.Decisions {
			before, twice := all[d.Seq]
			if twice && e.Kind != ledger.Amendment && (before.Outcome != d.Outcome || before.Vintage != d.Vintage) {
				s.T.Errorf("message %d was decided twice: %+v and %+v", d.Seq, before, d)
			}
			if d.Restated == nil {
				d.Restated = before.Restated // stored before the amendment
			}
			all[d.Seq] = d
		}
		return nil
	}); err != nil {
		s.T.Fatal(err)
	}
	return all
}

// WantBalance asserts that the numbers of written, unchanged and rejected messages
// add up, and agree with the ledger. The workers must be idle.
func (s *Site) WantBalance() {
	s.T.Helper()
	decisions, points, refused, unchanged, again := s.Decisions(), 0, 0, 0, 0
	for _, d := range decisions {
		points += len(d.AppendPoints(nil))
		switch d.Outcome {
		case ingest.Refused:
			refused++
		case ingest.Unchanged:
			unchanged++
		}
		if d.Restated != nil {
			again++
		}
	}
	written, rejected, all := len(s.Vintages()), len(s.Rejects()), int(s.Messages())
	if written+unchanged-again+rejected != all || len(decisions) != all || written != points || rejected != refused {
		s.T.Errorf("%d vintages (%d decided, %d of them said again) + %d unchanged + %d rejects (%d decided), but %d messages and %d decisions",
			written, points, again, unchanged, rejected, refused, all, len(decisions))
	}
}

// WantLines asserts that got has exactly the wanted lines.
func WantLines(t testing.TB, got []string, want ...string) {
	t.Helper()
	if !slices.Equal(got, want) {
		t.Errorf("got\n\t%s\nwant\n\t%s", strings.Join(got, "\n\t"), strings.Join(want, "\n\t"))
	}
}

// DecodeReceipt decodes the body of a receipt.
func DecodeReceipt(t testing.TB, body []byte) *ingest.Receipt {
	t.Helper()
	var r ingest.Receipt
	if err := json.Unmarshal(body, &r); err != nil {
		t.Fatal(err)
	}
	return &r
}
