package ingest

import (
	"context"
	"fmt"
	"time"

	"golang.org/x/sync/errgroup"

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
	return eachAtOnce(items, func(it *item) error {
		reject, at, err := findReject(ctx, w.rejects, it.msg.Subject(), it.seq)
		switch {
		case err != nil || reject == nil:
			return err
		case it.outcome == "" || it.outcome == Refused:
			it.refuse(&reject.Problem)
			it.recalled = true
			return nil
		}
		if err := w.rejects.DeleteMsg(ctx, at); err != nil {
			return fmt.Errorf("remove the reject of a figure that is written: %w", err)
		}
		return nil
	})
}

// eachAtOnce does for many items what takes a round trip to NATS for each.
func eachAtOnce(items []*item, do func(*item) error) error {
	var all errgroup.Group
	all.SetLimit(64)
	for _, it := range items {
		all.Go(func() error { return do(it) })
	}
	return all.Wait()
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
	stored, err := w.stored(ctx, all)
	if err != nil {
		return err
	}
	past, err := w.past(ctx, all)
	if err != nil {
		return err
	}
	for i := range all {
		if moment, ok := stored[all[i].item.seq]; ok {
			it := all[i].item
			it.accept(all[i].vintage, moment)
			it.outcome = it.point().among(past[it.vintage.Cell])
		}
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
		// The later publication may be in this very batch, not written yet.
		if s.item.outcome = s.item.point().among(past[s.vintage.Cell]); s.item.outcome != Unchanged {
			s.item.outcome = Superseded
		}
	}
	return nil
}

// selections are the cells of the items, by indicator.
func selections(all []sought) map[string]store.Selection {
	selections := map[string]store.Selection{}
	for i := range all {
		v := &all[i].vintage
		selections[v.Indicator] = selections[v.Indicator].Including(v.Indicator, v.Period)
	}
	return selections
}

// stored reads from InfluxDB which messages are stored, with the moments of
// their vintages.
func (w *Worker) stored(ctx context.Context, all []sought) (map[uint64]int64, error) {
	moments := map[uint64]int64{}
	for _, selection := range selections(all) {
		for v, err := range w.store.Sequences(ctx, selection) {
			if err != nil {
				return nil, err
			}
			moments[v.Seq] = v.Moment
		}
	}
	return moments, nil
}

// past reads all vintages of the cells from InfluxDB.
func (w *Worker) past(ctx context.Context, all []sought) (map[figure.Cell][]point, error) {
	past := map[figure.Cell][]point{}
	for i := range all {
		past[all[i].vintage.Cell] = nil
	}
	for _, selection := range selections(all) {
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

// among tells what p is to the publications of its cell.
func (p point) among(past []point) Outcome {
	var before point
	existed, later := false, false
	for _, other := range past {
		switch {
		case other.moment > p.moment:
			later = true
		case other.moment < p.moment && (!existed || other.moment > before.moment):
			before, existed = other, true
		}
	}
	if o := outcomeOf(before, existed, p); !later || o == Unchanged {
		return o
	}
	return Superseded
}
