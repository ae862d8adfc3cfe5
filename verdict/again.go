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
// which nothing has changed: figures, goal and day. Periods end and figures
// become due and overdue with a day, so nothing else changes a verdict. The
// zero Keeper keeps nothing yet. It must not be used by several goroutines at
// once.
type Keeper struct {
	book *book.Book
	kept []judgement // in the order of the catalogue
}

// judgement is a target's states when it was last judged.
type judgement struct {
	target *catalog.Target
	at     time.Time
	states []State
}

// All is All of this package. The time of a state that was kept is when it was
// judged, earlier on the same day.
func (k *Keeper) All(c *catalog.Catalog, b *book.Book, at time.Time) []State {
	judged := make([]judgement, len(c.Targets))
	var stale []*catalog.Target
	count := 0
	for n, t := range c.Targets {
		judged[n] = judgement{target: t, at: at}
		if n < len(k.kept) && k.kept[n].holds(t, at) && Unchanged(k.kept[n].target, k.book, t, b) {
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
	k.book, k.kept = b, judged
	return states
}

// holds reports whether a judgement is of the same day and goal.
func (j *judgement) holds(t *catalog.Target, at time.Time) bool {
	return figure.DayAt(j.at) == figure.DayAt(at) && j.at.Location() == at.Location() && j.target.At(j.at).Since.Equal(t.At(at).Since)
}

// Unchanged reports whether a target of one catalogue and book has the same
// definition and the same figures in another. A book shares every series that
// did not change with the one before it.
func Unchanged(t *catalog.Target, b *book.Book, u *catalog.Target, c *book.Book) bool {
	if t != u && !reflect.DeepEqual(t, u) {
		return false
	}
	if b == c {
		return true
	}
	for _, i := range t.Indicator.Reported() {
		if !slices.Equal(b.In(i.Code, t.Area.Code), c.In(i.Code, t.Area.Code)) || (b.Refused(i.Code) == nil) != (c.Refused(i.Code) == nil) {
			return false
		}
	}
	return true
}
