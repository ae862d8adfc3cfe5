package derive

import (
	"cmp"
	"math"
	"slices"
	"time"

	"github.com/tidemark-stats/tidemark/catalog"
	"github.com/tidemark-stats/tidemark/figure"
)

// Break is where figures stop being comparable with those before them: the
// catalogue says so, or the first figure after it has status B.
type Break struct {
	Period figure.Period // the first that is not comparable with those before it
	Note   catalog.Name  // why; empty where a figure's status is all that says so
	month  int           // at whose beginning it is, counted from the year 0
}

// breaks are those of one history. A year-to-date is made of levels and its
// growth is that of these levels, so that level and ytd break together, and so
// do yoy and ytd_yoy.
type breaks struct {
	amounts, rates []Break // in order
}

func (b *breaks) of(growth bool) []Break {
	if growth {
		return b.rates
	}
	return b.amounts
}

// stretch is a run of months, counted from the year 0; to is the one after
// the last.
type stretch struct {
	from, to int
}

// stretchOf is what a figure speaks of: its period, or the year up to its end.
func stretchOf(m figure.Measure, p figure.Period) stretch {
	width := 12 / p.Frequency().PerYear()
	to := p.Year()*12 + p.Number()*width
	if m.ToDate() {
		return stretch{p.Year() * 12, to}
	}
	return stretch{to - width, to}
}

func (s stretch) and(o stretch) stretch { return stretch{min(s.from, o.from), max(s.to, o.to)} }

// reach is what a value rests on, its own cell included.
func (v Value) reach() stretch {
	s := stretch{math.MaxInt, math.MinInt}
	if !v.Period.IsZero() { // that of a sum is not known before it is put into a cell
		s = stretchOf(v.Measure, v.Period)
	}
	for _, t := range v.terms {
		s = s.and(stretchOf(t.Measure, t.Period))
	}
	return s
}

// across finds a break within a stretch: what lies on both of its sides must
// not be held against each other.
func (b *breaks) across(growth bool, s stretch) bool {
	return slices.ContainsFunc(b.of(growth), func(x Break) bool { return s.from < x.month && x.month < s.to })
}

// findBreaks gathers what the catalogue and the figures say.
func (h *History) findBreaks() {
	for i := range h.Indicator.Breaks {
		b := &h.Indicator.Breaks[i]
		found := Break{b.Period, b.Note, stretchOf(figure.Level, b.Period).from}
		if b.Breaks(h.Area, h.Category, figure.Level) || b.Breaks(h.Area, h.Category, figure.YTD) {
			h.breaks.amounts = append(h.breaks.amounts, found)
		}
		if b.Breaks(h.Area, h.Category, figure.YoY) || b.Breaks(h.Area, h.Category, figure.YTDYoY) {
			h.breaks.rates = append(h.breaks.rates, found)
		}
	}
	for c, v := range h.given {
		if v.Status != 'B' {
			continue
		}
		found := Break{Period: c.period, month: stretchOf(figure.Level, c.period).from}
		if c.measure.ToDate() && h.begins(c) {
			found.month = c.period.Year() * 12
		}
		if c.measure.Growth() {
			h.breaks.rates = append(h.breaks.rates, found)
		} else {
			h.breaks.amounts = append(h.breaks.amounts, found)
		}
	}
	h.breaks.amounts, h.breaks.rates = inOrder(h.breaks.amounts), inOrder(h.breaks.rates)
}

// begins tells whether a year-to-date is the first figure of its year: all of
// the year then lies behind the break that it marks.
func (h *History) begins(c cell) bool {
	for o := range h.given {
		if o.measure.Growth() == c.measure.Growth() && o.period.Year() == c.period.Year() && o.period.End().Before(c.period.End()) {
			return false
		}
	}
	return true
}

// inOrder sorts breaks and keeps one of each month: one that has a note, if
// any has.
func inOrder(all []Break) []Break {
	slices.SortFunc(all, func(b, o Break) int {
		return cmp.Or(cmp.Compare(b.month, o.month), cmp.Compare(o.Note.EN, b.Note.EN), b.Period.Compare(o.Period))
	})
	return slices.CompactFunc(all, func(b, o Break) bool { return b.month == o.month })
}

// Comparable is the part of the history that can be held against the period
// p (of growth where growth is asked for): what lies between the last break
// before the end of p and the first after it. The zero period asks for what
// can be held against today. A figure that a break runs through counts in the
// year of p only, where it is judged by itself. The break is the one before
// which nothing counts, nil when nothing is left out for one; the history is
// h itself when it has no break.
func (h *History) Comparable(growth bool, p figure.Period, today time.Time) (*History, *Break) {
	all := h.breaks.of(growth)
	if len(all) == 0 {
		return h, nil
	}
	if p.IsZero() {
		p = figure.PeriodAt(figure.Monthly, today)
	}
	window := stretch{-1 << 30, 1 << 30}
	var last *Break
	for i := range all {
		if b := &all[i]; b.month < stretchOf(figure.Level, p).to {
			last, window.from = b, b.month
		} else {
			window.to = min(window.to, b.month)
		}
	}
	return h.within(growth, window, p.Year()), last
}

// within leaves out what does not lie in the window, or of the given year
// touches it.
func (h *History) within(growth bool, window stretch, year int) *History {
	if h.parts[0] != nil {
		return NewRatio(h.Indicator, h.parts[0].within(growth, window, year), h.parts[1].within(growth, window, year))
	}
	var kept []Value
	for c, v := range h.given {
		s := stretchOf(c.measure, c.period)
		inside := window.from <= s.from && s.to <= window.to
		touches := c.period.Year() == year && window.from < s.to && s.to <= window.to
		if c.measure.Growth() != growth || inside || touches {
			kept = append(kept, v)
		}
	}
	return build(h.Indicator, h.Area, h.Category, kept, &h.breaks)
}
