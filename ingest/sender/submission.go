package sender

import (
	"context"
	"fmt"
	"time"

	"github.com/tidemark-stats/tidemark/figure"
	"github.com/tidemark-stats/tidemark/ingest"
)

// Settle waits until NATS has answered for what was sent so far, and until its
// clock has gone on, so that what is sent next is stored later by more than a
// millisecond: figures of one cell stay in order.
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

// await notes that a stored figure waits for the receipt of a sequence, or
// takes the receipt when it is there already.
func (s *Submission) await(seq uint64, w wait) {
	s.mu.Lock()
	f, here := s.unclaimed[seq]
	if here && f.outcome != ingest.Refused {
		delete(s.unclaimed, seq)
	}
	if !here || f.outcome == ingest.Refused {
		s.waiting[seq] = append(s.waiting[seq], w) // settle takes it out
	}
	s.mu.Unlock()
	if here {
		s.settle(seq, w, f)
	}
}

// awaitOwn is await for the repetition of a figure of this very submission.
// NATS answers in order, so the first one waits still or is settled.
func (s *Submission) awaitOwn(seq uint64, w wait) {
	s.mu.Lock()
	_, pending := s.waiting[seq]
	if _, refused := s.unclaimed[seq]; !pending && !refused {
		s.unclaimed[seq] = fate{outcome: ingest.Written}
	}
	s.mu.Unlock()
	s.await(seq, w)
}

// claim takes what a receipt says of one sequence. It is kept until a figure
// asks for it; that of a refused one longer, since every repetition asks.
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

// settle reports a figure's fate. A repetition of a figure that was refused
// is sent anew, to be judged by what is known now; any other repetition
// changes nothing.
func (s *Submission) settle(seq uint64, w wait, f fate) {
	if w.repeat != nil && f.outcome == ingest.Refused {
		// Receipts wait meanwhile, so that there is never more than one such
		// sending under way for them.
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

// release takes a figure from those that wait.
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
