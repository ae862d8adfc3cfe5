package figure_test

import (
	"testing"

	"pgregory.net/rapid"

	"github.com/tidemark-stats/tidemark/figure"
)

func TestACellIsReadAsPeopleWriteIt(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := figures().Draw(t, "figure").Cell
		whole := c.Indicator + " " + c.Area + "  " + c.Category + "\t" + c.Measure.String() + " " + c.Period.String()
		subject := c.Subject("port")
		for _, text := range []string{c.String(), whole, subject, subject[len("figures.port."):]} {
			if got, err := figure.ParseCell(text); err != nil || got != c {
				t.Fatalf("%q is read as %v, %v, want %v", text, got, err, c)
			}
		}
	})
}

func TestATextThatNamesNoCellIsRefusedWithAHint(t *testing.T) {
	const how = "; write the indicator, the area, the category unless it is the total, the measure and the period, like container_throughput NBZS level 2023-04"
	checkErrors(t, []errorCase{
		{"", "", `"" does not name a cell` + how},
		{"", "gdp", `"gdp" does not name a cell` + how},
		{"", "gdp 330200 level", `"gdp 330200 level" does not name a cell` + how},
		{"", "a b c level 2023 x", `"a b c level 2023 x" does not name a cell` + how},
		{"", "gdp 330200 monthly 2023", `figure/measure: measure "monthly" is not a measure; write one of level, ytd, yoy, ytd_yoy`},
		{"", "g.dp 330200 level 2023", `figure/code: indicator "g.dp" is not a code; a code has 1 to 64 letters, digits, _ or -`},
		{"", "gdp 330200 level 2023-13", `figure/period: period "2023-13" is not a month, quarter or year; write a month as 2023-01, a quarter as 2023-Q1, a year as 2023`},
	}, func(s string) error { _, err := figure.ParseCell(s); return err })
}
