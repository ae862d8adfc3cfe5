package ingest

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"time"

	"github.com/tidemark-stats/tidemark/figure"
	"github.com/tidemark-stats/tidemark/store"
)

// batch is some messages that a worker has in hand.
type batch struct {
	items   []*item
	release func() // lets JetStream give them to another
	err     error  // why they could not be judged
}

// begin holds a batch and judges it. A worker begins one batch at a time, and
// messages that come again stand anywhere in it, so it is put in order first:
// a worker judges in the order of the stream.
func (w *Worker) begin(ctx context.Context, items []*item) *batch {
	slices.SortFunc(items, func(a, b *item) int { return cmp.Compare(a.seq, b.seq) })
	b := &batch{items: items, release: w.hold(items)}
	w.metrics.batchSize.Observe(float64(len(items)))
	b.err = w.persist(ctx, "recall", func() error { return w.recall(ctx, delivered(items)) })
	if b.err == nil {
		w.judgeAll(items)
	}
	return b
}

// finish brings a batch to its end: what was judged is written or rejected,
// receipted and acknowledged, in this order, so that a crash between any two
// steps leaves messages that are delivered again and then come to the same
// end. When the context ends first, the messages go back.
func (w *Worker) finish(ctx context.Context, b *batch, acks *acker) {
	defer b.release()
	items, err := b.items, b.err
	step := func(doing string, do func() error) {
		if err == nil {
			err = w.persist(ctx, doing, do)
		}
	}
	step("recall", func() error { return w.placeLate(ctx, items) })
	if err == nil {
		err = w.write(ctx, accepted(items))
	}
	step("reject", func() error { return w.rejectAll(ctx, items) })
	step("recall", func() error { return w.recall(ctx, w.shared(items)) })
	step("receipt", func() error { return publishReceipts(ctx, w.js, items) })
	if err != nil {
		w.giveBack(items)
		return
	}
	ctx, cancel := context.WithTimeout(ctx, w.ackWait/2)
	defer cancel()
	confirmed, err := acks.ackAll(ctx, items)
	if err != nil {
		w.metrics.unconfirmed.Add(float64(len(items) - confirmed))
		w.log.Warn("NATS did not confirm every acknowledgement; the messages will come again", "err", err)
	}
	w.count(items)
}

// quiet is a gap in the stream after which no figure can share a millisecond
// with those before it, in milliseconds.
const quiet = 1000

// manyInstants bounds how many are remembered while there is no such gap.
const manyInstants = 1 << 17

// judgeAll judges what was not settled by an earlier delivery; the items are
// in the order of the stream.
func (w *Worker) judgeAll(items []*item) {
	if items[0].stored-w.judged > quiet || len(w.taken) > manyInstants {
		w.taken = instants{}
	}
	w.judged = items[len(items)-1].stored
	for _, it := range items {
		if it.outcome == "" {
			w.validator.judge(it, w.known, w.taken)
		}
	}
}

// hold tells JetStream again and again that the messages are being
// worked on, however long InfluxDB is away, until the returned function is
// called.
func (w *Worker) hold(items []*item) (release func()) {
	ctx, cancel := context.WithCancel(context.Background())
	go every(ctx, w.ackWait/3, func() {
		for _, it := range items {
			_ = it.msg.InProgress() // fails on a lost connection only, and then the next tick tries again
		}
	})
	return cancel
}

// giveBack returns messages that were not settled, for another worker.
func (w *Worker) giveBack(items []*item) {
	w.log.Warn("told to stop before a batch was settled; it goes back to the stream", "messages", len(items))
	for _, it := range items {
		_ = it.msg.NakWithDelay(time.Second) // if this is lost the message comes back after the ack wait
	}
}

func accepted(items []*item) []*item {
	out := make([]*item, 0, len(items))
	for _, it := range items {
		if it.outcome != Refused {
			out = append(out, it)
		}
	}
	return out
}

// write stores the items' vintages. When InfluxDB refuses one for good, the
// batch is halved until the guilty figure stands alone, which is then
// refused; all others are written.
func (w *Worker) write(ctx context.Context, items []*item) error {
	if len(items) == 0 {
		return nil
	}
	vintages := make([]store.Vintage, len(items))
	for i, it := range items {
		vintages[i] = it.vintage
	}
	var refused *store.RefusedError
	err := w.persist(ctx, "write", func() error {
		start := time.Now()
		err := w.store.Write(ctx, vintages)
		w.metrics.writeTime.Observe(time.Since(start).Seconds())
		if errors.As(err, &refused) {
			return nil // settled, the hard way
		}
		w.sawInflux(err)
		return err
	})
	if err != nil || refused == nil {
		return err
	}
	if len(items) > 1 {
		half := len(items) / 2
		if err := w.write(ctx, items[:half]); err != nil {
			return err
		}
		return w.write(ctx, items[half:])
	}
	w.known.forget(items[0].vintage.Cell, items[0].vintage.Moment)
	items[0].refuse(&figure.Problem{Code: "store/refused", Field: "value", Text: items[0].vintage.Cell.String(),
		Reason: "was refused by InfluxDB: " + refused.Reason,
		Hint:   "an operator has to look at the bucket; then send it again with tidemark rejects resend"})
	return nil
}

// rejectAll stores what was refused.
func (w *Worker) rejectAll(ctx context.Context, items []*item) error {
	var rejects []*Reject
	for _, it := range items {
		// What was recalled is there, and may bear the mark of having been sent
		// again.
		if it.outcome == Refused && !it.recalled {
			rejects = append(rejects, it.reject())
		}
	}
	return storeRejects(ctx, w.js, rejects)
}

// count keeps the counters, after everything is done.
func (w *Worker) count(items []*item) {
	outcomes := map[Outcome]int{}
	for _, it := range items {
		if it.redelivered {
			w.metrics.redelivered.Inc()
		}
		if it.outcome == Refused {
			w.metrics.rejects.WithLabelValues(it.problem.Code).Inc()
		} else {
			outcomes[it.outcome]++
		}
	}
	for outcome, n := range outcomes {
		w.metrics.figures.WithLabelValues(string(outcome)).Add(float64(n))
	}
	w.metrics.lastBatch.SetToCurrentTime()
}
