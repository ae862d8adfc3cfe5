package worker

import (
	"os"
	"strings"
	"testing"
	"time"

	"github.com/tidemark-stats/tidemark/catalog"
	"github.com/tidemark-stats/tidemark/figure"
	"github.com/tidemark-stats/tidemark/ingest/ingesttest"
	"github.com/tidemark-stats/tidemark/ingest/ledger"
	"github.com/tidemark-stats/tidemark/ingest/rules"
	"github.com/tidemark-stats/tidemark/store"
)

func ningboText(t testing.TB) string {
	t.Helper()
	text, err := os.ReadFile("../../catalog/ningbo.yaml")
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// ningbo returns the built-in catalogue with some of its text replaced.
func ningbo(t testing.TB, pairs ...string) *catalog.Catalog {
	t.Helper()
	s := ningboText(t)
	for i := 0; i < len(pairs); i += 2 {
		if !strings.Contains(s, pairs[i]) {
			t.Fatalf("the catalogue lacks %q", pairs[i])
		}
		s = strings.ReplaceAll(s, pairs[i], pairs[i+1])
	}
	c, err := catalog.Parse("ningbo.yaml", []byte(s))
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// inTens is ningbo with containers counted in tens of thousands.
func inTens(t testing.TB) *catalog.Catalog {
	return ningbo(t, "  - code: TEU\n", "  - code: 万TEU\n", "    unit: TEU\n", "    unit: 万TEU\n",
		"written: {TEU: 0, TEUs: 0, 标箱: 0, 标准箱: 0, 箱: 0, 千TEU: 3, 千标箱: 3, 万TEU: 4,", "written: {TEU: -4, TEUs: -4, 标箱: -4, 标准箱: -4, 箱: -4, 千TEU: -1, 千标箱: -1, 万TEU: 0,",
		" 万标箱: 4, 万标准箱: 4, 万箱: 4,", " 万标箱: 0, 万标准箱: 0, 万箱: 0,",
		`百万TEU: 6, 百万标箱: 6, 亿TEU: 8, 亿标箱: 8, thousand TEU: 3, "10,000 TEU": 4, million TEU: 6}`,
		`百万TEU: 2, 百万标箱: 2, 亿TEU: 4, 亿标箱: 4, thousand TEU: -1, "10,000 TEU": 0, million TEU: 2}`)
}

// startWith starts a worker with a catalogue, as after a restart, that does
// nothing by itself.
func (s *site) startWith(c *catalog.Catalog) *worker {
	s.T.Helper()
	w := s.newWorker(s.Conn, s.Influx)
	w.validator = rules.NewValidator(c)
	if missing, err := w.open(s.Ctx); err != nil || missing != nil {
		s.T.Fatal(err, missing)
	}
	if foreign, err := w.load(s.Ctx); err != nil || foreign != nil {
		s.T.Fatal(err, foreign)
	}
	return w
}

func (s *site) definitions() []store.Definition {
	s.T.Helper()
	all, err := s.Store.Definitions(s.Ctx)
	if err != nil {
		s.T.Fatal(err)
	}
	return all
}

// port is a figure of cargo throughput, which the same agency sends.
func port(period, value string) figure.Figure {
	f := ingesttest.Container(period, value)
	f.Indicator, f.Unit = "cargo_throughput", "万吨"
	return f
}

func TestWhatFiguresMeanIsStoredWithTheFirst(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	w := s.startStopped()
	if d := store.Newest(s.definitions(), store.OfIndicator, "container_throughput"); d.Is != "" {
		t.Errorf("before any figure it is defined as %s", d.Is)
	}
	s.Publish(ingesttest.Container("2023-01", "280"))
	s.Publish(ingesttest.Container("2023-02", "290"))
	s.settleAll(w, 2)
	d := store.Newest(s.definitions(), store.OfIndicator, "container_throughput")
	if want := `{"unit":"TEU","kind":"flow","frequency":"M"}`; d.Is != want || time.Since(time.UnixMilli(d.Since)) > time.Hour {
		t.Errorf("it is defined as %s since %d, want %s", d.Is, d.Since, want)
	}
	if got := w.ledger.Defined(store.OfIndicator, "container_throughput"); got != d {
		t.Errorf("the ledger says %v, InfluxDB %v", got, d)
	}
}

func TestFiguresOfAnotherDefinitionAreRefusedAndNoOthers(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.Publish(ingesttest.Container("2023-01", "280"))
	s.Publish(port("2023-01", "5000"))
	s.settleAll(s.startStopped(), 2)

	w := s.startWith(inTens(t))
	if all := w.Conflicts(); len(all) != 1 || !strings.Contains(all[0].Error(),
		"the figures of container_throughput were stored with unit TEU and the catalogue now says 万TEU: run `tidemark migrate container_throughput`, or restore the old definition in the catalogue") {
		t.Errorf("the conflicts are %v", all)
	}
	s.Publish(ingesttest.Container("2023-02", "290"))
	s.Publish(port("2023-02", "5100"))
	s.settleAll(w, 2)
	refused, err := w.ledger.Find(s.Ctx, 3)
	if err != nil || refused.Outcome != ledger.Refused || refused.Problem.Code != "figure/definition" ||
		refused.Problem.Hint != "run `tidemark migrate container_throughput`, or restore the old definition in the catalogue" {
		t.Errorf("containers were %+v, %v", refused, err)
	}
	if other, err := w.ledger.Find(s.Ctx, 4); err != nil || other.Outcome != ledger.Written {
		t.Errorf("cargo was %+v, %v", other, err)
	}

	back := s.startStopped() // with the old definition
	if all := back.Conflicts(); len(all) != 0 {
		t.Errorf("with the old definition back there are conflicts: %v", all)
	}
	s.Publish(ingesttest.Container("2023-02", "290"))
	s.settleAll(back, 1)
	if taken, err := back.ledger.Find(s.Ctx, 5); err != nil || taken.Outcome != ledger.Written {
		t.Errorf("with the old definition back containers were %+v, %v", taken, err)
	}
}

func TestGoalsAreStoredWhenTheyChange(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.startStopped()
	s.startStopped()
	goals := func() (all []string) {
		for _, d := range s.definitions() {
			if d.Of == store.OfTarget && d.Code == "port_2025_containers" {
				all = append(all, d.Is)
			}
		}
		return all
	}
	if all := goals(); len(all) != 1 || !strings.Contains(all[0], `"value":"35000000"`) {
		t.Errorf("after two starts there are %v", all)
	}
	s.startWith(ningbo(t, "value: 3500 万TEU", "value: 3600 万TEU"))
	if all := goals(); len(all) != 2 || !strings.Contains(all[1], `"value":"36000000"`) {
		t.Errorf("after a change there are %v", all)
	}
}

func TestAReplayBringsWhatFiguresMeanBack(t *testing.T) {
	t.Parallel()
	s := storied(t)
	want := s.definitions()
	s.fresh()
	s.replay()
	if got := s.definitions(); len(want) == 0 || len(got) != len(want) || got[0] != want[0] {
		t.Errorf("%d definitions come back of %d", len(got), len(want))
	}
}

func TestAnOldStoreIsTakenAsOfTodaysCatalogue(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.Publish(ingesttest.Container("2023-01", "280"))
	w := s.newWorker(s.Conn, s.Influx)
	if missing, err := w.open(s.Ctx); err != nil || missing != nil {
		t.Fatal(err, missing)
	}
	m := s.take(w, 1)[0].Message
	draft := w.ledger.Draft(ledger.Range) // an entry from before there were definitions
	draft.Add(w.validator.Judge(&m, rules.NewKnown()))
	draft.Floor, draft.Stored = m.Seq, m.Stored
	if stored, err := w.ledger.Append(s.Ctx, draft); !stored || err != nil {
		t.Fatal(stored, err)
	}
	s.startStopped()
	want := `{"unit":"TEU","kind":"flow","frequency":"M"}`
	if d := store.Newest(s.definitions(), store.OfIndicator, "container_throughput"); d.Is != want {
		t.Errorf("it is taken as %q, want %s", d.Is, want)
	}
}
