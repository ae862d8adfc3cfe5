package verdict

import (
	"reflect"
	"time"

	"github.com/tidemark-stats/tidemark/book"
	"github.com/tidemark-stats/tidemark/catalog"
	"github.com/tidemark-stats/tidemark/figure"
)

// Keeper judges targets again and again and keeps the states of those for
// which nothing has changed: figures, goal and day. Periods end and figures
// become due and overdue with a day, so nothing else changes a verdict. The
// zero Keeper keeps nothing yet. It must not be used by several goroutines at
// once, and always with times in the same location.
type Keeper struct {
	book *book.Book
	kept []judgement // in the order of the catalogue
}

// judgement is a target's states when it was last judged.
type judgement struct {
	target *catalog.Target
	goal   time.Time  // since when its goal has held
	day    figure.Day // in the city
	states []State
}

// All is All of this package. The time of a state that was kept is when it was
// judged, earlier on the same day.
func (k *Keeper) All(c *catalog.Catalog, b *book.Book, at time.Time) []State {
	judged := make([]judgement, len(c.Targets))
	var stale []*catalog.Target
	count, since, day := 0, Compare(k.book, b), figure.DayAt(at)
	for n, t := range c.Targets {
		judged[n] = judgement{target: t, goal: t.At(at).Since, day: day}
		if n < len(k.kept) && k.kept[n].day == day && k.kept[n].goal.Equal(judged[n].goal) && since.Spares(k.kept[n].target, t) {
			judged[n].states = k.kept[n].states
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

// Difference is what changed from one book to another.
type Difference struct {
	from, to *book.Book
	places   map[book.Place]bool
}

// Compare finds what changed from one book, which may be nil, to another.
func Compare(from, to *book.Book) Difference {
	if from == nil {
		from = new(book.Book)
	}
	return Difference{from, to, from.Changed(to)}
}

// Spares reports whether a target, t in the catalogue of the first book and u
// in that of the second, is judged by the same definition and figures.
func (d *Difference) Spares(t, u *catalog.Target) bool {
	if t != u && !reflect.DeepEqual(t, u) {
		return false
	}
	for _, i := range t.Indicator.Reported() {
		if d.places[book.Place{Indicator: i.Code, Area: t.Area.Code}] || (d.from.Refused(i.Code) == nil) != (d.to.Refused(i.Code) == nil) {
			return false
		}
	}
	return true
}
