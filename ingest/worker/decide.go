package worker

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/tidemark-stats/tidemark/figure"
	"github.com/tidemark-stats/tidemark/ingest/ledger"
	"github.com/tidemark-stats/tidemark/ingest/rules"
)

// othersTurn is how long a worker waits for another one to decide on the messages
// before its own. After that it reads and decides them itself, because the other
// worker may be dead.
const othersTurn = 200 * time.Millisecond

// decide sets the decision of every item, found in the ledger or made now. The
// items must be in the order of the stream. Decisions are made in that order
// without gaps, so deciding on a message includes deciding on all before it. The
// error is that of the context.
func (w *Worker) decide(ctx context.Context, items []*item) error {
	w.judging.Lock()
	defer w.judging.Unlock()
	for {
		undecided := 0
		if err := w.persist(ctx, "decide", func() (err error) {
			undecided, err = w.find(ctx, items)
			return err
		}); err != nil || undecided == 0 {
			return err
		}
		if err := w.persist(ctx, "decide", func() error { return w.advance(ctx, items) }); err != nil {
			return err
		}
	}
}

// find looks up the items' decisions and returns the number of undecided items.
func (w *Worker) find(ctx context.Context, items []*item) (undecided int, err error) {
	floor, _ := w.ledger.Floor()
	for _, it := range items {
		switch {
		case it.decision != nil:
		case it.Seq > floor:
			if it.decision = cmp.Or(w.ledger.Amended(it.Seq), w.ledger.Early(it.Seq)); it.decision == nil {
				undecided++
			}
		default:
			if it.decision, err = w.ledger.Find(ctx, it.Seq); err != nil {
				return undecided, err
			}
		}
	}
	return undecided, nil
}

// advance moves the floor towards the last of the items, by an entry of this worker
// or of another.
func (w *Worker) advance(ctx context.Context, items []*item) error {
	floor, _ := w.ledger.Floor()
	for len(items) > 0 && items[0].Seq <= floor {
		items = items[1:]
	}
	messages := make([]rules.Message, 0, len(items))
	for _, it := range items {
		messages = append(messages, it.Message)
	}
	if !contiguous(messages, floor) {
		if items[0].Seq != floor+1 && !w.leads {
			if moved, err := w.awaitOthers(ctx); moved || err != nil {
				return err
			}
		}
		var err error
		if messages, err = w.messages(ctx, floor+1, items[len(items)-1].Seq, batchSize, ""); err != nil {
			return err
		}
	}
	draft := w.ledger.Draft(ledger.Range)
	_, err := w.append(ctx, draft, func() {
		for i := range messages {
			m := &messages[i]
			if early := w.ledger.Early(m.Seq); early != nil {
				draft.Add(*early)
			} else {
				w.judgeInto(draft, m)
			}
			if draft.Floor, draft.Stored = m.Seq, m.Stored; draft.Full() {
				break
			}
		}
	})
	return err
}

// contiguous reports whether the messages follow the floor without a gap.
func contiguous(messages []rules.Message, floor uint64) bool {
	for i := range messages {
		if messages[i].Seq != floor+1+uint64(i) {
			return false
		}
	}
	return true
}

// judgeInto adds the decision on a message to the draft and to what is known.
func (w *Worker) judgeInto(draft *ledger.Draft, m *rules.Message) {
	d, settled := w.earlier.decision(w.validator, w.known, m)
	if !settled {
		d = w.define(draft, m, w.validator.Judge(m, w.known))
	}
	w.known.Apply(draft.Kind, &d)
	draft.Add(d)
}

// append fills a draft, which may change what is known, and appends it to the
// ledger. If another entry was appended first, it rolls those changes back and
// reads that entry instead; stored is then false.
func (w *Worker) append(ctx context.Context, draft *ledger.Draft, fill func()) (stored bool, err error) {
	if w.earlier != nil {
		draft.Inherits = w.earlier.upTo // a worker that continues after a crash needs it too
	}
	w.known.Try()
	fill()
	if len(draft.Decisions) == 0 {
		w.known.Commit()
		return false, errors.New("NATS does not show all messages of FIGURES yet")
	}
	if stored, err = w.ledger.Append(ctx, draft); stored {
		w.known.Commit()
		w.definitions.owe(draft.Definitions)
		w.leads = true
		w.dropEarlier()
		w.metrics.known.Set(float64(w.known.Size()))
		return true, nil
	}
	w.known.RollBack()
	// The draft may be in the ledger although the answer was lost: read it.
	more, unread := w.sync(ctx)
	if more {
		return false, nil
	}
	return false, cmp.Or(err, unread, w.unseen(ctx))
}

// unseen returns the reason why the entry that was appended first cannot be read:
// NATS does not show it yet, or has lost entries that it had confirmed.
func (w *Worker) unseen(ctx context.Context) error {
	last, _, err := w.ledger.State(ctx)
	if err == nil && last < w.ledger.Entries() {
		return fmt.Errorf("stream %s ends at entry %d and this worker has read %d: NATS has lost what it confirmed, or the stream was recreated; restart the worker", ledger.Stream, last, w.ledger.Entries())
	}
	return cmp.Or(err, errors.New("another worker's decisions cannot be read yet"))
}

// awaitOthers waits up to othersTurn for an entry of another worker and reads it.
func (w *Worker) awaitOthers(ctx context.Context) (moved bool, err error) {
	timeout := time.After(othersTurn)
	look := time.NewTicker(time.Millisecond)
	defer look.Stop()
	for {
		if moved, err = w.sync(ctx); moved || err != nil {
			return moved, err
		}
		select {
		case <-look.C:
		case <-timeout:
			return false, nil
		case <-ctx.Done():
			return false, ctx.Err()
		}
	}
}

// agencySubject matches the subjects of an agency's figures.
func agencySubject(agency string) string { return figure.SubjectPrefix + "." + agency + ".>" }
