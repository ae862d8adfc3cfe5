package plausible

import "math"

// judgeRate judges growth in percent by the rates around it. It compares
// distances, because ratios of growth rates mean nothing.
func judgeRate(q *Question) Verdict {
	if n := len(q.Points); q.Points[n-1].Period == q.Period-1 && math.Abs(q.Value-q.Points[n-1].Value) <= 3 {
		return Verdict{}
	}
	h := newHistory(q)
	if len(h.points) < Enough {
		return Verdict{}
	}
	steps := h.differences()
	s := math.Hypot(spread(steps, 0), 2) // a rate moves by a few points anyway
	off := func(value float64) float64 {
		least := math.Inf(1)
		for i := max(0, h.at-2); i < min(len(h.points), h.at+2); i++ {
			least = min(least, math.Abs(value-h.points[i].Value))
		}
		return least
	}
	v := Verdict{Expected: h.points[max(0, h.at-1)].Value}
	switch far := off(h.value); {
	case far > 20 && far > 5*s && h.value > 50 && off(h.value-100) <= max(3*s, far/5):
		v.Level, v.Doubt, v.Expected = Refusal, AsIndex, h.value-100
	case far > 2*refuseAt*s && far > 30:
		v.Level, v.Doubt = Refusal, Jump
		for _, places := range []int{1, 2} {
			if off(h.value/math.Pow10(places)) <= 3*s {
				v.Doubt, v.Power = Slip, places
				break
			}
		}
	case far > warnAt*s && far > 5:
		v.Level, v.Doubt = Warning, Jump
	default:
		return Verdict{}
	}
	return v
}

// JudgeGrowth judges a growth rate in percent by the two levels that it relates.
// Levels are revised and rounded, and published growth may use another basis, so
// only the form of the rate is checked: it is doubted when it does not fit as it
// is, but fits as an index, as a fraction, with its decimal point moved or with
// the opposite sign.
func JudgeGrowth(rate, level, before float64) Verdict {
	if before <= 0 || level <= 0 {
		return Verdict{}
	}
	growth := 100 * (level/before - 1)
	near := max(0.5, math.Abs(growth)/10)
	fits := func(v float64) bool { return math.Abs(v-growth) <= near }
	v := Verdict{Level: Refusal, Expected: growth}
	switch off := math.Abs(rate - growth); {
	case off <= 3*near:
		return Verdict{}
	case fits(rate - 100):
		v.Doubt = AsIndex
	case fits(100 * rate):
		v.Doubt = AsShare
	case fits(rate / 10):
		v.Level, v.Doubt, v.Power = Warning, Slip, 1
	case fits(-rate) && math.Abs(rate) > 3:
		v.Level, v.Doubt = Warning, Jump
	default:
		return Verdict{}
	}
	return v
}
