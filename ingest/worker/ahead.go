package worker

import (
	"context"
	"errors"
	"math"
	"sync"
	"time"

	"github.com/nats-io/nats.go/jetstream"

	"github.com/tidemark-stats/tidemark/catalog"
	"github.com/tidemark-stats/tidemark/ingest"
	"github.com/tidemark-stats/tidemark/ingest/ledger"
)

// One sender can fill FIGURES faster than its messages are settled. So that other
// senders do not have to wait, a worker with a long queue looks for agencies whose
// next message is far behind, and decides and settles a batch of theirs before the
// queue reaches them. The stream still delivers these messages later, and then they
// are acknowledged.

// longQueue is the queue length from which a worker reads ahead.
const longQueue = 2 * batchSize

const (
	// How many messages may be read ahead for each message at the front: few for a
	// good one, so that good figures are hardly delayed, and many for a refused one,
	// so that a flood of bad figures delays nobody else.
	aheadPerGood    = 0.05
	aheadPerRefused = 8
	// aheadWorth is the allowance from which it is worth looking ahead. Looking can
	// take NATS some milliseconds, so that after each look the worker pauses for
	// lookRest times as long, but no longer than longestPause.
	aheadWorth   = 50
	lookRest     = 20
	longestPause = 250 * time.Millisecond
)

// queue is what a worker knows about the messages still to come.
type queue struct {
	left     uint64    // messages not delivered yet, as reported with the last one
	allowed  float64   // messages that may be read ahead now
	flooded  bool      // messages at the front are being refused while others wait
	agencies []string  // to look for, the next one first
	look     time.Time // not to look before then

	mu      sync.Mutex
	settled map[uint64]bool // messages read ahead and settled, but not delivered yet
}

func newQueue(cat *catalog.Catalog) *queue {
	q := &queue{settled: map[uint64]bool{}}
	for _, a := range cat.Agencies {
		q.agencies = append(q.agencies, a.Code)
	}
	return q
}

// share returns how many messages to take from the front of the queue at once:
// fewer during a flood that others wait behind.
func (q *queue) share() int {
	if q.flooded {
		return batchSize / 8
	}
	return batchSize
}

// took updates the allowance after a batch from the front was decided.
func (q *queue) took(items []*item) {
	refused := 0
	for _, it := range items {
		if it.decision.Outcome == ingest.Refused {
			refused++
		}
	}
	q.allowed = min(2*batchSize, q.allowed+aheadPerGood*float64(len(items)-refused)+aheadPerRefused*float64(refused))
	q.flooded = q.flooded && refused > len(items)/2
}

// settledAhead notes the items that are settled but were not delivered yet.
func (q *queue) settledAhead(items []*item) {
	q.mu.Lock()
	defer q.mu.Unlock()
	for _, it := range items {
		if it.msg == nil {
			q.settled[it.Seq] = true
		}
	}
}

// unsettled returns the items without those that were settled ahead.
func (q *queue) unsettled(items []*item) []*item {
	q.mu.Lock()
	defer q.mu.Unlock()
	if len(q.settled) == 0 {
		return items
	}
	out := make([]*item, 0, len(items))
	for _, it := range items {
		if it.msg != nil && q.settled[it.Seq] {
			delete(q.settled, it.Seq)
			continue
		}
		out = append(out, it)
	}
	return out
}

// forget resets the queue when it is short. Messages that were settled ahead are
// then settled again on delivery, which changes nothing.
func (q *queue) forget() {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.allowed, q.flooded = 0, false
	clear(q.settled)
}

// nextAhead decides and returns a batch from an agency that waits behind the
// messages of others; none when no agency waits, or when it is too early to look.
func (w *Worker) nextAhead(ctx context.Context) []*item {
	q := w.queue
	if q.left < longQueue {
		q.forget()
		return nil
	}
	began := time.Now()
	if q.allowed < aheadWorth || began.Before(q.look) {
		return nil
	}
	w.judging.Lock()
	defer w.judging.Unlock()
	agency := q.agencies[0]
	items, err := w.readAhead(ctx, agency, int(min(q.allowed, batchSize)))
	if err != nil {
		w.log.Warn("could not look for figures behind a long queue", "agency", agency, "err", err)
	}
	if len(items) == 0 {
		q.agencies = append(q.agencies[1:], agency)
		q.flooded = false
	} else {
		q.flooded = q.allowed >= batchSize
		q.allowed -= float64(len(items))
	}
	if !q.flooded {
		q.look = time.Now().Add(min(lookRest*time.Since(began), longestPause))
	}
	return items
}

// readAhead reads and decides up to n of the agency's undecided messages, unless
// the queue will reach them soon.
func (w *Worker) readAhead(ctx context.Context, agency string, n int) ([]*item, error) {
	floor, _ := w.ledger.Floor()
	from := w.ledger.AheadOf(agency) + 1
	if from <= floor+longQueue {
		next, err := w.message(ctx, from, agencySubject(agency))
		if errors.Is(err, jetstream.ErrMsgNotFound) || err == nil && next.Seq <= floor+longQueue {
			return nil, nil
		}
		if err != nil {
			return nil, err
		}
	}
	messages, err := w.messages(ctx, from, math.MaxUint64, n, agencySubject(agency))
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
			items = append(items, &item{Message: *m})
			if draft.UpTo = m.Seq; draft.Full() {
				break
			}
		}
	})
	if !stored {
		return nil, err // another worker was first
	}
	for _, it := range items {
		it.decision = w.ledger.Early(it.Seq)
	}
	return items, nil
}
