package projection

import (
	"math"
	"slices"
)

// Level is the part of outcomes that a band is to contain.
const Level = 0.85

// Least is the least number of past errors from which a band is made: a single
// one says nothing about the next.
const Least = 2

// widened are the factors by which the largest of n errors is multiplied where
// n errors cannot claim Level. The next error exceeds the largest of n
// exchangeable ones with a probability of 1/(n+1), so six are needed. Fewer
// are taken for draws from a normal distribution around zero, of which the
// largest absolute value, multiplied by the factor, is not exceeded by the
// next with the probability Level.
var widened = [...]float64{Least: 1.8121, 3: 1.3589, 4: 1.1634, 5: 1.0519}

// Reach returns how far the next of a number of errors will be from zero with
// the probability Level, at least as far as the data allow to say: the
// quantile of their absolute values at which, of n+1 exchangeable errors, the
// next has every rank with the same probability (conformal prediction: Vovk,
// Gammerman and Shafer, Algorithmic Learning in a Random World, 2005),
// interpolated between two ranks; with few errors the largest, widened. ok is
// false with fewer than Least.
func Reach(errors []float64) (reach float64, ok bool) {
	n := len(errors)
	if n < Least {
		return 0, false
	}
	sizes := make([]float64, n)
	for i, e := range errors {
		sizes[i] = math.Abs(e)
	}
	slices.Sort(sizes)
	if n < len(widened) {
		return sizes[n-1] * widened[n], true
	}
	rank := Level * float64(n+1)
	i := int(rank)
	if i >= n {
		return sizes[n-1], true
	}
	return sizes[i-1] + (sizes[i]-sizes[i-1])*(rank-float64(i)), true
}

// Claim is the largest part of outcomes that n errors can claim to contain
// without assuming anything about their distribution: n/(n+1), at most Level.
func Claim(n int) float64 { return min(Level, float64(n)/float64(n+1)) }

// Projection is a projected total and how far the total may be from it.
type Projection struct {
	Value     float64
	Low, High float64 // the band
	Parts     []Part  // the methods that were combined
	Error     float64 // mean absolute error of such combinations in the years tested, relative to their totals
	Years     int     // the years tested, on whose errors the band rests
	Errors    int     // the errors in these years: at this number of periods and its neighbours
	Reach     float64 // half the width of the band, relative to what is projected for the rest of the year
	Imputed   bool    // it depends on imputed figures
}

// Project projects the total of the last year from its first k periods. ok is
// false if no method applies or if fewer than Least past years can be tested,
// since nothing is then known about the error.
//
// The years before are projected in the same way, each from the years before
// it only. Errors are relative to what was projected for the rest of the year,
// so those after one period more or less can be compared. The error of a year
// is the root mean square of these.
func (s *Series) Project(k int) (p Projection, ok bool) {
	y := len(s.years) - 1
	if y < 0 || k < 1 || k > s.n || s.Crossed(k) {
		return p, false
	}
	all := among{}
	for m := range all {
		all[m] = true
	}
	now := s.combine(y, k, all)
	if !now.known {
		return p, false
	}
	p.Value, p.Imputed = now.value, now.imputed
	for m, o := range s.try(y, k) {
		if now.use[m] {
			p.Parts = append(p.Parts, Part{Methods()[m], o.value, now.weight[m], now.errors[m], now.cases})
		}
	}
	errors := s.past(y, k, now.use, &p)
	if p.Reach, ok = Reach(errors); !ok {
		return p, false
	}
	p.Years = len(errors)
	half := p.Reach * s.scale(y, k, p.Value)
	p.Low, p.High = p.Value-half, p.Value+half
	if !s.falls {
		p.Low = min(p.Value, max(p.Low, s.sum(y, k).Value))
	}
	return p, finite(p.Value) && finite(p.Low) && finite(p.High) && finite(p.Error)
}

// Rounding is the precision of figures, relative to a year's total: errors and
// rests of years that are smaller are not told apart.
const Rounding = 0.001

// scale is the amount to which the error of a projection is related: the rest of
// the year, or all of it if the rest may be nothing or less.
func (s *Series) scale(y, k int, value float64) float64 {
	if s.falls {
		return value
	}
	return max(value-s.sum(y, k).Value, value*Rounding)
}

// past returns the errors of the years before, and adds their number and size
// to the projection.
func (s *Series) past(y, k int, use among, p *Projection) (errors []float64) {
	from, to := s.around(k)
	for year := range y {
		if !s.evidence(year) {
			continue
		}
		squares, count, relative := 0.0, 0.0, 0.0
		for near := from; near <= to; near++ {
			c := s.combine(year, near, use)
			total := s.total(year).Value
			e := (total - c.value) / s.scale(year, near, c.value)
			if !c.known || !c.firm || !finite(e*e) {
				continue
			}
			squares += e * e
			relative += math.Abs(c.value/total - 1)
			count++
		}
		if count > 0 {
			errors = append(errors, math.Sqrt(squares/count))
			p.Error += relative
			p.Errors += int(count)
		}
	}
	p.Error /= float64(max(1, p.Errors))
	return errors
}
