package ingest

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
	"github.com/prometheus/client_golang/prometheus"

	"github.com/tidemark-stats/tidemark/catalog"
	"github.com/tidemark-stats/tidemark/store"
)

const (
	// batchSize is how many figures go to InfluxDB in one write.
	batchSize = 2000
	// lanes work side by side in one worker: while one waits for InfluxDB
	// another decodes.
	lanes = 2
	// idleWait is how long one wait for a message lasts.
	idleWait = 30 * time.Second
	// followEvery is how often a worker looks for what other workers wrote,
	// observeEvery how often it asks NATS for the length of the queue.
	followEvery  = time.Second
	observeEvery = 5 * time.Second
	// stopGrace bounds how long a worker that is told to stop goes on trying
	// to finish its batches.
	stopGrace = 20 * time.Second
)

// Config says what a Worker works with.
type Config struct {
	Conn     *nats.Conn
	Store    *store.Store
	Catalog  *catalog.Catalog
	Logger   *slog.Logger
	Registry prometheus.Registerer // for tidemark_ingest_*
}

// Worker takes figures out of FIGURES and settles each: written to InfluxDB
// or stored in REJECTS, never both, never neither. Any number of workers may
// run side by side.
type Worker struct {
	nc        *nats.Conn
	js        jetstream.JetStream
	store     *store.Store
	validator *Validator
	log       *slog.Logger
	metrics   *metrics
	known     *known

	consumer jetstream.Consumer
	ackWait  time.Duration // of the consumer
	since    atomic.Int64  // when the consumer was made, ns since 1970
	rejects  jetstream.Stream
	ready    chan struct{}

	turn   sync.Mutex // held by the lane that fetches and judges
	taken  instants   // guarded by turn
	judged int64      // when the message judged last was stored, ms; guarded by turn
}

// NewWorker makes a Worker. Errors are those of the connection or of metrics
// that are registered already.
func NewWorker(c Config) (*Worker, error) {
	js, err := jetstream.New(c.Conn, jetstream.WithPublishAsyncMaxPending(2*lanes*batchSize), jetstream.WithPublishAsyncTimeout(ackTimeout))
	if err != nil {
		return nil, fmt.Errorf("JetStream: %w", err)
	}
	m, err := newMetrics(c.Registry)
	if err != nil {
		return nil, fmt.Errorf("metrics: %w", err)
	}
	return &Worker{nc: c.Conn, js: js, store: c.Store, validator: NewValidator(c.Catalog),
		log: c.Logger, metrics: m, known: newKnown(), taken: instants{}, ready: make(chan struct{})}, nil
}

// Ready is closed when the worker has loaded what is known and takes figures.
func (w *Worker) Ready() <-chan struct{} { return w.ready }

// Run works until the context ends, then finishes the batches in hand. It
// waits for NATS and InfluxDB when they are away. An error means that the
// streams are not there: run Setup first.
func (w *Worker) Run(ctx context.Context) error {
	var missing error
	if err := w.persist(ctx, "open", func() (err error) {
		missing, err = w.open(ctx)
		return err
	}); err != nil {
		return nil // told to stop before NATS answered
	}
	if missing != nil {
		return missing
	}
	follower := w.store.Follow()
	if err := w.persist(ctx, "load", func() error { return w.follow(ctx, follower) }); err != nil {
		return nil // told to stop before there was anything to do
	}
	w.log.Info("worker is ready", "known_cells", w.known.size())
	close(w.ready)

	var all sync.WaitGroup
	all.Go(func() { w.keepKnown(ctx, follower) })
	all.Go(func() { w.observe(ctx) })
	failed := make([]error, lanes)
	for i := range lanes {
		all.Go(func() { failed[i] = w.lane(ctx) })
	}
	all.Wait()
	return errors.Join(failed...)
}

// open looks up the consumer and the streams. What is missing stays missing
// until somebody runs Setup; any other error can pass.
func (w *Worker) open(ctx context.Context) (missing, err error) {
	if w.consumer, err = w.js.Consumer(ctx, FiguresStream, WorkerConsumer); err != nil {
		err = fmt.Errorf("consumer %s of stream %s: %w", WorkerConsumer, FiguresStream, err)
	} else if w.rejects, err = w.js.Stream(ctx, RejectsStream); err != nil {
		err = fmt.Errorf("stream %s: %w", RejectsStream, err)
	} else {
		w.ackWait = w.consumer.CachedInfo().Config.AckWait
		w.since.Store(w.consumer.CachedInfo().Created.UnixNano())
	}
	if errors.Is(err, jetstream.ErrStreamNotFound) || errors.Is(err, jetstream.ErrConsumerNotFound) {
		return fmt.Errorf("%w; run tidemark init first", err), nil
	}
	return nil, err
}

// follow brings what is known up to date.
func (w *Worker) follow(ctx context.Context, f *store.Follower) error {
	_, err := f.Poll(ctx, func(vintages iter.Seq2[*store.Vintage, error]) error {
		for v, err := range vintages {
			if err != nil {
				return err
			}
			w.known.put(v.Cell, pointOf(v))
		}
		return nil
	})
	w.sawInflux(err)
	if err == nil {
		w.metrics.known.Set(float64(w.known.size()))
	}
	return err
}

func (w *Worker) sawInflux(err error) {
	if err == nil {
		w.metrics.influxUp.Set(1)
	} else {
		w.metrics.influxUp.Set(0)
	}
}

// keepKnown learns what other workers write. A failure is not reported: the
// next write meets it too and says so.
func (w *Worker) keepKnown(ctx context.Context, f *store.Follower) {
	every(ctx, followEvery, func() { _ = w.follow(ctx, f) })
}

// observe keeps the gauges of the queue.
func (w *Worker) observe(ctx context.Context) {
	look := func() {
		if info, err := w.consumer.Info(ctx); err == nil {
			w.metrics.pending.Set(float64(info.NumPending))
			w.metrics.ackPending.Set(float64(info.NumAckPending))
		}
		if info, err := w.rejects.Info(ctx); err == nil {
			w.metrics.rejected.Set(float64(info.State.Msgs))
		}
	}
	look()
	every(ctx, observeEvery, look)
}

func every(ctx context.Context, d time.Duration, do func()) {
	ticker := time.NewTicker(d)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
			do()
		}
	}
}

// lane fetches batches and settles them, one after the other.
func (w *Worker) lane(ctx context.Context) error {
	acks, err := newAcker(w.nc, batchSize)
	if err != nil {
		return err
	}
	defer acks.close()
	// A batch in hand is finished although the worker was told to stop.
	work, cancel := context.WithCancel(context.WithoutCancel(ctx))
	defer cancel()
	defer context.AfterFunc(ctx, func() { time.AfterFunc(stopGrace, cancel) })()
	for ctx.Err() == nil {
		if b := w.next(ctx, work); b != nil {
			w.finish(work, b, acks)
		}
	}
	return nil
}

// next waits for its turn, fetches a batch and judges it; nil when there is
// none. The lanes take turns, so that one judges while the other writes.
func (w *Worker) next(ctx, work context.Context) *batch {
	w.turn.Lock()
	defer w.turn.Unlock()
	var items []*item
	err := w.persist(ctx, "fetch", func() (err error) {
		items, err = w.fetch(ctx)
		if gone(err) {
			err = w.lookAgain(ctx, err)
		}
		return err
	})
	if err != nil || len(items) == 0 {
		return nil
	}
	return w.begin(work, items)
}

// gone tells whether an error can mean that consumer or stream are no more.
func gone(err error) bool {
	return errors.Is(err, nats.ErrNoResponders) || errors.Is(err, jetstream.ErrConsumerDeleted) || errors.Is(err, jetstream.ErrConsumerNotFound)
}

// lookAgain finds out about a consumer that was gone: made anew, it delivers
// what was settled before; still gone, the error says what to do.
func (w *Worker) lookAgain(ctx context.Context, gone error) error {
	info, err := w.consumer.Info(ctx)
	if err != nil {
		return fmt.Errorf("%w; if consumer %s is not there, tidemark init makes it", gone, WorkerConsumer)
	}
	w.since.Store(info.Created.UnixNano())
	return gone
}

// fetch gives the messages that are there, up to a batch; when there are
// none it waits for the first and takes what came with it.
func (w *Worker) fetch(ctx context.Context) ([]*item, error) {
	items, err := w.take(nil, batchSize)
	if err != nil || len(items) > 0 {
		return items, err
	}
	wait, cancel := context.WithTimeout(ctx, idleWait)
	defer cancel()
	first, err := w.consumer.Next(jetstream.FetchContext(wait))
	switch {
	case wait.Err() != nil, errors.Is(err, nats.ErrTimeout), errors.Is(err, jetstream.ErrNoMessages):
		return nil, nil
	case err != nil:
		return nil, fmt.Errorf("wait for a message: %w", err)
	}
	it, err := newItem(first, time.Unix(0, w.since.Load()))
	if err != nil {
		return nil, err
	}
	return w.take([]*item{it}, batchSize-1)
}

// take adds to items up to n messages that are there now.
func (w *Worker) take(items []*item, n int) ([]*item, error) {
	batch, err := w.consumer.FetchNoWait(n)
	if err != nil {
		return items, fmt.Errorf("fetch messages: %w", err)
	}
	for msg := range batch.Messages() {
		it, err := newItem(msg, time.Unix(0, w.since.Load()))
		if err != nil {
			return items, err
		}
		items = append(items, it)
	}
	if err := batch.Error(); err != nil && len(items) == 0 && !errors.Is(err, jetstream.ErrNoMessages) {
		return nil, fmt.Errorf("fetch messages: %w", err)
	}
	return items, nil
}

// The delays between attempts grow from the first to the last.
const (
	firstDelay = 100 * time.Millisecond
	lastDelay  = 10 * time.Second
)

// persist repeats an attempt until it succeeds or the context ends, which is
// the only error it gives. InfluxDB's wish to be left alone is respected.
func (w *Worker) persist(ctx context.Context, doing string, attempt func() error) error {
	for delay := firstDelay; ; delay = min(2*delay, lastDelay) {
		err := attempt()
		if err == nil {
			return nil
		}
		if ctx.Err() != nil {
			return ctx.Err()
		}
		wait := delay
		var away *store.UnavailableError
		if errors.As(err, &away) {
			wait = max(delay, min(away.After, time.Minute))
		}
		w.metrics.retries.WithLabelValues(doing).Inc()
		w.log.Warn("will try again", "doing", doing, "in", wait, "err", err)
		timer := time.NewTimer(wait)
		select {
		case <-ctx.Done():
			timer.Stop()
			return ctx.Err()
		case <-timer.C:
		}
	}
}
