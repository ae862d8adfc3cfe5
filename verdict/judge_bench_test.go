package verdict

import (
	"fmt"
	"math"
	"testing"
	"time"

	"github.com/tidemark-stats/tidemark/book"
	"github.com/tidemark-stats/tidemark/book/booktest"
	"github.com/tidemark-stats/tidemark/catalog"
	"github.com/tidemark-stats/tidemark/figure"
	"github.com/tidemark-stats/tidemark/store"
)

// The limits of what judging may take, on two cores.
const (
	allLimit = time.Second          // of 2,500 targets
	oneLimit = 5 * time.Millisecond // of all of them after a figure of one has arrived
)

// many are targets for the total of 2024, each in an area of its own, with ten
// years of months before it and the year to June.
func many(b *testing.B, count int) (*catalog.Catalog, *book.Book) {
	b.Helper()
	i, _ := catalog.Ningbo().Indicator("container_throughput")
	c := &catalog.Catalog{}
	var vintages []store.Vintage
	for n := range count {
		area := &catalog.Area{Code: fmt.Sprintf("A%04d", n)}
		c.Targets = append(c.Targets, &catalog.Target{ID: area.Code, Kind: catalog.AnnualTotal, Indicator: i, Area: area,
			Category: figure.Total, Value: figure.NewDecimal(1500, 4), By: figure.Year(2024)})
		for m := range 10*12 + 6 {
			p := figure.Month(2014, 1).Add(m)
			wave := 1 + 0.2*math.Sin(float64(m)) + 0.05*math.Sin(float64(m*m*(n+1)))
			vintages = append(vintages, store.Vintage{Cell: figure.Cell{Indicator: i.Code, Area: area.Code, Category: figure.Total, Measure: figure.Level, Period: p},
				Agency: "port", Status: figure.Normal, Value: 1e6 * wave * math.Pow(1.003, float64(m)), Moment: p.End().AddDate(0, 0, 10).UnixMilli()})
		}
	}
	return c, booktest.Of(b, vintages...)
}

var july = time.Date(2024, 7, 15, 12, 0, 0, 0, catalog.Ningbo().Location())

// BenchmarkJudge2500 judges 2,500 targets and reports which part of a second
// that takes.
func BenchmarkJudge2500(b *testing.B) {
	c, all := many(b, 2500)
	for b.Loop() {
		if states := All(c, all, july); len(states) != 2500 || !states[0].Low.Known {
			b.Fatalf("%d states, the first %s: %s", len(states), states[0].Verdict, states[0].Reason.EN)
		}
	}
	b.ReportMetric(float64(b.Elapsed())/float64(b.N)/float64(allLimit), "of-limit")
}

// BenchmarkJudgeOneChange judges 2,500 targets again after a figure of one of
// them has arrived, and reports which part of five milliseconds that takes.
func BenchmarkJudgeOneChange(b *testing.B) {
	c, all := many(b, 2500)
	var k Keeper
	k.All(c, all, july)
	books := [2]*book.Book{all, nil}
	books[1], _ = all.Merge(func(yield func(*store.Vintage, error) bool) {
		yield(&store.Vintage{Cell: figure.Cell{Indicator: "container_throughput", Area: "A1234", Category: figure.Total, Measure: figure.Level, Period: figure.Month(2024, 6)},
			Agency: "port", Status: figure.Normal, Value: 2e6, Moment: july.UnixMilli()}, nil)
	})
	n := 0
	for b.Loop() {
		n++
		if states := k.All(c, books[n%2], july); len(states) != 2500 {
			b.Fatalf("%d states", len(states))
		}
	}
	b.ReportMetric(float64(b.Elapsed())/float64(b.N)/float64(oneLimit), "of-limit")
}
