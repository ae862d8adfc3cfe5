package exporter

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/tidemark-stats/tidemark/book"
)

func TestTheLandingPageLinksToEverything(t *testing.T) {
	e := loaded(t, bookOf(t, sample()...))
	for _, c := range []struct {
		name string
		e    *Exporter
		want []string
	}{
		{"loaded", e, []string{"港城", "Harbour", "7 个数据", "7 figures in 6 series"}},
		{"before the first load", New(Options{Catalog: city(t)}), []string{"正在", "being loaded"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			status, body := serve(t, c.e, "/")
			if status != http.StatusOK {
				t.Fatalf("status %d", status)
			}
			for _, want := range append(c.want, `href="metrics"`, `href="api/v1/query?`, `href="-/healthy"`, `href="-/ready"`) {
				if !strings.Contains(body, want) {
					t.Errorf("%q is not on\n%s", want, body)
				}
			}
		})
	}
}

func TestOtherPathsAreNotFound(t *testing.T) {
	e := loaded(t, new(book.Book))
	for _, path := range []string{"/metric", "/-/", "/index.html"} {
		if status, _ := serve(t, e, path); status != http.StatusNotFound {
			t.Errorf("%s: %d", path, status)
		}
	}
}

func TestBeforeTheFirstLookItIsNotReady(t *testing.T) {
	status, body := serve(t, New(Options{Catalog: city(t)}), "/-/ready")
	if want := "not ready: the figures are being loaded from InfluxDB\n"; status != http.StatusServiceUnavailable || body != want {
		t.Errorf("%d %s", status, body)
	}
}

func serve(t testing.TB, e *Exporter, path string) (int, string) {
	t.Helper()
	w := httptest.NewRecorder()
	e.Handler().ServeHTTP(w, httptest.NewRequest(http.MethodGet, path, nil))
	return w.Code, w.Body.String()
}
