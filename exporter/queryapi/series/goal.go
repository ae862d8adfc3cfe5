package series

import (
	"github.com/tidemark-stats/tidemark/catalog"
	"github.com/tidemark-stats/tidemark/figure"
	"github.com/tidemark-stats/tidemark/verdict"
)

// goalOnly are the periods of the goal of a target that has no plan: from the
// first figure to the deadline, or to the end of the year without one. A sum of
// several years cannot be compared with one, so it has its last period only.
func (v *snapshot) goalOnly(state *verdict.State, s *selection) (line []verdict.Outlook) {
	t, h := state.Target, v.history(place{state.Target.Indicator, state.Target.Area.Code, state.Category}, &s.manner)
	first, last := t.By, t.By
	switch {
	case t.Open:
		first, last = lastOf(t.Indicator, s.now.Year()), lastOf(t.Indicator, s.now.Year())
	case t.By.IsZero(): // a floor without figures
		return nil
	}
	for p := range h.Periods(last.Frequency()) {
		if _, known := h.At(t.Measure, p); known && p.Compare(last) < 0 && t.Kind != catalog.Cumulative {
			first = p
			break
		}
	}
	for p := first; p.Compare(last) <= 0; p = p.Next() {
		line = append(line, verdict.Outlook{Period: p})
	}
	return line
}

// lastOf is the last period of a year of which a target without a deadline is
// judged: the year itself where figures add up or are averaged.
func lastOf(i *catalog.Indicator, year int) figure.Period {
	if i.Kind != catalog.Flow && i.Kind != catalog.Average {
		switch i.Frequency() {
		case figure.Monthly:
			return figure.Month(year, 12)
		case figure.Quarterly:
			return figure.Quarter(year, 4)
		}
	}
	return figure.Year(year)
}
