package queryapi

import (
	"compress/gzip"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"testing"
	"time"

	"github.com/tidemark-stats/tidemark/book"
	"github.com/tidemark-stats/tidemark/book/booktest"
	"github.com/tidemark-stats/tidemark/catalog"
	"github.com/tidemark-stats/tidemark/figure"
	"github.com/tidemark-stats/tidemark/store"
)

// BenchmarkRange is a query of ten years at one-day steps over 1,000 monthly
// series, sent over HTTP to this API and, alternately, to a real Prometheus
// that holds the same points. speed-ratio is how many times faster this API
// answers; it should be at least 5.
func BenchmarkRange(b *testing.B) {
	figures := monthly(b, 1000, 120)
	ours := httptest.NewServer(over(catalog.Ningbo(), figures))
	b.Cleanup(ours.Close)
	real := backfilled(b, catalog.Ningbo(), figures)
	for _, c := range []struct {
		name, query string
		gzip        bool
	}{
		{"selector", `tidemark_figure`, false},
		{"selector/gzip", `tidemark_figure`, true},
		{"sum", `sum by (area) (tidemark_figure{measure="level"})`, false},
		{"division", `tidemark_figure{measure="level"} / on (category, area, indicator) group_left () sum by (category, area, indicator) (tidemark_figure{measure="level"})`, false},
		{"rate", `rate(tidemark_figure{measure="level"}[90d])`, false}, // evaluated by the engine as usual
	} {
		b.Run(c.name, func(b *testing.B) {
			path := "/api/v1/query_range?" + parameters("query", c.query, "start", "2014-01-01T00:00:00Z", "end", "2024-01-01T00:00:00Z", "step", "1d").Encode()
			if got, want := download(b, ours.URL+path, c.gzip), download(b, real+path, c.gzip); got != want || got < 1000 {
				b.Fatalf("%d bytes here, %d from Prometheus", got, want)
			}
			var here, there []time.Duration
			for b.Loop() {
				here = append(here, timed(func() { download(b, ours.URL+path, c.gzip) }))
				there = append(there, timed(func() { download(b, real+path, c.gzip) }))
			}
			b.ReportMetric(float64(median(there))/float64(median(here)), "speed-ratio")
			b.ReportMetric(float64(median(here)), "ns/query")
			b.ReportMetric(0, "ns/op")
		})
	}
}

// BenchmarkLabelValues sends the queries of variable choosers where the book
// holds 1,000,000 figures of an indicator. limit-ratio is the median divided by
// 5 ms and should be below 1; first-ratio is the same for the first answer
// after a change, which fills the caches. An empty query next to it shows the
// cost of any answer.
func BenchmarkLabelValues(b *testing.B) {
	figures := monthly(b, 8334, 120)
	const one = `{indicator="container_throughput",area="330203"}`
	for _, c := range [][]string{
		{"indicator", "label/indicator/values"},
		{"category", "label/category/values"},
		{"metric", "label/__name__/values"},
		{"labels", "labels"},
		{"day", "label/as_of/values"},
		{"period", "label/period/values", "match[]", "tidemark_figure_revision"},
		{"category-of-figures", "label/category/values", "match[]", "tidemark_figure"},
		{"area-of-an-indicator", "label/area/values", "match[]", `tidemark_indicator_info{indicator="container_throughput"}`},
		{"category-of-an-area", "label/category/values", "match[]", "tidemark_figure" + one},
		{"measure-of-an-area", "label/measure/values", "match[]", "tidemark_figure_newest" + one},
		{"period-of-an-area", "label/period/values", "match[]", "tidemark_figure_revision" + one},
		{"empty", "query", "query", "vector(1)"},
	} {
		b.Run(c[0], func(b *testing.B) {
			api := over(catalog.Ningbo(), figures)
			var all []time.Duration
			for b.Loop() {
				all = append(all, timed(func() {
					if status, body := call(b, api, c[1], c[2:]...); status != http.StatusOK {
						b.Fatal(body)
					}
				}))
			}
			const limit = float64(5 * time.Millisecond)
			b.ReportMetric(float64(median(all))/limit, "limit-ratio")
			b.ReportMetric(float64(all[0])/limit, "first-ratio")
			b.ReportMetric(0, "ns/op")
		})
	}
}

// monthly is a book of so many series of so many months up to 2023-12, each
// published ten days after its month.
func monthly(b testing.TB, series, months int) *book.Book {
	b.Helper()
	ningbo := catalog.Ningbo()
	var vintages []store.Vintage
	i, _ := ningbo.Indicator("container_throughput")
	for n := range series {
		area := i.Areas[n%len(i.Areas)]
		for m := range months {
			p := figure.Month(2023, 12).Add(-m)
			vintages = append(vintages, store.Vintage{
				Cell:   figure.Cell{Indicator: i.Code, Area: area, Category: fmt.Sprintf("C%d", n), Measure: figure.Level, Period: p},
				Agency: "port", Status: figure.Normal, Value: float64(1000000 + (n*7919+m*104729)%500000), Moment: p.End().AddDate(0, 0, 10).UnixMilli()})
		}
	}
	return booktest.Of(b, vintages...)
}

// plain requests no compression unless asked to.
var plain = &http.Client{Transport: &http.Transport{DisableCompression: true}}

// download returns the uncompressed size of an answer.
func download(b testing.TB, url string, packed bool) int64 {
	b.Helper()
	r, err := http.NewRequest(http.MethodGet, url, nil)
	if err != nil {
		b.Fatal(err)
	}
	if packed {
		r.Header.Set("Accept-Encoding", "gzip")
	}
	resp, err := plain.Do(r)
	if err != nil {
		b.Fatal(err)
	}
	defer resp.Body.Close()
	body := io.Reader(resp.Body)
	if packed {
		if body, err = gzip.NewReader(body); err != nil {
			b.Fatal(err)
		}
	}
	n, err := io.CopyBuffer(struct{ io.Writer }{io.Discard}, body, make([]byte, 1<<20))
	if err != nil || resp.StatusCode != http.StatusOK {
		b.Fatal(resp.Status, err)
	}
	return n
}

func timed(do func()) time.Duration {
	start := time.Now()
	do()
	return time.Since(start)
}

func median(all []time.Duration) time.Duration {
	sorted := slices.Sorted(slices.Values(all))
	return sorted[len(sorted)/2]
}

// What was known on a day is computed for each query, and must not take much
// longer than what is known now.
func BenchmarkSeriesAsOf(b *testing.B) {
	api := ofSample()
	for _, known := range []string{"", `,as_of="2024-01-01"`} {
		b.Run("known"+known, func(b *testing.B) {
			for b.Loop() {
				if status, body := call(b, api, "series", "match[]", `{__name__=~"tidemark.+"`+known+`}`); status != 200 {
					b.Fatal(body)
				}
			}
		})
	}
}
