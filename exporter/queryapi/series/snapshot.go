package series

import (
	"cmp"
	"slices"
	"sync"
	"time"

	"github.com/tidemark-stats/tidemark/book"
	"github.com/tidemark-stats/tidemark/book/derive"
	"github.com/tidemark-stats/tidemark/book/release"
	"github.com/tidemark-stats/tidemark/catalog"
	"github.com/tidemark-stats/tidemark/figure"
	"github.com/tidemark-stats/tidemark/internal/lang"
	"github.com/tidemark-stats/tidemark/verdict"
	"github.com/tidemark-stats/tidemark/verdict/record"
)

// snapshot is one book with the values computed from it. It is kept as long as
// the book is the newest, which can be weeks. The size of its caches is bounded
// by the book and the catalogue, not by the queries.
type snapshot struct {
	catalog *catalog.Catalog
	book    *book.Book
	places  func() []place
	begins  func() int64
	reports func() []*release.Release // as known now
	record  *record.Keeper

	samples   kept[*book.Series, []Sample] // of tidemark_figure, in base units
	histories kept[place, *derive.History]
	releases  kept[area, []int64]
	firsts    kept[area, []arrival]
	released  kept[area, []*sheet]
	days      kept[area, []string]
	newests   kept[newestKey, []firstKnown]
	heads     kept[place, []headline]
	states    kept[stateKey, []judged]
	turnsOf   kept[string, turns]       // by the id of a target
	values    kept[valuesKey, []string] // lists of label values and names
}

func newSnapshot(c *catalog.Catalog, b *book.Book) *snapshot {
	v := &snapshot{catalog: c, book: b}
	v.places = sync.OnceValue(v.findPlaces)
	v.begins = sync.OnceValue(v.findBeginning)
	v.reports = sync.OnceValue(func() []*release.Release { return release.All(c, b, time.Time{}) })
	return v
}

// inherit takes over the states of the targets that are the same in an older
// snapshot, so that a change of one indicator lets only its targets be judged
// again.
func (v *snapshot) inherit(old *snapshot) {
	if v.begins() != old.begins() { // at which targets without figures begin
		return
	}
	same, since := map[string]bool{}, verdict.Compare(old.book, v.book)
	for _, t := range v.catalog.Targets {
		u, known := old.catalog.Target(t.ID)
		same[t.ID] = known && since.Spares(u, t)
	}
	v.states.inherit(&old.states, func(k stateKey) bool { return same[k.id] })
	v.turnsOf.inherit(&old.turnsOf, func(id string) bool { return same[id] })
}

// firstKnown is a figure and the time since which its period has had one.
type firstKnown struct {
	derive.Value
	since int64 // milliseconds since 1970
}

// newestKey is a series, or its figures with one basis.
type newestKey struct {
	series figure.Series
	basis  derive.Basis
}

// headline is the period whose figures are shown first for a place, in a span
// of time.
type headline struct {
	period       figure.Period
	since, until int64 // milliseconds since 1970
}

// arrival is the first publication of a period.
type arrival struct {
	at     int64
	period figure.Period
}

// sheet is the first line of what was published for an indicator in an area on
// one day: the figures of one cell, by measure.
type sheet struct {
	at       int64 // of the first publication of the day, in milliseconds since 1970
	category string
	period   figure.Period
	figures  map[figure.Measure]book.Figure
}

// judged is a state, and what takes looking back at revisions to know of it.
type judged struct {
	verdict.State
	back *lookedBack
}

// lookedBack is the answer to that, found only on demand because looking back at
// revisions is slow.
type lookedBack struct {
	once      sync.Once
	regressed lang.Text // empty if it has not
}

// regressed is the answer by a book with the figures by which the state was
// judged.
func (j *judged) regressed(b *book.Book) lang.Text {
	j.back.once.Do(func() {
		regression, _ := verdict.RegressedBy(j.State, b)
		j.back.regressed = regression.Reason
	})
	return j.back.regressed
}

// sentence is the sentence on the state. It is long, so it is not kept.
func (j *judged) sentence(b *book.Book) lang.Text {
	state := j.State
	state.Regressed = j.regressed(b)
	return verdict.Sentence(state)
}

// stateKey is a target at a time at which its state could change.
type stateKey struct {
	id string
	at int64
}

// turns are cached with the time up to which they are complete.
type turns struct {
	moments []int64
	until   int64
}

// valuesKey is a query for the values of a label; without a label, for the
// label names.
type valuesKey struct{ label, matchers string }

// area is an indicator in an area, in all its categories.
type area struct {
	indicator *catalog.Indicator
	code      string
}

// place is where something is known about an indicator.
type place struct {
	indicator      *catalog.Indicator
	area, category string
}

// findPlaces lists the places with figures, and those of ratios whose two parts
// both have some.
func (v *snapshot) findPlaces() (all []place) {
	known := map[place]bool{}
	for s := range v.book.All() {
		if i, listed := v.catalog.Indicator(s.Key.Indicator); listed {
			known[place{i, s.Key.Area, s.Key.Category}] = true
		}
	}
	for _, i := range v.catalog.Indicators {
		if i.Ratio == nil {
			continue
		}
		for p := range known {
			if p.indicator == i.Ratio.Numerator && known[place{i.Ratio.Denominator, p.area, p.category}] {
				known[place{i, p.area, p.category}] = true
			}
		}
	}
	for p := range known {
		all = append(all, p)
	}
	slices.SortFunc(all, func(p, o place) int {
		return cmp.Or(cmp.Compare(p.indicator.Code, o.indicator.Code), cmp.Compare(p.area, o.area), cmp.Compare(p.category, o.category))
	})
	return all
}

// findBeginning returns the start of the oldest period.
func (v *snapshot) findBeginning() int64 {
	first := int64(0)
	for s := range v.book.All() {
		for p := range s.Periods() {
			first = min(first, start(p))
			break
		}
	}
	return first
}

// frequencies returns those of an indicator's own periods and of longer ones.
func frequencies(i *catalog.Indicator) (all []figure.Frequency) {
	for _, f := range []figure.Frequency{figure.Monthly, figure.Quarterly, figure.Annual} {
		if f.PerYear() <= i.Frequency().PerYear() {
			all = append(all, f)
		}
	}
	return all
}

// published returns the times at which something was published for an
// indicator, or for a ratio's parts, in an area, in milliseconds and in order.
func (v *snapshot) published(i *catalog.Indicator, code string) []int64 {
	return v.releases.get(area{i, code}, func() (moments []int64) {
		for _, part := range i.Reported() {
			for _, s := range v.book.Of(part.Code) {
				if s.Key.Area != code {
					continue
				}
				for p := range s.Periods() {
					for vintage := range s.Vintages(p) {
						moments = append(moments, vintage.Published.UnixMilli())
					}
				}
			}
		}
		slices.Sort(moments)
		return slices.Compact(moments)
	})
}
