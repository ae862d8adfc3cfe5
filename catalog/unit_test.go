package catalog

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"unicode"

	"github.com/tidemark-stats/tidemark/figure"
	"github.com/tidemark-stats/tidemark/internal/lang"
)

func TestEverySpellingGivesItsMultiplier(t *testing.T) {
	for _, u := range Ningbo().Units {
		for _, w := range u.Written {
			for _, text := range []string{w.Text, " " + w.Text + "\u00a0", fold(w.Text)} {
				if power, ok := u.Multiplier(text); !ok || power != w.Power {
					t.Errorf("%s: %q gives %d, %v, want %d", u.Code, text, power, ok, w.Power)
				}
			}
		}
	}
}

func TestEveryUnitIsWrittenByItsCode(t *testing.T) {
	for _, u := range Ningbo().Units {
		if power, ok := u.Multiplier(u.Code); !ok || power != 0 || u.Spellings()[0] != u.Code {
			t.Errorf("%s gives %d, %v", u.Code, power, ok)
		}
	}
}

func TestPeoplesSpellingsAreKnown(t *testing.T) {
	for _, c := range []struct {
		unit, written string
		power         int
	}{
		{"TEU", "TEU", 0}, {"TEU", "标箱", 0}, {"TEU", "标准箱", 0}, {"TEU", "万TEU", 4}, {"TEU", "万标箱", 4},
		{"TEU", "万 teu", 4}, {"TEU", "万ＴＥＵ", 4},
		{"t", "吨", 0}, {"t", "万吨", 4}, {"t", "亿吨", 8},
		{"CNY", "CNY", 0}, {"CNY", "元", 0}, {"CNY", "万元", 4}, {"CNY", "亿元", 8}, {"CNY", "万亿元", 12},
		{"USD", "美元", 0}, {"USD", "亿美元", 8},
		{"person", "人", 0}, {"person", "万人", 4},
		{"enterprise", "家", 0}, {"entity", "户", 0}, {"entity", "万户", 4}, {"project", "个", 0},
		{"m2", "万平方米", 4}, {"m2", "平方公里", 6}, {"%", "%", 0}, {"%", "％", 0},
	} {
		u, ok := Ningbo().units[c.unit]
		if !ok {
			t.Fatalf("no unit %s", c.unit)
		}
		if power, ok := u.Multiplier(c.written); !ok || power != c.power {
			t.Errorf("%s gives %d, %v, want %d", c.written, power, ok, c.power)
		}
	}
}

func TestAValueIsScaledExactly(t *testing.T) {
	for _, c := range []struct {
		indicator, value, unit string
		measure                figure.Measure
		want                   string
	}{
		{"container_throughput", "2726.08", "万TEU", figure.YTD, "27260800"},
		{"container_throughput", "3.56", "%", figure.YTDYoY, "3.56"},
		{"gdp", "1.57", "万亿元", figure.Level, "1570000000000"},
		{"registered_population", "621.1", "万人", figure.Level, "6211000"},
		{"science_zone_area", "197", "平方公里", figure.Level, "197000000"},
	} {
		got, err := indicator(t, Ningbo(), c.indicator).ToBase(decimal(t, c.value), c.unit, c.measure)
		if err != nil || got.String() != c.want {
			t.Errorf("%s %s: got %s, %v, want %s", c.value, c.unit, got, err, c.want)
		}
	}
}

func TestAForeignUnitIsRefused(t *testing.T) {
	for _, c := range []struct {
		indicator, unit string
		measure         figure.Measure
		want            string
	}{
		{"projects_signed", "家", figure.Level, `unit "家" is not a spelling of project (projects), write one of project, 个, 项, 个项目, projects`},
		{"projects_signed", "", figure.Level, `unit "" is not a spelling of project (projects), write one of project, 个, 项, 个项目, projects`},
		{"gdp", "亿元", figure.YoY, `unit "亿元" is not a spelling of % (percent), write one of %, percent, per cent, pct, 百分比`},
		{"trade_rank", "亿元", figure.YoY, `unit "亿元" is not a spelling of % (percent), write one of %, percent, per cent, pct, 百分比`},
	} {
		_, err := indicator(t, Ningbo(), c.indicator).ToBase(decimal(t, "1"), c.unit, c.measure)
		var unit *UnitError
		if !errors.As(err, &unit) || err.Error() != c.want {
			t.Errorf("got %v, want %s", err, c.want)
		}
	}
}

func TestGrowthIsInPercentEvenWhereTheFileListsNoPercent(t *testing.T) {
	got, err := indicator(t, valid(t), "boxes").ToBase(decimal(t, "-4.7"), "%", figure.YoY)
	if err != nil || got.String() != "-4.7" {
		t.Errorf("got %s, %v", got, err)
	}
}

func TestEveryLanguageHasADisplayUnitOfItsOwn(t *testing.T) {
	for _, c := range []struct{ written, display, zh, en string }{
		{`万TEU: 4, thousand TEU: 3, million TEU: 6`, `{zh: 万TEU, en: million TEU}`, "万TEU 4", "million TEU 6"},
		{`万TEU: 4, thousand TEU: 3, million TEU: 6`, `万TEU`, "万TEU 4", "thousand TEU 3"},
		{`万TEU: 4, "10,000 TEU": 4, million TEU: 6`, `万TEU`, "万TEU 4", "TEU 0"},
		{`万TEU: 4, kTEU: 3, thousand TEU: 3`, `kTEU`, "kTEU 3", "kTEU 3"},
		{`万TEU: 4, boxes: 0`, `标箱`, "标箱 0", "boxes 0"},
	} {
		text := strings.Replace(validText(t), "万TEU: 4", c.written, 1)
		cat, err := Parse("test.yaml", []byte(strings.Replace(text, "display: 万TEU", "display: "+c.display, 1)))
		if err != nil {
			t.Fatal(err)
		}
		for l, want := range map[lang.Language]string{lang.Chinese: c.zh, lang.English: c.en} {
			if got := cat.Indicators[0].DisplayIn(l); fmt.Sprint(got.Text, " ", got.Power) != want {
				t.Errorf("display %s of %s is %+v in %s, want %s", c.display, c.written, got, l, want)
			}
		}
	}
}

func TestADisplayUnitOfEitherLanguageIsASpelling(t *testing.T) {
	for display, want := range map[string]string{
		`{zh: 万TEU, en: million TEU}`: `30:14: indicator boxes: display "million TEU" is not a spelling of the unit TEU, use one of TEU, 标箱, 万TEU`,
		`{zh: 亿TEU, en: TEU}`:         `30:14: indicator boxes: display "亿TEU" is not a spelling of the unit TEU, did you mean "TEU"?`,
		`{zh: 万TEU}`:                  `30:14: indicator boxes: display: lacks "en"`,
	} {
		_, err := Parse("test.yaml", []byte(strings.Replace(validText(t), "display: 万TEU", "display: "+display, 1)))
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("display %s: %v, want %s", display, err, want)
		}
	}
}

func TestNobodyReadsEnglishInChineseUnits(t *testing.T) {
	for _, i := range Ningbo().Indicators {
		if strings.ContainsFunc(i.DisplayEN, func(r rune) bool { return unicode.Is(unicode.Han, r) }) {
			t.Errorf("%s is shown in %s in English", i.Code, i.DisplayEN)
		}
	}
}
