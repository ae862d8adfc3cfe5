package worker

import (
	"bytes"
	"cmp"
	"context"
	"log/slog"
	"slices"
	"sync"
	"testing"

	"github.com/nats-io/nats.go"
	"github.com/prometheus/client_golang/prometheus"

	"github.com/tidemark-stats/tidemark/catalog"
	"github.com/tidemark-stats/tidemark/ingest/ingesttest"
	"github.com/tidemark-stats/tidemark/internal/enginetest"
)

// site is a Site with workers.
type site struct{ *ingesttest.Site }

// newSite makes a site on the InfluxDB that all tests share.
func newSite(t testing.TB) *site {
	t.Helper()
	return newSiteIn(t, enginetest.NATS(t).ClientURL(), enginetest.SharedInflux(t))
}

// newSiteAt makes a site on the InfluxDB at the URL.
func newSiteAt(t testing.TB, influx, bucket string) *site {
	t.Helper()
	return newSiteOn(t, enginetest.NATS(t).ClientURL(), influx, bucket)
}

// newSiteOn makes a site on the NATS server and the InfluxDB at the URLs.
func newSiteOn(t testing.TB, url, influx, bucket string) *site {
	t.Helper()
	return newSiteIn(t, url, enginetest.Bucket{URL: influx, Bucket: bucket})
}

// newSiteIn makes a site on the NATS server at the URL and the bucket.
func newSiteIn(t testing.TB, url string, b enginetest.Bucket) *site {
	t.Helper()
	return &site{ingesttest.NewSite(t, url, b)}
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
	s.T.Helper()
	return s.startWorkerOn(s.Conn, s.Influx)
}

func (s *site) startWorkerOn(nc *nats.Conn, influx string) *worker {
	s.T.Helper()
	w := s.newWorker(nc, influx)
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() {
		defer close(done)
		if err := w.Run(ctx); err != nil {
			s.T.Error(err)
		}
	}()
	w.stop = func() { cancel(); <-done }
	s.T.Cleanup(w.stop)
	return w
}

func (s *site) newWorker(nc *nats.Conn, influx string) *worker {
	s.T.Helper()
	w := &worker{registry: prometheus.NewRegistry(), log: &logBuffer{}}
	var err error
	w.Worker, err = New(Config{Conn: nc, Store: s.Open(influx), Catalog: catalog.Ningbo(),
		Logger: slog.New(slog.NewTextHandler(w.log, nil)), Registry: w.registry})
	if err != nil {
		s.T.Fatal(err)
	}
	return w
}

// startStopped returns a worker that has opened the streams and loaded what is known, but
// does not run: the test calls its steps.
func (s *site) startStopped() *worker {
	s.T.Helper()
	w := s.newWorker(s.Conn, s.Influx)
	if missing, err := w.open(s.Ctx); err != nil || missing != nil {
		s.T.Fatal(err, missing)
	}
	if foreign, err := w.load(s.Ctx); err != nil || foreign != nil {
		s.T.Fatal(err, foreign)
	}
	return w
}

// take fetches n messages with a worker from startStopped.
func (s *site) take(w *worker, n int) []*item {
	s.T.Helper()
	var items []*item
	s.Await("the messages are delivered", func() bool {
		var err error
		if items, err = w.Worker.take(items, n-len(items)); err != nil {
			s.T.Fatal(err)
		}
		return len(items) == n
	})
	return items
}

// decided sorts messages into stream order and decides on them.
func (w *worker) decided(ctx context.Context, t testing.TB, items []*item) []*item {
	t.Helper()
	slices.SortFunc(items, func(a, b *item) int { return cmp.Compare(a.Seq, b.Seq) })
	if err := w.decide(ctx, items); err != nil {
		t.Fatal(err)
	}
	return items
}

// stand is a place of a worker's that a test settles in.
func (s *site) stand(w *worker) *place {
	s.T.Helper()
	p, err := w.room.enter(s.Ctx)
	if err != nil {
		s.T.Fatal(err)
	}
	return p
}

// settleAll settles n messages with such a worker, as it does itself.
func (s *site) settleAll(w *worker, n int) {
	s.T.Helper()
	p := s.stand(w)
	defer p.leave()
	w.finish(s.Ctx, w.decided(s.Ctx, s.T, s.take(w, n)), p)
}

// settleWithoutAck settles n messages and loses the acknowledgements, as a
// crash at that moment would.
func (s *site) settleWithoutAck(w *worker, n int) {
	s.T.Helper()
	p := s.stand(w)
	defer p.leave()
	if err := w.settle(s.Ctx, w.decided(s.Ctx, s.T, s.take(w, n)), p); err != nil {
		s.T.Fatal(err)
	}
}

// counted returns the sum of a worker's counter.
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

// logBuffer keeps a worker's log.
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
