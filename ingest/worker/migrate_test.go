package worker

import (
	"context"
	"errors"
	"math"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/tidemark-stats/tidemark/catalog"
	"github.com/tidemark-stats/tidemark/figure"
	"github.com/tidemark-stats/tidemark/ingest/ingesttest"
	"github.com/tidemark-stats/tidemark/ingest/ledger"
	"github.com/tidemark-stats/tidemark/ingest/replay"
	"github.com/tidemark-stats/tidemark/store"
)

func (s *site) migrate(c *catalog.Catalog, code string) (*replay.Migrated, error) {
	s.T.Helper()
	return replay.Migrate(s.Ctx, s.JS, s.Store, c, code, func(time.Duration, error) {}, func(int) {})
}

// settledSite is a site with containers, their growth and cargo, all settled.
func settledSite(t *testing.T) *site {
	t.Helper()
	s := newSite(t)
	growth := ingesttest.Container("2023-02", "5.5")
	growth.Measure, growth.Unit = figure.YoY, "%"
	for _, f := range []figure.Figure{ingesttest.Container("2023-01", "272.608"), ingesttest.Container("2023-02", "290"), ingesttest.Container("2023-02", "290.0001"), growth, port("2023-01", "5000")} {
		s.Publish(f)
	}
	s.settleAll(s.startStopped(), 5)
	return s
}

// byCell are the stored values of a measure of containers.
func (s *site) byCell(m figure.Measure) (all []float64) {
	s.T.Helper()
	for v, err := range s.Store.Vintages(s.Ctx, store.Selection{Indicator: "container_throughput"}) {
		if err != nil {
			s.T.Fatal(err)
		}
		if v.Measure == m {
			all = append(all, v.Value)
		}
	}
	slices.Sort(all)
	return all
}

func TestStoredFiguresArePutIntoAnotherUnit(t *testing.T) {
	t.Parallel()
	s := settledSite(t)
	cat := inTens(t)
	m, err := s.migrate(cat, "container_throughput")
	if err != nil || m.Power != -4 || m.Points != 4 {
		t.Fatalf("%+v, %v", m, err)
	}
	if got, want := s.byCell(figure.Level), []float64{272.608, 290, 290.0001}; !slices.Equal(got, want) {
		t.Errorf("levels are %v, want %v", got, want)
	}
	if got := s.byCell(figure.YoY); !slices.Equal(got, []float64{5.5}) {
		t.Errorf("growth is %v and must stay", got)
	}
	if d := store.Newest(s.definitions(), store.OfIndicator, "container_throughput"); d.Is != `{"unit":"万TEU","kind":"flow","frequency":"M"}` {
		t.Errorf("it is defined as %s", d.Is)
	}

	w := s.startWith(cat) // which has read the ledger from the beginning
	if all := w.Conflicts(); len(all) != 0 {
		t.Errorf("after it there are conflicts: %v", all)
	}
	s.Publish(ingesttest.Container("2023-02", "290.0001")) // says what is known
	s.Publish(ingesttest.Plain("2023-03", "291"))          // is plausible beside its neighbours
	s.settleAll(w, 2)
	if d, err := w.ledger.Find(s.Ctx, 6); err != nil || d.Outcome != ledger.Unchanged {
		t.Errorf("what is known came out as %+v, %v", d, err)
	}
	if got, want := s.byCell(figure.Level), []float64{272.608, 290, 290.0001, 291}; !slices.Equal(got, want) {
		t.Errorf("levels are %v, want %v", got, want)
	}

	want := s.Vintages()
	s.fresh()
	if r := s.replay(); !r.Whole() {
		t.Errorf("a replay finds %+v", r)
	}
	if got := s.Vintages(); !slices.Equal(got, want) {
		t.Errorf("a replay brings\n%v\nwant\n%v", got, want)
	}
}

func TestAMigrationThatEndedEarlyIsBegunAgain(t *testing.T) {
	t.Parallel()
	s := settledSite(t)
	cat := inTens(t)
	ctx, cancel := context.WithCancel(s.Ctx)
	i, _ := cat.Indicator("container_throughput")
	l, err := ledger.Open(ctx, s.JS)
	if err != nil {
		t.Fatal(err)
	}
	m := &replay.Migration{Js: s.JS, Store: s.Store, Ledger: l, Indicator: i, Tell: func(time.Duration, error) {}, Progress: func(int) { cancel() },
		Migrated: replay.Migrated{To: i.Definition()}}
	if err := m.Run(ctx); !errors.Is(err, context.Canceled) {
		t.Fatalf("the migration that is ended early gives %v", err)
	}
	if all := s.startWith(cat).Conflicts(); len(all) != 1 || !strings.Contains(all[0].Error(), "to the unit 万TEU has not finished") {
		t.Errorf("in between the conflicts are %v", all)
	}
	if _, err := s.migrate(ningbo(t), "container_throughput"); err == nil || !strings.Contains(err.Error(), "give the catalogue that unit and run this again") {
		t.Errorf("with the old catalogue it gives %v", err)
	}
	if m, err := s.migrate(cat, "container_throughput"); err != nil || m.Power != -4 {
		t.Fatalf("again it gives %+v, %v", m, err)
	}
	if got, want := s.byCell(figure.Level), []float64{272.608, 290, 290.0001}; !slices.Equal(got, want) {
		t.Errorf("levels are %v, want %v", got, want)
	}
	if _, err := s.migrate(cat, "container_throughput"); !errors.Is(err, replay.ErrNothing) {
		t.Errorf("a third time it gives %v", err)
	}
}

func TestAUnitThatWasTakenOverIsTakenBack(t *testing.T) {
	t.Parallel()
	s := settledSite(t)
	before := s.Vintages()
	tens := inTens(t)
	if _, err := s.migrate(tens, "container_throughput"); err != nil {
		t.Fatal(err)
	}
	s.Publish(ingesttest.Plain("2023-03", "291"))
	s.settleAll(s.startWith(tens), 1)

	// The way back is interrupted.
	ctx, cancel := context.WithCancel(s.Ctx)
	l, err := ledger.Open(ctx, s.JS)
	if err != nil {
		t.Fatal(err)
	}
	i, _ := ningbo(t).Indicator("container_throughput")
	m := &replay.Migration{Js: s.JS, Store: s.Store, Ledger: l, Indicator: i, Tell: func(time.Duration, error) {}, Progress: func(int) { cancel() },
		Migrated: replay.Migrated{To: i.Definition()}}
	if err := m.Run(ctx); !errors.Is(err, context.Canceled) {
		t.Fatalf("the migration that is ended early gives %v", err)
	}
	if m, err := s.migrate(ningbo(t), "container_throughput"); err != nil || m.Power != 4 || m.Points != 5 {
		t.Fatalf("%+v, %v", m, err)
	}
	after := s.Vintages()
	if got, want := s.byCell(figure.Level), []float64{2726080, 2900000, 2900001, 2910000}; !slices.Equal(got, want) {
		t.Errorf("levels are %v, want %v", got, want)
	}
	for _, v := range before {
		if !slices.Contains(after, v) {
			t.Errorf("%v is not there any more", v)
		}
	}
	w := s.startWith(ningbo(t))
	if all := w.Conflicts(); len(all) != 0 {
		t.Errorf("after it there are conflicts: %v", all)
	}
	s.Publish(ingesttest.Plain("2023-04", "292"))
	s.Publish(ingesttest.Container("2023-02", "290.0001"))
	s.settleAll(w, 2)
	want := s.Vintages()
	s.fresh()
	if r := s.replay(); !r.Whole() || !slices.Equal(s.Vintages(), want) {
		t.Errorf("a replay finds %+v and brings\n%v\nwant\n%v", r, s.Vintages(), want)
	}
}

func TestAWorkerThatRunsTakesTheNewUnitOver(t *testing.T) {
	t.Parallel()
	s := settledSite(t)
	cat := inTens(t)
	w := s.startWith(cat)
	if _, err := s.migrate(cat, "container_throughput"); err != nil {
		t.Fatal(err)
	}
	s.Publish(ingesttest.Plain("2023-03", "291"))
	s.Publish(ingesttest.Container("2023-02", "290.0001"))
	s.settleAll(w, 2)
	if got, want := s.byCell(figure.Level), []float64{272.608, 290, 290.0001, 291}; !slices.Equal(got, want) {
		t.Errorf("levels are %v, want %v", got, want)
	}
}

func TestAKindIsTakenOverWithoutANumberChanged(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	entities := ingesttest.Container("2023-01", "130")
	entities.Indicator, entities.Area, entities.Unit = "market_entities", "330200", "万户"
	s.PublishRaw(entities.Subject("market_regulation"), entities.AppendJSON(nil), "")
	s.settleAll(s.startStopped(), 1)
	before := s.Vintages()
	text := ningboText(t)
	at := strings.Index(text, "  - code: market_entities\n")
	changed, err := catalog.Parse("ningbo.yaml", []byte(text[:at]+strings.Replace(text[at:], "kind: stock", "kind: average", 1)))
	if err != nil {
		t.Fatal(err)
	}
	if all := s.startWith(changed).Conflicts(); len(all) != 1 {
		t.Errorf("before there are conflicts %v", all)
	}
	m, err := s.migrate(changed, "market_entities")
	if err != nil || m.Power != 0 || m.Points != 0 || !slices.Equal(s.Vintages(), before) {
		t.Errorf("%+v, %v, %v", m, err, s.Vintages())
	}
	if all := s.startWith(changed).Conflicts(); len(all) != 0 {
		t.Errorf("after it there are conflicts %v", all)
	}
}

func TestAUnitThatNobodyRelatesIsNotMigrated(t *testing.T) {
	t.Parallel()
	s := settledSite(t)
	cat := ningbo(t, "  - code: TEU\n", "  - code: box\n", "    unit: TEU\n", "    unit: box\n", "written: {TEU: 0, ", "written: {", "tolerance: 0 TEU}", "tolerance: 0 TEUs}")
	_, err := s.migrate(cat, "container_throughput")
	want := "the catalogue does not say how many TEU are a box: write TEU among the spellings of the unit box with its power of ten, or give container_throughput its old definition back"
	if err == nil || err.Error() != want {
		t.Errorf("got %v, want %s", err, want)
	}
}

func TestAPointIsMovedToTheLastBit(t *testing.T) {
	for _, c := range []struct {
		v     float64
		power int
		want  float64
	}{{2726.08, 4, 27260800}, {27260800, -4, 2726.08}, {0, 4, 0}, {-0.1, 1, -1}, {290.0001, -4, 0.02900001}} {
		if got := ledger.Shifted(c.v, c.power); got != c.want {
			t.Errorf("%v by %d is %v, want %v", c.v, c.power, got, c.want)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		digits, places, power := rapid.Int64Range(-1e14, 1e14).Draw(t, "digits"), rapid.IntRange(0, 9).Draw(t, "places"), rapid.IntRange(-15, 15).Draw(t, "power")
		v := ledger.Shifted(float64(digits), -places)
		if back := ledger.Shifted(ledger.Shifted(v, power), -power); back != v || math.IsInf(back, 0) {
			t.Fatalf("%s comes back as %v", strconv.FormatFloat(v, 'g', -1, 64), back)
		}
	})
}
