package series

import (
	"slices"
	"time"

	"github.com/tidemark-stats/tidemark/book"
	"github.com/tidemark-stats/tidemark/book/derive"
	"github.com/tidemark-stats/tidemark/catalog"
)

// placesOf returns the places a selector may match.
func (v *snapshot) placesOf(s *selection, yield func(place)) {
	for _, p := range v.places() {
		if s.wants("indicator", p.indicator.Code) && s.wants("area", p.area) && s.wants("category", p.category) && s.ctx.Err() == nil {
			yield(p)
		}
	}
}

// seriesOf returns the series of the book that a selector may match.
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

// figures returns the known figures of a series.
func (m *manner) figures(b *book.Series, yield func(*book.Figure)) {
	figures := b.Figures()
	if !m.known.IsZero() {
		figures = b.AsOf(m.known)
	}
	for f := range figures {
		yield(&f)
	}
}

// history is what was known about a place, as the selection sees it. The
// current one is cached.
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

// manyPlaces is how many places are used repeatedly at a time: a place, and the
// parts of its ratio.
const manyPlaces = 8

// publicationDays lists the days on which anything that the selector may match
// was published.
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

func sorted(set map[string]struct{}) []string {
	all := make([]string, 0, len(set))
	for v := range set {
		all = append(all, v)
	}
	slices.Sort(all)
	return all
}
