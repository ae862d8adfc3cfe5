package main

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"github.com/KimMachineGun/automemlimit/memlimit"

	"github.com/tidemark-stats/tidemark/exporter"
	"github.com/tidemark-stats/tidemark/exporter/queryapi"
	"github.com/tidemark-stats/tidemark/internal/httpserver"
)

type exporterCmd struct {
	influxFlags
	catalogFlag
	webFlags
	Listen           string        `help:"Address on which to serve; port 0 picks a free one." default:"127.0.0.1:9464" placeholder:"HOST:PORT"`
	QueryMaxSamples  int           `help:"Maximum number of samples that a query to /api/v1/ may hold in memory." default:"50000000" placeholder:"N"`
	QueryTimeout     time.Duration `help:"Maximum duration of a query." default:"2m" placeholder:"DURATION"`
	QueryConcurrency int           `help:"Maximum number of concurrent queries; others wait." default:"20" placeholder:"N"`
}

// Help shows an example.
func (*exporterCmd) Help() string {
	return `Loads all figures from InfluxDB, picks up new ones within two seconds of a write,
and serves the newest on /metrics and all of them on /api/v1/ in PromQL, which
Grafana uses as a Prometheus data source. It does not use NATS.

Example:
  tidemark exporter --influx http://influxdb:8086 --listen :9464`
}

// Run serves until it is told to stop.
func (c *exporterCmd) Run(e *env) error {
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
	if err := fitMemory(log); err != nil {
		return err
	}
	listener, err := listen("--listen", c.Listen)
	if err != nil {
		return err
	}
	x := exporter.New(exporter.Options{Catalog: cat, Store: figures, Logger: log,
		Limits: queryapi.Limits{MaxSamples: c.QueryMaxSamples, Timeout: c.QueryTimeout, Concurrency: c.QueryConcurrency}})
	log.Info("exporter listens", "url", "http://"+listener.Addr().String()+"/")

	group := actors{ctx: e.ctx}
	group.add(x.Run)
	group.add(func(ctx context.Context) error {
		return httpserver.Serve(ctx, listener, x.Handler(), c.WebConfig, log)
	})
	return group.group.Run()
}

// fitMemory sets Go's memory limit, on which the limits of queries depend: to
// GOMEMLIMIT or, without it, to nine tenths of the container's or the machine's
// memory.
func fitMemory(log *slog.Logger) error {
	limit, err := memlimit.SetGoMemLimitWithOpts(memlimit.WithRatio(0.9), memlimit.WithProvider(memlimit.ApplyFallback(memlimit.FromCgroup, memlimit.FromSystem)))
	if err != nil {
		return fmt.Errorf("cannot determine how much memory may be used: %w; set GOMEMLIMIT, for example GOMEMLIMIT=1800MiB", err)
	}
	if limit > 0 { // 0 when GOMEMLIMIT sets it
		log.Debug("memory limited", "bytes", limit)
	}
	return nil
}
