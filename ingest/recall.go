package ingest

import (
	"context"
	"fmt"
	"time"

	"github.com/tidemark-stats/tidemark/figure"
	"github.com/tidemark-stats/tidemark/store"
)

// delivered gives the items that were delivered before: to a worker that
// crashed, whose acknowledgement was lost, or who has them still.
func delivered(items []*item) []*item {
	var again []*item
	for _, it := range items {
		if it.redelivered {
			again = append(again, it)
		}
	}
	return again
}

// shared gives the items that another worker may have in hand at the same
// time: those that were delivered before, and those that may be delivered
// again because they were held for long, should JetStream not have heard so.
func (w *Worker) shared(items []*item) []*item {
	var out []*item
	for _, it := range items {
		if it.redelivered || time.Since(it.taken) > w.ackWait/2 {
			out = append(out, it)
		}
	}
	return out
}

// recall finds out what became of messages that others have or had. Judged
// anew they could end differently, because more is known now than the first
// time, and then a message would be both written and rejected. So every
// worker looks before it judges a message again, and looks once more after it
// has settled a message that another may hold: of two who differ the later
// sees both ends. What is written stays written, and its reject goes.
// Messages that had not been settled keep the outcome they have.
func (w *Worker) recall(ctx context.Context, items []*item) error {
	if err := w.recallWritten(ctx, items); err != nil {
		return err
	}
	for _, it := range items {
		reject, at, err := findReject(ctx, w.rejects, it.msg.Subject(), it.seq)
		switch {
		case err != nil:
			return err
		case reject == nil:
			continue
		case it.outcome == "" || it.outcome == Refused:
			it.refuse(&reject.Problem)
			it.recalled = true
		default:
			if err := w.rejects.DeleteMsg(ctx, at); err != nil {
				return fmt.Errorf("remove the reject of a figure that is written: %w", err)
			}
		}
	}
	return nil
}

// sought is an item with the vintage it has made if it was written.
type sought struct {
	item    *item
	vintage store.Vintage
}

// recallWritten looks for the items' vintages in InfluxDB. Whether the
// catalogue still allows them is not asked: it may have changed in between.
func (w *Worker) recallWritten(ctx context.Context, items []*item) error {
	var all []sought
	for _, it := range items {
		f, c, _ := w.validator.read(it.msg.Subject(), it.msg.Data())
		if f == nil || c.indicator == nil {
			continue
		}
		v := c.vintage()
		v.Moment = publication(&c, it.seq, it.stored)
		all = append(all, sought{it, v})
	}
	past, err := w.past(ctx, all)
	if err != nil {
		return err
	}
	for i := range all {
		all[i].recall(past[all[i].vintage.Cell])
	}
	return nil
}

// placeLate gives accepted figures that come after a later publication of
// their cell, as those of an archive do, the outcome they have among the
// earlier ones: a worker knows the current values only.
func (w *Worker) placeLate(ctx context.Context, items []*item) error {
	var all []sought
	for _, it := range items {
		if it.late && it.outcome != Refused {
			all = append(all, sought{it, it.vintage})
		}
	}
	past, err := w.past(ctx, all)
	if err != nil {
		return err
	}
	for _, s := range all {
		now := s.item.point()
		before, existed, _ := now.among(past[s.vintage.Cell])
		s.item.outcome = outcomeOf(before, existed, now)
	}
	return nil
}

// past reads all vintages of the cells from InfluxDB.
func (w *Worker) past(ctx context.Context, all []sought) (map[figure.Cell][]point, error) {
	past := map[figure.Cell][]point{}
	selections := map[string]store.Selection{}
	for i := range all {
		v := &all[i].vintage
		past[v.Cell] = nil
		selections[v.Indicator] = selections[v.Indicator].Including(v.Indicator, v.Period)
	}
	for _, selection := range selections {
		for v, err := range w.store.Vintages(ctx, selection) {
			if err != nil {
				return nil, err
			}
			if known, ok := past[v.Cell]; ok {
				past[v.Cell] = append(known, pointOf(v))
			}
		}
	}
	return past, nil
}

// among places p among the publications of its cell: the one before it, and
// whether it is one of them itself, up to what instants may have moved it.
func (p point) among(past []point) (before point, existed bool, itself *point) {
	for i, o := range past {
		switch {
		case o.moment >= p.moment && o.moment-p.moment < sameInstant && o.same(p):
			itself = &past[i]
		case o.moment < p.moment && (!existed || o.moment > before.moment):
			before, existed = o, true
		}
	}
	return before, existed, itself
}

// recall gives the item the outcome it had when it was written; when its
// vintage is not among those of its cell, none.
func (s *sought) recall(past []point) {
	now := pointOf(&s.vintage)
	if before, existed, itself := now.among(past); itself != nil {
		s.item.accept(s.vintage, itself.moment)
		s.item.outcome = outcomeOf(before, existed, now)
	}
}
