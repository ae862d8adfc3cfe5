package eval

import (
	"context"
	"errors"
	"math"
	"slices"

	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/model/value"
	"github.com/prometheus/prometheus/promql"
	"github.com/prometheus/prometheus/promql/parser"
	"github.com/prometheus/prometheus/storage"

	"github.com/tidemark-stats/tidemark/exporter/queryapi/series"
)

// An expression of instant selectors can change only at steps at which one of
// its series has changed, so the engine evaluates only those steps. It is told
// that they are a millisecond apart, and each result holds until the next.
//
// Expressions that depend on time itself (ranges, offsets, @, time()) are
// evaluated by the engine as usual.

// timeless reports whether an expression depends on time only through its
// instant selectors.
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

// timelessFunctions return the same at any time for the same values.
var timelessFunctions = []string{"abs", "absent", "acos", "acosh", "asin", "asinh", "atan", "atanh", "ceil", "clamp", "clamp_max", "clamp_min",
	"cos", "cosh", "deg", "exp", "floor", "label_join", "label_replace", "ln", "log10", "log2", "pi", "rad", "round", "scalar", "sgn", "sin", "sinh",
	"sort", "sort_by_label", "sort_by_label_desc", "sort_desc", "sqrt", "tan", "tanh", "vector"}

// find selects the series of every selector, once.
func find(ctx context.Context, in storage.Queryable, expr parser.Expr, s steps) (*selected, error) {
	from, to := s.from, s.at(s.count-1)
	data, err := in.Querier(from-series.Forever.Milliseconds(), to)
	if err != nil {
		return nil, promql.ErrStorage{Err: err}
	}
	found := &selected{steps: s, sets: map[string][]*series.Series{}}
	hints := &storage.SelectHints{Start: from - series.Forever.Milliseconds() + 1, End: to, Step: s.interval}
	parser.Inspect(expr, func(node parser.Node, _ []parser.Node) error {
		n, ok := node.(*parser.VectorSelector)
		if !ok || err != nil {
			return nil
		}
		key := series.Key(n.LabelMatchers)
		if _, known := found.sets[key]; known {
			return nil
		}
		found.sets[key], err = collect(data.Select(ctx, false, hints, n.LabelMatchers...))
		return err
	})
	switch {
	case ctx.Err() != nil:
		return nil, series.Ended(ctx, "expression evaluation")
	case errors.As(err, new(promql.ErrTooManySamples)):
		return nil, err
	case err != nil:
		return nil, promql.ErrStorage{Err: err}
	}
	return found, nil
}

// collect appends the series of a set.
func collect(set storage.SeriesSet) (all []*series.Series, err error) {
	for set.Next() {
		all = append(all, set.At().(*series.Series)) // package series makes no other type
	}
	return all, set.Err()
}

// selected is the series of a query's selectors, by their matchers. The engine
// gets them on the axis of changes.
type selected struct {
	steps steps
	sets  map[string][]*series.Series
}

// changes are the steps, in order, at which a series differs from the step
// before. The first and the last step are always included, so that the engine
// evaluates a range wherever the query is one.
func (s *selected) changes() []int {
	is := make([]bool, s.steps.count)
	is[0], is[len(is)-1] = true, true
	for _, set := range s.sets {
		for _, one := range set {
			for i := range one.Samples {
				if i > 0 && math.Float64bits(one.Samples[i].Value) == math.Float64bits(one.Samples[i-1].Value) {
					continue
				}
				if n := s.steps.since(one.Samples[i].At); n < len(is) {
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
// which there is a value, up to as many as a query may hold.
func (s *selected) onto(ctx context.Context, changes []int, limit int) error {
	for key, set := range s.sets {
		moved := make([]*series.Series, len(set))
		for i, one := range set {
			moved[i] = series.New(one.Labels(), nil)
			next, now := 0, series.StaleMarker
			for k, n := range changes {
				for at := s.steps.at(n); next < len(one.Samples) && one.Samples[next].At <= at; next++ {
					now = one.Samples[next].Value
				}
				if !value.IsStaleNaN(now) {
					moved[i].Samples = append(moved[i].Samples, series.Sample{At: int64(k), Value: now})
				}
			}
			limit -= len(moved[i].Samples)
			switch {
			case limit < 0:
				return promql.ErrTooManySamples("query execution")
			case ctx.Err() != nil:
				return series.Ended(ctx, "query execution")
			}
		}
		s.sets[key] = moved
	}
	return nil
}

// selectedQuerier answers a query from the series that were already selected.
type selectedQuerier struct {
	storage.LabelQuerier // no query asks for labels
	sets                 map[string][]*series.Series
}

// Select returns the series that were selected by the same matchers.
func (q selectedQuerier) Select(_ context.Context, _ bool, _ *storage.SelectHints, matchers ...*labels.Matcher) storage.SeriesSet {
	return &series.Set{All: q.sets[series.Key(matchers)]}
}

// Close does nothing: there is nothing to close.
func (q selectedQuerier) Close() error { return nil }
