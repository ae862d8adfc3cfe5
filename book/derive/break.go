package derive

import (
	"math"
	"time"

	"github.com/tidemark-stats/tidemark/catalog"
	"github.com/tidemark-stats/tidemark/figure"
)

// reach is the stretch that a value depends on, including its own cell.
func (v Value) reach() catalog.Stretch {
	s := catalog.Stretch{From: math.MaxInt, To: math.MinInt}
	if !v.Period.IsZero() { // a sum has no period until it is assigned to a cell
		s = catalog.StretchOf(v.Measure, v.Period)
	}
	for _, t := range v.terms {
		s = s.And(catalog.StretchOf(t.Measure, t.Period))
	}
	return s
}

// findCuts collects the breaks declared by the catalogue and the figures.
func (h *History) findCuts() {
	var marked []catalog.Marked
	for c, v := range h.given {
		if v.Status == figure.SeriesBreak {
			marked = append(marked, catalog.Marked{Measure: c.measure, Period: c.period, First: h.begins(c)})
		}
	}
	h.cuts = h.Indicator.Cuts(h.Area, h.Category, marked...)
}

// begins reports whether a figure is the first of its year.
func (h *History) begins(c cell) bool {
	for o := range h.given {
		if o.measure.Growth() == c.measure.Growth() && o.period.Year() == c.period.Year() && o.period.End().Before(c.period.End()) {
			return false
		}
	}
	return true
}

// Comparable is the part of the history that can be compared with the period p
// (of growth if growth is set): everything between the last break before the
// end of p and the first break after it. The zero period means today. A figure
// that spans a break counts only in the year of p, where it is judged by
// itself. The returned break is the one before which nothing counts, nil if
// nothing is excluded; the history is h itself if it has no break.
func (h *History) Comparable(growth bool, p figure.Period, today time.Time) (*History, *catalog.Cut) {
	all := h.cuts.Of(growth)
	if len(all) == 0 {
		return h, nil
	}
	if p.IsZero() {
		p = figure.PeriodAt(figure.Monthly, today)
	}
	window := catalog.Stretch{From: -1 << 30, To: 1 << 30}
	var last *catalog.Cut
	for i := range all {
		if b := &all[i]; b.Month < catalog.StretchOf(figure.Level, p).To {
			last, window.From = b, b.Month
		} else {
			window.To = min(window.To, b.Month)
		}
	}
	return h.within(growth, window, p.Year()), last
}

// within excludes what is not in the window or, for the given year, does not
// overlap it.
func (h *History) within(growth bool, window catalog.Stretch, year int) *History {
	if h.parts[0] != nil {
		return newRatio(h.Indicator, h.parts[0].within(growth, window, year), h.parts[1].within(growth, window, year))
	}
	var kept []Value
	for c, v := range h.given {
		s := catalog.StretchOf(c.measure, c.period)
		inside := window.From <= s.From && s.To <= window.To
		touches := c.period.Year() == year && window.From < s.To && s.To <= window.To
		if c.measure.Growth() != growth || inside || touches {
			kept = append(kept, v)
		}
	}
	part := build(h.Indicator, h.Area, h.Category, kept, &h.cuts)
	part.from = h.from
	return part
}
