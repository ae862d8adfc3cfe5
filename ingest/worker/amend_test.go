package worker

import (
	"testing"

	"github.com/tidemark-stats/tidemark/figure"
	"github.com/tidemark-stats/tidemark/ingest/ingesttest"
	"github.com/tidemark-stats/tidemark/store"
)

func TestAFigureThatIsStoredAfterAllIsStoredBeforeWhatStandsBeforeItIsAmended(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	// The second repeats the first; the third comes between, so that the second
	// has to be stored after all.
	for _, day := range []string{"2024-01-01", "2024-01-03", "2024-01-02"} {
		f := ingesttest.Container("2023-06", "280")
		if f.Published = day; day == "2024-01-02" {
			f.Withheld, f.Value, f.Status = true, figure.Decimal{}, 'Q'
		}
		s.Publish(f)
	}
	w := s.startStopped()
	items := w.decided(s.Ctx, t, s.take(w, 3))
	for _, v := range pointsOf(items, nil) {
		if v.Withheld { // is refused by InfluxDB, and the worker dies when it has amended it
			if _, err := w.amend(s.Ctx, []refusedPoint{{v, "test"}}); err != nil {
				t.Fatal(err)
			}
			break
		}
		if err := w.store.Write(s.Ctx, []store.Vintage{v}); err != nil {
			t.Fatal(err)
		}
	}
	again := s.startStopped()
	for _, it := range items {
		it.decision = nil
	}
	p := s.stand(again)
	defer p.leave()
	again.finish(s.Ctx, again.decided(s.Ctx, t, items), p)
	ingesttest.WantLines(t, s.Values(), "2023-06 2800000", "2023-06 2800000")
	s.WantBalance()
}
