package ingest

import (
	"fmt"
	"math"

	"github.com/tidemark-stats/tidemark/catalog"
	"github.com/tidemark-stats/tidemark/figure"
)

// unbalanced tells by how much the candidate breaks a balance of the
// catalogue, by the figures of its own file: only of these it is sure that they
// were published together. Nil when it breaks none, or a figure is missing.
func (k *known) unbalanced(balances []*catalog.Balance, c *candidate) *figure.Problem {
	f := c.figure
	if f.Confirmed || f.Withheld {
		return nil
	}
	for _, b := range balances {
		if !b.Fits(f.Cell) {
			continue
		}
		left, okLeft := k.side(b.Left, f.Cell)
		right, okRight := k.side(b.Right, f.Cell)
		allowed := b.Tolerance.Float64()
		if b.Relative {
			allowed *= math.Abs(right)
		}
		allowed += 1e-9 * math.Abs(right) // what floats add
		off := left - right
		switch {
		case !okLeft || !okRight || b.Operator == "=" && math.Abs(off) <= allowed,
			b.Operator == ">=" && off >= -allowed, b.Operator == "<=" && off <= allowed:
			continue
		}
		return &figure.Problem{Code: "figure/balance", Field: "value", Text: f.Value.String(),
			Reason: fmt.Sprintf("is not %s %s, which makes %s (%s off; the catalogue allows %s)",
				b.Operator, b.RightText, c.exactly(right), c.exactly(off), b.Allowed),
			Hint: "check them; nothing needs to be done when they are right"}
	}
	return nil
}

// exactly is a value of the base unit in the unit of the candidate.
func (c *candidate) exactly(base float64) string {
	power, _ := c.indicator.UnitOf(c.figure.Measure).Multiplier(c.figure.Unit)
	return fmt.Sprintf("%.10g %s", base/math.Pow10(power), c.figure.Unit)
}

// side adds up one side of a balance for a cell; ok is false when a figure of
// it is missing.
func (k *known) side(terms []catalog.Term, c figure.Cell) (sum float64, ok bool) {
	for _, t := range terms {
		part := figure.Cell{Indicator: t.Indicator.Code, Area: t.Area, Category: t.Category, Measure: c.Measure, Period: c.Period}
		if part.Area == "" {
			part.Area = c.Area
		}
		if part.Category == "" {
			part.Category = c.Category
		}
		for _, cell := range covered(part, t.Over) {
			p, known := k.current(cell)
			if !known || p.withheld {
				return 0, false
			}
			if t.Minus {
				sum -= p.value
			} else {
				sum += p.value
			}
			ok = true
		}
	}
	return sum, ok
}

// covered are the cells that a term stands for: the cell itself, its
// year-to-date, or the months or quarters of the time that it covers. There are
// none of a length that the time is not made of.
func covered(c figure.Cell, over catalog.Over) (cells []figure.Cell) {
	freq := figure.Monthly
	switch over {
	case catalog.Own:
		return []figure.Cell{c}
	case catalog.ToDate:
		c.Measure = figure.YTD
		return []figure.Cell{c}
	case catalog.Quarters:
		freq = figure.Quarterly
	}
	per := freq.PerYear() / c.Period.Frequency().PerYear() // of them in the period
	if per == 0 || per == 1 && c.Measure != figure.YTD {
		return nil
	}
	last := c.Period.Number() * per
	first := last - per + 1
	if c.Measure == figure.YTD {
		first = 1
	}
	c.Measure = figure.Level
	for n := first; n <= last; n++ {
		c.Period = periodAt(freq, int32(c.Period.Year()*freq.PerYear()+n-1))
		cells = append(cells, c)
	}
	return cells
}
