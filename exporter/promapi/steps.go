package promapi

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"time"

	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/model/value"
	"github.com/prometheus/prometheus/promql"
	"github.com/prometheus/prometheus/promql/parser"
	"github.com/prometheus/prometheus/storage"
	"github.com/prometheus/prometheus/tsdb/chunkenc"
	"github.com/prometheus/prometheus/util/stats"
)

// stepwise is Prometheus' engine, which it asks less often: figures change once
// a period, and charts ask for every day of ten years. What an expression of
// instant selectors gives can change only at steps at which one of its series
// has changed, so the engine evaluates those and no others. It is told that
// they are a millisecond apart, and its answers are held until the next.
//
// Whatever looks at time itself (ranges, offsets, @, time()) is left to the
// engine as it is.
type stepwise struct {
	*promql.Engine
	parse   parser.Parser
	samples int // that a query may hold
}

// NewInstantQuery makes a query at one moment.
func (e *stepwise) NewInstantQuery(ctx context.Context, q storage.Queryable, opts promql.QueryOpts, text string, at time.Time) (promql.Query, error) {
	query, err := e.Engine.NewInstantQuery(ctx, q, opts, text, at)
	if err != nil {
		return nil, err
	}
	expr, err := e.parse.ParseExpr(text)
	if err != nil {
		return nil, err
	}
	return boundQuery{query, e.samples, expr, span{steps: 1}}, nil
}

// NewRangeQuery makes a query over a range.
func (e *stepwise) NewRangeQuery(ctx context.Context, q storage.Queryable, opts promql.QueryOpts, text string, from, to time.Time, interval time.Duration) (promql.Query, error) {
	whole, err := e.Engine.NewRangeQuery(ctx, q, opts, text, from, to, interval)
	if err != nil {
		return nil, err
	}
	s := steps{from: from.UnixMilli(), interval: interval.Milliseconds()} // milliseconds are what the engine counts in
	// Prometheus' handler does not see more steps than fit into 292 years.
	if to.Sub(from) == math.MaxInt64 && (float64(to.UnixMilli())-float64(s.from))/float64(s.interval) > maxSteps {
		return nil, fmt.Errorf("exceeded maximum resolution of %d points per timeseries. Try decreasing the query resolution (?step=XX)", maxSteps)
	}
	expr, err := e.parse.ParseExpr(text)
	if err != nil {
		return nil, err
	}
	length := float64(to.UnixMilli()) - float64(s.from)
	over := span{length, length/max(float64(s.interval), 1) + 1}
	if err := over.check(expr, math.Inf(1)); err != nil && s.interval >= 1 {
		return nil, err
	}
	if ctx.Value(wholeKey{}) != nil || opts != nil && opts.LookbackDelta() != 0 ||
		!timeless(expr) || s.interval < 1 || to.Before(from) || to.Sub(from) == math.MaxInt64 {
		return boundQuery{whole, e.samples, expr, over}, nil // of what it refuses the engine says why
	}
	s.count = int((to.UnixMilli()-s.from)/s.interval) + 1
	return boundQuery{&heldQuery{Query: whole, engine: e, data: q, text: text, expr: expr, steps: s}, e.samples, expr, over}, nil
}

// ended says, in the engine's words, why a query went no further than where.
func ended(ctx context.Context, where string) error {
	if errors.Is(ctx.Err(), context.DeadlineExceeded) {
		return promql.ErrQueryTimeout(where)
	}
	return promql.ErrQueryCanceled(where)
}

// steps are the moments of a range query.
type steps struct {
	from, interval int64 // milliseconds
	count          int
}

func (s steps) at(n int) int64 { return s.from + int64(n)*s.interval }

// since is the first step at or after t, which may lie beyond the last.
func (s steps) since(t int64) int {
	if t <= s.from {
		return 0
	}
	return int((t - s.from + s.interval - 1) / s.interval)
}

// timeless tells whether an expression depends on time through its instant
// selectors alone.
func timeless(expr parser.Expr) bool {
	ok := true
	parser.Inspect(expr, func(node parser.Node, _ []parser.Node) error {
		switch n := node.(type) {
		case *parser.MatrixSelector, *parser.SubqueryExpr:
			ok = false
		case *parser.VectorSelector:
			ok = ok && n.OriginalOffset == 0 && n.OriginalOffsetExpr == nil && n.Timestamp == nil && n.StartOrEnd == 0 && !n.Anchored && !n.Smoothed
		case *parser.Call:
			ok = ok && slices.Contains(timelessFunctions, n.Func.Name)
		}
		return nil
	})
	return ok
}

// timelessFunctions give the same at any time for the same values.
var timelessFunctions = []string{"abs", "absent", "acos", "acosh", "asin", "asinh", "atan", "atanh", "ceil", "clamp", "clamp_max", "clamp_min",
	"cos", "cosh", "deg", "exp", "floor", "label_join", "label_replace", "ln", "log10", "log2", "pi", "rad", "round", "scalar", "sgn", "sin", "sinh",
	"sort", "sort_by_label", "sort_by_label_desc", "sort_desc", "sqrt", "tan", "tanh", "vector"}

// heldQuery is a range query that is evaluated where something changes.
type heldQuery struct {
	promql.Query // the same, as the engine would evaluate it
	engine       *stepwise
	data         storage.Queryable
	text         string
	expr         parser.Expr
	steps        steps

	fewer  promql.Query // the one that is evaluated, once it is
	buffer *buffer      // of its answer
}

// Exec evaluates the query.
func (h *heldQuery) Exec(ctx context.Context) *promql.Result {
	found, err := h.find(ctx)
	if err != nil {
		return &promql.Result{Err: err}
	}
	changes := found.changes()
	if err := found.onto(ctx, changes, h.engine.samples); err != nil {
		return &promql.Result{Err: err}
	}
	first, last := time.UnixMilli(0), time.UnixMilli(int64(len(changes)-1))
	h.fewer, err = h.engine.Engine.NewRangeQuery(ctx, found, promql.NewPrometheusQueryOpts(false, time.Millisecond), h.text, first, last, time.Millisecond)
	if err != nil {
		return &promql.Result{Err: err}
	}
	result := h.fewer.Exec(ctx)
	matrix, ok := result.Value.(promql.Matrix)
	if result.Err != nil || !ok {
		return result
	}
	h.buffer = buffers.Get().(*buffer)
	answer := heldMatrix{series: matrix, changes: changes, steps: h.steps, buffer: h.buffer}
	if answer.points() > h.engine.samples {
		result.Err = promql.ErrTooManySamples("query execution")
		return result
	}
	result.Value = answer
	return result
}

// Close frees what both queries hold. It is called when the answer is written.
func (h *heldQuery) Close() {
	if h.buffer != nil {
		buffers.Put(h.buffer)
		h.buffer = nil
	}
	if h.fewer != nil {
		h.fewer.Close()
	}
	h.Query.Close()
}

// Stats are those of the query that was evaluated.
func (h *heldQuery) Stats() *stats.Statistics {
	if h.fewer != nil {
		return h.fewer.Stats()
	}
	return h.Query.Stats()
}

// Cancel ends the evaluation.
func (h *heldQuery) Cancel() {
	if h.fewer != nil {
		h.fewer.Cancel()
	}
	h.Query.Cancel()
}

// find selects the series of every selector, once.
func (h *heldQuery) find(ctx context.Context) (*selected, error) {
	from, to := h.steps.from, h.steps.at(h.steps.count-1)
	q, err := h.data.Querier(from-forever.Milliseconds(), to)
	if err != nil {
		return nil, promql.ErrStorage{Err: err}
	}
	found := &selected{steps: h.steps, sets: map[string][]*series{}}
	hints := &storage.SelectHints{Start: from - forever.Milliseconds() + 1, End: to, Step: h.steps.interval}
	parser.Inspect(h.expr, func(node parser.Node, _ []parser.Node) error {
		n, ok := node.(*parser.VectorSelector)
		if !ok || err != nil {
			return nil
		}
		key := matchersKey(n.LabelMatchers)
		if _, known := found.sets[key]; known {
			return nil
		}
		found.sets[key], err = collect(q.Select(ctx, false, hints, n.LabelMatchers...))
		return err
	})
	switch {
	case ctx.Err() != nil:
		return nil, ended(ctx, "expression evaluation")
	case errors.As(err, new(promql.ErrTooManySamples)):
		return nil, err
	case err != nil:
		return nil, promql.ErrStorage{Err: err}
	}
	return found, nil
}

// collect takes the series of a set, whose points are all in memory.
func collect(set storage.SeriesSet) (all []*series, err error) {
	var it chunkenc.Iterator
	for set.Next() {
		at := set.At()
		if own, ok := at.(*series); ok {
			all = append(all, own)
			continue
		}
		s := &series{labels: at.Labels()}
		for it = at.Iterator(it); it.Next() == chunkenc.ValFloat; {
			t, v := it.At()
			s.points = append(s.points, point{t, v})
		}
		all = append(all, s)
	}
	return all, set.Err()
}

// selected is the series of a query's selectors, by what they match. It is
// also the storage from which the engine takes them, on the axis of changes.
type selected struct {
	steps steps
	sets  map[string][]*series
}

// changes are the steps, in order, at which a series is not what it was at the
// step before. The first always is one, and the last, so that the engine sees a
// range where there is one.
func (s *selected) changes() []int {
	is := make([]bool, s.steps.count)
	is[0], is[len(is)-1] = true, true
	for _, set := range s.sets {
		for _, one := range set {
			for i := range one.points {
				if i > 0 && math.Float64bits(one.points[i].v) == math.Float64bits(one.points[i-1].v) {
					continue
				}
				if n := s.steps.since(one.points[i].t); n < len(is) {
					is[n] = true
				}
			}
		}
	}
	var all []int
	for n, changed := range is {
		if changed {
			all = append(all, n)
		}
	}
	return all
}

// onto puts the series on the axis of changes: a point for every change at
// which there is a value, as many as a query may hold.
func (s *selected) onto(ctx context.Context, changes []int, limit int) error {
	for key, set := range s.sets {
		moved := make([]*series, len(set))
		for i, one := range set {
			moved[i] = &series{labels: one.labels}
			next, now := 0, staleMarker
			for k, n := range changes {
				for at := s.steps.at(n); next < len(one.points) && one.points[next].t <= at; next++ {
					now = one.points[next].v
				}
				if !value.IsStaleNaN(now) {
					moved[i].points = append(moved[i].points, point{int64(k), now})
				}
			}
			limit -= len(moved[i].points)
			switch {
			case limit < 0:
				return promql.ErrTooManySamples("query execution")
			case ctx.Err() != nil:
				return ended(ctx, "query execution")
			}
		}
		s.sets[key] = moved
	}
	return nil
}

// Querier gives the series that were selected.
func (s *selected) Querier(int64, int64) (storage.Querier, error) {
	return selectedQuerier{sets: s.sets}, nil
}

// selectedQuerier answers a query that asks for nothing but what was selected.
type selectedQuerier struct {
	storage.LabelQuerier // no query asks for labels
	sets                 map[string][]*series
}

// Select gives the series that were selected by the same matchers.
func (q selectedQuerier) Select(_ context.Context, _ bool, _ *storage.SelectHints, matchers ...*labels.Matcher) storage.SeriesSet {
	return &seriesSet{all: q.sets[matchersKey(matchers)]}
}

// Close has nothing to close.
func (q selectedQuerier) Close() error { return nil }
