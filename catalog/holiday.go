package catalog

import (
	"time"

	"go.yaml.in/yaml/v3"

	"github.com/tidemark-stats/tidemark/figure"
)

// maxHolidayDays is more than any public holiday has; a longer one is a slip of
// the pen.
const maxHolidayDays = 31

// WorkingDay reports whether people work on a day: it is neither a holiday nor on
// a weekend, or the catalogue says that they work on it instead of another.
func (c *Catalog) WorkingDay(d figure.Day) bool {
	if works, listed := c.holidays[d]; listed {
		return works
	}
	weekday := d.Start(time.UTC).Weekday()
	return weekday != time.Saturday && weekday != time.Sunday
}

// WorkingDaysBefore is the day that is n working days before d. Beyond a month
// without working days it gives up and returns the last day it tried.
func (c *Catalog) WorkingDaysBefore(d figure.Day, n int) figure.Day {
	for range n {
		d = d.Add(-1)
		for range maxHolidayDays {
			if c.WorkingDay(d) {
				break
			}
			d = d.Add(-1)
		}
	}
	return d
}

// holiday reads a public holiday as its announcement describes it: the days off,
// and the weekend days on which people work instead (调休).
func (d *decoder) holiday(n *yaml.Node) {
	m, ok := d.mapping(n, "holiday")
	if !ok {
		return
	}
	first, ok := m.date("from")
	if !ok {
		return
	}
	m.label = "holiday " + first.String()
	m.name("name") // for the reader of the file
	last := first
	if m.has("to") {
		if last, ok = m.date("to"); !ok {
			return
		}
	}
	if days := last.Sub(first) + 1; days < 1 || days > maxHolidayDays {
		m.errorf("to", "to %s is not within the %d days from %s on", last, maxHolidayDays, first)
		return
	}
	for day := first; day.Sub(last) <= 0; day = day.Add(1) {
		d.dayOff(m.values["from"], m, day, false)
	}
	m.words("work", func(n *yaml.Node, word string) {
		day, ok := figure.ParseDay(word)
		if !ok {
			d.errorf(n, "%s: work %q is not a date, write it like 2023-10-18", m.label, word)
			return
		}
		d.dayOff(n, m, day, true)
	})
}

// dayOff notes whether people work on a day, which only one holiday can say.
func (d *decoder) dayOff(n *yaml.Node, m mapping, day figure.Day, works bool) {
	if _, again := d.cat.holidays[day]; again {
		d.errorf(n, "%s: %s is given twice", m.label, day)
		return
	}
	d.cat.holidays[day] = works
}
