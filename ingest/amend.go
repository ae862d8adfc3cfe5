package ingest

import (
	"context"

	"github.com/tidemark-stats/tidemark/figure"
	"github.com/tidemark-stats/tidemark/ingest/ledger"
	"github.com/tidemark-stats/tidemark/store"
)

// amend turns the decision on a figure that InfluxDB refused for good into a
// refusal, and rejects its message. It is in the ledger before the reject is
// stored, so that a redelivery finds it.
func (w *Worker) amend(ctx context.Context, v *store.Vintage, refused *store.RefusedError, stand *place) error {
	d, err := w.amendment(ctx, v, refused)
	if err != nil {
		return err
	}
	err = w.persist(ctx, "reject", func() error {
		// It need not be one of the batch's: a figure that was unchanged is
		// written when a later message comes between it and what it repeated.
		m, err := w.message(ctx, v.Seq, "")
		if err != nil {
			return err
		}
		return storeRejects(ctx, w.js, []*Reject{m.reject(d.Problem)})
	})
	if err != nil || d.Restated == nil {
		return err
	}
	return w.write(ctx, []store.Vintage{*d.Restated}, stand)
}

// amendment appends the amendment, or finds that there is one.
func (w *Worker) amendment(ctx context.Context, v *store.Vintage, refused *store.RefusedError) (d *ledger.Decision, err error) {
	w.judging.Lock()
	defer w.judging.Unlock()
	for {
		if d = w.ledger.Amended(v.Seq); d != nil {
			return d, nil
		}
		if err := w.persist(ctx, "decide", func() error {
			draft := w.ledger.Draft(ledger.Amendment)
			_, err := w.append(ctx, draft, func() {
				d := refusal(v.Seq, &figure.Problem{Code: "store/refused", Field: "value", Text: v.Cell.String(),
					Reason: "was refused by InfluxDB: " + refused.Reason,
					Hint:   "an operator has to look at the bucket; then send it again with tidemark rejects resend"})
				d.Vintage = *v
				d.Restated = w.known.saidAgain(v)
				w.known.apply(draft.Kind, &d)
				draft.Add(d)
			})
			return err
		}); err != nil {
			return nil, err
		}
	}
}
