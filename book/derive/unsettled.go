package derive

import (
	"math"
	"sync"
	"time"

	"github.com/tidemark-stats/tidemark/book"
	"github.com/tidemark-stats/tidemark/book/revision"
	"github.com/tidemark-stats/tidemark/catalog"
	"github.com/tidemark-stats/tidemark/figure"
)

// vintages is where the figures of a history come from, with the habits of
// revision found there. A history is used by several goroutines, and what is made
// from it shares its vintages.
type vintages struct {
	series []*book.Series
	known  time.Time // nothing published later is used; zero means everything

	mu     sync.Mutex
	habits map[*book.Series]revision.Habit
}

// habit is how the figures of a series are revised.
func (v *vintages) habit(i *catalog.Indicator, s *book.Series) revision.Habit {
	v.mu.Lock()
	defer v.mu.Unlock()
	habit, known := v.habits[s]
	if !known {
		habit = revision.HabitOf(i, s, v.known)
		if v.habits == nil {
			v.habits = map[*book.Series]revision.Habit{}
		}
		v.habits[s] = habit
	}
	return habit
}

// Unsettled is how far v may still be revised, going by how far the figures of
// its series were: relative to v, for growth in percentage points. A figure that is
// provisional (status P), or younger than the revised ones were when they
// changed last, may be off by as much as nine of ten were at most; independent of
// each other, the parts of a sum partly make up for one another. It is zero for
// figures that have settled, for series that are hardly ever revised, and where
// no vintages are known.
func (h *History) Unsettled(v Value, at time.Time) float64 {
	if h.from == nil || v.Withheld {
		return 0
	}
	parts := v.terms
	switch {
	case !v.Derived:
		parts = []Term{{Measure: v.Measure, Period: v.Period, Value: v.Value}}
	case v.form != sum && v.form != mean:
		return 0
	}
	whole, squares := 0.0, 0.0
	for _, t := range parts {
		off := h.off(t, at)
		squares += off * off
		if t.Minus {
			whole -= t.Value
		} else {
			whole += t.Value
		}
	}
	off := math.Sqrt(squares)
	if !v.Measure.Growth() {
		off /= math.Abs(whole)
	}
	if math.IsNaN(off) || math.IsInf(off, 0) {
		return 0
	}
	return off
}

// off is how far one published figure may still be revised, in its unit.
func (h *History) off(t Term, at time.Time) float64 {
	v, known := h.given[cell{t.Measure, t.Period}]
	if !known {
		return 0
	}
	for _, s := range h.from.series {
		if s.Key.Measure != t.Measure || s.Key.Frequency != t.Period.Frequency() {
			continue
		}
		habit := h.from.habit(h.Indicator, s)
		switch settled := !at.Before(t.Period.End().Add(habit.Settles)); {
		case settled && v.Status != figure.Provisional:
			return 0
		case habit.Relative:
			return habit.Off * math.Abs(t.Value)
		}
		return habit.Off
	}
	return 0
}
