package derive

import (
	"math"
	"time"

	"github.com/tidemark-stats/tidemark/catalog"
	"github.com/tidemark-stats/tidemark/figure"
)

// reach is what a value rests on, its own cell included.
func (v Value) reach() catalog.Stretch {
	s := catalog.Stretch{From: math.MaxInt, To: math.MinInt}
	if !v.Period.IsZero() { // that of a sum is not known before it is put into a cell
		s = catalog.StretchOf(v.Measure, v.Period)
	}
	for _, t := range v.terms {
		s = s.And(catalog.StretchOf(t.Measure, t.Period))
	}
	return s
}

// findCuts gathers what the catalogue and the figures say.
func (h *History) findCuts() {
	var marked []catalog.Marked
	for c, v := range h.given {
		if v.Status == figure.SeriesBreak {
			marked = append(marked, catalog.Marked{Measure: c.measure, Period: c.period, First: h.begins(c)})
		}
	}
	h.cuts = h.Indicator.Cuts(h.Area, h.Category, marked...)
}

// begins tells whether a figure is the first of its year.
func (h *History) begins(c cell) bool {
	for o := range h.given {
		if o.measure.Growth() == c.measure.Growth() && o.period.Year() == c.period.Year() && o.period.End().Before(c.period.End()) {
			return false
		}
	}
	return true
}

// Comparable is the part of the history that can be held against the period
// p (of growth where growth is asked for): what lies between the last break
// before the end of p and the first after it. The zero period asks for what
// can be held against today. A figure that a break runs through counts in the
// year of p only, where it is judged by itself. The break is the one before
// which nothing counts, nil when nothing is left out for one; the history is
// h itself when it has no break.
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

// within leaves out what does not lie in the window, or of the given year
// touches it.
func (h *History) within(growth bool, window catalog.Stretch, year int) *History {
	if h.parts[0] != nil {
		return NewRatio(h.Indicator, h.parts[0].within(growth, window, year), h.parts[1].within(growth, window, year))
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
	return build(h.Indicator, h.Area, h.Category, kept, &h.cuts)
}
