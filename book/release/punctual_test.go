package release_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/tidemark-stats/tidemark/book/booktest"
	"github.com/tidemark-stats/tidemark/book/release"
	"github.com/tidemark-stats/tidemark/catalog"
)

func TestArrivalsAreOnTimeLateMissingOrExpected(t *testing.T) {
	cat := catalog.Ningbo()
	of := func(period, day string) (v struct{ period, day string }) { v.period, v.day = period, day; return v }
	b := booktest.Of(t)
	for _, c := range []struct{ period, day string }{of("2026-03", "2026-04-10"), of("2026-04", "2026-05-10"), of("2026-05", "2026-06-13"), of("2026-06", "2026-07-09")} {
		v := booktest.Published("container_throughput", c.period, 3e6, c.day)
		v.Area = "NBZS"
		var err error
		if b, err = b.Merge(booktest.Sequence(v)); err != nil {
			t.Fatal(err)
		}
	}
	at := func(day string) time.Time {
		when, err := time.ParseInLocation(time.DateOnly, day, cat.Location())
		if err != nil {
			t.Fatal(err)
		}
		return when
	}
	now := at("2026-08-12").Add(10 * time.Hour)
	var got []string
	for _, a := range release.Arrivals(cat, b, at("2026-01-01"), at("2026-10-01")) {
		state, days := a.State(now)
		got = append(got, fmt.Sprintf("%s %s %d %d", a.Period, a.Due.Format(time.DateOnly), state, days))
	}
	want := []string{
		fmt.Sprintf("2026-04 2026-05-10 %d 0", release.OnTime),
		fmt.Sprintf("2026-05 2026-06-10 %d 3", release.Late),
		fmt.Sprintf("2026-06 2026-07-10 %d 0", release.OnTime),
		fmt.Sprintf("2026-07 2026-08-10 %d 2", release.Missing),
		fmt.Sprintf("2026-08 2026-09-10 %d 0", release.Expected),
	}
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}
