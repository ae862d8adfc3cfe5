package figure

import "time"

// Day is a calendar day without a place. Days are ordered and can be compared
// with ==; the zero value is 1970-01-01.
type Day struct{ n int32 } // days since 1970-01-01

const secondsPerDay = 24 * 60 * 60

// DayOf is the d-th day of the month m of the year y. Day 0 of a month is the
// last day of the month before.
func DayOf(y int, m time.Month, d int) Day {
	return Day{int32(time.Date(y, m, d, 0, 0, 0, 0, time.UTC).Unix() / secondsPerDay)}
}

// DayAt is the local date at t, in t's location.
func DayAt(t time.Time) Day { return DayOf(t.Date()) }

// ParseDay reads an ISO 8601 date, 2023-10-18; ok is false for anything else.
func ParseDay(s string) (d Day, ok bool) {
	t, err := time.Parse(time.DateOnly, s)
	return DayAt(t), err == nil
}

// String writes the day as ParseDay reads it.
func (d Day) String() string { return d.midnight().Format(time.DateOnly) }

// midnight is the first instant of the day in UTC.
func (d Day) midnight() time.Time { return time.Unix(int64(d.n)*secondsPerDay, 0).UTC() }

// Add is the day n days later.
func (d Day) Add(n int) Day { return Day{d.n + int32(n)} }

// Sub is how many days d is after o.
func (d Day) Sub(o Day) int { return int(d.n - o.n) }

// Start is the first instant of the day in a location: from then on the local
// date is never earlier. That is midnight; if clocks go forward over midnight,
// the instant of the change; if they go back over it, the last midnight. A day
// that the location skipped begins and ends at the same instant.
func (d Day) Start(loc *time.Location) time.Time {
	midnight := d.midnight()
	// Clocks are less than a day off UTC, so this is certainly that day or a
	// later one. The stretches of constant offset before it are searched from
	// the last one back for an instant of an earlier day.
	begins := midnight.Add(2 * 24 * time.Hour)
	for t := begins; ; t = begins.Add(-1) {
		t = t.In(loc)
		since, _ := t.ZoneBounds()
		_, offset := t.Zone()
		switch own := midnight.Add(-time.Duration(offset) * time.Second); {
		case !own.Before(begins):
			return begins.In(loc)
		case since.IsZero() || own.After(since):
			return own.In(loc)
		}
		begins = since
	}
}

// End is the first instant after the day in a location. What happened before
// it was known at the end of that day.
func (d Day) End(loc *time.Location) time.Time { return d.Add(1).Start(loc) }

// In reports whether the day exists in a location: some places have moved
// across the date line and skipped one.
func (d Day) In(loc *time.Location) bool { return d.Start(loc).Before(d.End(loc)) }
