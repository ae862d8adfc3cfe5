package derive

import (
	"math"
	"testing"
	"time"

	"github.com/tidemark-stats/tidemark/book"
	"github.com/tidemark-stats/tidemark/catalog"
	"github.com/tidemark-stats/tidemark/figure"
	"github.com/tidemark-stats/tidemark/store"
)

// boxes is an amount.
var boxes = &catalog.Indicator{Code: "boxes", Kind: catalog.Flow, Frequencies: flow.Frequencies, Unit: &catalog.Unit{Code: "TEU"}}

// revisedBook has the months of two years as 100 boxes, each published three
// weeks after its end as 100 less the size and put right two months later.
func revisedBook(t *testing.T, size float64, status figure.Status) *book.Book {
	t.Helper()
	b := new(book.Book)
	for p := parse("2022-01"); p.Compare(parse("2023-12")) <= 0; p = p.Next() {
		first := store.Vintage{Cell: figure.Cell{Indicator: "boxes", Area: "CITY", Category: figure.Total, Measure: figure.Level, Period: p},
			Status: status, Value: 100 - size, Moment: p.End().AddDate(0, 0, 20).UnixMilli()}
		last := first
		last.Value, last.Status, last.Moment = 100, figure.Normal, p.End().AddDate(0, 2, 20).UnixMilli()
		var err error
		if b, err = b.Merge(func(yield func(*store.Vintage, error) bool) { _ = yield(&first, nil) && yield(&last, nil) }); err != nil {
			t.Fatal(err)
		}
	}
	return b
}

func TestAFigureIsUnsettledAsLongAsOthersWere(t *testing.T) {
	for _, c := range []struct {
		name    string
		size    float64
		status  figure.Status
		measure figure.Measure
		period  string
		at      string
		want    float64
	}{
		{"a month that is still revised", 4, figure.Normal, figure.Level, "2023-09", "2023-11-01", 0.04},
		{"a month that is not any more", 4, figure.Normal, figure.Level, "2023-07", "2023-11-01", 0},
		{"a year to date of which two of nine months are", 4, figure.Normal, figure.YTD, "2023-09", "2023-11-01", 0.04 * math.Sqrt2 / 9},
		{"months that never change", 0, figure.Normal, figure.Level, "2023-09", "2023-11-01", 0},
		{"a provisional month", 4, figure.Provisional, figure.Level, "2023-09", "2023-11-01", 0.04},
		{"too few months to say", 4, figure.Normal, figure.Level, "2022-09", "2022-11-01", 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			at, _ := time.Parse(time.DateOnly, c.at)
			h := From(revisedBook(t, c.size, c.status), boxes, "CITY", figure.Total, at)
			v, ok := h.At(c.measure, parse(c.period))
			// The size is relative to the first number here, so nearly the same.
			if got := h.Unsettled(v, at); !ok || math.Abs(got-c.want) > 0.05*c.want {
				t.Errorf("%v may be off by %v, want %v", v.Value, got, c.want)
			}
		})
	}
}

func TestHowFarAFigureMayBeOffIsKnownWithoutLookingAhead(t *testing.T) {
	b := revisedBook(t, 4, figure.Normal)
	at := time.Date(2023, 11, 1, 0, 0, 0, 0, time.UTC)
	v, _ := From(b, boxes, "CITY", figure.Total, at).At(figure.Level, parse("2023-09"))
	worse := store.Vintage{Cell: figure.Cell{Indicator: "boxes", Area: "CITY", Category: figure.Total, Measure: figure.Level, Period: parse("2023-01")},
		Status: figure.Normal, Value: 5, Moment: at.AddDate(0, 1, 0).UnixMilli()}
	later, err := b.Merge(func(yield func(*store.Vintage, error) bool) { yield(&worse, nil) })
	if err != nil {
		t.Fatal(err)
	}
	one, other := From(b, boxes, "CITY", figure.Total, at), From(later, boxes, "CITY", figure.Total, at)
	if one.Unsettled(v, at) != other.Unsettled(v, at) {
		t.Errorf("%v, and %v with what is published later", one.Unsettled(v, at), other.Unsettled(v, at))
	}
}

func TestWithoutVintagesNothingIsUnsettled(t *testing.T) {
	h := New(boxes, figures("level 2023-09 100 P")...)
	v, _ := h.At(figure.Level, parse("2023-09"))
	if off := h.Unsettled(v, time.Date(2023, 10, 21, 0, 0, 0, 0, time.UTC)); off != 0 {
		t.Errorf("off by %v", off)
	}
}
