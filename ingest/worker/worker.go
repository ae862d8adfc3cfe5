package worker

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
	"github.com/prometheus/client_golang/prometheus"

	"github.com/tidemark-stats/tidemark/catalog"
	"github.com/tidemark-stats/tidemark/ingest"
	"github.com/tidemark-stats/tidemark/ingest/ledger"
	"github.com/tidemark-stats/tidemark/ingest/receipt"
	"github.com/tidemark-stats/tidemark/ingest/rules"
	"github.com/tidemark-stats/tidemark/store"
)

const (
	// batchSize is how many figures are judged and written to InfluxDB at once.
	batchSize = 2000
	// batches is how many batches a worker settles concurrently: while one waits
	// for InfluxDB another is judged. Up to aside more may wait for an InfluxDB that
	// does not accept them, so that others can overtake them.
	batches = 2
	aside   = 8
	// observeEvery is how often a worker checks the queue, InfluxDB, and what other
	// workers have decided.
	observeEvery = 5 * time.Second
	// stopGrace limits how long a worker that is told to stop keeps trying to finish
	// its batches.
	stopGrace = 20 * time.Second
)

// Config configures a Worker. All fields but Signer are required.
type Config struct {
	Conn     *nats.Conn
	Store    *store.Store
	Catalog  *catalog.Catalog
	Logger   *slog.Logger
	Registry prometheus.Registerer // for tidemark_ingest_*
	Signer   *receipt.Signer       // signs receipts; nil if they are not signed
}

// Worker takes figures from FIGURES, decides on them and settles each: it is written
// to InfluxDB, stored in REJECTS, or unchanged, and never more than one of these.
// Any number of workers may run concurrently.
type Worker struct {
	nc        *nats.Conn
	js        jetstream.JetStream
	store     *store.Store
	validator *rules.Validator
	signer    *receipt.Signer
	log       *slog.Logger
	metrics   *metrics
	influx    influxState

	consumer jetstream.Consumer
	ackWait  time.Duration // of the consumer
	figures  jetstream.Stream
	rejects  jetstream.Stream
	ready    chan struct{}
	room     rooms

	announcing sync.Mutex // see inProgress

	judging sync.Mutex // guards the fields up to agreed
	ledger  *ledger.Ledger
	known   *rules.Known      // as far as the ledger was read
	earlier *earlier          // nil once the ledger has decided all of it
	leads   bool              // the ledger's last entry is this worker's
	agreed  map[string]string // definitions that match the catalogue's, by indicator

	definitions debt                    // that InfluxDB does not have yet
	conflicts   atomic.Pointer[[]error] // found by the last check
	scales      atomic.Pointer[ledger.Rescalings]
	queue       *queue
}

// New returns a Worker. The error is from JetStream, or says that metrics are already
// registered.
func New(c Config) (*Worker, error) {
	js, err := jetstream.New(c.Conn, jetstream.WithPublishAsyncMaxPending((batches+aside)*batchSize), jetstream.WithPublishAsyncTimeout(ingest.AckTimeout))
	if err != nil {
		return nil, fmt.Errorf("JetStream: %w", err)
	}
	m, err := newMetrics(c.Registry)
	if err != nil {
		return nil, fmt.Errorf("metrics: %w", err)
	}
	return &Worker{nc: c.Conn, js: js, store: c.Store, validator: rules.NewValidator(c.Catalog), signer: c.Signer,
		log: c.Logger, metrics: m, influx: influxState{up: m.influxUp}, known: rules.NewKnown(), ready: make(chan struct{}),
		room: newRooms(), agreed: map[string]string{}, queue: newQueue(c.Catalog)}, nil
}

// Ready returns a channel that is closed when the worker has loaded what is known and
// accepts figures.
func (w *Worker) Ready() <-chan struct{} { return w.ready }

// Run works until the context ends, then finishes the current batches. It waits for
// NATS and InfluxDB when they are unavailable. An error means that the streams are
// missing (ingest.Setup creates them) or do not belong together, or that the bucket
// is missing, not accessible with the token, or not suitable for figures.
func (w *Worker) Run(ctx context.Context) error {
	for _, step := range []struct {
		doing string
		do    func(context.Context) (permanent, err error)
	}{{"open", w.open}, {"load", w.load}} {
		var permanent error
		if err := w.persist(ctx, step.doing, func() (err error) {
			permanent, err = step.do(ctx)
			return err
		}); err != nil {
			return nil // stopped before there was anything to do
		}
		if permanent != nil {
			return permanent
		}
	}
	w.log.Info("worker is ready", "known_cells", w.known.Size())
	close(w.ready)

	var all sync.WaitGroup
	all.Go(func() { every(ctx, observeEvery, func() { w.observe(ctx) }) })
	w.work(ctx)
	all.Wait()
	return nil
}

// open looks up the consumer and the streams. missing is permanent: it says that one
// of them does not exist. err may be temporary.
func (w *Worker) open(ctx context.Context) (missing, err error) {
	if w.consumer, err = w.js.Consumer(ctx, ingest.FiguresStream, ingest.WorkerConsumer); err != nil {
		err = fmt.Errorf("consumer %s of stream %s: %w", ingest.WorkerConsumer, ingest.FiguresStream, err)
	} else if w.figures, err = w.js.Stream(ctx, ingest.FiguresStream); err != nil {
		err = fmt.Errorf("stream %s: %w", ingest.FiguresStream, err)
	} else if w.rejects, err = w.js.Stream(ctx, ingest.RejectsStream); err != nil {
		err = fmt.Errorf("stream %s: %w", ingest.RejectsStream, err)
	} else if w.ledger, err = ledger.Open(ctx, w.js); err == nil {
		w.ackWait = w.consumer.CachedInfo().Config.AckWait
	}
	if errors.Is(err, jetstream.ErrStreamNotFound) || errors.Is(err, jetstream.ErrConsumerNotFound) {
		return fmt.Errorf("%w; run tidemark init first", err), nil
	}
	return nil, err
}

// load reads the decisions and verifies InfluxDB and the bucket. wrong is permanent
// until an operator fixes it; err may be temporary.
func (w *Worker) load(ctx context.Context) (wrong, err error) {
	if wrong, err = w.whole(ctx); wrong != nil || err != nil {
		return wrong, err
	}
	if err := w.read(ctx); err != nil {
		return nil, err
	}
	if wrong, err = w.belongs(ctx); wrong != nil || err != nil {
		return wrong, err
	}
	err = w.store.Verify(ctx, store.ToWrite)
	w.influx.asked(err)
	switch {
	case store.Lasting(err):
		return err, nil
	case err != nil:
		return nil, err
	}
	if w.inherits() {
		if w.earlier, err = w.loadEarlier(ctx); err != nil {
			return nil, err
		}
	}
	return nil, w.loadDefinitions(ctx)
}

// read brings what is known up to date with the ledger.
func (w *Worker) read(ctx context.Context) error {
	w.judging.Lock()
	defer w.judging.Unlock()
	_, err := w.sync(ctx)
	return err
}

// sync is read for callers that hold judging. more reports whether there were new
// entries.
func (w *Worker) sync(ctx context.Context) (more bool, err error) {
	entries, err := w.ledger.Sync(ctx, w.known.Apply, w.known.Rescale)
	w.metrics.known.Set(float64(w.known.Size()))
	w.scales.Store(w.ledger.Rescalings())
	w.leads = w.leads && entries == 0
	w.dropEarlier()
	return entries > 0, err
}

// dropEarlier forgets the earlier outcomes once the ledger has decided all of them.
func (w *Worker) dropEarlier() {
	if floor, _ := w.ledger.Floor(); w.earlier != nil && floor >= w.earlier.upTo {
		w.earlier = nil
	}
}

// remake is the fix for a ledger that cannot be used.
var remake = fmt.Sprintf("restore both from one backup, or remove stream %s (`nats stream rm %s`) and run tidemark init: it is rebuilt from InfluxDB and %s",
	ledger.Stream, ledger.Stream, ingest.RejectsStream)

// whole checks that no entries were removed from the ledger. wrong is permanent.
func (w *Worker) whole(ctx context.Context) (wrong, err error) {
	entries, lost, err := w.ledger.State(ctx)
	if err != nil || lost == 0 {
		return nil, err
	}
	return fmt.Errorf("stream %s has lost %d of its %d entries, without which nothing can be decided on stream %s; %s", ledger.Stream, lost, entries, ingest.FiguresStream, remake), nil
}

// belongs checks that the ledger belongs to FIGURES; otherwise decisions on the
// messages of another stream would be applied to these. foreign is permanent.
func (w *Worker) belongs(ctx context.Context) (foreign, err error) {
	floor, stored := w.ledger.Floor()
	if floor == 0 {
		return nil, nil
	}
	info, err := w.figures.Info(ctx)
	if err != nil {
		return nil, fmt.Errorf("look up stream %s: %w", ingest.FiguresStream, err)
	}
	if last := info.State.LastSeq; last < floor {
		return fmt.Errorf("stream %s ends at message %d and stream %s has decisions up to %d; %s", ingest.FiguresStream, last, ledger.Stream, floor, remake), nil
	}
	m, err := w.message(ctx, floor, "")
	switch {
	case errors.Is(err, jetstream.ErrMsgNotFound):
		return nil, nil // the message was removed by hand, which proves nothing
	case err != nil:
		return nil, err
	case m.Stored != stored:
		return fmt.Errorf("message %d of stream %s was stored at %s and stream %s has a decision on a message stored at %s; %s", floor, ingest.FiguresStream,
			time.UnixMilli(m.Stored).UTC().Format(time.RFC3339), ledger.Stream, time.UnixMilli(stored).UTC().Format(time.RFC3339), remake), nil
	}
	return nil, nil
}

// work takes batches and settles them until the context ends. Then it finishes the
// current batches, for at most stopGrace.
func (w *Worker) work(ctx context.Context) {
	// Current batches are finished even after the worker was told to stop.
	work, cancel := context.WithCancel(context.WithoutCancel(ctx))
	defer cancel()
	defer context.AfterFunc(ctx, func() { time.AfterFunc(stopGrace, cancel) })()
	var all sync.WaitGroup
	defer all.Wait()
	for {
		place, err := w.room.enter(ctx)
		if err != nil {
			return
		}
		b := w.next(ctx, work)
		if b == nil {
			place.leave()
			continue
		}
		all.Go(func() {
			defer place.leave()
			defer b.release()
			w.finish(work, b.items, place)
		})
	}
}

// observe updates the gauges and reads the decisions of other workers.
func (w *Worker) observe(ctx context.Context) {
	if info, err := w.consumer.Info(ctx); err == nil {
		w.metrics.pending.Set(float64(info.NumPending))
		w.metrics.ackPending.Set(float64(info.NumAckPending))
	}
	if info, err := w.rejects.Info(ctx); err == nil {
		w.metrics.rejected.Set(float64(info.State.Msgs))
	}
	_ = w.read(ctx) // an error will recur, and be logged, when something is decided
	w.judging.Lock()
	w.lookForConflicts()
	w.judging.Unlock()
	w.influx.asked(w.store.Ping(ctx))
}

// every calls do at intervals of d until the context ends.
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

// persist is ingest.Persist with logging and metrics; doing names the attempt.
func (w *Worker) persist(ctx context.Context, doing string, attempt func() error) error {
	return ingest.Persist(ctx, attempt, func(in time.Duration, err error) {
		w.metrics.retries.WithLabelValues(doing).Inc()
		w.log.Warn("will try again", "doing", doing, "in", in, "err", err)
	})
}
