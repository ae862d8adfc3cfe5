package release

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"github.com/tidemark-stats/tidemark/book"
	"github.com/tidemark-stats/tidemark/catalog"
	"github.com/tidemark-stats/tidemark/figure"
)

// Arrival is a period of an indicator in an area, when it was due and when it came.
type Arrival struct {
	Indicator *catalog.Indicator
	Area      string
	Period    figure.Period
	Due       time.Time // the first instant of the day on which it was due
	Came      time.Time // when its first figure was published; zero if nothing has come
}

// Punctuality is how an arrival compares with its due day.
type Punctuality uint8

// The punctualities.
const (
	OnTime   Punctuality = iota // it came by the end of the due day
	Late                        // it came after that
	Missing                     // the due day has passed and nothing has come
	Expected                    // it is still to come
)

// State returns how punctual the arrival is at the given time, and by how many days it
// is late or missing.
func (a *Arrival) State(now time.Time) (p Punctuality, days int) {
	due := figure.DayAt(a.Due)
	by := func(at time.Time) int { return figure.DayAt(at.In(a.Due.Location())).Sub(due) }
	switch {
	case a.Came.IsZero() && by(now) > 0:
		return Missing, by(now)
	case a.Came.IsZero():
		return Expected, 0
	case by(a.Came) > 0:
		return Late, by(a.Came)
	}
	return OnTime, 0
}

// Arrivals lists what was or is due from one time to another, as known now, in the
// order of the due days: of every release of All, each period after the first one that
// was ever published. What came before that was not expected.
func Arrivals(c *catalog.Catalog, b *book.Book, from, to time.Time) (all []*Arrival) {
	for _, r := range All(c, b, time.Time{}) {
		first := firstPeriod(b, r)
		if r.Occasional || r.Indicator.Calendar == nil || first.IsZero() {
			continue
		}
		p, ok := r.Indicator.Calendar.Current(first.Frequency(), to)
		for ; ok && p.Compare(first) > 0; p = p.Prev() {
			due, released := r.Indicator.Calendar.Due(p)
			if !released {
				continue
			}
			if due.Before(from) {
				break
			}
			if due.Before(to) {
				all = append(all, &Arrival{Indicator: r.Indicator, Area: r.Area, Period: p, Due: due, Came: came(b, r, p)})
			}
		}
	}
	slices.SortFunc(all, func(x, y *Arrival) int {
		return cmp.Or(x.Due.Compare(y.Due), strings.Compare(x.Indicator.Code, y.Indicator.Code), strings.Compare(x.Area, y.Area))
	})
	return all
}

// firstPeriod is the first period of a release's own frequency that has a figure, zero
// when there is none.
func firstPeriod(b *book.Book, r *Release) (first figure.Period) {
	for _, s := range b.In(r.Indicator.Code, r.Area) {
		if s.Key.Frequency != r.Indicator.Frequency() {
			continue
		}
		for p := range s.Periods() {
			if first.IsZero() || p.Compare(first) < 0 {
				first = p
			}
			break
		}
	}
	return first
}

// came is when the first figure of a period was published, in any measure and category.
func came(b *book.Book, r *Release, p figure.Period) (at time.Time) {
	for _, s := range b.In(r.Indicator.Code, r.Area) {
		if s.Key.Frequency != p.Frequency() {
			continue
		}
		for f := range s.Vintages(p) {
			if at.IsZero() || f.Published.Before(at) {
				at = f.Published
			}
			break
		}
	}
	return at
}
