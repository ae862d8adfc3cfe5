package book

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/tidemark-stats/tidemark/figure"
	"github.com/tidemark-stats/tidemark/store"
)

// anyVintage draws from a small domain, so that cells, times and values often
// coincide.
var anyVintage = rapid.Custom(func(t *rapid.T) store.Vintage {
	v := store.Vintage{
		Cell: figure.Cell{
			Indicator: rapid.SampledFrom([]string{"gdp", "trade_exports"}).Draw(t, "indicator"),
			Area:      rapid.SampledFrom([]string{"330200", "NBZS"}).Draw(t, "area"),
			Category:  figure.Total,
			Measure:   rapid.SampledFrom([]figure.Measure{figure.Level, figure.YoY}).Draw(t, "measure"),
			Period: rapid.SampledFrom([]figure.Period{figure.Month(2023, 1), figure.Month(2023, 2),
				figure.Quarter(2023, 1), figure.Year(2023)}).Draw(t, "period"),
		},
		Agency: rapid.SampledFrom([]string{"customs", "port"}).Draw(t, "agency"),
		Status: rapid.SampledFrom([]figure.Status{'A', 'J', 'P'}).Draw(t, "status"),
		Moment: rapid.Int64Range(1, 4).Draw(t, "moment"),
	}
	if v.Withheld = rapid.IntRange(0, 3).Draw(t, "withheld") == 0; !v.Withheld {
		v.Value = rapid.SampledFrom([]float64{0, math.Copysign(0, -1), 1, 2}).Draw(t, "value")
	}
	return v
})

// dump writes the whole content of a book.
func dump(b *Book) string {
	var out strings.Builder
	fmt.Fprintf(&out, "%d series, %d figures, %d vintages\n", b.Len(), b.Figures(), b.Vintages())
	for s := range b.All() {
		for _, v := range s.vintages {
			fmt.Fprintf(&out, "%v %+v\n", s.Key, s.figure(v))
		}
		for f := range s.Figures() {
			fmt.Fprintf(&out, "%v current %+v\n", s.Key, f)
			for v := range s.Vintages(f.Period) {
				fmt.Fprintf(&out, "%v vintage %+v\n", s.Key, v)
			}
		}
	}
	return out.String()
}

func TestOrderRepetitionAndBatchesDoNotMatter(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		vintages := rapid.SliceOfN(anyVintage, 1, 40).Draw(t, "vintages")
		want := dump(merged(t, new(Book), vintages))

		again := rapid.SliceOfN(rapid.SampledFrom(vintages), 0, 20).Draw(t, "repeated")
		shuffled := rapid.Permutation(append(again, vintages...)).Draw(t, "shuffled")
		b := new(Book)
		for len(shuffled) > 0 {
			n := rapid.IntRange(1, len(shuffled)).Draw(t, "batch")
			b = merged(t, b, shuffled[:n])
			shuffled = shuffled[n:]
		}
		if got := dump(b); got != want {
			t.Fatalf("in batches:\n%s\nat once:\n%s", got, want)
		}
	})
}

func TestTheCurrentFigureIsTheLastOfItsCell(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		vintages := rapid.SliceOfN(anyVintage, 1, 40).Draw(t, "vintages")
		moment := rapid.Int64Range(0, 5).Draw(t, "as of")
		b := merged(t, new(Book), vintages)
		checkKnown(t, b, vintages, moment)
	})
}

// checkKnown compares what the book knew at a given time with the plain rule.
func checkKnown(t *rapid.T, b *Book, vintages []store.Vintage, moment int64) {
	last := map[figure.Cell]store.Vintage{}
	for _, v := range vintages {
		if o, known := last[v.Cell]; v.Moment <= moment && (!known || later(v, o)) {
			last[v.Cell] = v
		}
	}
	for s := range b.All() {
		for f := range s.AsOf(time.UnixMilli(moment)) {
			cell := s.Key.At(f.Period)
			want, known := last[cell]
			if !known || f.Value != want.Value || f.Withheld != want.Withheld || f.Status != want.Status {
				t.Fatalf("%v: the book says %+v, the rule %+v", cell, f, want)
			}
			delete(last, cell)
		}
	}
	if len(last) > 0 {
		t.Fatalf("the book does not know %v", last)
	}
}

func later(v, o store.Vintage) bool {
	withheld := func(v store.Vintage) int {
		if v.Withheld {
			return 1
		}
		return 0
	}
	return cmp.Or(cmp.Compare(v.Moment, o.Moment), cmp.Compare(v.Status, o.Status),
		cmp.Compare(withheld(v), withheld(o)), cmp.Compare(v.Value, o.Value)) > 0
}

func merged(t *rapid.T, b *Book, vintages []store.Vintage) *Book {
	m, err := b.Merge(sequence(vintages...))
	if err != nil {
		t.Fatal(err)
	}
	if !slices.IsSortedFunc(m.series, func(s, o *Series) int { return s.Key.Compare(o.Key) }) {
		t.Fatal("series are out of order")
	}
	return m
}
