package rules

import (
	"iter"
	"slices"

	"github.com/tidemark-stats/tidemark/catalog"
	"github.com/tidemark-stats/tidemark/figure"
)

// family is an indicator in one area and category, whose series are cut
// together.
type family struct{ indicator, area, category string }

func familyOf(s figure.Series) family { return family{s.Indicator, s.Area, s.Category} }

// marks appends the figures of a place whose status says that its series break,
// but for those of the series s that are to be skipped.
func (k *Known) marks(ind *catalog.Indicator, s figure.Series, skip func(period int32) bool, to []catalog.Marked) []catalog.Marked {
	if !k.marked[familyOf(s)] {
		return to
	}
	for of := range siblings(ind, s) {
		points := k.Series[of]
		for i := range points {
			older := i+1 < len(points) && points[i+1].period == points[i].period
			if points[i].Status == figure.SeriesBreak && !older && !(of == s && skip(points[i].period)) {
				to = append(to, k.mark(ind, of.At(figure.NthPeriod(of.Frequency, points[i].period))))
			}
		}
	}
	return to
}

// mark is a figure with status B beside what is known.
func (k *Known) mark(ind *catalog.Indicator, c figure.Cell) catalog.Marked {
	m := catalog.Marked{Measure: c.Measure, Period: c.Period, First: true}
	for of := range siblings(ind, c.Series()) {
		points := k.Series[of]
		first, _ := run(points, int32(c.Period.Year()*of.Frequency.PerYear()))
		if of.Measure.Growth() == c.Measure.Growth() && first < len(points) &&
			figure.NthPeriod(of.Frequency, points[first].period).End().Before(c.Period.End()) {
			m.First = false
		}
	}
	return m
}

// siblings are all series of the place of one, itself included.
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

// cuts are where the figures of the cell's place stop being comparable with
// those before: by the catalogue, by what is known, by what the file has beside
// the cell, and by the status that the cell is sent with.
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

// comparable are the points of a series that may be held against one of its
// periods: those between two cuts. A period that a cut runs through counts to
// what follows.
func comparable(points []Point, cuts []catalog.Cut, p figure.Period) []Point {
	width := 12 / p.Frequency().PerYear()
	end := catalog.StretchOf(figure.Level, p).To
	from, to := 0, len(points)
	for _, c := range cuts {
		at, _ := run(points, int32(c.Month/width))
		if c.Month >= end {
			to = at
			break
		}
		from = at
	}
	return points[from:to]
}

// Breaks are where the figures of a file cut those of the place of a series,
// as beside tells it.
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
