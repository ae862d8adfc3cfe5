package rules

import (
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/tidemark-stats/tidemark/catalog"
	"github.com/tidemark-stats/tidemark/figure"
	"github.com/tidemark-stats/tidemark/ingest"
)

func TestWhatStandsBesideAFigureComesBackAsItWasSaid(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		freq := rapid.SampledFrom([]figure.Frequency{figure.Monthly, figure.Quarterly, figure.Annual}).Draw(t, "frequency")
		first := figure.PeriodAt(freq, figure.Month(1990, 1).Start()).Ordinal()
		var vintages []Vintage
		for i := range rapid.Int32Range(0, 200).Draw(t, "span") {
			for range rapid.IntRange(0, 2).Draw(t, "vintages") {
				vintages = append(vintages, Vintage{period: first + i})
			}
		}
		b := BesideOf(vintages, rapid.IntRange(0, 1<<40).Draw(t, "rows"))
		for range rapid.IntRange(0, 2*maxSpans).Draw(t, "breaks") {
			m := catalog.Marked{Period: figure.Month(rapid.IntRange(1950, 2100).Draw(t, "year"), rapid.IntRange(1, 12).Draw(t, "month"))}
			if rapid.Bool().Draw(t, "growth") {
				m.Measure = figure.YoY
			}
			b.Marked = append(b.Marked, m)
		}
		if got := parseBeside(b.Text(freq)); !slices.Equal(got.spans, b.spans) || got.rows != b.rows || !slices.Equal(got.Marked, b.Marked) {
			t.Fatalf("%v comes back as %v", b, got)
		}
		w := weighing{rapid.IntRange(0, 99).Draw(t, "balance"), rapid.SampledFrom(figure.Measures()).Draw(t, "measure"), figure.NthPeriod(freq, first)}
		if got := parseBeside(b.Text(freq) + " " + w.text()); len(vintages) > 0 && (!slices.Equal(got.spans, b.spans) || !slices.Equal(got.ends, []weighing{w})) {
			t.Fatalf("%v ends %v", got, w)
		}
		for _, p := range vintages {
			if !b.has(p.period) {
				t.Fatalf("%v lacks %d", b, p.period)
			}
		}
		if len(b.Text(freq)) > ingest.MaxBeside {
			t.Fatalf("the header has %d bytes", len(b.Text(freq)))
		}
	})
}

func FuzzBeside(f *testing.F) {
	f.Add("56 2021-01/2024-12 2025-06")
	f.Add("-1 2021/2020 x")
	f.Add("3 2021-01 B2021-01 B%2021-01 B")
	f.Add("3 2021-01 =1:ytd:2021-01 =x:y:z =")
	f.Fuzz(func(t *testing.T, text string) {
		b := parseBeside(text)
		if len(b.spans) > maxSpans {
			t.Fatalf("%d spans", len(b.spans))
		}
		b.has(24000)
		b.figures()
	})
}
