package figure_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/tidemark-stats/tidemark/figure"
	"pgregory.net/rapid"
)

var january = figure.Cell{Indicator: "container_throughput", Area: "NBZS", Category: figure.Total,
	Measure: figure.Level, Period: figure.Month(2023, 1)}

func TestACellIsNamedWithItsCategoryWhenItIsNotTheTotal(t *testing.T) {
	part := january
	part.Category = "foreign"
	for _, tt := range []struct {
		cell figure.Cell
		want string
	}{
		{january, "container_throughput NBZS level 2023-01"},
		{part, "container_throughput NBZS foreign level 2023-01"},
	} {
		if got := tt.cell.String(); got != tt.want {
			t.Errorf("the cell is %q, want %q", got, tt.want)
		}
	}
}

func TestASubjectNamesTheAgencyAndTheWholeCell(t *testing.T) {
	if got, want := january.Subject("port"), "figures.port.container_throughput.NBZS._T.level.2023-01"; got != want {
		t.Errorf("the subject is %q, want %q", got, want)
	}
}

func TestACellIsItsSeriesAtItsPeriod(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := figures().Draw(t, "figure").Cell
		if got := c.Series().At(c.Period); got != c {
			t.Fatalf("%v became %v", c, got)
		}
	})
}

func TestAYearAndItsMonthsAreDifferentSeries(t *testing.T) {
	year := january
	year.Period = figure.Year(2023)
	if year.Series() == january.Series() {
		t.Error("the year 2023 and January 2023 are of one series")
	}
}

func TestSeriesAreOrderedByIndicatorAreaCategoryMeasureFrequency(t *testing.T) {
	sorted := []figure.Series{
		{Indicator: "a", Area: "2", Category: "z", Measure: figure.YTDYoY, Frequency: figure.Quarterly},
		{Indicator: "b", Area: "1", Category: "z", Measure: figure.YTDYoY, Frequency: figure.Quarterly},
		{Indicator: "b", Area: "2", Category: "x", Measure: figure.YTDYoY, Frequency: figure.Quarterly},
		{Indicator: "b", Area: "2", Category: "y", Measure: figure.Level, Frequency: figure.Quarterly},
		{Indicator: "b", Area: "2", Category: "y", Measure: figure.YTD, Frequency: figure.Annual},
		{Indicator: "b", Area: "2", Category: "y", Measure: figure.YTD, Frequency: figure.Monthly},
	}
	if !slices.IsSortedFunc(sorted, figure.Series.Compare) {
		t.Error("the series are out of order")
	}
	for i, a := range sorted {
		for j, b := range sorted {
			if (a.Compare(b) == 0) != (i == j) || (a.Compare(b) > 0) != (b.Compare(a) < 0) {
				t.Errorf("%v compared with %v is %d, the other way round %d", a, b, a.Compare(b), b.Compare(a))
			}
		}
	}
}

func TestAMeasureReadsBackAsItWasWritten(t *testing.T) {
	for _, m := range figure.Measures() {
		if got, err := figure.ParseMeasure(m.String()); err != nil || got != m {
			t.Errorf("%v reads back as %v, %v", m, got, err)
		}
	}
}

func TestMeasuresKnowWhatTheyCover(t *testing.T) {
	for _, tt := range []struct {
		measure        figure.Measure
		growth, toDate bool
	}{
		{figure.Level, false, false}, {figure.YTD, false, true}, {figure.YoY, true, false}, {figure.YTDYoY, true, true},
	} {
		if tt.measure.Growth() != tt.growth || tt.measure.ToDate() != tt.toDate {
			t.Errorf("%v: growth %v, to date %v", tt.measure, tt.measure.Growth(), tt.measure.ToDate())
		}
	}
}

func TestAWrongMeasureIsRefusedWithAHint(t *testing.T) {
	const reason = "is not a measure; write one of level, ytd, yoy, ytd_yoy"
	cases := []errorCase{{"empty", "", "figure/measure: measure " + reason}}
	for _, s := range []string{"Level", "累计", "ytd ", "mom"} {
		cases = append(cases, errorCase{text: s, want: fmt.Sprintf(`figure/measure: measure "%s" %s`, s, reason)})
	}
	checkErrors(t, cases, func(s string) error { _, err := figure.ParseMeasure(s); return err })
}

var shanghai = time.FixedZone("Asia/Shanghai", 8*3600)

func TestAPublicationIsADayInTheLocationOrAnInstant(t *testing.T) {
	for _, tt := range []struct {
		text, utc string
		exact     bool
	}{
		{"2023-10-18", "2023-10-17T16:00:00Z", false},
		{"2023-10-18T09:30:00+08:00", "2023-10-18T01:30:00Z", true},
		{"2023-10-18T09:30:00Z", "2023-10-18T09:30:00Z", true},
		{"2023-10-18T09:30:00.250-03:30", "2023-10-18T13:00:00.25Z", true},
		{"2024-02-29", "2024-02-28T16:00:00Z", false},
	} {
		t.Run(tt.text, func(t *testing.T) {
			at, exact, err := figure.ParsePublished(tt.text, shanghai)
			if err != nil {
				t.Fatal(err)
			}
			if got := at.UTC().Format(time.RFC3339Nano); got != tt.utc || exact != tt.exact {
				t.Errorf("%s, exact %v, want %s, exact %v", got, exact, tt.utc, tt.exact)
			}
		})
	}
}

func TestAWrongPublicationIsRefusedWithAHint(t *testing.T) {
	const reason = "is neither a date nor a timestamp; write 2023-10-18 or 2023-10-18T09:30:00+08:00, or leave it out"
	cases := []errorCase{{"empty", "", "figure/published: published " + reason}}
	for _, s := range []string{"2023-10", "2023-02-29", "2023-10-32", "2023/10/18", "2023-10-18 09:30", "2023-10-18T09:30:00",
		"2023-10-18T25:00:00Z", "2023-10-18T9:30:00Z", "2023-10-18T09:30:00,5Z", "2023年10月18日"} {
		cases = append(cases, errorCase{text: s, want: fmt.Sprintf(`figure/published: published "%s" %s`, s, reason)})
	}
	checkErrors(t, cases, func(s string) error { _, _, err := figure.ParsePublished(s, shanghai); return err })
}
