package projection

import "math"

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
	ends := s.seasons(y, k)
	per := len(ends)
	x := s.rates(y, k, ends)
	if per < seasonLeast || len(x) <= thetaLeast*per {
		return math.NaN()
	}
	factors := decompose(x, per)
	for t := range x {
		x[t] = math.Log(x[t] / factors[t%per]) // not a number if the factor is not positive
	}
	level, drift := smooth(x)
	rest, from := 0.0, k
	for i := len(x) % per; i > 0 && i < per; i++ {
		rest += math.Exp(level) * factors[i] * float64(ends[i]-from)
		level += drift
		from = ends[i]
	}
	return rest
}

// seasons are the ends of the stretches into which a year falls: the numbers
// of periods of which sums are known in the two years before and, as far as it
// goes, in the year in progress. The first periods, January and February, are
// one stretch, because the Spring Festival moves between them.
func (s *Series) seasons(y, k int) (ends []int) {
	for e := min(s.first, k); e <= s.n; e++ {
		if s.sum(y-1, e).firm() && s.sum(y-2, e).firm() && (e >= k || s.sum(y, e).firm()) {
			ends = append(ends, e)
		}
	}
	return ends
}

// rates are the means of a period in the stretches of the past years and of
// the year in progress, oldest first. They are empty if one is not positive or
// if k does not end a stretch.
func (s *Series) rates(y, k int, ends []int) []float64 {
	first := y
	for first > max(0, y-thetaYears) && s.has(first-1, ends) {
		first--
	}
	x := make([]float64, 0, (y-first+1)*len(ends))
	for p := first; p <= y; p++ {
		before, last := 0.0, 0
		for _, e := range ends {
			if p == y && e > k {
				break
			}
			v := s.sum(p, e).Value
			rate := (v - before) / float64(e-last)
			if !(rate > 0) {
				return nil
			}
			x = append(x, rate)
			before, last = v, e
		}
		if p == y && last != k {
			return nil
		}
	}
	return x
}

func (s *Series) has(y int, ends []int) bool {
	for _, e := range ends {
		if !s.sum(y, e).firm() {
			return false
		}
	}
	return true
}

// decompose returns the seasonal factors of a series that begins with the
// first of its seasons: their mean ratios to the centred moving average,
// shrunk towards one as far as they may be chance (the estimator of James and
// Stein, as in Miller and Williams, Shrinkage estimators of time series
// seasonal factors and their effect on forecasting accuracy, International
// Journal of Forecasting 19, 2003).
func decompose(x []float64, per int) []float64 {
	ratios, half := toAverage(x, per)
	factors, counts := make([]float64, per), make([]float64, per)
	for i, r := range ratios {
		factors[(i+half)%per] += r
		counts[(i+half)%per]++
	}
	sum := 0.0
	for i := range factors {
		factors[i] /= counts[i]
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
