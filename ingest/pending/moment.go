package pending

import (
	"fmt"
	"strings"
	"time"
)

// The forms of a moment, with and without an offset, and of a time of this day.
var (
	zoned   = []string{"2006-01-02T15:04:05Z07:00", "2006-01-02T15:04Z07:00", "2006-01-02T15:04:05 Z07:00", "2006-01-02T15:04 Z07:00"}
	local   = []string{"2006-01-02T15:04:05", "2006-01-02T15:04"}
	ofToday = []string{"15:04"}
)

// ParseMoment reads the moment of a release. Without an offset it is read by the
// clocks of a place, and without a date it is on the present day there. The error
// says what can be written, or that the moment is past.
func ParseMoment(text string, place *time.Location, now time.Time) (time.Time, error) {
	at, err := readMoment(strings.TrimSpace(text), place, now.In(place))
	if err != nil {
		return at, err
	}
	if !at.After(now) {
		return at, fmt.Errorf("%q is past: it is %s", text, Clock(now.In(at.Location())))
	}
	return at, nil
}

func readMoment(text string, place *time.Location, now time.Time) (time.Time, error) {
	written := strings.Replace(text, " ", "T", 1) // between day and time
	for _, form := range zoned {
		if at, err := time.Parse(form, written); err == nil {
			return at, nil
		}
	}
	for _, form := range ofToday {
		if _, err := time.Parse(form, written); err == nil {
			written = now.Format("2006-01-02T") + written
		}
	}
	for _, form := range local {
		at, err := time.ParseInLocation(form, written, place)
		if err != nil {
			continue
		}
		if at.Format(form) != written {
			return at, fmt.Errorf("%q is skipped by the clocks of %s; write another time, or one with its offset", text, place)
		}
		if twice(at) {
			return at, fmt.Errorf("%q comes twice by the clocks of %s; write it with its offset, like %s", text, place, at.Format(zoned[1]))
		}
		return at, nil
	}
	return time.Time{}, fmt.Errorf("%q is not a moment; write one like %s, or with an offset like %s", text,
		now.Format("2006-01-02 15:04"), now.Format(zoned[1]))
}

// twice reports whether the clocks of its place show a moment's time a second time
// within a day. Most are put back by an hour, and some by half of one.
func twice(at time.Time) bool {
	_, offset := at.Zone()
	for _, other := range []time.Time{at.Add(-day), at.Add(day)} {
		_, then := other.Zone()
		if again := at.Add(time.Duration(offset-then) * time.Second); then != offset {
			if _, really := again.Zone(); really == then {
				return true
			}
		}
	}
	return false
}

const day = 24 * time.Hour
