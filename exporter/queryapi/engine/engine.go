// Package engine answers PromQL by Prometheus' own engine, within the memory
// and the time that there are, and over ranges faster than it: figures change
// once a period, and charts ask for every day of ten years.
//
// Its files, each of which uses only those after it:
//
//	engine.go      a query, in the engine for small ones or that for large ones
//	changes.go     where the series of a range query change
//	held.go        an answer that stands until the next change
//	parser.go      Prometheus' parser, which refuses more
//	answerable.go  whether an expression can be answered within bounds
//	words.go       whether a query is small enough to be parsed
//	queue.go       who waits for whom
//	bounds.go      the bounds
package engine

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

// maxLarge is how many large queries may wait for their turn.
const maxLarge = 100

// Engine is Prometheus' engine twice: once for the many queries that hold
// little, of which many run side by side, and once for those that turn out to
// hold more, which run one at a time. So a large answer has most of the memory,
// and all answers together have no more than there is. Large queries leave
// their places to the small ones: however many wait for their turn, small ones
// are answered.
type Engine struct {
	small, large tier
	alone        *Queue // of those for the large one
	data         storage.Queryable
}

// tier is an engine, and how many samples a query may hold in it.
type tier struct {
	*promql.Engine
	samples int
}

// Options say what an Engine asks, and how much a query may take.
type Options struct {
	Data         storage.Queryable
	Parser       parser.Parser
	Small, Large int // samples that one of many queries may hold, and the one large query
	Timeout      time.Duration
	Logger       *slog.Logger
}

// New makes an Engine.
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

// Request is what is asked.
type Request struct {
	Text     string
	From, To time.Time
	Step     time.Duration // zero: at the one moment From
	Lookback time.Duration // zero: as far as a value stands
	Whole    bool          // the answer is to have all its points, and none is to be a Held
}

// Query is a request that was read and can be answered.
type Query struct {
	Request
	engine *Engine
	turn   *Turn // among the large queries

	// As it is evaluated: at first in the small engine.
	tier    tier
	running promql.Query // nil when it is closed
	stmt    *parser.EvalStmt
	over    span
	found   *selected // its series where they change, once they are selected for that
}

// Query reads a request. Its errors are about the text of the query.
func (e *Engine) Query(ctx context.Context, r Request) (*Query, error) {
	q := &Query{Request: r, engine: e}
	if err := q.begin(ctx, e.small); err != nil {
		return nil, err
	}
	return q, nil
}

// begin has the request read by an engine.
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
	// Who asks does not see more steps than fit into 292 years.
	if q.endless() && (to-from)/interval > maxSteps {
		return fmt.Errorf("exceeded maximum resolution of %d points per timeseries. Try decreasing the query resolution (?step=XX)", maxSteps)
	}
	q.over = span{to - from, (to-from)/max(interval, 1) + 1}
	if interval < 1 {
		return nil
	}
	return q.over.check(q.stmt.Expr, math.Inf(1))
}

// endless tells whether a range is longer than a duration can say.
func (q *Query) endless() bool { return q.To.Sub(q.From) == math.MaxInt64 }

// Exec evaluates the query: in the small engine, and if it holds too much for
// that in the large one, when it is its turn.
func (q *Query) Exec(ctx context.Context) *promql.Result {
	result := q.bounded(ctx)
	if !errors.As(result.Err, new(promql.ErrTooManySamples)) || q.engine.large.samples <= q.tier.samples {
		return result
	}
	q.release() // who waits holds nothing, and keeps nobody waiting
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

// bounded evaluates the query in its engine, and sees that its series and its
// answer have room too: the engine counts samples, and neither labels nor the
// text of an answer.
func (q *Query) bounded(ctx context.Context) *promql.Result {
	samples := q.tier.samples
	if q.over.check(q.stmt.Expr, float64(samples)) != nil { // the engine counts steps of subqueries only when it has room for all
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

// evaluateChanges evaluates a range query where something changes. The engine
// has read it for its real steps, and is told of others before it evaluates it.
func (q *Query) evaluateChanges(ctx context.Context) *promql.Result {
	s := steps{from: q.From.UnixMilli(), interval: q.Step.Milliseconds()} // milliseconds are what the engine counts in
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

// Querier gives Prometheus' engine its series: those that were selected where
// they change, or any.
func (q *Query) Querier(from, to int64) (storage.Querier, error) {
	if q.found != nil {
		return selectedQuerier{sets: q.found.sets}, nil
	}
	return q.engine.data.Querier(from, to)
}

// Stats are those of the evaluation.
func (q *Query) Stats() *stats.Statistics { return q.running.Stats() }

// Close frees what the query holds, when its answer is written.
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
