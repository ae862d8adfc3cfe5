package catalog

import (
	"strings"
	"testing"

	"github.com/tidemark-stats/tidemark/figure"
)

func date(t *testing.T, s string) figure.Day {
	t.Helper()
	d, ok := figure.ParseDay(s)
	if !ok {
		t.Fatalf("%s is not a date", s)
	}
	return d
}

func TestWorkingDaysFollowTheAnnouncedHolidays(t *testing.T) {
	for day, want := range map[string]bool{
		"2026-11-23": true,  // a Monday
		"2026-11-22": false, // a Sunday
		"2026-10-02": false, // National Day
		"2026-10-10": true,  // a Saturday worked for it
		"2026-02-13": true,
		"2026-02-14": true, // a Saturday worked for the Spring Festival
		"2026-02-16": false,
		"2026-02-23": false,
		"2026-02-24": true,
		"2029-02-13": false, // known in advance
		"2040-10-01": true,  // not announced
	} {
		if got := Ningbo().WorkingDay(date(t, day)); got != want {
			t.Errorf("%s is a working day: %t", day, got)
		}
	}
}

func TestWorkingDaysAreCountedBackOverHolidaysAndWeekends(t *testing.T) {
	for _, c := range []struct {
		day  string
		n    int
		want string
	}{
		{"2026-11-18", 2, "2026-11-16"},
		{"2026-11-16", 2, "2026-11-12"}, // over a weekend
		{"2026-10-10", 2, "2026-10-08"},
		{"2026-10-08", 1, "2026-09-30"}, // over National Day
		{"2026-02-24", 2, "2026-02-13"}, // over the Spring Festival; the 14th is worked
		{"2026-11-18", 0, "2026-11-18"},
	} {
		if got := Ningbo().WorkingDaysBefore(date(t, c.day), c.n); got != date(t, c.want) {
			t.Errorf("%d working days before %s: %s, want %s", c.n, c.day, got, c.want)
		}
	}
}

func TestAMistakeInAHolidayIsReportedWithItsPosition(t *testing.T) {
	file := string(ningbo)
	for name, c := range map[string]struct{ from, to, want string }{
		"an end before its beginning": {"from: 2026-10-01, to: 2026-10-07", "from: 2026-10-01, to: 2026-09-07", "to 2026-09-07 is not within the 31 days from 2026-10-01 on"},
		"a whole year":                {"from: 2026-10-01, to: 2026-10-07", "from: 2026-10-01, to: 2027-10-07", "to 2027-10-07 is not within the 31 days"},
		"no date":                     {"from: 2026-10-01, to: 2026-10-07", "from: 1 October, to: 2026-10-07", `from "1 October" is not a date, write it like 2023-10-18`},
		"a day in two holidays":       {"from: 2026-10-01, to: 2026-10-07", "from: 2026-09-26, to: 2026-10-07", "2026-09-26 is given twice"},
		"a day off that is worked":    {"work: [2026-09-20", "work: [2026-10-03", "2026-10-03 is given twice"},
		"a worked day that is none":   {"work: [2026-09-20", "work: [Saturday", `work "Saturday" is not a date`},
		"no name":                     {"from: 2026-10-01, to: 2026-10-07, name: {zh: 国庆节, en: National Day}", "from: 2026-10-01, to: 2026-10-07", `lacks "name"`},
		"an unknown key":              {"from: 2026-10-01, to: 2026-10-07", "from: 2026-10-01, until: 2026-10-07", "until"},
	} {
		t.Run(name, func(t *testing.T) {
			changed := strings.Replace(file, c.from, c.to, 1)
			if changed == file {
				t.Fatal("the catalogue does not contain what is to be changed")
			}
			_, err := Parse("city.yaml", []byte(changed))
			if err == nil || !strings.Contains(err.Error(), c.want) || !strings.Contains(err.Error(), "city.yaml:") {
				t.Errorf("the error is %v, want %q", err, c.want)
			}
		})
	}
}
