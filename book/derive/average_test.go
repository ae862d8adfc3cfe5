package derive

import (
	"fmt"
	"math"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/tidemark-stats/tidemark/catalog"
	"github.com/tidemark-stats/tidemark/figure"
)

var average = &catalog.Indicator{Code: "average", Kind: catalog.Average, Frequencies: flow.Frequencies}

// The price index of two years as a statistics office published it: months,
// quarters and years are separate means and are published together.
var index = []string{
	"level 1996 40.9", "level 1997 44.3",
	"level 1996-Q1 41.3", "level 1996-Q2 41.1", "level 1996-Q3 40.9", "level 1996-Q4 40.5",
	"level 1997-Q1 41.9", "level 1997-Q2 44.3", "level 1997-Q3 44.3", "level 1997-Q4 46.6",
	"level 1996-01 38.6", "level 1996-02 43.9", "level 1996-03 42.0", "level 1996-04 42.3", "level 1996-05 39.8", "level 1996-06 41.0",
	"level 1996-07 39.8", "level 1996-08 40.3", "level 1996-09 42.2", "level 1996-10 40.5", "level 1996-11 41.1", "level 1996-12 40.0",
	"level 1997-01 39.7", "level 1997-02 44.7", "level 1997-03 41.4", "level 1997-04 44.1", "level 1997-05 43.3", "level 1997-06 45.3",
	"level 1997-07 43.3", "level 1997-08 43.5", "level 1997-09 45.6", "level 1997-10 45.6", "level 1997-11 48.2", "level 1997-12 46.1",
}

func TestGrowthComparesEachCellWithItselfAYearBefore(t *testing.T) {
	for _, kind := range []*catalog.Indicator{average, stock} {
		h := New(kind, figures(index...)...)
		for period, want := range map[string]float64{
			"1997-03": -1.4286, "1997-06": 10.4878, "1997-09": 8.0569, "1997-12": 15.25, "1997-Q4": 15.0617, "1997": 8.3130,
		} {
			v, ok := h.At(figure.YoY, parse(period))
			if got := math.Round(v.Value*1e4) / 1e4; !ok || got != want || !v.Derived {
				t.Errorf("%s: growth of %s is %v, want %v", kind.Kind, period, got, want)
			}
		}
	}
}

func TestCellsThatArePublishedTogetherAreNotMixed(t *testing.T) {
	for _, c := range []consequence{
		{"a month whose base is missing does not use the quarter's", stock, []string{"level 2022-Q1 41", "level 2023-03 45", "level 2023-Q1 44"}, figure.YoY, "2023-03", "nothing"},
		{"a missing month is not replaced by the quarter", stock, []string{"level 2022-03 41", "level 2023-Q1 44"}, figure.YoY, "2023-03", "nothing"},
		{"a year of a stock without levels of its own is December's", stock, []string{"level 2022-12 40", "level 2023-12 50"}, figure.YoY, "2023", "25 derived: (level 2023-12 ÷ level 2022-12 − 1) × 100"},
		{"a month does not have the growth of the quarter", stock, []string{"yoy 2023-Q1 5", "level 2023-03 44"}, figure.YoY, "2023-03", "nothing"},
		{"a stock that is published as growth only has that of the quarter", stock, []string{"yoy 2023-Q1 5"}, figure.YoY, "2023-03", "5 derived: yoy 2023-Q1"},
		{"December is not calculated back from the year's growth", stock, []string{"level 2023-12 50.5", "level 2023 40.5", "yoy 2023 25"}, figure.Level, "2022-12", "nothing"},
		{"the year is calculated back from its own growth", stock, []string{"level 2023-12 50.5", "level 2023 40.5", "yoy 2023 25"}, figure.Level, "2022", "32.4 derived: level 2023 ÷ (1 + yoy 2023 ÷ 100)"},
		{"where months and quarters differ no month is a quarter", stock, []string{"level 2023-03 45.1", "level 2023-Q1 44.1", "level 2023-06 46"}, figure.Level, "2023-Q2", "nothing"},
		{"where they differ only by rounding it is", stock, []string{"level 2023-03 4412", "level 2023-Q1 4400", "level 2023-06 46"}, figure.Level, "2023-Q2", "46 derived: level 2023-06"},
		{"January of a flow is compared with January", flow, []string{"level 2022-01 10", "ytd 2022-01 11", "level 2023-01 15", "ytd 2023-01 16"}, figure.YoY, "2023-01", "50 derived: (level 2023-01 ÷ level 2022-01 − 1) × 100"},
		{"a quarter of a flow is compared with the quarter", flow, []string{"level 2022-Q1 10", "ytd 2022-03 11", "level 2023-Q1 15", "ytd 2023-03 16"}, figure.YoY, "2023-Q1", "50 derived: (level 2023-Q1 ÷ level 2022-Q1 − 1) × 100"},
		{"a year of a flow is compared with the year", flow, []string{"level 2022 10", "ytd 2022-12 11", "level 2023 15", "ytd 2023-12 16"}, figure.YTDYoY, "2023-12", "45.454545 derived: (ytd 2023-12 ÷ ytd 2022-12 − 1) × 100"},
		{"there is no growth over a withheld month", flow, []string{"level 2022-01 -", "ytd 2022-01 11", "level 2023-01 15"}, figure.YoY, "2023-01", "nothing"},
	} {
		t.Run(c.name, c.holds)
	}
}

func TestAnAverageIsTheMeanOfItsPublishedMonths(t *testing.T) {
	year := []string{}
	for m := 1; m <= 12; m++ {
		year = append(year, fmt.Sprintf("level 2023-%02d %d", m, 100+m))
	}
	for _, c := range []struct {
		name    string
		figures []string
		measure figure.Measure
		period  string
		want    string
	}{
		{"a quarter", year, figure.Level, "2023-Q2", "105 derived: (level 2023-04 + level 2023-05 + level 2023-06) ÷ 3"},
		{"a year that is published", append(year[:12:12], "level 2023 106.4"), figure.Level, "2023", "106.4"},
		{"a month that is missing", year[:11], figure.Level, "2023-Q4", "nothing"},
		{"a month that is withheld", append(year[:11:11], "level 2023-12 -"), figure.Level, "2023", "nothing"},
		{"months do not follow from the year", append(year[:11:11], "level 2023 106.5"), figure.Level, "2023-12", "nothing"},
		{"there is no year-to-date", year, figure.YTD, "2023-06", "nothing"},
		{"nor its growth", append(year[:12:12], "level 2022-01 100"), figure.YTDYoY, "2023-01", "nothing"},
		{"the year is not the mean of quarters", []string{"level 2023-Q1 1", "level 2023-Q2 2", "level 2023-Q3 3", "level 2023-Q4 4"}, figure.Level, "2023", "nothing"},
		{"December's growth is not the year's", []string{"yoy 2023-12 2.5"}, figure.YoY, "2023", "nothing"},
		{"December's growth to date is the year's", []string{"ytd_yoy 2023-12 2.5"}, figure.YoY, "2023", "2.5 derived: ytd_yoy 2023-12"},
		{"an imputed month makes an imputed mean", append(year[:11:11], "level 2023-12 112 I"), figure.Level, "2023-Q4", "111 derived imputed: (level 2023-10 + level 2023-11 + level 2023-12) ÷ 3"},
	} {
		t.Run(c.name, func(t *testing.T) {
			v, ok := New(average, figures(c.figures...)...).At(c.measure, parse(c.period))
			expect(t, text(v, ok), c.want)
		})
	}
	h := New(average, figures(year...)...)
	if _, ok := h.LastTwelve(parse("2023-12")); ok {
		t.Error("an average has a sum of twelve months")
	}
	if _, ok := h.Daily(parse("2023-12")); ok {
		t.Error("an average has a daily average")
	}
}

func TestAnAverageOfQuartersMakesTheYear(t *testing.T) {
	quarterly := &catalog.Indicator{Code: "q", Kind: catalog.Average, Frequencies: []figure.Frequency{figure.Quarterly}}
	v, ok := New(quarterly, figures("level 2023-Q1 1", "level 2023-Q2 2", "level 2023-Q3 3", "level 2023-Q4 6")...).At(figure.Level, parse("2023"))
	expect(t, text(v, ok), "3 derived: (level 2023-Q1 + level 2023-Q2 + level 2023-Q3 + level 2023-Q4) ÷ 4")
}

func TestAMeanLiesBetweenItsMonths(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		h := New(average, anyFigures(t, true)...)
		for _, f := range []figure.Frequency{figure.Quarterly, figure.Annual} {
			for v := range h.Figures(figure.Level, f) {
				if v.form != mean {
					continue
				}
				low, high := math.Inf(1), math.Inf(-1)
				for _, term := range v.Terms() {
					low, high = min(low, term.Value), max(high, term.Value)
				}
				slack := 1e-9 * max(math.Abs(low), math.Abs(high))
				if len(v.Terms()) != 12/f.PerYear() || v.Value < low-slack || v.Value > high+slack {
					t.Fatalf("%s is %v = %s, months are between %v and %v", v.Period, v.Value, v.Formula(), low, high)
				}
			}
		}
	})
}

func TestDerivedGrowthIsThatOfTheCellsThemselvesWhereBothArePublished(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		of := rapid.SampledFrom([]*catalog.Indicator{flow, stock, average}).Draw(t, "kind")
		all := slices.DeleteFunc(anyFigures(t, false), func(v Value) bool { return v.Measure.Growth() || v.Status == figure.Imputed })
		h := New(of, all...)
		for c, now := range h.given {
			m := figure.YoY
			if c.measure.ToDate() {
				m = figure.YTDYoY
			}
			base, ok := h.given[cell{c.measure, c.period.YearAgo()}]
			if !ok || base.Value <= 0 {
				continue
			}
			want := (now.Value/base.Value - 1) * 100
			if got, ok := h.At(m, c.period); ok && got.Value != want || !ok && !math.IsInf(want, 0) {
				t.Fatalf("%s %s of a %s is %v = %s, want %v", m, c.period, of.Kind, got.Value, got.Formula(), want)
			}
		}
	})
}

func TestEveryKindHasTheInvariantsOfFlows(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		of := rapid.SampledFrom([]*catalog.Indicator{stock, average, rank}).Draw(t, "kind")
		all := anyFigures(t, true)
		h := New(of, all...)
		again := everything(New(of, rapid.Permutation(all).Draw(t, "order")...))
		for i, v := range everything(h) {
			if math.IsNaN(v.Value) || math.IsInf(v.Value, 0) {
				t.Fatalf("%s %s = %s is %v", v.Measure, v.Period, v.Formula(), v.Value)
			}
			if text(v, true) != text(again[i], true) {
				t.Fatalf("%s is %s in one order and %s in another", v.Period, text(v, true), text(again[i], true))
			}
		}
		for c, v := range h.given {
			if got, ok := h.At(c.measure, c.period); !v.Imputed && (!ok || got.Value != v.Value || got.Withheld != v.Withheld || got.Derived) {
				t.Fatalf("%v %s was published as %v and is shown as %v", c.measure, c.period, v, got)
			}
		}
	})
}
