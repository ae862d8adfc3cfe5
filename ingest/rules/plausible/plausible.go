// Package plausible judges one figure by the others of its series: whether it
// is as expected, is unusual, or must be confirmed before it is stored. It works
// on periods as integers and values as floats, and does not know the catalogue,
// files or streams. docs/rules.md says what it catches and what it cannot.
package plausible

import "math"

// Point is a known figure.
type Point struct {
	Period int32 // ordinal in the series' frequency
	Value  float64
}

// Question is a figure to judge, with what is known of its series.
type Question struct {
	Period int32 // ordinal in the series' frequency
	Value  float64
	// Points are the other figures in the order of their periods, one per
	// period, without those beyond a break.
	Points []Point
	// PerYear is the number of periods in a year. The ordinal of the first
	// period of a year is a multiple of it.
	PerYear int32
	// MaxJump is the largest believable ratio to the expected value, above 1.
	// It is not used for rates.
	MaxJump float64
	ToDate  bool // the value covers the year up to the end of the period
	Adds    bool // periods add up to the year, so that a year-to-date may be among them by mistake
	Rank    bool // a rank: a small whole number that may jump freely within MaxJump
	Rate    bool // growth in percent
	Whole   bool // the points come from the same file and have not been accepted yet
}

// Level is how much a figure is doubted.
type Level uint8

// The levels.
const (
	Fine    Level = iota // as expected, or too little is known
	Warning              // unusual
	Refusal              // not believed unless the sender confirms it
)

// Doubt is the reason to doubt a figure.
type Doubt uint8

// The doubts.
const (
	Jump    Doubt = iota // far from what is expected
	Slip                 // off by a power of ten
	Zero                 // zero among figures far from zero
	Sign                 // the first figure of its sign
	SumOf                // the year-to-date instead of the period alone
	Copy                 // a repetition of the previous period's figure
	AsIndex              // a rate written as an index (same period of last year = 100)
	AsShare              // a rate written as a fraction
)

// Verdict is the answer to a Question. Its zero value means that nothing is
// wrong.
type Verdict struct {
	Level    Level
	Doubt    Doubt
	Expected float64 // roughly what the figure should be; for a year-to-date the total, not the mean
	Power    int     // for a Slip: the value is 10^Power times what is expected
}

// Enough is the number of known figures needed to judge another; a single one
// could itself be wrong.
const Enough = 2

// Limits in multiples of a series' own usual spread (as a standard deviation).
const (
	warnAt   = 3.0
	refuseAt = 6.0
	// warnPrior is the assumed spread of a series of which little is known, as a
	// share of the logarithm of MaxJump.
	warnPrior = 0.045
)

// Ratios up to these are never doubted, however steady the series is.
var (
	warnFloor   = math.Log(1.1)
	refuseFloor = math.Log(1.75)
)

// Judge judges a figure.
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

// usual reports whether the figure is close to the previous one without being a
// copy of it. That is true of most figures, and saves a worker from looking at
// years of figures each time.
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
		return p == o // a series that does not move
	}
	return close10(v, p)
}

// close10 reports whether two values have the same sign and differ by less than
// a tenth.
func close10(a, b float64) bool {
	return a > 0 && b > 0 && a < 1.1*b && b < 1.1*a || a < 0 && b < 0 && a > 1.1*b && b > 1.1*a
}

// ordinal returns the number of a period in its year, from 1.
func (q *Question) ordinal(period int32) float64 {
	return float64(period%q.PerYear + 1)
}
