package verdict

import (
	"reflect"
	"slices"
	"time"

	"github.com/tidemark-stats/tidemark/book"
	"github.com/tidemark-stats/tidemark/catalog"
	"github.com/tidemark-stats/tidemark/figure"
)

// Keeper judges targets again and again and keeps the states of those for
// which nothing has changed: the figures of the indicator in the area, the
// goal, and the day. Periods end and figures become due and overdue with a
// day, so nothing else changes a verdict. The zero Keeper keeps nothing yet.
// It must not be used by several goroutines at once.
type Keeper struct{ kept []judgement } // in the order of the catalogue

// judgement is a target's states and what they rest on.
type judgement struct {
	target  *catalog.Target
	figures []*book.Series
	refused bool
	at      time.Time
	states  []State
}

// All is All of this package. The time of a state that was kept is when it was
// judged, earlier on the same day.
func (k *Keeper) All(c *catalog.Catalog, b *book.Book, at time.Time) []State {
	judged := make([]judgement, len(c.Targets))
	var stale []*catalog.Target
	count := 0
	for n, t := range c.Targets {
		judged[n] = judgement{target: t, figures: Figures(t, b), refused: refused(t, b) != nil, at: at}
		if n < len(k.kept) && k.kept[n].holds(&judged[n]) {
			// The figures are those of the new book: others would keep the old one in memory.
			judged[n].at, judged[n].states = k.kept[n].at, k.kept[n].states
			count += len(judged[n].states)
		} else {
			stale = append(stale, t)
		}
	}
	fresh := each(stale, func(t *catalog.Target) []State { return Of(t, b, at) })
	states := make([]State, 0, count+len(stale))
	for n := range judged {
		if judged[n].states == nil {
			judged[n].states, fresh = fresh[0], fresh[1:]
		}
		states = append(states, judged[n].states...)
	}
	k.kept = judged
	return states
}

// holds reports whether a judgement with what the other one rests on would be
// the same.
func (j *judgement) holds(o *judgement) bool {
	sameDay := figure.DayAt(j.at) == figure.DayAt(o.at) && j.at.Location() == o.at.Location()
	return sameDay && j.refused == o.refused && slices.Equal(j.figures, o.figures) &&
		(j.target == o.target || reflect.DeepEqual(j.target, o.target)) && j.target.At(j.at).Since.Equal(o.target.At(o.at).Since)
}

// Figures returns the series by which a target is judged: those of its
// indicator, or of both parts of a ratio, in its area. A book shares every
// series that did not change with the one before it.
func Figures(t *catalog.Target, b *book.Book) []*book.Series {
	if r := t.Indicator.Ratio; r != nil {
		return slices.Concat(b.In(r.Numerator.Code, t.Area.Code), b.In(r.Denominator.Code, t.Area.Code))
	}
	return b.In(t.Indicator.Code, t.Area.Code)
}
