package exporter

import (
	"bytes"
	"compress/gzip"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/prometheus/client_golang/prometheus"
	dto "github.com/prometheus/client_model/go"
	"github.com/prometheus/common/expfmt"
	"github.com/prometheus/common/model"

	"github.com/tidemark-stats/tidemark/book"
)

// loaded is an exporter that holds the book and has no InfluxDB.
func loaded(t testing.TB, b *book.Book) *Exporter {
	t.Helper()
	c := city(t)
	e := New(Options{Catalog: c, Registry: prometheus.NewRegistry()})
	e.view.Store(newView(b, c))
	return e
}

func scrape(t testing.TB, e *Exporter, method string, headers ...string) *http.Response {
	t.Helper()
	r := httptest.NewRequest(method, "/metrics", nil)
	for i := 0; i < len(headers); i += 2 {
		r.Header.Add(headers[i], headers[i+1])
	}
	w := httptest.NewRecorder()
	e.Handler().ServeHTTP(w, r)
	return w.Result()
}

func content(t testing.TB, r io.Reader) string {
	t.Helper()
	b, err := io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func families(t testing.TB, page string) map[string]*dto.MetricFamily {
	t.Helper()
	parser := expfmt.NewTextParser(model.LegacyValidation)
	families, err := parser.TextToMetricFamilies(strings.NewReader(page))
	if err != nil {
		t.Fatal(err)
	}
	return families
}

func TestThePageIsWhatThePrometheusLibraryWouldWrite(t *testing.T) {
	e := loaded(t, bookOf(t, sample()...))
	registry := prometheus.NewRegistry()
	registry.MustRegister(plainCollector{e})
	want, err := registry.Gather()
	if err != nil {
		t.Fatal(err)
	}
	page := families(t, string(e.view.Load().page()))
	for _, family := range want {
		got, wanted := libraryText(t, page[family.GetName()]), libraryText(t, family)
		if got != wanted {
			t.Errorf("got\n%s\nwant\n%s", got, wanted)
		}
	}
}

// libraryText is a family as the library writes it, with sorted lines so that
// only the content is compared.
func libraryText(t testing.TB, family *dto.MetricFamily) string {
	t.Helper()
	var b bytes.Buffer
	if _, err := expfmt.MetricFamilyToText(&b, family); err != nil {
		t.Fatal(err)
	}
	lines := slices.Sorted(strings.Lines(b.String()))
	return strings.Join(lines, "")
}

func TestTheFormatIsTheRequestedOne(t *testing.T) {
	e := loaded(t, bookOf(t, sample()...))
	const openMetrics = "application/openmetrics-text; version=1.0.0; charset=utf-8"
	const text = "text/plain; version=0.0.4; charset=utf-8"
	for _, c := range []struct {
		name, accept, want string
	}{
		{"nothing said", "", text},
		{"a browser", "text/html,application/xhtml+xml,*/*;q=0.8", text},
		{"OpenMetrics", "application/openmetrics-text;version=1.0.0,text/plain;q=0.5", openMetrics},
		{"Prometheus with native histograms", "application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited;q=0.8," +
			"application/openmetrics-text;version=1.0.0;q=0.6,text/plain;version=0.0.4;q=0.5", openMetrics},
		{"protocol buffers alone", "application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited", text},
	} {
		t.Run(c.name, func(t *testing.T) {
			resp := scrape(t, e, http.MethodGet, "Accept", c.accept)
			got, _, _ := strings.Cut(resp.Header.Get("Content-Type"), "; escaping=")
			if got != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
			body := content(t, resp.Body)
			if !strings.HasPrefix(body, string(e.view.Load().page())) {
				t.Errorf("the figures are not at the beginning:\n%s", body)
			}
			if want := c.want == openMetrics; strings.HasSuffix(body, "# EOF\n") != want || strings.Contains(strings.TrimSuffix(body, "# EOF\n"), "# EOF") {
				t.Errorf("# EOF at the end: want %v:\n%s", want, body)
			}
		})
	}
}

func TestACompressedPageIsOneGzipFileWithTheSameContent(t *testing.T) {
	empty := New(Options{Catalog: city(t), Registry: prometheus.NewRegistry()})
	for _, c := range []struct {
		name string
		e    *Exporter
	}{{"loaded", loaded(t, bookOf(t, sample()...))}, {"before the first load", empty}} {
		t.Run(c.name, func(t *testing.T) {
			const accept = "application/openmetrics-text;version=1.0.0"
			resp := scrape(t, c.e, http.MethodGet, "Accept", accept, "Accept-Encoding", "gzip")
			if got := resp.Header.Get("Content-Encoding"); got != "gzip" {
				t.Fatalf("Content-Encoding is %q", got)
			}
			z, err := gzip.NewReader(resp.Body)
			if err != nil {
				t.Fatal(err)
			}
			z.Multistream(false) // browsers read only the first
			if got, want := content(t, z), content(t, scrape(t, c.e, http.MethodGet, "Accept", accept).Body); got != want {
				t.Errorf("got\n%s\nwant\n%s", got, want)
			}
			if rest := content(t, resp.Body); rest != "" {
				t.Errorf("%d bytes follow the file", len(rest))
			}
		})
	}
}

func TestCompressionIsUsedWhereItIsAccepted(t *testing.T) {
	for accept, want := range map[string]bool{
		"":                          false,
		"gzip":                      true,
		"deflate, gzip;q=1.0, *":    true,
		"br, GZIP":                  true,
		"gzip;q=0":                  false,
		"gzip; q=0.0":               false,
		"identity":                  false,
		"x-gzip-not-really":         false,
		"zstd, gzip;q=0.5, deflate": true,
	} {
		if got := acceptsGzip(http.Header{"Accept-Encoding": {accept}}); got != want {
			t.Errorf("Accept-Encoding: %s: %v, want %v", accept, got, want)
		}
	}
}

func TestOnlyReadingIsAllowed(t *testing.T) {
	e := loaded(t, new(book.Book))
	for method, want := range map[string]int{http.MethodGet: 200, http.MethodHead: 200, http.MethodPost: 405, http.MethodDelete: 405} {
		if got := scrape(t, e, method).StatusCode; got != want {
			t.Errorf("%s: %d, want %d", method, got, want)
		}
	}
}

func TestScrapesAtTheSameTimeDoNotWriteIntoEachOther(t *testing.T) {
	e := loaded(t, bookOf(t, sample()...))
	ends := map[string]string{"text/plain": "\n", "application/openmetrics-text; version=1.0.0": "# EOF\n"}
	var all sync.WaitGroup
	for accept, end := range ends {
		for range 4 {
			all.Go(func() {
				for range 50 {
					body, err := io.ReadAll(scrape(t, e, http.MethodGet, "Accept", accept).Body)
					if err != nil || !strings.HasSuffix(string(body), end) || strings.Count(string(body), "# EOF") != strings.Count(end, "EOF") {
						t.Errorf("%s: %v, a page that ends with %q", accept, err, body[max(0, len(body)-20):])
						return
					}
				}
			})
		}
	}
	all.Wait()
}
