package plausible

import (
	"math"
	"slices"
)

// sharp limits which guesses count as sharp: those with at most this many times
// the spread of the sharpest one.
const sharp = 2

// judgeRatio judges a figure by its ratio to what is expected. It is refused
// when no guess comes near it, so one agreeing neighbour or season is enough to
// accept it; it is unusual when no sharp guess comes near it.
func (h *history) judgeRatio() Verdict {
	y := math.Log(math.Abs(h.value))
	v := h.weigh(h.guesses(), y)
	if v.Level != Refusal && h.q.Whole {
		if places := h.shifted(y); places != 0 {
			v = Verdict{Level: Refusal, Doubt: Slip, Power: places, Expected: h.value / math.Pow10(places)}
		}
	}
	return v
}

// distance is how far a figure is from all guesses.
type distance struct {
	refused, unusual bool
	slipped          bool   // far enough to look for a power of ten
	best             *guess // with the smallest spread
	closest          *guess // to the figure, among the sharp ones
}

func measure(guesses []guess, y float64) distance {
	best := &guesses[0]
	for i := range guesses {
		if guesses[i].spread < best.spread {
			best = &guesses[i]
		}
	}
	d := distance{true, true, true, best, best}
	for i := range guesses {
		g := &guesses[i]
		off := g.off(y)
		d.refused = d.refused && off > g.limit
		if g.spread > sharp*best.spread {
			continue
		}
		d.unusual = d.unusual && off > max(warnAt*g.spread, warnFloor)
		d.slipped = d.slipped && off > warnAt*g.believed
		if off < d.closest.off(y) {
			d.closest = g
		}
	}
	return d
}

// weigh judges a figure by the guesses.
func (h *history) weigh(guesses []guess, y float64) Verdict {
	d := measure(guesses, y)
	if !d.refused && (!d.unusual || h.q.Rank) {
		return Verdict{}
	}
	expected := (d.best.low + d.best.high) / 2
	v := Verdict{Level: Refusal, Expected: math.Copysign(math.Exp(told(guesses)), h.value)}
	places := math.Round((y - expected) / math.Ln10)
	rest := math.Abs(y - expected - places*math.Ln10)
	switch {
	case d.unusual && d.slipped && places != 0 && rest <= slip && !h.q.Rank:
		// A power of ten is a likelier explanation than a true jump.
		v.Doubt, v.Power = Slip, int(places)
		if h.remote() && math.Abs(places) < 2 {
			v.Level = Warning
		}
	case h.remote():
		v.Level = Warning
	case h.isSum(expected, d.best):
		v.Doubt = SumOf
		if !d.refused && h.q.Period%h.q.PerYear == 1 {
			v.Level = Warning // twice as much may be true
		}
	case !d.refused:
		v.Level = Warning
		v.Expected = math.Copysign(math.Exp(min(max(y, d.closest.low), d.closest.high)), h.value)
	}
	return v
}

// told returns the expected value that is shown to people.
func told(guesses []guess) float64 {
	all := make([]float64, len(guesses))
	for i := range guesses {
		all[i] = guesses[i].told
	}
	return median(all)
}

// remote reports whether what is known is too far away to refuse a figure: more
// than a year away, and either too little or from a series that moves fast.
func (h *history) remote() bool {
	year := max(h.q.PerYear, 2)
	for _, p := range h.points {
		if d := p.Period - h.q.Period; d >= -year && d <= year {
			return false
		}
	}
	n := len(h.points)
	span := float64(h.points[n-1].Period-h.points[0].Period) / float64(h.q.PerYear)
	return n < 3 || slices.Max(h.y)-slices.Min(h.y) > restless*span
}

// restless is the yearly movement of a series that moves fast, as a logarithm:
// about a third.
const restless = 0.3

// slip is how far from a power of ten a ratio may be to look like a wrong unit,
// as a logarithm: a factor of two.
const slip = 0.301 * math.Ln10

// isSum reports whether the figure looks like the year-to-date: what is left
// after subtracting the earlier periods of the year is as expected.
func (h *history) isSum(expected float64, g *guess) bool {
	n := int(h.q.Period % h.q.PerYear)
	if !h.q.Adds || n == 0 || h.at < n {
		return false
	}
	rest := math.Abs(h.value)
	for i := h.at - n; i < h.at; i++ {
		if h.points[i].Period != h.q.Period-int32(h.at-i) {
			return false
		}
		rest -= math.Abs(h.points[i].Value)
	}
	return rest > 0 && math.Abs(math.Log(rest)-expected) <= max(2*g.spread, warnFloor)
}

// shifted handles a file in which several consecutive figures are off by the
// same power of ten, so that their neighbours do not give them away. It returns
// that power if the figure belongs to such a run and the rest is longer, else 0.
func (h *history) shifted(y float64) (places int) {
	if h.q.Rank {
		return 0
	}
	before, down, earlier := h.streak(h.at-1, -1, y)
	after, up, later := h.streak(h.at, 1, y)
	own := before + after + 1
	switch {
	case down != 0 && earlier >= max(own, 2): // of two runs of the same length the earlier is believed
		return down
	case up != 0 && later > own:
		return up
	}
	return 0
}

// streak walks from the i-th point backward (-1) or forward (1). It returns the
// number n of points up to the first step by a power of ten, the power by which
// they are above the points beyond that step (0 when there is no step), and the
// number of points beyond it.
func (h *history) streak(i, way int, y float64) (n, places, beyond int) {
	period := h.q.Period
	for ; i >= 0 && i < len(h.y); i += way {
		if gap := h.points[i].Period - period; gap > 2 || gap < -2 {
			return n, places, beyond
		}
		step := (y - h.y[i]) / math.Ln10
		whole := math.Round(step)
		abruptly := whole != 0 && math.Abs(step-whole) <= abrupt
		switch {
		case abruptly && places != 0:
			return n, places, beyond
		case abruptly:
			places = int(whole)
		}
		if places == 0 {
			n++
		} else {
			beyond++
		}
		y, period = h.y[i], h.points[i].Period
	}
	return n, places, beyond
}

// abrupt is how far from a power of ten a step between neighbours may be, in
// powers of ten.
const abrupt = 0.2
