// Package eval evaluates PromQL with Prometheus' own engine, within the
// available memory and time, and range queries faster than it: figures change
// once per period while charts ask for every day of ten years.
//
// Its files, each of which uses only those below it:
//
//	engine.go      a query, in the engine for small or for large queries
//	changes.go     where the series of a range query change
//	held.go        an answer whose values hold until the next change
//	parser.go      Prometheus' parser with additional checks
//	answerable.go  whether an expression can be evaluated within the limits
//	words.go       whether a query is small enough to be parsed
//	queue.go       queues for the engines
//	bounds.go      the limits
package eval

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math"
	"time"

	"github.com/prometheus/prometheus/promql"
	"github.com/prometheus/prometheus/promql/parser"
	"github.com/prometheus/prometheus/storage"
	"github.com/prometheus/prometheus/util/stats"

	"github.com/tidemark-stats/tidemark/exporter/queryapi/series"
)

// maxLarge is how many large queries may wait.
const maxLarge = 100

// Engine is Prometheus' engine twice: one for the many queries that hold
// little, which run concurrently, and one for those that turn out to hold more,
// which run one at a time. So one large query can have most of the memory, and
// all queries together never exceed it. Large queries release their slots to
// small ones, so small queries are answered no matter how many large ones wait.
type Engine struct {
	small, large tier
	alone        *Queue // the queue for the large engine
	data         storage.Queryable
}

// tier is an engine and how many samples a query may hold in it.
type tier struct {
	*promql.Engine
	samples int
}

// Options say what an Engine queries and how much a query may use.
type Options struct {
	Data         storage.Queryable
	Parser       parser.Parser
	Small, Large int // samples that one of many concurrent queries may hold, and the one large query
	Timeout      time.Duration
	Logger       *slog.Logger
}

// New creates an Engine.
func New(opts Options) *Engine {
	in := func(samples int) tier {
		return tier{samples: samples, Engine: promql.NewEngine(promql.EngineOpts{
			Logger:                   opts.Logger,
			MaxSamples:               samples,
			Timeout:                  opts.Timeout,
			LookbackDelta:            series.Forever,
			NoStepSubqueryIntervalFn: func(int64) int64 { return subqueryStep.Milliseconds() },
			EnableAtModifier:         true,
			EnableNegativeOffset:     true,
			Parser:                   opts.Parser,
		})}
	}
	return &Engine{small: in(opts.Small), large: in(opts.Large), alone: NewQueue(1, maxLarge, "large queries"), data: opts.Data}
}

// Request is a query with its time range.
type Request struct {
	Text     string
	From, To time.Time
	Step     time.Duration // zero: an instant query at From
	Lookback time.Duration // zero: as long as a value is valid
	Whole    bool          // the answer must have all its points and not be a Held
}

// Query is a parsed request that can be evaluated.
type Query struct {
	Request
	engine *Engine
	turn   *Turn // in the queue of large queries

	// How it is evaluated: at first in the small engine.
	tier    tier
	running promql.Query // nil after it is closed
	stmt    *parser.EvalStmt
	over    span
	found   *selected // its series on the axis of changes, once they have been selected
}

// Query parses a request. Its errors are about the text of the query.
func (e *Engine) Query(ctx context.Context, r Request) (*Query, error) {
	q := &Query{Request: r, engine: e}
	if err := q.begin(ctx, e.small); err != nil {
		return nil, err
	}
	return q, nil
}

// begin has an engine parse the request.
func (q *Query) begin(ctx context.Context, in tier) (err error) {
	opts := promql.NewPrometheusQueryOpts(false, q.Lookback)
	q.tier = in
	if q.Step == 0 {
		q.over = span{steps: 1}
		q.running, err = in.NewInstantQuery(ctx, q, opts, q.Text, q.From)
	} else {
		q.running, err = in.NewRangeQuery(ctx, q, opts, q.Text, q.From, q.To, q.Step)
	}
	if err != nil {
		return err
	}
	q.stmt = q.running.Statement().(*parser.EvalStmt)
	if q.Step == 0 {
		return nil
	}
	return q.measure()
}

// measure refuses a range query with too many steps.
func (q *Query) measure() error {
	from, to, interval := float64(q.From.UnixMilli()), float64(q.To.UnixMilli()), float64(q.Step.Milliseconds())
	// The handler's own check counts only the steps within 292 years.
	if q.endless() && (to-from)/interval > maxSteps {
		return fmt.Errorf("exceeded maximum resolution of %d points per timeseries. Try decreasing the query resolution (?step=XX)", maxSteps)
	}
	q.over = span{to - from, (to-from)/max(interval, 1) + 1}
	if interval < 1 {
		return nil
	}
	return q.over.check(q.stmt.Expr, math.Inf(1))
}

// endless reports whether a range is longer than a time.Duration can express.
func (q *Query) endless() bool { return q.To.Sub(q.From) == math.MaxInt64 }

// Exec evaluates the query: in the small engine, or, if it holds too much for
// that, in the large one when its turn comes.
func (q *Query) Exec(ctx context.Context) *promql.Result {
	result := q.bounded(ctx)
	if !errors.As(result.Err, new(promql.ErrTooManySamples)) || q.engine.large.samples <= q.tier.samples {
		return result
	}
	q.release() // a waiting query holds no memory and no slot
	turnOf(ctx).Leave()
	var err error
	if q.turn, err = q.engine.alone.Enter(ctx); err != nil {
		return &promql.Result{Err: err}
	}
	if err := q.begin(ctx, q.engine.large); err != nil {
		return &promql.Result{Err: err}
	}
	return q.bounded(ctx)
}

// bounded evaluates the query in its engine and also checks the memory of its
// series and its answer: the engine counts samples, but neither labels nor the
// text of an answer.
func (q *Query) bounded(ctx context.Context) *promql.Result {
	samples := q.tier.samples
	if q.over.check(q.stmt.Expr, float64(samples)) != nil { // the engine counts the steps of subqueries only after allocating them all
		return &promql.Result{Err: series.TooManySamples("subquery", samples)}
	}
	result := q.evaluate(series.WithRoom(ctx, samples, SamplesPerSeries+rewritten(q.stmt.Expr)/BytesPerSample))
	var many promql.ErrTooManySamples
	switch {
	case errors.As(result.Err, &many):
		result.Err = series.TooManySamples(string(many), samples)
	case result.Err == nil && lengthOf(result.Value) > samples*BytesPerSample:
		result.Err = series.TooManySamples("the answer", samples)
	}
	return result
}

func (q *Query) evaluate(ctx context.Context) *promql.Result {
	if q.Step == 0 || q.Whole || q.Lookback != 0 || q.Step < time.Millisecond || q.endless() || q.To.Before(q.From) ||
		!timeless(q.stmt.Expr) {
		return q.running.Exec(ctx)
	}
	return q.evaluateChanges(ctx)
}

// evaluateChanges evaluates a range query only where something changes. The
// engine has parsed it with its real steps, which are replaced before it
// evaluates them.
func (q *Query) evaluateChanges(ctx context.Context) *promql.Result {
	s := steps{from: q.From.UnixMilli(), interval: q.Step.Milliseconds()} // the engine counts in milliseconds
	s.count = int((q.To.UnixMilli()-s.from)/s.interval) + 1
	found, err := find(ctx, q.engine.data, q.stmt.Expr, s)
	if err != nil {
		return &promql.Result{Err: err}
	}
	changes := found.changes()
	if err := found.onto(ctx, changes, q.tier.samples); err != nil {
		return &promql.Result{Err: err}
	}
	q.found = found
	q.stmt.Start, q.stmt.End = time.UnixMilli(0), time.UnixMilli(int64(len(changes)-1))
	q.stmt.Interval, q.stmt.LookbackDelta = time.Millisecond, time.Millisecond
	result := q.running.Exec(ctx)
	matrix, ok := result.Value.(promql.Matrix)
	if result.Err != nil || !ok {
		return result
	}
	answer := &Held{Series: matrix, changes: changes, steps: s}
	if answer.Points() > q.tier.samples {
		result.Err = promql.ErrTooManySamples("query execution")
		return result
	}
	result.Value = answer
	return result
}

// Querier returns the series for Prometheus' engine: those already selected on
// the axis of changes, or any others.
func (q *Query) Querier(from, to int64) (storage.Querier, error) {
	if q.found != nil {
		return selectedQuerier{sets: q.found.sets}, nil
	}
	return q.engine.data.Querier(from, to)
}

// Stats returns the statistics of the evaluation.
func (q *Query) Stats() *stats.Statistics { return q.running.Stats() }

// Close frees what the query holds; call it once the answer has been written.
func (q *Query) Close() {
	q.release()
	q.turn.Leave()
}

func (q *Query) release() {
	if q.running != nil {
		q.running.Close()
	}
	q.running, q.found = nil, nil
}
