package record

import (
	"math"
	"slices"
	"time"

	"github.com/tidemark-stats/tidemark/book"
	"github.com/tidemark-stats/tidemark/book/derive"
	"github.com/tidemark-stats/tidemark/catalog"
	"github.com/tidemark-stats/tidemark/figure"
	"github.com/tidemark-stats/tidemark/verdict"
)

// Projection is the record of the projection of a year's total on an indicator
// itself, whether or not there is a target for it: a city has few targets and
// many past years. A case is a past year with its first k periods, projected at
// the release that first gave them, by what was known then.
type Projection struct {
	Indicator      *catalog.Indicator
	Area, Category string

	Years  int // past years with at least one case
	Cases  int
	Held   int       // cases whose band contained the total as it is known now
	Errors []float64 // of the middle of the band relative to that total, without sign; sorted
	Widths []float64 // high less low relative to the projection; sorted
}

// Projects reports whether years of the indicator are projected: those of flows
// and averages published more often than once a year.
func Projects(i *catalog.Indicator) bool {
	return (i.Kind == catalog.Flow || i.Kind == catalog.Average) && i.Frequency() != figure.Annual
}

// ProjectionOf is the record of the projection in one area and category by what
// was published up to at. Years whose total is estimated, imputed or unknown, or
// within which the series breaks, are not cases.
func ProjectionOf(b *book.Book, i *catalog.Indicator, area, category string, at time.Time) *Projection {
	r := &Projection{Indicator: i, Area: area, Category: category}
	now := derive.From(b, i, area, category, at)
	type begun struct{ year, k int }
	seen, years := map[begun]bool{}, map[int]bool{}
	for _, moment := range verdict.Releases(b, i, area, category, time.Time{}, at) {
		var then *derive.History
		for year := moment.Year() - 1; year <= moment.Year(); year++ {
			total, ok := closed(now, year)
			if !ok {
				continue
			}
			if then == nil {
				then = derive.From(b, i, area, category, moment)
			}
			p, k, ok := verdict.ProjectYear(then, year)
			if ok && !p.Imputed && !seen[begun{year, k}] {
				seen[begun{year, k}], years[year] = true, true
				r.add(p, total)
			}
		}
	}
	r.Years = len(years)
	slices.Sort(r.Errors)
	slices.Sort(r.Widths)
	return r
}

// closed is the total of a year to which projections of it can be compared: not
// an estimate, and not of a year within which the series breaks.
func closed(h *derive.History, year int) (total float64, ok bool) {
	v, ok := h.At(figure.Level, figure.Year(year))
	if !ok || !v.Firm() || v.Withheld || v.Early || v.Value == 0 {
		return 0, false
	}
	_, broken := h.Comparable(false, figure.Year(year), time.Time{})
	return v.Value, broken == nil || !broken.Period.Start().After(figure.Year(year).Start())
}

func (r *Projection) add(p verdict.Pace, total float64) {
	r.Cases++
	if held(p.Low, total, p.Top) {
		r.Held++
	}
	if e := math.Abs(p.Centre/total - 1); !math.IsInf(e, 0) && !math.IsNaN(e) {
		r.Errors = append(r.Errors, e)
	}
	if w := (p.Top - p.Low) / math.Abs(p.Centre); !math.IsInf(w, 0) && !math.IsNaN(w) {
		r.Widths = append(r.Widths, w)
	}
}

// HeldRatio is the part of the bands that held; unknown without a case.
func (r *Projection) HeldRatio() verdict.Number { return ratio(r.Held, r.Cases) }

// Width is the median width of the bands.
func (r *Projection) Width() verdict.Number { return median(r.Widths) }

// Error is the mean absolute error of the projection.
func (r *Projection) Error() verdict.Number {
	sum := 0.0
	for _, e := range r.Errors {
		sum += e / float64(len(r.Errors))
	}
	return verdict.Number{Value: sum, Known: len(r.Errors) > 0}
}

// ProjectionsTogether adds up the records of projections.
func ProjectionsTogether(all []*Projection) *Projection {
	sum := &Projection{}
	for _, r := range all {
		sum.Years += r.Years
		sum.Cases += r.Cases
		sum.Held += r.Held
		sum.Errors = append(sum.Errors, r.Errors...)
		sum.Widths = append(sum.Widths, r.Widths...)
	}
	slices.Sort(sum.Errors)
	slices.Sort(sum.Widths)
	return sum
}
