package catalog

import (
	"slices"

	"github.com/tidemark-stats/tidemark/figure"
	"github.com/tidemark-stats/tidemark/internal/lang"
)

// Kind says how the periods of an indicator relate.
type Kind string

// The kinds of indicators.
const (
	Flow    Kind = "flow"    // occurs during a period, adds up over periods
	Stock   Kind = "stock"   // the level at the end of a period
	Average Kind = "average" // the mean of a period: an index, a price, a rate
	Rank    Kind = "rank"    // a position in a ranking, the lower the better
	Ratio   Kind = "ratio"   // the quotient of two others, computed by tidemark and never pushed
)

var kinds = []string{string(Flow), string(Stock), string(Average), string(Rank), string(Ratio)}

// article is the kind with its article, for messages.
func (k Kind) article() string {
	if k == Average {
		return "an average"
	}
	return "a " + string(k)
}

// AnyCategory matches every category: an indicator with it accepts categories
// that the catalogue does not list, a target with it is judged on each
// category separately (the total is not one of them).
const AnyCategory = "any"

// Indicator is one thing that is measured.
type Indicator struct {
	Code          string
	Name          lang.Text
	Topic         *Topic // the dashboard on which it is shown
	Kind          Kind
	Frequencies   []figure.Frequency // its own first, then those of totals that are also published
	Unit          *Unit              // of levels; growth is in percent, see UnitOf
	Display       string             // the spelling of Unit for display in Chinese
	DisplayEN     string             // the same for readers of English, of any power of ten
	Agency        *Agency            // the only agency that may send it
	Areas         []string           // codes of the areas that report it
	Measures      []figure.Measure   // what is published of it
	Categories    []string           // the listed ones, including figure.Total or AnyCategory
	LowerIsBetter bool
	// ConstantPrices means that growth is published at comparable prices, so
	// growth cannot be computed from the levels of two years, nor a level from
	// growth.
	ConstantPrices bool
	// MaxJump is the largest plausible ratio between a value and the expected
	// one, or its inverse; 0 if no level is published.
	MaxJump figure.Decimal
	// MaxGrowth is the largest plausible growth rate in percent, up or down; 0
	// if no growth is published.
	MaxGrowth figure.Decimal
	Calendar  *Calendar // nil if there is none
	Quotation string    // verbatim quotation of the source; may be empty
	Source    string    // where the quotation is from
	Ratio     *Parts    // for a ratio, otherwise nil
	Breaks    []Break   // where its series stop being comparable with earlier figures

	percent *Unit
	growth  Range             // of growth measures, in percent
	bounds  map[string]bounds // by area, one for each of Areas; nil for a ratio
}

// Parts are the two indicators of a ratio.
type Parts struct {
	Numerator, Denominator *Indicator
}

// Range holds the values that are plausible, both ends included.
type Range struct {
	Min, Max figure.Decimal
}

// Contains reports whether v is plausible.
func (r Range) Contains(v figure.Decimal) bool { return r.Min.Cmp(v) <= 0 && v.Cmp(r.Max) <= 0 }

// bounds are the plausible values of one area in the base unit, computed in
// advance because every arriving figure is checked against them.
type bounds struct {
	month, quarter, year Range // levels of periods of that length
	toDate               Range // of a year to date
}

// Frequency is how often the indicator itself is published.
func (i *Indicator) Frequency() figure.Frequency { return i.Frequencies[0] }

// Reported lists the indicators whose figures determine this one: itself or,
// for a ratio, its two parts.
func (i *Indicator) Reported() []*Indicator {
	if i.Ratio != nil {
		return []*Indicator{i.Ratio.Numerator, i.Ratio.Denominator}
	}
	return []*Indicator{i}
}

// Accepts reports whether figures of the frequency may be sent: the
// indicator's own, and longer periods whose totals are also published.
func (i *Indicator) Accepts(f figure.Frequency) bool { return slices.Contains(i.Frequencies, f) }

// Publishes reports whether the measure is published. Nothing is published of
// a ratio.
func (i *Indicator) Publishes(m figure.Measure) bool { return slices.Contains(i.Measures, m) }

// HasArea reports whether the area reports the indicator.
func (i *Indicator) HasArea(code string) bool { return slices.Contains(i.Areas, code) }

// HasCategory reports whether figures may have this category.
func (i *Indicator) HasCategory(code string) bool {
	if slices.Contains(i.Categories, AnyCategory) {
		return code != AnyCategory && figure.IsCode(code)
	}
	return slices.Contains(i.Categories, code)
}

// Plausible is the range of plausible values of a figure of the area, in the
// base unit of its measure: for levels by the length of the period, for a year
// to date up to a whole year, for growth MaxGrowth in both directions, except
// that nothing shrinks by more than 100 %. ok is false for areas that do not
// report the indicator and for ratios.
func (i *Indicator) Plausible(area string, m figure.Measure, f figure.Frequency) (r Range, ok bool) {
	b, ok := i.bounds[area]
	if !ok {
		return Range{}, false
	}
	switch {
	case m.Growth():
		r = i.growth
	case m == figure.YTD:
		r = b.toDate
	case f == figure.Annual:
		r = b.year
	case f == figure.Quarterly:
		r = b.quarter
	default:
		r = b.month
	}
	return r, true
}
