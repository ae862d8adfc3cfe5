package exporter

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"runtime"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"
	dto "github.com/prometheus/client_model/go"

	"github.com/tidemark-stats/tidemark/exporter/metric"
	"github.com/tidemark-stats/tidemark/store"
)

// plainCollector creates every metric again at each scrape, as a
// straightforward collector does. It is the baseline for the page.
type plainCollector struct{ e *Exporter }

var (
	figureLabels   = []string{"area", "category", "freq", "indicator", "measure", "unit"}
	descFigure     = describe(0)
	descPeriod     = describe(1)
	descPublished  = describe(2)
	descWithheld   = describe(3)
	withheldValues = map[bool]float64{true: 1}
)

func describe(n int) *prometheus.Desc {
	return prometheus.NewDesc(metric.Figures[n].Name, metric.Figures[n].Help, figureLabels, nil)
}

func (c plainCollector) Describe(ch chan<- *prometheus.Desc) {
	ch <- descFigure
	ch <- descPeriod
	ch <- descPublished
	ch <- descWithheld
}

func (c plainCollector) Collect(ch chan<- prometheus.Metric) {
	for s := range c.e.Book().All() {
		i, known := c.e.catalog.Indicator(s.Key.Indicator)
		if !known {
			continue
		}
		f := s.Latest()
		labels := []string{s.Key.Area, s.Key.Category, s.Key.Frequency.String(), i.Code, s.Key.Measure.String(), i.UnitOf(s.Key.Measure).Code}
		if !f.Withheld {
			ch <- prometheus.MustNewConstMetric(descFigure, prometheus.GaugeValue, f.Value, labels...)
		}
		ch <- prometheus.MustNewConstMetric(descPeriod, prometheus.GaugeValue, metric.Seconds(f.Period.Start()), labels...)
		ch <- prometheus.MustNewConstMetric(descPublished, prometheus.GaugeValue, metric.Seconds(f.Published), labels...)
		ch <- prometheus.MustNewConstMetric(descWithheld, prometheus.GaugeValue, withheldValues[f.Withheld], labels...)
	}
}

// BenchmarkFresh writes figures to a real InfluxDB and requests /metrics until each is
// there. It reports how long that took as a share of the two seconds that the README
// promises, in the mean and at most; both stay below 1.
func BenchmarkFresh(b *testing.B) {
	opts, writer := bucket(b)
	write(b, writer, published("boxes", "2023-01", 1, "2023-02-10"))
	_, served := run(b, open(b, opts), io.Discard)
	await(b, served+"/metrics", boxesOfH1+" 1\n", patience)
	var all, longest time.Duration
	n := 1
	for b.Loop() {
		n++
		write(b, writer, published("boxes", "2023-02", float64(n), "2023-03-10"))
		begin := time.Now()
		await(b, served+"/metrics", fmt.Sprintf("%s %d\n", boxesOfH1, n), patience)
		took := time.Since(begin)
		all, longest = all+took, max(longest, took)
	}
	b.ReportMetric(all.Seconds()/float64(n-1)/2, "of-two-seconds")
	b.ReportMetric(longest.Seconds()/2, "longest-of-two-seconds")
}

// blackHole is a scraper that reads at any speed.
type blackHole struct{ header http.Header }

func (b blackHole) Header() http.Header         { return b.header }
func (b blackHole) WriteHeader(int)             {}
func (b blackHole) Write(p []byte) (int, error) { return len(p), nil }

// cost is what one call of a function takes.
type cost struct {
	time   time.Duration
	allocs float64
}

func measure(times int, f func()) cost {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	start := time.Now()
	for range times {
		f()
	}
	took := time.Since(start)
	runtime.ReadMemStats(&after)
	return cost{took / time.Duration(times), float64(after.Mallocs-before.Mallocs) / float64(times)}
}

// BenchmarkMetrics scrapes 100,000 series, four lines each, and compares time
// and allocations with a plain collector behind promhttp, measured in the same
// run: time-ratio at most 0.25, allocs-ratio at most 0.125. "steady" is the
// usual scrape, "changed" the first one after a figure has changed.
func BenchmarkMetrics(b *testing.B) {
	const many = 100_000
	vintages := make([]store.Vintage, many)
	for i := range vintages {
		vintages[i] = published("boxes", "2023-02", float64(i)*10.5, "2023-03-10")
		vintages[i].Category = fmt.Sprintf("kind-%06d", i)
	}
	before := bookOf(b, vintages...)
	after, err := before.Merge(func(yield func(*store.Vintage, error) bool) {
		v := published("boxes", "2023-03", 1, "2023-04-10")
		v.Category = "kind-000007"
		yield(&v, nil)
	})
	if err != nil {
		b.Fatal(err)
	}
	for _, encoding := range []string{"identity", "gzip"} {
		e := New(Options{Catalog: city(b)})
		e.view.Store(newView(before, e.catalog))
		request := httptest.NewRequest(http.MethodGet, "/metrics", nil)
		request.Header.Set("Accept-Encoding", encoding)
		plain := prometheus.NewRegistry()
		plain.MustRegister(plainCollector{e})
		baseline := promhttp.HandlerFor(prometheus.Gatherers{plain, e.registry}, promhttp.HandlerOpts{})
		handler := e.Handler()
		scrape := func(h http.Handler) func() { return func() { h.ServeHTTP(blackHole{http.Header{}}, request) } }
		want := measure(3, scrape(baseline))
		run := func(name string, prepare func()) {
			b.Run(encoding+"/"+name, func(b *testing.B) {
				var got cost
				n := 0.0
				for b.Loop() {
					prepare()
					one := measure(1, scrape(handler))
					got.time += one.time
					got.allocs += one.allocs
					n++
				}
				b.ReportMetric(float64(got.time)/n/float64(want.time), "time-ratio")
				b.ReportMetric(got.allocs/n/want.allocs, "allocs-ratio")
				b.ReportMetric(float64(got.time)/n, "ns/scrape")
				b.ReportMetric(float64(want.time), "plain-ns/scrape")
				b.ReportMetric(want.allocs, "plain-allocs/scrape")
				b.ReportMetric(0, "ns/op") // would include the setup
			})
		}
		scrape(handler)()
		run("steady", func() {})
		// With promhttp only the gathering of the figures could be saved.
		families, err := plain.Gather()
		if err != nil {
			b.Fatal(err)
		}
		kept := prometheus.GathererFunc(func() ([]*dto.MetricFamily, error) { return families, nil })
		ours := handler
		handler = promhttp.HandlerFor(prometheus.Gatherers{kept, e.registry}, promhttp.HandlerOpts{})
		run("promhttp", func() {})
		handler = ours
		run("changed", func() { e.view.Store(newView(after, e.catalog)) })
	}
}
