package verdict

import (
	"math"
	"strings"
	"testing"
)

// fell are years of a balance of trade of which two ended well below their
// value to October and November.
const fell = "level 2018 75, 2019 80, 2020 90, 2021 70, 2022 85, 2023 60\n" +
	"ytd 2018-10 69, 2019-10 76, 2020-10 121, 2021-10 64, 2022-10 81, 2023-10 101\n" +
	"ytd 2018-11 70, 2019-11 75, 2020-11 120, 2021-11 65, 2022-11 80, 2023-11 100\n"

func TestAYearThatMayFallIsProjectedByTheYearsThatFellToo(t *testing.T) {
	s := judged(t, "kind: annual_total\nindicator: balance\nvalue: 90 亿元\nby: 2024", fell+"ytd 2024-11 91", "2024-12-15")
	if s.Verdict != AtRisk || s.Low.Value > 60e8 || s.Pace.Cases != 5 {
		t.Errorf("%s, tested in %d years: %s", s.Verdict, s.Pace.Cases, s.Reason.EN)
	}
}

func TestALimitDoesNotSlipWhileTheYearMayStillFallBelowIt(t *testing.T) {
	s := judged(t, "kind: annual_total\nindicator: deficit\nvalue: 100 亿元\nby: 2024", fell+"ytd 2024-10 125, 2024-11 124", "2024-12-15")
	if s.Verdict == Slipping || s.Low.Value > 100e8 {
		t.Errorf("%s: %s", s.Verdict, s.Reason.EN)
	}
}

func TestAYearThatMayFallIsNotProjectedByYearsBelowZero(t *testing.T) {
	for _, past := range []string{"level 2022 -5\nytd 2022-11 80\n", "level 2022 85\nytd 2022-11 -3\n", "level 2022 0\nytd 2022-11 80\n"} {
		figures := strings.NewReplacer(", 2022 85", "", ", 2022-11 80", "").Replace(fell) + past
		s := judged(t, "kind: annual_total\nindicator: balance\nvalue: 90 亿元\nby: 2024", figures+"ytd 2024-11 91", "2024-12-15")
		if s.Verdict != TooEarly || !strings.Contains(s.Reason.EN, "earlier years were at zero or below it") {
			t.Errorf("after %q: %s: %s", past, s.Verdict, s.Reason.EN)
		}
	}
}

func TestASumThatCannotFallIsNeverProjectedBelowTheYearToDate(t *testing.T) {
	figures := strings.NewReplacer("2020-11 120", "2020-11 85", "2023-11 100", "2023-11 55", "2020-10 121", "2020-10 80", "2023-10 101", "2023-10 50").Replace(fell)
	s := judged(t, "kind: annual_total\nindicator: throughput\nvalue: 120 万TEU\nby: 2024", figures+"ytd 2024-11 91", "2024-12-15")
	if !s.Low.Known || s.Low.Value < s.Value.Value {
		t.Errorf("%s: %s", s.Verdict, s.Reason.EN)
	}
}

func TestASumOfYearsAboveAndBelowZeroSaysWhatIsNeeded(t *testing.T) {
	for _, c := range []struct {
		goal, figures string
		required      float64 // 亿元 a month in the 18 months left
	}{
		{"-200", "level 2020 -40, 2021 -45, 2022 -50, 2023 -60\nytd 2024-06 -20", -70.0 / 18},
		{"200", "level 2020 130, 2021 140, 2022 150, 2023 80\nytd 2024-06 -20", -10.0 / 18},
		{"300", "level 2020 130, 2021 140, 2022 150, 2023 80\nytd 2024-06 20", 50.0 / 18},
	} {
		s := judged(t, "kind: cumulative\nindicator: balance\nfrom: 2022\nby: 2025\nvalue: "+c.goal+" 亿元", c.figures, "2024-07-15")
		if math.Abs(s.Required.Value/1e8-c.required) > 1e-6 {
			t.Errorf("for %s: %v a month needed, want %v", c.goal, s.Required.Value/1e8, c.required)
		}
		if s.Verdict != TooEarly || s.Projection.Known || !strings.Contains(s.Reason.EN, "above and below zero") {
			t.Errorf("for %s: %s, projection %v: %s", c.goal, s.Verdict, s.Projection, s.Reason.EN)
		}
	}
}

func TestASumOfYearsThatMayFallIsProjectedInItsLastYear(t *testing.T) {
	s := judged(t, "kind: cumulative\nindicator: balance\nfrom: 2023\nby: 2024\nvalue: 150 亿元", fell+"ytd 2024-11 91", "2024-12-15")
	if s.Verdict != AtRisk || s.Low.Value >= s.Value.Value {
		t.Errorf("%s, %v so far: %s", s.Verdict, s.Value.Value, s.Reason.EN)
	}
}

func TestASumAfterAYearOfNothingNamesThatYear(t *testing.T) {
	s := judged(t, "kind: cumulative\nindicator: throughput\nfrom: 2022\nby: 2026\nvalue: 200 万TEU", "level 2022 30, 2023 0", "2024-02-15")
	if s.Verdict != TooEarly || !strings.Contains(s.Reason.EN, "the newest full year is not positive") {
		t.Errorf("%s: %s", s.Verdict, s.Reason.EN)
	}
}
