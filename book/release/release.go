// Package release tells which figures are to be published next and when, by the
// release calendars of the catalogue and what the book knows. Pure.
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

// reminderDays is how many working days before the due day the agency is
// reminded: time to ask a colleague, and not so long that it is forgotten again.
const reminderDays = 2

// Release is an indicator in an area.
type Release struct {
	Indicator *catalog.Indicator
	Area      string
	// Occasional means that nothing is due: see catalog.Area.
	Occasional bool
	// Newest is the newest period of the indicator's own frequency, in any
	// measure and category, withheld or not; zero when there is none.
	Newest figure.Period
}

// Next is the period that is released next after the newest one; ok is false
// where no calendar defines one.
func (r *Release) Next() (p figure.Period, ok bool) {
	if r.Occasional {
		return p, false
	}
	return next(r.Indicator, r.Newest)
}

// Due returns when the next period is to be published: the first instant of a day
// in the catalogue's time zone. ok is false where no calendar defines that.
func (r *Release) Due() (at time.Time, ok bool) {
	if p, ok := r.Next(); ok {
		return r.Indicator.Calendar.Due(p)
	}
	return time.Time{}, false
}

// Reminder is when the agency is reminded of the next period: the first instant of
// the working day two working days before it is due.
func (r *Release) Reminder(c *catalog.Catalog) (at time.Time, ok bool) {
	due, ok := r.Due()
	if !ok {
		return due, false
	}
	return c.WorkingDaysBefore(figure.DayAt(due), reminderDays).Start(c.Location()), true
}

// Overdue returns when that period becomes overdue: the due day and the grace
// of the calendar have passed.
func (r *Release) Overdue() (at time.Time, ok bool) {
	if p, ok := r.Next(); ok {
		return r.Indicator.Calendar.Overdue(p)
	}
	return time.Time{}, false
}

// Grace is how long after Due that period becomes overdue. Its days are those
// of the city's clock, which may have 23 or 25 hours.
func (r *Release) Grace() (grace time.Duration, ok bool) {
	due, ok := r.Due()
	overdue, _ := r.Overdue()
	return overdue.Sub(due), ok
}

func next(i *catalog.Indicator, p figure.Period) (after figure.Period, ok bool) {
	if i.Calendar == nil || p.IsZero() {
		return after, false
	}
	// A period without a release of its own is released with the one after it.
	for range p.Frequency().PerYear() {
		p = p.Next()
		if _, ok = i.Calendar.Due(p); ok {
			return p, true
		}
	}
	return after, false
}

// OverdueAfter returns when the period after p becomes overdue: the due day and
// the grace of the calendar have passed. A ratio becomes overdue with the first
// of its parts. ok is false where no calendar defines that.
func OverdueAfter(i *catalog.Indicator, p figure.Period) (at time.Time, ok bool) {
	for _, part := range i.Reported() {
		r := Release{Indicator: part, Newest: p}
		if overdue, known := r.Overdue(); known && (!ok || overdue.Before(at)) {
			at, ok = overdue, true
		}
	}
	return at, ok
}

// All lists the indicators and areas that are reported, as known at the
// given moment (the zero time means now), ordered by indicator and area: all
// with a figure the catalogue knows, and all that a target needs. An area that
// merely may report an indicator is not expected to, nor is one that reports
// occasionally, unless a target needs it.
func All(c *catalog.Catalog, b *book.Book, known time.Time) []*Release {
	reports := map[[2]string]*Release{}
	at := func(i *catalog.Indicator, area string) *Release {
		key := [2]string{i.Code, area}
		r := reports[key]
		if r == nil {
			a, ok := c.Area(area)
			r = &Release{Indicator: i, Area: area, Occasional: ok && a.Occasional}
			reports[key] = r
		}
		return r
	}
	for s := range b.All() {
		i, listed := c.Indicator(s.Key.Indicator)
		if !listed {
			continue
		}
		newest, any := newestPeriod(s, known)
		if !any {
			continue
		}
		r := at(i, s.Key.Area)
		if s.Key.Frequency == i.Frequency() && (r.Newest.IsZero() || newest.Compare(r.Newest) > 0) {
			r.Newest = newest
		}
	}
	for _, t := range c.Targets {
		if t.Indicator.Kind != catalog.Ratio { // a ratio is computed, not reported
			at(t.Indicator, t.Area.Code).Occasional = false
		}
	}
	sorted := make([]*Release, 0, len(reports))
	for _, r := range reports {
		sorted = append(sorted, r)
	}
	slices.SortFunc(sorted, func(r, o *Release) int {
		return cmp.Or(strings.Compare(r.Indicator.Code, o.Indicator.Code), strings.Compare(r.Area, o.Area))
	})
	return sorted
}

// newestPeriod returns the newest period of which anything was known.
func newestPeriod(s *book.Series, known time.Time) (newest figure.Period, any bool) {
	if known.IsZero() {
		return s.Latest().Period, true
	}
	for f := range s.AsOf(known) {
		newest, any = f.Period, true
	}
	return newest, any
}
