package derive

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/tidemark-stats/tidemark/catalog"
	"github.com/tidemark-stats/tidemark/figure"
	"github.com/tidemark-stats/tidemark/internal/lang"
)

// broken is an indicator with breaks from the catalogue.
func broken(of *catalog.Indicator, breaks ...catalog.Break) *catalog.Indicator {
	i := *of
	i.Breaks = breaks
	return &i
}

func at(period string, measures ...figure.Measure) catalog.Break {
	return catalog.Break{Period: parse(period), Measures: measures, Note: lang.Text{ZH: "新口径", EN: "new coverage"}}
}

func TestNothingCrossesABreak(t *testing.T) {
	years := []string{}
	for y := 2022; y <= 2024; y++ {
		for m := 1; m <= 12; m++ {
			years = append(years, fmt.Sprintf("level %d-%02d %d", y, m, y-2000+m))
		}
	}
	with := func(line string) []string { // the figure of that cell replaced
		all := slices.Clone(years)
		for i := range all {
			if all[i][:13] == line[:13] {
				all[i] = line
			}
		}
		return all
	}
	for _, c := range []consequence{
		{"growth of the month that is marked", flow, with("level 2023-03 26 B"), figure.YoY, "2023-03", "nothing"},
		{"growth of the months after it", flow, with("level 2023-03 26 B"), figure.YoY, "2024-02", "nothing"},
		{"growth is there when its base is the marked month", flow, with("level 2023-03 26 B"), figure.YoY, "2024-03", "3.846154 derived: (level 2024-03 ÷ level 2023-03 − 1) × 100"},
		{"growth before the break", flow, with("level 2023-03 26 B"), figure.YoY, "2023-02", "4.166667 derived: (level 2023-02 ÷ level 2022-02 − 1) × 100"},
		{"a year-to-date", flow, with("level 2023-03 26 B"), figure.YTD, "2023-03", "nothing"},
		{"a year-to-date up to the break", flow, with("level 2023-03 26 B"), figure.YTD, "2023-02", "49 derived: level 2023-01 + level 2023-02"},
		{"a quarter with a break in it", flow, with("level 2023-03 26 B"), figure.Level, "2023-Q1", "nothing"},
		{"a quarter after it", flow, with("level 2023-03 26 B"), figure.Level, "2023-Q2", "84 derived: level 2023-04 + level 2023-05 + level 2023-06"},
		{"a year with a break in it", flow, with("level 2023-03 26 B"), figure.Level, "2023", "nothing"},
		{"a break that begins with the year", flow, with("level 2023-01 24 B"), figure.Level, "2023-Q1", "75 derived: level 2023-01 + level 2023-02 + level 2023-03"},
		{"by the catalogue", broken(flow, at("2023-03")), years, figure.YoY, "2023-06", "nothing"},
		{"by the catalogue, of another measure", broken(flow, at("2023-03", figure.YoY)), years, figure.YoY, "2023-06", "3.571429 derived: (level 2023-06 ÷ level 2022-06 − 1) × 100"},
		{"by the catalogue, of another area", broken(flow, catalog.Break{Period: parse("2023-03"), Areas: []string{"X"}}), years, figure.YoY, "2023-06", "3.571429 derived: (level 2023-06 ÷ level 2022-06 − 1) × 100"},
		{"a month between two year-to-dates", flow, []string{"ytd 2023-01 9", "ytd 2023-02 20", "ytd 2023-03 40 B", "ytd 2023-04 60"}, figure.Level, "2023-03", "nothing"},
		{"a month after a year-to-date with a break in it", flow, []string{"ytd 2023-01 9", "ytd 2023-02 20", "ytd 2023-03 40 B", "ytd 2023-04 60"}, figure.Level, "2023-04", "nothing"},
		{"the year's first year-to-date breaks with the year", flow, []string{"ytd 2022-02 9", "ytd 2023-02 20 B", "ytd 2023-03 40"}, figure.Level, "2023-03", "20 derived: ytd 2023-03 − ytd 2023-02"},
		{"growth to date over a base with a break in it", broken(flow, at("2022-03")), []string{"ytd 2022-06 9", "ytd 2023-06 20"}, figure.YTDYoY, "2023-06", "nothing"},
		{"a base calculated back", broken(flow, at("2023")), []string{"level 2023 20", "yoy 2023 5"}, figure.Level, "2022", "nothing"},
		{"published growth is kept", broken(flow, at("2023")), []string{"level 2022 10", "level 2023 20", "yoy 2023 5"}, figure.YoY, "2023", "5"},
		{"a mean", broken(average, at("2023-05")), years, figure.Level, "2023-Q2", "nothing"},
		{"growth of a mean", broken(average, at("2023-05")), years, figure.YoY, "2024-Q2", "nothing"},
		{"growth of a mean when its base is whole", broken(average, at("2023-05")), years, figure.YoY, "2024-Q3", "3.225806 derived: (level 2024-Q3 ÷ level 2023-Q3 − 1) × 100"},
		{"growth of a stock", broken(stock, at("2023-03")), years, figure.YoY, "2023-03", "nothing"},
		{"growth of a stock when its base is after the break", broken(stock, at("2023-03")), years, figure.YoY, "2024-03", "3.846154 derived: (level 2024-03 ÷ level 2023-03 − 1) × 100"},
	} {
		t.Run(c.name, c.holds)
	}
	h := New(broken(flow, at("2023-03")), figures(years...)...)
	for what, v := range map[string]func() (Value, bool){
		"the value of a year ago":     func() (Value, bool) { return h.YearAgo(figure.Level, parse("2023-03")) },
		"the last twelve months":      func() (Value, bool) { return h.LastTwelve(parse("2023-05")) },
		"January and February of two": func() (Value, bool) { return New(broken(flow, at("2023-02")), figures(years...)...).JanFeb(2023) },
	} {
		if v, ok := v(); ok {
			t.Errorf("%s crosses the break: %s", what, text(v, ok))
		}
	}
	for what, v := range map[string]func() (Value, bool){
		"the value of a year ago": func() (Value, bool) { return h.YearAgo(figure.Level, parse("2024-03")) },
		"the last twelve months":  func() (Value, bool) { return h.LastTwelve(parse("2024-02")) },
	} {
		if _, ok := v(); !ok {
			t.Errorf("%s is missing although it is after the break", what)
		}
	}
}

func TestARecordDoesNotCrossABreak(t *testing.T) {
	lines := []string{"level 2019-05 1", "level 2020-05 1", "level 2021-05 3", "level 2022-05 2", "level 2023-05 4"}
	if _, ok := New(broken(flow, at("2021")), figures(lines...)...).Record(parse("2023-05")); ok {
		t.Error("two years after a break make a record")
	}
	if r, ok := New(broken(flow, at("2020")), figures(lines...)...).Record(parse("2023-05")); !ok || r.Years != 3 {
		t.Error("three years after a break make none")
	}
}

func TestARatioDoesNotTakeAStockFromBeforeABreak(t *testing.T) {
	h := ratioOf([]string{"level 2022 611"}, []string{"level 2023-06 260"})
	people := broken(h.parts[0].Indicator, at("2023"))
	h = newRatio(h.Indicator, New(people, figures("level 2022 611")...), h.parts[1])
	v, ok := h.At(figure.Level, parse("2023-06"))
	expect(t, text(v, ok), "nothing")
}

func TestDerivedValuesAreOnOneSideOfEveryBreak(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		of := rapid.SampledFrom([]*catalog.Indicator{flow, stock, average}).Draw(t, "kind")
		on := figure.Month(rapid.IntRange(2021, 2023).Draw(t, "year"), rapid.IntRange(1, 12).Draw(t, "month"))
		h := New(broken(of, catalog.Break{Period: on}), anyFigures(t, true)...)
		edge := on.Year()*12 + on.Number() - 1
		for _, v := range everything(h) {
			if len(v.Terms()) < 2 {
				continue
			}
			before, after := false, false
			for _, term := range v.Terms() {
				s := catalog.StretchOf(term.Measure, term.Period)
				before, after = before || s.From < edge, after || s.To > edge
			}
			if before && after {
				t.Fatalf("%s %s = %s crosses %s", v.Measure, v.Period, v.Formula(), on)
			}
		}
	})
}

func TestWhatIsComparableBeginsAtTheBreak(t *testing.T) {
	h := New(broken(flow, at("2022"), at("2024")), figures("level 2021 1", "level 2022 2", "level 2023 3", "level 2024 4", "level 2025 5")...)
	today := time.Date(2025, 12, 1, 0, 0, 0, 0, time.UTC)
	for by, want := range map[string]string{"2021": "2021 1", "2023": "2022 2\n2023 3", "2026": "2024 4\n2025 5"} {
		part, _ := h.Comparable(false, parse(by), today)
		expect(t, lines(part.Figures(figure.Level, figure.Annual)), want)
	}
	part, last := h.Comparable(false, figure.Period{}, today)
	expect(t, lines(part.Figures(figure.Level, figure.Annual)), "2024 4\n2025 5")
	if last == nil || last.Period != parse("2024") || last.Note.EN != "new coverage" {
		t.Errorf("the break is %v", last)
	}
	if part, last := New(flow, figures("level 2021 1")...).Comparable(false, parse("2023"), today); part.Empty() || last != nil {
		t.Error("without a break something is excluded")
	}
}

func TestPublishedGrowthThatContradictsTheLevelsIsAFinding(t *testing.T) {
	lines := []string{
		"level 2022-05 80.0", "level 2023-05 100.0", "yoy 2023-05 24.5", // 25 by the levels
		"level 2022-06 81.3", "level 2023-06 100.0", "yoy 2023-06 23.1", // 23.0012…, which rounding of the levels explains
		"level 2022-07 80.5", "level 2023-07 100.5", "yoy 2023-07 24.8",
		"ytd 2022-06 400.1", "ytd 2023-06 500.1", "ytd_yoy 2023-06 20.0", // 24.99
	}
	of := func(i *catalog.Indicator, m figure.Measure) (all []string) {
		for d := range New(i, figures(lines...)...).Disagreements(m, figure.Monthly) {
			all = append(all, fmt.Sprintf("%s %.1f", d.Published.Period, d.By()))
		}
		return all
	}
	if got := of(flow, figure.YoY); !slices.Equal(got, []string{"2023-05 -0.5"}) {
		t.Errorf("yoy: %v", got)
	}
	if got := of(flow, figure.YTDYoY); !slices.Equal(got, []string{"2023-06 -5.0"}) {
		t.Errorf("ytd_yoy: %v", got)
	}
	if got := of(realTerms, figure.YoY); got != nil {
		t.Errorf("at constant prices: %v", got)
	}
	if got := of(broken(flow, at("2023")), figure.YoY); got != nil {
		t.Errorf("across a break: %v", got)
	}
}
