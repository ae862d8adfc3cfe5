package projection

import "math"

// Method is a way to project a year's total from its beginning.
type Method string

// The methods. D is the sum of the first k of n periods, T a year's total, and
// y the year in progress.
const (
	// Theta forecasts the remaining periods one by one, see theta.
	Theta Method = "theta"
	// MeanShare is D(y)/s, s being the mean of D/T in up to five years: the
	// ratio of a year to its beginning is extrapolated, as national accounts
	// extrapolate the ratio of a benchmark to its indicator (IMF, Quarterly
	// National Accounts Manual, 2017, chapter 6).
	MeanShare Method = "mean_share"
	// Damped adds to the year to date the rest of last year, grown half by
	// this year's growth to date and half by that of past years: D(y) +
	// (T(y−1)−D(y−1))·√(g·h), g = D(y)/D(y−1), h the mean yearly growth factor
	// of up to five years. Unusual growth tends to return to the usual rate of
	// a series (damped trend: Gardner and McKenzie, Forecasting trends in time
	// series, Management Science 31, 1985).
	Damped Method = "damped"
)

const methods = 3

// Methods lists the methods.
func Methods() [methods]Method { return [methods]Method{Theta, MeanShare, Damped} }

// SharesBack is how many past years count for what part of a year usually has
// come by a period, or comes in it.
const SharesBack = 5

// GrowthBack is how many years' growth is averaged where growth is to continue.
const GrowthBack = 5

// outcome is the projection of a year by one method.
type outcome struct {
	value   float64
	known   bool
	firm    bool // it does not depend on imputed or estimated figures
	imputed bool // it depends on imputed figures
}

func (o *outcome) rests(all ...Sum) {
	for _, s := range all {
		o.firm, o.imputed = o.firm && s.Firm, o.imputed || s.Imputed
	}
}

// tried is what each method gives for a year and a number of periods.
type tried struct {
	done bool
	by   [methods]outcome
}

func (s *Series) try(y, k int) *[methods]outcome {
	t := &s.made[y][k]
	if !t.done {
		t.done = true
		for m, method := range Methods() {
			t.by[m] = s.apply(method, y, k)
		}
	}
	return &t.by
}

// apply projects a year by one method, from its first k periods and the years
// before it.
func (s *Series) apply(m Method, y, k int) (o outcome) {
	now := s.sum(y, k)
	if !now.Known || !(now.Value > 0) {
		return o
	}
	o.firm, o.imputed = now.Firm, now.Imputed
	switch m {
	case Theta:
		o.value = now.Value + s.theta(y, k)
	case MeanShare:
		o.value = now.Value / s.share(y, k, &o)
	case Damped:
		if !s.complete(y-1, k) {
			return o
		}
		before, last := s.sum(y-1, k), s.total(y-1)
		o.rests(before, last)
		growth := now.Value / before.Value
		if h, ok := s.habit(y, &o); ok {
			growth = math.Sqrt(growth * h)
		}
		o.value = now.Value + (last.Value-before.Value)*growth
	}
	o.known = o.value > 0 && finite(o.value)
	return o
}

// share is the mean share of a year after k periods; not a number if no year
// shows it.
func (s *Series) share(y, k int, o *outcome) float64 {
	sum := 0.0
	years := s.showing(y, k)
	for _, p := range years {
		d, t := s.sum(p, k), s.total(p)
		o.rests(d, t)
		sum += d.Value / t.Value
	}
	return sum / float64(len(years))
}

// showing are the years whose shares after k periods are averaged for a year, the
// newest first.
func (s *Series) showing(y, k int) (years []int) {
	for p := y - 1; p >= 0 && len(years) < SharesBack; p-- {
		if s.complete(p, k) {
			years = append(years, p)
		}
	}
	return years
}

// habit is the mean yearly growth factor of the years before the given one.
func (s *Series) habit(y int, o *outcome) (factor float64, ok bool) {
	first, years := 0.0, 0
	for p := y - 2; p >= max(0, y-1-GrowthBack); p-- {
		t := s.total(p)
		if !t.Known || !(t.Value > 0) {
			break
		}
		o.rests(t)
		first, years = t.Value, y-1-p
	}
	return math.Pow(s.total(y-1).Value/first, 1/float64(years)), years > 0
}
