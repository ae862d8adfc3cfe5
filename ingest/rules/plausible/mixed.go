package plausible

import "math"

// judgeZero judges a zero among figures of one sign. Most often it stands for a
// missing figure.
func (h *history) judgeZero() Verdict {
	v := Verdict{Level: Refusal, Doubt: Zero, Expected: math.Copysign(h.typical(), h.points[0].Value)}
	if h.counts() || h.smallest() < 0.02*h.typical() {
		v.Level = Warning
	}
	return v
}

// judgeSign judges the first figure of its sign.
func (h *history) judgeSign() Verdict {
	v := Verdict{Level: Refusal, Doubt: Sign, Expected: math.Copysign(h.typical(), h.points[0].Value)}
	steps := h.differences()
	beside := h.points[max(0, h.at-1)].Value
	if len(steps) >= 4 && math.Abs(h.value-beside) <= 2*spread(steps, 0) {
		v.Level = Warning
	}
	return v
}

// differences returns the steps between neighbouring points.
func (h *history) differences() (steps []float64) {
	for i := 1; i < len(h.points); i++ {
		steps = append(steps, h.points[i].Value-h.points[i-1].Value)
	}
	return steps
}

// judgeMixed judges a figure of a series at or around zero by its distance from
// its neighbours, because ratios mean nothing there.
func (h *history) judgeMixed() Verdict {
	steps := h.differences()
	if len(steps) < 3 {
		return Verdict{}
	}
	s := spread(steps, 0)
	off, nearest, most := math.Inf(1), 0.0, 0.0
	for i := max(0, h.at-2); i < min(len(h.points), h.at+2); i++ {
		if d := math.Abs(h.value - h.points[i].Value); d < off {
			off, nearest = d, h.points[i].Value
		}
	}
	for _, years := range []int32{-h.q.PerYear, h.q.PerYear} {
		if i, ok := h.find(h.q.Period + years); ok {
			off = min(off, math.Abs(h.value-h.points[i].Value))
		}
	}
	for _, p := range h.points {
		most = max(most, math.Abs(p.Value))
	}
	if s == 0 {
		s = most / 10 // most points are equal, usually zero
	}
	v := Verdict{Doubt: Jump, Expected: nearest}
	switch beyond := math.Abs(h.value) > h.q.MaxJump*most; {
	case most == 0 || h.counts() && !beyond:
		return Verdict{}
	case off > refuseAt*s && beyond:
		v.Level = Refusal
		if power, usual := h.slipOf(most); power != 0 {
			v.Power, v.Doubt, v.Expected = power, Slip, math.Copysign(usual, h.value)
		}
	case off > refuseAt*s || beyond:
		v.Level = Warning
	default:
		return Verdict{}
	}
	return v
}

// slipOf returns the power of ten that brings a value larger than all others
// back to their usual size, zeros left out; 0 when there is none.
func (h *history) slipOf(most float64) (power int, usual float64) {
	var sizes []float64
	for _, p := range h.points {
		if p.Value != 0 {
			sizes = append(sizes, math.Abs(p.Value))
		}
	}
	usual = median(sizes)
	power = int(math.Round(math.Log10(math.Abs(h.value) / usual)))
	if power < 1 || power > 8 || math.Abs(h.value)/math.Pow10(power) > h.q.MaxJump*most {
		return 0, 0
	}
	return power, usual
}
