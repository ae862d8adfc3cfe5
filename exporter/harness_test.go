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

// patience is how long a test waits for something that must happen eventually.
const patience = time.Minute

// open returns a Store on a bucket that is ready for use.
func open(t testing.TB, opts store.Options) *store.Store {
	t.Helper()
	s, err := store.Open(opts)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	return s
}

// bucket returns an empty bucket of an InfluxDB and a Store that writes there,
// as the worker does.
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

// writeLines writes what the store itself never would.
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
		t.Fatalf("the answer to the write is %s", resp.Status)
	}
}

// run starts an exporter on a Store until the end of the test and returns the
// URL it serves. Its log is written to log.
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

// await requests a page until it contains the text, and returns it.
func await(t testing.TB, url, text string, limit time.Duration) string {
	t.Helper()
	return awaitThat(t, url, fmt.Sprintf("there is %q", text), limit, func(body string) bool { return strings.Contains(body, text) })
}

// awaitThat requests a page until the condition is true of it, and returns that
// page.
func awaitThat(t testing.TB, url, what string, limit time.Duration, is func(body string) bool) string {
	t.Helper()
	deadline := time.After(limit)
	again := time.NewTicker(10 * time.Millisecond)
	defer again.Stop()
	for {
		_, body := enginetest.Get(t, url)
		if is(body) {
			return body
		}
		select {
		case <-deadline:
			t.Fatalf("after %s this is still not true: %s; the page is\n%s", limit, what, tidemarks(body))
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
