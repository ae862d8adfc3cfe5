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
