package worker

import (
	"context"
	"errors"
	"slices"
	"sync"
	"time"

	"github.com/tidemark-stats/tidemark/ingest"
	"github.com/tidemark-stats/tidemark/ingest/ledger"
	"github.com/tidemark-stats/tidemark/ingest/rules"
	"github.com/tidemark-stats/tidemark/store"
)

// The entry that decides on an indicator's first figure records in the ledger what
// its stored numbers mean, and from there the definition is copied to InfluxDB.
// Goals of targets are recorded the same way, so that the goal on a given day is
// known even after the catalogue has changed.

// define refuses a figure if the catalogue defines its indicator differently from
// the ledger. It adds the indicator's definition to the draft with the first figure
// that is not refused.
func (w *Worker) define(draft *ledger.Draft, m *rules.Message, d ledger.Decision) ledger.Decision {
	if d.Outcome == ingest.Refused {
		return d
	}
	code := d.Vintage.Indicator
	known := w.ledger.Defined(store.OfIndicator, code)
	if known.Is == "" {
		known = store.Newest(draft.Definitions, store.OfIndicator, code)
	}
	if known.Is == "" {
		draft.Define(w.definitionOf(code))
		return d
	}
	if w.agreed[code] == known.Is { // saves parsing the definition for every figure
		return d
	}
	if problem := w.validator.Redefined(code, known.Is); problem != nil {
		return rules.Refusal(m.Seq, problem)
	}
	w.agreed[code] = known.Is
	return d
}

// definitionOf returns an indicator's definition in the catalogue, valid from now.
func (w *Worker) definitionOf(code string) store.Definition {
	i, _ := w.validator.Cat.Indicator(code) // callers have checked that it exists
	return store.Definition{Of: store.OfIndicator, Code: code, Since: time.Now().UnixMilli(), Is: i.Definition().String()}
}

// loadDefinitions reconciles the definitions in the ledger and in InfluxDB, and adds
// to both what is new in the catalogue: goals, and the definitions of indicators
// whose figures were stored before there were definitions. The error may be
// temporary.
func (w *Worker) loadDefinitions(ctx context.Context) error {
	stored, err := w.store.Definitions(ctx)
	if err != nil {
		return err
	}
	w.judging.Lock()
	defer w.judging.Unlock()
	lost := slices.DeleteFunc(slices.Clone(stored), func(d store.Definition) bool { return w.ledger.Defined(d.Of, d.Code).Is != "" })
	for {
		draft := w.ledger.Draft(ledger.Range)
		if w.earlier != nil {
			draft.Inherits = w.earlier.upTo
		}
		w.defineNew(draft, lost)
		if len(draft.Definitions) == 0 {
			break
		}
		if appended, err := w.ledger.Append(ctx, draft); err != nil {
			return err
		} else if appended {
			w.leads = true
			continue // there may be more than fit into one entry
		}
		if _, err := w.sync(ctx); err != nil {
			return err
		}
	}
	missing := slices.DeleteFunc(slices.Clone(w.ledger.Definitions()), func(d store.Definition) bool { return slices.Contains(stored, d) })
	w.definitions.owe(missing)
	w.lookForConflicts()
	return w.payDefinitions(ctx)
}

// payDefinitions writes the definitions that InfluxDB does not have yet. If it
// permanently refuses one, that is logged and the definition stays in the ledger
// only, so that figures can still be written.
func (w *Worker) payDefinitions(ctx context.Context) error {
	err := w.definitions.pay(ctx, w.store)
	var refused *store.RefusedError
	switch {
	case errors.As(err, &refused):
		w.log.Error("InfluxDB refuses to store what figures mean, measurement definition; an operator has to look at the bucket", "err", err)
		return nil
	case err != nil:
		w.influx.asked(err)
	}
	return err
}

// maxDefinitions is the number of definitions that fit into an entry's header.
const maxDefinitions = 50

// defineNew adds to the draft the definitions that the ledger lacks, beginning with
// those that it has lost and InfluxDB still has.
func (w *Worker) defineNew(draft *ledger.Draft, lost []store.Definition) {
	add := func(d store.Definition) {
		if len(draft.Definitions) < maxDefinitions {
			draft.Define(d)
		}
	}
	for _, d := range lost {
		if !slices.Contains(w.ledger.Definitions(), d) {
			add(d)
		}
	}
	for _, code := range w.known.Indicators() {
		if _, listed := w.validator.Cat.Indicator(code); listed && w.ledger.Defined(store.OfIndicator, code).Is == "" &&
			store.Newest(lost, store.OfIndicator, code).Is == "" {
			add(w.definitionOf(code))
		}
	}
	for _, t := range w.validator.Cat.Targets {
		now := time.Now()
		goal, last := t.At(now).Goal().String(), w.ledger.Defined(store.OfTarget, t.ID).Is
		if last == "" {
			last = store.Newest(lost, store.OfTarget, t.ID).Is
		}
		if goal != last {
			add(store.Definition{Of: store.OfTarget, Code: t.ID, Since: now.UnixMilli(), Is: goal})
		}
	}
}

// Conflicts returns an error for each indicator whose stored figures do not match
// this worker's catalogue, with the reason and the fix, as of the last check. It may
// be called concurrently.
func (w *Worker) Conflicts() []error {
	if all := w.conflicts.Load(); all != nil {
		return *all
	}
	return nil
}

// lookForConflicts compares the catalogue with the ledger and logs when the number
// of conflicts changes. The caller must hold judging.
func (w *Worker) lookForConflicts() {
	var all []error
	for _, i := range w.validator.Cat.Indicators {
		if err := w.validator.Cat.Conflict(i.Code, w.ledger.Defined(store.OfIndicator, i.Code).Is); err != nil {
			all = append(all, err)
		}
	}
	w.metrics.conflicts.Set(float64(len(all)))
	before := w.Conflicts()
	w.conflicts.Store(&all)
	if len(all) == len(before) {
		return
	}
	for _, err := range all {
		w.log.Error("the figures of an indicator are refused", "err", err)
	}
}

// debt holds the definitions that are in the ledger but not yet in InfluxDB.
type debt struct {
	mu   sync.Mutex
	owed []store.Definition
}

func (d *debt) owe(definitions []store.Definition) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.owed = append(d.owed, definitions...)
}

// pay writes the definitions that are owed. It holds the lock meanwhile, so that no
// figure is written before its definition.
func (d *debt) pay(ctx context.Context, to *store.Store) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	err := to.Define(ctx, d.owed)
	var refused *store.RefusedError
	if err == nil || errors.As(err, &refused) {
		d.owed = nil
	}
	return err
}
