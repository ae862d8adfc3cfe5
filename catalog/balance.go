package catalog

import (
	"cmp"
	"iter"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/tidemark-stats/tidemark/figure"
)

// Balance is a relation between figures that are published together: a total
// and its parts, the year to date and its months, a quarter and its months.
type Balance struct {
	Left, Right []Term
	Operator    string // one of operators
	RightText   string // the right side as written
	// Tolerance is how far the sides may differ: in the base unit of the
	// indicators or, if Relative, as a fraction of the right side.
	Tolerance figure.Decimal
	Relative  bool
	Allowed   string // the tolerance as written
}

// Term is one figure of a side, or the sum of several.
type Term struct {
	Minus     bool
	Indicator *Indicator
	Area      string // a code; empty for the area of the figure that is judged
	Category  string // empty for the category of the figure that is judged
	Over      Over
}

// partOf is a term of a balance.
type partOf struct {
	*Balance
	term Term
}

// Over says which figures of an indicator a term refers to.
type Over string

// What a term refers to.
const (
	Own      Over = ""         // the measure and period of the figure that is judged
	ToDate   Over = "ytd"      // the year to date of its period
	Months   Over = "months"   // the months that it covers, added up
	Quarters Over = "quarters" // the quarters that it covers, added up
)

var operators = []string{"=", ">=", "<="}

// Fits reports whether the balance judges the cell, which must match the first
// term of its left side. If the right side names categories, only the total is
// judged.
func (b *Balance) Fits(c figure.Cell) bool {
	first := b.Left[0]
	switch {
	case first.Indicator.Code != c.Indicator, c.Measure.Growth(), first.Over == ToDate && c.Measure != figure.YTD,
		first.Area != "" && first.Area != c.Area:
		return false
	case first.Category != "":
		return first.Category == c.Category
	}
	named := slices.ContainsFunc(b.Right, func(t Term) bool { return t.Category != "" })
	return !named || c.Category == figure.Total
}

// Touching returns the balances in which a cell takes part, each with a cell
// that the balance judges with it. If a term names an area and the judged term
// does not, the judged area is unknown. It is called for every figure that is
// stored.
func (c *Catalog) Touching(cell figure.Cell) iter.Seq2[*Balance, figure.Cell] {
	return func(yield func(*Balance, figure.Cell) bool) {
		for _, part := range c.balances[cell.Indicator] {
			for judged := range part.judgedBy(cell) {
				if part.Fits(judged) && !yield(part.Balance, judged) {
					return
				}
			}
		}
	}
}

// judgedBy lists the cells that the balance may judge with a cell of the term.
func (p *partOf) judgedBy(c figure.Cell) iter.Seq[figure.Cell] {
	return func(yield func(figure.Cell) bool) {
		first, t := &p.Left[0], &p.term
		if t.Area != "" && (t.Area != c.Area || first.Area == "") || t.Category != "" && t.Category != c.Category {
			return
		}
		j := c
		j.Indicator = first.Indicator.Code
		if t.Area != "" {
			j.Area = first.Area
		}
		if t.Category != "" {
			j.Category = cmp.Or(first.Category, figure.Total)
		}
		with := func(m figure.Measure, p figure.Period) bool {
			j.Measure, j.Period = m, p
			return !first.Indicator.Publishes(m) || first.Over == ToDate && m != figure.YTD || yield(j)
		}
		switch {
		case t.Over == Own:
			with(c.Measure, c.Period)
		case t.Over == ToDate && c.Measure == figure.YTD:
			_ = with(figure.YTD, c.Period) && with(figure.Level, c.Period)
		case t.Over.frequency() == c.Period.Frequency() && c.Measure == figure.Level:
			longer(first.Indicator, c.Period, with)
		}
	}
}

// longer lists the cells to which a month or quarter contributes: the years to
// date from then on, and the longer periods that contain it.
func longer(i *Indicator, of figure.Period, with func(figure.Measure, figure.Period) bool) {
	for _, freq := range i.Frequencies {
		per, whole := freq.PerYear(), of.Frequency().PerYear()
		for n := (of.Number()-1)*per/whole + 1; n <= per; n++ {
			p := of.Add(n - of.Number())
			switch freq {
			case figure.Annual:
				p = figure.Year(of.Year())
			case figure.Quarterly:
				p = figure.Quarter(of.Year(), n)
			}
			inside := per < whole && n == (of.Number()-1)*per/whole+1
			if !with(figure.YTD, p) || inside && !with(figure.Level, p) {
				return
			}
		}
	}
}

// frequency is the frequency of the figures that are added up, 0 if none are.
func (o Over) frequency() figure.Frequency {
	switch o {
	case Months:
		return figure.Monthly
	case Quarters:
		return figure.Quarterly
	}
	return 0
}

// balance reads one balance.
func (d *decoder) balance(n *yaml.Node) {
	m, ok := d.mapping(n, "balance")
	if !ok {
		return
	}
	b := &Balance{Operator: m.oneOf("operator", operators), RightText: m.needText("right"), Allowed: m.needText("tolerance")}
	b.Left, b.Right = d.side(m, "left"), d.side(m, "right")
	if len(b.Left) == 0 || len(b.Right) == 0 {
		return // already reported
	}
	unit := b.Left[0].Indicator.Unit
	for key, side := range map[string][]Term{"left": b.Left, "right": b.Right} {
		for _, t := range side {
			if t.Indicator.Unit != unit {
				m.errorf(key, "%s %s is not in the unit of %s", key, t.Indicator.Code, b.Left[0].Indicator.Code)
			}
		}
	}
	if b.Relative = strings.HasSuffix(b.Allowed, PercentUnit); b.Relative {
		unit = d.percent()
	}
	if b.Tolerance, ok = m.quantity("tolerance", unit); ok && b.Tolerance.Sign() < 0 {
		m.errorf("tolerance", "tolerance %s must not be negative", b.Allowed)
	}
	if b.Relative {
		b.Tolerance = b.Tolerance.Shift(-2)
	}
	d.cat.Balances = append(d.cat.Balances, b)
	for _, t := range slices.Concat(b.Left, b.Right) {
		d.cat.balances[t.Indicator.Code] = append(d.cat.balances[t.Indicator.Code], &partOf{b, t})
	}
}

// side reads one side: terms joined by + or -. It returns none after a
// mistake.
func (d *decoder) side(m mapping, key string) (terms []Term) {
	next, wanted := Term{}, true // a term is expected, not an operator
	words := strings.Fields(m.needText(key))
	for _, word := range words {
		switch {
		case !wanted && (word == "+" || word == "-"):
			next, wanted = Term{Minus: word == "-"}, true
		case wanted && next.Over == Own && slices.Contains([]Over{ToDate, Months, Quarters}, Over(word)):
			next.Over = Over(word)
		case wanted:
			if !d.term(m, key, word, &next) {
				return nil
			}
			terms, wanted = append(terms, next), false
		default:
			m.errorf(key, "%s: + or - is missing before %q", key, word)
			return nil
		}
	}
	if wanted && len(words) > 0 {
		m.errorf(key, "%s ends where a term is expected", key)
		return nil
	}
	return terms
}

// term reads indicator@area/category.
func (d *decoder) term(m mapping, key, word string, t *Term) bool {
	rest, category, hasCategory := strings.Cut(word, "/")
	code, area, hasArea := strings.Cut(rest, "@")
	ind, ok := d.cat.indicators[code]
	switch {
	case !ok:
		known := make([]string, 0, len(d.cat.Indicators))
		for _, i := range d.cat.Indicators {
			known = append(known, i.Code)
		}
		m.errorf(key, "%s: indicator %q is unknown%s", key, code, didYouMean(code, known))
	case ind.Kind == Ratio || ind.Kind == Rank:
		m.errorf(key, "%s: %s is a %s, which cannot be added up", key, code, ind.Kind)
	case hasArea && !ind.HasArea(area):
		m.errorf(key, "%s: area %s does not report %s", key, area, code)
	case hasCategory && !ind.HasCategory(category):
		m.errorf(key, "%s: category %q is not a category of %s%s", key, category, code, didYouMean(category, ind.Categories))
	case (t.Over == Months || t.Over == Quarters) && ind.Kind != Flow:
		m.errorf(key, "%s: the %s of %s, which is a %s, do not add up", key, t.Over, code, ind.Kind)
	default:
		t.Indicator, t.Area, t.Category = ind, area, category
		return true
	}
	return false
}
