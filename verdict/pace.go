package verdict

import (
	"math"
	"slices"

	"github.com/tidemark-stats/tidemark/book/derive"
	"github.com/tidemark-stats/tidemark/catalog"
	"github.com/tidemark-stats/tidemark/figure"
	"github.com/tidemark-stats/tidemark/internal/lang"
)

// Method is a way to project a year's total from its beginning.
type Method string

// The methods. YTD is January to period k of n, T a year's total, and y the
// year in progress. The shares extrapolate the ratio of a year to its
// beginning, as national accounts extrapolate the ratio of a benchmark to its
// indicator beyond the last benchmark (IMF, Quarterly National Accounts
// Manual, 2017, chapter 6).
const (
	Linear    Method = "linear"     // YTD(y)·n/k
	LastYear  Method = "last_year"  // YTD(y)·T(y−1)/YTD(y−1)
	MeanShare Method = "mean_share" // YTD(y)/s(k), s(k) the mean of YTD/T over the last five years known
	// Damped adds to the year to date the rest of last year, grown half by
	// this year's growth to date and half by that of past years: YTD(y) +
	// (T(y−1)−YTD(y−1))·√(g·h), g = YTD(y)/YTD(y−1), h the mean growth factor
	// of up to five years. Unusual growth tends to return to the usual rate of
	// a series (damped trend: Gardner and McKenzie, Forecasting trends in time
	// series, Management Science 31, 1985).
	Damped Method = "damped"
)

// Methods lists the methods in the order of preference if the past is too
// short to find the best one.
func Methods() []Method { return []Method{Damped, LastYear, MeanShare, Linear} }

// methodFormulas are the methods as shown in a step.
var methodFormulas = map[Method]string{
	Linear:    "linear: ytd × n ÷ k",
	LastYear:  "last_year: ytd × last year ÷ last year to date",
	MeanShare: "mean_share: ytd ÷ share",
	Damped:    "damped: ytd + (last year − last year to date) × √(ytd ÷ last year to date × h)",
}

const (
	sharesBack = 5 // years whose shares are averaged
	growthBack = 5 // years whose growth is averaged
	casesBack  = 8 // years on which a method is tested
	casesLeast = 2 // fewer are not meaningful
	casesWide  = 4 // with fewer the band is widened
	casesPick  = 3 // fewer cannot distinguish the methods
)

// Pace is a projection of a year's total and its accuracy in past years.
type Pace struct {
	Method   Method
	Year     int
	Centre   float64 // the projected total
	Half     float64 // half the width of the band, relative to Centre
	Error    float64 // mean absolute error of the method in the years tested, relative
	Cases    int     // how many years were tested
	Imputed  bool    // the projection depends on imputed figures
	Low, Top float64 // the band
}

// byYear is a flow or an average year by year.
type byYear struct {
	h *derive.History
	f figure.Frequency // of the indicator
}

func (c byYear) n() int { return c.f.PerYear() }

func (c byYear) period(year, k int) figure.Period {
	if c.f == figure.Quarterly {
		return figure.Quarter(year, k)
	}
	if c.f == figure.Annual {
		return figure.Year(year)
	}
	return figure.Month(year, k)
}

// averages reports whether a year is the mean of its periods. byYear then
// holds what the periods so far contribute to the mean, which is their
// sum divided by the number of all periods, so that everything for flows also
// applies to it.
func (c byYear) averages() bool { return c.h.Indicator.Kind == catalog.Average }

// shown is a value of the first k periods as shown to people: the sum to date
// for a flow, the mean for an average.
func (c byYear) shown(v float64, k int) float64 {
	if c.averages() && k > 0 {
		return v * float64(c.n()) / float64(k)
	}
	return v
}

func (c byYear) shownValue(v derive.Value, k int) derive.Value {
	v.Value = c.shown(v.Value, k)
	return v
}

// part is the inverse of shown.
func (c byYear) part(v Number, k int) Number {
	if c.averages() {
		v.Value *= float64(k) / float64(c.n())
	}
	return v
}

func (c byYear) toDateName() lang.Text {
	if c.averages() {
		return say("年初至今平均", "mean of the year to date")
	}
	return say("累计", "year to date")
}

func (c byYear) planFormula() string {
	if c.averages() {
		return "goal × share × n ÷ periods elapsed"
	}
	return "goal × share"
}

// toDate is the sum of the first k periods of a year.
func (c byYear) toDate(year, k int) (derive.Value, bool) {
	if c.averages() && c.f != figure.Annual {
		v, ok := usable(c.h.MeanToDate(c.period(year, k)))
		v.Value *= float64(k) / float64(c.n())
		return v, ok
	}
	m := figure.YTD
	if c.f == figure.Annual {
		m = figure.Level
	}
	return usable(c.h.At(m, c.period(year, k)))
}

// total is the total of a year.
func (c byYear) total(year int) (derive.Value, bool) {
	return usable(c.h.At(figure.Level, figure.Year(year)))
}

// usable excludes withheld values and those published before their period had
// ended.
func usable(v derive.Value, ok bool) (derive.Value, bool) {
	return v, ok && !v.Withheld && !v.Early
}

// project projects the total of a year from its first k periods, by the method
// that did best at this point in earlier years. Only earlier years are used, so
// the choice can itself be tested on the past. ok is false if there are fewer
// than two earlier years for a test, because the error is then unknown.
//
// The half-width of the band is the largest error of the method in the years
// tested, at most the last eight, relative to its projection: around each past
// projection, such a band would have contained the total. The next error exceeds
// the largest of k exchangeable ones with a probability of 1/(k+1) (split conformal
// prediction: Vovk, Gammerman and Shafer, Algorithmic Learning in a Random
// World, 2005). With two or three years it is widened by 4/k.
func (c byYear) project(year, k int) (Pace, bool) {
	p := Pace{Year: year}
	if !c.tells(k) || k > c.n() {
		return p, false
	}
	method, misses := c.method(year, k)
	if len(misses) < casesLeast {
		return p, false
	}
	p.Method = method
	found, _ := c.apply(p.Method, year, k)
	p.Centre, p.Imputed = found.value, found.imputed
	largest := 0.0
	for _, m := range misses {
		p.Error += m.size
		largest = max(largest, m.beside)
	}
	p.Cases = len(misses)
	p.Error /= float64(p.Cases)
	p.Half = largest * max(1, casesWide/float64(p.Cases))
	p.Low, p.Top = p.Centre*(1-p.Half), p.Centre*(1+p.Half)
	if v, ok := c.toDate(year, k); ok { // the year to date cannot be lost again
		p.Low = min(max(p.Low, v.Value), p.Centre)
	}
	for _, x := range []float64{p.Centre, p.Low, p.Top, p.Error} {
		if math.IsNaN(x) || math.IsInf(x, 0) {
			return p, false
		}
	}
	return p, true
}

// method is the best method for a year from its first k periods, with its
// errors in the years before.
func (c byYear) method(year, k int) (Method, []miss) {
	tests := map[Method][]miss{}
	var applies, tested []Method
	for _, m := range Methods() {
		if _, ok := c.apply(m, year, k); !ok {
			continue
		}
		applies = append(applies, m)
		if tests[m] = c.test(m, year, k); len(tests[m]) >= casesLeast {
			tested = append(tested, m)
		}
	}
	// The linear method does not need a previous year, so it is tested on one
	// year more than the others. That is not a reason to prefer it.
	onlyLinear := len(tested) == 1 && tested[0] == Linear && len(applies) > 1
	switch {
	case len(tested) > 0 && !onlyLinear:
		m := best(tested, tests)
		return m, tests[m]
	case len(applies) > 0:
		return applies[0], tests[applies[0]]
	}
	return "", nil
}

// best is the method with the smallest mean error in the years on which all
// were tested; if these are too few, the first method.
func best(usable []Method, tests map[Method][]miss) Method {
	chosen, least := usable[0], math.Inf(1)
	for _, m := range usable {
		sum, cases := 0.0, 0
		for _, x := range tests[m] {
			common := !slices.ContainsFunc(usable, func(o Method) bool {
				return !slices.ContainsFunc(tests[o], func(y miss) bool { return y.year == x.year })
			})
			if common {
				sum += x.size
				cases++
			}
		}
		if cases < casesPick {
			return usable[0]
		}
		// Ties are decided by the order of preference.
		if mean := sum / float64(cases); mean < least-1e-12 {
			chosen, least = m, mean
		}
	}
	return chosen
}

// miss is the error of a method for the total of a past year.
type miss struct {
	year   int
	size   float64 // relative to the total: the accuracy of the method
	beside float64 // relative to the projection: how far a total may be from one
}

// test applies a method to the years before the given one, newest first.
// Imputed and estimated figures are not used as evidence.
func (c byYear) test(m Method, year, k int) (misses []miss) {
	for y := year - 1; y >= year-2*casesBack && len(misses) < casesBack; y-- {
		t, ok := c.total(y)
		if !ok || !t.Firm() || t.Value <= 0 {
			continue
		}
		if p, ok := c.apply(m, y, k); ok && p.firm {
			x := miss{y, math.Abs(p.value/t.Value - 1), math.Abs(t.Value/p.value - 1)}
			if number(x.size).Known && number(x.beside).Known {
				misses = append(misses, x)
			}
		}
	}
	return misses
}

// outcome is the projection of a year by one method.
type outcome struct {
	value   float64
	imputed bool
	firm    bool // it does not depend on imputed or estimated figures
}

// apply projects the year by one method, from its year to date and earlier
// years.
func (c byYear) apply(m Method, year, k int) (o outcome, ok bool) {
	now, ok := c.toDate(year, k)
	if !ok || now.Value <= 0 {
		return o, false
	}
	o = outcome{imputed: now.Imputed, firm: now.Firm()}
	rests := func(v derive.Value) {
		o.imputed, o.firm = o.imputed || v.Imputed, o.firm && v.Firm()
	}
	before, beforeOK := c.toDate(year-1, k)
	last, lastOK := c.total(year - 1)
	switch m {
	case Linear:
		o.value = now.Value * float64(c.n()) / float64(k)
	case MeanShare:
		share := 0.0
		count := 0
		c.shares(year, k, func(t, d derive.Value) {
			share += d.Value / t.Value
			count++
			rests(t)
			rests(d)
		})
		if count == 0 {
			return o, false
		}
		o.value = now.Value / (share / float64(count))
	case LastYear, Damped:
		if !beforeOK || !lastOK || before.Value <= 0 || last.Value < before.Value {
			return o, false
		}
		rests(before)
		rests(last)
		growth := now.Value / before.Value
		if h, firm, known := c.habit(year); known && m == Damped {
			growth = math.Sqrt(growth * h)
			o.firm = o.firm && firm
		}
		o.value = now.Value + (last.Value-before.Value)*growth
	}
	return o, o.value > 0 && !math.IsInf(o.value, 0)
}

// shares yields total and year to date of the previous years, newest first.
func (c byYear) shares(year, k int, each func(total, toDate derive.Value)) {
	count := 0
	for y := year - 1; y >= year-2*sharesBack && count < sharesBack; y-- {
		t, ok := c.total(y)
		d, known := c.toDate(y, k)
		if ok && known && d.Value > 0 && t.Value >= d.Value {
			count++
			each(t, d)
		}
	}
}

// share is s(k), the usual share of a year after k periods.
func (c byYear) share(year, k int) Number {
	sum, count := 0.0, 0
	c.shares(year, k, func(t, d derive.Value) { sum += d.Value / t.Value; count++ })
	if count == 0 {
		return Number{}
	}
	return number(sum / float64(count))
}

// habit is the mean yearly growth factor of up to five years before the given
// one.
func (c byYear) habit(year int) (factor float64, firm, ok bool) {
	firm = true
	first, last := 0.0, 0.0
	years := 0
	for y := year - 1; y >= year-1-growthBack; y-- {
		t, known := c.total(y)
		if !known || t.Value <= 0 {
			break
		}
		if y == year-1 {
			last = t.Value
		}
		first, years = t.Value, year-1-y
		firm = firm && t.Firm()
	}
	if years == 0 {
		return 0, false, false
	}
	return math.Pow(last/first, 1/float64(years)), firm, true
}
