package queryapi

import (
	"fmt"
	"net/http/httptest"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/prometheus/prometheus/prompb"

	"github.com/tidemark-stats/tidemark/internal/enginetest"
)

func TestAPrometheusJoinsHistoryByRemoteRead(t *testing.T) {
	server := httptest.NewServer(ofSample())
	t.Cleanup(server.Close)
	dir := t.TempDir()
	config := filepath.Join(dir, "prometheus.yml")
	text := fmt.Sprintf("remote_read:\n  - {url: %s/api/v1/read, read_recent: true}\n", server.URL)
	if err := os.WriteFile(config, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	real := enginetest.PrometheusIn(t, dir, config).URL()
	for _, query := range []string{
		`tidemark_figure{indicator="container_throughput",freq="M"}[10y]`,
		`sum_over_time(tidemark_figure{indicator="trade_exports",measure="level",freq="A"}[5y])`,
		`last_over_time(tidemark_figure{as_of="2023-11-01"}[2y])`,
		`count_over_time(tidemark_figure_revision[10y]) > 1`,
	} {
		pairs := []string{"query", query, "time", "2026-11-01T00:00:00Z"}
		status, want := call(t, ofSample(), "query", pairs...)
		realStatus, got := enginetest.Get(t, real+"/api/v1/query?"+parametersOf(pairs))
		if got, want = ordered(t, got, "query", query), ordered(t, want, "query", query); status != realStatus || got != want {
			t.Errorf("%s: through Prometheus %d\n%s\nhere %d\n%s", query, realStatus, differing(got, want), status, differing(want, got))
		}
	}
}

// Clients choose how they want their samples: plain, or as a stream of chunks.
func TestBothFormsOfRemoteReadGiveTheSame(t *testing.T) {
	server := httptest.NewServer(ofSample())
	t.Cleanup(server.Close)
	from, until := time.Date(2020, 1, 1, 0, 0, 0, 0, time.UTC).UnixMilli(), today.UnixMilli()
	query := &prompb.Query{StartTimestampMs: from, EndTimestampMs: until, Hints: &prompb.ReadHints{StartMs: from, EndMs: until, RangeMs: until - from},
		Matchers: []*prompb.LabelMatcher{{Type: prompb.LabelMatcher_EQ, Name: "indicator", Value: "gdp"}}}
	var answers []string
	for _, form := range []prompb.ReadRequest_ResponseType{prompb.ReadRequest_SAMPLES, prompb.ReadRequest_STREAMED_XOR_CHUNKS} {
		answers = append(answers, enginetest.RemoteRead(t, server.URL+"/api/v1/read", form, query).String())
	}
	if answers[0] != answers[1] || answers[0] == "" {
		t.Errorf("plain:\n%s\nin chunks:\n%s", answers[0], answers[1])
	}
}
