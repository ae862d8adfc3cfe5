package rules

import (
	"cmp"
	"fmt"
	"maps"
	"math"
	"slices"

	"github.com/tidemark-stats/tidemark/catalog"
	"github.com/tidemark-stats/tidemark/figure"
)

// valued returns the value of a cell in a balance; ok is false when there is
// none.
type valued func(figure.Cell) (value float64, ok bool)

// standing is a balance with the values of its two sides.
type standing struct {
	*catalog.Balance
	left, right float64
	known       bool // no figure is missing
}

// stands computes both sides of a balance for the cell that it judges.
func stands(b *catalog.Balance, judged figure.Cell, value valued) standing {
	left, ok := side(b.Left, judged, value)
	if !ok {
		return standing{Balance: b}
	}
	right, ok := side(b.Right, judged, value)
	return standing{b, left, right, ok}
}

// holds reports whether the balance is known to hold.
func (s standing) holds() bool { return s.known && !s.off() }

// off reports whether the balance is known not to hold.
func (s standing) off() bool {
	allowed := s.Tolerance.Float64()
	if s.Relative {
		allowed *= math.Abs(s.right)
	}
	allowed += 1e-9 * math.Abs(s.right) // rounding of float64
	off := s.left - s.right
	holds := s.Operator == "=" && math.Abs(off) <= allowed || s.Operator == ">=" && off >= -allowed || s.Operator == "<=" && off <= allowed
	return s.known && !holds
}

// Unbalanced reports a balance of the catalogue that does not hold within the
// candidate's own file. It returns nil when all hold, or when a figure is
// missing or not believed.
func (k *Known) Unbalanced(cat *catalog.Catalog, c *Candidate) *figure.Problem {
	f := c.Figure
	if f.Confirmed || f.Withheld {
		return nil
	}
	current := func(cell figure.Cell) (float64, bool) {
		p, ok := k.Current(cell)
		return p.Value, ok && !p.Withheld && p.Opinion != disbelieved
	}
	for b, judged := range cat.Touching(f.Cell) {
		if judged != f.Cell {
			continue // reported for the cell that the balance judges
		}
		if s := stands(b, judged, current); s.off() {
			return c.offBalance(s, judged)
		}
	}
	return nil
}

// unbalancedNow does what Unbalanced does, but with all that is known plus the
// candidate of a submission. A balance that held before the submission and no
// longer does is reported only once the submission has revised every part of
// it; until then the rest of the publication may still be on its way.
func (k *Known) unbalancedNow(cat *catalog.Catalog, c *Candidate, beside Beside, submission string) *figure.Problem {
	f := c.Figure
	if f.Withheld || !beside.alone && len(beside.ends) == 0 {
		return nil
	}
	own, near := submissionHash(submission), nearby{}
	for b, judged := range cat.Touching(f.Cell) {
		if !beside.alone && !beside.weighs(slices.Index(cat.Balances, b), judged) {
			continue
		}
		if !k.startsWith(b, judged, f.Cell, &near) {
			continue
		}
		whole := true // every part comes from this submission
		now := stands(b, judged, func(cell figure.Cell) (float64, bool) {
			if cell == f.Cell {
				return c.Base.Float64(), true
			}
			p, ok := k.Current(cell)
			whole = whole && own != 0 && p.submission == own
			return p.Value, ok && !p.Withheld
		})
		if !now.off() {
			continue
		}
		before := stands(b, judged, func(cell figure.Cell) (float64, bool) { return k.beforeSubmission(cell, own) })
		if whole || !before.holds() {
			return c.offBalance(now, judged)
		}
	}
	return nil
}

// nearby caches the series looked up last, because the balances of one month
// mostly need the same one.
type nearby struct {
	series   figure.Series
	vintages []Vintage
}

// startsWith reports whether the first figure of a balance is known or is the
// one that arrives. Without it, as for nearly all balances, there is no need to
// look up the others.
func (k *Known) startsWith(b *catalog.Balance, judged, arrives figure.Cell, near *nearby) bool {
	if over := b.Left[0].Over; judged == arrives || over != catalog.Own && over != catalog.ToDate {
		return true
	}
	if s := judged.Series(); s != near.series {
		*near = nearby{s, k.Series[s]}
	}
	from, to := run(near.vintages, judged.Period.Ordinal())
	return from < to
}

// beforeSubmission returns the value that a cell had before a submission.
func (k *Known) beforeSubmission(c figure.Cell, submission uint32) (value float64, ok bool) {
	for _, p := range slices.Backward(k.Vintages(c)) {
		if submission == 0 || p.submission != submission {
			return p.Value, !p.Withheld
		}
	}
	return 0, false
}

// EndsOfBalances finds the balances that are only partly in a file. It maps the
// line with the last figure of each to what Beside's header says about it, so
// that the worker checks the balance when that figure arrives. Balances that
// are wholly in the file have been checked by the sender.
func (k *Known) EndsOfBalances(cat *catalog.Catalog) map[int]string {
	lines, number := map[int]string{}, map[int]int{}
	type one struct {
		balance *catalog.Balance
		judged  figure.Cell
	}
	seen := map[one]bool{}
	for _, s := range slices.SortedFunc(maps.Keys(k.Series), figure.Series.Compare) {
		for _, p := range k.Series[s] {
			for b, judged := range cat.Touching(s.At(figure.NthPeriod(s.Frequency, p.period))) {
				if seen[one{b, judged}] {
					continue
				}
				seen[one{b, judged}] = true
				if last := k.endOf(b, judged); last > 0 && number[last] < maxSpans {
					number[last]++
					lines[last] += " " + weighing{slices.Index(cat.Balances, b), judged.Measure, judged.Period}.text()
				}
			}
		}
	}
	return lines
}

// endOf returns the last line that has a part of the balance, 0 when the file
// has all parts or none.
func (k *Known) endOf(b *catalog.Balance, judged figure.Cell) (last int) {
	whole := true
	stands(b, judged, func(c figure.Cell) (float64, bool) {
		p, ok := k.Current(c)
		if sent := ok && !p.Withheld && p.Opinion != disbelieved; sent {
			last = max(last, int(-p.Moment))
		} else {
			whole = false
		}
		return 0, true
	})
	if whole {
		return 0
	}
	return last
}

// offBalance returns the problem of a candidate that is part of a balance that
// does not hold.
func (c *Candidate) offBalance(s standing, judged figure.Cell) *figure.Problem {
	what := "is not"
	if judged != c.Figure.Cell {
		what = "leaves " + judged.String() + " at " + c.exactly(s.left) + ", not"
	}
	return &figure.Problem{Code: "figure/balance", Field: "value", Text: c.Figure.Value.String(),
		Reason: fmt.Sprintf("%s %s %s, which makes %s (%s off; the catalogue allows %s)",
			what, s.Operator, s.RightText, c.exactly(s.right), c.exactly(s.left-s.right), s.Allowed),
		Hint: "check them; if they are right, nothing needs to be done"}
}

// exactly formats a value of the base unit in the unit of the candidate.
func (c *Candidate) exactly(base float64) string {
	power, _ := c.Indicator.UnitOf(c.Figure.Measure).Multiplier(c.Figure.Unit)
	return fmt.Sprintf("%.10g %s", base/math.Pow10(power), c.Figure.Unit)
}

// side adds up one side of a balance for the cell that it judges; ok is false
// when a figure is missing.
func side(terms []catalog.Term, c figure.Cell, value valued) (sum float64, ok bool) {
	for _, t := range terms {
		part := figure.Cell{Indicator: t.Indicator.Code, Area: cmp.Or(t.Area, c.Area), Category: cmp.Or(t.Category, c.Category), Measure: c.Measure, Period: c.Period}
		for _, cell := range covered(part, t.Over) {
			v, known := value(cell)
			if !known {
				return 0, false
			}
			if t.Minus {
				v = -v
			}
			sum, ok = sum+v, true
		}
	}
	return sum, ok
}

// covered returns the cells that a term stands for: the cell itself, its
// year-to-date, or the months or quarters that make up its period. It returns
// none when the period is not made up of such periods.
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
	per := freq.PerYear() / c.Period.Frequency().PerYear() // how many make up the period
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
		c.Period = figure.NthPeriod(freq, int32(c.Period.Year()*freq.PerYear()+n-1))
		cells = append(cells, c)
	}
	return cells
}
