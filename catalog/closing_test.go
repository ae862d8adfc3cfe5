package catalog

import (
	"os"
	"strings"
	"testing"
)

// closed is the calendar of testdata/valid.yaml with a rule by which periods close.
func closed(t *testing.T, rule string) *Calendar {
	t.Helper()
	text, err := os.ReadFile("testdata/valid.yaml")
	if err != nil {
		t.Fatal(err)
	}
	cat, err := Parse("closed.yaml", []byte(strings.Replace(string(text), "    grace_days: 10\n", "    grace_days: 10\n    closes: "+rule+"\n", 1)))
	if err != nil {
		t.Fatal(err)
	}
	return cat.calendars["monthly"]
}

func TestAPeriodClosesAtTheEndOfADay(t *testing.T) {
	for _, c := range []struct{ rule, period, want string }{
		{"{after: year, months_later: 9, day: 30}", "2023-01", "2024-10-01"},
		{"{after: year, months_later: 9, day: 30}", "2023-12", "2024-10-01"},
		{"{after: year, months_later: 9, day: 31}", "2023-Q4", "2024-10-01"},
		{"{after: year, months_later: 9, day: 30}", "2023", "2024-10-01"},
		{"{after: year, months_later: 14, day: 31}", "2022-05", "2024-03-01"},
		{"{after: period, months_later: 2, day: 15}", "2023-11", "2024-01-16"},
		{"{after: period, months_later: 12, day: 31}", "2023-02", "2024-03-01"},
	} {
		at, ok := closed(t, c.rule).Closes(period(t, c.period))
		if !ok || !at.Equal(moment(t, c.want)) {
			t.Errorf("%s: %s closes at %s, %t, not %s", c.rule, c.period, at, ok, c.want)
		}
	}
}

func TestAPeriodOfACalendarWithoutTheRuleStaysOpen(t *testing.T) {
	if at, ok := ningboCalendar(t, "port_monthly").Closes(period(t, "1990-01")); ok {
		t.Errorf("it closes at %s", at)
	}
}
