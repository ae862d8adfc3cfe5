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
// the book is the newest, that is for weeks.
type snapshot struct {
	catalog *catalog.Catalog
	book    *book.Book
	values  sync.Map // answers about labels, by valuesKey
	places  func() []place
	begins  func() int64
	reports func() []*metric.Report // as known now

	mu        sync.Mutex
	histories map[place]*derive.History
	states    map[stateKey][]judged
	releases  map[place][]int64
	turnsOf   map[string]turns // of targets, by id
	firsts    map[place][]arrival
	newests   map[figure.Series][]firstKnown
}

func newSnapshot(c *catalog.Catalog, b *book.Book) *snapshot {
	v := &snapshot{catalog: c, book: b, histories: map[place]*derive.History{},
		states: map[stateKey][]judged{}, releases: map[place][]int64{}, turnsOf: map[string]turns{}, firsts: map[place][]arrival{},
		newests: map[figure.Series][]firstKnown{}}
	v.places = sync.OnceValue(v.findPlaces)
	v.begins = sync.OnceValue(v.findBeginning)
	v.reports = sync.OnceValue(func() []*metric.Report { return metric.Reports(c, b, time.Time{}) })
	return v
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
		for f := range s.Figures() {
			first = min(first, start(f.Period))
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
		if !s.wants("indicator", b.Key.Indicator) || !s.wants("area", b.Key.Area) || s.ctx.Err() != nil {
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

// history is what was known of a place at that moment, zero for now. That of
// now is kept.
func (v *snapshot) history(p place, known time.Time) *derive.History {
	if !known.IsZero() {
		return derive.From(v.book, p.indicator, p.area, p.category, known)
	}
	v.mu.Lock()
	h := v.histories[p]
	v.mu.Unlock()
	if h == nil {
		h = derive.From(v.book, p.indicator, p.area, p.category, time.Time{})
		v.mu.Lock()
		v.histories[p] = h
		v.mu.Unlock()
	}
	return h
}

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
// or of a ratio's parts, in an area, in milliseconds and in order. Callers must
// not change it.
func (v *snapshot) published(i *catalog.Indicator, area string) []int64 {
	key := place{indicator: i, area: area}
	v.mu.Lock()
	moments, ok := v.releases[key]
	v.mu.Unlock()
	if ok {
		return moments
	}
	parts := []*catalog.Indicator{i}
	if i.Ratio != nil {
		parts = []*catalog.Indicator{i.Ratio.Numerator, i.Ratio.Denominator}
	}
	for _, part := range parts {
		for _, s := range v.book.Of(part.Code) {
			if s.Key.Area != area {
				continue
			}
			for f := range s.Figures() {
				for vintage := range s.Vintages(f.Period) {
					moments = append(moments, vintage.Published.UnixMilli())
				}
			}
		}
	}
	slices.Sort(moments)
	moments = slices.Compact(moments)
	v.mu.Lock()
	v.releases[key] = moments
	v.mu.Unlock()
	return moments
}

// days lists the days on which something was published of what is meant.
func (v *snapshot) days(sel *selection) []string {
	found := map[string]struct{}{}
	v.seriesOf(sel, func(_ *catalog.Indicator, s *book.Series) {
		last := int64(0)
		for f := range s.Figures() {
			for vintage := range s.Vintages(f.Period) {
				if at := vintage.Published.UnixMilli(); at != last {
					found[vintage.Published.In(v.catalog.Location()).Format(time.DateOnly)] = struct{}{}
					last = at
				}
			}
		}
	})
	return sorted(found)
}
