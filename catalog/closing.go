package catalog

import (
	"maps"
	"slices"
	"time"

	"github.com/tidemark-stats/tidemark/figure"
)

// closeRule says until when figures of a period are taken: to the end of a day so
// many months after the period, or after its year.
type closeRule struct {
	ofYear      bool
	monthsLater int
	day         int
}

// maxClosingMonths is the longest time after which a period closes.
const maxClosingMonths = 120

// Closes is the first instant at which figures of p are no longer taken. ok is false
// if the period stays open.
func (c *Calendar) Closes(p figure.Period) (at time.Time, ok bool) {
	if c.closing == nil {
		return time.Time{}, false
	}
	return c.lastDay(p).End(c.location), true
}

// lastDay is the last day on which figures of p are taken.
func (c *Calendar) lastDay(p figure.Period) figure.Day {
	next := p.End()
	if c.closing.ofYear {
		next = time.Date(p.Start().Year()+1, time.January, 1, 0, 0, 0, 0, time.UTC)
	}
	return dayOfMonth(next, c.closing.monthsLater, c.closing.day)
}

// closeRule reads when the periods of a calendar close.
func (d *decoder) closeRule(m mapping) *closeRule {
	if !m.has("closes") {
		return nil
	}
	r, ok := d.mapping(m.values["closes"], "closing")
	if !ok {
		return nil
	}
	r.label = m.label + ": closes"
	c := &closeRule{monthsLater: r.whole("months_later", 1, maxClosingMonths), day: r.whole("day", 1, 31)}
	switch after := r.needText("after"); after {
	case "year":
		c.ofYear = true
	case "period", "":
	default:
		r.errorf("after", "after %q is neither year nor period", after)
	}
	return c
}

// closesEarly finds a period that closes before its figures are due.
func (c *Calendar) closesEarly() (early figure.Period, ok bool) {
	if c.closing == nil || c.closing.day == 0 || c.closing.monthsLater == 0 { // reported by themselves
		return early, false
	}
	late := func(p figure.Period, due figure.Day) bool { return c.lastDay(p).Sub(due) < 0 }
	const year = 2023 // not a leap year
	for _, f := range []figure.Frequency{figure.Monthly, figure.Quarterly, figure.Annual} {
		for p := figure.PeriodAt(f, time.Date(year, time.January, 1, 0, 0, 0, 0, time.UTC)); p.Start().Year() == year; p = p.Add(1) {
			if due, released := c.ruled(p); released && late(p, due) {
				return p, true
			}
		}
	}
	for _, p := range slices.SortedFunc(maps.Keys(c.dates), figure.Period.Compare) {
		if late(p, c.dates[p]) {
			return p, true
		}
	}
	return early, false
}
