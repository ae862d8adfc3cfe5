package verdict

import (
	"strings"
	"testing"

	"github.com/tidemark-stats/tidemark/catalog"
	"github.com/tidemark-stats/tidemark/figure"
	"github.com/tidemark-stats/tidemark/store"
)

// output is a figure of the output in 万TEU, as it became known on a day.
func output(measure figure.Measure, period string, value float64, on string) store.Vintage {
	p, err := figure.ParsePeriod(period)
	if err != nil {
		panic(err)
	}
	return store.Vintage{Cell: figure.Cell{Indicator: "output", Area: "CITY", Category: figure.Total, Measure: measure, Period: p},
		Agency: "office", Status: figure.Normal, Value: value * 1e4, Moment: day(on).UnixMilli()}
}

// steadyOutput are the months of four years and of 2024 up to May, each
// published on the 21st of the next month.
func steadyOutput() (all []store.Vintage) {
	for p := figure.Month(2020, 1); p.Compare(figure.Month(2024, 5)) <= 0; p = p.Next() {
		all = append(all, output(figure.Level, p.String(), 100+float64(5*(p.Year()-2020))+seasons[p.Number()-1]/10, released(p).Format("2006-01-02")))
	}
	return all
}

func filledIn(v store.Vintage) store.Vintage {
	v.Status = figure.Imputed
	return v
}

// slightRise is a goal of 2024 that steadyOutput reaches.
const slightRise = "kind: annual_total\nindicator: output\nby: 2024\nvalue: 1535 万TEU"

func TestAVerdictThatARevisionTurnedSaysSo(t *testing.T) {
	target := parsed(t, slightRise)
	for _, c := range []struct {
		name   string
		more   []store.Vintage
		on     string
		turned string // what the reason says, empty if nothing
	}{
		{"nothing was revised", nil, "2024-06-25", ""},
		{"a revision made it slip", []store.Vintage{output(figure.Level, "2024-04", 40, "2024-06-28"), output(figure.Level, "2024-05", 50, "2024-06-28")}, "2024-06-29",
			"2024-04 was revised from 1.28 million TEU to 400 thousand TEU (and one more figure), which turned the verdict from on track to slipping"},
		{"a revision with the newest period did", []store.Vintage{output(figure.Level, "2024-03", 10, "2024-06-21")}, "2024-06-29",
			"2024-03 was revised from 1.28 million TEU to 100 thousand TEU, which turned the verdict from on track to slipping"},
		{"a new period made it slip, a revision did not", []store.Vintage{output(figure.Level, "2024-06", 1, "2024-07-21"), output(figure.Level, "2024-05", 127, "2024-07-21")}, "2024-07-22", ""},
		{"a revision did not turn it", []store.Vintage{output(figure.Level, "2024-05", 128, "2024-06-28")}, "2024-06-29", ""},
		{"the revision is still to come", []store.Vintage{output(figure.Level, "2024-05", 10, "2024-06-28")}, "2024-06-27", ""},
		{"a new period has come since", []store.Vintage{output(figure.Level, "2024-03", 10, "2024-06-28"), output(figure.Level, "2024-06", 120, "2024-07-21")}, "2024-07-22", ""},
		{"it was revised back", []store.Vintage{output(figure.Level, "2024-03", 10, "2024-06-25"), output(figure.Level, "2024-03", 127.9, "2024-06-28")}, "2024-06-29",
			"from slipping to on track"},
		{"another revision followed", []store.Vintage{output(figure.Level, "2024-03", 10, "2024-06-25"), output(figure.Level, "2024-02", 121, "2024-06-28")}, "2024-06-29",
			"2024-03 was revised"},
		{"the final figure was revised", []store.Vintage{output(figure.Level, "2024", 1536, "2025-01-20"), output(figure.Level, "2024", 1530, "2025-03-20")}, "2025-06-01",
			"2024 was revised from 15.36 million TEU to 15.3 million TEU, which turned the verdict from met to missed"},
		{"the newest period was only filled in before", []store.Vintage{filledIn(output(figure.Level, "2024-06", 129, "2024-07-01")), output(figure.Level, "2024-06", 1, "2024-07-21")}, "2024-07-22", ""},
		{"it was met, and still is", []store.Vintage{output(figure.Level, "2024", 1540, "2025-01-20"), output(figure.Level, "2024", 1539, "2025-03-20")}, "2025-06-01", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := OfAsOf(target, bookOf(t, append(steadyOutput(), c.more...)...), day(c.on))[0]
			told := s.Turned != nil && strings.Contains(s.Reason.EN, s.Turned.Reason.EN) && strings.Contains(s.Reason.ZH, s.Turned.Reason.ZH)
			if told != (c.turned != "") || !strings.Contains(s.Reason.EN, c.turned) {
				t.Errorf("%s: %s; turned %+v, want %q", s.Verdict, s.Reason.EN, s.Turned, c.turned)
			}
		})
	}
}

func TestATurnIsToldInChineseToo(t *testing.T) {
	s := OfAsOf(parsed(t, slightRise), bookOf(t, append(steadyOutput(), output(figure.Level, "2024-03", 10, "2024-06-28"))...), day("2024-06-29"))[0]
	if s.Turned == nil {
		t.Fatalf("%s: %s", s.Verdict, s.Reason.EN)
	}
	if said := Sentence(s).ZH; !strings.Contains(said, "判定由“进展正常”变为“滞后”") {
		t.Errorf("the sentence does not say so: %s", said)
	}
	if want := "2024-03由127.9 万TEU修订为10 万TEU，判定由“进展正常”变为“滞后”"; s.Turned.Reason.ZH != want {
		t.Errorf("got %s, want %s", s.Turned.Reason.ZH, want)
	}
}

func TestTheRevisionOfAPartTurnsARatio(t *testing.T) {
	c := catalog.Ningbo()
	ratio, _ := c.Indicator("people_per_entity")
	area, _ := c.Area("330200")
	target := &catalog.Target{ID: "ratio", Kind: catalog.Ceiling, Indicator: ratio, Area: area, Category: figure.Total, Value: figure.NewDecimal(48, -1)}
	of := func(indicator string, value float64, on string) store.Vintage {
		return store.Vintage{Cell: figure.Cell{Indicator: indicator, Area: "330200", Category: figure.Total, Measure: figure.Level, Period: figure.Year(2022)},
			Agency: "office", Status: figure.Normal, Value: value, Moment: day(on).UnixMilli()}
	}
	b := bookOf(t, of("registered_population", 600e4, "2023-02-01"), of("market_entities", 126e4, "2023-02-10"), of("market_entities", 120e4, "2023-05-10"))
	s := OfAsOf(target, b, day("2023-06-01"))[0]
	if s.Turned == nil || s.Turned.Before != Met || !strings.Contains(s.Reason.EN, "market entities 2022 was revised from 1,260,000 entities to 1,200,000 entities") {
		t.Errorf("%s: %s; turned %+v", s.Verdict, s.Reason.EN, s.Turned)
	}
}
