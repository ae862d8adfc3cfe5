package catalog

import (
	"slices"
	"strconv"
	"time"

	"go.yaml.in/yaml/v3"

	"github.com/tidemark-stats/tidemark/figure"
	"github.com/tidemark-stats/tidemark/internal/lang"
)

// Calendar says when the figures of a period are published: by a rule, and on
// exact dates if these were announced.
type Calendar struct {
	Code   string
	Name   lang.Text
	Source string // source of the rule and dates
	Grace  int    // for how many days after the due day a figure is late but not yet overdue

	rules    map[figure.Frequency]releaseRule
	dates    map[figure.Period]figure.Day
	closing  *closeRule // nil when periods stay open
	location *time.Location
}

// releaseRule puts the release on a day of a month after the period.
type releaseRule struct {
	monthsLater int   // 1 is the month that follows the period
	day         int   // of that month; its last day if it is shorter
	withNext    []int // months or quarters that are released only together with the next one
}

const (
	maxMonthsLater = 24
	maxGraceDays   = 366
)

// Due is the first instant, in the catalogue's time zone, of the day on which
// the figures of p are to be published. ok is false if p is not released on
// its own (January, where January and February are published together) or if
// the calendar has no rule for periods of this frequency.
func (c *Calendar) Due(p figure.Period) (due time.Time, ok bool) { return c.after(p, 0) }

// Overdue is when the figures of p become overdue if they have not been
// published: the first instant of the due day plus the grace period. ok is the
// same as for Due.
func (c *Calendar) Overdue(p figure.Period) (at time.Time, ok bool) { return c.after(p, c.Grace) }

// after is the first instant of the day that is the given number of days after
// the due day.
func (c *Calendar) after(p figure.Period, days int) (at time.Time, ok bool) {
	due, ok := c.dates[p]
	if !ok {
		if due, ok = c.ruled(p); !ok {
			return time.Time{}, false
		}
	}
	return due.Add(days).Start(c.location), true
}

// ruled is the due day by the rule.
func (c *Calendar) ruled(p figure.Period) (due figure.Day, ok bool) {
	rule, ok := c.rules[p.Frequency()]
	if !ok || slices.Contains(rule.withNext, p.Number()) {
		return figure.Day{}, false
	}
	return dayOfMonth(p.End(), rule.monthsLater, rule.day), true
}

// dayOfMonth is a day of the month that is so many months after the one before next,
// or its last day if it is shorter.
func dayOfMonth(next time.Time, monthsLater, day int) figure.Day {
	month := next.Month() + time.Month(monthsLater)
	first, last := figure.DayOf(next.Year(), month-1, 1), figure.DayOf(next.Year(), month, 0)
	return first.Add(min(day-1, last.Sub(first)))
}

// Current is the newest period of the frequency that is due at the given time:
// the one that should be known by then. ok is false if the calendar has no
// rule for this frequency.
func (c *Calendar) Current(f figure.Frequency, at time.Time) (p figure.Period, ok bool) {
	return c.newest(f, at, c.Due)
}

// Late is the newest period that is overdue at the given time if it has not
// been published. ok is false if the calendar has no rule for this frequency.
func (c *Calendar) Late(f figure.Frequency, at time.Time) (p figure.Period, ok bool) {
	return c.newest(f, at, c.Overdue)
}

// newest is the newest period for which when has passed.
func (c *Calendar) newest(f figure.Frequency, at time.Time, when func(figure.Period) (time.Time, bool)) (p figure.Period, ok bool) {
	if _, ok = c.rules[f]; !ok {
		return figure.Period{}, false
	}
	// Rules and exact dates are at most maxMonthsLater after a period and the
	// grace is a year at most, which bounds the search.
	p = figure.PeriodAt(f, at.In(c.location))
	for range (maxMonthsLater/12 + 3) * f.PerYear() {
		if due, released := when(p); released && !due.After(at) {
			return p, true
		}
		p = p.Prev()
	}
	return figure.Period{}, false
}

func (d *decoder) calendar(n *yaml.Node) {
	m, code := d.open(n, "calendar", "code")
	if code == "" {
		return
	}
	m.token("code", code)
	c := &Calendar{Code: code, Name: m.name("name"), Source: m.needText("source"), location: d.cat.location,
		rules: map[figure.Frequency]releaseRule{}, dates: map[figure.Period]figure.Day{},
		Grace: m.whole("grace_days", 0, maxGraceDays)}
	for _, r := range []struct {
		key string
		f   figure.Frequency
	}{{"monthly", figure.Monthly}, {"quarterly", figure.Quarterly}, {"annual", figure.Annual}} {
		if rule, ok := d.releaseRule(m, r.key, r.f); ok {
			c.rules[r.f] = rule
		}
	}
	c.closing = d.closeRule(m)
	if !m.has("monthly") && !m.has("quarterly") && !m.has("annual") {
		m.errorf("code", "has no rule, give monthly, quarterly or annual")
	}
	if dates := m.values["dates"]; dates != nil && d.is(dates, yaml.MappingNode, m.label+": dates") {
		d.pairs(dates, func(key, value *yaml.Node) { d.exactDate(m, c, key, value) })
	}
	if p, early := c.closesEarly(); early {
		m.errorf("closes", "%s would close on %s, before its figures are due", p, c.lastDay(p))
	}
	if keep(m, "code", d.cat.calendars, code, c) {
		d.cat.Calendars = append(d.cat.Calendars, c)
	}
}

func (d *decoder) releaseRule(m mapping, key string, f figure.Frequency) (rule releaseRule, ok bool) {
	r, ok := d.mapping(m.values[key], "release rule")
	if !ok {
		return rule, false
	}
	r.label = m.label + ": " + key
	rule.monthsLater = r.whole("months_later", 1, maxMonthsLater)
	rule.day = r.whole("day", 1, 31)
	r.words("with_next", func(n *yaml.Node, word string) {
		number, err := strconv.Atoi(word)
		if err != nil || number < 1 || number > f.PerYear() {
			d.errorf(n, "%s: with_next %q is not a period's number from 1 to %d", r.label, word, f.PerYear())
			return
		}
		rule.withNext = append(rule.withNext, number)
	})
	if len(rule.withNext) == f.PerYear() {
		r.errorf("with_next", "with_next names every period, so none is ever released")
	}
	return rule, true
}

func (d *decoder) exactDate(m mapping, c *Calendar, key, value *yaml.Node) {
	period, err := figure.ParsePeriod(key.Value)
	if err != nil {
		d.errorf(key, "%s: dates: %s", m.label, because(err))
		return
	}
	if !d.is(value, yaml.ScalarNode, m.label+": dates") {
		return
	}
	due, ok := figure.ParseDay(value.Value)
	if !ok {
		d.errorf(value, "%s: dates: %q is not a date, write it like 2023-10-18", m.label, value.Value)
		return
	}
	end := period.End()
	switch {
	case due.Sub(figure.DayAt(end)) < -1:
		d.errorf(value, "%s: dates: %s is before the end of %s", m.label, value.Value, period)
	case due.Sub(figure.DayAt(end.AddDate(0, maxMonthsLater, 0))) > 0:
		d.errorf(value, "%s: dates: %s is more than %d months after %s", m.label, value.Value, maxMonthsLater, period)
	case c.rules[period.Frequency()].monthsLater == 0:
		d.errorf(key, "%s: dates: %s has no rule for the other periods of its frequency", m.label, period)
	default:
		c.dates[period] = due
	}
}
