package exporter

import (
	"context"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/crypto/bcrypt"

	"github.com/tidemark-stats/tidemark/exporter/book"
)

func TestTheLandingPageLeadsToEverything(t *testing.T) {
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

func TestServeEndsWithItsContextAndAFreePortCanBeAskedFor(t *testing.T) {
	url, stop := serving(t, "")
	if status, _ := get(t, url+"/-/healthy"); status != http.StatusOK {
		t.Errorf("/-/healthy gives %d", status)
	}
	if err := stop(); err != nil {
		t.Errorf("Serve: %v", err)
	}
	if resp, err := http.Get(url); err == nil {
		resp.Body.Close()
		t.Error("it still answers")
	}
}

func TestTheWebConfigurationDemandsAPassword(t *testing.T) {
	hash, err := bcrypt.GenerateFromPassword([]byte("open sesame"), bcrypt.MinCost)
	if err != nil {
		t.Fatal(err)
	}
	url, stop := serving(t, fmt.Sprintf("basic_auth_users:\n  prometheus: %s\n", hash))
	defer func() {
		if err := stop(); err != nil {
			t.Errorf("Serve: %v", err)
		}
	}()
	if status, _ := get(t, url+"/metrics"); status != http.StatusUnauthorized {
		t.Errorf("without a password: %d", status)
	}
	if status, _ := get(t, strings.Replace(url, "://", "://prometheus:open%20sesame@", 1)+"/metrics"); status != http.StatusOK {
		t.Errorf("with the password: %d", status)
	}
}

func TestAMalformedWebConfigurationIsRefused(t *testing.T) {
	_, stop := serving(t, "tls_server_config: {cert_file: none.pem, key_file: none.key}\n")
	err := stop()
	if err == nil || !strings.Contains(err.Error(), "none.pem") {
		t.Errorf("got %v", err)
	}
}

// serving starts Serve on a free port with a web configuration of that
// content. stop ends it and gives what Serve returned.
func serving(t *testing.T, webConfig string) (url string, stop func() error) {
	t.Helper()
	path := ""
	if webConfig != "" {
		path = filepath.Join(t.TempDir(), "web.yml")
		if err := os.WriteFile(path, []byte(webConfig), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	e := loaded(t, new(book.Book))
	go func() { ended <- Serve(ctx, listener, e.Handler(), path, slog.New(slog.DiscardHandler)) }()
	return "http://" + listener.Addr().String(), func() error {
		cancel()
		return <-ended
	}
}
