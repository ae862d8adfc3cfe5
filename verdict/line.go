package verdict

import (
	"math"

	"github.com/tidemark-stats/tidemark/book/derive"
	"github.com/tidemark-stats/tidemark/catalog"
	"github.com/tidemark-stats/tidemark/figure"
)

// Outlook is a target's plan and projection at the end of a period.
type Outlook struct {
	Period                      figure.Period
	Plan, Projection, Low, High Number
}

// Line is what a chart draws with the figures, in the order of periods: the
// plan up to the deadline, and from the newest figure on the projection with
// its band. Within the deadline's year the points are year-to-date values at
// the indicator's frequency, or means to date for an average; before that year
// they are yearly. The last point agrees with State at the deadline; the ones
// before it are intermediate. A floor or ceiling is a horizontal line over the
// periods of which anything is known. There is no line for growth, ranks, sums
// of years and targets without a deadline.
func Line(s State, h *derive.History) []Outlook {
	switch s.Target.Kind {
	case catalog.Floor, catalog.Ceiling:
		return keptLine(s, h)
	case catalog.AnnualTotal, catalog.LevelBy, catalog.Multiple:
	default:
		return nil
	}
	if s.Target.Open || !s.Goal.Known {
		return nil
	}
	h, _ = comparable(s.Target, h, s.At)
	i := s.Target.Indicator
	if yearly(s.Target) && i.Frequency() != figure.Annual &&
		(s.Target.Base.IsZero() || s.Period.Frequency() == i.Frequency()) {
		return withinLine(s, byYear{h, i.Frequency()})
	}
	return yearlyLine(s, h)
}

// withinLine follows the shares of past years, s(k), through the deadline's
// year.
func withinLine(s State, c byYear) (line []Outlook) {
	year := s.Target.By.Year()
	now := 0
	if s.Period.Year() == year && s.Period.Frequency() == c.f {
		now = s.Period.Number()
	}
	shares := c.allShares(year)
	if now > 0 && s.Plan.Known && s.Goal.Value != 0 {
		shares[now] = number(c.part(s.Plan, now).Value / s.Goal.Value)
	}
	value := c.part(s.Value, now)
	shown := func(n Number, k int) Number {
		n.Value = c.shown(n.Value, k)
		return n
	}
	bridge(shares)
	for k := 1; k <= c.n(); k++ {
		p := Outlook{Period: c.period(year, k), Plan: shown(number(s.Goal.Value*shares[k].Value), k)}
		if now > 0 && k >= now && s.Projection.Known {
			part := fraction(k, now, c.n())
			if rest := 1 - shares[now].Value; rest > 0 { // not of a year that usually falls from here on
				part = (shares[k].Value - shares[now].Value) / rest
			}
			p.Projection = shown(between(value, s.Projection, part), k)
			p.Low, p.High = shown(between(value, s.Low, part), k), shown(between(value, s.High, part), k)
		}
		line = append(line, p)
	}
	return line
}

// allShares returns s(0) to s(n), of which the first and the last are always
// known.
func (c byYear) allShares(year int) []Number {
	shares, series := make([]Number, c.n()+1), c.series(year)
	for k := 1; k < c.n(); k++ {
		shares[k].Value, shares[k].Known = series.Share(k)
	}
	shares[0], shares[c.n()] = number(0), number(1)
	return shares
}

// bridge interpolates the shares that past years do not provide evenly between
// the neighbouring ones: a plan must not alternate between two methods.
func bridge(shares []Number) {
	last := 0
	for k := 1; k < len(shares); k++ {
		if !shares[k].Known {
			continue
		}
		for i := last + 1; i < k; i++ {
			shares[i] = between(shares[last], shares[k], float64(i-last)/float64(k-last))
		}
		last = k
	}
}

// between interpolates linearly between two numbers.
func between(from, to Number, part float64) Number {
	if !from.Known || !to.Known {
		return Number{}
	}
	if part == 1 {
		return to // to the last bit
	}
	return number(from.Value + (to.Value-from.Value)*part)
}

// yearlyLine leads evenly from the base to the goal, and from the newest full
// figure to the projection: by a rate of growth, or by amounts where the target is
// judged by these.
func yearlyLine(s State, h *derive.History) (line []Outlook) {
	j := &judge{t: s.Target, h: h}
	base, hasBase := j.base()
	straight := byAmounts(s.Target, s.Goal.Value, s.Value.Value) || hasBase && byAmounts(s.Target, s.Goal.Value, base.Value)
	hasBase = hasBase && (straight || base.Value > 0)
	first, end := s.Period.Year(), s.Target.By.Year()
	if hasBase {
		first = s.Target.Base.Year()
	} else if s.Period.IsZero() {
		return nil
	}
	for year := first; year <= end && year-first < 2*horizon; year++ {
		p := Outlook{Period: figure.Year(year)}
		if hasBase {
			p.Plan = along(number(base.Value), s.Goal, fraction(year, first, end), straight)
		}
		if start := s.Period.Year(); !s.Period.IsZero() && year >= start {
			part := fraction(year, start, end)
			p.Projection = along(s.Value, s.Projection, part, straight)
			p.Low, p.High = along(s.Value, s.Low, part, straight), along(s.Value, s.High, part, straight)
		}
		line = append(line, p)
	}
	return line
}

// fraction is the part of the time from the start to the end that is behind at
// some point; all of it at the end.
func fraction(at, start, end int) float64 {
	if at == end {
		return 1
	}
	return float64(at-start) / float64(end-start)
}

// along is the point on the way between two numbers, by a rate of growth or
// straight.
func along(from, to Number, part float64, straight bool) Number {
	switch {
	case !to.Known:
		return Number{}
	case part == 1:
		return to
	case straight:
		return between(from, to, part)
	case !from.Known || from.Value <= 0 || to.Value <= 0:
		return Number{}
	}
	return number(from.Value * math.Exp(math.Log(to.Value/from.Value)*part))
}

func keptLine(s State, h *derive.History) (line []Outlook) {
	for p := range h.Periods(s.Target.Indicator.Frequency()) {
		t := s.Target
		if !t.From.IsZero() && p.Start().Before(t.From.Start()) || !t.By.IsZero() && p.End().After(t.By.End()) {
			continue
		}
		line = append(line, Outlook{Period: p, Plan: GoalOf(s, p)})
	}
	return line
}
