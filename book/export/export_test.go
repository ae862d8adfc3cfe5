package export

import (
	"bytes"
	"flag"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/prometheus/model/textparse"

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
	for format, want := range map[Format]string{CSV: "2024-05,,TEU,Q\n", SDMX: "2024-05,,TEU,0,Q\n"} {
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
