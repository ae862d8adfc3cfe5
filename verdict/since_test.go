package verdict

import (
	"testing"
	"time"

	"github.com/tidemark-stats/tidemark/figure"
)

func TestAGoalThatChangesIsTheOneOfTheDay(t *testing.T) {
	const yaml = `kind: annual_total
indicator: throughput
value: 1275 万TEU
by: 2024
since:
  - {day: 2024-09-01, value: 1400 万TEU}`
	const figures = "level 2020 1000, 2021 1060, 2022 1150, 2023 1210\nytd 2020-06 480, 2021-06 500, 2022-06 560, 2023-06 575, 2024-06 610"
	target := parsed(t, yaml)
	h := history(t, target.Indicator, figures)
	for on, want := range map[string]struct {
		goal    float64
		verdict Verdict
	}{"2024-07-15": {1275e4, OnTrack}, "2024-08-31": {1275e4, Overdue}, "2024-09-01": {1400e4, Overdue}} {
		at, _ := time.Parse(time.DateOnly, on)
		s := Judge(target, h, at)
		if s.Goal.Value != want.goal || s.Verdict != want.verdict || s.Target.Value.Float64() != want.goal {
			t.Errorf("on %s: %v, %s; want %v, %s", on, s.Goal, s.Verdict, want.goal, want.verdict)
		}
	}
}

func TestTheGoalOfAPeriodIsTheOneAtItsEnd(t *testing.T) {
	target := parsed(t, "kind: floor\nindicator: entities\nvalue: 100 万户\nby: 2026\nsince:\n  - {day: 2024-06-01, value: 120 万户}")
	h := history(t, target.Indicator, "level 2022 105, 2023 110, 2024 125")
	s := Judge(target, h, time.Date(2025, 2, 1, 0, 0, 0, 0, time.UTC))
	if s.Verdict != OnTrack || len(s.Broken) != 0 || s.Goal.Value != 120e4 {
		t.Errorf("%s, broken in %v, goal %v; years before the change kept their own line", s.Verdict, s.Broken, s.Goal)
	}
	line := Line(s, h)
	if len(line) != 3 || line[0].Plan.Value != 100e4 || line[1].Plan.Value != 100e4 || line[2].Plan.Value != 120e4 {
		t.Errorf("the line is %+v, want a step", line)
	}
	before := Judge(target, h, time.Date(2024, 2, 1, 0, 0, 0, 0, time.UTC))
	if got := GoalOf(before, figure.Year(2025)).Value; got != 100e4 {
		t.Errorf("known before the change the goal of 2025 is %v", got)
	}
}
