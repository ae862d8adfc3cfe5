// Package revision measures how good first publications are: how often a figure
// is revised later, by how much, in which direction, and how long it takes until
// nothing changes any more. It compares the vintages of each figure and is pure.
//
// The measures are those that the OECD recommends for the analysis of
// revisions, the mean revision (bias) and the mean absolute revision, both
// relative to the later value (McKenzie and Gamba, Interpreting the Results of
// Revision Analyses: Recommended Summary Statistics, OECD/Eurostat Task Force,
// 2008), with the median and a high quantile beside them because a few large
// revisions dominate a mean.
package revision

import (
	"cmp"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/tidemark-stats/tidemark/book"
	"github.com/tidemark-stats/tidemark/catalog"
	"github.com/tidemark-stats/tidemark/figure"
)

// highQuantile is the high quantile of sizes and delays: nine of ten revisions
// are at most as large.
const highQuantile = 0.9

// Quality is how figures of one indicator and measure were revised, in one area
// or in all.
//
// Revisions are relative to the newest value, as a fraction, if Relative.
// Otherwise they are differences in the unit of the measure: percentage points
// for growth rates, shares and other percentages, places for ranks. A ratio of two
// growth rates says nothing, least of all when one is near zero.
type Quality struct {
	Indicator *catalog.Indicator
	Area      string // empty: all areas together
	Measure   figure.Measure
	Relative  bool

	Figures   int // figures with a number, of all categories and frequencies
	Revised   int // of them, those whose number changed after its first publication
	TooLow    int // revised figures whose first number was below the newest
	TooHigh   int // revised figures whose first number was above the newest
	Rescaled  int // figures that were corrected by a power of ten, which is no revision
	Withdrawn int // figures that had a number and have none now
	Filled    int // figures that were first published without a number and have one now

	// Sizes of the revised figures, newest number less first number. Cases is how
	// many have a size: not those whose newest number is zero if Relative.
	Cases        int
	Median, High float64 // of the absolute sizes
	MeanAbsolute float64
	Bias         float64 // the mean with its sign: positive if first numbers were too low

	// UntilMedian and UntilHigh are the time from the first publication of a
	// number to its last change, of the revised figures.
	UntilMedian, UntilHigh time.Duration
}

// Of measures the quality of every indicator of the catalogue that has figures
// in the book, by what was published up to known (the zero time means
// everything), in the order of their codes.
func Of(c *catalog.Catalog, b *book.Book, known time.Time) (all []Quality) {
	for _, i := range c.Indicators {
		all = append(all, OfIndicator(i, b, known)...)
	}
	slices.SortStableFunc(all, func(q, o Quality) int { return strings.Compare(q.Indicator.Code, o.Indicator.Code) })
	return all
}

// OfIndicator is Of for one indicator, ordered by measure and area; all areas
// together come first, also if there is only one.
func OfIndicator(i *catalog.Indicator, b *book.Book, known time.Time) (all []Quality) {
	sums := map[key]*sum{}
	for _, s := range b.Of(i.Code) {
		for _, area := range []string{"", s.Key.Area} {
			k := key{s.Key.Measure, area}
			if sums[k] == nil {
				sums[k] = &sum{q: Quality{Indicator: i, Area: area, Measure: s.Key.Measure, Relative: Relative(i, s.Key.Measure)}}
			}
		}
		add(s, known, sums[key{s.Key.Measure, ""}], sums[key{s.Key.Measure, s.Key.Area}])
	}
	for _, s := range sums {
		if s.q.Figures+s.q.Withdrawn > 0 {
			all = append(all, s.quality())
		}
	}
	slices.SortFunc(all, func(q, o Quality) int {
		return cmp.Or(cmp.Compare(q.Measure, o.Measure), strings.Compare(q.Area, o.Area))
	})
	return all
}

type key struct {
	measure figure.Measure
	area    string
}

// Relative reports whether differences of a measure are shown as fractions of the
// value, and not in its unit: not those of growth rates, other percentages and
// ranks.
func Relative(i *catalog.Indicator, m figure.Measure) bool {
	return !m.Growth() && i.Kind != catalog.Rank && i.UnitOf(m).Code != catalog.PercentUnit
}

// add adds the figures of a series to the sums to which it belongs.
func add(s *book.Series, known time.Time, to ...*sum) {
	for p := range s.Periods() {
		l := life{relative: to[0].q.Relative}
		for v := range s.Vintages(p) {
			if !known.IsZero() && v.Published.After(known) {
				break
			}
			l.publish(v)
		}
		if l.archived(p) {
			continue
		}
		for _, sum := range to {
			sum.add(l)
		}
	}
}

// sum collects the lives of figures.
type sum struct {
	q       Quality
	changes []float64       // newest number less first
	untils  []time.Duration // until the last change
}

func (s *sum) add(l life) {
	q := &s.q
	switch {
	case !l.numbered:
		return // never a number
	case l.withheld:
		q.Withdrawn++
		return
	}
	q.Figures++
	if l.awaited {
		q.Filled++
	}
	if l.rescaled {
		q.Rescaled++
	}
	if !l.revised {
		return
	}
	q.Revised++
	s.untils = append(s.untils, l.changed.Sub(l.published))
	change := l.newest - l.first
	switch {
	case change > 0:
		q.TooLow++
	case change < 0:
		q.TooHigh++
	}
	if q.Relative {
		change /= math.Abs(l.newest)
	}
	if !math.IsNaN(change) && !math.IsInf(change, 0) {
		s.changes = append(s.changes, change)
	}
}

// quality is the sum with its statistics. Sorting first makes sums of floats
// independent of the order in which series were added.
func (s *sum) quality() Quality {
	q := s.q
	slices.Sort(s.changes)
	slices.Sort(s.untils)
	q.Cases = len(s.changes)
	sizes := make([]float64, q.Cases)
	for n, c := range s.changes {
		sizes[n] = math.Abs(c)
		q.Bias += c / float64(q.Cases)
		q.MeanAbsolute += sizes[n] / float64(q.Cases)
	}
	slices.Sort(sizes)
	q.Median, q.High = Quantile(sizes, 0.5), Quantile(sizes, highQuantile)
	q.UntilMedian, q.UntilHigh = Quantile(s.untils, 0.5), Quantile(s.untils, highQuantile)
	return q
}

// Quantile is the smallest of the sorted values that at least the given part of
// them do not exceed: always a value that occurred. It is zero if there are none.
func Quantile[T float64 | time.Duration](sorted []T, part float64) T {
	if len(sorted) == 0 {
		return 0
	}
	n := int(math.Ceil(part*float64(len(sorted)) - 1e-9))
	return sorted[max(n, 1)-1]
}
