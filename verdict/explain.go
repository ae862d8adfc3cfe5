package verdict

import (
	"cmp"
	"slices"
	"time"

	"github.com/tidemark-stats/tidemark/book"
	"github.com/tidemark-stats/tidemark/book/derive"
	"github.com/tidemark-stats/tidemark/figure"
)

// Explanation is a state with everything by which someone else can check it.
type Explanation struct {
	State
	Figures []Used      // the figures used, in the order of their periods
	Shares  []YearShare // what past years had by now, the newest first
	Tips    []Tip       // what would change the verdict
}

// Used is a figure that was used, with all its vintages known at the time.
type Used struct {
	figure.Cell
	Vintages []book.Figure // the oldest first
}

// YearShare is how much of a past year there was by the same period.
type YearShare struct {
	Year          int
	ToDate, Total float64 // in the base unit; of an average, the means
	Share         float64 // of the total; of an average, of the sum of all periods
}

// Explain shows how a state was reached. The book must be the one by which it
// was judged.
func Explain(s State, b *book.Book) Explanation {
	t := s.Target
	h := derive.From(b, t.Indicator, t.Area.Code, s.Category, s.At)
	j := &judge{t: t, all: h, at: s.At, s: s}
	j.h, _ = comparable(t, h, s.At)
	e := Explanation{State: s, Shares: j.shares(), Tips: Tips(t, h, s.At)}
	var figures []derive.Term
	for _, step := range s.Steps {
		figures = append(figures, step.figures...)
	}
	for _, v := range j.grounds() {
		figures = append(figures, sources(v)...)
	}
	e.Figures = used(s, b, figures)
	return e
}

// sources lists the published figures that a value is or was computed from.
func sources(v derive.Value) []derive.Term {
	if terms := v.Terms(); len(terms) > 0 {
		return terms
	}
	if v.Status == 0 || v.Published.IsZero() {
		return nil // a base that the catalogue states
	}
	return []derive.Term{{Measure: v.Measure, Period: v.Period, Value: v.Value}}
}

// used looks up the vintages of figures.
func used(s State, b *book.Book, figures []derive.Term) (all []Used) {
	for _, f := range figures {
		cell := figure.Cell{Indicator: cmp.Or(f.Of, s.Target.Indicator.Code), Area: s.Target.Area.Code, Category: s.Category, Measure: f.Measure, Period: f.Period}
		series, ok := b.Find(cell.Series())
		if !ok || slices.ContainsFunc(all, func(u Used) bool { return u.Cell == cell }) {
			continue
		}
		all = append(all, Used{cell, changes(series, f.Period, s.At)})
	}
	slices.SortStableFunc(all, func(u, o Used) int {
		return cmp.Or(u.Period.Compare(o.Period), cmp.Compare(u.Measure, o.Measure), cmp.Compare(u.Indicator, o.Indicator))
	})
	return all
}

// changes are the vintages of a period that were known at a time.
func changes(s *book.Series, p figure.Period, at time.Time) (all []book.Figure) {
	for v := range s.Vintages(p) {
		if !v.Published.After(at) {
			all = append(all, v)
		}
	}
	return all
}
