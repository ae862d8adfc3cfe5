package rules

import (
	"iter"
	"slices"

	"github.com/tidemark-stats/tidemark/catalog"
	"github.com/tidemark-stats/tidemark/figure"
)

// family is an indicator in one area and category. A break cuts all of its
// series.
type family struct{ indicator, area, category string }

func familyOf(s figure.Series) family { return family{s.Indicator, s.Area, s.Category} }

// marks appends the known figures with status B of the family of s, except
// those of s itself for which skip is true.
func (k *Known) marks(ind *catalog.Indicator, s figure.Series, skip func(period int32) bool, to []catalog.Marked) []catalog.Marked {
	if !k.marked[familyOf(s)] {
		return to
	}
	for of := range siblings(ind, s) {
		vintages := k.Series[of]
		for i := range vintages {
			older := i+1 < len(vintages) && vintages[i+1].period == vintages[i].period
			if vintages[i].Status == figure.SeriesBreak && !older && !(of == s && skip(vintages[i].period)) {
				to = append(to, k.mark(ind, of.At(figure.NthPeriod(of.Frequency, vintages[i].period))))
			}
		}
	}
	return to
}

// mark returns the break that the cell marks. First is true when nothing earlier
// is known of its series, amounts and growth rates apart.
func (k *Known) mark(ind *catalog.Indicator, c figure.Cell) catalog.Marked {
	m := catalog.Marked{Measure: c.Measure, Period: c.Period, First: true}
	for of := range siblings(ind, c.Series()) {
		vintages := k.Series[of]
		first, _ := run(vintages, int32(c.Period.Year()*of.Frequency.PerYear()))
		if of.Measure.Growth() == c.Measure.Growth() && first < len(vintages) &&
			figure.NthPeriod(of.Frequency, vintages[first].period).End().Before(c.Period.End()) {
			m.First = false
		}
	}
	return m
}

// siblings iterates over all series of the family of s, including s.
func siblings(ind *catalog.Indicator, s figure.Series) iter.Seq[figure.Series] {
	return func(yield func(figure.Series) bool) {
		for _, s.Measure = range ind.Measures {
			for _, s.Frequency = range ind.Frequencies {
				if !yield(s) {
					return
				}
			}
		}
	}
}

// cuts returns the points in time at which figures of the cell's family stop
// being comparable with earlier ones: from the catalogue, from known figures,
// from the rest of the file, and from the status of the figure itself.
func (k *Known) cuts(ind *catalog.Indicator, c figure.Cell, status figure.Status, b Beside) catalog.Cuts {
	if len(ind.Breaks) == 0 && len(b.Marked) == 0 && status != figure.SeriesBreak && !k.marked[familyOf(c.Series())] {
		return catalog.Cuts{}
	}
	own := c.Period.Ordinal()
	marked := k.marks(ind, c.Series(), func(period int32) bool { return period == own || b.has(period) }, slices.Clip(b.Marked))
	if status == figure.SeriesBreak {
		marked = append(marked, k.mark(ind, c))
	}
	return ind.Cuts(c.Area, c.Category, marked...)
}

// comparable returns the vintages of a series that may be compared with period
// p: those between the same two cuts. A period that contains a cut belongs to
// the part after it.
func comparable(vintages []Vintage, cuts []catalog.Cut, p figure.Period) []Vintage {
	width := 12 / p.Frequency().PerYear()
	end := catalog.StretchOf(figure.Level, p).To
	from, to := 0, len(vintages)
	for _, c := range cuts {
		at, _ := run(vintages, int32(c.Month/width))
		if c.Month >= end {
			to = at
			break
		}
		from = at
	}
	return vintages[from:to]
}

// Breaks returns the breaks that the figures of a file mark in the family of s,
// as Beside.Marked has them.
func (k *Known) Breaks(ind *catalog.Indicator, s figure.Series) (marked []catalog.Marked) {
	said := k.marks(ind, s, func(int32) bool { return false }, nil)
	if len(said) == 0 {
		return nil
	}
	cuts := (&catalog.Indicator{}).Cuts(s.Area, s.Category, said...)
	for _, m := range []figure.Measure{figure.Level, figure.YoY} {
		for n, c := range cuts.Of(m.Growth()) {
			if n == maxSpans {
				break
			}
			marked = append(marked, catalog.Marked{Measure: m, Period: figure.Month(c.Month/12, c.Month%12+1)})
		}
	}
	return marked
}
