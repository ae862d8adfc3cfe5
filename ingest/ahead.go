package ingest

import (
	"context"
	"errors"
	"math"
	"sync"

	"github.com/nats-io/nats.go/jetstream"

	"github.com/tidemark-stats/tidemark/catalog"
	"github.com/tidemark-stats/tidemark/ingest/ledger"
)

// One sender can fill FIGURES faster than its messages are settled. So that
// nobody waits for another's messages, a worker that has a long queue before
// it looks for agencies whose next message is far behind, and decides and
// settles a batch of theirs before the queue has come there. The stream
// delivers them later all the same, and then they are acknowledged.

// longQueue is from how many messages on others are looked for behind them.
const longQueue = 2 * batchSize

// queue is what a worker knows of the messages before it.
type queue struct {
	left     uint64   // messages not delivered yet, as of the last one that was
	agencies []string // the one to be looked at next at the front
	ahead    bool     // the last batch was one of them
	busy     bool     // some agency had a batch when they were looked at last

	mu      sync.Mutex
	settled map[uint64]bool // read ahead and settled, not delivered yet
}

func newQueue(cat *catalog.Catalog) *queue {
	q := &queue{settled: map[uint64]bool{}}
	for _, a := range cat.Agencies {
		q.agencies = append(q.agencies, a.Code)
	}
	return q
}

// share is how many messages of the queue's front are taken at once: fewer
// while others wait behind.
func (q *queue) share() int {
	if q.busy {
		return batchSize / 4
	}
	return batchSize
}

// settledAhead notes that messages that were not delivered are settled.
func (q *queue) settledAhead(items []*item) {
	q.mu.Lock()
	defer q.mu.Unlock()
	for _, it := range items {
		if it.msg == nil {
			q.settled[it.seq] = true
		}
	}
}

// unsettled gives the items without those that were settled ahead.
func (q *queue) unsettled(items []*item) []*item {
	q.mu.Lock()
	defer q.mu.Unlock()
	if len(q.settled) == 0 {
		return items
	}
	out := make([]*item, 0, len(items))
	for _, it := range items {
		if it.msg != nil && q.settled[it.seq] {
			delete(q.settled, it.seq)
			continue
		}
		out = append(out, it)
	}
	return out
}

// forget begins anew when the queue is short. What was settled ahead and comes
// now is settled again, which changes nothing.
func (q *queue) forget() {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.ahead, q.busy = false, false
	clear(q.settled)
}

// nextAhead gives a batch of an agency that waits behind the messages of
// others, decided; none when nobody does, or when the last batch was one.
func (w *Worker) nextAhead(ctx context.Context) []*item {
	q := w.queue
	if q.left < longQueue {
		q.forget()
		return nil
	}
	if q.ahead = !q.ahead; !q.ahead {
		return nil
	}
	q.busy = false
	w.judging.Lock()
	defer w.judging.Unlock()
	for range q.agencies {
		agency := q.agencies[0]
		q.agencies = append(q.agencies[1:], agency)
		items, err := w.readAhead(ctx, agency)
		if err != nil {
			w.log.Warn("could not look for figures behind a long queue", "agency", agency, "err", err)
			return nil // the queue goes on; what matters here matters there as well
		}
		if len(items) > 0 {
			q.busy = true
			return items
		}
	}
	return nil
}

// readAhead reads and decides a batch of the agency's messages that follow
// those decided already, unless the queue reaches them soon.
func (w *Worker) readAhead(ctx context.Context, agency string) ([]*item, error) {
	floor, _ := w.ledger.Floor()
	from := w.ledger.AheadOf(agency) + 1
	next, err := w.figures.GetMsg(ctx, from, jetstream.WithGetMsgSubject(agencySubject(agency)))
	if errors.Is(err, jetstream.ErrMsgNotFound) || err == nil && next.Sequence <= floor+longQueue {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	messages, err := w.messages(ctx, from, math.MaxUint64-1, agencySubject(agency))
	if err != nil || len(messages) == 0 {
		return nil, err
	}
	draft := w.ledger.Draft(ledger.Ahead)
	draft.Agency = agency
	var items []*item
	stored, err := w.append(ctx, draft, func() {
		for i := range messages {
			m := &messages[i]
			w.judgeInto(draft, m)
			items = append(items, &item{message: *m})
			if draft.UpTo = m.seq; draft.Full() {
				break
			}
		}
	})
	if !stored {
		return nil, err // another worker was first
	}
	for _, it := range items {
		it.decision = w.ledger.Early(it.seq)
	}
	return items, nil
}
