package deploy_test

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"github.com/tidemark-stats/tidemark/catalog"
	"github.com/tidemark-stats/tidemark/exporter"
	"github.com/tidemark-stats/tidemark/figure"
	"github.com/tidemark-stats/tidemark/ingest"
	"github.com/tidemark-stats/tidemark/ingest/sender"
	"github.com/tidemark-stats/tidemark/ingest/worker"
	"github.com/tidemark-stats/tidemark/internal/enginetest"
	"github.com/tidemark-stats/tidemark/store"
)

// stack is all of tidemark on real engines, as the demo runs it.
type stack struct {
	t                *testing.T
	nc               *nats.Conn
	exporter, ingest string // the addresses of their metrics
}

// newStack starts worker and exporter on a NATS server and an influxd.
func newStack(t *testing.T) *stack {
	t.Helper()
	nc, err := enginetest.NATS(t).Connect()
	must(t, err)
	t.Cleanup(nc.Close)
	bucket := store.Options(enginetest.SharedInflux(t))
	open := func() *store.Store {
		s, err := store.Open(bucket)
		must(t, err)
		t.Cleanup(s.Close)
		return s
	}
	figures := open()
	_, err = figures.Setup(t.Context())
	must(t, err)
	js, err := jetstream.New(nc)
	must(t, err)
	_, err = ingest.Setup(t.Context(), js, 1)
	must(t, err)

	quiet := slog.New(slog.DiscardHandler)
	registry := exporter.NewRegistry()
	worker, err := worker.New(worker.Config{Conn: nc, Store: figures, Catalog: catalog.Ningbo(), Logger: quiet, Registry: registry})
	must(t, err)
	shows := exporter.New(exporter.Options{Catalog: catalog.Ningbo(), Store: open(), Logger: quiet})
	background(t, worker.Run)
	background(t, shows.Run)
	page := httptest.NewServer(shows.Handler())
	t.Cleanup(page.Close)
	own := httptest.NewServer(promhttp.HandlerFor(registry, promhttp.HandlerOpts{}))
	t.Cleanup(own.Close)
	return &stack{t: t, nc: nc, exporter: address(page.URL), ingest: address(own.URL)}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// background runs a part of the stack until the end of the test.
func background(t *testing.T, run func(context.Context) error) {
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- run(ctx) }()
	t.Cleanup(func() {
		cancel()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
}

// push sends a month of the indicator for which the catalogue has a ceiling.
func (s *stack) push(period figure.Period, cases int) {
	s.t.Helper()
	file := fmt.Sprintf("indicator,area,category,measure,period,value,unit\nunresolved_cases,330200,不动产登记,level,%s,%d,件\n", period, cases)
	report, err := sender.Push(s.t.Context(), sender.Options{Conn: s.nc, Catalog: catalog.Ningbo(), Patience: time.Minute},
		[]sender.Input{{Name: "cases.csv", Open: func() (io.ReadCloser, error) { return io.NopCloser(strings.NewReader(file)), nil }}})
	must(s.t, err)
	if !report.Clean() {
		s.t.Fatalf("the push ended with %+v", report)
	}
}

// From the statistician's file to the official's message, and back.
func TestABadMonthArrivesInBothLanguagesAndTheCorrectedFigureResolvesIt(t *testing.T) {
	s, in := newStack(t), newInbox(t)
	alertmanager := startAlertmanager(t, copied(t, "alertmanager", append(atOnce, in.secrets(t))...)+"/alertmanager.yml")
	startPrometheus(t, prometheusFor(t, map[string]string{"exporter": s.exporter, "ingest": s.ingest, "alertmanager": address(alertmanager)}))

	lastMonth := figure.PeriodAt(figure.Monthly, time.Now().In(catalog.Ningbo().Location())).Prev()
	s.push(lastMonth, 12)
	missed := func(status string) func(string) bool {
		return func(m string) bool {
			return strings.Contains(m, "TidemarkTargetMissed") && strings.Contains(m, `"status":"`+status+`"`)
		}
	}
	firing := in.next(t, missed("firing"))
	for _, part := range []string{"“办不成事”高频点（不动产登记），目标未达到", "hot spot of unresolved matters (不动产登记), the target was missed"} {
		if !strings.Contains(firing, part) {
			t.Errorf("the message does not contain %s:\n%s", part, firing)
		}
	}
	s.push(lastMonth, 9)
	in.next(t, missed("resolved"))
}
