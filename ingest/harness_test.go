package ingest

import (
	"bytes"
	"cmp"
	"context"
	"log/slog"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
	"github.com/prometheus/client_golang/prometheus"

	"github.com/tidemark-stats/tidemark/catalog"
	"github.com/tidemark-stats/tidemark/deploy/local/localtest"
	"github.com/tidemark-stats/tidemark/figure"
	"github.com/tidemark-stats/tidemark/store"
)

// site is a NATS server of its own with the streams made, and a bucket.
type site struct {
	t      testing.TB
	ctx    context.Context
	url    string // of NATS
	influx string // URL of InfluxDB, through a proxy where the test has one
	org    string
	token  string
	bucket string
	wait   time.Duration // for InfluxDB's answers; 0 is the store's own
	nc     *nats.Conn
	js     jetstream.JetStream
	store  *store.Store // straight to InfluxDB
}

// newSite makes a site on the InfluxDB that all tests share.
func newSite(t testing.TB) *site {
	t.Helper()
	return newSiteIn(t, localtest.NATS(t).ClientURL(), localtest.SharedInflux(t))
}

// newSiteAt makes a site on the InfluxDB at the URL.
func newSiteAt(t testing.TB, influx, bucket string) *site {
	t.Helper()
	return newSiteOn(t, localtest.NATS(t).ClientURL(), influx, bucket)
}

// newSiteOn makes a site on the NATS server and the InfluxDB at the URLs.
func newSiteOn(t testing.TB, url, influx, bucket string) *site {
	t.Helper()
	return newSiteIn(t, url, localtest.Bucket{URL: influx, Bucket: bucket})
}

// newSiteIn makes a site on the NATS server at the URL and the bucket.
func newSiteIn(t testing.TB, url string, b localtest.Bucket) *site {
	t.Helper()
	s := &site{t: t, ctx: t.Context(), url: url, influx: b.URL, org: b.Org, token: b.Token, bucket: b.Bucket}
	s.nc, s.js = s.connect()
	if _, err := Setup(s.ctx, s.js, 1); err != nil {
		t.Fatal(err)
	}
	s.store = s.open(s.influx)
	if _, err := s.store.Setup(s.ctx); err != nil {
		t.Fatal(err)
	}
	return s
}

// connect makes a connection over TCP, as in production.
func (s *site) connect() (*nats.Conn, jetstream.JetStream) {
	s.t.Helper()
	nc, err := nats.Connect(s.url, nats.MaxReconnects(-1), nats.ReconnectWait(20*time.Millisecond))
	if err != nil {
		s.t.Fatal(err)
	}
	s.t.Cleanup(nc.Close)
	js, err := jetstream.New(nc)
	if err != nil {
		s.t.Fatal(err)
	}
	return nc, js
}

func (s *site) open(influx string) *store.Store {
	s.t.Helper()
	db, err := store.Open(store.Options{URL: influx, Org: s.org, Token: s.token, Bucket: s.bucket, Timeout: s.wait})
	if err != nil {
		s.t.Fatal(err)
	}
	s.t.Cleanup(db.Close)
	return db
}

// ackWait makes the consumer deliver again what is not acknowledged within d.
func (s *site) ackWait(d time.Duration) {
	s.t.Helper()
	config := consumerConfig()
	config.AckWait = d
	if _, err := s.js.UpdateConsumer(s.ctx, FiguresStream, config); err != nil {
		s.t.Fatal(err)
	}
}

// worker is a Worker that runs until the test's end or stop.
type worker struct {
	*Worker
	registry *prometheus.Registry
	log      *logBuffer
	stop     func() // and wait
}

// startWorker starts a worker and does not wait until it is ready.
func (s *site) startWorker() *worker {
	s.t.Helper()
	return s.startWorkerOn(s.nc, s.influx)
}

func (s *site) startWorkerOn(nc *nats.Conn, influx string) *worker {
	s.t.Helper()
	w := s.newWorker(nc, influx)
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() {
		defer close(done)
		if err := w.Run(ctx); err != nil {
			s.t.Error(err)
		}
	}()
	w.stop = func() { cancel(); <-done }
	s.t.Cleanup(w.stop)
	return w
}

func (s *site) newWorker(nc *nats.Conn, influx string) *worker {
	s.t.Helper()
	w := &worker{registry: prometheus.NewRegistry(), log: &logBuffer{}}
	var err error
	w.Worker, err = NewWorker(Config{Conn: nc, Store: s.open(influx), Catalog: catalog.Ningbo(),
		Logger: slog.New(slog.NewTextHandler(w.log, nil)), Registry: w.registry})
	if err != nil {
		s.t.Fatal(err)
	}
	return w
}

// startStopped makes a worker that has opened the streams and knows what is
// there, and does nothing by itself: the test does its steps.
func (s *site) startStopped() *worker {
	s.t.Helper()
	w := s.newWorker(s.nc, s.influx)
	if missing, err := w.open(s.ctx); err != nil || missing != nil {
		s.t.Fatal(err, missing)
	}
	if foreign, err := w.load(s.ctx); err != nil || foreign != nil {
		s.t.Fatal(err, foreign)
	}
	return w
}

// take fetches n messages with a worker that startStopped has made.
func (s *site) take(w *worker, n int) []*item {
	s.t.Helper()
	var items []*item
	s.await("the messages are delivered", func() bool {
		var err error
		if items, err = w.Worker.take(items, n-len(items)); err != nil {
			s.t.Fatal(err)
		}
		return len(items) == n
	})
	return items
}

// decided puts messages into their order and decides on them.
func (w *worker) decided(ctx context.Context, t testing.TB, items []*item) []*item {
	t.Helper()
	slices.SortFunc(items, func(a, b *item) int { return cmp.Compare(a.seq, b.seq) })
	if err := w.decide(ctx, items); err != nil {
		t.Fatal(err)
	}
	return items
}

// stand is a place of a worker's that a test settles in.
func (s *site) stand(w *worker) *place {
	s.t.Helper()
	p, err := w.room.enter(s.ctx)
	if err != nil {
		s.t.Fatal(err)
	}
	return p
}

// settleAll settles n messages with such a worker, as it does itself.
func (s *site) settleAll(w *worker, n int) {
	s.t.Helper()
	p := s.stand(w)
	defer p.leave()
	w.finish(s.ctx, w.decided(s.ctx, s.t, s.take(w, n)), p)
}

// settleWithoutAck settles n messages and loses the acknowledgements, as a
// crash at that moment would.
func (s *site) settleWithoutAck(w *worker, n int) {
	s.t.Helper()
	p := s.stand(w)
	defer p.leave()
	if err := w.settle(s.ctx, w.decided(s.ctx, s.t, s.take(w, n)), p); err != nil {
		s.t.Fatal(err)
	}
}

// counted is the sum of a worker's counter.
func counted(t testing.TB, w *worker, name string) (sum float64) {
	t.Helper()
	families, err := w.registry.Gather()
	if err != nil {
		t.Fatal(err)
	}
	for _, family := range families {
		if family.GetName() == name {
			for _, m := range family.GetMetric() {
				sum += m.GetCounter().GetValue()
			}
		}
	}
	return sum
}

// logBuffer keeps what a worker says.
type logBuffer struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (b *logBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buf.Write(p)
}

func (b *logBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buf.String()
}

// container is a container throughput of the port, as its agency sends it:
// in 万TEU, confirmed so that no neighbour matters.
func container(period, value string) figure.Figure {
	f := plain(period, value)
	f.Confirmed = true
	return f
}

// plain is container without the confirmation.
func plain(period, value string) figure.Figure {
	p, err := figure.ParsePeriod(period)
	if err != nil {
		panic(err)
	}
	v, err := figure.ParseDecimal(value)
	if err != nil {
		panic(err)
	}
	return figure.Figure{Cell: figure.Cell{Indicator: "container_throughput", Area: "NBZS", Category: figure.Total,
		Measure: figure.Level, Period: p}, Value: v, Unit: "万TEU", Status: figure.Normal}
}

// publish sends a figure of the port as any program could, and gives its
// sequence.
func (s *site) publish(f figure.Figure) uint64 {
	s.t.Helper()
	return s.publishRaw(f.Subject("port"), f.AppendJSON(nil), "")
}

func (s *site) publishRaw(subject string, body []byte, submission string) uint64 {
	s.t.Helper()
	msg := nats.NewMsg(subject)
	msg.Data = body
	if submission != "" {
		msg.Header.Set(HeaderSubmission, submission)
	}
	ack, err := s.js.PublishMsg(s.ctx, msg)
	if err != nil {
		s.t.Fatal(err)
	}
	return ack.Sequence
}

// await returns when the condition holds.
func (s *site) await(what string, condition func() bool) {
	s.t.Helper()
	s.awaitWithin(90*time.Second, what, condition)
}

func (s *site) awaitWithin(d time.Duration, what string, condition func() bool) {
	s.t.Helper()
	limit := time.After(d)
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for !condition() {
		select {
		case <-tick.C:
		case <-limit:
			s.t.Fatalf("waited too long: %s", what)
		}
	}
}

// idle returns when every message is settled and acknowledged.
func (s *site) idle() {
	s.t.Helper()
	s.idleWithin(90 * time.Second)
}

func (s *site) idleWithin(d time.Duration) {
	s.t.Helper()
	consumer, err := s.js.Consumer(s.ctx, FiguresStream, WorkerConsumer)
	if err != nil {
		s.t.Fatal(err)
	}
	all := s.messages() // the consumer hears of the last ones a moment later
	s.awaitWithin(d, "every message acknowledged", func() bool {
		info, err := consumer.Info(s.ctx)
		return err == nil && info.NumPending == 0 && info.NumAckPending == 0 && info.AckFloor.Stream >= all
	})
}
