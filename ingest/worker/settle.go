package worker

import (
	"context"
	"errors"
	"sync"

	"github.com/nats-io/nats.go/jetstream"

	"github.com/tidemark-stats/tidemark/ingest"
	"github.com/tidemark-stats/tidemark/ingest/ledger"
	"github.com/tidemark-stats/tidemark/store"
)

// finish settles items and acknowledges them. If InfluxDB does not accept them while
// it accepts others, they are divided and each half is finished separately. If the
// context ends first, the messages are returned for redelivery.
func (w *Worker) finish(ctx context.Context, items []*item, stand *place) {
	todo := w.queue.unsettled(items)
	err := w.settle(ctx, todo, stand)
	switch {
	case errors.Is(err, errStuck) && len(items) > 1:
		var parts sync.WaitGroup
		half := len(items) / 2
		parts.Go(func() { w.finish(ctx, items[:half], stand) })
		parts.Go(func() { w.finish(ctx, items[half:], stand) })
		parts.Wait()
	case err != nil:
		w.giveBack(items)
	default:
		w.acknowledge(ctx, items)
		w.count(todo)
	}
}

// settle carries out the decisions: it writes definitions, points, rejects and
// receipts, in this order, so that after a crash between any two steps the messages
// are redelivered and come to the same end. The error is errStuck or that of the
// context.
func (w *Worker) settle(ctx context.Context, items []*item, stand *place) error {
	if err := w.persist(ctx, "define", func() error { return w.payDefinitions(ctx) }); err != nil {
		return err
	}
	amended, err := w.write(ctx, pointsOf(items, w.scales.Load()), stand)
	if err != nil {
		return err
	}
	if err := w.persist(ctx, "reject", func() error {
		rejects, err := w.rejectsOf(ctx, items, amended)
		if err != nil {
			return err
		}
		return storeRejects(ctx, w.js, rejects)
	}); err != nil {
		return err
	}
	return w.persist(ctx, "receipt", func() error { return publishReceipts(ctx, w.js, w.signer, items) })
}

// pointsOf returns the vintages that InfluxDB must hold because of the items.
func pointsOf(items []*item, scales *ledger.Rescalings) []store.Vintage {
	points := make([]store.Vintage, 0, len(items))
	for _, it := range items {
		points = scales.AppendPoints(points, it.decision)
	}
	return points
}

// rejectsOf returns the rejects of the items and of the messages whose decisions were
// amended. The latter need not be among the items: an unchanged figure is written
// later, when a message comes between it and what it repeated.
func (w *Worker) rejectsOf(ctx context.Context, items []*item, amended []*ledger.Decision) ([]*ingest.Reject, error) {
	w.takeAmended(items)
	others := map[uint64]*ledger.Decision{}
	for _, d := range amended {
		others[d.Seq] = d
	}
	var rejects []*ingest.Reject
	for _, it := range items {
		delete(others, it.Seq)
		if it.decision.Outcome == ingest.Refused {
			rejects = append(rejects, rejected(&it.Message, it.decision.Problem))
		}
	}
	for seq, d := range others {
		m, err := w.message(ctx, seq, "")
		if errors.Is(err, jetstream.ErrMsgNotFound) {
			continue // removed by hand: there is nothing to reject
		}
		if err != nil {
			return nil, err
		}
		rejects = append(rejects, rejected(&m, d.Problem))
	}
	return rejects, nil
}

// takeAmended replaces the decisions of items that were amended.
func (w *Worker) takeAmended(items []*item) {
	w.judging.Lock()
	defer w.judging.Unlock()
	for _, it := range items {
		if amended := w.ledger.Amended(it.Seq); amended != nil {
			it.decision = amended
		}
	}
}

// acknowledge acknowledges the delivered items. What NATS does not confirm is
// redelivered, which changes nothing that is stored.
func (w *Worker) acknowledge(ctx context.Context, items []*item) {
	ctx, cancel := context.WithTimeout(ctx, w.ackWait/2)
	defer cancel()
	if unconfirmed, err := ackAll(ctx, w.nc, items); err != nil {
		w.metrics.unconfirmed.Add(float64(unconfirmed))
		w.log.Warn("NATS did not confirm every acknowledgement; the messages will be redelivered", "err", err)
	}
	w.queue.settledAhead(items)
}

// count updates the counters after everything is done.
func (w *Worker) count(items []*item) {
	outcomes := map[ingest.Outcome]int{}
	for _, it := range items {
		if it.redelivered {
			w.metrics.redelivered.Inc()
		}
		if it.decision.Outcome == ingest.Refused {
			w.metrics.rejects.WithLabelValues(it.decision.Problem.Code).Inc()
		} else {
			outcomes[it.decision.Outcome]++
		}
	}
	for outcome, n := range outcomes {
		w.metrics.figures.WithLabelValues(string(outcome)).Add(float64(n))
	}
	w.metrics.lastBatch.SetToCurrentTime()
}
