package exporter

import (
	"sync"
	"time"

	"github.com/tidemark-stats/tidemark/exporter/metric"
	"github.com/tidemark-stats/tidemark/exporter/target"
)

// targets is the targets' part of the page. A verdict changes with the
// figures and with the calendar, so it is judged again for a new view, and
// otherwise once in judgeEvery.
type targets struct {
	now func() time.Time

	mu    sync.Mutex
	of    *view
	at    time.Time
	page  []byte
	unmet map[unmetKey]bool // by the figures of the view
}

// unmetKey is what the answer to "was it met until a revision" depends on,
// beside the figures.
type unmetKey struct {
	target, category string
	met              bool
}

const judgeEvery = time.Minute

// pageFor is the part for a view, as it is now.
func (t *targets) pageFor(v *view) []byte {
	t.mu.Lock()
	defer t.mu.Unlock()
	now := t.now()
	if t.of != v || now.Sub(t.at) >= judgeEvery || now.Before(t.at) {
		if t.of != v {
			t.unmet = map[unmetKey]bool{} // looking back at every revision takes its time
		}
		t.of, t.at = v, now
		t.page = v.writeTargets(now.In(v.catalog.Location()), t.unmet)
	}
	return t.page
}

// writeTargets judges every target and writes the states.
func (v *view) writeTargets(at time.Time, unmet map[unmetKey]bool) []byte {
	states := target.All(v.catalog, v.book, at)
	labels := make([][]byte, len(states))
	for i := range states {
		labels[i] = appendLabels(nil, metric.TargetLabels(&states[i]))
	}
	var b []byte
	b = appendHead(b, metric.TargetInfo)
	for i := range states {
		b = appendSample(b, metric.TargetInfo, appendLabels(nil, metric.TargetInfoLabels(&states[i])), 1)
	}
	for _, number := range metric.TargetNumbers {
		b = appendHead(b, number.Family)
		for i := range states {
			if n := number.Of(&states[i]); n.Known {
				b = appendSample(b, number.Family, labels[i], n.Value)
			}
		}
	}
	b = appendHead(b, metric.TargetVerdict)
	for i := range states {
		for _, verdict := range target.Verdicts() {
			b = appendSample(b, metric.TargetVerdict, appendLabels(nil, metric.VerdictLabels(&states[i], verdict)), metric.Bit(states[i].Verdict == verdict))
		}
	}
	b = appendHead(b, metric.TargetUnmet)
	for i := range states {
		key := unmetKey{states[i].Target.ID, states[i].Category, states[i].Verdict == target.Met}
		was, known := unmet[key]
		if !known {
			_, was = target.UnmetBy(states[i], v.book)
			unmet[key] = was
		}
		b = appendSample(b, metric.TargetUnmet, labels[i], metric.Bit(was))
	}
	return b
}
