package promapi

import (
	"context"
	"errors"
	"time"

	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/promql"
	"github.com/prometheus/prometheus/promql/parser"
	"github.com/prometheus/prometheus/storage"
)

// boundQuery is a query whose series and answer must have room too: the engine
// counts samples, and neither labels nor the text of an answer.
type boundQuery struct {
	promql.Query
	samples int // that it may hold
	expr    parser.Expr
	over    span
}

// Exec evaluates the query.
func (b boundQuery) Exec(ctx context.Context) *promql.Result {
	if b.over.check(b.expr, float64(b.samples)) != nil { // the engine counts steps of subqueries only when it has room for all
		return &promql.Result{Err: tooManySamples("subquery", b.samples)}
	}
	result := b.Query.Exec(withRoom(ctx, b.samples, samplesPerSeries+rewritten(b.expr)/bytesPerSample))
	var many promql.ErrTooManySamples
	switch {
	case errors.As(result.Err, &many):
		result.Err = tooManySamples(string(many), b.samples)
	case result.Err == nil && lengthOf(result.Value) > b.samples*bytesPerSample:
		result.Err = tooManySamples("the answer", b.samples)
	}
	return result
}

// lengthOf is about how many bytes an answer has.
func lengthOf(answer parser.Value) (n int) {
	const punctuation, number = 16, 48 // of a label, of a point
	size := func(l labels.Labels, points int) int { return int(l.ByteSize()) + l.Len()*punctuation + points*number }
	switch v := answer.(type) {
	case promql.Vector:
		for i := range v {
			n += size(v[i].Metric, 1)
		}
	case promql.Matrix:
		for i := range v {
			n += size(v[i].Metric, len(v[i].Floats))
		}
	case heldMatrix:
		for i := range v.series {
			n += size(v.series[i].Metric, 0)
		}
		n += v.points() * number
	}
	return n
}

// tiers are two engines: one for the many queries that hold little, of which
// many run side by side, and one for those that turn out to hold more, which
// run one at a time. So a large answer has most of the memory, and all answers
// together have no more than there is. Large queries leave their places to the
// small ones: however many wait for their turn, small ones are answered.
type tiers struct {
	small, large *stepwise
	alone        *queue // of those for the large one
}

// NewInstantQuery makes a query at one moment.
func (t *tiers) NewInstantQuery(ctx context.Context, q storage.Queryable, opts promql.QueryOpts, text string, at time.Time) (promql.Query, error) {
	return t.query(func(e *stepwise) (promql.Query, error) { return e.NewInstantQuery(ctx, q, opts, text, at) })
}

// NewRangeQuery makes a query over a range.
func (t *tiers) NewRangeQuery(ctx context.Context, q storage.Queryable, opts promql.QueryOpts, text string, from, to time.Time, interval time.Duration) (promql.Query, error) {
	return t.query(func(e *stepwise) (promql.Query, error) {
		return e.NewRangeQuery(ctx, q, opts, text, from, to, interval)
	})
}

func (t *tiers) query(in func(*stepwise) (promql.Query, error)) (promql.Query, error) {
	query, err := in(t.small)
	if err != nil {
		return nil, err
	}
	return &tieredQuery{Query: query, tiers: t, in: in}, nil
}

// tieredQuery is evaluated in the small engine, and if it holds too much for
// that in the large one.
type tieredQuery struct {
	promql.Query
	tiers *tiers
	in    func(*stepwise) (promql.Query, error)
	large *turn
}

// Exec evaluates the query.
func (q *tieredQuery) Exec(ctx context.Context) *promql.Result {
	result := q.Query.Exec(ctx)
	var many promql.ErrTooManySamples
	if !errors.As(result.Err, &many) || q.tiers.large.samples <= q.tiers.small.samples {
		return result
	}
	q.Query.Close() // who waits holds nothing, and keeps nobody waiting
	q.Query = nil
	turnOf(ctx).leave()
	large, err := q.tiers.alone.enter(ctx)
	if err != nil {
		return &promql.Result{Err: err}
	}
	q.large = large
	query, err := q.in(q.tiers.large)
	if err != nil {
		return &promql.Result{Err: err}
	}
	q.Query = query
	return q.Query.Exec(ctx)
}

// Close frees what the query holds. It is called when the answer is written.
func (q *tieredQuery) Close() {
	if q.Query != nil {
		q.Query.Close()
	}
	q.large.leave()
}
