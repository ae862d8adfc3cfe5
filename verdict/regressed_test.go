package verdict

import (
	"strings"
	"testing"

	"github.com/tidemark-stats/tidemark/book"
	"github.com/tidemark-stats/tidemark/book/booktest"
	"github.com/tidemark-stats/tidemark/catalog"
	"github.com/tidemark-stats/tidemark/figure"
	"github.com/tidemark-stats/tidemark/store"
)

// published is a figure of the investment in waterways in 亿元, as it became
// known on a day; "-" is withheld.
func published(measure figure.Measure, period, value, on string) store.Vintage {
	p, err := figure.ParsePeriod(period)
	if err != nil {
		panic(err)
	}
	v := store.Vintage{Cell: figure.Cell{Indicator: "waterway_investment", Area: "NBZS", Category: figure.Total, Measure: measure, Period: p},
		Agency: "port", Status: figure.Normal, Moment: day(on).UnixMilli()}
	if value == "-" {
		v.Withheld, v.Status = true, figure.Suppressed
		return v
	}
	d, err := figure.ParseDecimal(value)
	if err != nil {
		panic(err)
	}
	v.Value = d.Shift(8).Float64()
	return v
}

var bookOf = booktest.Of

func TestATargetRegressesByARevisionOnly(t *testing.T) {
	met := published(figure.Level, "2023", "57.12", "2024-01-31")
	for _, c := range []struct {
		name      string
		figures   []store.Vintage
		on        string
		regressed string // what was revised, empty if it has not regressed
	}{
		{"the figure is unchanged", []store.Vintage{met}, "2024-05-01", ""},
		{"it never was met", []store.Vintage{published(figure.Level, "2023", "30", "2024-01-31"), published(figure.Level, "2023", "31", "2024-03-01")}, "2024-05-01", ""},
		{"it was revised downwards", []store.Vintage{met, published(figure.Level, "2023", "33.9", "2024-03-01")}, "2024-05-01", "2023 was revised from 5.71 billion yuan to 3.39 billion yuan"},
		{"it was withheld", []store.Vintage{met, published(figure.Level, "2023", "-", "2024-03-01")}, "2024-05-01", "to withheld"},
		{"it was revised and came back", []store.Vintage{met, published(figure.Level, "2023", "33.9", "2024-03-01"), published(figure.Level, "2023", "35", "2024-04-01")}, "2024-05-01", ""},
		{"the revision is still to come", []store.Vintage{met, published(figure.Level, "2023", "33.9", "2024-03-01")}, "2024-02-15", ""},
		{"it stays below in a second revision", []store.Vintage{met, published(figure.Level, "2023", "33.9", "2024-03-01"), published(figure.Level, "2023", "33.8", "2024-04-01")}, "2024-05-01", "5.71 billion"},
		{"it was reached to date, then revised", []store.Vintage{published(figure.YTD, "2023-09", "40.11", "2023-10-31"), published(figure.YTD, "2023-09", "30", "2023-11-02")}, "2023-11-03", "2023-09 was revised"},
		{"the year fell short of what it was reached with", []store.Vintage{published(figure.YTD, "2023-09", "40.11", "2023-10-31"), published(figure.Level, "2023", "33", "2024-01-31")}, "2024-05-01", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			target, _ := catalog.Ningbo().Target("waterway_investment_2023")
			b := bookOf(t, c.figures...)
			u, ok := RegressedBy(OfAsOf(target, b, day(c.on))[0], b)
			if ok != (c.regressed != "") || !strings.Contains(u.Reason.EN, c.regressed) {
				t.Errorf("it has regressed is %t because %q, want %q", ok, u.Reason.EN, c.regressed)
			}
		})
	}
}

func TestATargetOnAnyCategoryIsJudgedOnEach(t *testing.T) {
	target, _ := catalog.Ningbo().Target("unresolved_hotspot")
	of := func(category string, value float64) store.Vintage {
		return store.Vintage{Cell: figure.Cell{Indicator: "unresolved_cases", Area: "330200", Category: category, Period: figure.Month(2024, 1)},
			Agency: "service_center", Status: figure.Normal, Value: value, Moment: day("2024-02-10").UnixMilli()}
	}
	var got []string
	for _, s := range Of(target, bookOf(t, of("社保", 3), of("不动产", 12), of(figure.Total, 15)), day("2024-02-12")) {
		got = append(got, s.Category+" "+string(s.Verdict))
	}
	if want := "不动产 missed, 社保 met"; strings.Join(got, ", ") != want {
		t.Errorf("got %s, want %s", strings.Join(got, ", "), want)
	}
}

func TestEveryTargetHasAStateWithoutAnyFigure(t *testing.T) {
	states := All(catalog.Ningbo(), new(book.Book), day("2024-02-12"))
	if len(states) != len(catalog.Ningbo().Targets) {
		t.Fatalf("%d states of %d targets", len(states), len(catalog.Ningbo().Targets))
	}
	for _, s := range states {
		if s.Verdict != NoData {
			t.Errorf("%s is %s", s.Target.ID, s.Verdict)
		}
	}
}

func BenchmarkAllTargetsOfTheSample(b *testing.B) {
	book, at := sampleBook(), day("2024-06-25")
	for b.Loop() {
		All(catalog.Ningbo(), book, at)
	}
}

func TestTheSentenceNamesTheRevisionByWhichATargetRegressed(t *testing.T) {
	target, _ := catalog.Ningbo().Target("waterway_investment_2023")
	b := bookOf(t, published(figure.Level, "2023", "57.12", "2024-01-31"), published(figure.Level, "2023", "33.9", "2024-03-01"))
	s := OfAsOf(target, b, day("2024-05-01"))[0]
	regression, _ := RegressedBy(s, b)
	s.Regressed = regression.Reason
	said := Sentence(s)
	if want := "2023年全年33.9亿元，完成目标34.1亿元的99.4%，差0.2亿元；2023年由57.12亿元修订为33.9亿元，不再达成。"; said.ZH != want {
		t.Errorf("it reads\n%s\nand not\n%s", said.ZH, want)
	}
	if want := "2023: 3.39 billion yuan, 99.4 % of the goal of 3.41 billion yuan, 20 million yuan short; 2023 was revised from 5.71 billion yuan to 3.39 billion yuan, so the target is no longer met."; said.EN != want {
		t.Errorf("it reads\n%s\nand not\n%s", said.EN, want)
	}
}
