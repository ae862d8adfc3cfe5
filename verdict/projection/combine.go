package projection

import "math"

// Part is what a method contributes to a projection.
type Part struct {
	Method Method
	Value  float64 // the total it projects
	Weight float64 // the weights add up to one
	Error  float64 // its mean absolute error in the years tested, relative to their totals
	Cases  int     // the years on which all parts were tested
}

// Share is the usual share of the last year after its first k periods: the
// mean of up to five years before it. ok is false if no year shows it.
func (s *Series) Share(k int) (share float64, ok bool) {
	share = s.share(len(s.years)-1, k, &outcome{})
	return share, share > 0 && finite(share)
}

// Showing tells of which years Share is the mean, the newest first: how many years
// before the last one each of them is.
func (s *Series) Showing(k int) (ago []int) {
	last := len(s.years) - 1
	for _, p := range s.showing(last, k) {
		ago = append(ago, last-p)
	}
	return ago
}

// Habit is the usual yearly growth factor before the last year: the mean of up
// to five years. ok is false if there are fewer than two years to compare.
func (s *Series) Habit() (factor float64, ok bool) {
	factor, ok = s.habit(len(s.years)-1, &outcome{})
	return factor, ok && finite(factor)
}

// among are the methods that may contribute, in the order of Methods.
type among [methods]bool

// thetaCounts is how often Theta counts in the mean of the methods before the
// errors of the series have a say: on the series of docs/targets.md it is the
// best one.
const thetaCounts = 2

// combined is the mean of what several methods project.
type combined struct {
	outcome
	use    among // the methods that apply
	weight [methods]float64
	errors [methods]float64
	cases  int
}

// combine projects a year by the weighted mean of the methods that apply.
// Combinations err less than their parts, and less than the part that was best
// in the past (Bates and Granger, The combination of forecasts, Operational
// Research Quarterly 20, 1969; Makridakis and Hibon, The M3-Competition,
// International Journal of Forecasting 16, 2000).
//
// A weight is the inverse square of the method's mean absolute error in the
// years before, as if one more year had been seen in which all methods erred
// alike. Errors differ by rounding at least, so no method gets all the weight.
func (s *Series) combine(y, k int, may among) (c combined) {
	by := s.try(y, k)
	c.firm = true
	for m, o := range by {
		c.use[m] = may[m] && o.known
		c.known = c.known || c.use[m]
	}
	if !c.known {
		return c
	}
	s.weigh(y, k, &c)
	for m, o := range by {
		if c.use[m] {
			c.value += c.weight[m] * o.value
			c.firm, c.imputed = c.firm && o.firm, c.imputed || o.imputed
		}
	}
	return c
}

// weigh finds the errors of the methods and their weights.
func (s *Series) weigh(y, k int, c *combined) {
	c.errors, c.cases = s.errors(y, k, c.use)
	mean, count := 0.0, 0.0
	for m, used := range c.use {
		if used {
			mean += c.errors[m]
			count++
		}
	}
	mean /= count
	sum := 0.0
	for m, used := range c.use {
		if !used {
			continue
		}
		c.weight[m] = 1
		if Methods()[m] == Theta {
			c.weight[m] = thetaCounts
		}
		n := float64(c.cases)
		e := (c.errors[m]*n+mean)/(n+1) + Rounding
		c.weight[m] /= e * e
		sum += c.weight[m]
	}
	for m := range c.weight {
		c.weight[m] /= sum
	}
}

// errors returns the mean absolute errors of the methods, relative to the
// totals, in the years before the given one at k and its neighbours, and the
// number of years. Only what all of them projected is compared.
func (s *Series) errors(y, k int, use among) (errors [methods]float64, years int) {
	cases := 0.0
	from, to := s.around(k)
	for p := range y {
		if !s.evidence(p) {
			continue
		}
		before := cases
		for near := from; near <= to; near++ {
			by := s.try(p, near)
			if !use.firm(by) {
				continue
			}
			cases++
			for m, o := range by {
				if use[m] {
					errors[m] += math.Abs(o.value/s.total(p).Value - 1)
				}
			}
		}
		if cases > before {
			years++
		}
	}
	for m := range errors {
		errors[m] /= max(1, cases)
	}
	return errors, years
}

// firm reports whether all methods gave something that counts as evidence.
func (a among) firm(by *[methods]outcome) bool {
	for m, used := range a {
		if used && !(by[m].known && by[m].firm) {
			return false
		}
	}
	return true
}
