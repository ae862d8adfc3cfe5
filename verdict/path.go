package verdict

import (
	"math"

	"github.com/tidemark-stats/tidemark/figure"
	"github.com/tidemark-stats/tidemark/internal/lang"
	"github.com/tidemark-stats/tidemark/verdict/projection"
)

// estimate is a value at the end of a year; half is its possible relative error.
type estimate struct {
	year  float64
	value float64
	half  float64
}

// route is the path from a base to a goal some years ahead.
type route struct {
	base    estimate
	hasBase bool
	last    estimate      // the newest full figure
	tip     estimate      // the newest estimate: last, or a projection beyond it
	newest  figure.Period // of the newest figure on which tip rests
	growths []float64     // yearly, in logarithms; differences if absolute
	// absolute means that amounts change, not by rates: there is no rate at which
	// anything grows to zero or below it.
	absolute bool
	floor    float64 // below which an absolute one does not fall; -∞ if there is no such limit
	by       float64 // the deadline; meaningless if the target is open
}

const (
	onTrackRatio  = 0.95 // of R, on track from here on
	slippingRatio = 0.60 // of R, slipping below this unless the band reaches the goal
	growthsTrend  = 2    // growth rates needed to continue their mean
	growthsSpread = 2    // growth rates needed for a spread
	yearsBack     = 8    // growth rates that are looked at
	horizon       = 50   // years beyond which nothing is projected
)

// student are the quantiles of Student's distribution with n−1 degrees of
// freedom between whose negative and positive value is projection.Level of it,
// by the number n of growth rates.
var student = [yearsBack + 1]float64{2: 4.165, 2.282, 1.924, 1.778, 1.699, 1.650, 1.617}

// path judges a target in a later year by the growth since its base.
//
//	R = ((x_t/x_0)^(1/(t−0)) − 1) ÷ ((x*/x_0)^(1/(T−0)) − 1)
//
// is actual over required growth per year since the base: at least 0.95 is on
// track, less than 0.60 is slipping (Eurostat, Sustainable development in the
// European Union: monitoring report, annex on the assessment of indicators
// with a target; Open SDG, progress calculation). The projection continues the
// growth since the base, so R ≥ 1 if it reaches the goal. Its band is
//
//	exp(±√(e² + t²·σ²·(1 + 1/k)·n·(n + 1)/2)),
//
// where e is the band of the year in progress, σ the standard deviation of k
// yearly growth rates in logarithms before the newest one, t the quantile of
// Student's distribution that fits so few of them, and n the years ahead. The
// newest growth is what is judged: if it counted, a collapse would widen the
// band until it reached the goal. The squared error grows
// with n if the deviations of successive years have nothing to do with each
// other and with n² if they last; on the series of docs/targets.md the mean of
// both contains what it should. A target does not slip if the band is
// sufficient or if there is no band. Within a year whose total can be projected,
// the verdict uses R with that total as the newest value; the State shows R of
// the last full year.
func (j *judge) path(r route) {
	if !r.absolute && (!(r.tip.value > 0) || !(r.last.value > 0)) {
		j.verdict(TooEarly, say("最新值不大于零，无法推算", "the newest value is not positive and cannot be projected"))
		return
	}
	switch {
	case r.hasBase && r.absolute && !j.t.Open:
		j.straight(r)
	case r.absolute:
	case r.hasBase && r.base.value > 0 && !j.t.Open:
		j.progress(r)
	case r.hasBase && r.base.value <= 0:
		j.verdict(NoData, say("基期%s的数值不大于零，无从计算进度", "the base %s is not positive, so there is no growth to compare", j.t.Base))
		return
	}
	rate, ok := r.rate()
	spread, hasSpread := r.spread()
	j.trend(r, rate, ok)
	if hasSpread {
		j.ratioStep(say("年增速的标准差", "standard deviation of yearly growth"), spread, "")
		j.ratioStep(say("区间应包含结果的比例", "part of outcomes that the band is to contain"), projection.Level, "")
	}
	switch {
	case j.t.Open:
		j.someday(r, rate, ok, spread, hasSpread)
	case ok:
		j.ahead(r, rate, spread, hasSpread)
	default:
		j.verdict(TooEarly, say("年度数据太少，无法推算到%s", "there are too few years to project to %s", j.t.By))
	}
	if !j.t.Base.IsZero() && !r.hasBase {
		j.s.Reason = join(j.s.Reason, say("基期%s没有数据", "the base %s has no figure", j.t.Base))
	}
}

// progress sets R, the plan by now and what is required.
func (j *judge) progress(r route) {
	s := &j.s
	whole := r.by - r.base.year
	passed := r.last.year - r.base.year
	if whole <= 0 || passed <= 0 {
		return
	}
	j.way(r, passed/whole)
	required := math.Log(s.Goal.Value/r.base.value) / whole
	if plan := number(r.base.value * math.Exp(required*passed)); plan.Known {
		s.Plan = plan
		j.step(say("计划进度", "plan to date"), plan.Value, s.Period, "base × (goal ÷ base)^(years elapsed ÷ total years)")
	}
	if required == 0 || required < 0 != j.lower() {
		return // the base was already beyond the goal, so no growth is required
	}
	actual := math.Expm1(math.Log(r.last.value/r.base.value) / passed)
	j.ratioStep(say("需要的年均增速", "required growth per year"), math.Expm1(required), "(goal ÷ base)^(1 ÷ years) − 1")
	j.ratioStep(say("实际的年均增速", "achieved growth per year"), actual, "(value ÷ base)^(1 ÷ years) − 1")
	if ratio := number(actual / math.Expm1(required)); ratio.Known {
		s.Ratio = ratio
		j.ratioStep(say("实际与需要的增速之比（R）", "achieved over required growth (R)"), ratio.Value, "achieved ÷ required")
	}
	if years := r.tip.year - r.base.year; years > 0 {
		j.tipRatio = number(math.Expm1(math.Log(r.tip.value/r.base.value)/years) / math.Expm1(required))
	}
}

// trend records the yearly growth.
func (j *judge) trend(r route, rate float64, ok bool) {
	add := func(name lang.Text, g float64, p figure.Period) {
		if r.absolute {
			j.step(name, g, p, "")
			return
		}
		j.add(Step{Name: name, Value: math.Expm1(g), Period: p})
	}
	if ok {
		add(say("年均增速", "growth per year"), rate, figure.Period{})
	}
	for n, g := range r.growths {
		add(say("年增速", "growth of the year"), g, figure.Year(int(math.Ceil(r.tip.year-1e-9))-n))
	}
}

// rate is the yearly growth, as in growths, that the projection assumes.
func (r route) rate() (float64, bool) {
	if years := r.tip.year - r.base.year; r.absolute && r.hasBase && years > 0 {
		return (r.tip.value - r.base.value) / years, true
	}
	if years := r.tip.year - r.base.year; r.hasBase && r.base.value > 0 && years > 0 {
		return math.Log(r.tip.value/r.base.value) / years, true
	}
	recent := r.growths[:min(len(r.growths), projection.GrowthBack)]
	sum := 0.0
	for _, g := range recent {
		sum += g
	}
	return sum / float64(max(1, len(recent))), len(recent) >= growthsTrend
}

// usual are the growth rates by which others are judged: those before the one
// into the tip, unless too few are left.
func (r route) usual() []float64 {
	if len(r.growths) > growthsSpread {
		return r.growths[1:]
	}
	return r.growths
}

// spread is the standard deviation of usual yearly growth.
func (r route) spread() (float64, bool) {
	usual := r.usual()
	k := float64(len(usual))
	if len(usual) < growthsSpread {
		return 0, false
	}
	mean, squares := 0.0, 0.0
	for _, g := range usual {
		mean += g / k
	}
	for _, g := range usual {
		squares += (g - mean) * (g - mean)
	}
	return math.Sqrt(squares / (k - 1)), true
}

// at is the projection a number of years after the tip, and its band, which is
// as wide as the rounding of figures at least.
func (r route) at(years, rate, spread float64) (centre, low, high float64) {
	half := r.tip.half
	if r.absolute {
		half *= math.Abs(r.tip.value)
	}
	k := len(r.usual())
	reach := student[min(k, yearsBack)] * spread
	wide := math.Sqrt(half*half + reach*reach*(1+1/float64(max(1, k)))*years*max(1, (years+1)/2))
	if r.absolute {
		centre = r.tip.value + rate*years
		wide = max(wide, projection.Rounding*max(math.Abs(r.tip.value), math.Abs(r.base.value)))
		return max(r.floor, centre), max(r.floor, centre-wide), max(r.floor, centre+wide)
	}
	centre, wide = r.tip.value*math.Exp(rate*years), max(wide, projection.Rounding)
	return centre, centre * math.Exp(-wide), centre * math.Exp(wide)
}

// ahead judges a deadline some years ahead.
func (j *judge) ahead(r route, rate, spread float64, hasSpread bool) {
	s := &j.s
	years := max(0, r.by-r.tip.year)
	centre, low, high := r.at(years, rate, spread)
	s.Projection = number(centre)
	if hasSpread {
		s.Low, s.High = number(low), number(high)
	}
	if !s.Projection.Known {
		j.verdict(TooEarly, say("无法推算到%s", "a projection to %s is not possible", j.t.By))
		return
	}
	formula := "newest × (1 + growth)^years"
	if r.absolute {
		formula = "newest + growth × years"
	}
	j.step(say("推算", "projection"), centre, j.t.By, formula)
	if s.Low.Known && s.High.Known {
		j.step(say("区间下限", "low end of the band"), low, j.t.By, "")
		j.step(say("区间上限", "high end of the band"), high, j.t.By, "")
	}
	s.Every, s.Remaining = figure.Annual, int(math.Ceil(r.by-r.last.year-1e-9))
	if s.Remaining > 0 {
		s.Required = number((s.Goal.Value - r.last.value) / float64(s.Remaining))
	}
	if s.Required.Known {
		j.step(say("余下每年需增加", "increase required in each remaining year"), s.Required.Value, figure.Period{}, "(goal − value) ÷ years left")
	}
	if !r.absolute {
		j.yearlyNeeds(r.last, r.by)
	}
	v := j.band(r.newest)
	switch {
	case v == AtRisk && j.tipRatio.Known && j.tipRatio.Value >= onTrackRatio:
		v = OnTrack
	case v == Slipping && j.tipRatio.Known && j.tipRatio.Value >= slippingRatio:
		v = AtRisk
	}
	j.verdict(v, j.aheadReason(v))
}

func (j *judge) aheadReason(v Verdict) lang.Text {
	reason := j.bandReason(v, j.t.By)
	switch {
	case v == OnTrack && !j.enough(j.s.Projection.Value):
		j.s.ground = say("接近目标%s", "close to %s", j.theGoal())
		reason = say("预计%s为%s，接近目标%s", "%s is projected at %s, close to %s", j.t.By, j.amount(j.s.Projection.Value), j.goal())
	case v == AtRisk && (!j.s.High.Known || j.short()):
		j.s.ground = say("未达目标%s，需要加快", "short of %s: it has to speed up", j.theGoal())
		reason = say("预计%s为%s，未达目标%s，需要加快", "%s is projected at %s, short of %s: it has to speed up", j.t.By, j.amount(j.s.Projection.Value), j.goal())
	}
	if j.s.Ratio.Known {
		reason = join(reason, compared(j.s.Ratio.Value))
	}
	return reason
}

// someday says when a target without a deadline would be reached.
func (j *judge) someday(r route, rate float64, ok bool, spread float64, hasSpread bool) {
	if !ok {
		j.verdict(TooEarly, say("年度数据太少，无法推算何时达到", "there are too few years to tell when it will be reached"))
		return
	}
	when := func(pick func(centre, low, high float64) float64) figure.Period {
		for n := 0; n <= horizon; n++ {
			if j.enough(pick(r.at(float64(n), rate, spread))) {
				return figure.Year(int(r.tip.year) + n)
			}
		}
		return figure.Period{}
	}
	j.s.Expected = when(func(c, _, _ float64) float64 { return c })
	early, late := func(_, _, h float64) float64 { return h }, func(_, l, _ float64) float64 { return l }
	if j.lower() {
		early, late = late, early
	}
	if hasSpread {
		j.s.Earliest, j.s.Latest = when(early), when(late)
	}
	if j.s.Expected.IsZero() {
		j.verdict(AtRisk, say("按目前增速五十年内达不到目标%s", "at its present growth it does not reach %s within fifty years", j.goal()))
		return
	}
	j.verdict(OnTrack, j.somedayReason(r, rate))
}

func (j *judge) somedayReason(r route, rate float64) lang.Text {
	pace := math.Abs(math.Expm1(rate))
	each := lang.Text{ZH: percent(pace), EN: percent(pace)}
	if r.absolute {
		each = j.amount(math.Abs(rate))
	}
	way := say("增长", "growing")
	if rate < 0 {
		way = say("下降", "falling")
	}
	s := &j.s
	span := lang.Text{}
	switch {
	case !s.Earliest.IsZero() && !s.Latest.IsZero():
		span = say("（%s至%s）", " (%s to %s)", s.Earliest, s.Latest)
	case !s.Earliest.IsZero():
		span = say("（最早%s）", " (%s at the earliest)", s.Earliest)
	}
	grown := func(goal lang.Text) lang.Text {
		return say("按年均%[5]s%[1]s推算，%[2]s达到目标%[3]s%[4]s", "%[5]s by %[1]s a year, it reaches %[3]s in %[2]s%[4]s",
			each, s.Expected, goal, span, way)
	}
	s.ground = grown(lang.Text{EN: "the goal"})
	return grown(j.goal())
}
