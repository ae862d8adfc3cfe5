package verdict

import (
	"math"
	"time"

	"github.com/tidemark-stats/tidemark/book/derive"
	"github.com/tidemark-stats/tidemark/catalog"
	"github.com/tidemark-stats/tidemark/figure"
	"github.com/tidemark-stats/tidemark/internal/lang"
)

// setGoal computes the goal. A multiple needs its base; without one, setGoal
// sets a verdict.
func (j *judge) setGoal() bool {
	goal := j.t.Value.Float64()
	if j.t.Kind == catalog.Multiple {
		base, ok := j.base()
		switch {
		case !ok:
			j.verdict(NoData, say("基期%s没有数据，无从计算目标值", "the base %s has no figure, so there is no goal", j.t.Base))
			return false
		case base.Value <= 0:
			j.verdict(NoData, say("基期%s的数值不大于零，无从计算目标值", "the base %s is not positive, so there is no goal", j.t.Base))
			return false
		}
		j.figure(say("基期", "base"), base)
		goal *= base.Value
	}
	j.s.Goal = number(goal)
	tolerance := j.t.Tolerance.Float64() * math.Abs(goal)
	if j.lower() {
		tolerance = -tolerance
	}
	j.s.Least = number(goal - tolerance)
	if !j.s.Goal.Known || !j.s.Least.Known {
		j.verdict(NoData, say("目标值超出可计算的范围", "the goal is too large to compute"))
		return false
	}
	return true
}

// base is the value of the target's base period, from the catalogue if given
// there, otherwise from the figures.
func (j *judge) base() (derive.Value, bool) {
	if j.t.Base.IsZero() {
		return derive.Value{}, false
	}
	if !j.t.BaseValue.IsZero() {
		return derive.Value{Period: j.t.Base, Value: j.t.BaseValue.Float64(), Status: figure.Normal}, true
	}
	v, ok := j.h.At(figure.Level, j.t.Base)
	return v, ok && !v.Withheld
}

// kept reports whether a period kept to the goal that held when it ended.
func (j *judge) kept(v derive.Value) bool {
	then := *j
	then.s.Least = GoalOf(j.s, v.Period)
	return then.enough(v.Value)
}

// GoalOf is the goal of a state as it was at the end of a period, or at the
// time of judgement if that is earlier.
func GoalOf(s State, p figure.Period) Number {
	at := figure.DayAt(p.End()).Start(s.At.Location()).Add(-time.Nanosecond) // the period's last instant in the city's time zone
	if at.After(s.At) {
		at = s.At
	}
	then := s.Target.At(at).Value.Float64()
	if s.Target.Kind != catalog.Multiple {
		return number(then)
	}
	if !s.Goal.Known { // its base is unknown
		return s.Goal
	}
	return number(s.Goal.Value / s.Target.Value.Float64() * then)
}

// goal is the goal as written in reasons.
func (j *judge) goal() lang.Text {
	goal := j.amount(j.s.Goal.Value)
	if j.t.Tolerance.IsZero() {
		return goal
	}
	share := percent(j.t.Tolerance.Float64())
	return lang.Text{ZH: goal.ZH + "（容许偏差" + share + "）", EN: goal.EN + " within " + share}
}
