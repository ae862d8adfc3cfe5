package plausible

import "math"

// guess is one prediction of a figure, as a logarithm: between low and high,
// give or take spread.
type guess struct {
	low, high float64
	told      float64 // the value shown to people
	spread    float64 // the series' own
	believed  float64 // the spread when MaxJump is taken into account, mostly that when little is known
	limit     float64 // a figure further off is refused
}

// off returns how far y is from the guess.
func (g *guess) off(y float64) float64 { return max(0, g.low-y, y-g.high) }

// weight is the number of figures that the catalogue's MaxJump counts for in
// the spread of a series.
const weight = 2

// guesser makes the guesses from a history.
type guesser struct {
	*history
	jump  float64 // log of MaxJump
	drift float64 // usual step from one period to the next
	step  float64 // spread of the steps
	steps int     // number of steps behind that spread
	all   []guess
}

// mean combines the spread s of n figures with an assumed spread, which has the
// given weight.
func mean(s float64, n int, prior, weight float64) float64 {
	if n == 0 || math.IsNaN(s) {
		return prior
	}
	k := float64(n)
	return math.Sqrt((k*s*s + weight*prior*prior) / (k + weight))
}

// add adds a guess that ranges from a known value to where it may have moved
// since. s is its spread, measured on n figures, and gap the distance to the
// known value in periods.
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

// guesses returns all guesses of the figure.
func (h *history) guesses() []guess {
	g := guesser{history: h, jump: math.Log(h.q.MaxJump)}
	g.walk()
	g.beside()
	g.between()
	g.season(-h.q.PerYear)
	g.season(h.q.PerYear)
	return g.all
}

// walk finds the usual step from one period to the next, the median of the
// nearest ones, and the spread of all steps around it.
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

// room is the number of values kept without allocating.
const room = 80

// longRun returns the long-run step per period: the median slope between those
// pairs of nearby points that are at least half as far apart as the outermost
// two.
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

// beside guesses from the two nearest points on either side, either unchanged or
// moved on at the usual pace.
func (g *guesser) beside() {
	for i := max(0, g.at-2); i < min(len(g.y), g.at+2); i++ {
		gap := float64(g.q.Period - g.points[i].Period)
		pace := g.drift
		if math.Abs(gap) > 3 {
			pace = g.longRun() // short-term steps are mostly seasonal
		}
		moved := max(-g.jump, min(pace*gap, g.jump))
		g.add(g.y[i], g.y[i]+moved, g.step, g.steps, math.Abs(gap))
	}
}

// between guesses the midpoint of the two neighbours or, when they are further
// away, any value between them.
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

// season guesses from the same season of another year, that many periods away,
// moved by what nearby figures have moved over the same distance.
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
