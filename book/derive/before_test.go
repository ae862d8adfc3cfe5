package derive

import (
	"fmt"
	"testing"

	"github.com/tidemark-stats/tidemark/catalog"
	"github.com/tidemark-stats/tidemark/figure"
)

// all writes everything that a history says of a measure and frequency.
func all(h *History, m figure.Measure, f figure.Frequency) (lines []string) {
	for v := range h.Figures(m, f) {
		lines = append(lines, v.Period.String()+" "+text(v, true))
	}
	return lines
}

func TestBeforeAReleaseNothingOfItIsKnown(t *testing.T) {
	before := []string{"level 2023 1200", "ytd 2024-03 250", "ytd 2024-05 430", "yoy 2024-05 3"}
	whole := New(flow, figures(append(before, "ytd 2024-06 520", "level 2024-06 91", "level 2024-Q2 270", "yoy 2024-06 4", "level 2024-07 80")...)...)
	part := New(flow, figures(before...)...)
	for _, m := range []figure.Measure{figure.Level, figure.YTD, figure.YoY} {
		for _, f := range []figure.Frequency{figure.Monthly, figure.Quarterly, figure.Annual} {
			expect(t, fmt.Sprint(all(whole.Before(parse("2024-06")), m, f)), fmt.Sprint(all(part, m, f)))
		}
	}
}

func TestBeforeAReleaseOfAPartARatioIsNotKnown(t *testing.T) {
	ratio := &catalog.Indicator{Code: "ratio", Kind: catalog.Ratio, Frequencies: flow.Frequencies, Ratio: &catalog.Parts{Numerator: flow, Denominator: stock}}
	h := newRatio(ratio, New(flow, figures("level 2022 100", "level 2023 120")...), New(stock, figures("level 2022 10", "level 2023 11")...))
	v, ok := h.Before(parse("2023")).At(figure.Level, parse("2023"))
	expect(t, text(v, ok), "nothing")
	v, ok = h.Before(parse("2023")).At(figure.Level, parse("2022"))
	expect(t, text(v, ok), "10 derived: flow level 2022 ÷ stock level 2022")
}

func TestFiguresCanBeReplacedByOthers(t *testing.T) {
	h := New(flow, figures("ytd 2024-03 250", "ytd 2024-04 340")...)
	april := func(h *History) string {
		v, ok := h.At(figure.Level, parse("2024-04"))
		return text(v, ok)
	}
	expect(t, april(h.Instead(map[string][]Value{"flow": figures("ytd 2024-04 345", "ytd 2024-04 350")})), "100 derived: ytd 2024-04 − ytd 2024-03")
	expect(t, april(h.Instead(map[string][]Value{"flow": figures("ytd 2024-04 -")})), "nothing")
	expect(t, april(h.Instead(map[string][]Value{"stock": figures("ytd 2024-04 350")})), "90 derived: ytd 2024-04 − ytd 2024-03")
	expect(t, april(h), "90 derived: ytd 2024-04 − ytd 2024-03")
}
