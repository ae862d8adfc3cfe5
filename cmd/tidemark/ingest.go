package main

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"github.com/tidemark-stats/tidemark/catalog"
	"github.com/tidemark-stats/tidemark/exporter"
	"github.com/tidemark-stats/tidemark/ingest/pending"
	"github.com/tidemark-stats/tidemark/ingest/receipt"
	"github.com/tidemark-stats/tidemark/ingest/worker"
	"github.com/tidemark-stats/tidemark/internal/httpserver"
)

type ingestCmd struct {
	natsFlags
	influxFlags
	catalogFlag
	webFlags
	ReleaseUser     string `help:"NATS user that may release what is held back, see docs/release.md; that of --nats-user if omitted." placeholder:"NAME"`
	ReleasePassword string `help:"Its password; prefer the variable." placeholder:"SECRET"`
	ReceiptKey      string `help:"File with the key to sign receipts, see tidemark receipt-key; not signed if omitted." placeholder:"FILE"`
	Listen          string `help:"Address on which the worker serves its own metrics; port 0 picks a free one." default:"127.0.0.1:9465" placeholder:"HOST:PORT"`
}

// Help shows an example.
func (*ingestCmd) Help() string {
	return `Takes figures from the stream FIGURES, checks them against the catalogue and the
figures already known, writes the good ones to InfluxDB and stores the others in
REJECTS. It also releases what was held back for review or until a moment. Any number
of workers may run concurrently. On SIGTERM a worker finishes its current batches.

Example:
  tidemark ingest --nats nats://nats:4222 --influx http://influxdb:8086 --listen :9465`
}

// Run works until it is told to stop.
func (c *ingestCmd) Run(e *env) error {
	log := e.log()
	cat, err := c.load()
	if err != nil {
		return err
	}
	figures, err := c.open()
	if err != nil {
		return err
	}
	defer figures.Close()
	signer, err := c.signer(log)
	if err != nil {
		return err
	}
	listener, err := listen("--listen", c.Listen)
	if err != nil {
		return err
	}
	conn, err := c.connect("ingest", true, func(format string, v ...any) { log.Warn(fmt.Sprintf(format, v...)) })
	if err != nil {
		return err
	}
	defer conn.Close()
	registry := exporter.NewRegistry()
	worker, err := worker.New(worker.Config{Conn: conn, Store: figures, Catalog: cat, Logger: log, Registry: registry, Signer: signer})
	if err != nil {
		return err
	}
	releaser, closing, err := c.releaser(conn, cat, log, registry)
	if err != nil {
		return err
	}
	defer closing()
	log.Info("worker listens", "metrics", "http://"+listener.Addr().String()+"/metrics")

	group := actors{ctx: e.ctx}
	group.add(worker.Run)
	group.add(releaser.Run)
	group.add(func(ctx context.Context) error {
		return httpserver.Serve(ctx, listener, workerHandler(worker, promhttp.HandlerFor(registry, promhttp.HandlerOpts{})), c.WebConfig, log)
	})
	return group.group.Run()
}

// signer returns what signs receipts, nil if they are not signed.
func (c *ingestCmd) signer(log *slog.Logger) (*receipt.Signer, error) {
	if c.ReceiptKey == "" {
		return nil, nil
	}
	signer, err := receipt.ReadSigner(c.ReceiptKey)
	if err == nil {
		log.Info("receipts are signed", "public_key", signer.Public())
	}
	return signer, err
}

// releaser returns what releases submissions that are held back. It has a connection
// of its own if it has a user of its own, because a worker may not send figures.
func (c *ingestCmd) releaser(conn *nats.Conn, cat *catalog.Catalog, log *slog.Logger, registry prometheus.Registerer) (r *pending.Releaser, closing func(), err error) {
	closing = func() {}
	if c.ReleaseUser != "" {
		flags := c.natsFlags
		flags.NATSCreds, flags.NATSUser, flags.NATSPassword = "", c.ReleaseUser, c.ReleasePassword
		conn, err = flags.connect("release", true, func(format string, v ...any) { log.Warn(fmt.Sprintf(format, v...)) })
		if err != nil {
			return nil, closing, err
		}
		closing = conn.Close
	}
	js, err := jetstream.New(conn)
	if err != nil {
		return nil, closing, err
	}
	r, err = pending.NewReleaser(pending.Config{JS: js, Review: cat.Reviewed, Logger: log, Registry: registry})
	return r, closing, err
}

// workerHandler serves a worker's metrics and state.
func workerHandler(w *worker.Worker, metrics http.Handler) http.Handler {
	mux := http.NewServeMux()
	mux.Handle("GET /metrics", metrics)
	mux.HandleFunc("GET /-/healthy", func(rw http.ResponseWriter, _ *http.Request) {
		_, _ = fmt.Fprintln(rw, "healthy")
		for _, err := range w.Conflicts() {
			_, _ = fmt.Fprintln(rw, err)
		}
	})
	mux.HandleFunc("GET /-/ready", func(rw http.ResponseWriter, _ *http.Request) {
		select {
		case <-w.Ready():
			_, _ = fmt.Fprintln(rw, "ready")
		default:
			http.Error(rw, "not ready: still reading earlier decisions from NATS, or InfluxDB does not answer", http.StatusServiceUnavailable)
		}
	})
	return mux
}
