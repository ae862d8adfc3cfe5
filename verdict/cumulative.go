package verdict

import (
	"github.com/tidemark-stats/tidemark/book/derive"
	"github.com/tidemark-stats/tidemark/figure"
	"github.com/tidemark-stats/tidemark/internal/lang"
)

// cumulative judges a flow that adds up over years. The plan to date is the
// goal times the elapsed fraction of the time, within a year by the usual
// share at that point. The projection assumes that the coming years grow as
// the past ones did; its band is that of path, added up. Years that can be above
// and below zero have no rate of growth, so there is none before the last one. A
// missing year makes the sum unknown, because missing figures are not estimated.
func (j *judge) cumulative() {
	c := byYear{j.h, j.t.Indicator.Frequency()}
	from, by := j.t.From.Year(), j.t.By.Year()
	got, full, ok := j.fullYears(c)
	if !ok {
		return
	}
	year := from + full
	now, k, inYear := derive.Value{}, 0, false
	if j.t.Open || year <= by {
		now, k, inYear = j.partYear(c, year)
	}
	if inYear {
		j.figure(say("本年累计", "year to date"), now)
		j.s.Provisional = j.s.Provisional || now.Status == figure.Provisional
		got += now.Value
	}
	over := figure.Year(year - 1)
	if inYear {
		over = now.Period
	}
	if full == 0 && !inYear {
		j.nothingYet()
		return
	}
	j.s.Value, j.s.Period = number(got), over
	j.step(say("已累计", "sum so far"), got, over, "sum of the years and the year to date")
	switch {
	case !j.t.Open && year > by:
		j.closing(derive.Value{Period: j.t.By, Value: got, Estimated: j.s.Estimated})
	case !j.enough(got) && !j.s.Estimated && j.lower() && !signed(j.t):
		j.beyond(over, got)
	case j.enough(got) && !j.s.Estimated && !j.lower() && !signed(j.t):
		j.s.Reached = over
		j.settled(Met, say("截至%s累计%s，已达到目标%s", "%[2]s up to %[1]s reaches %[3]s", over, j.amount(got), j.goal()))
	case !j.t.Open && j.ended(j.t.By):
		j.missing(j.t.By)
	default:
		j.cumulate(c, got, year, k, inYear, now)
	}
}

// nothingYet is the verdict before the first figure that counts.
func (j *judge) nothingYet() {
	if !j.t.Open && j.ended(j.t.By) {
		j.missing(j.t.By)
		return
	}
	j.verdict(TooEarly, say("自%s起尚无数据", "there is no figure since %s", j.t.From))
}

// fullYears adds up the completed years. A missing year that is followed by a
// known one makes the sum impossible.
func (j *judge) fullYears(c byYear) (sum float64, full int, ok bool) {
	for y := j.t.From.Year(); j.t.Open || y <= j.t.By.Year(); y++ {
		v, known := c.total(y)
		if !known || v.Imputed || !j.ended(figure.Year(y)) {
			break
		}
		j.figure(say("全年", "year"), v)
		j.s.Provisional = j.s.Provisional || v.Status == figure.Provisional
		sum += v.Value
		full++
	}
	hole := j.t.From.Year() + full
	for p := range j.h.Periods(figure.Annual) {
		if p.Year() <= hole || !j.t.Open && p.Year() > j.t.By.Year() || !j.ended(figure.Year(hole)) {
			continue
		}
		_, total := c.total(p.Year())
		_, part := c.toDate(p.Year(), 2)
		if total || part {
			j.verdict(NoData, say("缺少%s全年的数据，无法累计", "the year %s has no figure, so the sum is unknown", figure.Year(hole)))
			return 0, 0, false
		}
	}
	return sum, full, true
}

// partYear is the newest year-to-date of a year.
func (j *judge) partYear(c byYear, year int) (now derive.Value, k int, ok bool) {
	if c.f == figure.Annual {
		return now, 0, false
	}
	for n := 1; n <= c.n(); n++ {
		if v, known := c.toDate(year, n); known && !v.Imputed && j.ended(c.period(year, n)) {
			now, k, ok = v, n, true
		}
	}
	return now, k, ok
}

// cumulate judges before the deadline.
func (j *judge) cumulate(c byYear, got float64, year, k int, inYear bool, now derive.Value) {
	last, hasLast := c.total(year - 1)
	tip, full, newest := estimate{year: float64(year - 1), value: last.Value}, got, figure.Year(year-1)
	if inYear {
		full -= now.Value
		if pace, ok := j.project(c, now, k); ok {
			j.paced(c, pace, k)
			tip, newest = estimate{float64(year), pace.Centre, pace.Half}, now.Period
			full += pace.Centre
		}
	}
	if j.t.Open {
		j.s.ground = say("没有期限", "there is no deadline")
		j.verdict(TooEarly, say("累计%s，没有期限", "%s so far, and no deadline", j.amount(got)))
		return
	}
	j.cumulativePlan(c, year, k)
	left := j.t.By.Year() - int(tip.year)
	if !(tip.value > 0) || left > 0 && signed(j.t) {
		j.verdict(TooEarly, j.noSum(hasLast))
		return
	}
	r := route{tip: tip, growths: c.growths(int(tip.year), tip.value, false)}
	rate, _ := r.rate() // without two growth rates, the newest year is continued
	spread, ok := r.spread()
	if len(r.growths) < growthsTrend {
		rate = 0
	}
	centre, low, high := full, full-tip.value*tip.half, full+tip.value*tip.half
	for n := 1; n <= left; n++ {
		m, l, h := r.at(float64(n), rate, spread)
		centre, low, high = centre+m, low+l, high+h
	}
	j.s.Projection = number(centre)
	if !j.s.Projection.Known {
		j.verdict(TooEarly, say("无法推算到%s", "a projection to %s is not possible", j.t.By))
		return
	}
	if ok || left == 0 {
		j.s.Low, j.s.High = number(low), number(high)
		if !signed(j.t) {
			j.s.Low = number(max(got, low))
		}
	}
	j.step(say("推算", "projection"), centre, j.t.By, "sum so far + remaining years, growing as before")
	v := j.band(newest)
	j.verdict(v, j.bandReason(v, j.t.By))
}

// noSum says why the coming years cannot be projected. Those of a sum that can
// fall have no growth rate.
func (j *judge) noSum(hasLast bool) lang.Text {
	switch {
	case signed(j.t):
		return say("各年数值可正可负，无法推算未来各年", "its years can be above and below zero, so those to come cannot be projected")
	case !hasLast:
		return say("还没有可据以推算的完整年度", "there is no full year yet to project from")
	}
	return say("最近一个完整年度不大于零，无法推算", "the newest full year is not positive and cannot be projected")
}

// cumulativePlan sets the plan and what is required.
func (j *judge) cumulativePlan(c byYear, year, k int) {
	years := float64(j.t.By.Year() - j.t.From.Year() + 1)
	over, elapsed := float64(year-j.t.From.Year()), float64(k)/float64(c.n())
	j.s.Calendar = number((over + elapsed) / years)
	if k > 0 {
		j.s.Share = c.share(year, k)
	}
	if j.s.Share.Known {
		over += j.s.Share.Value
	} else {
		over += elapsed
	}
	j.s.Plan = number(j.s.Goal.Value * over / years)
	j.step(say("计划进度", "plan to date"), j.s.Plan.Value, j.s.Period, "goal × time elapsed ÷ total time")
	j.s.Every, j.s.Remaining = c.f, (j.t.By.Year()-year+1)*c.n()-k
	if j.s.Remaining > 0 {
		rest := j.s.Goal.Value - j.s.Value.Value
		if !signed(j.t) {
			rest = max(0, rest)
		}
		j.s.Required = number(rest / float64(j.s.Remaining))
		j.step(say("余下每期需完成", "required in each remaining period"), j.s.Required.Value, figure.Period{}, "(goal − sum) ÷ periods left")
	}
	if rest := j.s.Goal.Value - j.s.Value.Value; rest > 0 && c.f != figure.Annual {
		j.needs(c, year, k, rest, j.t.By.Year()-year)
	}
	if last, ok := c.total(year - 1); ok {
		j.s.LastRest = number(last.Value / float64(c.n()))
	}
}
