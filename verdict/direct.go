package verdict

import (
	"math"
	"slices"

	"github.com/tidemark-stats/tidemark/book/derive"
	"github.com/tidemark-stats/tidemark/catalog"
	"github.com/tidemark-stats/tidemark/figure"
)

// This file judges what is at zero or below it, and what cannot be undone.

// signed reports whether values of the target's measure can be below zero, by
// the bounds of the catalogue. A sum of such values can fall again.
func signed(t *catalog.Target) bool {
	return !t.Measure.Growth() && t.Area != nil && belowZero(t.Indicator, t.Area.Code)
}

func belowZero(i *catalog.Indicator, area string) bool {
	r, ok := i.Plausible(area, figure.Level, i.Frequency())
	return ok && r.Min.Sign() < 0
}

// falls reports whether the year to date can fall, by the bounds of the
// catalogue; those of any area if the history is of none.
func (c byYear) falls() bool {
	i := c.h.Indicator
	if c.h.Area == "" {
		return slices.ContainsFunc(i.Areas, func(area string) bool { return belowZero(i, area) })
	}
	return belowZero(i, c.h.Area)
}

// direct decides whether a route is one of amounts: if the goal is not above
// zero, or if the indicator can be below zero and is or was.
func (j *judge) direct(r *route) {
	below := signed(j.t)
	r.absolute = byAmounts(j.t, j.s.Goal.Value, r.last.value) || r.hasBase && byAmounts(j.t, j.s.Goal.Value, r.base.value)
	if r.floor = math.Inf(-1); !below {
		r.floor = 0
	}
}

// byAmounts reports whether the way to a goal from a value is one of amounts.
func byAmounts(t *catalog.Target, goal, value float64) bool {
	return goal <= 0 || value <= 0 && signed(t)
}

// grown is the growth between two years, in logarithms or absolute.
func grown(before, after float64, absolute bool) float64 {
	if absolute {
		return after - before
	}
	return math.Log(after / before)
}

// way sets how much of the time and of the way to the goal is behind.
func (j *judge) way(r route, elapsed float64) {
	j.s.Calendar = number(elapsed)
	j.ratioStep(say("序时进度", "elapsed part of the time"), elapsed, "years elapsed ÷ total years")
	if whole := j.s.Goal.Value - r.base.value; whole != 0 && (whole < 0) == j.lower() {
		j.s.Way = number((r.last.value - r.base.value) / whole)
	}
}

// straight is progress for a route of amounts: the plan is a straight line, and R
// compares amounts per year.
func (j *judge) straight(r route) {
	whole, passed := r.by-r.base.year, r.last.year-r.base.year
	if whole <= 0 || passed <= 0 {
		return
	}
	j.way(r, passed/whole)
	j.s.Plan = number(r.base.value + (j.s.Goal.Value-r.base.value)*passed/whole)
	j.step(say("计划进度", "plan to date"), j.s.Plan.Value, j.s.Period, "base + (goal − base) × years elapsed ÷ total years")
	required := (j.s.Goal.Value - r.base.value) / whole
	if required == 0 || required < 0 != j.lower() {
		return // the base was already beyond the goal
	}
	if ratio := number((r.last.value - r.base.value) / passed / required); ratio.Known {
		j.s.Ratio = ratio
		j.ratioStep(say("实际与需要的增量之比（R）", "achieved over required growth (R)"), ratio.Value, "achieved per year ÷ required per year")
	}
	if years := r.tip.year - r.base.year; years > 0 {
		j.tipRatio = number((r.tip.value - r.base.value) / years / required)
	}
}

// exceeded reports whether a flow that only grows is already beyond its limit
// for the year of the deadline: no later month undoes that. A limit of nothing
// that was kept so far cannot be projected and is on track.
func (j *judge) exceeded(c byYear, now derive.Value) bool {
	if j.t.Open || now.Period.Year() != j.t.By.Year() || c.averages() || !j.lower() || now.Estimated || signed(j.t) {
		return false
	}
	kept := j.enough(now.Value)
	if kept && (now.Value > 0 || j.s.Goal.Value > 0) {
		return false
	}
	j.value(say("累计", "year to date"), now)
	j.plan(now)
	if kept {
		j.s.ground = say("至今为零", "none so far")
		j.verdict(OnTrack, say("截至%s累计为零", "none to %s", now.Period))
		return true
	}
	j.beyond(now.Period, now.Value)
	return true
}

// beyond is the verdict on a sum that is beyond its limit.
func (j *judge) beyond(p figure.Period, sum float64) {
	j.settled(Missed, say("截至%s累计%s，已超过目标%s", "%[2]s to %[1]s is already above %[3]s", p, j.amount(sum), j.goal()))
}

// withheld reports whether nothing but withheld figures are known, and says so.
func (j *judge) withheld() bool {
	newest, ok := j.all.Covered(j.t.Measure.Growth())
	if !ok || !newest.Withheld || j.anyNumber() {
		return false
	}
	j.verdict(NoData, say("已报送的数据全部不公布（最新一期%s：%s）", "all figures reported so far are withheld (the newest is for %s: %s)", newest.Period, withheldName(newest)))
	// The deadline's own figure is among them, so none is expected.
	j.s.final = !j.t.By.IsZero() && j.ended(j.t.By) && !newest.Period.End().Before(j.t.By.End())
	return true
}

// anyNumber reports whether any figure of the target's kind has a number.
func (j *judge) anyNumber() bool {
	measures := []figure.Measure{figure.Level, figure.YTD}
	if j.t.Measure.Growth() {
		measures = []figure.Measure{figure.YoY, figure.YTDYoY}
	}
	for _, f := range []figure.Frequency{figure.Monthly, figure.Quarterly, figure.Annual} {
		for _, m := range measures {
			for v := range j.all.Figures(m, f) {
				if !v.Withheld {
					return true
				}
			}
		}
	}
	return false
}
