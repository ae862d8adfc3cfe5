package plausible

import "math"

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
