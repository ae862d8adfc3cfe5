package verdict

import (
	"fmt"
	"strings"
	"testing"
)

// drawn is the line of a target on a day, one line of text per point.
func drawn(t *testing.T, yaml, figures, on string) string {
	t.Helper()
	s := judged(t, yaml, figures, on)
	var lines []string
	for _, p := range Line(s, history(t, s.Target.Indicator, figures)) {
		words := []string{p.Period.String()}
		for _, n := range []Number{p.Plan, p.Projection, p.Low, p.High} {
			if n.Known {
				words = append(words, fmt.Sprintf("%.0f", n.Value/1e4))
			}
		}
		lines = append(lines, strings.Join(words, " "))
	}
	return strings.Join(lines, "\n")
}

func TestTheLineOfAYearEndsAtTheProjection(t *testing.T) {
	got := drawn(t, year2024+"1300 万TEU", past+"ytd 2024-06 610", "2024-07-15")
	if !strings.Contains(got, "2024-06 622 610 610 610\n") || !strings.HasSuffix(got, "2024-12 1300 1280 1245 1315") {
		t.Errorf("got\n%s", got)
	}
}

func TestThePlanIsInterpolatedBetweenTheSharesThatAreKnown(t *testing.T) {
	got := drawn(t, year2024+"1200 万TEU", "ytd 2023-06 400\nlevel 2023 1000\nytd 2024-06 500", "2024-07-15")
	for _, want := range []string{"2024-03 240", "2024-06 480", "2024-09 840", "2024-12 1200"} {
		if !strings.Contains(got, want) {
			t.Errorf("there is no %s in\n%s", want, got)
		}
	}
}

func TestTheLineOfSeveralYearsGrowsFromBaseToGoal(t *testing.T) {
	got := drawn(t, "kind: annual_total\nindicator: throughput\nvalue: 4000 万TEU\nbase: 2021\nby: 2025",
		"level 2021 3108, 2022 3335, 2023 3530.08", "2024-02-05")
	want := "2021 3108\n2022 3310\n2023 3526 3530 3530 3530\n2024 3755 3762 3605 3926\n2025 4000 4009 3682 4366"
	if got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

func TestAFloorIsAHorizontalLine(t *testing.T) {
	got := drawn(t, monthFloor+"from: 2024-11", "level 2024-11 310", "2024-12-15")
	if got != "2024-11 300\n2024-12 300" {
		t.Errorf("got\n%s", got)
	}
}

func TestTheLineOfAGoalOfZeroOrLessIsStraight(t *testing.T) {
	for _, c := range []struct{ target, figures, want string }{
		{"kind: level_by\nindicator: backlog\nvalue: 0 件\nbase: 2020\nby: 2025", "level 2019 1100000, 2020 1000000, 2021 790000, 2022 620000, 2023 380000",
			"2020 100\n2021 80\n2022 60\n2023 40 38 38 38\n2024 20 19 19 30\n2025 0 0 0 22"},
		{"kind: annual_total\nindicator: balance\nvalue: -50 亿元\nbase: 2020\nby: 2025", "level 2018 -101, 2019 -104, 2020 -100, 2021 -92, 2022 -79, 2023 -71",
			"2020 -1000000\n2021 -900000\n2022 -800000\n2023 -700000 -710000 -710000 -710000\n"},
		{"kind: annual_total\nindicator: balance\nvalue: 50 亿元\nbase: 2020\nby: 2025", "level 2018 -101, 2019 -104, 2020 -100, 2021 -92, 2022 -79, 2023 -71",
			"2020 -1000000\n2021 -700000\n2022 -400000\n2023 -100000 -710000 -710000 -710000\n"},
	} {
		if got := drawn(t, c.target, c.figures, "2024-02-05"); !strings.HasPrefix(got, c.want) {
			t.Errorf("got\n%s\nwant\n%s", got, c.want)
		}
	}
}

func TestTheLastPointOfALineIsTheStateAtTheDeadline(t *testing.T) {
	shops := ""
	for y := 2018; y < 2024; y++ {
		shops += monthly("level", y, 100, 101, 102, 103, 104, 105, 106, 107, 108, 109, 110, 111)
	}
	for _, c := range []struct{ name, target, figures, on string }{
		{"a year in progress", year2024 + "1300 万TEU", past + "ytd 2024-06 610", "2024-07-15"},
		{"a path", "kind: annual_total\nindicator: throughput\nvalue: 4000 万TEU\nbase: 2021\nby: 2025", "level 2021 3108, 2022 3335, 2023 3530.08", "2024-02-05"},
		{"a way to zero", "kind: level_by\nindicator: backlog\nvalue: 0 件\nbase: 2020\nby: 2025", "level 2019 110, 2020 100, 2021 79, 2022 62, 2023 38", "2024-02-05"},
		{"a deficit", "kind: annual_total\nindicator: balance\nvalue: -50 亿元\nbase: 2020\nby: 2025", "level 2018 -101, 2019 -104, 2020 -100, 2021 -92, 2022 -79, 2023 -71", "2024-02-05"},
		{"a year that usually falls", "kind: annual_total\nindicator: balance\nvalue: 90 亿元\nby: 2024", fell + "ytd 2024-11 91", "2024-12-15"},
		{"a level of months by the end of the year", "kind: level_by\nindicator: shops\nvalue: 130 万户\nbase: 2020\nby: 2024", shops + "level 2024-06 107", "2024-07-15"},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := judged(t, c.target, c.figures, c.on)
			line := Line(s, history(t, s.Target.Indicator, c.figures))
			last := line[len(line)-1]
			if !s.Projection.Known || last.Projection != s.Projection || last.Low != s.Low || last.High != s.High || last.Plan != s.Goal {
				t.Errorf("the line ends at %+v, the state has %v (%v to %v)", last, s.Projection, s.Low, s.High)
			}
		})
	}
}
