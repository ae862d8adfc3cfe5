package verdict

import (
	"time"

	"github.com/tidemark-stats/tidemark/book/derive"
	"github.com/tidemark-stats/tidemark/catalog"
	"github.com/tidemark-stats/tidemark/figure"
)

// level judges values at the end of a period: levels by a date, and multiples
// of stocks. A flow or an average with a month or quarter as its deadline is
// judged by that month or quarter of each year.
func (j *judge) level() {
	by := j.t.By
	if !j.t.Open && j.ended(by) {
		v, ok := j.h.At(figure.Level, by)
		switch {
		case ok && v.Withheld:
			j.settled(NoData, say("%s的数据不公布（%s）", "the figure for %s is withheld (%s)", by, withheldName(v)))
		case ok:
			j.value(say("期末值", "level"), v)
			j.closing(v)
		default:
			j.missing(by)
		}
		return
	}
	now, ok := j.newestLevel()
	switch {
	case !ok && j.isCovered && j.covered.Withheld:
		j.verdict(NoData, say("%s的数据不公布（%s）", "the figure for %s is withheld (%s)", j.covered.Period, withheldName(j.covered)))
		return
	case !ok:
		j.verdict(NoData, say("没有可供评判的数据", "there is no figure to judge"))
		return
	}
	j.value(say("最新值", "newest level"), now)
	if j.enough(now.Value) && !now.Estimated {
		j.s.Reached = now.Period
		j.settled(Met, say("%s为%s，已达到目标%s", "%s was %s, which reaches %s", now.Period, j.amount(now.Value), j.goal()))
		return
	}
	base, hasBase := j.base()
	if hasBase && j.t.Kind != catalog.Multiple {
		j.figure(say("基期", "base"), base)
	}
	tip := estimate{year: years(now.Period), value: now.Value, half: j.unsettled(now)}
	r := route{newest: now.Period, tip: tip, last: tip, base: estimate{year: years(base.Period), value: base.Value}, hasBase: hasBase, by: years(by)}
	j.direct(&r)
	r.growths = j.levelGrowths(now, r.absolute)
	j.path(r)
}

// newestLevel is the newest level that is not imputed, among the periods that
// can be compared with the deadline's.
func (j *judge) newestLevel() (now derive.Value, ok bool) {
	own := j.t.By.Frequency()
	if j.t.By.IsZero() {
		own = j.t.Indicator.Frequency()
	}
	for _, f := range []figure.Frequency{own, figure.Annual, figure.Quarterly, figure.Monthly} {
		if f != own && !j.h.EndsTogether() {
			continue
		}
		for v := range j.h.Figures(figure.Level, f) {
			p := v.Period
			if v.Withheld || v.Imputed || v.Early || !j.ended(p) {
				continue
			}
			kind := j.t.Indicator.Kind
			if (kind == catalog.Flow || kind == catalog.Average) && (f != j.t.By.Frequency() || p.Number() != j.t.By.Number()) {
				continue
			}
			if !ok || p.End().After(now.Period.End()) {
				now, ok = v, true
			}
		}
	}
	return now, ok
}

// levelGrowths returns the yearly growth rates up to the newest level, or the
// differences, newest first.
func (j *judge) levelGrowths(now derive.Value, absolute bool) (all []float64) {
	after := now.Value
	for p := now.Period.YearAgo(); len(all) < yearsBack; p = p.YearAgo() {
		v, ok := j.h.At(figure.Level, p)
		if !ok || v.Withheld || v.Imputed || !absolute && (v.Value <= 0 || after <= 0) {
			break
		}
		all = append(all, grown(v.Value, after, absolute))
		after = v.Value
	}
	return all
}

// years is the end of a period in years.
func years(p figure.Period) float64 {
	if p.IsZero() {
		return 0
	}
	end := p.End()
	start := time.Date(end.Year(), 1, 1, 0, 0, 0, 0, time.UTC)
	return float64(end.Year()-1) + float64(end.Sub(start))/float64(365.25*24*float64(time.Hour))
}
