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

// valued gives the value that counts of a cell in a balance; ok is false when
// there is none.
type valued func(figure.Cell) (value float64, ok bool)

// standing is a balance with the values of both its sides.
type standing struct {
	*catalog.Balance
	left, right float64
	known       bool // no figure is missing
}

// stands works out both sides of a balance for the cell that it judges.
func stands(b *catalog.Balance, judged figure.Cell, value valued) standing {
	left, ok := side(b.Left, judged, value)
	if !ok {
		return standing{Balance: b}
	}
	right, ok := side(b.Right, judged, value)
	return standing{b, left, right, ok}
}

// holds tells whether it is known to hold.
func (s standing) holds() bool { return s.known && !s.off() }

// off tells whether it is known not to hold.
func (s standing) off() bool {
	allowed := s.Tolerance.Float64()
	if s.Relative {
		allowed *= math.Abs(s.right)
	}
	allowed += 1e-9 * math.Abs(s.right) // what floats add
	off := s.left - s.right
	holds := s.Operator == "=" && math.Abs(off) <= allowed || s.Operator == ">=" && off >= -allowed || s.Operator == "<=" && off <= allowed
	return s.known && !holds
}

// Unbalanced tells by how much the candidate breaks a balance of the catalogue
// within its own file. Nil when it breaks none, or a figure is missing or not
// believed.
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
			continue // told of the cell that is judged
		}
		if s := stands(b, judged, current); s.off() {
			return c.offBalance(s, judged)
		}
	}
	return nil
}

// unbalancedNow is unbalanced against all that is known, for a candidate of a
// submission that comes in addition. What held before the submission and does
// not any more is told only when all of it has been sent anew: else the rest of
// the publication may be on its way.
func (k *Known) unbalancedNow(cat *catalog.Catalog, c *Candidate, beside Beside, submission string) *figure.Problem {
	f := c.Figure
	if f.Confirmed || f.Withheld || !beside.alone && len(beside.ends) == 0 {
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
		whole := true // all of it is of the submission
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

// nearby is a series that was looked up; what a month adds to lies in one mostly.
type nearby struct {
	series figure.Series
	points []Point
}

// startsWith tells whether the first figure of a balance is known or arrives:
// where it is not, as for nearly all, there is nothing to add up.
func (k *Known) startsWith(b *catalog.Balance, judged, arrives figure.Cell, near *nearby) bool {
	if over := b.Left[0].Over; judged == arrives || over != catalog.Own && over != catalog.ToDate {
		return true
	}
	if s := judged.Series(); s != near.series {
		*near = nearby{s, k.Series[s]}
	}
	from, to := run(near.points, judged.Period.Ordinal())
	return from < to
}

// beforeSubmission is the value that a cell had before a submission.
func (k *Known) beforeSubmission(c figure.Cell, submission uint32) (value float64, ok bool) {
	for _, p := range slices.Backward(k.Vintages(c)) {
		if submission == 0 || p.submission != submission {
			return p.Value, !p.Withheld
		}
	}
	return 0, false
}

// EndsOfBalances are the lines of a file at which the last figure comes that the
// file has of a balance, where others are not in the file: there the worker
// holds the balance against what else it knows, and the line's header tells it.
// What the file has as a whole it has judged by itself.
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

// endOf is the last line of a file that has a part of a balance, 0 when the file
// has all of it or nothing.
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

// offBalance says that a balance is off in which the candidate is a part.
func (c *Candidate) offBalance(s standing, judged figure.Cell) *figure.Problem {
	what := "is not"
	if judged != c.Figure.Cell {
		what = "leaves " + judged.String() + ", " + c.exactly(s.left) + ", not"
	}
	return &figure.Problem{Code: "figure/balance", Field: "value", Text: c.Figure.Value.String(),
		Reason: fmt.Sprintf("%s %s %s, which makes %s (%s off; the catalogue allows %s)",
			what, s.Operator, s.RightText, c.exactly(s.right), c.exactly(s.left-s.right), s.Allowed),
		Hint: "check them; nothing needs to be done when they are right"}
}

// exactly is a value of the base unit in the unit of the candidate.
func (c *Candidate) exactly(base float64) string {
	power, _ := c.Indicator.UnitOf(c.Figure.Measure).Multiplier(c.Figure.Unit)
	return fmt.Sprintf("%.10g %s", base/math.Pow10(power), c.Figure.Unit)
}

// side adds up one side of a balance for the cell that it judges; ok is false
// when a figure of it is missing.
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
		c.Period = figure.NthPeriod(freq, int32(c.Period.Year()*freq.PerYear()+n-1))
		cells = append(cells, c)
	}
	return cells
}
