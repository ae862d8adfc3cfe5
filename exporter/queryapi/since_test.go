package queryapi

import (
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/tidemark-stats/tidemark/book/booktest"
	"github.com/tidemark-stats/tidemark/catalog"
	"github.com/tidemark-stats/tidemark/store"
)

// ported is harbour with a goal for boxes in 2025.
func ported(t *testing.T, goal string) *catalog.Catalog {
	t.Helper()
	city, err := os.ReadFile("../testdata/city.yaml")
	if err != nil {
		t.Fatal(err)
	}
	c, err := catalog.Parse("city.yaml", []byte(string(city)+`  - id: boxes_2025
    name: {zh: 箱量, en: boxes}
    wording: boxes
    source: made up for a test
    kind: annual_total
    indicator: boxes
    area: H1
    by: 2025
`+goal))
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// years are months of boxes that grow every year, up to July 2025.
func years() (all []store.Vintage) {
	for year := 2019; year <= 2025; year++ {
		for month := 1; month <= 12 && (year < 2025 || month <= 7); month++ {
			known := time.Date(year, time.Month(month)+1, 10, 0, 0, 0, 0, time.UTC).Format(time.DateOnly)
			all = append(all, booktest.Published("boxes", fmt.Sprintf("%d-%02d", year, month), float64(4000000+500000*(year-2019)+1000*month), known))
		}
	}
	return all
}

func TestAsOfShowsTheGoalOfThatDay(t *testing.T) {
	a := answerer{t, over(ported(t, "    value: 8000 万TEU\n    since: [{day: 2025-09-01, value: 9000 万TEU}]\n"), booktest.Of(t, years()...))}
	const labels = "area=H1 category=_T indicator=boxes target=boxes_2025 "
	for day, want := range map[string]string{"2025-08-20": "80000000", "2025-08-31": "80000000", "2025-09-01": "90000000"} {
		a.at("2026-01-01", `sum(tidemark_target_goal{target="boxes_2025",as_of="`+day+`"})`, want)
	}
	a.at("2026-01-01", `tidemark_target_verdict{target="boxes_2025",as_of="2025-08-20"} == 1`,
		strings.Replace(labels, "category", "as_of=2025-08-20 category", 1)+"verdict=on_track 1")
	a.at("2026-01-01", `tidemark_target_goal{target="boxes_2025"}`, labels+"90000000")
	if got := ranged(t, a.api, "2025-08-31", "2025-09-02", "1d", `sum(tidemark_target_goal{target="boxes_2025"})`); got != "2025-08-31:80000000 2025-09-01:90000000 2025-09-02:90000000" {
		t.Errorf("across the change it is %s", got)
	}
}

func TestAChangeOfTheGoalIsAStepOnTheChart(t *testing.T) {
	a := answerer{t, over(ported(t, "    value: 8000 万TEU\n    since: [{day: 2025-09-01, value: 9000 万TEU}]\n"), booktest.Of(t, years()...))}
	a.at("2025-12-31", `sum(tidemark_target_path{target="boxes_2025",line="goal"}) by (line)`, "line=goal 90000000")
	got := instant(t, a.api, "2025-12-31", `tidemark_target_path{target="boxes_2025",line="goal"}[1y]`)
	if !strings.Contains(got, " 2025-08-01:80000000 2025-09-01:90000000 2025-10-01:90000000") {
		t.Error(got)
	}
	got = instant(t, a.api, "2025-12-31", `tidemark_target_path{target="boxes_2025",line="goal",as_of="2025-08-20"}[1y]`)
	if !strings.Contains(got, " 2025-08-01:80000000 2025-09-01:80000000 2025-10-01:80000000") {
		t.Errorf("as of August: %s", got)
	}
}

func TestAGoalWithoutFiguresChangesToo(t *testing.T) {
	a := answerer{t, over(ported(t, "    value: 8000 万TEU\n    since: [{day: 2025-09-01, value: 9000 万TEU}]\n"), booktest.Of(t))}
	for day, want := range map[string]string{"2025-08-31": "80000000", "2025-09-01": "90000000"} {
		a.at(day, `sum(tidemark_target_goal{target="boxes_2025"})`, want)
	}
}
