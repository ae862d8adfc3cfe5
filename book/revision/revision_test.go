package revision

import (
	"fmt"
	"math"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/tidemark-stats/tidemark/book"
	"github.com/tidemark-stats/tidemark/book/booktest"
	"github.com/tidemark-stats/tidemark/catalog"
	"github.com/tidemark-stats/tidemark/figure"
	"github.com/tidemark-stats/tidemark/store"
)

// city measures an amount, a share and a rank.
var city = &catalog.Catalog{Indicators: []*catalog.Indicator{
	{Code: "boxes", Kind: catalog.Flow, Unit: &catalog.Unit{Code: "TEU"}},
	{Code: "place", Kind: catalog.Rank, Unit: &catalog.Unit{Code: "place"}},
	{Code: "share", Kind: catalog.Average, Unit: &catalog.Unit{Code: catalog.PercentUnit}},
}}

var published = booktest.Published

// of is a vintage in another measure and area.
func of(v store.Vintage, m figure.Measure, area string) store.Vintage {
	v.Measure, v.Area = m, area
	return v
}

func imputed(v store.Vintage) store.Vintage {
	v.Status = figure.Imputed
	return v
}

// measured is the quality of one indicator and measure in all areas, as known
// on a day.
func measured(t *testing.T, indicator string, m figure.Measure, day string, vintages ...store.Vintage) Quality {
	t.Helper()
	var known time.Time
	if day != "" {
		known = moment(day)
	}
	for _, q := range Of(city, booktest.Of(t, vintages...), known) {
		if q.Indicator.Code == indicator && q.Measure == m && q.Area == "" {
			return q
		}
	}
	return Quality{}
}

func moment(day string) time.Time {
	t, err := time.Parse(time.DateOnly, day)
	if err != nil {
		panic(err)
	}
	return t
}

// text writes the numbers of a quality.
func text(q Quality) string {
	const day = 24 * time.Hour
	s := fmt.Sprintf("%d of %d revised, %d too low, %d too high", q.Revised, q.Figures, q.TooLow, q.TooHigh)
	if q.Cases > 0 {
		s += fmt.Sprintf("; size %.4g, %.4g; mean %.4g, bias %.4g of %d", q.Median, q.High, q.MeanAbsolute, q.Bias, q.Cases)
	}
	if q.UntilHigh > 0 {
		s += fmt.Sprintf("; %d, %d days", q.UntilMedian/day, q.UntilHigh/day)
	}
	for _, n := range []struct {
		count int
		name  string
	}{{q.Rescaled, "rescaled"}, {q.Withdrawn, "withdrawn"}, {q.Filled, "filled"}} {
		if n.count > 0 {
			s += fmt.Sprintf("; %d %s", n.count, n.name)
		}
	}
	return s
}

func TestRevisionsAreMeasured(t *testing.T) {
	for name, tt := range map[string]struct {
		indicator string
		measure   figure.Measure
		day       string
		vintages  []store.Vintage
		want      string
	}{
		"relative to the newest number": {vintages: []store.Vintage{
			published("boxes", "2023-01", 90, "2023-02-10"), published("boxes", "2023-01", 100, "2023-03-10"),
			published("boxes", "2023-02", 204, "2023-03-10"), published("boxes", "2023-02", 201, "2023-03-15"), published("boxes", "2023-02", 200, "2023-04-10"),
			published("boxes", "2023-03", 50, "2023-04-10"),
		}, want: "2 of 3 revised, 1 too low, 1 too high; size 0.02, 0.1; mean 0.06, bias 0.04 of 2; 28, 31 days"},
		"only by what was published by then": {day: "2023-03-15", vintages: []store.Vintage{
			published("boxes", "2023-01", 90, "2023-02-10"), published("boxes", "2023-01", 100, "2023-03-15"), published("boxes", "2023-01", 500, "2023-03-16"),
			published("boxes", "2023-02", 90, "2023-03-16"),
		}, want: "1 of 1 revised, 1 too low, 0 too high; size 0.1, 0.1; mean 0.1, bias 0.1 of 1; 33, 33 days"},
		"a number that went and came back": {vintages: []store.Vintage{
			published("boxes", "2023-01", 90, "2023-02-10"), published("boxes", "2023-01", 91, "2023-03-10"), published("boxes", "2023-01", 90, "2023-04-10"),
		}, want: "1 of 1 revised, 0 too low, 0 too high; size 0, 0; mean 0, bias 0 of 1; 59, 59 days"},
		"a withheld figure that came": {vintages: []store.Vintage{
			booktest.Withheld(published("boxes", "2023-01", 0, "2023-02-10")), published("boxes", "2023-01", 90, "2023-03-10"),
		}, want: "0 of 1 revised, 0 too low, 0 too high; 1 filled"},
		"a withheld figure that came and was revised": {vintages: []store.Vintage{
			booktest.Withheld(published("boxes", "2023-01", 0, "2023-02-10")), published("boxes", "2023-01", 80, "2023-03-10"), published("boxes", "2023-01", 100, "2023-03-20"),
		}, want: "1 of 1 revised, 1 too low, 0 too high; size 0.2, 0.2; mean 0.2, bias 0.2 of 1; 10, 10 days; 1 filled"},
		"a figure that was withdrawn": {vintages: []store.Vintage{
			published("boxes", "2023-01", 90, "2023-02-10"), published("boxes", "2023-01", 91, "2023-02-11"), booktest.Withheld(published("boxes", "2023-01", 0, "2023-03-10")),
		}, want: "0 of 0 revised, 0 too low, 0 too high; 1 withdrawn"},
		"a figure that was withheld for a while": {vintages: []store.Vintage{
			published("boxes", "2023-01", 90, "2023-02-10"), booktest.Withheld(published("boxes", "2023-01", 0, "2023-03-10")), published("boxes", "2023-01", 90, "2023-04-10"),
		}, want: "0 of 1 revised, 0 too low, 0 too high"},
		"a unit put right": {vintages: []store.Vintage{
			published("boxes", "2023-01", 90, "2023-02-10"), published("boxes", "2023-01", 900_000, "2023-02-11"),
		}, want: "0 of 1 revised, 0 too low, 0 too high; 1 rescaled"},
		"a unit put right with a revision": {vintages: []store.Vintage{
			published("boxes", "2023-01", 98, "2023-02-10"), published("boxes", "2023-01", 1_000_000, "2023-02-11"),
		}, want: "1 of 1 revised, 1 too low, 0 too high; size 0.02, 0.02; mean 0.02, bias 0.02 of 1; 1, 1 days; 1 rescaled"},
		"a revision before the unit was put right": {vintages: []store.Vintage{
			published("boxes", "2023-01", 9, "2023-02-10"), published("boxes", "2023-01", 10, "2023-02-12"), published("boxes", "2023-01", 100_000, "2023-02-14"),
		}, want: "1 of 1 revised, 1 too low, 0 too high; size 0.1, 0.1; mean 0.1, bias 0.1 of 1; 2, 2 days; 1 rescaled"},
		"a count that grew nearly tenfold": {vintages: []store.Vintage{
			published("boxes", "2023-01", 3, "2023-02-10"), published("boxes", "2023-01", 31, "2023-02-11"),
		}, want: "1 of 1 revised, 1 too low, 0 too high; size 0.9032, 0.9032; mean 0.9032, bias 0.9032 of 1; 1, 1 days"},
		"growth in percentage points": {measure: figure.YoY, vintages: []store.Vintage{
			of(published("boxes", "2023-01", 0.1, "2023-02-10"), figure.YoY, "H1"), of(published("boxes", "2023-01", -0.4, "2023-03-10"), figure.YoY, "H1"),
			of(published("boxes", "2023-02", 0.05, "2023-03-10"), figure.YoY, "H1"), of(published("boxes", "2023-02", 5, "2023-03-11"), figure.YoY, "H1"),
		}, want: "2 of 2 revised, 1 too low, 1 too high; size 0.5, 4.95; mean 2.725, bias 2.225 of 2; 1, 28 days"},
		"a share in percentage points": {indicator: "share", vintages: []store.Vintage{
			published("share", "2023-01", 4, "2023-02-10"), published("share", "2023-01", 5, "2023-03-10"),
		}, want: "1 of 1 revised, 1 too low, 0 too high; size 1, 1; mean 1, bias 1 of 1; 28, 28 days"},
		"a rank in places": {indicator: "place", vintages: []store.Vintage{
			published("place", "2022", 1, "2023-02-10"), published("place", "2022", 10, "2023-03-10"),
		}, want: "1 of 1 revised, 1 too low, 0 too high; size 9, 9; mean 9, bias 9 of 1; 28, 28 days"},
		"to zero, which has no relative size": {vintages: []store.Vintage{
			published("boxes", "2023-01", 7, "2023-02-10"), published("boxes", "2023-01", 0, "2023-03-10"),
		}, want: "1 of 1 revised, 0 too low, 1 too high; 28, 28 days"},
		"from zero": {vintages: []store.Vintage{
			published("boxes", "2023-01", 0, "2023-02-10"), published("boxes", "2023-01", 10, "2023-03-10"),
		}, want: "1 of 1 revised, 1 too low, 0 too high; size 1, 1; mean 1, bias 1 of 1; 28, 28 days"},
		"a negative amount that rose": {vintages: []store.Vintage{
			published("boxes", "2023-01", -120, "2023-02-10"), published("boxes", "2023-01", -100, "2023-03-10"),
		}, want: "1 of 1 revised, 1 too low, 0 too high; size 0.2, 0.2; mean 0.2, bias 0.2 of 1; 28, 28 days"},
		"a deficit of a hundred that was a surplus": {vintages: []store.Vintage{
			published("boxes", "2023-01", -1, "2023-02-10"), published("boxes", "2023-01", 100, "2023-03-10"),
		}, want: "1 of 1 revised, 1 too low, 0 too high; size 1.01, 1.01; mean 1.01, bias 1.01 of 1; 28, 28 days"},
		"a status that became firm": {vintages: []store.Vintage{
			func() store.Vintage {
				v := published("boxes", "2023-01", 90, "2023-02-10")
				v.Status = figure.Provisional
				return v
			}(), published("boxes", "2023-01", 90, "2023-03-10"),
		}, want: "0 of 1 revised, 0 too low, 0 too high"},
		"what was filled in was not published": {vintages: []store.Vintage{
			imputed(published("boxes", "2023-01", 70, "2023-02-10")), published("boxes", "2023-01", 90, "2023-03-10"),
		}, want: "0 of 1 revised, 0 too low, 0 too high"},
		"an archive loaded without the days of publication": {vintages: []store.Vintage{
			published("boxes", "2013-01", 70, "2023-02-10"), published("boxes", "2013-01", 90, "2023-03-10"),
			published("boxes", "2023-01", 70, "2023-02-10"),
		}, want: "0 of 1 revised, 0 too low, 0 too high"},
	} {
		t.Run(name, func(t *testing.T) {
			if tt.indicator == "" {
				tt.indicator = "boxes"
			}
			if got := text(measured(t, tt.indicator, tt.measure, tt.day, tt.vintages...)); got != tt.want {
				t.Errorf("got  %s\nwant %s", got, tt.want)
			}
		})
	}
}

func TestAreasAreMeasuredTogetherAndEachByItself(t *testing.T) {
	got := ""
	for _, q := range Of(city, booktest.Of(t,
		published("boxes", "2023-01", 90, "2023-02-10"), published("boxes", "2023-01", 100, "2023-03-10"),
		of(published("boxes", "2023-01", 70, "2023-02-10"), figure.Level, "H2"),
		of(published("boxes", "2023-01", 70, "2023-02-10"), figure.YTD, "H2"),
		published("unknown", "2023-01", 70, "2023-02-10"),
	), time.Time{}) {
		got += fmt.Sprintf("%s %s %q: %d of %d\n", q.Indicator.Code, q.Measure, q.Area, q.Revised, q.Figures)
	}
	want := "boxes level \"\": 1 of 2\nboxes level \"H1\": 1 of 1\nboxes level \"H2\": 0 of 1\nboxes ytd \"\": 0 of 1\nboxes ytd \"H2\": 0 of 1\n"
	if got != want {
		t.Errorf("got\n%swant\n%s", got, want)
	}
}

func TestAQuantileIsAValueThatOccurred(t *testing.T) {
	for _, tt := range []struct {
		part float64
		of   []float64
		want float64
	}{
		{0.5, nil, 0}, {0.5, []float64{3}, 3}, {0.5, []float64{1, 2}, 1}, {0.5, []float64{1, 2, 3}, 2},
		{0.9, []float64{1, 2, 3, 4, 5, 6, 7, 8, 9, 10}, 9}, {0.9, []float64{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11}, 10}, {1, []float64{1, 2}, 2}, {0, []float64{1, 2}, 1},
	} {
		if got := Quantile(tt.of, tt.part); got != tt.want {
			t.Errorf("quantile %g of %v is %g, not %g", tt.part, tt.of, got, tt.want)
		}
	}
}

// anyVintages draws from a small domain, so that cells and times often
// coincide.
func anyVintages(t *rapid.T) []store.Vintage {
	one := rapid.Custom(func(t *rapid.T) store.Vintage {
		v := published(rapid.SampledFrom([]string{"boxes", "place", "share"}).Draw(t, "indicator"),
			rapid.SampledFrom([]string{"2023-01", "2023-02", "2022", "2023-Q1"}).Draw(t, "period"),
			rapid.SampledFrom([]float64{0, 1, -1, 3.3, 1e4, 99, 100, -120, math.MaxFloat64, math.SmallestNonzeroFloat64}).Draw(t, "value"),
			fmt.Sprintf("2023-0%d-10", rapid.IntRange(3, 9).Draw(t, "month")))
		v = of(v, rapid.SampledFrom(figure.Measures()).Draw(t, "measure"), rapid.SampledFrom([]string{"H1", "H2"}).Draw(t, "area"))
		switch rapid.IntRange(0, 5).Draw(t, "kind") {
		case 0:
			return booktest.Withheld(v)
		case 1:
			return imputed(v)
		}
		return v
	})
	return rapid.SliceOfN(one, 1, 40).Draw(t, "vintages")
}

func bookOf(t *rapid.T, vintages []store.Vintage, until time.Time) *book.Book {
	b, err := new(book.Book).Merge(func(yield func(*store.Vintage, error) bool) {
		for i := range vintages {
			if (until.IsZero() || vintages[i].Moment <= until.UnixMilli()) && !yield(&vintages[i], nil) {
				return
			}
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestTheOrderInWhichVintagesArriveDoesNotMatter(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		vintages := anyVintages(t)
		want := Of(city, bookOf(t, vintages, time.Time{}), time.Time{})
		got := Of(city, bookOf(t, rapid.Permutation(vintages).Draw(t, "shuffled"), time.Time{}), time.Time{})
		if !slices.Equal(got, want) {
			t.Fatalf("got %v\nwant %v", got, want)
		}
	})
}

func TestWhatIsPublishedLaterDoesNotMatter(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		vintages := anyVintages(t)
		known := moment(fmt.Sprintf("2023-0%d-10", rapid.IntRange(2, 9).Draw(t, "known")))
		want := Of(city, bookOf(t, vintages, known), known)
		if got := Of(city, bookOf(t, vintages, time.Time{}), known); !slices.Equal(got, want) {
			t.Fatalf("got %v\nwant %v", got, want)
		}
	})
}

func TestEveryStatisticIsFinite(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		for _, q := range Of(city, bookOf(t, anyVintages(t), time.Time{}), time.Time{}) {
			for _, x := range []float64{q.Median, q.High, q.MeanAbsolute, q.Bias} {
				if math.IsNaN(x) || math.IsInf(x, 0) {
					t.Fatalf("%+v", q)
				}
			}
			if q.Revised > q.Figures || q.TooLow+q.TooHigh > q.Revised || q.Cases > q.Revised || q.UntilMedian > q.UntilHigh {
				t.Fatalf("%+v", q)
			}
		}
	})
}
