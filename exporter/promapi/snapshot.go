package promapi

import (
	"cmp"
	"slices"
	"sync"
	"time"

	"github.com/tidemark-stats/tidemark/catalog"
	"github.com/tidemark-stats/tidemark/exporter/book"
	"github.com/tidemark-stats/tidemark/exporter/derive"
	"github.com/tidemark-stats/tidemark/exporter/metric"
	"github.com/tidemark-stats/tidemark/figure"
)

// snapshot is one book with what was worked out of it. It is kept as long as
// the book is the newest, that is for weeks. What it keeps is bounded by the
// book and the catalogue, never by what is asked.
type snapshot struct {
	catalog *catalog.Catalog
	book    *book.Book
	places  func() []place
	begins  func() int64
	reports func() []*metric.Report // as known now

	points    kept[*book.Series, []point] // of tidemark_figure, in base units
	histories kept[place, *derive.History]
	releases  kept[area, []int64]
	firsts    kept[area, []arrival]
	days      kept[area, []string]
	newests   kept[figure.Series, []firstKnown]
	states    kept[stateKey, []judged]
	turnsOf   kept[string, turns]       // by the id of a target
	values    kept[valuesKey, []string] // answers about labels
}

func newSnapshot(c *catalog.Catalog, b *book.Book) *snapshot {
	v := &snapshot{catalog: c, book: b}
	v.places = sync.OnceValue(v.findPlaces)
	v.begins = sync.OnceValue(v.findBeginning)
	v.reports = sync.OnceValue(func() []*metric.Report { return metric.Reports(c, b, time.Time{}) })
	return v
}

// kept holds what is worked out once. Its values must not be changed.
type kept[K comparable, V any] struct {
	mu  sync.Mutex
	all map[K]V
}

// get gives what is kept under the key, or finds it. Two who ask at once may
// both find it; neither waits for the other.
func (k *kept[K, V]) get(key K, find func() V) V {
	k.mu.Lock()
	v, ok := k.all[key]
	k.mu.Unlock()
	if ok {
		return v
	}
	v = find()
	k.put(key, v)
	return v
}

func (k *kept[K, V]) put(key K, v V) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.all == nil {
		k.all = map[K]V{}
	}
	k.all[key] = v
}

// area is an indicator in an area, in all its categories.
type area struct {
	indicator *catalog.Indicator
	code      string
}

// place is where something is known of an indicator.
type place struct {
	indicator      *catalog.Indicator
	area, category string
}

// findPlaces lists the places with figures, and those of ratios whose two
// parts have some.
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

// findBeginning is the start of the oldest period of all.
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

// placesOf gives the places a selector can mean.
func (v *snapshot) placesOf(s *selection, yield func(place)) {
	for _, p := range v.places() {
		if s.wants("indicator", p.indicator.Code) && s.wants("area", p.area) && s.wants("category", p.category) && s.ctx.Err() == nil {
			yield(p)
		}
	}
}

// seriesOf gives the series of the book that a selector can mean.
func (v *snapshot) seriesOf(s *selection, yield func(*catalog.Indicator, *book.Series)) {
	for b := range v.book.All() {
		k := b.Key
		if s.ctx.Err() != nil || !s.wants("indicator", k.Indicator) || !s.wants("area", k.Area) || !s.wants("category", k.Category) ||
			!s.wants("measure", k.Measure.String()) || !s.wants("freq", k.Frequency.String()) {
			continue
		}
		if i, listed := v.catalog.Indicator(b.Key.Indicator); listed {
			yield(i, b)
		}
	}
}

// figures gives what was known of a series.
func (m *manner) figures(b *book.Series, yield func(*book.Figure)) {
	figures := b.Figures()
	if !m.known.IsZero() {
		figures = b.AsOf(m.known)
	}
	for f := range figures {
		yield(&f)
	}
}

// history is what was known of a place, as a selection looks at it. That of
// now is kept.
func (v *snapshot) history(p place, as *manner) *derive.History {
	find := func() *derive.History { return derive.From(v.book, p.indicator, p.area, p.category, as.known) }
	if as.known.IsZero() {
		return v.histories.get(p, find)
	}
	h, known := as.histories[p]
	if !known {
		if h = find(); as.histories == nil || len(as.histories) == manyPlaces {
			as.histories = map[place]*derive.History{}
		}
		as.histories[p] = h
	}
	return h
}

// manyPlaces are as many as are looked at again and again: a place, and the
// parts of its ratio.
const manyPlaces = 8

// frequencies are those of an indicator's own periods and of longer ones.
func frequencies(i *catalog.Indicator) (all []figure.Frequency) {
	for _, f := range []figure.Frequency{figure.Monthly, figure.Quarterly, figure.Annual} {
		if f.PerYear() <= i.Frequency().PerYear() {
			all = append(all, f)
		}
	}
	return all
}

// published is the moments at which something was published of an indicator,
// or of a ratio's parts, in an area, in milliseconds and in order.
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

// publicationDays lists the days on which something was published of what is
// meant.
func (v *snapshot) publicationDays(s *selection) []string {
	found := map[string]struct{}{}
	done := map[area]bool{}
	v.placesOf(s, func(p place) {
		at := area{p.indicator, p.area}
		if done[at] {
			return
		}
		done[at] = true
		for _, day := range v.days.get(at, func() (days []string) {
			for _, t := range v.published(at.indicator, at.code) {
				days = append(days, time.UnixMilli(t).In(v.catalog.Location()).Format(time.DateOnly))
			}
			return slices.Compact(days)
		}) {
			found[day] = struct{}{}
		}
	})
	return sorted(found)
}
