// Package projection projects a year's total from its first periods and says
// how far the total may be from that. It works on plain numbers: the sums to
// date of the year and of the years before it. Nothing else is used, so a
// projection can be tested on any year whose total is known, and its band is
// the result of that test on the years before.
package projection

import "math"

// Sum is the sum of the first periods of a year, or of all of them.
type Sum struct {
	Value   float64
	Known   bool
	Firm    bool // it counts as evidence: nothing in it is imputed or estimated
	Imputed bool
}

// firm reports whether the sum is known and counts as evidence.
func (s Sum) firm() bool { return s.Known && s.Firm }

// Years is how many years a projection looks at, the year in progress
// included. Older ones say little about it.
const Years = 12

// Series is a year in progress and the years before it. It caches what it
// computes, so it must not be used by several goroutines at once.
type Series struct {
	n, first int
	falls    bool      // a sum may be smaller than one of fewer periods
	years    [][]Sum   // oldest first, the year in progress last
	made     [][]tried // by year and number of periods
	grids    map[ends]*grid
}

// New returns the series of consecutive years, oldest first; the last one is
// the year to project. A year has n periods. Its element k is the sum of the
// first k of them, the element n its total; the element 0 is not used. Fewer
// periods than first say little about their year: they are one season, and
// their errors say nothing about those of more. Of more than Years years the
// newest are used.
func New(n, first int, years [][]Sum) *Series {
	years = years[max(0, len(years)-Years):]
	s := &Series{n: n, first: first, years: years, made: make([][]tried, len(years))}
	for y := range s.made {
		s.made[y] = make([]tried, n+1)
	}
	return s
}

// Falling is New for a series whose sums may fall and end below zero, such as a
// balance of trade. A year may then end below its year to date. The ratios of such
// years say something only as long as all are above zero.
func Falling(n, first int, years [][]Sum) *Series {
	s := New(n, first, years)
	s.falls = true
	return s
}

// Crossed reports whether a series that may fall was at zero or below it in a
// past year, after k periods or at its end: there is no projection then.
func (s *Series) Crossed(k int) bool {
	if !s.falls {
		return false
	}
	for y := range len(s.years) - 1 {
		d, t := s.sum(y, k), s.total(y)
		if d.Known && !(d.Value > 0) || t.Known && !(t.Value > 0) {
			return true
		}
	}
	return false
}

// sum is the sum of the first k periods of a year, which may be before the
// oldest one.
func (s *Series) sum(y, k int) Sum {
	if y < 0 {
		return Sum{}
	}
	return s.years[y][k]
}

func (s *Series) total(y int) Sum { return s.sum(y, s.n) }

// complete reports whether a past year shows how a year goes on after its
// first k periods.
func (s *Series) complete(y, k int) bool {
	d, t := s.sum(y, k), s.total(y)
	return d.Known && t.Known && d.Value > 0 && (t.Value >= d.Value || s.falls && t.Value > 0)
}

// evidence reports whether a projection of a past year can be compared with
// its total.
func (s *Series) evidence(y int) bool { return s.total(y).firm() && s.total(y).Value > 0 }

// around returns the first and the last number of periods whose errors count
// for k: k and its neighbours.
func (s *Series) around(k int) (from, to int) {
	if k == s.n {
		return k, k
	}
	return min(k, max(s.first, k-1)), min(s.n-1, k+1)
}

func finite(v float64) bool { return !math.IsNaN(v) && !math.IsInf(v, 0) }
