package verdict

import (
	"math"
	"time"

	"github.com/tidemark-stats/tidemark/book/derive"
	"github.com/tidemark-stats/tidemark/catalog"
	"github.com/tidemark-stats/tidemark/figure"
)

// Tip is how large the next figure must be for a better verdict.
type Tip struct {
	Measure figure.Measure
	Period  figure.Period
	Value   float64 // from here on the verdict is To; up to here where lower is better
	Amount  Number  // what the period itself then has, if Value is a year to date
	To      Verdict
	Else    Verdict // if the figure just falls short of Value
}

// Tips says which next figure would change the verdict, from the best verdict
// that it can give to the worst. It judges the target again as if the figure had
// been published on its due day, for ever closer figures, so it is as exact as
// the judgement. There are none for a verdict that is final, for ratios, and if
// the next period does not count.
func Tips(t *catalog.Target, h *derive.History, at time.Time) []Tip {
	now := Judge(t, h, at)
	next, ok := nextFigure(now, h)
	if !ok {
		return nil
	}
	var tips []Tip
	for _, least := range []Verdict{Met, OnTrack, AtRisk} {
		tip, ok := next.tip(least)
		if next.amid() && tip.To == Met {
			continue // a single period that does the work of all others is no advice
		}
		if ok && (len(tips) == 0 || tips[len(tips)-1].Value != tip.Value) {
			tips = append(tips, tip)
		}
	}
	return tips
}

// probe is a figure that is not published yet.
type probe struct {
	target  *catalog.Target
	history *derive.History
	at      time.Time // when it would be judged
	measure figure.Measure
	period  figure.Period
	from    float64 // the year to date before it
	size    float64 // of usual figures
	signed  bool    // it may be below zero
}

// nextFigure is the next figure of a target.
func nextFigure(s State, h *derive.History) (n probe, ok bool) {
	t := s.Target
	if s.final || s.Newest.IsZero() || t.Indicator.Ratio != nil || !s.Goal.Known {
		return n, false
	}
	n = probe{target: t, history: h, measure: figure.Level, period: figure.PeriodAt(t.Indicator.Frequency(), s.Newest.End()),
		size: math.Abs(s.Goal.Value), signed: t.Indicator.Kind == catalog.Average || signed(t)}
	if !n.choose() || !t.By.IsZero() && n.period.End().After(t.By.End()) {
		return n, false
	}
	if t.PerDay {
		n.size *= float64(catalog.Days(n.period)) * float64(n.period.Number())
	}
	n.at = n.due(s.At)
	return n, true
}

// choose decides which measure of which period decides next. ok is false if it
// adds to a year to date that is not known.
func (n *probe) choose() (ok bool) {
	t, p := n.target, n.period
	f := p.Frequency()
	switch {
	case t.Kind == catalog.Growth:
		n.signed, n.measure = true, figure.YTDYoY
		if p.Number() == f.PerYear() {
			n.measure, n.period = t.Measure, t.By
		}
	case t.Measure.Growth():
		n.signed, n.measure = true, t.Measure
	case t.Indicator.Kind == catalog.Flow && f != figure.Annual && (addsOverYear(t) || joint(t) && p.Number() <= 2):
		n.measure = figure.YTD
		if p.Number() == 1 && f == figure.Monthly {
			n.period = p.Next() // January says nothing alone
			return true
		}
		if before := p.Number() - 1; before > 0 {
			v, known := byYear{n.history, f}.toDate(p.Year(), before)
			n.from = v.Value
			return known
		}
	}
	return true
}

// due is when the figure would be judged: on its due day, if that is not past.
func (n *probe) due(now time.Time) time.Time {
	at := figure.DayAt(n.period.End()).Start(now.Location())
	if c := n.target.Indicator.Calendar; c != nil {
		if due, listed := c.Due(n.period); listed && due.After(at) {
			at = due.In(now.Location())
		}
	}
	if now.After(at) {
		return now
	}
	return at
}

// amid reports whether further periods follow within the time that counts.
func (n probe) amid() bool {
	return addsOverYear(n.target) && (n.target.Open || n.period.End().Before(n.target.By.End()))
}

// addsOverYear reports whether a target is judged by year-to-dates of a flow.
func addsOverYear(t *catalog.Target) bool {
	return t.Kind == catalog.Cumulative || !limits(t) && t.Kind != catalog.Growth && yearly(t)
}

// verdict is the verdict if the figure is x.
func (n probe) verdict(x float64) Verdict {
	v := derive.Value{Measure: n.measure, Period: n.period, Value: x, Status: figure.Normal, Published: n.at}
	return Judge(n.target, n.history.Instead(map[string][]derive.Value{n.target.Indicator.Code: {v}}), n.at).Verdict
}

// goodness orders the verdicts by which a target stands; 0 is none of them.
func goodness(v Verdict) int {
	switch v {
	case Missed:
		return 1
	case Slipping:
		return 2
	case AtRisk:
		return 3
	case OnTrack:
		return 4
	case Met:
		return 5
	}
	return 0
}

// doublings and halvings bound the search for a figure: far beyond any that is
// plausible, and to the last bit of a number.
const (
	doublings = 12
	halvings  = 200
)

// tip finds the figure from which on the verdict is at least the given one.
func (n probe) tip(least Verdict) (Tip, bool) {
	better := 1.0
	if lower(n.target) {
		better = -1
	}
	good := func(x float64) bool { return goodness(n.verdict(x)) >= goodness(least) }
	worst, best, ok := n.bracket(better, good)
	if !ok {
		return Tip{}, false
	}
	for range halvings {
		middle := worst + (best-worst)/2
		if middle == worst || middle == best {
			break
		}
		if good(middle) {
			best = middle
		} else {
			worst = middle
		}
	}
	best = n.rounded(best, better, good)
	tip := Tip{Measure: n.measure, Period: n.period, Value: best, To: n.verdict(best), Else: n.verdict(worst)}
	if n.measure == figure.YTD && n.from > 0 {
		tip.Amount = number(best - n.from)
	}
	return tip, goodness(tip.Else) > 0
}

// bracket is a figure that is not good enough and one that is.
func (n probe) bracket(better float64, good func(float64) bool) (worst, best float64, ok bool) {
	start := n.from
	floor := 0.0
	if n.measure == figure.YTD {
		floor = n.from // what was reached stays
	}
	step := max(n.size, math.Abs(n.from), 1) / 64
	clamp := func(x float64) float64 {
		if !n.signed {
			x = max(x, floor)
		}
		return x
	}
	worst, best = start, start
	for range doublings {
		worst, best = clamp(worst-better*step), clamp(best+better*step)
		step *= 2
		if good(best) && !good(worst) {
			return worst, best, true
		}
	}
	return 0, 0, false
}

// rounded is the figure as people write it, on the good side of the exact one.
func (n probe) rounded(x, better float64, good func(float64) bool) float64 {
	unit := 0.01
	if !n.measure.Growth() {
		unit = math.Pow10(n.target.Indicator.DisplayPower() - 2)
	}
	for _, size := range []float64{unit, unit / 100} {
		near := math.Round(x/size) * size
		for _, y := range []float64{near, near + better*size} {
			if math.Abs(y-x) <= 1e-3*math.Abs(x) && (y-x)*better >= 0 && good(y) {
				return y
			}
		}
	}
	return x
}
