package catalog

import (
	"slices"

	"github.com/tidemark-stats/tidemark/figure"
	"github.com/tidemark-stats/tidemark/internal/lang"
)

// Kind says how an indicator's periods relate.
type Kind string

// The kinds of indicators.
const (
	Flow    Kind = "flow"    // happens during a period, adds up over periods
	Stock   Kind = "stock"   // stands at the end of a period
	Average Kind = "average" // is the mean of a period: an index, a price, a rate
	Rank    Kind = "rank"    // a place in an order, the lower the better
	Ratio   Kind = "ratio"   // divided by tidemark from two others, never pushed
)

var kinds = []string{string(Flow), string(Stock), string(Average), string(Rank), string(Ratio)}

// article is the kind as a sentence names it.
func (k Kind) article() string {
	if k == Average {
		return "an average"
	}
	return "a " + string(k)
}

// AnyCategory stands for every category: an indicator with it takes
// categories that the catalogue does not list, a target with it is judged on
// each category by itself (the total is none of them).
const AnyCategory = "any"

// Indicator is one thing that is measured.
type Indicator struct {
	Code          string
	Name          lang.Text
	Topic         *Topic // with which it is looked at
	Kind          Kind
	Frequencies   []figure.Frequency // its own first, then those of totals that are published too
	Unit          *Unit              // of levels; growth is in percent, see UnitOf
	Display       string             // the spelling of Unit that people read
	Agency        *Agency            // who alone may send it
	Areas         []string           // codes of the areas that report it
	Measures      []figure.Measure   // what is published of it
	Categories    []string           // the listed ones; figure.Total or AnyCategory among them
	LowerIsBetter bool
	// ConstantPrices says that growth is published on comparable prices, so that
	// levels of two years never give it back, nor growth the level of a year.
	ConstantPrices bool
	// MaxJump is the largest believable ratio between a value (or its
	// inverse) and what is expected of it; 0 where no level is published.
	MaxJump figure.Decimal
	// MaxGrowth is the largest believable growth rate in percent, up or down;
	// 0 where no growth is published.
	MaxGrowth figure.Decimal
	Calendar  *Calendar // nil when releases have no calendar
	Quotation string    // what the source says, in its words; may be empty
	Source    string    // where it says so
	Ratio     *Parts    // of a ratio, else nil
	Breaks    []Break   // where its series cannot be compared with what was before

	percent *Unit
	growth  Range             // of growth measures, in percent
	bounds  map[string]bounds // by area, one for each of Areas; nil for a ratio
}

// Parts are the two indicators a ratio is made of.
type Parts struct {
	Numerator, Denominator *Indicator
}

// Range holds the values that are plausible, both ends included.
type Range struct {
	Min, Max figure.Decimal
}

// Contains tells whether v is plausible.
func (r Range) Contains(v figure.Decimal) bool { return r.Min.Cmp(v) <= 0 && v.Cmp(r.Max) <= 0 }

// bounds are the plausible values of one area in the base unit, worked out
// beforehand because every figure that arrives is held against them.
type bounds struct {
	month, quarter, year Range // levels of periods of that length
	toDate               Range // of a year-to-date
}

// Frequency is how often the indicator itself is published.
func (i *Indicator) Frequency() figure.Frequency { return i.Frequencies[0] }

// Reported are the indicators whose figures say what this one is: itself, of a
// ratio its two parts.
func (i *Indicator) Reported() []*Indicator {
	if i.Ratio != nil {
		return []*Indicator{i.Ratio.Numerator, i.Ratio.Denominator}
	}
	return []*Indicator{i}
}

// Accepts tells whether figures of the frequency may be sent: the indicator's
// own, and longer periods whose totals are published too.
func (i *Indicator) Accepts(f figure.Frequency) bool { return slices.Contains(i.Frequencies, f) }

// Publishes tells whether the measure is published. A ratio publishes
// nothing that could be sent.
func (i *Indicator) Publishes(m figure.Measure) bool { return slices.Contains(i.Measures, m) }

// HasArea tells whether the area reports the indicator.
func (i *Indicator) HasArea(code string) bool { return slices.Contains(i.Areas, code) }

// HasCategory tells whether figures may have this category.
func (i *Indicator) HasCategory(code string) bool {
	if slices.Contains(i.Categories, AnyCategory) {
		return code != AnyCategory && figure.IsCode(code)
	}
	return slices.Contains(i.Categories, code)
}

// Plausible is the range in which a figure of the area must lie, in the base
// unit of its measure: for levels by the length of the period, for a
// year-to-date up to a whole year, for growth MaxGrowth on both sides, but
// nothing shrinks by more than 100 %. ok is false for areas that do not
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
