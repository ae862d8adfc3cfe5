package worker

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/tidemark-stats/tidemark/ingest"
	"github.com/tidemark-stats/tidemark/ingest/ledger"
	"github.com/tidemark-stats/tidemark/ingest/rules"
)

// idleWait is how long one wait for a message lasts.
const idleWait = 30 * time.Second

// item is one message of FIGURES on its way through a worker.
type item struct {
	rules.Message
	msg         jetstream.Msg // nil when it was not delivered but read ahead
	redelivered bool
	decision    *ledger.Decision
}

// newItem reads what JetStream says of a message. left is how many are behind
// it.
func newItem(msg jetstream.Msg) (it *item, left uint64, err error) {
	meta, err := msg.Metadata()
	if err != nil {
		return nil, 0, err
	}
	return &item{
		Message: rules.Message{Subject: msg.Subject(), Body: msg.Data(), Seq: meta.Sequence.Stream,
			Stored: meta.Timestamp.UnixMilli(), Submission: msg.Headers().Get(ingest.HeaderSubmission),
			Beside: msg.Headers().Get(ingest.HeaderBeside)},
		msg:         msg,
		redelivered: meta.NumDelivered > 1,
	}, meta.NumPending, nil
}

// batch is some messages that a worker has in hand and has decided on.
type batch struct {
	items   []*item
	release func() // lets JetStream give them to another
}

// next takes a batch and decides on it; nil when there is none, or the worker
// was told to stop.
func (w *Worker) next(ctx, work context.Context) *batch {
	if items := w.nextAhead(work); len(items) > 0 {
		return &batch{items, func() {}}
	}
	var items []*item
	_ = w.persist(ctx, "fetch", func() (err error) { // ends with the context, and then nothing was taken
		items, err = w.fetch(ctx)
		return err
	})
	if len(items) == 0 {
		return nil
	}
	// What was asked for before the worker was told to stop is finished.
	b := w.hold(items)
	if err := w.decide(work, b.items); err != nil {
		b.release()
		w.giveBack(b.items)
		return nil
	}
	w.queue.took(b.items)
	return b
}

// fetch gives the messages that are there, up to a batch; when there are
// none it waits for the first and takes what came with it.
func (w *Worker) fetch(ctx context.Context) ([]*item, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	size := w.queue.share()
	items, err := w.take(nil, size)
	if err != nil || len(items) > 0 {
		return items, w.explain(ctx, err)
	}
	wait, cancel := context.WithTimeout(ctx, idleWait)
	defer cancel()
	first, err := w.consumer.Next(jetstream.FetchContext(wait))
	switch {
	case err == nil: // also when the wait was over a moment later
	case wait.Err() != nil, errors.Is(err, nats.ErrTimeout), errors.Is(err, jetstream.ErrNoMessages):
		return nil, nil
	default:
		return nil, w.explain(ctx, fmt.Errorf("wait for a message: %w", err))
	}
	it, _, err := newItem(first)
	if err != nil {
		return nil, err
	}
	return w.take([]*item{it}, size-1)
}

// take adds to items up to n messages that are there now. There is an error
// only when there are no items.
func (w *Worker) take(items []*item, n int) ([]*item, error) {
	batch, err := w.consumer.FetchNoWait(n)
	if err != nil && len(items) > 0 {
		return items, nil
	}
	if err != nil {
		return nil, fmt.Errorf("fetch messages: %w", err)
	}
	w.queue.left = 0
	for msg := range batch.Messages() {
		it, left, err := newItem(msg)
		if err != nil {
			return items, err
		}
		w.queue.left = left
		items = append(items, it)
	}
	if err := batch.Error(); err != nil && len(items) == 0 && !errors.Is(err, jetstream.ErrNoMessages) {
		return nil, fmt.Errorf("fetch messages: %w", err)
	}
	return items, nil
}

// explain says what to do about an error that can mean that the consumer is
// no more.
func (w *Worker) explain(ctx context.Context, err error) error {
	if !errors.Is(err, nats.ErrNoResponders) && !errors.Is(err, jetstream.ErrConsumerDeleted) && !errors.Is(err, jetstream.ErrConsumerNotFound) {
		return err
	}
	if _, missing := w.consumer.Info(ctx); missing != nil {
		return fmt.Errorf("%w; if consumer %s is not there, tidemark init makes it", err, ingest.WorkerConsumer)
	}
	return err
}

// hold puts messages into the order of the stream and tells JetStream again
// and again that they are being worked on, however long InfluxDB is away,
// until they are released.
func (w *Worker) hold(items []*item) *batch {
	slices.SortFunc(items, func(a, b *item) int { return cmp.Compare(a.Seq, b.Seq) })
	w.metrics.batchSize.Observe(float64(len(items)))
	ctx, cancel := context.WithCancel(context.Background())
	go every(ctx, w.ackWait/3, func() {
		for _, it := range items {
			_ = it.msg.InProgress() // fails on a lost connection only, and then the next tick tries again
		}
	})
	return &batch{items, cancel}
}

// giveBack returns messages that were not settled, for another worker.
func (w *Worker) giveBack(items []*item) {
	w.log.Warn("stopping before a batch was settled; returning it for redelivery", "messages", len(items))
	for _, it := range items {
		if it.msg != nil {
			_ = it.msg.NakWithDelay(time.Second) // if this is lost the message comes back after the ack wait
		}
	}
}
