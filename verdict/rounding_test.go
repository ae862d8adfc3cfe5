package verdict

import (
	"fmt"
	"math"
	"testing"

	"github.com/tidemark-stats/tidemark/verdict/projection"
)

// equal are months that are the same in every year from 2018 on and in the
// first ones of 2024.
func equal(measure string, value float64, months int) (all string) {
	for y := 2018; y < 2024; y++ {
		for k := 1; k <= 12; k++ {
			all += fmt.Sprintf("%s %d-%02d %g\n", measure, y, k, value)
		}
	}
	for k := 1; k <= months; k++ {
		all += fmt.Sprintf("%s 2024-%02d %g\n", measure, k, value)
	}
	return all
}

func TestEveryBandHasTheWidthOfTheRoundingAtLeast(t *testing.T) {
	months := "level 2018 120\nlevel 2019 120\nlevel 2020 120\nlevel 2021 120\nlevel 2022 120\nlevel 2023 120\n"
	for _, c := range []struct {
		name, target, figures, on string
		least                     float64 // relative; in points for growth
	}{
		{"a year's total", "kind: annual_total\nindicator: throughput\nvalue: 130 万TEU\nby: 2024", equal("level", 10, 9), "2024-10-15", projection.Rounding},
		{"a mean", "kind: level_by\nindicator: prices\nvalue: 90 点\nby: 2024", equal("level", 100, 9), "2024-10-15", projection.Rounding},
		{"a path of totals", "kind: annual_total\nindicator: throughput\nbase: 2020\nvalue: 130 万TEU\nby: 2026", months, "2024-02-15", projection.Rounding},
		{"a sum of years", "kind: cumulative\nindicator: throughput\nfrom: 2022\nvalue: 700 万TEU\nby: 2026", months, "2024-02-15", projection.Rounding / 2},
		{"a level", "kind: level_by\nindicator: shops\nbase: 2020\nvalue: 130 万户\nby: 2024", equal("level", 100, 6), "2024-07-15", projection.Rounding},
		{"a path of amounts", "kind: level_by\nindicator: backlog\nbase: 2018\nvalue: 0 件\nby: 2026", months, "2024-02-15", projection.Rounding},
		{"growth", "kind: growth\nindicator: throughput\nvalue: 6 %\nby: 2024",
			"yoy 2022 6.1, 2023 5.3\nytd_yoy 2022-11 6.1, 2023-11 5.3, 2024-11 5.9", "2024-12-15", rateRounding},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := judged(t, c.target, c.figures, c.on)
			least := c.least
			if c.name != "growth" {
				least *= math.Abs(s.Projection.Value)
			}
			if low, high := s.Projection.Value-s.Low.Value, s.High.Value-s.Projection.Value; !s.Low.Known || low < least*(1-1e-3) || high < least*(1-1e-3) {
				t.Errorf("%s: %v (%v to %v), want at least %v to both sides: %s", s.Verdict, s.Projection.Value, s.Low.Value, s.High.Value, least, s.Reason.EN)
			}
		})
	}
}

func TestGrowthThatMissesByItsRoundingDoesNotSlipByOneRelease(t *testing.T) {
	s := judged(t, "kind: growth\nindicator: throughput\nvalue: 6 %\nby: 2024",
		"yoy 2022 6.1, 2023 5.3\nytd_yoy 2022-11 6.1, 2023-11 5.3, 2024-11 5.9", "2024-12-15")
	if s.Verdict != AtRisk {
		t.Errorf("%s: %s", s.Verdict, s.Reason.EN)
	}
}
