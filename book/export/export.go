// Package export writes the figures of a book for other programs: as a sheet that can
// be pushed again, as SDMX-CSV 2.0, and as OpenMetrics.
package export

import (
	"bufio"
	"encoding/csv"
	"fmt"
	"io"
	"iter"
	"slices"
	"strconv"
	"time"

	"github.com/tidemark-stats/tidemark/book"
	"github.com/tidemark-stats/tidemark/catalog"
	"github.com/tidemark-stats/tidemark/figure"
)

// Filter chooses figures. The zero value chooses all.
type Filter struct {
	Indicators []string      // codes; all if empty
	Areas      []string      // codes; all if empty
	From, To   figure.Period // the first and the last period, of any frequency; zero for no limit
	AsOf       time.Time     // what was known at that time; zero for now
}

// Figures returns the chosen figures in the order of the book. Indicators that the
// catalogue does not have are left out, because nobody could say what their numbers
// mean.
func (f *Filter) Figures(cat *catalog.Catalog, b *book.Book) iter.Seq2[*Series, book.Figure] {
	return func(yield func(*Series, book.Figure) bool) {
		for s := range b.All() {
			ind, ok := cat.Indicator(s.Key.Indicator)
			if !ok || !f.has(s.Key) {
				continue
			}
			out := &Series{Series: s.Key, Unit: ind.UnitOf(s.Key.Measure).Code}
			figures := s.Figures()
			if !f.AsOf.IsZero() {
				figures = s.AsOf(f.AsOf)
			}
			for one := range figures {
				if f.within(one.Period) && !yield(out, one) {
					return
				}
			}
		}
	}
}

// Series is a series with the unit of its figures.
type Series struct {
	figure.Series
	Unit string // the code of the base unit
}

func (f *Filter) has(key figure.Series) bool {
	return (len(f.Indicators) == 0 || slices.Contains(f.Indicators, key.Indicator)) &&
		(len(f.Areas) == 0 || slices.Contains(f.Areas, key.Area))
}

func (f *Filter) within(p figure.Period) bool {
	return (f.From.IsZero() || !p.Start().Before(f.From.Start())) && (f.To.IsZero() || !p.End().After(f.To.End()))
}

// Format is a format of an export.
type Format string

// The formats.
const (
	CSV         Format = "csv"         // a sheet with one figure per row, see package sheet
	SDMX        Format = "sdmx-csv"    // SDMX-CSV 2.0, https://github.com/sdmx-twg/sdmx-csv
	OpenMetrics Format = "openmetrics" // with the start of the period as the time of each value
)

// Write writes figures and returns how many. Values are exact, in the base unit. The
// error is from w.
func (f Format) Write(w io.Writer, figures iter.Seq2[*Series, book.Figure]) (n int, err error) {
	if f == OpenMetrics {
		return openMetrics(w, figures)
	}
	header, row := sheetHeader, sheetRow
	if f == SDMX {
		header, row = sdmxHeader, sdmxRow
	}
	out := csv.NewWriter(w)
	_ = out.Write(header) // Flush reports it
	for s, one := range figures {
		_ = out.Write(row(s, one))
		n++
	}
	out.Flush()
	return n, out.Error()
}

var sheetHeader = []string{"indicator", "area", "category", "measure", "period", "value", "unit", "status"}

// sheetRow leaves out when the figure was published: pushed again, it would be a
// publication of its own at that time.
func sheetRow(s *Series, f book.Figure) []string {
	return []string{s.Indicator, s.Area, s.Category, s.Measure.String(), f.Period.String(), number(f), s.Unit, string(rune(f.Status))}
}

// The dataflow of the exported figures: all that tidemark holds.
const dataflow = "TIDEMARK:FIGURES(1.0)"

var sdmxHeader = []string{"STRUCTURE", "STRUCTURE_ID", "ACTION", "FREQ", "INDICATOR", "REF_AREA", "CATEGORY", "MEASURE", "TIME_PERIOD", "OBS_VALUE", "UNIT_MEASURE", "UNIT_MULT", "OBS_STATUS"}

func sdmxRow(s *Series, f book.Figure) []string {
	return []string{"dataflow", dataflow, "I", s.Frequency.String(), s.Indicator, s.Area, s.Category, s.Measure.String(), f.Period.String(), number(f), s.Unit, "0", string(rune(f.Status))}
}

// number is the exact value, empty if it is withheld.
func number(f book.Figure) string {
	if f.Withheld {
		return ""
	}
	return strconv.FormatFloat(f.Value, 'f', -1, 64)
}

// openMetrics writes the values with a time, so that `promtool tsdb
// create-blocks-from openmetrics` can read them. Withheld figures have no value and
// are left out.
func openMetrics(w io.Writer, figures iter.Seq2[*Series, book.Figure]) (n int, err error) {
	out := bufio.NewWriter(w)
	_, _ = out.WriteString("# TYPE tidemark_figure gauge\n# HELP tidemark_figure Value of a figure at the start of its period, in the base unit.\n") // Flush reports it
	for s, f := range figures {
		if f.Withheld {
			continue
		}
		_, _ = fmt.Fprintf(out, "tidemark_figure{area=%q,category=%q,freq=%q,indicator=%q,measure=%q,unit=%q} %s %d\n",
			s.Area, s.Category, s.Frequency.String(), s.Indicator, s.Measure.String(), s.Unit, number(f), f.Period.Start().Unix())
		n++
	}
	_, _ = out.WriteString("# EOF\n")
	return n, out.Flush()
}
