package figure_test

import (
	"os"
	"strings"
	"testing"
	"time"
	_ "time/tzdata" // the zones must not depend on the machine

	"github.com/tidemark-stats/tidemark/figure"
	"pgregory.net/rapid"
)

// zones lists all zones of the IANA database.
func zones(t *testing.T) (all []*time.Location) {
	t.Helper()
	names, err := os.ReadFile("testdata/zones.txt")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range strings.Fields(string(names)) {
		all = append(all, zone(t, name))
	}
	return all
}

func zone(t *testing.T, name string) *time.Location {
	t.Helper()
	loc, err := time.LoadLocation(name)
	if err != nil {
		t.Fatal(err)
	}
	return loc
}

// changes lists the instants from 1840 to 2040 at which the clocks of a
// location change.
func changes(loc *time.Location) (all []time.Time) {
	end := time.Date(2040, 1, 1, 0, 0, 0, 0, time.UTC)
	for at := time.Date(1840, 1, 1, 0, 0, 0, 0, time.UTC); ; {
		_, next := at.In(loc).ZoneBounds()
		if next.IsZero() || next.After(end) {
			return all
		}
		all = append(all, next)
		at = next
	}
}

// checkDay compares a day with what the clocks of a location show around it,
// at every clock change.
func checkDay(t interface{ Errorf(string, ...any) }, d figure.Day, loc *time.Location, changes []time.Time) {
	start := d.Start(loc)
	if before := figure.DayAt(start.Add(-1)); before.Sub(d) >= 0 {
		t.Errorf("%s in %s begins at %s, before which it is %s", d, loc, start, before)
	}
	if first := figure.DayAt(start); first.Sub(d) < 0 || first != d && d.In(loc) {
		t.Errorf("%s in %s begins at %s, when it is %s", d, loc, start, first)
	}
	shown := figure.DayAt(start) == d
	for i, at := range changes {
		// Between two changes, days only go forward.
		if at.After(start) && figure.DayAt(at.In(loc)).Sub(d) < 0 {
			t.Errorf("%s in %s begins at %s, and at %s it is %s", d, loc, start, at, figure.DayAt(at.In(loc)))
		}
		if i > 0 {
			first, last := figure.DayAt(changes[i-1].In(loc)), figure.DayAt(at.Add(-1).In(loc))
			shown = shown || first.Sub(d) <= 0 && last.Sub(d) >= 0
		}
	}
	if d.In(loc) != shown {
		t.Errorf("%s in %s was shown by its clocks: %v, not %v", d, loc, shown, d.In(loc))
	}
}

func TestADayIsWhatTheClocksShowWhereverTheyAreSet(t *testing.T) {
	for _, loc := range zones(t) {
		all := changes(loc)
		for i, at := range all {
			near := all[max(i-3, 0):min(i+4, len(all))]
			day := figure.DayAt(at.In(loc))
			for n := -2; n <= 2; n++ {
				checkDay(t, day.Add(n), loc, near)
			}
		}
	}
}

func TestADayIsWhatTheClocksShowOnAnyOtherDay(t *testing.T) {
	all := zones(t)
	known := map[*time.Location][]time.Time{}
	for _, loc := range all {
		known[loc] = changes(loc)
	}
	rapid.Check(t, func(t *rapid.T) {
		loc := rapid.SampledFrom(all).Draw(t, "zone")
		day := figure.DayOf(rapid.IntRange(1850, 2030).Draw(t, "year"), 1, rapid.IntRange(1, 366).Draw(t, "day"))
		checkDay(t, day, loc, known[loc])
	})
}

func TestADayBeginsWhereMidnightIsMissingOrComesTwice(t *testing.T) {
	for _, tt := range []struct{ zone, day, start, what string }{
		{"Asia/Shanghai", "2023-10-18", "2023-10-17T16:00:00Z", "an ordinary day"},
		{"Europe/Madrid", "2024-03-31", "2024-03-30T23:00:00Z", "an hour is skipped at night"},
		{"America/Sao_Paulo", "2018-11-04", "2018-11-04T03:00:00Z", "from 00:00 to 01:00"},
		{"America/Sao_Paulo", "2018-02-18", "2018-02-18T03:00:00Z", "from 00:00 back to 23:00"},
		{"Asia/Beirut", "2023-03-26", "2023-03-25T22:00:00Z", "from 00:00 to 01:00"},
		{"Africa/Cairo", "2014-05-16", "2014-05-15T22:00:00Z", "from 00:00 to 01:00"},
		{"Africa/Cairo", "2014-09-26", "2014-09-25T22:00:00Z", "from 00:00 back to 23:00"},
		{"America/Havana", "2018-11-04", "2018-11-04T04:00:00Z", "from 01:00 back to 00:00: two midnights of one day"},
		{"America/Havana", "2018-03-11", "2018-03-11T05:00:00Z", "from 00:00 to 01:00"},
		{"America/St_Johns", "2010-11-07", "2010-11-07T03:30:00Z", "from 00:01 back to 23:01 of the day before: the second midnight"},
		{"Pacific/Apia", "2011-12-30", "2011-12-30T10:00:00Z", "a day that was skipped"},
		{"Pacific/Apia", "2011-12-31", "2011-12-30T10:00:00Z", "the day after it"},
		{"Pacific/Kwajalein", "1993-08-21", "1993-08-21T12:00:00Z", "a day that was skipped"},
	} {
		day, ok := figure.ParseDay(tt.day)
		if got := day.Start(zone(t, tt.zone)).UTC().Format(time.RFC3339); !ok || got != tt.start {
			t.Errorf("%s in %s begins at %s, want %s (%s)", tt.day, tt.zone, got, tt.start, tt.what)
		}
	}
}

func TestASkippedDayIsNotADayOfPublication(t *testing.T) {
	_, _, err := figure.ParsePublished("2011-12-30", zone(t, "Pacific/Apia"))
	const want = `figure/published: published "2011-12-30" is a day that was skipped in Pacific/Apia; write 2011-12-31`
	if err == nil || err.Error() != want {
		t.Errorf("it is %v, want %s", err, want)
	}
	if _, _, err := figure.ParsePublished("2011-12-30", zone(t, "Pacific/Auckland")); err != nil {
		t.Error(err)
	}
}

func TestADayReadsBackAsItWasWritten(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		day := figure.DayOf(0, 1, 1).Add(rapid.IntRange(0, 3652058).Draw(t, "n"))
		if back, ok := figure.ParseDay(day.String()); !ok || back != day {
			t.Fatalf("%s reads back as %s, %v", day, back, ok)
		}
	})
}

func TestATextThatIsNotADayIsNotReadAsOne(t *testing.T) {
	for _, text := range []string{"", "2023-2-1", "2023-02-29", "2023-13-01", "2023-02-30", "2023/02/01", "2023-02-01 ", "20230201", "2023-02-01T00:00:00Z", "-2023-02-01"} {
		if day, ok := figure.ParseDay(text); ok {
			t.Errorf("%q is read as %s", text, day)
		}
	}
}
