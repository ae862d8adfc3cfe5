// Package plausible judges one figure by the others of its series: whether it
// is what they lead one to expect, is worth a second look, or has to be asked
// about before it is stored. It knows periods as numbers and values as floats,
// and no catalogue, file or stream. docs/rules.md says what it catches and
// what it cannot.
package plausible

import "math"

// Point is a figure that is known.
type Point struct {
	Period int32 // counted in periods of the series' frequency
	Value  float64
}

// Question is a figure with what is known of its series.
type Question struct {
	Period int32
	Value  float64
	// Points are the others in the order of their periods, one for each; those
	// beyond a break are left out.
	Points []Point
	// PerYear is how many periods a year has. The first period of a year is a
	// multiple of it.
	PerYear int32
	// MaxJump is the largest believable ratio to what is expected, above 1. It
	// is not used for a rate.
	MaxJump float64
	ToDate  bool // the value covers the year up to the end of the period
	Adds    bool // periods add up to the year, so that a year-to-date may stand among them by mistake
	Rank    bool // a place in an order: whole, small, and free to jump within MaxJump
	Rate    bool // growth in percent
	Whole   bool // the points come together with the figure, and nobody has believed them yet
}

// Level is how much a figure is doubted.
type Level uint8

// The levels.
const (
	Fine    Level = iota // as expected, or nothing is known
	Warning              // unusual: a note for the sender
	Refusal              // not believed unless the sender confirms it
)

// Doubt is what a figure is doubted for.
type Doubt uint8

// The doubts.
const (
	Jump    Doubt = iota // far from what is expected
	Slip                 // by a power of ten
	Zero                 // zero among figures far from zero
	Sign                 // the first of its sign
	SumOf                // the year-to-date in the place of the period
	Copy                 // the figure of the period before once more
	AsIndex              // a rate written as an index, same period of last year = 100
	AsShare              // a rate written as a fraction
)

// Verdict is the answer. Its zero value says that all is well.
type Verdict struct {
	Level    Level
	Doubt    Doubt
	Expected float64 // about what the figure should be; of a year-to-date the whole, not the mean
	Power    int     // of a Slip: the value is 10^Power times what is expected
}

// Enough is from how many known figures on one is judged: a single one could
// be the wrong one itself.
const Enough = 2

// How much is believed, in multiples of a series' own usual spread (as a
// standard deviation).
const (
	warnAt   = 3.0
	refuseAt = 6.0
	// warnPrior is the usual spread of a series of which little is known, as a
	// part of what MaxJump believes, both as logarithms.
	warnPrior = 0.045
)

// What is never doubted however steady a series was: at most this ratio.
var (
	warnFloor   = math.Log(1.1)
	refuseFloor = math.Log(1.75)
)

// Judge gives the verdict on a figure.
func Judge(q *Question) Verdict {
	if len(q.Points) < Enough {
		return Verdict{}
	}
	if q.Rate {
		return judgeRate(q)
	}
	if !q.Whole && q.usual() {
		return Verdict{}
	}
	h := newHistory(q)
	if len(h.points) < Enough {
		return Verdict{}
	}
	var v Verdict
	switch {
	case h.sign == mixed:
		v = h.judgeMixed()
	case h.value == 0:
		v = h.judgeZero()
	case (h.value > 0) != (h.sign == positive):
		v = h.judgeSign()
	default:
		v = h.judgeRatio()
	}
	if v.Level == Fine && h.copied() {
		v = Verdict{Level: Warning, Doubt: Copy, Expected: h.value}
	}
	v.Expected *= h.share
	return v
}

// usual tells at once what most figures are: close to the one before, of a
// series in which neighbours are close to each other, and no copy of it. A
// worker is asked too often to look at whole years each time.
func (q *Question) usual() bool {
	n := len(q.Points)
	a, b := &q.Points[n-2], &q.Points[n-1]
	if b.Period != q.Period-1 || a.Period != q.Period-2 {
		return false
	}
	v, p, o := q.Value, b.Value, a.Value
	if q.ToDate {
		v, p, o = v/q.ordinal(q.Period), p/q.ordinal(b.Period), o/q.ordinal(a.Period)
	}
	if v == p {
		return p == o // a series that stands still
	}
	return close10(v, p)
}

// close10 tells whether two values of one sign differ by less than a tenth.
func close10(a, b float64) bool {
	return a > 0 && b > 0 && a < 1.1*b && b < 1.1*a || a < 0 && b < 0 && a > 1.1*b && b > 1.1*a
}

// ordinal is the number of a period in its year, from 1.
func (q *Question) ordinal(period int32) float64 {
	return float64(period%q.PerYear + 1)
}
