package metric

import (
	"time"

	"github.com/tidemark-stats/tidemark/book"
	"github.com/tidemark-stats/tidemark/catalog"
	"github.com/tidemark-stats/tidemark/figure"
)

// FigureFamily is a metric of a published figure.
type FigureFamily struct {
	Family
	// Of returns the value for a figure in its base unit, or in seconds since
	// 1970 where the metric's name says so; ok is false if the figure has none.
	Of func(*book.Figure) (value float64, ok bool)
	// Amount is true if the value is in the figure's unit.
	Amount bool
}

// Figures are the metrics of figures: on the page for the newest period of a
// series, in the query API for every period.
var Figures = []FigureFamily{
	{Family{"tidemark_figure", "Current value of the newest period of a series, in its base unit; growth in percent. Absent while the value is withheld."},
		func(f *book.Figure) (float64, bool) { return f.Value, !f.Withheld }, true},
	{Family{"tidemark_figure_period_timestamp_seconds", "Start of the newest period of a series."},
		func(f *book.Figure) (float64, bool) { return Seconds(f.Period.Start()), true }, false},
	{Family{"tidemark_figure_published_timestamp_seconds", "When the current value of the newest period of a series was first published."},
		func(f *book.Figure) (float64, bool) { return Seconds(f.Published), true }, false},
	{Family{"tidemark_figure_withheld", "Whether the newest period of a series has no number (1), because it is withheld or missing, or has one (0)."},
		func(f *book.Figure) (float64, bool) { return Bit(f.Withheld), true }, false},
}

// FigureLabels are the labels of a series.
func FigureLabels(i *catalog.Indicator, key figure.Series) Labels {
	return Labels{"area", key.Area, "category", key.Category, "freq", key.Frequency.String(),
		"indicator", i.Code, "measure", key.Measure.String(), "unit", UnitOf(i, key.Measure)}
}

// UnitOf returns the code of the unit a measure is stored in.
func UnitOf(i *catalog.Indicator, m figure.Measure) string {
	if u := i.UnitOf(m); u != nil {
		return u.Code
	}
	return catalog.PercentUnit // a growth rate stored before the catalogue stopped expecting any
}

// Seconds returns t in seconds since 1970, to the millisecond.
func Seconds(t time.Time) float64 { return float64(t.UnixMilli()) / 1000 }
