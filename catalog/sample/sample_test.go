package sample_test

import (
	"encoding/csv"
	"fmt"
	"io"
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/tidemark-stats/tidemark/catalog"
	"github.com/tidemark-stats/tidemark/catalog/sample"
	"github.com/tidemark-stats/tidemark/figure"
)

// imputedFile is the one file of figures that were never published.
const imputedFile = "imputed.csv"

// row is a figure with its position and its source.
type row struct {
	figure.Figure
	file   string
	line   int
	source string
}

func (r row) String() string { return fmt.Sprintf("%s:%d: %s", r.file, r.line, r.Cell) }

// rows reads all files; every field of every row must be valid.
func rows(t *testing.T) (all []row) {
	t.Helper()
	for _, name := range sample.Files() {
		f, err := sample.FS.Open(name)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, readFile(t, name, f)...)
		f.Close()
	}
	return all
}

func readFile(t *testing.T, name string, f io.Reader) (all []row) {
	t.Helper()
	reader := csv.NewReader(f)
	header, err := reader.Read()
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	for {
		record, err := reader.Read()
		if err == io.EOF {
			return all
		}
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		r := row{file: name}
		r.line, _ = reader.FieldPos(0)
		for i, text := range record {
			if header[i] == "source" {
				r.source = text
			} else if err := r.SetField(header[i], text); err != nil {
				t.Errorf("%s:%d: %v", name, r.line, err)
			}
		}
		all = append(all, r)
	}
}

func TestTheFilesAreListedInOrder(t *testing.T) {
	want := []string{"economy.csv", "enterprises.csv", imputedFile, "port.csv", "projects.csv", "revisions.csv", "trade.csv"}
	if got := sample.Files(); !slices.Equal(got, want) {
		t.Errorf("files are %v, want %v", got, want)
	}
}

func TestEveryFileHasTheColumnsOfTheFormat(t *testing.T) {
	const want = "indicator,area,category,measure,period,value,unit,status,note,published,source\n"
	for _, name := range sample.Files() {
		data, err := sample.FS.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		if !strings.HasPrefix(string(data), want) {
			t.Errorf("%s does not start with %s", name, want)
		}
	}
}

func TestEveryFigureIsAcceptedByTheCatalogue(t *testing.T) {
	for _, r := range rows(t) {
		if reason := refused(r); reason != "" {
			t.Errorf("%s: %s", r, reason)
		}
	}
}

// refused says why the built-in catalogue does not accept the figure.
func refused(r row) string {
	known, ok := catalog.Ningbo().Indicator(r.Indicator)
	switch {
	case !ok:
		return "the indicator is unknown"
	case !known.HasArea(r.Area):
		return "the area does not report this indicator"
	case !known.HasCategory(r.Category):
		return "the category is unknown"
	case !known.Publishes(r.Measure):
		return "the measure is not published"
	case !known.Accepts(r.Period.Frequency()):
		return "the period has the wrong frequency"
	}
	value, err := known.ToBase(r.Value, r.Unit, r.Measure)
	if err != nil {
		return err.Error()
	}
	bounds, ok := known.Plausible(r.Area, r.Measure, r.Period.Frequency())
	if !ok || !bounds.Contains(value) {
		return fmt.Sprintf("%s is not between %s and %s", value, bounds.Min, bounds.Max)
	}
	return ""
}

func TestEveryFigureSaysWhereItComesFrom(t *testing.T) {
	for _, r := range rows(t) {
		if r.source == "" {
			t.Errorf("%s: has no source", r)
		}
		if r.Status == figure.Imputed && !strings.HasPrefix(r.Note, "imputed: ") {
			t.Errorf("%s: is imputed and its note %q does not say how", r, r.Note)
		}
	}
}

func TestEveryFigureWasPublishedWhenItsPeriodWasOver(t *testing.T) {
	for _, r := range rows(t) {
		at, _, err := figure.ParsePublished(r.Published, time.UTC)
		if err != nil {
			t.Errorf("%s: %v", r, err)
			continue
		}
		if at.After(time.Now()) {
			t.Errorf("%s: is to be published only on %s", r, r.Published)
		}
		over := r.Period.End().AddDate(0, 0, -1)
		if r.Status == figure.Estimated {
			over = r.Period.Start() // an estimate may be for a period that has not ended
		}
		if at.Before(over) {
			t.Errorf("%s: was published on %s, before the period was over", r, r.Published)
		}
	}
}

func TestNoCellStandsTwiceInAFile(t *testing.T) {
	type place struct {
		file string
		cell figure.Cell
	}
	first := map[place]row{}
	for _, r := range rows(t) {
		at := place{r.file, r.Cell}
		if other, again := first[at]; again {
			t.Errorf("%s: is already in line %d", r, other.line)
		}
		first[at] = r
	}
}

func TestACellInTwoFilesHasTwoPublications(t *testing.T) {
	first := map[figure.Cell]row{}
	for _, r := range rows(t) {
		if other, again := first[r.Cell]; again && other.Published == r.Published {
			t.Errorf("%s: %s:%d was published on the same day", r, other.file, other.line)
		}
		first[r.Cell] = r
	}
}

func TestImputedFiguresStandInTheirOwnFileAndNoOthersDo(t *testing.T) {
	for _, r := range rows(t) {
		if (r.Status == figure.Imputed) != (r.file == imputedFile) {
			t.Errorf("%s: has status %s", r, r.Status)
		}
	}
}

func TestNoImputedFigureStandsInThePlaceOfAPublishedOne(t *testing.T) {
	published := map[figure.Cell]row{}
	for _, r := range rows(t) {
		if r.file != imputedFile {
			published[r.Cell] = r
		}
	}
	for _, r := range rows(t) {
		if p, ok := published[r.Cell]; ok && r.file == imputedFile {
			t.Errorf("%s: is imputed, though %s is published", r, p)
		}
	}
}

// cell is the cell of a figure without a breakdown; none of these figures has
// one.
func cell(indicator, area string, m figure.Measure, p figure.Period) figure.Cell {
	return figure.Cell{Indicator: indicator, Area: area, Category: figure.Total, Measure: m, Period: p}
}

// byCell maps every cell to its first publication.
func byCell(t *testing.T) map[figure.Cell]row {
	t.Helper()
	cells := map[figure.Cell]row{}
	for _, r := range rows(t) {
		if other, ok := cells[r.Cell]; !ok || r.Published < other.Published {
			cells[r.Cell] = r
		}
	}
	return cells
}

// months adds up the levels from January to the given month, in the unit in
// which they are written; ok is false if one is missing.
func months(cells map[figure.Cell]row, indicator, area string, last figure.Period) (sum float64, ok bool) {
	for m := figure.Month(last.Year(), 1); m.Compare(last) <= 0; m = m.Next() {
		r, ok := cells[cell(indicator, area, figure.Level, m)]
		if !ok {
			return 0, false
		}
		sum += r.Value.Float64()
	}
	return sum, true
}

// rounding is how far sums may differ from what was published: figures are
// published with one decimal.
const rounding = 0.15

func TestMonthsAddUpToWhatWasPublished(t *testing.T) {
	// The 1842.2 of the source is a misprint for 1148.1 + 697.1; 12700 is
	// 1.27万亿, rounded to the nearest 100. What is published as 0.1 million TEU
	// or as 10 million tonnes is rounded to that.
	const tenthOfAMillion, tenMillionTonnes = 5, 500
	allowed := map[figure.Cell]float64{
		cell("trade_total", "330200", figure.YTD, figure.Month(2020, 3)):        3.0 + rounding,
		cell("trade_total", "330200", figure.Level, figure.Year(2022)):          50,
		cell("container_throughput", "NBZS", figure.YTD, figure.Month(2023, 2)): tenthOfAMillion,
		cell("container_throughput", "NBZS", figure.YTD, figure.Month(2025, 9)): tenthOfAMillion,
		cell("cargo_throughput", "NBZS", figure.YTD, figure.Month(2023, 4)):     tenMillionTonnes,
		cell("cargo_throughput", "NBZS", figure.YTD, figure.Month(2023, 7)):     tenMillionTonnes,
	}
	// These were first announced as "over" a number or expected, and published
	// later; their months make the later one.
	bounds := map[figure.Cell]bool{
		cell("container_throughput", "NBZS", figure.YTD, figure.Month(2023, 10)): true,
		cell("container_throughput", "NBZS", figure.Level, figure.Year(2025)):    true,
		cell("cargo_throughput", "NBZS", figure.Level, figure.Year(2022)):        true,
		cell("cargo_throughput", "NBZS", figure.YTD, figure.Month(2023, 10)):     true,
		cell("cargo_throughput", "NBZS", figure.Level, figure.Year(2023)):        true,
	}
	cells, compared := byCell(t), 0
	for c, r := range cells {
		var last figure.Period
		switch {
		case c.Measure == figure.YTD && c.Period.Frequency() == figure.Monthly:
			last = c.Period
		case c.Measure == figure.Level && c.Period.Frequency() == figure.Annual:
			last = figure.Month(c.Period.Year(), 12)
		default:
			continue
		}
		sum, ok := months(cells, c.Indicator, c.Area, last)
		if !ok {
			continue
		}
		compared++
		if bounds[c] && r.Status != figure.Normal && sum >= r.Value.Float64() {
			continue
		}
		if off := math.Abs(sum - r.Value.Float64()); off > max(rounding, allowed[c]) {
			t.Errorf("%s: %s is published, its months make %.2f", r, r.Value, sum)
		}
	}
	if compared == 0 {
		t.Error("no published total has all its months")
	}
	t.Logf("%d totals compared", compared)
}

func TestExportsAndImportsMakeTheTotalOfEveryMonth(t *testing.T) {
	cells := byCell(t)
	for c, total := range cells {
		if c.Indicator != "trade_total" || c.Area != "330200" || c.Measure != figure.Level || c.Period.Frequency() != figure.Monthly {
			continue
		}
		exports := cells[cell("trade_exports", c.Area, c.Measure, c.Period)]
		imports := cells[cell("trade_imports", c.Area, c.Measure, c.Period)]
		sum := exports.Value.Float64() + imports.Value.Float64()
		if math.Abs(sum-total.Value.Float64()) > 1e-6 {
			t.Errorf("%s: exports and imports make %.2f, not %s", total, sum, total.Value)
		}
	}
}

func TestTheMainSeriesHaveNoGaps(t *testing.T) {
	for _, s := range []struct {
		indicator, area string
		measure         figure.Measure
		from, to        figure.Period
	}{
		{"container_throughput", "NBZS", figure.Level, figure.Month(2020, 1), figure.Month(2025, 12)},
		{"container_throughput", "NBZS", figure.Level, figure.Year(2020), figure.Year(2025)},
		{"cargo_throughput", "NBZS", figure.Level, figure.Month(2021, 1), figure.Month(2024, 12)},
		{"cargo_throughput", "NBZS", figure.Level, figure.Year(2021), figure.Year(2024)},
		{"trade_total", "330200", figure.Level, figure.Month(2020, 1), figure.Month(2023, 7)},
		{"trade_exports", "330200", figure.Level, figure.Month(2020, 1), figure.Month(2023, 12)},
		{"trade_exports", "330200", figure.Level, figure.Year(2020), figure.Year(2023)},
		{"trade_imports", "330200", figure.Level, figure.Month(2020, 1), figure.Month(2023, 7)},
		{"retail_sales", "330200", figure.YTD, figure.Month(2022, 2), figure.Month(2022, 8)},
		{"retail_sales", "330200", figure.YTD, figure.Month(2023, 2), figure.Month(2023, 11)},
		{"gdp", "330200", figure.Level, figure.Year(2020), figure.Year(2025)},
	} {
		t.Run(s.indicator+" "+s.from.String(), func(t *testing.T) {
			cells := byCell(t)
			for p := s.from; p.Compare(s.to) <= 0; p = p.Next() {
				if _, ok := cells[cell(s.indicator, s.area, s.measure, p)]; !ok {
					t.Errorf("%s is missing", p)
				}
			}
		})
	}
}
