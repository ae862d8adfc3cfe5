package verdict

import (
	"github.com/tidemark-stats/tidemark/book/derive"
	"github.com/tidemark-stats/tidemark/catalog"
	"github.com/tidemark-stats/tidemark/figure"
	"github.com/tidemark-stats/tidemark/internal/lang"
	"github.com/tidemark-stats/tidemark/verdict/projection"
)

// Method is a way to project a year's total from its beginning.
type Method = projection.Method

// combined is the method of a projection that is the mean of several others.
const combined Method = "combined"

// methodFormulas are the methods as shown in a step. YTD is January to period
// k of n.
var methodFormulas = map[Method]string{
	combined:             "sum of weight × projection by method",
	projection.Theta:     "theta: ytd + forecasts of the remaining periods",
	projection.MeanShare: "mean_share: ytd ÷ share",
	projection.Damped:    "damped: ytd + (last year − last year to date) × √(ytd ÷ last year to date × h)",
}

// Pace is a projection of a year's total and its accuracy in past years.
type Pace struct {
	Method   Method
	Parts    []projection.Part // the methods combined, with their weights and past errors
	Year     int
	Periods  int     // the first ones of the year, from which it is projected
	Centre   float64 // the projected total
	Low, Top float64 // the band
	Half     float64 // half the width of the band, relative to Centre
	Reach    float64 // the same, relative to what is projected for the rest of the year
	Level    float64 // the part of outcomes that the band is to contain
	Claim    float64 // the part that the years tested can claim on their own; if it is less than Level, the band is widened
	Error    float64 // mean absolute error of such projections in the years tested, relative to their totals
	Cases    int     // how many years were tested
	Errors   int     // how many errors there were in these years: at this period and its neighbours
	Share    Number  // the usual share of a year at this point, for the mean share
	Habit    Number  // the mean yearly growth factor of past years, for damped growth
	Imputed  bool    // the projection depends on imputed figures

	Unsettled float64 // how far the year to date may still be revised, relative; the band includes it
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

// series is the year and the years before it as sums of their first periods:
// of those periods that are asked for, or of all. The total is always there.
func (c byYear) series(year int, periods ...int) *projection.Series {
	if len(periods) == 0 {
		for k := range c.n() {
			periods = append(periods, k+1)
		}
	}
	oldest := year
	for p := range c.h.Periods(figure.Annual) {
		oldest = min(year, max(p.Year(), year-projection.Years+1))
		break
	}
	years := make([][]projection.Sum, 0, year-oldest+1)
	for y := oldest; y <= year; y++ {
		sums := make([]projection.Sum, c.n()+1)
		for _, k := range periods {
			sums[k] = sumOf(c.toDate(y, k))
		}
		if y < year {
			sums[c.n()] = sumOf(c.total(y))
		}
		years = append(years, sums)
	}
	first := max(1, c.n()/6) // January alone says little
	if c.falls() {
		return projection.Falling(c.n(), first, years)
	}
	return projection.New(c.n(), first, years)
}

func sumOf(v derive.Value, ok bool) projection.Sum {
	return projection.Sum{Value: v.Value, Known: ok, Firm: v.Firm(), Imputed: v.Imputed}
}

// project projects the total of a year from its first k periods. Only earlier
// years are used, so a projection can itself be tested on the past. ok is
// false if there are too few earlier years for a test, because the error is
// then unknown.
func (c byYear) project(year, k int) (Pace, bool) {
	if !c.tells(k) || k > c.n() {
		return Pace{Year: year}, false
	}
	series := c.series(year)
	found, ok := series.Project(k)
	if !ok {
		return Pace{Year: year}, false
	}
	p := Pace{
		Method: combined, Parts: found.Parts, Year: year, Periods: k,
		Centre: found.Value, Low: found.Low, Top: found.High,
		Reach: found.Reach, Level: projection.Level, Claim: projection.Claim(found.Years),
		Error: found.Error, Cases: found.Years, Errors: found.Errors, Imputed: found.Imputed,
	}
	if len(p.Parts) == 1 {
		p.Method = p.Parts[0].Method
	}
	c.rounded(&p, k)
	p.Half = (p.Top - p.Centre) / p.Centre
	p.Share.Value, p.Share.Known = series.Share(k)
	p.Habit.Value, p.Habit.Known = series.Habit()
	return p, true
}

// tooFewYears says why a year cannot be projected from its first k periods
// although these are known.
func (j *judge) tooFewYears(c byYear, k int) lang.Text {
	year, known := j.s.Period.Year(), 0
	for y := year - 1; y > year-projection.Years; y-- {
		total, ok := c.total(y)
		part, also := c.toDate(y, k)
		if ok && also && total.Firm() && part.Firm() {
			known++
		}
	}
	// One more than is tested, because the first of them has none before it.
	if known > projection.Least {
		return say("往年数据不全，无从检验推算", "the figures of earlier years do not allow a test of the projection")
	}
	return fewYears(projection.Least+1, known)
}

// rounded widens the band to the rounding of figures: a series that was projected
// exactly in past years is not known more exactly than that.
func (c byYear) rounded(p *Pace, k int) {
	off := p.Centre * projection.Rounding
	p.Top = max(p.Top, p.Centre+off)
	if now, _ := c.toDate(p.Year, k); now.Value < p.Centre-off || c.falls() {
		p.Low = min(p.Low, p.Centre-off)
	} else {
		p.Low = min(p.Low, now.Value)
	}
}

// share is s(k), the usual share of a year after k periods.
func (c byYear) share(year, k int) Number {
	share, ok := c.series(year, k).Share(k)
	if !ok {
		return Number{}
	}
	return number(share)
}
