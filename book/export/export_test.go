package export

import (
	"bytes"
	"encoding/csv"
	"flag"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/prometheus/model/textparse"
	"github.com/xuri/excelize/v2"

	"github.com/tidemark-stats/tidemark/book"
	"github.com/tidemark-stats/tidemark/book/booktest"
	"github.com/tidemark-stats/tidemark/catalog"
	"github.com/tidemark-stats/tidemark/figure"
)

var update = flag.Bool("update", false, "write the golden files")

func written(t *testing.T, format Format, filter Filter) string {
	t.Helper()
	var b bytes.Buffer
	if _, err := format.Write(&b, filter.Figures(catalog.Ningbo(), booktest.Sample())); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestFiguresAreWrittenAsTheGoldenFilesSay(t *testing.T) {
	for _, format := range []Format{CSV, SDMX, OpenMetrics} {
		t.Run(string(format), func(t *testing.T) {
			got := written(t, format, Filter{Indicators: []string{"gdp", "trade_rank"}, Areas: []string{"330200"}, From: figure.Year(2020)})
			path := filepath.Join("testdata", string(format)+".golden")
			if *update {
				if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(path)
			if err != nil || string(want) != got {
				t.Errorf("%v: got\n%s\nwant\n%s", err, got, want)
			}
		})
	}
}

func TestAnExportAsOfADayHasWhatWasKnownThen(t *testing.T) {
	day := func(s string) time.Time {
		at, err := time.Parse(time.DateOnly, s)
		if err != nil {
			t.Fatal(err)
		}
		return at
	}
	filter := Filter{Indicators: []string{"gdp"}, Areas: []string{"330200"}, From: figure.Year(2020), To: figure.Year(2020)}
	now := written(t, CSV, filter)
	filter.AsOf = day("2021-06-01")
	then := written(t, CSV, filter)
	if !strings.Contains(then, "level,2020,1240870000000,") || strings.Contains(now, "level,2020,1240870000000,") {
		t.Errorf("then\n%s\nnow\n%s", then, now)
	}
	filter.AsOf = day("1999-01-01")
	if got := written(t, CSV, filter); strings.Count(got, "\n") != 1 {
		t.Errorf("in 1999\n%s", got)
	}
}

func TestAPeriodIsChosenByItsFirstAndLastDay(t *testing.T) {
	got := written(t, CSV, Filter{Indicators: []string{"gdp"}, Areas: []string{"330200"}, From: figure.Quarter(2023, 2), To: figure.Quarter(2023, 3)})
	for _, line := range strings.Split(strings.TrimSpace(got), "\n")[1:] {
		if period := strings.Split(line, ",")[4]; period != "2023-Q2" && period != "2023-Q3" {
			t.Errorf("%s is among them", line)
		}
	}
	if !strings.Contains(got, "2023-Q3") {
		t.Error(got)
	}
}

func TestAWithheldFigureHasAStatusAndNoNumber(t *testing.T) {
	v := booktest.Withheld(booktest.Published("container_throughput", "2024-05", 1, "2024-06-10"))
	v.Area = "NBZS"
	b := booktest.Of(t, v)
	for format, want := range map[Format]string{CSV: "2024-05,,TEU,Q,\n", SDMX: "2024-05,,TEU,0,Q,\n"} {
		var out bytes.Buffer
		if n, err := format.Write(&out, (&Filter{}).Figures(catalog.Ningbo(), b)); err != nil || n != 1 || !strings.HasSuffix(out.String(), want) {
			t.Errorf("%s, %d, %v:\n%s", format, n, err, &out)
		}
	}
	var out bytes.Buffer
	if n, err := OpenMetrics.Write(&out, (&Filter{}).Figures(catalog.Ningbo(), b)); err != nil || n != 0 {
		t.Errorf("%d, %v:\n%s", n, err, &out)
	}
}

func TestPrometheusReadsTheOpenMetrics(t *testing.T) {
	var out bytes.Buffer
	n, err := OpenMetrics.Write(&out, (&Filter{}).Figures(catalog.Ningbo(), booktest.Sample()))
	if err != nil {
		t.Fatal(err)
	}
	parser, err := textparse.New(out.Bytes(), "application/openmetrics-text", nil, textparse.ParserOptions{})
	if err != nil {
		t.Fatal(err)
	}
	series := 0
	for {
		entry, err := parser.Next()
		if err == io.EOF {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		if entry == textparse.EntrySeries {
			series++
		}
	}
	if series != n || n == 0 {
		t.Errorf("Prometheus reads %d of %d", series, n)
	}
}

// noted is a book with one figure and a note on it.
func noted(t *testing.T, value float64, note string) *book.Book {
	t.Helper()
	v := booktest.Published("container_throughput", "2024-05", value, "2024-06-10")
	v.Area = "NBZS"
	return booktest.Of(t, booktest.Noted(v, note)...)
}

func TestATextThatCouldBeAFormulaBeginsWithAnApostrophe(t *testing.T) {
	for note, want := range map[string]string{
		"=cmd|' /C calc'!A0": "'=cmd|' /C calc'!A0", "+1": "'+1", "-1": "'-1", "@SUM(A1)": "'@SUM(A1)", "＝1": "'＝1", " \t=1": "'=1", "\r\n=1": "'=1",
		"'=1": "''=1", "'quoted'": "'quoted'", "1=1": "1=1", "快报": "快报", "a\x00b": "a b",
	} {
		for _, format := range []Format{CSV, SDMX} {
			var out bytes.Buffer
			if _, err := format.Write(&out, (&Filter{}).Figures(catalog.Ningbo(), noted(t, -5, note))); err != nil {
				t.Fatal(err)
			}
			rows, err := csv.NewReader(&out).ReadAll()
			if err != nil {
				t.Fatal(err)
			}
			if got := rows[1][len(rows[1])-1]; got != want {
				t.Errorf("%s: %q is written as %q, want %q", format, note, got, want)
			}
			if !slices.Contains(rows[1], "-5") {
				t.Errorf("%s: the number is not among %q", format, rows[1])
			}
		}
	}
}

func TestAWorkbookHasTheSheetWithTypedCells(t *testing.T) {
	var out bytes.Buffer
	filter := Filter{Indicators: []string{"gdp", "trade_rank"}, Areas: []string{"330200"}, From: figure.Year(2020)}
	n, err := XLSX.Write(&out, filter.Figures(catalog.Ningbo(), booktest.Sample()))
	if err != nil {
		t.Fatal(err)
	}
	f, err := excelize.OpenReader(&out)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	got, err := f.GetRows(sheetName, excelize.Options{RawCellValue: true})
	if err != nil {
		t.Fatal(err)
	}
	want, err := csv.NewReader(strings.NewReader(written(t, CSV, filter))).ReadAll()
	if err != nil || len(got) != n+1 || len(got) != len(want) {
		t.Fatalf("%d rows, want %d: %v", len(got), len(want), err)
	}
	for i := range want {
		if strings.Join(got[i], "|") != strings.TrimRight(strings.Join(want[i], "|"), "|") {
			t.Errorf("row %d\n got %q\nwant %q", i+1, got[i], want[i])
		}
	}
	for cell, want := range map[string]excelize.CellType{"A2": excelize.CellTypeInlineString, "E2": excelize.CellTypeInlineString, "F2": excelize.CellTypeUnset} {
		if kind, err := f.GetCellType(sheetName, cell); err != nil || kind != want {
			t.Errorf("%s has the type %d, %v, want %d", cell, kind, err, want)
		}
	}
}

func TestAFormulaInANoteIsATextInAWorkbook(t *testing.T) {
	var out bytes.Buffer
	if _, err := XLSX.Write(&out, (&Filter{}).Figures(catalog.Ningbo(), noted(t, 0.1, "=cmd"))); err != nil {
		t.Fatal(err)
	}
	f, err := excelize.OpenReader(&out)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	formula, err := f.GetCellFormula(sheetName, "I2")
	if text, terr := f.GetCellValue(sheetName, "I2"); formula != "" || text != "'=cmd" || err != nil || terr != nil {
		t.Errorf("the formula %q and the text %q: %v, %v", formula, text, err, terr)
	}
	if value, err := f.GetCellValue(sheetName, "F2", excelize.Options{RawCellValue: true}); value != "0.1" || err != nil {
		t.Errorf("the value is %q: %v", value, err)
	}
}
