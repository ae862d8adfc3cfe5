package book

import (
	"bytes"
	"fmt"
	"io"
	"iter"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"runtime"
	"testing"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/tidemark-stats/tidemark/figure"
	"github.com/tidemark-stats/tidemark/internal/enginetest"
	"github.com/tidemark-stats/tidemark/store"
)

func TestMain(m *testing.M) { enginetest.Main(m) }

const (
	benchSeries = 10_000
	benchMonths = 100
)

// fill writes series of 100 months; every so many figures one has a note, none if 0.
func fill(b *testing.B, s *store.Store, series, noted int) {
	b.Helper()
	var writers errgroup.Group
	writers.SetLimit(2)
	const batch = 50 // series
	for from := 0; from < series; from += batch {
		writers.Go(func() error {
			vintages := make([]store.Vintage, 0, batch*benchMonths)
			for i := from; i < from+batch; i++ {
				for m := range benchMonths {
					cell := figure.Cell{Indicator: fmt.Sprintf("indicator_%02d", i%40), Area: fmt.Sprintf("3302%02d", i/40%10),
						Category: fmt.Sprintf("kind_%02d", i/400), Measure: figure.Level, Period: figure.Month(2015, 1).Add(m)}
					v := store.Vintage{Cell: cell, Agency: "port", Status: figure.Normal,
						Value: float64(i*1000+m) * 1.25, Moment: cell.Period.End().UnixMilli()}
					if n := i*benchMonths + m; noted > 0 && n%noted == 0 {
						v.Note = fmt.Sprintf("初步核算，见公报第 %d 页", n)
					}
					vintages = append(vintages, v)
				}
			}
			return s.Write(b.Context(), vintages)
		})
	}
	if err := writers.Wait(); err != nil {
		b.Fatal(err)
	}
}

// overheard captures the request with which the store asks for all vintages.
func overheard(b *testing.B, opts store.Options) (header http.Header, path string, body []byte) {
	b.Helper()
	to, err := url.Parse(opts.URL)
	if err != nil {
		b.Fatal(err)
	}
	forward := &httputil.ReverseProxy{Rewrite: func(r *httputil.ProxyRequest) { r.SetURL(to) }}
	proxy := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		header, path = r.Header.Clone(), r.URL.RequestURI()
		if body, err = io.ReadAll(r.Body); err != nil {
			b.Error(err)
		}
		r.Body = io.NopCloser(bytes.NewReader(body))
		forward.ServeHTTP(w, r)
	}))
	defer proxy.Close()
	opts.URL = proxy.URL
	s, err := store.Open(opts)
	if err != nil {
		b.Fatal(err)
	}
	defer s.Close()
	for _, err := range s.Vintages(b.Context(), store.Selection{}) {
		if err != nil {
			b.Fatal(err)
		}
		break // only the request is needed
	}
	return header, path, body
}

// BenchmarkLoad loads a book of 1,000,000 figures from InfluxDB. "speed-ratio"
// is its speed divided by that of reading the same response and discarding it,
// measured alternately in one run: at least 0.8. "B/figure" is the total
// memory of the book: at most 100.
func BenchmarkLoad(b *testing.B) {
	opts := store.Options(enginetest.SharedInflux(b))
	opts.Timeout = time.Minute
	s, err := store.Open(opts)
	if err != nil {
		b.Fatal(err)
	}
	defer s.Close()
	if _, err := s.Setup(b.Context()); err != nil {
		b.Fatal(err)
	}
	fill(b, s, benchSeries, 0)
	header, path, query := overheard(b, opts)

	// The store does not request compression, which takes InfluxDB longer.
	client := &http.Client{Transport: &http.Transport{DisableCompression: true}}
	discard := func() {
		request, err := http.NewRequestWithContext(b.Context(), http.MethodPost, opts.URL+path, bytes.NewReader(query))
		if err != nil {
			b.Fatal(err)
		}
		request.Header = header.Clone()
		resp, err := client.Do(request)
		if err != nil {
			b.Fatal(err)
		}
		defer resp.Body.Close()
		if n, err := io.Copy(io.Discard, resp.Body); err != nil || n < benchSeries*benchMonths {
			b.Fatalf("%d bytes: %v", n, err)
		}
	}
	load := func() *Book {
		book, err := new(Book).Merge(s.Vintages(b.Context(), store.Selection{}))
		if err != nil {
			b.Fatal(err)
		}
		if book.Figures() != benchSeries*benchMonths {
			b.Fatalf("%d figures", book.Figures())
		}
		return book
	}
	discard() // so that both read what InfluxDB has in memory

	var discarding, loading time.Duration
	var kept struct{ book *Book }
	before := heap()
	for b.Loop() {
		kept.book = nil // two books would count as one
		start := time.Now()
		discard()
		discarding += time.Since(start)
		start = time.Now()
		kept.book = load()
		loading += time.Since(start)
	}
	b.ReportMetric(float64(heap()-before)/float64(kept.book.Figures()), "B/figure")
	runtime.KeepAlive(kept.book)
	b.ReportMetric(discarding.Seconds()/loading.Seconds(), "speed-ratio")
	b.ReportMetric(float64(b.N)*benchSeries*benchMonths/loading.Seconds(), "figures/s")
	b.ReportMetric(0, "ns/op") // would also count the discarded reading
}

// BenchmarkLoadNotes loads 200,000 figures of which one in fifty has a note.
// "time-ratio" is the time with the notes divided by the time without, measured
// alternately in one run: at most 1.2.
func BenchmarkLoadNotes(b *testing.B) {
	s, err := store.Open(store.Options(enginetest.SharedInflux(b)))
	if err != nil {
		b.Fatal(err)
	}
	defer s.Close()
	if _, err := s.Setup(b.Context()); err != nil {
		b.Fatal(err)
	}
	fill(b, s, 2000, 50)
	load := func(vintages iter.Seq2[*store.Vintage, error]) time.Duration {
		start := time.Now()
		if book, err := new(Book).Merge(vintages); err != nil || book.Figures() != 2000*benchMonths {
			b.Fatalf("%d figures, %v", book.Figures(), err)
		}
		return time.Since(start)
	}
	load(s.Noted(b.Context(), store.Selection{})) // so that both read what InfluxDB has in memory
	var plain, noted time.Duration
	for b.Loop() {
		plain += load(s.Vintages(b.Context(), store.Selection{}))
		noted += load(s.Noted(b.Context(), store.Selection{}))
	}
	b.ReportMetric(noted.Seconds()/plain.Seconds(), "time-ratio")
	b.ReportMetric(0, "ns/op")
}

// heap is the memory in use.
func heap() int64 {
	var m runtime.MemStats
	runtime.GC()
	runtime.GC() // the second frees what finalizers kept alive
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}
