package exporter

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/tidemark-stats/tidemark/internal/enginetest"
	"github.com/tidemark-stats/tidemark/store"
)

func TestMain(m *testing.M) { enginetest.Main(m) }

// patience is how long a test waits for what must happen sooner or later.
const patience = time.Minute

// open gives a Store on a bucket that is ready for use.
func open(t testing.TB, opts store.Options) *store.Store {
	t.Helper()
	s, err := store.Open(opts)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	return s
}

// bucket gives an empty bucket of an InfluxDB and a Store that writes there, as
// the worker does.
func bucket(t testing.TB) (opts store.Options, writer *store.Store) {
	t.Helper()
	opts = store.Options(enginetest.SharedInflux(t))
	writer = open(t, opts)
	if _, err := writer.Setup(t.Context()); err != nil {
		t.Fatal(err)
	}
	return opts, writer
}

func write(t testing.TB, s *store.Store, vintages ...store.Vintage) {
	t.Helper()
	if err := s.Write(t.Context(), vintages); err != nil {
		t.Fatal(err)
	}
}

// writeLines sends what the store itself never would.
func writeLines(t testing.TB, opts store.Options, lines string) {
	t.Helper()
	address := opts.URL + "/api/v2/write?" + url.Values{"org": {opts.Org}, "bucket": {opts.Bucket}}.Encode()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, address, strings.NewReader(lines))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Authorization", "Token "+opts.Token)
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusNoContent {
		t.Fatalf("the write is answered with %s", resp.Status)
	}
}

// run starts an exporter on a Store until the end of the test. Its URL is
// what it serves; what it logs goes to log.
func run(t testing.TB, s *store.Store, log io.Writer) (e *Exporter, url string) {
	t.Helper()
	e = New(Options{Catalog: city(t), Store: s, Logger: slog.New(slog.NewTextHandler(log, nil))})
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- e.Run(ctx) }()
	server := httptest.NewServer(e.Handler())
	t.Cleanup(func() {
		server.Close()
		cancel()
		if err := <-ended; err != nil {
			t.Errorf("Run: %v", err)
		}
	})
	return e, server.URL
}

// get gives status and body.
func get(t testing.TB, url string) (int, string) {
	t.Helper()
	resp, err := http.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp.StatusCode, string(body)
}

// await asks for a page until it holds the text, and gives it.
func await(t testing.TB, url, text string, limit time.Duration) string {
	t.Helper()
	return awaitThat(t, url, fmt.Sprintf("there is %q", text), limit, func(body string) bool { return strings.Contains(body, text) })
}

// awaitThat gets a page until something is true of it, and gives that page.
func awaitThat(t testing.TB, url, what string, limit time.Duration, is func(body string) bool) string {
	t.Helper()
	deadline := time.After(limit)
	again := time.NewTicker(10 * time.Millisecond)
	defer again.Stop()
	for {
		_, body := get(t, url)
		if is(body) {
			return body
		}
		select {
		case <-deadline:
			t.Fatalf("after %s it is not so that %s in\n%s", limit, what, tidemarks(body))
		case <-again.C:
		}
	}
}

// tidemarks is the page without the metrics of Go and the process.
func tidemarks(page string) string {
	var kept []string
	for line := range strings.Lines(page) {
		if strings.Contains(line, "tidemark_") || !strings.Contains(line, "go_") && !strings.Contains(line, "process_") {
			kept = append(kept, line)
		}
	}
	return strings.Join(kept, "")
}
