package output_test

import (
	"bytes"
	"math"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/tidemark-stats/tidemark/book"
	"github.com/tidemark-stats/tidemark/book/booktest"
	"github.com/tidemark-stats/tidemark/catalog"
	"github.com/tidemark-stats/tidemark/figure"
	"github.com/tidemark-stats/tidemark/internal/lang"
	"github.com/tidemark-stats/tidemark/store"
	"github.com/tidemark-stats/tidemark/verdict"
	"github.com/tidemark-stats/tidemark/verdict/output"
)

// explained is a target for a year in the catalogue of verdict's examples, with
// five years of months that vary, and a revised one.
func explained(t *testing.T) (*catalog.Target, *book.Book) {
	t.Helper()
	text, err := os.ReadFile("../testdata/examples.yaml")
	if err != nil {
		t.Fatal(err)
	}
	c, err := catalog.Parse("example.yaml", append(text, `  - id: boxes_2024
    name: {zh: 2024年吞吐量1160万标箱, en: 11.6 million TEU in 2024}
    wording: 吞吐量达到1160万标箱
    source: an example
    kind: annual_total
    indicator: throughput
    area: CITY
    value: 1160 万TEU
    by: 2024
`...))
	if err != nil {
		t.Fatal(err)
	}
	var all []store.Vintage
	add := func(p figure.Period, value int64, day time.Time) {
		all = append(all, store.Vintage{Cell: figure.Cell{Indicator: "throughput", Area: "CITY", Category: figure.Total, Measure: figure.Level, Period: p},
			Agency: "office", Status: figure.Normal, Value: float64(value), Moment: day.UnixMilli()})
	}
	for n := range 53 { // to May 2024
		p := figure.Month(2020, 1).Add(n)
		size := 8e5 * (1 + 0.004*float64(n)) * (1 + 0.08*math.Sin(float64(p.Number()))) * (1 + 0.03*math.Sin(7*float64(n)))
		add(p, int64(size/100)*100, p.End().AddDate(0, 0, 9))
		if p == figure.Month(2024, 4) {
			add(p, int64(size/100)*100+31000, p.End().AddDate(0, 0, 38))
		}
	}
	return c.Targets[0], booktest.Of(t, all...)
}

func TestAnExplanationShowsTheWholeCalculation(t *testing.T) {
	target, b := explained(t)
	at := time.Date(2024, 6, 20, 12, 0, 0, 0, time.FixedZone("", 8*3600))
	all := []verdict.Explanation{verdict.Explain(verdict.Of(target, b, at)[0], b)}
	for _, c := range []struct {
		file  string
		write func(*bytes.Buffer) error
	}{
		{"explained.en.txt", func(w *bytes.Buffer) error { return output.Printer{Language: lang.English}.Explain(w, all) }},
		{"explained.zh.txt", func(w *bytes.Buffer) error { return output.Printer{Language: lang.Chinese}.Explain(w, all) }},
		{"explained.json", func(w *bytes.Buffer) error { return output.ExplainJSON(w, all) }},
	} {
		t.Run(c.file, func(t *testing.T) {
			var w bytes.Buffer
			if err := c.write(&w); err != nil {
				t.Fatal(err)
			}
			golden(t, c.file, w.Bytes())
		})
	}
}

func TestAnExplanationWritesAmountsAsPeopleDo(t *testing.T) {
	b := booktest.Sample()
	unreadable := regexp.MustCompile(`[0-9]{7,}`)
	for _, s := range verdict.All(catalog.Ningbo(), b, time.Date(2023, 12, 20, 9, 0, 0, 0, catalog.Ningbo().Location())) {
		for _, l := range []lang.Language{lang.Chinese, lang.English} {
			var w bytes.Buffer
			if err := (output.Printer{Language: l}).Explain(&w, []verdict.Explanation{verdict.Explain(s, b)}); err != nil {
				t.Fatal(err)
			}
			for line := range strings.Lines(w.String()) {
				if found := unreadable.FindString(line); found != "" && !strings.HasPrefix(line, "  “") { // the source may have a long number
					t.Errorf("%s, %s: %s in %s", s.Target.ID, l, found, line)
				}
			}
			if goal := map[lang.Language]string{lang.Chinese: "10000 亿元", lang.English: "1,000,000,000,000 CNY"}[l]; s.Target.ID == "exports_2026" && !strings.Contains(w.String(), goal) {
				t.Errorf("the explanation lacks the goal %s:\n%s", goal, w.String())
			}
		}
	}
}
