package verdict

import (
	"strings"
	"testing"

	"github.com/tidemark-stats/tidemark/catalog"
	"github.com/tidemark-stats/tidemark/figure"
)

// saying compares parts of the sentence on a state, and what it must not have.
func saying(t *testing.T, s State, zh, en string, never ...string) {
	t.Helper()
	said := Sentence(s)
	if !strings.Contains(said.ZH, zh) || !strings.Contains(said.EN, en) {
		t.Errorf("%s: %s\n%s\nlacks %q or %q", s.Verdict, said.ZH, said.EN, zh, en)
	}
	for _, bad := range append(never, "%!") {
		if strings.Contains(said.ZH, bad) || strings.Contains(said.EN, bad) {
			t.Errorf("%s: %s\n%s\nhas %q", s.Verdict, said.ZH, said.EN, bad)
		}
	}
}

func TestWhatOneRemainingPeriodNeedsIsNoRate(t *testing.T) {
	const stock = "kind: level_by\nindicator: entities\nvalue: 140 万户\nbase: 2020\nby: 2024"
	for name, c := range map[string]struct{ target, figures, on, zh, en string }{
		"an increase in the last year": {stock, "level 2020 110, 2021 117, 2022 122, 2023 126", "2024-02-05",
			"最后1年需增加14万户", "an increase of 140,000 entities needed in the last year"},
		"a decrease in the last year": {"kind: level_by\nindicator: backlog\nbase: 2020\nby: 2024\nvalue: 0 件", "level 2020 100, 2021 79, 2022 62, 2023 38", "2024-02-05",
			"最后1年需减少38件", "a decrease of 38 cases needed in the last year"},
		"increases in two years": {strings.Replace(stock, "by: 2024", "by: 2025", 1), "level 2020 110, 2021 117, 2022 122, 2023 126", "2024-02-05",
			"余下2年年均需增加7万户", "an increase of 70,000 entities a year needed in the remaining 2 years"},
		"an amount in the last month": {year2024 + "1330 万TEU", past + "ytd 2024-11 1210", "2024-12-15",
			"最后1个月需完成120万TEU", "1.2 million TEU needed in the last month"},
		"the last year of a sum of years": {"kind: cumulative\nindicator: steel\nvalue: 4000 万TEU\nfrom: 2022\nby: 2024", "level 2020 1000, 2021 1060, 2022 1150, 2023 1210", "2024-02-05",
			"余下12个月月均需完成136.67万TEU", "1.37 million TEU a month needed in the remaining 12 months"},
	} {
		t.Run(name, func(t *testing.T) {
			saying(t, judged(t, c.target, c.figures, c.on), c.zh, c.en, "最后1年年均", "最后1个月月均", "a year needed in the last", "a month needed in the last")
		})
	}
}

func TestASumOfYearlyFiguresNeedsAmountsAndNotIncreases(t *testing.T) {
	target := parsedWith(t, "    kind: flow\n    frequency: M\n    accepts: [A]\n    unit: TEU\n    display: 万TEU\n    agency: office\n    areas: [CITY]\n    measures: [level, ytd]\n    bounds: {min: 0 万TEU, max: 500 万TEU}\n    max_jump: 3\n    source: example\n  - code: entities",
		"    kind: flow\n    frequency: A\n    unit: TEU\n    display: 万TEU\n    agency: office\n    areas: [CITY]\n    measures: [level]\n    bounds: {min: 0 万TEU, max: 5000 万TEU}\n    max_jump: 3\n    source: example\n  - code: entities",
		"kind: cumulative\nindicator: steel\nvalue: 4600 万TEU\nfrom: 2022\nby: 2025")
	s := Judge(target, history(t, target.Indicator, "level 2019 950, 2020 1000, 2021 1060, 2022 1150, 2023 1210"), day("2024-02-05"))
	saying(t, s, "余下2年年均需完成1120万TEU，最近一个完整年度年均1210万TEU", "11.2 million TEU a year needed in the remaining 2 years, against 12.1 million TEU a year in the newest full year", "increase", "月均")
}

func TestNegativeAmountsAreNotSharesOfAGoal(t *testing.T) {
	const surplus = "kind: annual_total\nindicator: balance\nby: 2024\nvalue: 50 亿元"
	for name, c := range map[string]struct{ target, figures, on, zh, en string }{
		"a deficit beside a surplus as the goal": {surplus, "level 2022 79, 2023 71\nytd 2024-06 -20", "2024-07-15",
			"2024年1—6月累计-20亿元，全年目标50亿元", "-2 billion yuan, against the goal of 5 billion yuan"},
		"it may fall": {"kind: annual_total\nindicator: balance\nby: 2024\nvalue: -50 亿元", "level 2022 -79, 2023 -71\nytd 2024-06 -40", "2024-07-15",
			"余下6个月月均至多减少1.67亿元", "a decrease of at most 166.67 million yuan a month in the remaining 6 months"},
		"it may fall in the last month": {"kind: annual_total\nindicator: balance\nby: 2024\nvalue: -50 亿元", "level 2022 -79, 2023 -71\nytd 2023-11 -66, 2024-11 -40", "2024-12-15",
			"最后1个月至多减少10亿元，上年同期减少5亿元", "a decrease of at most 1 billion yuan in the last month, against a decrease of 500 million yuan in the same month of last year"},
		"it rose last year": {"kind: annual_total\nindicator: balance\nby: 2024\nvalue: -50 亿元", "level 2022 -79, 2023 -71\nytd 2023-11 -76, 2024-11 -40", "2024-12-15",
			"最后1个月至多减少10亿元，上年同期增加5亿元", "against an increase of 500 million yuan in the same month of last year"},
	} {
		t.Run(name, func(t *testing.T) {
			s := judged(t, c.target, c.figures, c.on)
			if s.Attainment.Known {
				t.Errorf("the attainment is %v", s.Attainment.Value)
			}
			saying(t, s, c.zh, c.en, "-40 %", "-40%", "-50 %", "-50%", "需完成-", "至多减少-", "目标50亿元的")
		})
	}
}

func TestGrowthAndRatesBelowZeroAreFalls(t *testing.T) {
	// 1272 are wanted after 1200; 1500 a year's growth of 30 % has brought to September.
	growth := judged(t, "kind: growth\nindicator: throughput\nvalue: 6 %\nby: 2024", growths+"ytd 2023-09 900, 2023-12 1200\nytd_yoy 2024-09 12", "2024-10-15")
	saying(t, growth, "余下3个月合计降幅不得超过12%", "a fall of at most 12 % in the remaining 3 months", "growth of -", "需增长-")
	back := judged(t, "kind: level_by\nindicator: entities\nvalue: 200 万户\nbase: 2019\nby: 2026", "level 2019 130, 2020 128, 2021 125, 2022 124, 2023 121", "2024-02-05")
	if back.Ratio.Value >= 0 || !strings.Contains(back.Reason.EN, "since its base it has moved away from the goal") || !strings.Contains(back.Reason.ZH, "自基期以来变动方向与目标相反") {
		t.Errorf("R is %v: %s", back.Ratio, back.Reason.EN)
	}
	falls := judged(t, "kind: level_by\nindicator: backlog\nby: open\nvalue: 20 件", "level 2019 110, 2020 100, 2021 79, 2022 62, 2023 38", "2024-02-05")
	if !strings.Contains(falls.Reason.EN, "falling by 23.33 % a year") || !strings.Contains(falls.Reason.ZH, "年均下降23.33 %") {
		t.Errorf("%s: %s, %s", falls.Verdict, falls.Reason.EN, falls.Reason.ZH)
	}
}

func TestAYearThatCannotBeProjectedSaysHowManyYearsAreNeeded(t *testing.T) {
	for figures, want := range map[string][2]string{
		"":                                   {"需要三个完整年度，目前没有", "three full years are needed, none is known"},
		"level 2023 1210\nytd 2023-06 575\n": {"需要三个完整年度，现有一个", "three full years are needed, one is known"},
		"level 2022 1150, 2023 1210\nytd 2022-06 560, 2023-06 575\n":            {"需要三个完整年度，现有两个", "three full years are needed, two are known"},
		"level 2021 1060, 2022 1150, 2023 1210\nytd 2022-06 560, 2023-06 575\n": {"需要三个完整年度，现有两个", "three full years are needed, two are known"},
	} {
		s := judged(t, year2024+"1250 万TEU", figures+"ytd 2024-06 610", "2024-07-15")
		if s.Verdict != TooEarly {
			t.Fatalf("%s: %s", s.Verdict, s.Reason.EN)
		}
		saying(t, s, want[0], want[1])
	}
	s := judged(t, "kind: growth\nindicator: throughput\nvalue: 6 %\nby: 2024", "yoy 2023 5.9\nytd_yoy 2023-09 6.6, 2024-09 5", "2024-10-15")
	saying(t, s, "需要两个完整年度，现有一个", "two full years are needed, one is known")
}

func TestOneOfSomethingIsNotWrittenInThePlural(t *testing.T) {
	c := catalog.Ningbo()
	for _, tt := range []struct {
		indicator string
		value     float64
		want      string
	}{
		{"market_entities", 1, "1 entity"}, {"market_entities", -1, "-1 entity"}, {"market_entities", 2, "2 entities"}, {"market_entities", 0, "0 entities"}, {"registered_population", 1, "1 person"},
		{"container_throughput", 1, "1 TEU"},
	} {
		i, ok := c.Indicator(tt.indicator)
		if !ok {
			t.Fatalf("no indicator %s", tt.indicator)
		}
		if got := Amount(i, figure.Level, tt.value).EN; got != tt.want {
			t.Errorf("%s: %v is %q, want %q", tt.indicator, tt.value, got, tt.want)
		}
	}
	saying(t, judged(t, "kind: growth\nindicator: throughput\nvalue: 6 %\nby: 2023", "level 2022 100, 2023 104\nyoy 2023 5", "2024-02-05"), "差1个百分点", "1 percentage point short")
	saying(t, judged(t, "kind: growth\nindicator: throughput\nvalue: 6 %\nby: 2023", "level 2022 100, 2023 104\nyoy 2023 4.5", "2024-02-05"), "差1.5个百分点", "1.5 percentage points short")
	one := judged(t, monthFloor+"from: 2024-04\nby: 2024-12", "level 2024-04 300", "2024-05-12")
	if !strings.Contains(one.Reason.EN, "the one known period was not below") {
		t.Error(one.Reason.EN)
	}
}
