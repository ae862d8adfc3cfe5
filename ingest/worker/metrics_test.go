package worker

import (
	"testing"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/tidemark-stats/tidemark/internal/enginetest"
)

func TestEveryMetricOfTheWorkerIsOnTheReferencePageAndNoOther(t *testing.T) {
	registry := prometheus.NewRegistry()
	m, err := newMetrics(registry)
	if err != nil {
		t.Fatal(err)
	}
	m.rejects.WithLabelValues("figure/jump") // a family without samples is not gathered
	m.retries.WithLabelValues("write")
	enginetest.Explained(t, registry, "../../docs/metrics.md", "tidemark_ingest_")
}
