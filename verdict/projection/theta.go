package projection

import (
	"math"
	"slices"
)

const (
	thetaYears  = 8 // past years that Theta looks at
	thetaLeast  = 2 // past years that it needs
	seasonLeast = 4 // stretches of a year that it needs
)

// theta forecasts the rest of a year by the Theta method (Assimakopoulos and
// Nikolopoulos, The theta model, International Journal of Forecasting 16,
// 2000): the series is freed of its seasons, its logarithm is smoothed
// exponentially and continued with half the slope of its linear trend, and the
// seasons are put back. That is the same as the mean of the linear trend and
// of a series with twice the curvature (Hyndman and Billah, Unmasking the
// Theta method, International Journal of Forecasting 19, 2003). The result is
// not a number if the method does not apply.
func (s *Series) theta(y, k int) float64 {
	g := s.grid(s.seasons(y, k))
	per, part := len(g.ends), slices.Index(g.ends, k)+1
	first := y
	for first > max(0, y-thetaYears) && g.whole[first-1] {
		first--
	}
	if per < seasonLeast || part == 0 || y-first < thetaLeast {
		return math.NaN()
	}
	from, to := first*per, y*per+part
	factors := decompose(g.rates[from:to], per)
	x := make([]float64, to-from)
	for i, f := range factors {
		log := math.Log(f) // not a number if the factor is negative
		for t := i; t < len(x); t += per {
			x[t] = g.logs[from+t] - log
		}
	}
	level, drift := smooth(x)
	rest, end := 0.0, k
	for i := part; i < per; i++ {
		rest += math.Exp(level) * factors[i] * float64(g.ends[i]-end)
		level += drift
		end = g.ends[i]
	}
	return rest
}

// ends is a set of numbers of periods, as bits: those at which stretches of a
// year end.
type ends uint32

// seasons are the ends of the stretches into which a year falls: the numbers
// of periods of which sums are known in the two years before and, as far as it
// goes, in the year in progress. The first periods, January and February, are
// one stretch, because the Spring Festival moves between them.
func (s *Series) seasons(y, k int) (all ends) {
	for e := min(s.first, k); e <= s.n; e++ {
		if s.sum(y-1, e).firm() && s.sum(y-2, e).firm() && (e >= k || s.sum(y, e).firm()) {
			all |= 1 << e
		}
	}
	return all
}

// grid is a series of years divided into the same stretches.
type grid struct {
	ends  []int
	whole []bool    // by year: the sums at all ends are known and firm
	rates []float64 // the mean of a period in every stretch of every year
	logs  []float64 // of the rates; not a number if a rate is unknown or not positive
}

func (s *Series) grid(at ends) *grid {
	if g := s.grids[at]; g != nil {
		return g
	}
	g := &grid{}
	for e := range s.n {
		if at&(1<<(e+1)) != 0 {
			g.ends = append(g.ends, e+1)
		}
	}
	for y := range s.years {
		whole, before, last := true, Sum{Known: true}, 0
		for _, e := range g.ends {
			v := s.sum(y, e)
			whole = whole && v.firm()
			rate, log := (v.Value-before.Value)/float64(e-last), math.NaN()
			if v.Known && before.Known && rate > 0 {
				log = math.Log(rate)
			}
			g.rates, g.logs = append(g.rates, rate), append(g.logs, log)
			before, last = v, e
		}
		g.whole = append(g.whole, whole)
	}
	if s.grids == nil {
		s.grids = map[ends]*grid{}
	}
	s.grids[at] = g
	return g
}

// decompose returns the seasonal factors of a series that begins with the
// first of its seasons: their medial ratios to the centred moving average,
// shrunk towards one as far as they may be chance (the estimator of James and
// Stein, as in Miller and Williams, Shrinkage estimators of time series
// seasonal factors and their effect on forecasting accuracy, International
// Journal of Forecasting 19, 2003).
func decompose(x []float64, per int) []float64 {
	ratios, half := toAverage(x, per)
	factors, counts := make([]float64, per), make([]float64, per)
	own := make([]float64, 0, thetaYears+1)
	sum := 0.0
	for i := range factors {
		own = own[:0]
		for at := (i + per - half) % per; at < len(ratios); at += per {
			own = append(own, ratios[at])
		}
		factors[i], counts[i] = medial(own), float64(len(own))
		sum += factors[i]
	}
	spread, inverse := 0.0, 0.0
	for i := range factors {
		factors[i] *= float64(per) / sum
		spread += (factors[i] - 1) * (factors[i] - 1)
		inverse += 1 / counts[i]
	}
	noise := 0.0
	for i, r := range ratios {
		noise += (r - factors[(i+half)%per]) * (r - factors[(i+half)%per])
	}
	noise *= inverse / float64(max(1, len(ratios)-per)) // of the sum of squares of the factors
	keep := 0.0
	if spread > 0 {
		keep = max(0, 1-float64(per-3)/float64(per)*noise/spread)
	}
	for i := range factors {
		factors[i] = 1 + keep*(factors[i]-1)
	}
	return factors
}

// medial is the mean without the largest and the smallest, if there are four
// or more: a year like no other must not become a season.
func medial(all []float64) (mean float64) {
	slices.Sort(all)
	if len(all) >= 4 {
		all = all[1 : len(all)-1]
	}
	for _, v := range all {
		mean += v / float64(len(all))
	}
	return mean
}

// toAverage returns the ratios of a series to its moving average over a year,
// from the element half to the one half before the end.
func toAverage(x []float64, per int) (ratios []float64, half int) {
	half = per / 2
	window := 0.0
	for _, v := range x[:2*half+1] {
		window += v
	}
	ratios = make([]float64, 0, len(x)-2*half)
	for t := half; ; t++ {
		sum := window
		if per%2 == 0 {
			sum -= (x[t-half] + x[t+half]) / 2
		}
		ratios = append(ratios, x[t]/sum*float64(per))
		if t+half+1 == len(x) {
			return ratios, half
		}
		window += x[t+half+1] - x[t-half]
	}
}

// smoothings are the parameters of exponential smoothing that are tried.
var smoothings = [...]float64{0.05, 0.1, 0.2, 0.3, 0.45, 0.6, 0.8, 1}

// smooth returns the first forecast of a series without seasons, and by how
// much the forecasts grow with each step. The smoothing is the one with the
// smallest squared errors one step ahead.
func smooth(x []float64) (level, drift float64) {
	n := float64(len(x))
	middle, slope := (n-1)/2, 0.0
	for t, v := range x {
		slope += (float64(t) - middle) * v
	}
	drift = slope / (n * (n*n - 1) / 12) / 2
	var levels, squares [len(smoothings)]float64
	for i := range levels {
		levels[i] = x[0]
	}
	for _, v := range x[1:] {
		for i, a := range smoothings {
			e := v - levels[i]
			squares[i] += e * e
			levels[i] += a * e
		}
	}
	best := 0
	for i := range squares {
		if squares[i] < squares[best] {
			best = i
		}
	}
	a := smoothings[best]
	return levels[best] + drift*(1-math.Pow(1-a, n))/a, drift
}
