package verdict

import (
	"hash/fnv"
	"math/rand/v2"
	"strconv"
	"testing"
	"time"

	"github.com/tidemark-stats/tidemark/book"
	"github.com/tidemark-stats/tidemark/catalog"
	"github.com/tidemark-stats/tidemark/figure"
	"github.com/tidemark-stats/tidemark/store"
)

// life is a series as it would have become known month by month.
//
// The figure of a month is published on the 21st of the next one, January's with
// February's. What is published first is off by a random amount and is replaced
// by the final value some months later, with a later release. How far the first
// figures of a series are off differs from series to series, as it does in
// reality: in a quarter of them they are final.
type life struct {
	series
	book   *book.Book
	off    float64 // standard deviation of the first figures from the final ones
	settle int     // after how many months a figure is final
}

// lifeYears is how many years of a series are lived through, and lifeBefore
// how many are known before the first of them.
const (
	lifeYears  = 10
	lifeBefore = 5
)

// offs are the standard deviations of first figures from final ones among which
// the series are divided evenly.
var offs = []float64{0, 0.003, 0.008, 0.02}

// live makes up the life of a series, always the same one.
func live(s series) life {
	h := fnv.New64a()
	_, _ = h.Write([]byte(s.name))
	random := rand.New(rand.NewPCG(h.Sum64(), 11))
	l := life{series: s, off: offs[random.IntN(len(offs))], settle: 1 + random.IntN(4)}
	var all []store.Vintage
	for m, v := range s.months {
		p := figure.Month(s.first+m/12, m%12+1)
		publish := func(v float64, at time.Time) {
			all = append(all, store.Vintage{Cell: figure.Cell{Indicator: "output", Area: "CITY", Category: figure.Total, Measure: figure.Level, Period: p},
				Agency: "office", Status: figure.Normal, Value: v, Moment: at.UnixMilli()})
		}
		publish(v*(1+l.off*random.NormFloat64()), released(p))
		if l.off > 0 {
			publish(v, released(p.Add(l.settle)).Add(time.Second))
		}
	}
	b, err := new(book.Book).Merge(func(yield func(*store.Vintage, error) bool) {
		for i := range all {
			if !yield(&all[i], nil) {
				return
			}
		}
	})
	if err != nil {
		panic(err) // nothing is read from anywhere
	}
	l.book = b
	return l
}

// released is when the figure of a month is published.
func released(p figure.Period) time.Time {
	if p.Number() == 1 {
		p = p.Next()
	}
	return p.End().AddDate(0, 0, 20)
}

// target is one on the total of a year, like another one.
func (l life) target(like *catalog.Target, year int, goal float64) *catalog.Target {
	target := *like
	target.By = figure.Year(year)
	d, err := figure.ParseDecimal(strconv.FormatFloat(goal, 'f', -1, 64))
	if err != nil {
		panic(err) // the series have positive values
	}
	target.Value = d
	return &target
}

// outputTarget is a target on a series, whose goal and year are to be set.
func outputTarget(t testing.TB) *catalog.Target {
	return parsed(t, "kind: annual_total\nindicator: output\nvalue: 1 TEU\nby: 2024")
}

// total is the final total of the n-th year.
func (s series) total(n int) (total float64) {
	for _, v := range s.months[12*n : 12*n+12] {
		total += v
	}
	return total
}
