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

// One sender can fill FIGURES faster than its messages are settled. So that
// nobody waits for another's messages, a worker that has a long queue before
// it looks for agencies whose next message is far behind, and decides and
// settles a batch of theirs before the queue has come there. The stream
// delivers them later all the same, and then they are acknowledged.

// longQueue is from how many messages on others are looked for behind them.
const longQueue = 2 * batchSize

const (
	// A message at the front allows a twentieth of one ahead, a refused one
	// eight: who waits behind good figures loses little to them, who waits behind
	// bad ones nothing.
	aheadPerGood    = 0.05
	aheadPerRefused = 8
	// aheadWorth is how many messages ahead are worth looking for. To look can
	// take NATS some milliseconds, so it is done for a twentieth of the time at
	// most, but four times a second.
	aheadWorth   = 50
	lookRest     = 20
	longestPause = 250 * time.Millisecond
)

// queue is what a worker knows of the messages before it.
type queue struct {
	left     uint64    // messages not delivered yet, as of the last one that was
	allowed  float64   // messages that may be read ahead now
	flooded  bool      // messages are refused at the front while others wait
	agencies []string  // the one to be looked at next at the front
	look     time.Time // not to look for others before

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

// share is how many messages of the queue's front are taken at once: fewer of
// a flood while others wait behind it.
func (q *queue) share() int {
	if q.flooded {
		return batchSize / 8
	}
	return batchSize
}

// took counts a decided batch of the front.
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

// settledAhead notes that messages that were not delivered are settled.
func (q *queue) settledAhead(items []*item) {
	q.mu.Lock()
	defer q.mu.Unlock()
	for _, it := range items {
		if it.msg == nil {
			q.settled[it.Seq] = true
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
		if it.msg != nil && q.settled[it.Seq] {
			delete(q.settled, it.Seq)
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
	q.allowed, q.flooded = 0, false
	clear(q.settled)
}

// nextAhead gives a batch of an agency that waits behind the messages of
// others, decided; none when nobody does, or it is not their turn.
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

// readAhead reads and decides up to n of the agency's messages that follow
// those decided already, unless the queue reaches them soon.
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
