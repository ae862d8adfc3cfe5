package catalog

import (
	"slices"
	"strconv"
	"time"

	"go.yaml.in/yaml/v3"

	"github.com/tidemark-stats/tidemark/figure"
)

// Calendar says when the figures of a period are published: by a rule, and
// by exact dates where they were announced.
type Calendar struct {
	Code   string
	Name   Name
	Source string        // where rule and dates come from
	Grace  time.Duration // how long after the due day a figure counts as late but not yet as overdue

	rules    map[figure.Frequency]releaseRule
	dates    map[figure.Period]time.Time
	location *time.Location
}

// releaseRule puts the release on a day of a month after the period.
type releaseRule struct {
	monthsLater int   // 1 is the month that follows the period
	day         int   // of that month; its last day when it is shorter
	withNext    []int // months or quarters that are released only with the one that follows
}

const (
	maxMonthsLater = 24
	maxGraceDays   = 366
)

// Due is the day on which the figures of p are to be published, its first
// moment in the catalogue's time zone. ok is false when p is not released on
// its own (January, where January and February are published together) and
// when the calendar says nothing about periods of this frequency.
func (c *Calendar) Due(p figure.Period) (due time.Time, ok bool) {
	if due, ok = c.dates[p]; ok {
		return due, true
	}
	rule, ok := c.rules[p.Frequency()]
	if !ok || slices.Contains(rule.withNext, p.Number()) {
		return time.Time{}, false
	}
	// Day 0 of a month is the last one of the month before.
	next := p.End()
	month := next.Month() + time.Month(rule.monthsLater)
	last := time.Date(next.Year(), month, 0, 0, 0, 0, 0, c.location).Day()
	return time.Date(next.Year(), month-1, min(rule.day, last), 0, 0, 0, 0, c.location), true
}

// Current is the newest period of the frequency whose due day has come at
// the given moment: the one that should be known by then. Ask with the grace
// taken off (at.Add(-c.Grace)) for the one whose absence is overdue. ok is
// false when the calendar says nothing about this frequency.
func (c *Calendar) Current(f figure.Frequency, at time.Time) (p figure.Period, ok bool) {
	if _, ok = c.rules[f]; !ok {
		return figure.Period{}, false
	}
	// Rule and exact dates lie at most maxMonthsLater after a period, so that
	// the search ends within the years before that.
	p = figure.PeriodAt(f, at.In(c.location))
	for range (maxMonthsLater/12 + 2) * f.PerYear() {
		if due, released := c.Due(p); released && !due.After(at) {
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
		rules: map[figure.Frequency]releaseRule{}, dates: map[figure.Period]time.Time{}}
	c.Grace = 24 * time.Hour * time.Duration(m.whole("grace_days", 0, maxGraceDays))
	for _, r := range []struct {
		key string
		f   figure.Frequency
	}{{"monthly", figure.Monthly}, {"quarterly", figure.Quarterly}, {"annual", figure.Annual}} {
		if rule, ok := d.releaseRule(m, r.key, r.f); ok {
			c.rules[r.f] = rule
		}
	}
	if !m.has("monthly") && !m.has("quarterly") && !m.has("annual") {
		m.errorf("code", "has no rule, give monthly, quarterly or annual")
	}
	if dates := m.values["dates"]; dates != nil && d.is(dates, yaml.MappingNode, m.label+": dates") {
		d.pairs(dates, func(key, value *yaml.Node) { d.exactDate(m, c, key, value) })
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
		r.errorf("with_next", "with_next names every period, so that none is ever released")
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
	due, err := time.ParseInLocation(time.DateOnly, value.Value, c.location)
	if err != nil {
		d.errorf(value, "%s: dates: %q is not a day, write it like 2023-10-18", m.label, value.Value)
		return
	}
	end := period.End()
	day := time.Date(due.Year(), due.Month(), due.Day(), 0, 0, 0, 0, time.UTC)
	switch {
	case day.Before(end.AddDate(0, 0, -1)):
		d.errorf(value, "%s: dates: %s lies before the end of %s", m.label, value.Value, period)
	case day.After(end.AddDate(0, maxMonthsLater, 0)):
		d.errorf(value, "%s: dates: %s lies more than %d months after %s", m.label, value.Value, maxMonthsLater, period)
	case c.rules[period.Frequency()].monthsLater == 0:
		d.errorf(key, "%s: dates: %s has no rule beside it for other periods of its frequency", m.label, period)
	default:
		c.dates[period] = due
	}
}
