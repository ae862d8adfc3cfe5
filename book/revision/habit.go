package revision

import (
	"math"
	"slices"
	"time"

	"github.com/tidemark-stats/tidemark/book"
	"github.com/tidemark-stats/tidemark/catalog"
	"github.com/tidemark-stats/tidemark/figure"
)

// Habit is how the figures of one series are usually revised: what to expect of a
// new one.
type Habit struct {
	// Off is how far nine of ten first numbers were at most from what they became,
	// zero if more than nine in ten were never revised. It is relative to the
	// newest number if Relative, otherwise in the unit of the measure.
	Off      float64
	Relative bool

	// Settles is how long after the end of its period nine of ten of the revised
	// figures were revised for the last time.
	Settles time.Duration
}

// habitFigures is how many figures are needed to say what nine of ten do.
const habitFigures = 10

// HabitOf is the habit of a series of the indicator, by what was published up to
// known (the zero time means everything). Figures that may still be revised are no
// evidence of it. The habit is zero if there are too few others.
func HabitOf(i *catalog.Indicator, s *book.Series, known time.Time) Habit {
	h := Habit{Relative: Relative(i, s.Key.Measure)}
	if !s.Republished() {
		return h
	}
	var figures []change
	var untils []time.Duration
	var newest time.Time
	for p := range s.Periods() {
		l := life{relative: h.Relative}
		for v := range s.Vintages(p) {
			if !known.IsZero() && v.Published.After(known) {
				break
			}
			if v.Published.After(newest) {
				newest = v.Published
			}
			l.publish(v)
		}
		if !l.numbered || l.withheld || l.archived(p) {
			continue
		}
		figures = append(figures, change{p, l.newest, math.Abs(l.newest - l.first)})
		if l.revised {
			untils = append(untils, l.changed.Sub(p.End()))
		}
	}
	if len(untils) == 0 {
		return h
	}
	slices.Sort(untils)
	h.Settles = Quantile(untils, highQuantile)
	var sizes []float64
	for _, f := range figures {
		if h.Relative {
			f.size /= math.Abs(f.newest)
		}
		if f.period.End().Add(h.Settles).Before(newest) && !math.IsNaN(f.size) && !math.IsInf(f.size, 0) {
			sizes = append(sizes, f.size)
		}
	}
	if len(sizes) < habitFigures {
		return Habit{Relative: h.Relative}
	}
	slices.Sort(sizes)
	h.Off = Quantile(sizes, highQuantile)
	return h
}

// change is by how much a figure was revised.
type change struct {
	period figure.Period
	newest float64
	size   float64
}
