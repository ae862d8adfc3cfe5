package promapi

import (
	"context"
	"fmt"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"testing"
	"time"

	config_util "github.com/prometheus/common/config"
	"github.com/prometheus/common/model"
	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/prompb"
	"github.com/prometheus/prometheus/storage"
	"github.com/prometheus/prometheus/storage/remote"

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
		realStatus, got := fetch(t, real+"/api/v1/query?"+parametersOf(pairs))
		if got, want = ordered(t, got, "query", query), ordered(t, want, "query", query); status != realStatus || got != want {
			t.Errorf("%s: through Prometheus %d\n%s\nhere %d\n%s", query, realStatus, differing(got, want), status, differing(want, got))
		}
	}
}

// Clients choose how they want their samples: plain, or in chunks as a stream.
func TestBothFormsOfRemoteReadGiveTheSame(t *testing.T) {
	server := httptest.NewServer(ofSample())
	t.Cleanup(server.Close)
	to, err := url.Parse(server.URL + "/api/v1/read")
	if err != nil {
		t.Fatal(err)
	}
	var answers []string
	for _, form := range [][]prompb.ReadRequest_ResponseType{{prompb.ReadRequest_SAMPLES}, {prompb.ReadRequest_STREAMED_XOR_CHUNKS}} {
		client, err := remote.NewReadClient("test", &remote.ClientConfig{
			URL: &config_util.URL{URL: to}, Timeout: model.Duration(time.Minute), ChunkedReadLimit: 50 << 20, AcceptedResponseTypes: form})
		if err != nil {
			t.Fatal(err)
		}
		from, until := time.Date(2020, 1, 1, 0, 0, 0, 0, time.UTC).UnixMilli(), today.UnixMilli()
		query, err := remote.ToQuery(from, until, []*labels.Matcher{labels.MustNewMatcher(labels.MatchEqual, "indicator", "gdp")}, &storage.SelectHints{Start: from, End: until, Range: until - from})
		if err != nil {
			t.Fatal(err)
		}
		set, err := client.Read(context.Background(), query, true)
		if err != nil {
			t.Fatal(err)
		}
		all, err := collect(set)
		if err != nil {
			t.Fatal(err)
		}
		text := ""
		for _, s := range all {
			text += s.labels.String() + fmt.Sprint(s.points) + "\n"
		}
		answers = append(answers, text)
	}
	if answers[0] != answers[1] || answers[0] == "" {
		t.Errorf("plain:\n%s\nin chunks:\n%s", answers[0], answers[1])
	}
}
