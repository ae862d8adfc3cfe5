package sender

import (
	"context"
	"fmt"
	"time"

	"github.com/tidemark-stats/tidemark/figure"
	"github.com/tidemark-stats/tidemark/ingest"
)

// Settle waits until NATS has answered everything sent so far and then two
// milliseconds more, so that what is sent next is stored at least a millisecond
// later: figures of one cell stay in order.
func (s *Submission) Settle(ctx context.Context) {
	answered := make(chan struct{})
	select {
	case s.queue <- sending{answered: answered}:
	case <-ctx.Done():
		return
	}
	select {
	case <-answered:
	case <-ctx.Done():
	}
	clock := time.NewTimer(2 * time.Millisecond)
	defer clock.Stop()
	<-clock.C
}

// await makes a stored figure wait for the receipt of a sequence, or settles it if
// that receipt is already there.
func (s *Submission) await(seq uint64, w wait) {
	s.mu.Lock()
	f, here := s.unclaimed[seq]
	if here && f.outcome != ingest.Refused {
		delete(s.unclaimed, seq)
	}
	if !here || f.outcome == ingest.Refused {
		s.waiting[seq] = append(s.waiting[seq], w) // settle removes it
	}
	s.mu.Unlock()
	if here {
		s.settle(seq, w, f)
	}
}

// awaitOwn is await for a figure that repeats one of the same submission. NATS
// answers in order, so the first one is either still waiting or settled.
func (s *Submission) awaitOwn(seq uint64, w wait) {
	s.mu.Lock()
	_, pending := s.waiting[seq]
	if _, refused := s.unclaimed[seq]; !pending && !refused {
		s.unclaimed[seq] = fate{outcome: ingest.Written}
	}
	s.mu.Unlock()
	s.await(seq, w)
}

// claim processes a receipt's outcome of one sequence. It is kept until a figure
// waits for it; a refusal is kept longer, because every repetition needs it.
func (s *Submission) claim(seq uint64, o ingest.Outcome, p *figure.Problem) {
	s.mu.Lock()
	waiting := s.waiting[seq]
	if len(waiting) == 0 || o == ingest.Refused {
		s.unclaimed[seq] = fate{o, p}
	}
	s.mu.Unlock()
	for _, w := range waiting {
		s.settle(seq, w, fate{o, p})
	}
}

// settle reports the outcome of a figure. A repetition of a refused figure is sent
// again, to be judged by what is known now; any other repetition changes nothing.
func (s *Submission) settle(seq uint64, w wait, f fate) {
	if w.repeat != nil && f.outcome == ingest.Refused {
		// This blocks the processing of receipts, so that they start only one such
		// resend at a time.
		if err := s.sendAnew(w.repeat, w.ref, fmt.Sprintf("after-%d", seq)); err != nil {
			s.fail(err)
		}
		s.release(seq, w.ref)
		return
	}
	if w.repeat != nil {
		f = fate{outcome: ingest.Unchanged}
	}
	s.telling.Lock()
	s.settled(w.ref, f.outcome, f.problem)
	s.telling.Unlock()
	s.release(seq, w.ref)
}

// release removes a figure from those that wait.
func (s *Submission) release(seq uint64, ref int64) {
	s.mu.Lock()
	kept := s.waiting[seq][:0:0]
	for _, w := range s.waiting[seq] {
		if w.ref != ref {
			kept = append(kept, w)
		}
	}
	if len(kept) > 0 {
		s.waiting[seq] = kept
	} else {
		delete(s.waiting, seq)
	}
	s.mu.Unlock()
	select {
	case s.progress <- struct{}{}:
	default:
	}
}
