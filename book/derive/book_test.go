package derive

import (
	"testing"
	"time"

	"github.com/tidemark-stats/tidemark/book"
	"github.com/tidemark-stats/tidemark/figure"
	"github.com/tidemark-stats/tidemark/store"
)

// bookOf returns a book of year-to-date figures of flow with the days on which
// they became known.
func bookOf(t *testing.T, figures map[string]map[string]float64) *book.Book {
	t.Helper()
	b := new(book.Book)
	for period, vintages := range figures {
		for on, value := range vintages {
			at, err := time.Parse(time.DateOnly, on)
			if err != nil {
				t.Fatal(err)
			}
			v := &store.Vintage{Cell: figure.Cell{Indicator: "flow", Area: "CITY", Category: figure.Total, Measure: figure.YTD, Period: parse(period)},
				Status: figure.Normal, Value: value, Moment: at.UnixMilli()}
			if b, err = b.Merge(func(yield func(*store.Vintage, error) bool) { yield(v, nil) }); err != nil {
				t.Fatal(err)
			}
		}
	}
	return b
}

func TestWhatFollowsIsKnownWhenTheLastFigureIs(t *testing.T) {
	b := bookOf(t, map[string]map[string]float64{
		"2023-08": {"2023-09-10": 800},
		"2023-09": {"2023-10-10": 910, "2023-12-01": 905},
	})
	for on, want := range map[string]string{
		"2023-10-09": "nothing",
		"2023-10-10": "110 derived: ytd 2023-09 − ytd 2023-08",
		"2023-12-02": "105 derived: ytd 2023-09 − ytd 2023-08",
		"":           "105 derived: ytd 2023-09 − ytd 2023-08",
	} {
		var asOf time.Time
		if on != "" {
			asOf, _ = time.Parse(time.DateOnly, on)
		}
		v, ok := From(b, flow, "CITY", figure.Total, asOf).At(figure.Level, parse("2023-09"))
		expect(t, text(v, ok), want)
		if ok && v.Published.Before(time.Date(2023, 10, 10, 0, 0, 0, 0, time.UTC)) {
			t.Errorf("%v is known on %s, before September was", v.Value, v.Published)
		}
	}
}

func TestAnotherAreaIsAnotherHistory(t *testing.T) {
	b := bookOf(t, map[string]map[string]float64{"2023-08": {"2023-09-10": 800}})
	if !From(b, flow, "PORT", figure.Total, time.Time{}).Empty() {
		t.Error("the figures of CITY are taken for those of PORT")
	}
}

func TestOnlyPublishedGrowthIsARate(t *testing.T) {
	h := New(flow, figures("level 2022-05 80", "level 2023-05 100", "ytd_yoy 2023-12 5.5", "yoy 2022 -")...)
	for period, want := range map[string]string{"2023-05": "nothing", "2023": "5.5 derived: ytd_yoy 2023-12", "2022": "withheld"} {
		v, ok := h.Rate(figure.YoY, parse(period))
		expect(t, text(v, ok), want)
	}
}

func TestTheNewestReportIsNeitherImputedNorOfGrowth(t *testing.T) {
	h := New(flow, figures("level 2023-05 80", "level 2023-06 -", "level 2023-07 9 I", "yoy 2023-08 3")...)
	level, _ := h.Covered(false)
	rate, _ := h.Covered(true)
	if got := level.Period.String() + " " + rate.Period.String(); got != "2023-06 2023-08" {
		t.Errorf("covered are %s, want 2023-06 and 2023-08", got)
	}
}

func TestAYearCoversItsDecember(t *testing.T) {
	v, ok := New(flow, figures("level 2023-11 80", "level 2023 900")...).Covered(false)
	if !ok || v.Period != parse("2023") {
		t.Errorf("covered is %s", v.Period)
	}
}
