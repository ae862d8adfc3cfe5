package verdict

import (
	"testing"

	"github.com/tidemark-stats/tidemark/book/derive"
	"github.com/tidemark-stats/tidemark/catalog"
	"github.com/tidemark-stats/tidemark/figure"
)

// sampled is the state of a target of the catalogue for the sample, as it was
// known on a day.
func sampled(t *testing.T, id, on string) State {
	t.Helper()
	target, ok := catalog.Ningbo().Target(id)
	if !ok {
		t.Fatalf("no target %s", id)
	}
	return OfAsOf(target, sampleBook(), day(on))[0]
}

func TestPublishedAttainmentsAreReproduced(t *testing.T) {
	for _, c := range []struct {
		on, attainment, period string
	}{
		{"2023-11-01", "117.62 %", "2023-09"},
		{"2024-02-01", "167.51 %", "2023"},
	} {
		s := sampled(t, "waterway_investment_2023", c.on)
		if got := percent(s.Attainment.Value); got != c.attainment || s.Period.String() != c.period || s.Verdict != Met {
			t.Errorf("on %s: %s of %s, %s; want %s of %s, met", c.on, got, s.Period, s.Verdict, c.attainment, c.period)
		}
	}
}

func TestRequiredGrowthRatiosAreReproduced(t *testing.T) {
	for _, c := range []struct{ on, base, ratio string }{
		{"2023-09-01", "7620.93 亿元", "1.43"}, // after 2022
		{"2026-01-02", "7620.93 亿元", "0.77"}, // after 2023, whose figure came late
	} {
		s := sampled(t, "exports_2026", c.on)
		var base Step
		for _, step := range s.Steps {
			if step.Name.EN == "base" {
				base = step
			}
		}
		text := Amount(s.Target.Indicator, figure.Level, base.Value).ZH
		if got := short(s.Ratio.Value); got != c.ratio || text != c.base || !base.Derived {
			t.Errorf("on %s: R %s from %s (derived %t), want %s from %s, derived", c.on, got, text, base.Derived, c.ratio, c.base)
		}
	}
}

func TestContainersGrewOneAndAHalfTimesAsFastAsRequired(t *testing.T) {
	s := judged(t, "kind: annual_total\nindicator: throughput\nvalue: 4000 万TEU\nbase: 2021\nby: 2027",
		"level 2021 3108, 2023 3530.08", "2024-02-05")
	if got := short(s.Ratio.Value); got != "1.53" || s.Verdict != OnTrack {
		t.Errorf("R is %s, %s; want 1.53, on track", got, s.Verdict)
	}
}

func TestIndustryGrewAsPublishedAlthoughItsLevelFell(t *testing.T) {
	i, _ := catalog.Ningbo().Indicator("industrial_value_added")
	h := derive.From(sampleBook(), i, "330200", figure.Total, day("2024-01-01"))
	june := figure.Month(2023, 6)
	now, _ := h.At(figure.YTD, june)
	before, _ := h.At(figure.YTD, june.YearAgo())
	growth, ok := h.At(figure.YTDYoY, june)
	if !ok || growth.Value != 3.2 || growth.Derived || now.Value >= before.Value {
		t.Errorf("growth is %v (derived %t) from %v to %v, want 3.2 as published, from a higher level", growth.Value, growth.Derived, before.Value, now.Value)
	}
}

func TestThereAreLessThanFivePeoplePerMarketEntity(t *testing.T) {
	i, _ := catalog.Ningbo().Indicator("people_per_entity")
	v, ok := derive.From(sampleBook(), i, "330200", figure.Total, day("2024-01-01")).At(figure.Level, figure.Year(2022))
	if got := short(v.Value); !ok || got != "4.78" || !v.Derived {
		t.Errorf("%s people per entity (derived %t), want 4.78, derived", got, v.Derived)
	}
}

func TestJanuary2023WasARecordForItsMonth(t *testing.T) {
	i, _ := catalog.Ningbo().Indicator("container_throughput")
	h := derive.From(sampleBook(), i, "NBZS", figure.Total, day("2024-01-01"))
	if r, ok := h.Record(figure.Month(2023, 1)); !ok || r.Years != 5 {
		t.Errorf("January 2023 is a record: %t, above %d years; want true above 5", ok, r.Years)
	}
}
