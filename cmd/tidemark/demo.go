package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
	"golang.org/x/sync/errgroup"

	"github.com/tidemark-stats/tidemark/catalog"
	"github.com/tidemark-stats/tidemark/exporter"
	"github.com/tidemark-stats/tidemark/ingest"
	"github.com/tidemark-stats/tidemark/ingest/pending"
	"github.com/tidemark-stats/tidemark/ingest/sender"
	"github.com/tidemark-stats/tidemark/ingest/worker"
	"github.com/tidemark-stats/tidemark/internal/engines"
	"github.com/tidemark-stats/tidemark/internal/httpserver"
	"github.com/tidemark-stats/tidemark/internal/waiting"
	"github.com/tidemark-stats/tidemark/store"
)

type demoCmd struct {
	catalogFlag
	Listen       string `help:"Address on which the exporter serves; port 0 picks a free one." default:"127.0.0.1:9464" placeholder:"HOST:PORT"`
	DeskListen   string `help:"Address on which the statistician's page is served; a free port if that is taken." default:"127.0.0.1:9466" placeholder:"HOST:PORT"`
	NATSListen   string `name:"nats-listen" help:"Address on which NATS listens." default:"127.0.0.1:4222" placeholder:"HOST:PORT"`
	InfluxListen string `help:"Address on which InfluxDB listens." default:"127.0.0.1:8086" placeholder:"HOST:PORT"`
	Influxd      string `help:"The influxd 1.8 to run; without it the Go toolchain builds one, which takes about a minute the first time." placeholder:"FILE"`
	Data         string `help:"Directory that keeps the data between runs; without it a temporary one is used and removed." placeholder:"DIR"`
	NoSample     bool   `help:"Do not push the built-in sample."`
	dateFlag
}

// Help shows an example.
func (*demoCmd) Help() string {
	return `Runs NATS, InfluxDB, a worker, the exporter and the statistician's page in one process
tree; the name and the password to sign in there are printed. Nothing is installed and
no Docker is needed. When the sample can be read on /metrics it prints one line,
"ready http://HOST:PORT/", and runs until Ctrl-C; a second Ctrl-C ends it at once.

It shows the day on which the sample's newest figure was published, because on a later
one most figures would be overdue: the figures known by then, judged as on that day. The
clock runs on from nine in the morning. --date shows another day.

Example:
  tidemark demo --data ./data
  tidemark demo --date 2024-02-20`
}

// Run runs everything until it is told to stop.
func (c *demoCmd) Run(e *env) error {
	cat, err := c.load()
	if err != nil {
		return err
	}
	if c.NoSample && c.Date == "" {
		c.Date = "now"
	}
	day, err := c.read(cat.Location())
	if err != nil {
		return err
	}
	log := e.log()
	if err := fitMemory(log); err != nil {
		return err
	}
	listener, err := listen("--listen", c.Listen)
	if err != nil {
		return err
	}
	defer func() { _ = listener.Close() }() // the server may have closed it
	if err := errors.Join(free("--nats-listen", c.NATSListen), free("--influx-listen", c.InfluxListen)); err != nil {
		return err
	}
	dir, cleanup, err := c.directory()
	if err != nil {
		return err
	}
	defer cleanup()
	d := &demo{catalog: cat, day: day, listener: listener, env: e, say: printer(e.stderr), log: log}
	defer d.stop()
	if err := d.start(e.ctx, c, dir); err != nil {
		if e.ctx.Err() != nil {
			return nil // told to stop while starting
		}
		return err
	}
	return d.run(c, dir)
}

// free checks that an engine can listen on an address, because the engine's own error
// would not name the flag.
func free(flag, address string) error {
	l, err := listen(flag, address)
	if err != nil {
		return err
	}
	return l.Close()
}

// directory returns the data directory, and a function that removes it if it is
// temporary.
func (c *demoCmd) directory() (dir string, cleanup func(), err error) {
	if c.Data != "" {
		return c.Data, func() {}, os.MkdirAll(c.Data, 0o755)
	}
	dir, err = os.MkdirTemp("", "tidemark-demo-")
	return dir, func() { _ = os.RemoveAll(dir) }, err // what is left, the system removes sooner or later
}

// demo is the whole of tidemark in one process tree.
type demo struct {
	catalog  *catalog.Catalog
	day      shown
	listener net.Listener
	env      *env
	say      func(format string, v ...any)
	log      *slog.Logger

	influx   *engines.Influx
	nats     *engines.NATS
	conn     *nats.Conn
	stores   []*store.Store
	worker   *worker.Worker
	exporter *exporter.Exporter
}

// start starts the engines and creates the streams and the bucket. NATS starts in
// parallel with InfluxDB, which takes longest: minutes if it has to be built.
func (d *demo) start(ctx context.Context, c *demoCmd, dir string) error {
	both, starting := errgroup.WithContext(ctx)
	both.Go(func() error { return d.startInflux(starting, c, filepath.Join(dir, "influxdb")) })
	both.Go(func() error { return d.startNATS(starting, c, filepath.Join(dir, "nats")) })
	if err := both.Wait(); err != nil {
		return err
	}
	// Two stores, as in production, because each tells its own writes from those of
	// others.
	for range 2 {
		s, err := store.Open(store.Options{URL: d.influx.URL(), Bucket: "tidemark"})
		if err != nil {
			return err
		}
		d.stores = append(d.stores, s)
	}
	done, err := d.stores[0].Setup(ctx)
	if err != nil {
		return err
	}
	d.say("%s", done)
	d.say("%s", d.day)
	return d.day.set(ctx, d.stores[0], d.catalog.Location())
}

func (d *demo) startInflux(ctx context.Context, c *demoCmd, dir string) (err error) {
	d.influx, err = engines.StartInflux(ctx, engines.InfluxOptions{Dir: dir, Listen: c.InfluxListen, Executable: c.Influxd, Progress: d.tell})
	if err == nil {
		d.say("InfluxDB listens on %s", d.influx.URL())
	}
	return err
}

func (d *demo) startNATS(ctx context.Context, c *demoCmd, dir string) (err error) {
	d.nats, err = engines.StartNATS(engines.NATSOptions{Dir: dir, Listen: c.NATSListen, Logger: d.log})
	if err != nil {
		return err
	}
	d.say("NATS listens on %s", d.nats.ClientURL())
	if d.conn, err = d.nats.Connect(nats.Name("tidemark demo")); err != nil {
		return err
	}
	js, err := jetstream.New(d.conn)
	if err != nil {
		return err
	}
	lines, err := ingest.Setup(ctx, js, 1)
	for _, line := range lines {
		d.say("%s", line)
	}
	return err
}

// tell prints one line.
func (d *demo) tell(line string) { d.say("%s", line) }

// waiting reports a wait that takes long, until stop is called.
func (d *demo) waiting(what string) (stop func()) {
	return waiting.Tell(d.tell, "waiting until "+what, func() string { return "still waiting until " + what })
}

// stop stops what start has started, in reverse order.
func (d *demo) stop() {
	for _, s := range d.stores {
		s.Close()
	}
	if d.conn != nil {
		d.conn.Close()
	}
	if d.nats != nil {
		d.nats.Shutdown()
	}
	if d.influx != nil {
		ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
		defer cancel()
		if err := d.influx.Stop(ctx); err != nil {
			d.say("%v", err)
		}
	}
}

// run runs the worker, the exporter and the desk, and pushes the sample.
func (d *demo) run(c *demoCmd, dir string) (err error) {
	registry := exporter.NewRegistry()
	quiet := slog.New(slog.NewTextHandler(d.env.stderr, &slog.HandlerOptions{Level: slog.LevelWarn}))
	signer, err := openSigner(filepath.Join(dir, "receipts.nk"))
	if err != nil {
		return err
	}
	d.worker, err = worker.New(worker.Config{Conn: d.conn, Store: d.stores[0], Catalog: d.catalog, Logger: quiet, Registry: registry, Signer: signer})
	if err != nil {
		return err
	}
	js, err := jetstream.New(d.conn)
	if err != nil {
		return err
	}
	releaser, err := pending.NewReleaser(pending.Config{JS: js, Review: d.catalog.Reviewed, Logger: quiet, Registry: registry})
	if err != nil {
		return err
	}
	d.exporter = exporter.New(exporter.Options{Catalog: d.catalog, Store: d.stores[1], Logger: quiet, Registry: registry})
	page, err := d.newDemoDesk(c.DeskListen, dir, registry, quiet)
	if err != nil {
		return err
	}
	d.say("数据报送页面 (the statistician's page): http://%s/  name %s  password %s", page.listener.Addr(), page.name, page.password)
	d.say("回执签名的公钥 (receipts are signed; check them with): tidemark verify --key %s", signer.Public())

	group := actors{ctx: d.env.ctx}
	group.add(idle)
	group.add(page.Run)
	group.add(func(ctx context.Context) error { return page.serve(ctx, quiet) })
	group.add(d.worker.Run)
	group.add(releaser.Run)
	group.add(d.exporter.Run)
	group.add(func(ctx context.Context) error {
		return httpserver.Serve(ctx, d.listener, d.exporter.Handler(), "", quiet)
	})
	group.add(d.guardInflux)
	group.add(func(ctx context.Context) error {
		err := d.prepare(ctx, c.NoSample)
		if err != nil || ctx.Err() != nil {
			return err
		}
		_, err = fmt.Fprintf(d.env.stdout, "ready http://%s/\n", d.listener.Addr())
		if err != nil {
			return err
		}
		return idle(ctx)
	})
	err = group.group.Run()
	if d.env.ctx.Err() != nil {
		d.say("stopping")
	}
	return err
}

// guardInflux ends the demo when InfluxDB ends by itself.
func (d *demo) guardInflux(ctx context.Context) error {
	select {
	case <-ctx.Done():
		return nil
	case <-d.influx.Done():
		return d.influx.Err()
	}
}

// prepare pushes the sample and waits until it can be read on /metrics.
func (d *demo) prepare(ctx context.Context, noSample bool) error {
	loaded := func() bool { return d.exporter.Book() != nil }
	if noSample {
		defer d.waiting("the exporter has loaded the figures")()
		return unlessStopped(ctx, watch(ctx, 20*time.Millisecond, loaded))
	}
	working := d.waiting("the worker has read from NATS what was decided before")
	select {
	case <-d.worker.Ready():
		working()
	case <-ctx.Done():
		working()
		return nil
	}
	inputs := sampleUntil(d.day.day)
	var names []string
	for _, in := range inputs {
		names = append(names, in.Name)
	}
	d.say("pushing the built-in sample: %s", strings.Join(names, ", "))
	bar := newProgress(d.env.stderr)
	receipts := d.waiting("every figure of the sample has its receipt")
	report, err := sender.Push(ctx, sender.Options{Conn: d.conn, Catalog: d.catalog, Partial: true, Patience: time.Minute, Progress: bar.show}, inputs)
	receipts()
	bar.clear()
	if err != nil {
		return unlessStopped(ctx, err)
	}
	report.Unusual, report.UnusualOmitted = nil, 0 // whoever starts the demo did not write the sample
	if err := report.WriteText(d.env.stderr, sender.Pushed); err != nil {
		return err
	}
	// A receipt says that a figure is in InfluxDB, unless it repeats what was there;
	// the exporter shows it a moment later.
	settled := report.Written + report.Revised + report.Superseded
	defer d.waiting("the sample can be read on /metrics")()
	return unlessStopped(ctx, watch(ctx, 20*time.Millisecond, func() bool {
		return d.exporter.Vintages() >= settled
	}))
}

// unlessStopped returns nil for the error of a context that has ended.
func unlessStopped(ctx context.Context, err error) error {
	if ctx.Err() != nil && errors.Is(err, ctx.Err()) {
		return nil
	}
	return err
}
