package verdict

import (
	"fmt"
	"math"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/tidemark-stats/tidemark/book/derive"
	"github.com/tidemark-stats/tidemark/catalog"
	"github.com/tidemark-stats/tidemark/figure"
	"github.com/tidemark-stats/tidemark/internal/lang"
)

// monthly writes twelve months, or as many as there are values, in the format
// of history.
func monthly(measure string, year int, values ...float64) string {
	parts := make([]string, len(values))
	for i, v := range values {
		parts[i] = fmt.Sprintf("%d-%02d %g", year, i+1, v)
	}
	return measure + " " + strings.Join(parts, ", ") + "\n"
}

// steady is a year whose months rise evenly around a mean.
func steady(year int, mean float64, months int) string {
	values := make([]float64, months)
	for i := range values {
		values[i] = mean + (float64(i)-5.5)/2
	}
	return monthly("level", year, values...)
}

const prices2024 = "kind: level_by\nindicator: prices\nvalue: %s 点\nby: 2024"

func TestAYearOfAnAverageIsProjectedAsTheMeanOfItsMonths(t *testing.T) {
	past := steady(2020, 100, 12) + steady(2021, 102, 12) + steady(2022, 104, 12) + steady(2023, 106, 12)
	s := judged(t, fmt.Sprintf(prices2024, "109"), past+steady(2024, 108, 6), "2024-07-15")
	if math.Abs(s.Projection.Value-108) > 0.1 || s.Verdict != OnTrack || math.Abs(s.Value.Value-106.5) > 1e-9 || s.Period != figure.Month(2024, 6) {
		t.Errorf("projected %v from %v of %s, %s; want 108 from 106.5 of 2024-06, on track", s.Projection, s.Value, s.Period, s.Verdict)
	}
	if want := (109*12 - 106.5*6) / 6; s.Remaining != 6 || math.Abs(s.Required.Value-want) > 1e-9 {
		t.Errorf("required are %v in each of %d, want %v in 6", s.Required, s.Remaining, want)
	}
	if s.Low.Value > s.Projection.Value || s.High.Value < s.Projection.Value || s.High.Value > 110 {
		t.Errorf("the band is %v to %v", s.Low, s.High)
	}
}

func TestAYearOfAnAverageIsNotDecidedByItsFirstMonths(t *testing.T) {
	s := judged(t, "kind: level_by\nindicator: prices\nvalue: 110 点\nby: 2024", steady(2023, 100, 12)+steady(2024, 100, 2), "2024-03-15")
	if s.Verdict == Met || s.Verdict == Missed {
		t.Errorf("two months of twelve give %s", s.Verdict)
	}
}

func TestAYearOfAnAverageIsFinalWithItsMean(t *testing.T) {
	for value, want := range map[string]Verdict{"108.1": Met, "107.9": Missed} {
		s := judged(t, fmt.Sprintf(prices2024, value), steady(2024, 108, 12), "2025-01-15")
		if s.Verdict != want || math.Abs(s.Value.Value-108) > 1e-9 {
			t.Errorf("a mean of %v against %s is %s, want %s", s.Value, value, s.Verdict, want)
		}
	}
	s := judged(t, fmt.Sprintf(prices2024, "108.1"), steady(2024, 108, 12)+"level 2024 108.2", "2025-01-15")
	if s.Verdict != Missed {
		t.Errorf("the published year does not take precedence over the mean: %s", s.Verdict)
	}
}

func TestTheLineOfAnAverageIsItsMeanToDate(t *testing.T) {
	past := steady(2020, 100, 12) + steady(2021, 102, 12) + steady(2022, 104, 12) + steady(2023, 106, 12)
	target := parsed(t, fmt.Sprintf(prices2024, "109"))
	h := history(t, target.Indicator, past+steady(2024, 108, 6))
	s := Judge(target, h, time.Date(2024, 7, 15, 0, 0, 0, 0, time.UTC))
	line := Line(s, h)
	if len(line) != 12 {
		t.Fatalf("%d points, want 12", len(line))
	}
	if june, end := line[5], line[11]; math.Abs(june.Projection.Value-106.5) > 1e-9 || math.Abs(june.Plan.Value-s.Plan.Value) > 1e-9 ||
		math.Abs(end.Plan.Value-109) > 1e-9 || math.Abs(end.Projection.Value-s.Projection.Value) > 1e-9 {
		t.Errorf("June %+v, December %+v, state %v plan %v", june, end, s.Projection, s.Plan)
	}
}

func TestAnAverageIsJudgedAsAFlowOfItsParts(t *testing.T) {
	flow := parsed(t, "kind: annual_total\nindicator: throughput\nvalue: 1200 TEU\nby: 2024").Indicator
	rapid.Check(t, func(r *rapid.T) {
		k := rapid.IntRange(2, 11).Draw(r, "months")
		var parts, months []derive.Value
		for year := 2019; year <= 2024; year++ {
			for m := 1; m <= 12; m++ {
				if year == 2024 && m > k {
					break
				}
				v := derive.Value{Measure: figure.Level, Period: figure.Month(year, m), Value: rapid.Float64Range(50, 150).Draw(r, "value"), Status: figure.Normal}
				months = append(months, v)
				v.Value /= 12
				parts = append(parts, v)
			}
		}
		average := parsed(t, fmt.Sprintf(prices2024, "109")).Indicator
		got, ok := projected(derive.New(average, months...), 2024, k)
		want, known := projected(derive.New(flow, parts...), 2024, k)
		if ok != known || got.Method != want.Method || math.Abs(got.Centre-want.Centre) > 1e-9*want.Centre || math.Abs(got.Half-want.Half) > 1e-9 {
			r.Fatalf("projected %+v, want %+v", got, want)
		}
	})
}

// rebased is the example's flow with a break from the catalogue.
func rebased(t *testing.T, yaml, period string) *catalog.Target {
	t.Helper()
	target := *parsed(t, yaml)
	i := *target.Indicator
	p, err := figure.ParsePeriod(period)
	if err != nil {
		t.Fatal(err)
	}
	i.Breaks = []catalog.Break{{Period: p, Note: lang.Text{ZH: "新口径", EN: "new coverage"}}}
	target.Indicator = &i
	return &target
}

func TestNothingIsProjectedAcrossABreak(t *testing.T) {
	const annual = "kind: annual_total\nindicator: throughput\nvalue: 1300 万TEU\nby: %d"
	figures := "level 2019 900, 2020 1000, 2021 1060, 2022 1150, 2023 1210, 2024 1290, 2025 1380\n" +
		"ytd 2019-06 430, 2020-06 480, 2021-06 500, 2022-06 560, 2023-06 575, 2024-06 610, 2025-06 650, 2026-06 700"
	for _, c := range []struct {
		name, broken, on string
		by               int
		want             Verdict
		method           bool
	}{
		{"a break in the year before leaves no case", "2023", "2024-07-15", 2024, TooEarly, false},
		{"a break within the year leaves none either", "2024-03", "2024-07-15", 2024, TooEarly, false},
		{"enough years behind the break do", "2023", "2026-07-15", 2026, OnTrack, true},
		{"a year before the break is judged by the years before", "2025", "2024-07-15", 2024, AtRisk, true},
		{"a published year is judged though a break runs through it", "2024-03", "2025-07-15", 2024, Missed, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			target := rebased(t, fmt.Sprintf(annual, c.by), c.broken)
			on, _ := time.Parse(time.DateOnly, c.on)
			var known []derive.Value
			for v := range history(t, parsed(t, fmt.Sprintf(annual, c.by)).Indicator, figures).Figures(figure.YTD, figure.Monthly) {
				if v.Period.End().Before(on) && !v.Derived {
					known = append(known, v)
				}
			}
			for v := range history(t, parsed(t, fmt.Sprintf(annual, c.by)).Indicator, figures).Figures(figure.Level, figure.Annual) {
				if v.Period.End().Before(on) {
					known = append(known, v)
				}
			}
			s := Judge(target, derive.New(target.Indicator, known...), on)
			if s.Verdict != c.want || (s.Method != "") != c.method {
				t.Errorf("%s by %q: %s; want %s", s.Verdict, s.Method, s.Reason.EN, c.want)
			}
			if said := strings.Contains(s.Reason.EN, "the series breaks at "+c.broken+" (new coverage)"); said != (c.want == TooEarly) {
				t.Errorf("the break is named: %t, in %q", said, s.Reason.EN)
			}
		})
	}
}

func TestABaseFromBeforeABreakIsNotUsed(t *testing.T) {
	multiple := "kind: multiple\nindicator: entities\nvalue: 2\nbase: 2021\nby: 2026"
	target := rebased(t, multiple, "2023")
	figures := []derive.Value{}
	for year, v := range map[int]float64{2021: 100, 2022: 120, 2023: 150, 2024: 180} {
		figures = append(figures, derive.Value{Measure: figure.Level, Period: figure.Year(year), Value: v, Status: figure.Normal})
	}
	on := time.Date(2025, 2, 1, 0, 0, 0, 0, time.UTC)
	s := Judge(target, derive.New(target.Indicator, figures...), on)
	if s.Verdict != NoData || s.Goal.Known || !strings.Contains(s.Reason.EN, "the series breaks at 2023") {
		t.Errorf("%s, goal %v: %s", s.Verdict, s.Goal, s.Reason.EN)
	}
	target.BaseValue = figure.NewDecimal(140, 0) // restated in the new coverage
	if s := Judge(target, derive.New(target.Indicator, figures...), on); s.Goal.Value != 280 {
		t.Errorf("with a base value the goal is %v, want 280", s.Goal)
	}
}

func TestNothingSlipsInTheYearsAfterABreak(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		target := rebased(t, "kind: annual_total\nindicator: throughput\nvalue: 1300 TEU\nby: 2024", "2023-05")
		var all, behind []derive.Value
		for year := 2019; year <= 2024; year++ {
			for m := 1; m <= 12 && (year < 2024 || m <= 6); m++ {
				v := derive.Value{Measure: figure.Level, Period: figure.Month(year, m), Value: rapid.Float64Range(1, 200).Draw(r, "value"), Status: figure.Normal}
				if all = append(all, v); v.Period.Compare(figure.Month(2023, 5)) >= 0 {
					behind = append(behind, v)
				}
			}
		}
		on := time.Date(2024, 7, 15, 0, 0, 0, 0, time.UTC)
		whole, part := Judge(target, derive.New(target.Indicator, all...), on), Judge(target, derive.New(target.Indicator, behind...), on)
		if whole.Verdict != part.Verdict || whole.Projection != part.Projection || whole.Reason != part.Reason {
			r.Fatalf("%s %q, but without the figures before the break %s %q", whole.Verdict, whole.Reason.EN, part.Verdict, part.Reason.EN)
		}
	})
}
