package worker

import (
	"context"
	"errors"
	"fmt"

	"github.com/synadia-io/orbit.go/jetstreamext"

	"github.com/tidemark-stats/tidemark/figure"
	"github.com/tidemark-stats/tidemark/ingest"
	"github.com/tidemark-stats/tidemark/ingest/ledger"
	"github.com/tidemark-stats/tidemark/ingest/rules"
	"github.com/tidemark-stats/tidemark/store"
)

// earlier holds the outcomes of messages that were settled before there was a
// ledger, or by entries that it has lost, as recovered from InfluxDB and REJECTS. If
// these messages were judged again the outcome could differ, because more is known
// now.
type earlier struct {
	upTo    uint64           // sequence of the last message at that time
	written map[uint64]int64 // moments of the points, by sequence
	refused map[uint64]earlierRefusal
}

type earlierRefusal struct {
	stored  int64 // when the message was stored, ms since 1970
	problem figure.Problem
}

// inherits reports whether there may be earlier outcomes: the ledger says so, or
// messages beyond its floor have been acknowledged.
func (w *Worker) inherits() bool {
	floor, _ := w.ledger.Floor()
	return w.ledger.Inherits() || w.consumer.CachedInfo().AckFloor.Stream > floor
}

// loadEarlier reads the earlier outcomes; it returns nil when FIGURES is empty.
func (w *Worker) loadEarlier(ctx context.Context) (*earlier, error) {
	info, err := w.figures.Info(ctx)
	if err != nil {
		return nil, fmt.Errorf("look up stream %s: %w", ingest.FiguresStream, err)
	}
	if info.State.LastSeq == 0 {
		return nil, nil
	}
	e := &earlier{info.State.LastSeq, map[uint64]int64{}, map[uint64]earlierRefusal{}}
	for v, err := range w.store.Sequences(ctx, store.Selection{}) {
		if err != nil {
			return nil, err
		}
		e.written[v.Seq] = v.Moment
	}
	for next, end := uint64(1), false; !end; {
		if next, end, err = e.readRejects(ctx, w, next); err != nil {
			return nil, fmt.Errorf("read stream %s: %w", ingest.RejectsStream, err)
		}
	}
	return e, nil
}

// readRejects reads a page of REJECTS. It returns the sequence to continue from, and
// whether that was the end.
func (e *earlier) readRejects(ctx context.Context, w *Worker, from uint64) (next uint64, end bool, err error) {
	page, err := jetstreamext.GetBatch(ctx, w.js, ingest.RejectsStream, batchSize, jetstreamext.GetBatchSeq(from), jetstreamext.GetBatchMaxBytes(readBytes))
	if err != nil {
		return from, false, err
	}
	next = from
	for msg, err := range page {
		if errors.Is(err, jetstreamext.ErrNoMessages) {
			return next, true, nil
		}
		if err != nil {
			return next, false, err
		}
		r, err := ingest.DecodeReject(msg.Header, msg.Data)
		if err != nil {
			return next, false, err
		}
		e.refused[r.Seq] = earlierRefusal{r.Stored.UnixMilli(), r.Problem} // without the body
		next = msg.Sequence + 1
	}
	if next == from {
		return next, false, errors.New("NATS does not answer") // a page cut short by the timeout is not an error by itself
	}
	return next, false, nil
}

// decision returns the decision on a message that was settled before; settled is
// false when it was not. A message that was both written and rejected, which could
// happen without a ledger, stays written.
func (e *earlier) decision(v *rules.Validator, k *rules.Known, m *rules.Message) (d ledger.Decision, settled bool) {
	if e == nil {
		return d, false
	}
	if moment, ok := e.written[m.Seq]; ok {
		// The catalogue may have changed since and no longer allow the figure, which
		// does not matter.
		_, c, _ := v.Read(m.Subject, m.Body)
		if !c.Converted {
			// Only the point has the value in the base unit; it stays as it is.
			return ledger.Decision{Seq: m.Seq, Outcome: ingest.Unchanged}, true
		}
		if c.Figure.Published == "" && moment < m.Stored {
			return d, false // the point is from another message, which a restored FIGURES no longer has
		}
		d = k.Accept(&c, m)
		d.Vintage.Moment = moment
		if d.Outcome == ingest.Unchanged {
			d.Outcome = ingest.Revised // there is a point, as there was then for every figure
		}
		return d, true
	}
	if r, ok := e.refused[m.Seq]; ok && r.stored == m.Stored {
		return rules.Refusal(m.Seq, &r.problem), true
	}
	return d, false
}
