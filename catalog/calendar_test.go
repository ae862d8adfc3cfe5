package catalog

import (
	"testing"
	"time"

	"github.com/tidemark-stats/tidemark/figure"
)

func ningboCalendar(t *testing.T, code string) *Calendar {
	t.Helper()
	c, ok := Ningbo().calendars[code]
	if !ok {
		t.Fatalf("no calendar %s", code)
	}
	return c
}

// moment reads a day or a minute in Ningbo.
func moment(t *testing.T, s string) time.Time {
	t.Helper()
	layout := "2006-01-02 15:04"
	at, err := time.ParseInLocation(layout[:len(s)], s, Ningbo().Location())
	if err != nil {
		t.Fatal(err)
	}
	return at
}

func TestDueFollowsRuleAndExactDates(t *testing.T) {
	for _, c := range []struct{ calendar, period, want string }{
		{"port_monthly", "2023-01", "2023-02-10"},
		{"port_monthly", "2023-12", "2024-01-10"},
		// Every monthly customs bulletin of 2025.
		{"customs_monthly", "2024-12", "2025-01-18"},
		{"customs_monthly", "2025-02", "2025-03-18"},
		{"customs_monthly", "2025-11", "2025-12-18"},
		{"statistics_monthly", "2022-12", "2023-01-17"},
		{"statistics_monthly", "2023-02", "2023-03-15"},
		{"statistics_monthly", "2025-06", "2025-07-15"},
		{"statistics_quarterly", "2023-Q1", "2023-04-18"},
		{"statistics_quarterly", "2024-Q4", "2025-01-18"},
		{"annual", "2023", "2024-03-31"},
	} {
		due, ok := ningboCalendar(t, c.calendar).Due(period(t, c.period))
		if !ok || !due.Equal(moment(t, c.want)) {
			t.Errorf("%s %s: got %s, %v, want %s", c.calendar, c.period, due, ok, c.want)
		}
	}
}

func TestAPeriodThatIsNotReleasedAloneIsNeverDue(t *testing.T) {
	for _, c := range []struct{ calendar, period string }{
		{"statistics_monthly", "2024-01"},
		{"customs_monthly", "2025-01"},
		{"statistics_monthly", "2024-Q1"},
		{"annual", "2024-12"},
	} {
		if due, ok := ningboCalendar(t, c.calendar).Due(period(t, c.period)); ok {
			t.Errorf("%s %s: due %s", c.calendar, c.period, due)
		}
	}
}

func TestTheLastDayOfAShortMonthReplacesALaterOne(t *testing.T) {
	c := &Calendar{location: time.UTC, rules: map[figure.Frequency]releaseRule{figure.Monthly: {monthsLater: 1, day: 31}}}
	for p, want := range map[figure.Period]string{
		figure.Month(2024, 1): "2024-02-29", figure.Month(2023, 1): "2023-02-28",
		figure.Month(2023, 3): "2023-04-30", figure.Month(2023, 12): "2024-01-31",
	} {
		if due, _ := c.Due(p); due.Format(time.DateOnly) != want {
			t.Errorf("%s: got %s, want %s", p, due.Format(time.DateOnly), want)
		}
	}
}

func TestDueAndOverdueAreDaysOfTheCitysClock(t *testing.T) {
	saoPaulo, err := time.LoadLocation("America/Sao_Paulo")
	if err != nil {
		t.Fatal(err)
	}
	c := &Calendar{location: saoPaulo, Grace: 20, rules: map[figure.Frequency]releaseRule{figure.Monthly: {monthsLater: 1, day: 4}}}
	for _, tt := range []struct {
		period       figure.Period
		due, overdue string
	}{
		{figure.Month(2018, 10), "2018-11-04T03:00:00Z", "2018-11-24T02:00:00Z"}, // there is no midnight on the 4th
		{figure.Month(2018, 9), "2018-10-04T03:00:00Z", "2018-10-24T03:00:00Z"},
		{figure.Month(2018, 1), "2018-02-04T02:00:00Z", "2018-02-24T03:00:00Z"}, // clocks go back in between
	} {
		due, _ := c.Due(tt.period)
		overdue, _ := c.Overdue(tt.period)
		if got := due.UTC().Format(time.RFC3339); got != tt.due {
			t.Errorf("%s is due at %s, want %s", tt.period, got, tt.due)
		}
		if got := overdue.UTC().Format(time.RFC3339); got != tt.overdue {
			t.Errorf("%s is overdue at %s, want %s", tt.period, got, tt.overdue)
		}
		if p, _ := c.Late(figure.Monthly, overdue); p != tt.period {
			t.Errorf("at %s %s is overdue, want %s", overdue, p, tt.period)
		}
		if p, _ := c.Late(figure.Monthly, overdue.Add(-1)); p != tt.period.Prev() {
			t.Errorf("just before %s %s is overdue, want %s", overdue, p, tt.period.Prev())
		}
	}
}

func TestCurrentIsTheNewestPeriodThatIsDue(t *testing.T) {
	for _, c := range []struct{ calendar, at, want string }{
		{"port_monthly", "2023-02-09 23:59", "2022-12"},
		{"port_monthly", "2023-02-10", "2023-01"},
		// December stays current until the figures of January and February.
		{"statistics_monthly", "2023-01-17", "2022-12"},
		{"statistics_monthly", "2023-03-14 23:59", "2022-12"},
		{"statistics_monthly", "2023-03-15", "2023-02"},
		{"customs_monthly", "2025-03-17", "2024-12"},
		{"statistics_quarterly", "2023-10-17", "2023-Q2"},
		{"statistics_quarterly", "2023-10-18", "2023-Q3"},
		{"annual", "2024-03-30", "2022"},
		{"annual", "2024-03-31", "2023"},
	} {
		want := period(t, c.want)
		got, ok := ningboCalendar(t, c.calendar).Current(want.Frequency(), moment(t, c.at))
		if !ok || got != want {
			t.Errorf("%s at %s: got %s, %v, want %s", c.calendar, c.at, got, ok, want)
		}
	}
}

func TestTheDayIsTheCataloguesDay(t *testing.T) {
	// 16:00 UTC is midnight in Ningbo.
	at := time.Date(2023, 2, 9, 16, 0, 0, 0, time.UTC)
	if got, _ := ningboCalendar(t, "port_monthly").Current(figure.Monthly, at); got != figure.Month(2023, 1) {
		t.Errorf("got %s", got)
	}
}

func TestACalendarWithoutARuleForAFrequencyHasNoCurrentPeriod(t *testing.T) {
	if got, ok := ningboCalendar(t, "annual").Current(figure.Monthly, moment(t, "2024-01-01")); ok {
		t.Errorf("got %s", got)
	}
}

// On every day of ten years the current period is due, and the next one that
// is released is not.
func TestCurrentAndDueAgree(t *testing.T) {
	for _, c := range Ningbo().Calendars {
		for f := range c.rules {
			for at := moment(t, "2020-01-01"); at.Year() < 2030; at = at.AddDate(0, 0, 1) {
				p, ok := c.Current(f, at)
				if due, released := c.Due(p); !ok || !released || due.After(at) {
					t.Fatalf("%s on %s: %s is not due", c.Code, at, p)
				}
				next := p.Next()
				due, released := c.Due(next)
				for !released {
					next = next.Next()
					due, released = c.Due(next)
				}
				if !due.After(at) {
					t.Fatalf("%s on %s: %s is due, but %s is current", c.Code, at, next, p)
				}
			}
		}
	}
}
