package verdict

import (
	"math"
	"strings"
	"testing"

	"github.com/tidemark-stats/tidemark/figure"
	"github.com/tidemark-stats/tidemark/store"
)

// reported are figures of an indicator as one might read them: measure, then
// period value, separated by commas, in the base unit or in percent. All were
// published on a day.
func reported(t *testing.T, indicator, lines, on string) (all []store.Vintage) {
	t.Helper()
	for line := range strings.Lines(lines) {
		name, rest, _ := strings.Cut(strings.TrimSpace(line), " ")
		m, err := figure.ParseMeasure(name)
		if err != nil {
			t.Fatal(err)
		}
		for one := range strings.SplitSeq(rest, ",") {
			words := strings.Fields(one)
			p, err := figure.ParsePeriod(words[0])
			if err != nil {
				t.Fatal(err)
			}
			d, err := figure.ParseDecimal(words[1])
			if err != nil {
				t.Fatal(err)
			}
			all = append(all, store.Vintage{Cell: figure.Cell{Indicator: indicator, Area: "CITY", Category: figure.Total, Measure: m, Period: p},
				Agency: "office", Status: figure.Normal, Value: d.Float64(), Moment: day(on).UnixMilli()})
		}
	}
	return all
}

// cells are the figures that an explanation shows, as "level 2023-01".
func cells(e Explanation) map[string]bool {
	all := map[string]bool{}
	for _, u := range e.Figures {
		all[u.Measure.String()+" "+u.Period.String()] = true
	}
	return all
}

// months are so many months from a first one, as cells shows them.
func months(from figure.Period, count int) (all []string) {
	for n := range count {
		all = append(all, "level "+from.Add(n).String())
	}
	return all
}

func TestAnExplanationShowsEveryFigureBehindItsNumbers(t *testing.T) {
	const byYears = "yoy 2020 4, 2021 8.2, 2022 7.3, 2023 5.9\nytd_yoy 2020-09 3.1, 2021-09 9.4, 2022-09 6.5, 2023-09 6.6, 2024-09 5.5"
	for name, c := range map[string]struct {
		target string
		all    []store.Vintage
		on     string
		want   []string
	}{
		"a plan of several years, within a year": {"kind: annual_total\nindicator: output\nbase: 2020\nby: 2026\nvalue: 2000 万TEU", steadyOutput(), "2024-06-25", months(figure.Month(2020, 1), 53)},
		"a year":                                 {slightRise, steadyOutput(), "2024-06-25", months(figure.Month(2020, 1), 53)},
		"a year that cannot be projected yet":    {slightRise, steadyOutput()[24:], "2024-06-25", months(figure.Month(2022, 1), 29)},
		"a plan of several years, between two":   {"kind: annual_total\nindicator: output\nbase: 2020\nby: 2026\nvalue: 2000 万TEU", steadyOutput()[:48], "2024-02-10", months(figure.Month(2020, 1), 48)},
		"a sum of years":                         {"kind: cumulative\nindicator: output\nfrom: 2023\nby: 2026\nvalue: 9000 万TEU", steadyOutput(), "2024-06-25", months(figure.Month(2020, 1), 53)},
		"a sum of years, between two":            {"kind: cumulative\nindicator: output\nfrom: 2023\nby: 2026\nvalue: 9000 万TEU", steadyOutput()[:48], "2024-02-10", months(figure.Month(2020, 1), 48)},
		"a level by a year": {"kind: level_by\nindicator: entities\nvalue: 160 万户\nbase: 2021\nby: 2026",
			reported(t, "entities", "level 2019 1040000, 2020 1100000, 2021 1170000, 2022 1220000, 2023 1260000", "2024-02-01"), "2024-02-05",
			[]string{"level 2019", "level 2020", "level 2021", "level 2022", "level 2023"}},
		"growth": {"kind: growth\nindicator: throughput\nvalue: 6 %\nby: 2024", reported(t, "throughput", byYears+"\nytd 2023-09 9000000, 2023-12 12000000", "2024-10-12"), "2024-10-15",
			[]string{"yoy 2020", "yoy 2021", "yoy 2022", "yoy 2023", "ytd_yoy 2020-09", "ytd_yoy 2021-09", "ytd_yoy 2022-09", "ytd_yoy 2023-09", "ytd_yoy 2024-09", "ytd 2023-09", "ytd 2023-12"}},
		"a floor to be kept for months": {"kind: floor\nindicator: throughput\nvalue: 300 万TEU\nfrom: 2024-03\nby: 2024-12",
			reported(t, "throughput", "level 2024-03 3100000, 2024-04 3000000, 2024-05 3100000", "2024-06-10"), "2024-06-12", months(figure.Month(2024, 3), 3)},
		"a rank to be kept for years": {"kind: rank\nindicator: place\nvalue: 1 位\nfrom: 2021\nby: 2026\nkept: true",
			reported(t, "place", "level 2021 1, 2022 1, 2023 1", "2024-02-01"), "2024-07-01", []string{"level 2021", "level 2022", "level 2023"}},
	} {
		t.Run(name, func(t *testing.T) {
			b := bookOf(t, c.all...)
			s := OfAsOf(parsed(t, c.target), b, day(c.on))[0]
			e := Explain(s, b)
			shown := cells(e)
			for _, want := range c.want {
				if !shown[want] {
					t.Errorf("%s: %s is missing", s.Verdict, want)
				}
				delete(shown, want)
			}
			if len(shown) > 0 {
				t.Errorf("%s: nothing rests on %v", s.Verdict, shown)
			}
		})
	}
}

func TestTheSharesShownAreThoseThatWereUsed(t *testing.T) {
	without := func(all []store.Vintage, period string) (rest []store.Vintage) {
		for _, v := range all {
			if v.Cell.Period.String() != period {
				rest = append(rest, v)
			}
		}
		return rest
	}
	for name, c := range map[string]struct {
		target string
		all    []store.Vintage
		years  int
	}{
		"a year":                  {slightRise, steadyOutput(), 4},
		"a plan of several years": {"kind: annual_total\nindicator: output\nbase: 2020\nby: 2026\nvalue: 2000 万TEU", steadyOutput(), 4},
		"a sum of years":          {"kind: cumulative\nindicator: output\nfrom: 2023\nby: 2026\nvalue: 9000 万TEU", steadyOutput(), 4},
		"a year lacks a month":    {slightRise, without(steadyOutput(), "2022-09"), 3},
		"a year to date of zero":  {slightRise, append(steadyOutput()[12:], reported(t, "output", "level 2020-01 0, 2020-02 0, 2020-03 0, 2020-04 0, 2020-05 0, 2020-06 1, 2020-07 1, 2020-08 1, 2020-09 1, 2020-10 1, 2020-11 1, 2020-12 1", "2021-01-21")...), 3},
	} {
		t.Run(name, func(t *testing.T) {
			b := bookOf(t, c.all...)
			s := OfAsOf(parsed(t, c.target), b, day("2024-06-25"))[0]
			shares := Explain(s, b).Shares
			used, mean := s.Share, 0.0
			if !used.Known {
				used = s.Pace.Share
			}
			for _, one := range shares {
				mean += one.Share / float64(len(shares))
			}
			if len(shares) != c.years || math.Abs(mean-used.Value) > 1e-12 {
				t.Errorf("%d shares with the mean %v, want %d with %v", len(shares), mean, c.years, used)
			}
		})
	}
}
