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

// idleWait is how long a single request for a message waits.
const idleWait = 30 * time.Second

// item is a message of FIGURES while a worker processes it.
type item struct {
	rules.Message
	msg         jetstream.Msg // nil when it was read ahead and not delivered
	redelivered bool
	decision    *ledger.Decision
}

// newItem returns the item of a delivered message. left is the number of messages
// behind it.
func newItem(msg jetstream.Msg) (it *item, left uint64, err error) {
	meta, err := msg.Metadata()
	if err != nil {
		return nil, 0, err
	}
	return &item{
		Message: rules.Message{Subject: msg.Subject(), Body: msg.Data(), Seq: meta.Sequence.Stream,
			Stored: meta.Timestamp.UnixMilli(), Submission: msg.Headers().Get(ingest.HeaderSubmission),
			Sender: ingest.SenderName(msg.Headers().Get(ingest.HeaderSender)), Beside: msg.Headers().Get(ingest.HeaderBeside)},
		msg:         msg,
		redelivered: meta.NumDelivered > 1,
	}, meta.NumPending, nil
}

// batch is a set of messages that a worker holds and has decided on.
type batch struct {
	items   []*item
	release func() // stops telling JetStream that they are in progress
}

// next fetches a batch and decides on it. It returns nil when there are no messages
// or the worker is stopping.
func (w *Worker) next(ctx, work context.Context) *batch {
	if items := w.nextAhead(work); len(items) > 0 {
		return &batch{items, func() {}}
	}
	var items []*item
	_ = w.persist(ctx, "fetch", func() (err error) { // fails only when ctx ends, and then there are no items
		items, err = w.fetch(ctx)
		return err
	})
	if len(items) == 0 {
		return nil
	}
	// Messages that were fetched before the worker was told to stop are finished.
	b := w.hold(items)
	if err := w.decide(work, b.items); err != nil {
		b.release()
		w.giveBack(b.items)
		return nil
	}
	w.queue.took(b.items)
	return b
}

// fetch returns the available messages, up to a batch. When there are none it waits
// for the first and takes those that arrived with it.
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
	case err == nil: // checked first: the wait may have ended just after the message came
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

// take appends up to n available messages to items. It returns an error only when
// there are no items.
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

// explain adds a hint to an error that may mean that the consumer no longer exists.
func (w *Worker) explain(ctx context.Context, err error) error {
	if !errors.Is(err, nats.ErrNoResponders) && !errors.Is(err, jetstream.ErrConsumerDeleted) && !errors.Is(err, jetstream.ErrConsumerNotFound) {
		return err
	}
	if _, missing := w.consumer.Info(ctx); missing != nil {
		return fmt.Errorf("%w; if consumer %s is not there, tidemark init makes it", err, ingest.WorkerConsumer)
	}
	return err
}

// hold sorts messages into the order of the stream. Until they are released it keeps
// telling JetStream that they are in progress, however long InfluxDB is unavailable.
func (w *Worker) hold(items []*item) *batch {
	slices.SortFunc(items, func(a, b *item) int { return cmp.Compare(a.Seq, b.Seq) })
	w.metrics.batchSize.Observe(float64(len(items)))
	ctx, cancel := context.WithCancel(context.Background())
	go every(ctx, w.ackWait/3, func() { w.inProgress(ctx, items) })
	return &batch{items, cancel}
}

// inProgress tells JetStream once that messages are in progress, and returns when the
// server has read it. Batches take turns. Otherwise a server that reads more slowly
// than several thousand held messages are announced would read what the worker
// decides behind an ever longer queue, and after the worker has given up waiting for
// the answer.
func (w *Worker) inProgress(ctx context.Context, items []*item) {
	w.announcing.Lock()
	defer w.announcing.Unlock()
	ctx, cancel := context.WithTimeout(ctx, ingest.AckTimeout)
	defer cancel()
	if ctx.Err() != nil {
		return // released meanwhile
	}
	for _, it := range items {
		_ = it.msg.InProgress() // fails only on a lost connection; the next tick tries again
	}
	_ = w.nc.FlushWithContext(ctx) // the same
}

// giveBack returns unsettled messages for redelivery.
func (w *Worker) giveBack(items []*item) {
	w.log.Warn("stopping before a batch was settled; returning it for redelivery", "messages", len(items))
	for _, it := range items {
		if it.msg != nil {
			_ = it.msg.NakWithDelay(time.Second) // if this is lost, the message is redelivered after the ack wait
		}
	}
}
