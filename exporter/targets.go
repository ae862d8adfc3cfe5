package exporter

import (
	"sync"
	"sync/atomic"
	"time"

	"github.com/tidemark-stats/tidemark/catalog"
	"github.com/tidemark-stats/tidemark/exporter/metric"
	"github.com/tidemark-stats/tidemark/figure"
	"github.com/tidemark-stats/tidemark/internal/lang"
	"github.com/tidemark-stats/tidemark/verdict"
)

// targets renders the targets' part of the page. A verdict changes with the
// figures and with the calendar, so the part is rendered again for each new
// view, and otherwise once per judgeEvery. Only the targets for which something
// has changed are judged again.
type targets struct {
	now func() time.Time

	kept atomic.Pointer[judgedPage]

	mu        sync.Mutex // held while judging
	keeper    verdict.Keeper
	of        *view                      // the view to which regressed belongs
	regressed map[regressedKey]lang.Text // by which revision; cached because looking back at every revision is slow
}

// judgedPage is that part for a view as judged at one moment.
type judgedPage struct {
	of   *view
	at   time.Time
	text []byte
}

// regressedKey is what, besides the figures, the answer to "was it met until a
// revision" depends on.
type regressedKey struct {
	target, category string
	met              bool
}

const (
	judgeEvery    = time.Minute
	judgePatience = 300 * time.Millisecond
)

// pageFor returns the part for a view, judged now. When all cores are busy with
// queries judging can take long; then it returns the last one judged.
func (t *targets) pageFor(v *view) []byte {
	kept := t.kept.Load()
	if kept.valid(v, t.now()) {
		return kept.text
	}
	judged := make(chan []byte, 1)
	go func() { judged <- t.judge(v) }()
	if kept == nil || kept.of != v {
		return <-judged // there are no verdicts on these figures yet
	}
	select {
	case text := <-judged:
		return text
	case <-time.After(judgePatience):
		return kept.text
	}
}

// valid reports whether the part is still right and need not be judged again.
func (p *judgedPage) valid(v *view, now time.Time) bool {
	return p != nil && p.of == v && now.Sub(p.at) < judgeEvery && !now.Before(p.at)
}

// judge renders the part again unless another goroutine has done so meanwhile.
func (t *targets) judge(v *view) []byte {
	t.mu.Lock()
	defer t.mu.Unlock()
	now := t.now()
	if kept := t.kept.Load(); kept.valid(v, now) {
		return kept.text
	}
	states := t.keeper.All(v.catalog, v.book, now.In(v.catalog.Location()))
	t.lookBack(states, v)
	judged := &judgedPage{v, now, writeTargets(states, v.catalog, now)}
	t.kept.Store(judged)
	return judged.text
}

// lookBack sets by which revision a target has regressed.
func (t *targets) lookBack(states []verdict.State, v *view) {
	same := v.sharing(t.of)
	now := make(map[regressedKey]lang.Text, len(states))
	for i := range states {
		s := &states[i]
		key := regressedKey{s.Target.ID, s.Category, s.Verdict == verdict.Met}
		reason, known := t.regressed[key]
		if !known || !same(s.Target.ID) {
			r, _ := verdict.RegressedBy(*s, v.book)
			reason = r.Reason
		}
		s.Regressed, now[key] = reason, reason
	}
	t.of, t.regressed = v, now
}

// sharing returns a function that reports whether a target is the same as in
// another view, which may be nil.
func (v *view) sharing(o *view) func(target string) bool {
	if o == nil || v == o {
		return func(string) bool { return v == o }
	}
	since := verdict.Compare(o.book, v.book)
	return func(target string) bool {
		t, known := v.catalog.Target(target)
		u, before := o.catalog.Target(target)
		return known && before && since.Spares(u, t)
	}
}

// writeTargets writes what changes with time: what time it is, whether it is a working
// day, and the states of targets.
func writeTargets(states []verdict.State, c *catalog.Catalog, now time.Time) []byte {
	labels := make([][]byte, len(states))
	for i := range states {
		labels[i] = appendLabels(nil, metric.TargetLabels(&states[i]))
	}
	var b []byte
	b = appendHead(b, metric.Now)
	b = appendSample(b, metric.Now, nil, float64(now.Unix()))
	b = appendHead(b, metric.WorkingDay)
	b = appendSample(b, metric.WorkingDay, nil, metric.Bit(c.WorkingDay(figure.DayAt(now.In(c.Location())))))
	b = appendHead(b, metric.TargetInfo)
	for i := range states {
		b = appendSample(b, metric.TargetInfo, appendLabels(nil, metric.TargetInfoLabels(&states[i])), 1)
	}
	b = appendHead(b, metric.TargetSentence)
	for i := range states {
		b = appendSample(b, metric.TargetSentence, appendLabels(nil, metric.TargetSentenceLabels(&states[i], verdict.Sentence(states[i]))), 1)
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
		for _, verdict := range verdict.Verdicts() {
			b = appendSample(b, metric.TargetVerdict, appendLabels(nil, metric.VerdictLabels(&states[i], verdict)), metric.Bit(states[i].Verdict == verdict))
		}
	}
	b = appendHead(b, metric.TargetRegressed)
	for i := range states {
		b = appendSample(b, metric.TargetRegressed, labels[i], metric.Bit(states[i].Regressed != lang.Text{}))
	}
	return b
}
