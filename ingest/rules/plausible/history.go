package plausible

import (
	"math"
	"slices"
)

// years is how far on either side of a figure others are considered.
const years = 3

// Fewest is the number of figures considered on either side however far away
// they are.
const Fewest = 8

// Reach returns how many periods on either side are considered.
func Reach(perYear int32) int32 { return max(years*perYear, Fewest) }

// sign is that of all values of a history.
type sign uint8

const (
	mixed sign = iota // zeros, or both signs
	positive
	negative
)

// history is a figure and the points around it, on the scale on which it is
// judged: a year-to-date as the mean of its periods.
type history struct {
	q      *Question
	value  float64   // of the figure
	share  float64   // number of periods that value is the mean of
	points []Point   // within reach of the figure, in order
	at     int       // number of points before the figure
	sign   sign      // of the points
	y      []float64 // logarithms of the points' absolute values, nil when sign is mixed
}

func newHistory(q *Question) *history {
	h := &history{q: q, value: q.Value, share: 1}
	if q.ToDate {
		h.share = q.ordinal(q.Period)
		h.value /= h.share
	}
	reach := Reach(q.PerYear)
	from, _ := slices.BinarySearchFunc(q.Points, q.Period-reach, byPeriod)
	to, _ := slices.BinarySearchFunc(q.Points, q.Period+reach+1, byPeriod)
	h.at, _ = slices.BinarySearchFunc(q.Points, q.Period, byPeriod)
	from, to = max(0, min(from, h.at-Fewest)), min(len(q.Points), max(to, h.at+Fewest))
	h.points = q.Points[from:to]
	if q.ToDate {
		h.points = slices.Clone(h.points)
		for i := range h.points {
			h.points[i].Value /= q.ordinal(h.points[i].Period)
		}
	}
	h.at -= from
	h.sign = signOf(h.points)
	if h.sign != mixed {
		h.y = make([]float64, len(h.points))
		for i, p := range h.points {
			h.y[i] = math.Log(math.Abs(p.Value))
		}
	}
	return h
}

func byPeriod(p Point, period int32) int { return int(p.Period - period) }

func signOf(points []Point) sign {
	above, below := 0, 0
	for _, p := range points {
		if p.Value > 0 {
			above++
		}
		if p.Value < 0 {
			below++
		}
	}
	switch len(points) {
	case above:
		return positive
	case below:
		return negative
	}
	return mixed
}

// find returns the index of a period among the points.
func (h *history) find(period int32) (int, bool) {
	return slices.BinarySearchFunc(h.points, period, byPeriod)
}

// typical returns the median absolute value of the points next to the figure.
func (h *history) typical() float64 {
	from, to := max(0, h.at-6), min(len(h.points), h.at+6)
	var buf [12]float64
	values := buf[:0]
	for _, p := range h.points[from:to] {
		values = append(values, math.Abs(p.Value))
	}
	return median(values)
}

// smallest returns the smallest absolute value.
func (h *history) smallest() float64 {
	least := math.Inf(1)
	for _, p := range h.points {
		least = min(least, math.Abs(p.Value))
	}
	return least
}

// counts reports whether the values are small whole numbers, such as counts of
// rare events, where zero is nothing unusual.
func (h *history) counts() bool {
	for _, p := range h.points {
		if p.Value != math.Trunc(p.Value) {
			return false
		}
	}
	return h.typical() < 10
}

// copied reports whether the figure repeats the previous period's to the last
// digit, in a series that hardly ever repeats itself.
func (h *history) copied() bool {
	if h.at == 0 || h.points[h.at-1].Period != h.q.Period-1 || h.q.Rank || h.value == 0 || h.q.ToDate {
		return false
	}
	if h.points[h.at-1].Value != h.value || h.counts() {
		return false
	}
	pairs, same := 0, 0
	for i := 1; i < len(h.points); i++ {
		if h.points[i].Period == h.points[i-1].Period+1 {
			pairs++
			if h.points[i].Value == h.points[i-1].Value {
				same++
			}
		}
	}
	return pairs >= 2 && same*20 <= pairs
}

// median returns the median of the values, NaN when there are none. It sorts
// the values.
func median(values []float64) float64 {
	if len(values) == 0 {
		return math.NaN()
	}
	slices.Sort(values)
	middle := len(values) / 2
	if len(values)%2 == 1 {
		return values[middle]
	}
	return (values[middle-1] + values[middle]) / 2
}

// spread returns a standard deviation that is robust against outliers, from the
// median distance to a centre. It overwrites the values.
func spread(values []float64, centre float64) float64 {
	for i, v := range values {
		values[i] = math.Abs(v - centre)
	}
	return 1.4826 * median(values)
}
