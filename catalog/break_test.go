package catalog

import (
	"os"
	"strings"
	"testing"

	"github.com/tidemark-stats/tidemark/figure"
)

func TestABreakAppliesToTheSeriesThatItNames(t *testing.T) {
	data, err := os.ReadFile("testdata/valid.yaml")
	if err != nil {
		t.Fatal(err)
	}
	const anchor = "    calendar: monthly\n"
	c, err := Parse("breaks.yaml", []byte(strings.Replace(string(data), anchor, anchor+`    breaks:
      - {period: 2022, note: {zh: 新口径, en: new coverage}}
      - {period: 2023-04, area: district, category: _T, measure: yoy, note: {zh: 可比价, en: constant prices}}
`, 1)))
	if err != nil {
		t.Fatal(err)
	}
	breaks := indicator(t, c, "boxes").Breaks
	if len(breaks) != 2 || breaks[0].Period != figure.Year(2022) || breaks[1].Period != figure.Month(2023, 4) || breaks[1].Note.EN != "constant prices" {
		t.Fatalf("read as %+v", breaks)
	}
	if !breaks[0].Breaks("1", "fish", figure.YTDYoY) {
		t.Error("a break that names nothing does not apply to every series")
	}
	for _, c := range []struct {
		area, category string
		measure        figure.Measure
		want           bool
	}{
		{"11", figure.Total, figure.YoY, true},
		{"12", figure.Total, figure.YoY, true},
		{"1", figure.Total, figure.YoY, false},
		{"11", "fish", figure.YoY, false},
		{"11", figure.Total, figure.Level, false},
	} {
		if got := breaks[1].Breaks(c.area, c.category, c.measure); got != c.want {
			t.Errorf("%s %s %s: %t, want %t", c.area, c.category, c.measure, got, c.want)
		}
	}
}

func TestEveryKindOfIndicatorHasItsColumn(t *testing.T) {
	header := ""
	for line := range strings.Lines(docs(t)["indicator"]) {
		if strings.HasPrefix(line, "| | `") {
			header = line
		}
	}
	for _, kind := range kinds {
		if !strings.Contains(header, " `"+kind+"` |") {
			t.Errorf("docs/catalog.md lacks a column of %s in %q", kind, header)
		}
	}
}
