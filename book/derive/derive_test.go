package derive

import (
	"fmt"
	"iter"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/tidemark-stats/tidemark/catalog"
	"github.com/tidemark-stats/tidemark/figure"
)

// flow, realTerms and stock are indicators for tests; realTerms has growth at
// constant prices.
var (
	flow      = &catalog.Indicator{Code: "flow", Kind: catalog.Flow, Frequencies: []figure.Frequency{figure.Monthly, figure.Quarterly, figure.Annual}}
	realTerms = &catalog.Indicator{Code: "real", Kind: catalog.Flow, Frequencies: flow.Frequencies, ConstantPrices: true}
	stock     = &catalog.Indicator{Code: "stock", Kind: catalog.Stock, Frequencies: flow.Frequencies}
	rank      = &catalog.Indicator{Code: "rank", Kind: catalog.Rank, Frequencies: []figure.Frequency{figure.Annual}}
)

func parse(s string) figure.Period {
	p, err := figure.ParsePeriod(s)
	if err != nil {
		panic(err)
	}
	return p
}

// figures reads lines of measure, period, value ("-" withheld) and status.
func figures(lines ...string) (all []Value) {
	for _, line := range lines {
		words := strings.Fields(line)
		m, err := figure.ParseMeasure(words[0])
		if err != nil {
			panic(err)
		}
		v := Value{Measure: m, Period: parse(words[1]), Status: figure.Normal}
		if words[2] == "-" {
			v.Withheld, v.Status = true, figure.Suppressed
		} else if _, err := fmt.Sscan(words[2], &v.Value); err != nil {
			panic(err)
		}
		if len(words) > 3 {
			v.Status = figure.Status(words[3][0])
		}
		all = append(all, v)
	}
	return all
}

// text writes a value: number, d for derived, i for imputed, e for estimated,
// and the formula.
func text(v Value, ok bool) string {
	if !ok {
		return "nothing"
	}
	s := fmt.Sprint(math.Round(v.Value*1e6) / 1e6)
	if v.Withheld {
		s = "withheld"
	}
	for _, mark := range []struct {
		is   bool
		text string
	}{{v.Derived, " derived"}, {v.Imputed, " imputed"}, {v.Estimated, " estimated"}} {
		if mark.is {
			s += mark.text
		}
	}
	if f := v.Formula(); f != "" {
		s += ": " + f
	}
	return s
}

func lines(values iter.Seq[Value]) string {
	var all []string
	for v := range values {
		all = append(all, v.Period.String()+" "+text(v, true))
	}
	return strings.Join(all, "\n")
}

func expect(t *testing.T, got, want string) {
	t.Helper()
	if got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

// consequence is a value that follows from figures.
type consequence struct {
	name    string
	of      *catalog.Indicator
	figures []string
	measure figure.Measure
	period  string
	want    string
}

func (c consequence) holds(t *testing.T) {
	v, ok := New(c.of, figures(c.figures...)...).At(c.measure, parse(c.period))
	expect(t, text(v, ok), c.want)
}

func TestWhatFollowsFromFigures(t *testing.T) {
	complete := []string{}
	for m := 1; m <= 12; m++ {
		complete = append(complete, fmt.Sprintf("level 2023-%02d %d", m, m*10))
	}
	for _, c := range []consequence{
		{"a month is the difference of two year-to-dates", flow, []string{"ytd 2023-08 800", "ytd 2023-09 910"}, figure.Level, "2023-09", "110 derived: ytd 2023-09 − ytd 2023-08"},
		{"January is its year-to-date", flow, []string{"ytd 2023-01 80"}, figure.Level, "2023-01", "80 derived: ytd 2023-01"},
		{"a year-to-date is the sum of its months", flow, []string{"level 2023-01 3", "level 2023-02 4"}, figure.YTD, "2023-02", "7 derived: level 2023-01 + level 2023-02"},
		{"a published month is not derived", flow, []string{"ytd 2023-08 800", "ytd 2023-09 910", "level 2023-09 111"}, figure.Level, "2023-09", "111"},
		{"a quarter is the sum of its months", flow, complete, figure.Level, "2023-Q2", "150 derived: level 2023-04 + level 2023-05 + level 2023-06"},
		{"a quarter is the difference of two year-to-dates", flow, []string{"ytd 2023-Q1 10", "ytd 2023-06 25"}, figure.Level, "2023-Q2", "15 derived: ytd 2023-06 − ytd 2023-Q1"},
		{"a year is December's year-to-date", flow, []string{"ytd 2023-12 1200"}, figure.Level, "2023", "1200 derived: ytd 2023-12"},
		{"a year is the sum of its quarters", flow, []string{"level 2023-Q1 1", "level 2023-Q2 2", "level 2023-Q3 3", "level 2023-Q4 4"}, figure.Level, "2023", "10 derived: level 2023-Q1 + level 2023-Q2 + level 2023-Q3 + level 2023-Q4"},
		{"the last month is the year less the rest", flow, []string{"level 2023 1200", "ytd 2023-11 1090"}, figure.Level, "2023-12", "110 derived: level 2023 − ytd 2023-11"},
		{"an incomplete year has no total", flow, complete[:11], figure.Level, "2023", "nothing"},
		{"a withheld month breaks the sum", flow, append([]string{"level 2023-04 -"}, append(complete[:3:3], complete[4:]...)...), figure.Level, "2023", "nothing"},
		{"a withheld month stays withheld", flow, []string{"ytd 2023-03 30", "level 2023-04 -", "ytd 2023-04 45"}, figure.Level, "2023-04", "withheld"},
		{"a year-to-date covers a withheld month", flow, []string{"level 2023-04 -", "ytd 2023-05 50", "level 2023-06 11"}, figure.YTD, "2023-06", "61 derived: ytd 2023-05 + level 2023-06"},
		{"a negative difference is not a value", flow, []string{"ytd 2023-08 800", "ytd 2023-09 790"}, figure.Level, "2023-09", "nothing"},
		{"imputed figures make imputed ones", flow, []string{"level 2023-01 3 I", "level 2023-02 4"}, figure.YTD, "2023-02", "7 derived imputed: level 2023-01 + level 2023-02"},
		{"estimates make estimates", flow, []string{"ytd 2023-02 9 E", "ytd 2023-03 14"}, figure.Level, "2023-03", "5 derived estimated: ytd 2023-03 − ytd 2023-02"},
		{"what follows from published figures takes precedence over imputed figures", flow, []string{"level 2023-03 6 I", "ytd 2023-02 9", "ytd 2023-03 14"}, figure.Level, "2023-03", "5 derived: ytd 2023-03 − ytd 2023-02"},
		{"the path with the fewest imputed figures is used", flow, []string{"level 2023-01 3 I", "level 2023-02 4 I", "ytd 2023-02 8", "level 2023-03 5"}, figure.YTD, "2023-03", "13 derived: ytd 2023-02 + level 2023-03"},
		{"February that includes January is both", flow, []string{"level 2023-02 70 W", "level 2023-03 40"}, figure.YTD, "2023-03", "110 derived: level 2023-02 + level 2023-03"},
		{"growth is the level over that of a year ago", flow, []string{"level 2022-05 80", "level 2023-05 100"}, figure.YoY, "2023-05", "25 derived: (level 2023-05 ÷ level 2022-05 − 1) × 100"},
		{"published growth takes precedence over that of the levels", flow, []string{"level 2022-05 80", "level 2023-05 100", "yoy 2023-05 24.5"}, figure.YoY, "2023-05", "24.5"},
		{"December's growth to date is the year's", flow, []string{"ytd_yoy 2023-12 5.5"}, figure.YoY, "2023", "5.5 derived: ytd_yoy 2023-12"},
		{"levels never give growth at constant prices", realTerms, []string{"ytd 2022-06 2684.2", "ytd 2023-06 2528.7"}, figure.YTDYoY, "2023-06", "nothing"},
		{"a base of zero has no growth", flow, []string{"level 2022-05 0", "level 2023-05 100"}, figure.YoY, "2023-05", "nothing"},
		{"a base is calculated back from growth", flow, []string{"level 2022 8100", "yoy 2022 8"}, figure.Level, "2021", "7500 derived: level 2022 ÷ (1 + yoy 2022 ÷ 100)"},
		{"a base is not calculated back from growth at constant prices", realTerms, []string{"level 2022 8100", "yoy 2022 8"}, figure.Level, "2021", "nothing"},
		{"a base is calculated back one year only", flow, []string{"level 2022 8100", "yoy 2022 8", "yoy 2021 8"}, figure.Level, "2020", "nothing"},
		{"a published base is not calculated back", flow, []string{"level 2022 8100", "yoy 2022 8", "level 2021 7400"}, figure.Level, "2021", "7400"},
		{"nothing is calculated back from a fall to zero", flow, []string{"level 2022 0", "yoy 2022 -100"}, figure.Level, "2021", "nothing"},
		{"a stock at the end of the year is that of December", stock, []string{"level 2023-12 130"}, figure.Level, "2023", "130 derived: level 2023-12"},
		{"a stock has no year-to-date", stock, complete, figure.YTD, "2023-12", "nothing"},
		{"a rank has no growth", rank, []string{"level 2022 3", "level 2023 2"}, figure.YoY, "2023", "nothing"},
	} {
		t.Run(c.name, c.holds)
	}
}

func TestExportsOf2021FollowFrom2022AndItsGrowth(t *testing.T) {
	h := New(flow, figures("level 2022 8230.6", "yoy 2022 8.0")...)
	v, ok := h.At(figure.Level, parse("2021"))
	if got := math.Round(v.Value*10) / 10; !ok || got != 7620.9 || !v.Derived {
		t.Errorf("2021 is %v (derived %t), want 7620.9, derived", got, v.Derived)
	}
}

func TestIndustryGrowsAsPublishedAlthoughItsLevelFell(t *testing.T) {
	h := New(realTerms, figures("ytd 2022-06 2684.2", "ytd 2023-06 2528.7", "ytd_yoy 2023-06 3.2")...)
	v, ok := h.At(figure.YTDYoY, parse("2023-06"))
	expect(t, text(v, ok), "3.2")
}

func TestTheLastTwelveMonthsReachIntoTheYearBefore(t *testing.T) {
	h := New(flow, figures("level 2022 1200", "ytd 2022-03 250", "ytd 2023-03 300")...)
	v, ok := h.LastTwelve(parse("2023-03"))
	expect(t, text(v, ok), "1250 derived: level 2022 − ytd 2022-03 + ytd 2023-03")
}

func TestTheLastTwelveMonthsOfDecemberAreTheYear(t *testing.T) {
	v, ok := New(flow, figures("level 2022 1200")...).LastTwelve(parse("2022-12"))
	expect(t, text(v, ok), "1200 derived: level 2022")
}

func TestThereIsNoSumOfTwelveMonthsWithAGap(t *testing.T) {
	h := New(flow, figures("level 2022 1200", "ytd 2022-03 250", "ytd 2023-02 200", "level 2023-03 -")...)
	v, ok := h.LastTwelve(parse("2023-03"))
	expect(t, text(v, ok), "nothing")
}

func TestTheDailyAverageDividesByTheDaysOfThePeriod(t *testing.T) {
	h := New(flow, figures("level 2024-02 5800", "level 2024-03 -")...)
	expect(t, lines(h.Dailies(figure.Monthly)), "2024-02 200 derived: level 2024-02 ÷ days")
}

func TestJanuaryAndFebruaryAreKnownTogether(t *testing.T) {
	v, ok := New(flow, figures("level 2024-01 10", "level 2024-02 7")...).JanFeb(2024)
	expect(t, text(v, ok), "17 derived: level 2024-01 + level 2024-02")
}

func TestARecordIsTheHighestOfItsMonthInThreeYearsOrMore(t *testing.T) {
	for _, c := range []struct {
		name    string
		figures []string
		record  bool
	}{
		{"above three years", []string{"level 2020-05 1", "level 2021-05 3 I", "level 2022-05 2", "level 2023-05 4"}, true},
		{"two years are no history", []string{"level 2021-05 3", "level 2022-05 2", "level 2023-05 4"}, false},
		{"as high as once before", []string{"level 2020-05 4", "level 2021-05 3", "level 2022-05 2", "level 2023-05 4"}, false},
		{"imputed", []string{"level 2020-05 1", "level 2021-05 3", "level 2022-05 2", "level 2023-05 4 I"}, false},
		{"another month was higher", []string{"level 2020-05 1", "level 2021-05 3", "level 2022-05 2", "level 2022-06 9", "level 2023-05 4"}, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			r, ok := New(flow, figures(c.figures...)...).Record(parse("2023-05"))
			if ok != c.record || ok && (r.Before.Value != 3 || r.Years != 3) {
				t.Errorf("record is %t (before %v, %d years), want %t", ok, r.Before.Value, r.Years, c.record)
			}
		})
	}
}

func ratioOf(numerator, denominator []string) *History {
	people := &catalog.Indicator{Code: "people", Kind: catalog.Stock, Frequencies: []figure.Frequency{figure.Annual}}
	shops := &catalog.Indicator{Code: "shops", Kind: catalog.Stock, Frequencies: []figure.Frequency{figure.Monthly}}
	each := &catalog.Indicator{Code: "each", Kind: catalog.Ratio, Frequencies: []figure.Frequency{figure.Annual},
		Ratio: &catalog.Parts{Numerator: people, Denominator: shops}}
	return newRatio(each, New(people, figures(numerator...)...), New(shops, figures(denominator...)...))
}

func TestARatioTakesTheNewestStocksAtOrBeforeThePeriod(t *testing.T) {
	h := ratioOf([]string{"level 2022 611"}, []string{"level 2022-12 130", "level 2023-06 260"})
	for period, want := range map[string]string{
		"2022":    "4.7 derived: people level 2022 ÷ shops level 2022-12",
		"2023-06": "2.35 derived: people level 2022 ÷ shops level 2023-06",
		"2023-07": "nothing",
		"2021":    "nothing",
	} {
		v, ok := h.At(figure.Level, parse(period))
		expect(t, text(v, ok), want)
	}
}

func TestARatioHasNoValueOverAWithheldStock(t *testing.T) {
	v, ok := ratioOf([]string{"level 2022 611"}, []string{"level 2022-11 130", "level 2022-12 -"}).At(figure.Level, parse("2022"))
	expect(t, text(v, ok), "nothing")
}

func TestAFigureFromBeforeItsPeriodEndedIsNotFirm(t *testing.T) {
	early := Value{Measure: figure.Level, Period: parse("2023"), Value: 25, Published: time.Date(2023, 3, 31, 0, 0, 0, 0, time.UTC)}
	if v, _ := New(flow, early).At(figure.Level, parse("2023")); v.Firm() || !v.Early {
		t.Errorf("a year known in March is firm %t, early %t", v.Firm(), v.Early)
	}
}

func TestSeriesComeInTheOrderOfPeriods(t *testing.T) {
	h := New(flow, figures("level 2023-03 5", "ytd 2023-02 7", "level 2022-12 4", "level 2023-05 -")...)
	expect(t, lines(h.Series(KindLevel, figure.Monthly)), "2022-12 4\n2023-03 5\n2023-05 withheld")
	expect(t, lines(h.Series(KindYTD, figure.Monthly)), "2023-02 7\n2023-03 12 derived: ytd 2023-02 + level 2023-03")
}

func TestNothingIsKnownOfAnEmptyHistory(t *testing.T) {
	h := New(flow)
	for _, k := range Kinds() {
		for v := range h.Series(k, figure.Monthly) {
			t.Errorf("%s gives %v", k, v)
		}
	}
	if !h.Empty() {
		t.Error("it is not empty")
	}
}

func TestALevelThatIsComputedFromASumNamesTheCellOfTheSum(t *testing.T) {
	h := New(flow, figures("level 2021-01 50", "level 2021-02 60", "ytd_yoy 2021-02 10")...)
	v, ok := h.At(figure.YTD, parse("2020-02"))
	expect(t, text(v, ok), "100 derived: ytd 2021-02 ÷ (1 + ytd_yoy 2021-02 ÷ 100)")
}
