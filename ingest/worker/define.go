package worker

import (
	"context"
	"errors"
	"slices"
	"sync"
	"time"

	"github.com/tidemark-stats/tidemark/catalog"
	"github.com/tidemark-stats/tidemark/figure"
	"github.com/tidemark-stats/tidemark/ingest"
	"github.com/tidemark-stats/tidemark/ingest/ledger"
	"github.com/tidemark-stats/tidemark/ingest/rules"
	"github.com/tidemark-stats/tidemark/store"
)

// What a stored number means is said in the ledger by the entry that decides
// on the first figure of an indicator, and from there it comes into InfluxDB.
// Goals of targets are kept the same way, so that what was asked for on a day
// can be told after the catalogue has changed.

// define refuses a figure whose indicator means something else in the
// catalogue than in the ledger, and says in the draft what the figures of an
// indicator are with the first that is not refused.
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
	if w.agreed[code] == known.Is { // every figure asks, and to read a definition takes its time
		return d
	}
	if problem := conflicting(w.validator.Cat, code, known.Is); problem != nil {
		return rules.Refusal(m.Seq, problem)
	}
	w.agreed[code] = known.Is
	return d
}

// conflicting is the problem of every figure of an indicator that is stored
// under another definition, nil of one that is not.
func conflicting(cat *catalog.Catalog, code, stored string) *figure.Problem {
	err := cat.Conflict(code, stored)
	if err == nil {
		return nil
	}
	p := &figure.Problem{Code: "figure/definition", Field: "indicator", Text: code, Reason: err.Error()}
	var conflict *catalog.ConflictError
	if errors.As(err, &conflict) {
		p.Reason, p.Hint = conflict.Reason(), conflict.WayOut()
	}
	return p
}

// definitionOf is what the catalogue says of an indicator now.
func (w *Worker) definitionOf(code string) store.Definition {
	i, _ := w.validator.Cat.Indicator(code) // it was judged by it
	return store.Definition{Of: store.OfIndicator, Code: code, Since: time.Now().UnixMilli(), Is: i.Definition().String()}
}

// loadDefinitions brings the ledger's definitions and InfluxDB's together, and
// adds to both what is new in the catalogue: goals, and what the figures are
// that were stored before definitions were. An error can pass.
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
			continue // there may be more than one entry holds
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

// payDefinitions brings into InfluxDB what it does not say yet. One that it
// refuses for good stays in the ledger alone, which is told: figures are more.
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

// maxDefinitions is how many definitions an entry takes, so that they fit its
// header.
const maxDefinitions = 50

// defineNew adds to the draft what the ledger does not say yet, first what it
// has lost and InfluxDB still says.
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

// Conflicts are the indicators whose stored figures this worker's catalogue
// must not be used for, each with the reason and the way out, as far as the
// worker has looked.
func (w *Worker) Conflicts() []error {
	if all := w.conflicts.Load(); all != nil {
		return *all
	}
	return nil
}

// lookForConflicts holds the catalogue against the ledger, and tells when there
// is something new. Whoever calls it holds judging.
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

// debt is the definitions that the ledger has and InfluxDB has not.
type debt struct {
	mu   sync.Mutex
	owed []store.Definition
}

func (d *debt) owe(definitions []store.Definition) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.owed = append(d.owed, definitions...)
}

// pay writes what is owed. Until it is written nobody else goes on: figures
// must not be there before what they mean.
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
