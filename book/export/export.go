// Package export writes the figures of a book for other programs: as a sheet that can
// be pushed again, also as a workbook, as SDMX-CSV 2.0, and as OpenMetrics.
package export

import (
	"bufio"
	"encoding/csv"
	"fmt"
	"io"
	"iter"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

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
func (f *Filter) Figures(cat *catalog.Catalog, b *book.Book) iter.Seq2[*Series, Figure] {
	return func(yield func(*Series, Figure) bool) {
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
				if f.within(one.Period) && !yield(out, Figure{one, s.Note(one.Period, f.AsOf)}) {
					return
				}
			}
		}
	}
}

// Figure is a figure with its note, empty if it has none.
type Figure struct {
	book.Figure
	Note string
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
	XLSX        Format = "xlsx"        // the same as a workbook
	OpenMetrics Format = "openmetrics" // with the start of the period as the time of each value
)

// Write writes figures and returns how many. Values are exact, in the base unit. The
// error is from w, or says that a workbook has no room for the figures.
func (f Format) Write(w io.Writer, figures iter.Seq2[*Series, Figure]) (n int, err error) {
	switch f {
	case OpenMetrics:
		return openMetrics(w, figures)
	case XLSX:
		return workbook(w, figures)
	case SDMX:
		return rows(w, sdmxHeader, sdmxRow, figures)
	}
	return rows(w, sheetHeader, sheetRow, figures)
}

func rows(w io.Writer, header []string, row func(*Series, Figure) []string, figures iter.Seq2[*Series, Figure]) (n int, err error) {
	out := csv.NewWriter(w)
	_ = out.Write(header) // Flush reports it
	for s, one := range figures {
		_ = out.Write(row(s, one))
		n++
	}
	out.Flush()
	return n, out.Error()
}

var sheetHeader = []string{"indicator", "area", "category", "measure", "period", "value", "unit", "status", "note"}

// The columns of the sheet that have more than codes.
const (
	valueColumn = 5
	noteColumn  = 8
)

// sheetRow leaves out when the figure was published: pushed again, it would be a
// publication of its own at that time.
func sheetRow(s *Series, f Figure) []string {
	return []string{s.Indicator, text(s.Area), text(s.Category), s.Measure.String(), f.Period.String(), number(f), text(s.Unit), string(rune(f.Status)), text(f.Note)}
}

// The dataflow of the exported figures: all that tidemark holds.
const dataflow = "TIDEMARK:FIGURES(1.0)"

var sdmxHeader = []string{"STRUCTURE", "STRUCTURE_ID", "ACTION", "FREQ", "INDICATOR", "REF_AREA", "CATEGORY", "MEASURE", "TIME_PERIOD", "OBS_VALUE", "UNIT_MEASURE", "UNIT_MULT", "OBS_STATUS", "COMMENT_OBS"}

func sdmxRow(s *Series, f Figure) []string {
	return []string{"dataflow", dataflow, "I", s.Frequency.String(), s.Indicator, text(s.Area), text(s.Category), s.Measure.String(), f.Period.String(),
		number(f), text(s.Unit), "0", string(rune(f.Status)), text(f.Note)}
}

// text is a cell that no spreadsheet takes for a formula: one that could begin a
// formula begins with an apostrophe, which tidemark removes when it reads the cell
// (sheet.Unquoted). Characters that cannot be seen are left out.
func text(s string) string {
	if plain(s) {
		return s
	}
	s = strings.TrimSpace(strings.Map(func(r rune) rune {
		if r != '\n' && (unicode.IsControl(r) || r == unicode.ReplacementChar) {
			return ' '
		}
		return r
	}, s))
	if rest := strings.TrimLeft(s, "'"); rest != "" && strings.ContainsRune("=+-@＝＋－＠", firstOf(rest)) {
		return "'" + s
	}
	return s
}

// plain reports whether a text certainly needs no change.
func plain(s string) bool {
	for i := range len(s) {
		if c := s[i]; i == 0 && !(c >= 'A' && c <= 'Z' || c >= 'a' && c <= 'z' || c >= '0' && c <= '9' || c == '_' || c == '%') || c < ' ' || c >= 0x7f {
			return false
		}
	}
	return true
}

func firstOf(s string) rune {
	r, _ := utf8.DecodeRuneInString(s)
	return r
}

// number is the exact value, empty if it is withheld.
func number(f Figure) string {
	if f.Withheld {
		return ""
	}
	return strconv.FormatFloat(f.Value, 'f', -1, 64)
}

// openMetrics writes the values with a time, so that `promtool tsdb
// create-blocks-from openmetrics` can read them. Withheld figures have no value and
// are left out.
func openMetrics(w io.Writer, figures iter.Seq2[*Series, Figure]) (n int, err error) {
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
