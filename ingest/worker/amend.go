package worker

import (
	"cmp"
	"context"
	"errors"
	"slices"

	"github.com/tidemark-stats/tidemark/figure"
	"github.com/tidemark-stats/tidemark/ingest/ledger"
	"github.com/tidemark-stats/tidemark/ingest/rules"
	"github.com/tidemark-stats/tidemark/store"
)

// refusedPoint is a vintage that InfluxDB permanently refused.
type refusedPoint struct {
	store.Vintage
	reason string
}

// write stores the vintages. For those that InfluxDB permanently refuses it amends
// the decisions and stores what takes their place. It returns the amended
// decisions; they are in the ledger before anything is rejected, so that a
// redelivery finds them.
func (w *Worker) write(ctx context.Context, points []store.Vintage, stand *place) (amended []*ledger.Decision, err error) {
	for len(points) > 0 {
		refused, err := w.sift(ctx, points, stand)
		if err != nil {
			return nil, err
		}
		decisions, err := w.amend(ctx, refused)
		if err != nil {
			return nil, err
		}
		amended = append(amended, decisions...)
		points = nil
		for _, d := range decisions {
			points = d.AppendPoints(points)
		}
	}
	return amended, nil
}

// sift stores the vintages and returns those that InfluxDB permanently refuses.
// InfluxDB does not say which, so sift finds them by bisection. It sorts by period
// first, because refused points mostly lie together in time: beyond a retention
// limit, or in a shard with a field of another type.
func (w *Worker) sift(ctx context.Context, points []store.Vintage, stand *place) ([]refusedPoint, error) {
	err := w.storeAll(ctx, points, stand)
	var refused *store.RefusedError
	switch {
	case !errors.As(err, &refused):
		return nil, err
	case len(points) == 1:
		return []refusedPoint{{points[0], refused.Reason}}, nil
	}
	slices.SortStableFunc(points, func(a, b store.Vintage) int { return a.Period.Start().Compare(b.Period.Start()) })
	half := len(points) / 2
	first, err := w.sift(ctx, points[:half], stand)
	if err != nil {
		return nil, err
	}
	second, err := w.sift(ctx, points[half:], stand)
	return append(first, second...), err
}

// amend turns the decisions on permanently refused points into refusals, unless
// another worker has already done so.
func (w *Worker) amend(ctx context.Context, refused []refusedPoint) (amended []*ledger.Decision, err error) {
	if len(refused) == 0 {
		return nil, nil
	}
	w.judging.Lock()
	defer w.judging.Unlock()
	slices.SortFunc(refused, func(a, b refusedPoint) int { return cmp.Compare(a.Seq, b.Seq) })
	refused = slices.CompactFunc(refused, func(a, b refusedPoint) bool { return a.Seq == b.Seq })
	for {
		left := slices.DeleteFunc(slices.Clone(refused), func(p refusedPoint) bool { return w.ledger.Amended(p.Seq) != nil })
		if len(left) == 0 {
			break
		}
		if err := w.persist(ctx, "decide", func() error { return w.appendAmendments(ctx, left) }); err != nil {
			return nil, err
		}
	}
	for _, p := range refused {
		amended = append(amended, w.ledger.Amended(p.Seq))
	}
	return amended, nil
}

// appendAmendments amends the decisions on as many points as fit into one entry.
func (w *Worker) appendAmendments(ctx context.Context, refused []refusedPoint) error {
	draft := w.ledger.Draft(ledger.Amendment)
	_, err := w.append(ctx, draft, func() {
		for i := range refused {
			p := &refused[i]
			d := rules.Refusal(p.Seq, &figure.Problem{Code: "store/refused", Field: "value", Text: p.Cell.String(),
				Reason: "was refused by InfluxDB: " + p.reason,
				Hint:   "an operator must check the bucket; then send it again with tidemark rejects resend"})
			d.Vintage = p.Vintage
			d.Restated = w.known.SaidAgain(&p.Vintage)
			w.known.Apply(draft.Kind, &d)
			if draft.Add(d); draft.Full() {
				break
			}
		}
	})
	return err
}
