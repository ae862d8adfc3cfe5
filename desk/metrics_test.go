package desk

import (
	"context"
	"log/slog"
	"testing"

	"github.com/nats-io/nats.go"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/testutil/promlint"

	"github.com/tidemark-stats/tidemark/catalog"
	"github.com/tidemark-stats/tidemark/internal/enginetest"
)

func TestEveryMetricOfTheDeskIsOnTheReferencePageAndNoOther(t *testing.T) {
	nc, err := nats.Connect(enginetest.NATS(t).ClientURL())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(nc.Close)
	registry := prometheus.NewRegistry()
	if _, err := New(Options{Conn: nc, Catalog: catalog.Ningbo(), Logger: slog.New(slog.DiscardHandler), Registry: registry}); err != nil {
		t.Fatal(err)
	}
	families := enginetest.Explained(t, registry, "../docs/metrics.md", "tidemark_desk_")
	problems, err := promlint.NewWithMetricFamilies(families).Lint()
	if err != nil || len(problems) > 0 {
		t.Errorf("promlint: %v %v", problems, err)
	}
}

func TestTheDeskStopsWhileNATSIsAway(t *testing.T) {
	nc, err := nats.Connect("nats://127.0.0.1:1", nats.RetryOnFailedConnect(true), nats.MaxReconnects(-1))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(nc.Close)
	d, err := New(Options{Conn: nc, Catalog: catalog.Ningbo(), Logger: slog.New(slog.DiscardHandler), Registry: prometheus.NewRegistry()})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := d.Run(ctx); err != nil {
		t.Errorf("Run: %v", err)
	}
}
