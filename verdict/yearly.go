package verdict

import (
	"github.com/tidemark-stats/tidemark/book/derive"
	"github.com/tidemark-stats/tidemark/catalog"
	"github.com/tidemark-stats/tidemark/figure"
	"github.com/tidemark-stats/tidemark/internal/lang"
	"github.com/tidemark-stats/tidemark/verdict/projection"
)

// yearly judges the total of a year: annual totals and multiples of flows.
//
// It judges by the final figure once that is known. Before that, the target is met
// if the newest full year since the base, or the year to date, is sufficient.
// Otherwise it judges by the projection of the deadline's year, or in earlier
// years by the path of the years up to it.
func (j *judge) yearly() {
	c := byYear{j.h, j.t.Indicator.Frequency()}
	by := j.t.By
	if !j.t.Open && j.ended(by) && j.yearClosed(c) {
		return
	}
	last, hasLast := j.lastYear(c)
	if hasLast && (j.t.Open || !j.t.Base.IsZero()) && j.enough(last.Value) {
		j.value(say("最近一个完整年度", "newest full year"), last)
		j.reachedYear(c, last)
		return
	}
	now, k, inYear := j.yearToDate(c, last, hasLast)
	pace, told := j.project(c, now, k)
	switch {
	case inYear && (j.reachedToDate(c, now) || j.exceeded(c, now)):
		return
	case !j.t.Open && j.over(by):
		j.missing(by)
	case inYear && !j.t.Open && now.Period.Year() == by.Year() && (told || !j.planned(hasLast)):
		j.withinYear(c, now, k, pace, told)
	case !j.t.Open && j.ended(by):
		j.missing(by)
	case !hasLast:
		j.verdict(TooEarly, say("还没有一个完整年度的数据", "there is no full year yet"))
	case !j.t.Open && !j.planned(hasLast) && figure.PeriodAt(figure.Annual, j.at) == by:
		j.verdict(TooEarly, say("%s尚无数据", "there is no figure for %s yet", by))
	default:
		j.towards(c, last, now, k, pace, told)
	}
}

// yearClosed judges by the final figure of the deadline's year, if that is
// published, as a number or as withheld.
func (j *judge) yearClosed(c byYear) bool {
	by := j.t.By
	if v, ok := c.total(by.Year()); ok && !v.Imputed {
		j.value(say("全年", "year"), v)
		j.closing(v)
		if j.s.Verdict == Met && !j.t.Base.IsZero() {
			j.s.Reached = j.reachedSince(c, v)
		}
		return true
	}
	if v, ok := j.h.At(figure.Level, by); ok && v.Withheld {
		j.settled(NoData, say("%s的数据不公布（%s）", "the figure for %s is withheld (%s)", by, withheldName(v)))
		return true
	}
	return false
}

// planned reports whether the target is a plan for several years, which is
// judged before its last year has any figures. A target for a single year is
// judged by that year alone.
func (j *judge) planned(hasLast bool) bool { return hasLast && !j.t.Base.IsZero() }

// tells reports whether the first k periods are enough to judge their year:
// January alone says nothing about a flow, since it may contain the Spring
// Festival.
func (c byYear) tells(k int) bool { return k >= 2 || k == 1 && (c.f != figure.Monthly || c.averages()) }

func withheldName(v derive.Value) lang.Text {
	return lang.Text{ZH: v.Status.NameZH(), EN: v.Status.NameEN()}
}

// lastYear is the newest full year that counts: not before the base, not after
// the deadline, completed, and not imputed.
func (j *judge) lastYear(c byYear) (last derive.Value, ok bool) {
	for p := range j.h.Periods(figure.Annual) {
		if !j.ended(p) || !j.t.By.IsZero() && p.Year() > j.t.By.Year() || !j.t.Base.IsZero() && p.Year() <= j.t.Base.Year() {
			continue
		}
		if v, known := c.total(p.Year()); known && !v.Imputed {
			last, ok = v, true
		}
	}
	return last, ok
}

// reachedSince is the first of the years up to the given one that were all
// sufficient.
func (j *judge) reachedSince(c byYear, last derive.Value) figure.Period {
	for y := last.Period.Year() - 1; y > j.t.Base.Year(); y-- {
		v, ok := c.total(y)
		if !ok || v.Imputed || !j.enough(v.Value) {
			break
		}
		last = v
	}
	return last.Period
}

// reachedYear is the verdict if the newest full year was sufficient.
func (j *judge) reachedYear(c byYear, last derive.Value) {
	j.s.Reached = j.reachedSince(c, last)
	if last.Estimated {
		j.verdict(OnTrack, say("%s估计为%s，达到目标%s", "%s is estimated at %s, which reaches %s", last.Period, j.amount(last.Value), j.goal()))
		return
	}
	j.settled(Met, say("%s为%s，已达到目标%s", "%s was %s, which reaches %s", last.Period, j.amount(last.Value), j.goal()))
}

// yearToDate is the newest year-to-date after the last full year, and its
// number within the year. Imputed ones are skipped.
func (j *judge) yearToDate(c byYear, last derive.Value, hasLast bool) (now derive.Value, k int, ok bool) {
	if c.f == figure.Annual {
		return now, 0, false
	}
	for p := range j.h.Periods(c.f) {
		year := p.Year()
		if !j.ended(p) || hasLast && year <= last.Period.Year() || !j.t.By.IsZero() && year > j.t.By.Year() ||
			!j.t.Base.IsZero() && year <= j.t.Base.Year() {
			continue
		}
		if v, known := c.toDate(year, p.Number()); known && !v.Imputed {
			now, k, ok = v, p.Number(), true
		}
	}
	return now, k, ok
}

// reachedToDate reports whether a flow is sufficient before its year has
// ended. That counts in the deadline's year, and before it if there is a base.
func (j *judge) reachedToDate(c byYear, now derive.Value) bool {
	counts := j.t.Open || !j.t.Base.IsZero() || now.Period.Year() == j.t.By.Year()
	if !counts || c.averages() || j.lower() || now.Estimated || signed(j.t) || !j.enough(now.Value) {
		return false
	}
	j.value(say("累计", "year to date"), now)
	j.s.Reached = now.Period
	j.plan(now)
	j.settled(Met, say("截至%s累计%s，为目标%s的%s", "%[2]s to %[1]s, which is %[4]s of %[3]s", now.Period, j.amount(now.Value), j.goal(),
		percent(now.Value/j.s.Goal.Value)))
	return true
}

// plan is what should have been reached by now within a year: the goal times
// the usual share of a year at this point, s(k); without earlier years, the
// elapsed fraction of the year (时间进度).
func (j *judge) plan(now derive.Value) {
	c := byYear{j.h, j.t.Indicator.Frequency()}
	k := now.Period.Number()
	j.s.Share, j.s.Calendar = c.share(now.Period.Year(), k), number(float64(k)/float64(c.n()))
	j.ratioStep(say("序时进度", "elapsed part of the year"), j.s.Calendar.Value, "periods elapsed ÷ periods per year")
	share := j.s.Calendar
	if j.s.Share.Known {
		share = j.s.Share
		j.ratioStep(say("往年同期占全年的比重", "usual share of a year by this point"), share.Value, "mean of ytd ÷ year")
	}
	j.s.Plan = number(c.shown(j.s.Goal.Value*share.Value, k))
	j.step(say("计划进度", "plan to date"), j.s.Plan.Value, now.Period, c.planFormula())
}

// withinYear judges in the deadline's year.
func (j *judge) withinYear(c byYear, now derive.Value, k int, pace Pace, told bool) {
	j.value(c.toDateName(), c.shownValue(now, k))
	j.s.Every, j.s.Remaining = c.f, c.n()-k
	rest := j.s.Goal.Value - now.Value
	if !signed(j.t) {
		rest = max(0, rest)
	}
	if c.averages() {
		rest *= float64(c.n())
	}
	if j.s.Remaining > 0 {
		j.s.Required = number(rest / float64(j.s.Remaining))
		j.s.LastRest = c.restMean(now.Period.Year()-1, k)
		j.needs(c, now.Period.Year(), k, rest, 0)
	}
	if j.s.Required.Known {
		name, formula := say("余下每期需完成", "required in each remaining period"), "(goal − ytd) ÷ periods left"
		if c.averages() {
			name, formula = say("余下各期平均需达到", "mean required in the remaining periods"), "(goal × n − sum of periods) ÷ periods left"
		}
		j.step(name, j.s.Required.Value, figure.Period{}, formula)
	}
	j.plan(now)
	if !told {
		j.verdict(TooEarly, j.noPace(c, now, k))
		return
	}
	j.paced(c, pace, k)
	j.s.Projection, j.s.Low, j.s.High = number(pace.Centre), number(pace.Low), number(pace.Top)
	v := j.band(now.Period)
	j.verdict(v, j.bandReason(v, j.t.By))
}

// restMean is what each period after the k-th contributed to a year: the mean
// amount of a flow, the mean of an average.
func (c byYear) restMean(year, k int) Number {
	total, ok := c.total(year)
	part, known := c.toDate(year, k)
	if !ok || !known || k >= c.n() {
		return Number{}
	}
	rest := total.Value - part.Value
	if c.averages() {
		rest *= float64(c.n())
	}
	return number(rest / float64(c.n()-k))
}

// noPace says why a year cannot be projected.
func (j *judge) noPace(c byYear, now derive.Value, k int) lang.Text {
	switch {
	case !c.tells(k):
		return say("一月份受春节影响，与二月份合并评判", "January is judged together with February, because the Spring Festival moves between them")
	case now.Value <= 0:
		return say("%s不大于零，无法推算全年", "the %s is not positive and cannot be projected", c.toDateName())
	case c.series(now.Period.Year()).Crossed(k):
		return say("往年曾有不大于零的数值，无法按往年推算全年", "earlier years were at zero or below it, so this one cannot be projected by them")
	}
	return j.tooFewYears(c, k)
}

// methodNames are the methods as they are called in steps.
var methodNames = map[Method]lang.Text{
	projection.Theta:     {ZH: "Theta法", EN: "theta"},
	projection.MeanShare: {ZH: "往年平均占比法", EN: "mean share"},
	projection.Damped:    {ZH: "阻尼增长法", EN: "damped growth"},
}

// paced records a projection, the numbers used for it, and the result of its
// back-test.
func (j *judge) paced(c byYear, p Pace, k int) {
	j.s.Method, j.s.Pace = p.Method, p
	j.s.Imputed = j.s.Imputed || p.Imputed
	year := figure.Year(p.Year)
	add := func(name lang.Text, v float64, formula string) {
		j.add(Step{Name: name, Value: v, Unit: j.t.Indicator.Unit.Code, Period: year, Derived: true, Imputed: p.Imputed, Formula: formula})
	}
	for _, part := range p.Parts {
		j.inputs(c, part.Method, p, k)
		name := methodNames[part.Method]
		add(say("按%s推算", "projection by %s", name), part.Value, methodFormulas[part.Method])
		j.ratioStep(say("%s往年的平均误差", "mean error of %s in earlier years", name), part.Error, "")
		j.ratioStep(say("%s的权重", "weight of %s", name), part.Weight, "")
	}
	add(say("全年推算", "projection of the year"), p.Centre, methodFormulas[p.Method])
	j.ratioStep(say("往年推算的平均误差", "mean error of such projections in earlier years"), p.Error, "")
	j.ratioStep(say("检验年数", "years tested"), float64(p.Cases), "")
	j.ratioStep(say("区间应包含结果的比例", "part of outcomes that the band is to contain"), p.Level, "")
	j.ratioStep(say("仅凭检验年数可保证的比例", "part that the years tested can claim alone"), p.Claim, "years ÷ (years + 1), at most the part above")
	j.ratioStep(say("余下部分的误差幅度", "error of the rest of the year at that part"), p.Reach, "quantile of earlier years, widened if they are few")
	if p.Unsettled > 0 {
		j.ratioStep(unsettledName, p.Unsettled, "")
	}
	j.ratioStep(say("区间半宽", "half-width of the band"), p.Half, "error × (projection − ytd) ÷ projection, at least the rounding of figures")
	add(say("区间下限", "low end of the band"), p.Low, p.lowFormula())
	add(say("区间上限", "high end of the band"), p.Top, "projection × (1 + half-width)")
}

// inputs records the figures that a method uses.
func (j *judge) inputs(c byYear, m Method, p Pace, k int) {
	switch m {
	case projection.Damped:
		before, _ := c.toDate(p.Year-1, k)
		last, _ := c.total(p.Year - 1)
		j.figure(say("上年同期累计", "last year to date"), c.shownValue(before, k))
		j.figure(say("上年全年", "last year"), last)
		if p.Habit.Known {
			j.ratioStep(say("往年平均增长系数", "mean growth factor of past years"), p.Habit.Value, "h")
		}
	case projection.MeanShare:
		j.ratioStep(say("往年同期占全年的比重", "usual share of a year by this point"), p.Share.Value, "mean of ytd ÷ year")
	}
}

// towards judges in the years before the deadline's. The newest point is the
// year in progress if it can be projected, otherwise the last full year.
func (j *judge) towards(c byYear, last, now derive.Value, k int, pace Pace, told bool) {
	j.value(say("最近一个完整年度", "newest full year"), last)
	tip, newest := estimate{year: float64(last.Period.Year()), value: last.Value}, last.Period
	if told {
		j.figure(c.toDateName(), c.shownValue(now, k))
		j.paced(c, pace, k)
		tip, newest = estimate{float64(pace.Year), pace.Centre, pace.Half}, now.Period
	}
	base, hasBase := j.base()
	if hasBase && j.t.Kind != catalog.Multiple {
		j.figure(say("基期", "base"), base)
	}
	r := route{
		newest: newest, tip: tip, last: estimate{year: float64(last.Period.Year()), value: last.Value},
		base: estimate{year: float64(base.Period.Year()), value: base.Value}, hasBase: hasBase,
		by: float64(j.t.By.Year()),
	}
	j.direct(&r)
	r.growths = c.growths(int(tip.year), tip.value, r.absolute)
	j.path(r)
}

// growths returns the logarithmic growth rates of up to eight successive years
// up to the tip, newest first, or their differences. Those of imputed years do
// not count.
func (c byYear) growths(year int, tip float64, absolute bool) (all []float64) {
	after := tip
	for y := year - 1; y >= year-yearsBack; y-- {
		v, ok := c.total(y)
		if !ok || v.Imputed || !absolute && (v.Value <= 0 || after <= 0) {
			break
		}
		all = append(all, grown(v.Value, after, absolute))
		after = v.Value
	}
	return all
}
