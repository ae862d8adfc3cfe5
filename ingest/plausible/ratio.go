package plausible

import (
	"math"
	"slices"
)

// guess is one way to expect a figure, on the scale of logarithms: somewhere
// from low to high, give or take spread.
type guess struct {
	low, high float64
	told      float64 // what people are told of it
	spread    float64 // of the series itself
	believed  float64 // the same, where little is known mostly by the catalogue's word
	limit     float64 // what is further off is refused
}

// off is how far y is from the guess.
func (g *guess) off(y float64) float64 { return max(0, g.low-y, y-g.high) }

// weight is how many figures the catalogue's word on a series counts for,
// when the series' own spread is worked out.
const weight = 2

// guesser makes guesses of a history.
type guesser struct {
	*history
	jump  float64 // log of MaxJump
	drift float64 // usual step from one period to the next
	step  float64 // spread of a step
	steps int     // how many steps that is known by
	all   []guess
}

// mean is a spread that n figures have, put right by an assumption that counts
// for some.
func mean(s float64, n int, prior, weight float64) float64 {
	if n == 0 || math.IsNaN(s) {
		return prior
	}
	k := float64(n)
	return math.Sqrt((k*s*s + weight*prior*prior) / (k + weight))
}

// add adds a guess, from what is known to where it may have moved, that n
// figures are off by s. It rests on a figure so many periods away.
func (g *guesser) add(known, moved, s float64, n int, gap float64) {
	far := min(math.Sqrt(gap), 4)
	own := mean(s, n, warnPrior*g.jump, 2) * far
	believed := mean(s, n, g.jump/refuseAt, weight) * far
	limit := g.jump * max(1, min(far/2, 2))
	if !g.q.Rank {
		limit = min(limit, max(refuseAt*believed, refuseFloor))
	}
	g.all = append(g.all, guess{min(known, moved), max(known, moved), known, max(own, 0.005), max(believed, 0.005), limit})
}

// guesses are all ways to expect the figure.
func (h *history) guesses() []guess {
	g := guesser{history: h, jump: math.Log(h.q.MaxJump)}
	g.walk()
	g.beside()
	g.between()
	g.season(-h.q.PerYear)
	g.season(h.q.PerYear)
	return g.all
}

// walk finds the usual step of a period: the median of those nearest to the
// figure, and how far steps are from it.
func (g *guesser) walk() {
	var bufNear, bufEvery [room]float64
	near, every := bufNear[:0], bufEvery[:0]
	for i := 1; i < len(g.y); i++ {
		gap := g.points[i].Period - g.points[i-1].Period
		if i == g.at && gap > 1 {
			continue // the figure's own place
		}
		step := (g.y[i] - g.y[i-1]) / float64(gap)
		if i >= g.at-6 && i <= g.at+6 {
			near = append(near, step)
		}
		every = append(every, step*math.Sqrt(float64(gap)))
	}
	if len(near) > 0 {
		g.drift = median(near)
	}
	g.step, g.steps = spread(every, g.drift), len(every)
}

// room is how many values of a history are kept without asking for memory.
const room = 80

// longRun is the step of a period over the long run: the median over those
// pairs of the points nearest to the figure that are at least half as far
// apart as the outermost.
func (g *guesser) longRun() float64 {
	points, y := g.points, g.y
	from, to := max(0, g.at-6), min(len(y), g.at+6)
	points, y = points[from:to], y[from:to]
	half := (points[len(points)-1].Period - points[0].Period) / 2
	var buf [room]float64
	slopes := buf[:0]
	for i := range y {
		for j := i + 1; j < len(y); j++ {
			if span := points[j].Period - points[i].Period; span >= half {
				slopes = append(slopes, (y[j]-y[i])/float64(span))
			}
		}
	}
	return median(slopes)
}

// beside expects what the two nearest on either side say, standing still or
// moving on as usual.
func (g *guesser) beside() {
	for i := max(0, g.at-2); i < min(len(g.y), g.at+2); i++ {
		gap := float64(g.q.Period - g.points[i].Period)
		pace := g.drift
		if math.Abs(gap) > 3 {
			pace = g.longRun() // what moves in a month or two is mostly the season
		}
		moved := max(-g.jump, min(pace*gap, g.jump))
		g.add(g.y[i], g.y[i]+moved, g.step, g.steps, math.Abs(gap))
	}
}

// between expects the middle of the two neighbours or, where they are further
// apart, something between them.
func (g *guesser) between() {
	if g.at == 0 || g.at == len(g.y) {
		return
	}
	if gap := g.points[g.at].Period - g.points[g.at-1].Period; gap > 2 {
		if gap <= 4 {
			g.add(g.y[g.at-1], g.y[g.at], g.step, g.steps, 1)
		}
		return
	}
	var buf [room]float64
	bends := buf[:0]
	for i := 1; i+1 < len(g.y); i++ {
		if g.points[i+1].Period-g.points[i-1].Period == 2 {
			bends = append(bends, g.y[i]-(g.y[i-1]+g.y[i+1])/2)
		}
	}
	n := len(bends)
	middle := (g.y[g.at-1] + g.y[g.at]) / 2
	g.add(middle, middle, spread(bends, 0), n, 1)
}

// season expects the same season of another year, moved by what the figures
// beside have moved since then.
func (g *guesser) season(years int32) {
	if g.q.PerYear == 1 {
		return
	}
	base, ok := g.find(g.q.Period + years)
	if !ok {
		return
	}
	var bufNear, bufEvery, bufChanges [room]float64
	near, every, changes := bufNear[:0], bufEvery[:0], bufChanges[:0]
	last, lastPeriod := math.NaN(), int32(math.MinInt32)
	closest, distance := 0.0, int32(math.MaxInt32)
	other := 0
	for i, p := range g.points {
		for other < len(g.points) && g.points[other].Period < p.Period+years {
			other++
		}
		if other == len(g.points) || g.points[other].Period != p.Period+years {
			continue
		}
		moved := g.y[i] - g.y[other]
		every = append(every, moved)
		away := p.Period - g.q.Period
		if away < 0 {
			away = -away
		}
		if away <= g.q.PerYear/2 {
			near = append(near, moved)
		}
		if away < distance {
			closest, distance = moved, away
		}
		if p.Period == lastPeriod+1 {
			changes = append(changes, moved-last)
		}
		last, lastPeriod = moved, p.Period
	}
	if len(near) == 0 {
		wide := g.longRun() * float64(-years)
		g.add(g.y[base], g.y[base]+wide, 0, 0, 4)
		return
	}
	n, m := len(every), len(changes)
	centre := median(near)
	g.add(g.y[base]+centre, g.y[base]+centre, spread(every, centre), n, 1)
	if distance == 1 {
		g.add(g.y[base]+closest, g.y[base]+closest, spread(changes, 0), m, 1)
	}
}

// sharp is how many times the spread of the sharpest guess another may have to
// count when a figure is merely unusual.
const sharp = 2

// judgeRatio judges a figure by its ratio to what is expected. It is refused
// when no guess comes near, so one agreeing neighbour or season is enough; it
// is unusual when none of the sharp ones does.
func (h *history) judgeRatio() Verdict {
	guesses := h.guesses()
	y := math.Log(math.Abs(h.value))
	best := &guesses[0]
	for i := range guesses {
		if guesses[i].spread < best.spread {
			best = &guesses[i]
		}
	}
	unusual, slipped, refused := true, true, true
	closest := best // of the sharp ones
	for i := range guesses {
		g := &guesses[i]
		off := g.off(y)
		refused = refused && off > g.limit
		if g.spread <= sharp*best.spread {
			unusual = unusual && off > max(warnAt*g.spread, warnFloor)
			slipped = slipped && off > warnAt*g.believed
			if off < closest.off(y) {
				closest = g
			}
		}
	}
	expected := (best.low + best.high) / 2
	v := Verdict{Expected: math.Copysign(math.Exp(told(guesses)), h.value)}
	places := math.Round((y - expected) / math.Ln10)
	rest := math.Abs(y - expected - places*math.Ln10)
	switch {
	case unusual && slipped && places != 0 && rest <= slip && !h.q.Rank:
		// A power of ten explains it, which is likelier than that it is true.
		v.Level, v.Doubt, v.Power = Refusal, Slip, int(places)
		if h.remote() && math.Abs(places) < 2 {
			v.Level = Warning
		}
	case (refused || unusual) && h.remote():
		v.Level = Warning
	case (refused || unusual) && h.isSum(expected, best):
		v.Level, v.Doubt = Refusal, SumOf
		if !refused && h.q.Period%h.q.PerYear == 1 {
			v.Level = Warning // twice as much may be true
		}
	case refused:
		v.Level, v.Doubt = Refusal, Jump
	case unusual && !h.q.Rank:
		v.Level, v.Doubt = Warning, Jump
		v.Expected = math.Copysign(math.Exp(min(max(y, closest.low), closest.high)), h.value)
	default:
		v = Verdict{}
	}
	if v.Level != Refusal && h.q.Whole {
		if places := h.shifted(y); places != 0 {
			return Verdict{Level: Refusal, Doubt: Slip, Power: places, Expected: h.value / math.Pow10(places)}
		}
	}
	return v
}

// shifted tells of figures that came together whether this one is among the
// fewer that are a power of ten off the rest, all in a row: then its neighbours
// are no help. It gives the power, 0 when it is not.
func (h *history) shifted(y float64) (places int) {
	if h.q.Rank {
		return 0
	}
	before, down, earlier := h.streak(h.at-1, -1, y)
	after, up, later := h.streak(h.at, 1, y)
	own := before + after + 1
	switch {
	case down != 0 && earlier >= max(own, 2): // of as many the earlier ones are believed
		return down
	case up != 0 && later > own:
		return up
	}
	return 0
}

// streak counts how many points from the i-th on, backward (-1) or forward (1),
// follow y without a step by a power of ten; gives the power by which they are
// above those beyond it, 0 when there is no such step; and how many these are.
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

// told is what people are told to be expected.
func told(guesses []guess) float64 {
	all := make([]float64, len(guesses))
	for i := range guesses {
		all[i] = guesses[i].told
	}
	return median(all)
}

// remote tells whether what is known is too far away to refuse a figure by:
// more than a year, and too little, or of a series that moves fast.
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

// restless is how far a series moves in a year, as a logarithm, that moves
// fast: by a third.
const restless = 0.3

// slip is how far from a power of ten a ratio still looks like a slipped
// unit, as a logarithm: a factor of two.
const slip = 0.301 * math.Ln10

// isSum tells whether the figure is the year-to-date: less the periods before
// it in the year it is what is expected.
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
