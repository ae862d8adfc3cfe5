package release_test

import (
	"testing"
	"time"

	"github.com/tidemark-stats/tidemark/book/booktest"
	"github.com/tidemark-stats/tidemark/book/release"
	"github.com/tidemark-stats/tidemark/catalog"
	"github.com/tidemark-stats/tidemark/figure"
	"github.com/tidemark-stats/tidemark/store"
)

func after(t *testing.T, indicator, newest string) *release.Release {
	t.Helper()
	i, ok := catalog.Ningbo().Indicator(indicator)
	if !ok {
		t.Fatalf("no indicator %s", indicator)
	}
	p, err := figure.ParsePeriod(newest)
	if err != nil {
		t.Fatal(err)
	}
	return &release.Release{Indicator: i, Area: "330200", Newest: p}
}

func TestJanuaryIsReleasedWithFebruary(t *testing.T) {
	next, ok := after(t, "trade_exports", "2025-12").Next()
	if want := figure.Month(2026, 2); !ok || next != want {
		t.Errorf("after December comes %s, want %s", next, want)
	}
}

func TestAnAgencyIsRemindedTwoWorkingDaysBefore(t *testing.T) {
	for _, c := range []struct{ indicator, newest, due, reminder string }{
		{"container_throughput", "2026-07", "2026-09-10", "2026-09-08"},
		{"container_throughput", "2026-08", "2026-10-10", "2026-10-08"}, // the 10th is a worked Saturday after National Day
		{"container_throughput", "2026-09", "2026-11-10", "2026-11-06"}, // over a weekend
		{"trade_exports", "2025-12", "2026-03-18", "2026-03-16"},
	} {
		r := after(t, c.indicator, c.newest)
		due, _ := r.Due()
		reminder, ok := r.Reminder(catalog.Ningbo())
		if !ok || due.Format(time.DateOnly) != c.due || reminder.Format(time.DateOnly) != c.reminder {
			t.Errorf("%s after %s: due %s, reminder %s, want %s and %s", c.indicator, c.newest, due, reminder, c.due, c.reminder)
		}
	}
}

func TestWithoutAnyFigureNothingIsDue(t *testing.T) {
	r := after(t, "container_throughput", "2026-07")
	r.Newest = figure.Period{}
	if _, ok := r.Reminder(catalog.Ningbo()); ok {
		t.Error("a reminder of figures that were never reported")
	}
}

func TestAnAreaThatReportsOccasionallyMissesNothing(t *testing.T) {
	of := func(area string) store.Vintage {
		v := booktest.Published("container_throughput", "2013-10", 30000, "2013-11-10")
		v.Area = area
		return v
	}
	for _, r := range release.All(catalog.Ningbo(), booktest.Of(t, of("ZSPA"), of("NBZS")), time.Time{}) {
		_, due := r.Due()
		if r.Indicator.Code == "container_throughput" && due != (r.Area == "NBZS") {
			t.Errorf("a release of %s is due: %t", r.Area, due)
		}
	}
}
