package verdict

import (
	"slices"
	"time"

	"github.com/tidemark-stats/tidemark/book"
	"github.com/tidemark-stats/tidemark/book/derive"
	"github.com/tidemark-stats/tidemark/catalog"
	"github.com/tidemark-stats/tidemark/figure"
)

// Final reports whether only a revision can change the verdict.
func (s *State) Final() bool { return s.final }

// ProjectYear projects the total of a year of a flow or an average by
// the history, from the newest figure to date that is not imputed; k is the
// number of periods it covers. ok is false if there is no such figure, if the
// total itself is known, or if there are too few earlier years for a projection
// that no break of the series separates from it.
func ProjectYear(h *derive.History, year int) (p Pace, k int, ok bool) {
	h, _ = h.Comparable(false, figure.Year(year), time.Time{})
	c := byYear{h, h.Indicator.Frequency()}
	if v, known := c.total(year); known && !v.Imputed {
		return p, 0, false
	}
	for k = c.n() - 1; k > 0; k-- {
		if v, known := c.toDate(year, k); known && !v.Imputed {
			p, ok = c.project(year, k)
			return p, k, ok
		}
	}
	return p, 0, false
}

// Releases lists when something was published about an indicator, or the parts
// of a ratio, in an area and category (catalog.AnyCategory: in any), up to known,
// oldest first. Only figures of periods that begin before the given time count
// (the zero time means all). The figures of a release are pushed one by one, so
// those with less than a minute between one and the next are one release, at its
// last figure.
func Releases(b *book.Book, i *catalog.Indicator, area, category string, before, known time.Time) (all []time.Time) {
	var moments []int64
	for _, part := range i.Reported() {
		for _, s := range b.Of(part.Code) {
			if s.Key.Area != area || category != catalog.AnyCategory && s.Key.Category != category {
				continue
			}
			for p := range s.Periods() {
				if !before.IsZero() && !p.Start().Before(before) {
					break
				}
				for v := range s.Vintages(p) {
					if v.Status != figure.Imputed && !v.Published.After(known) {
						moments = append(moments, v.Published.UnixMilli())
					}
				}
			}
		}
	}
	slices.Sort(moments)
	moments = slices.Compact(moments)
	for n, m := range moments {
		if n+1 == len(moments) || moments[n+1]-m >= release.Milliseconds() {
			all = append(all, time.UnixMilli(m).UTC())
		}
	}
	return all
}
