package queryapi

import (
	"context"
	"errors"
	"fmt"
	"net/http"

	"github.com/prometheus/prometheus/promql"
	"github.com/prometheus/prometheus/promql/parser"
	"github.com/prometheus/prometheus/util/stats"

	"github.com/tidemark-stats/tidemark/exporter/queryapi/eval"
)

// query answers an instant query.
func (a *api) query(r *http.Request) response {
	limit, err := limitOf(r)
	if err != nil {
		return refused("limit", err)
	}
	at, err := timeOf(r, "time", a.now())
	if err != nil {
		return refused("time", err)
	}
	return a.ask(r, eval.Request{From: at, To: at}, limit)
}

// queryRange answers a range query.
func (a *api) queryRange(r *http.Request) response {
	limit, err := limitOf(r)
	if err != nil {
		return refused("limit", err)
	}
	start, err := parseTime(r.FormValue("start"))
	if err != nil {
		return refused("start", err)
	}
	end, err := parseTime(r.FormValue("end"))
	switch {
	case err != nil:
		return refused("end", err)
	case end.Before(start):
		return refused("end", errors.New("end timestamp must not be before start time"))
	}
	step, err := parseDuration(r.FormValue("step"))
	switch {
	case err != nil:
		return refused("step", err)
	case step <= 0:
		return refused("step", errors.New("zero or negative query resolution step widths are not accepted. Try a positive integer"))
	case end.Sub(start)/step > 11000:
		return failed(badData, errors.New("exceeded maximum resolution of 11,000 points per timeseries. Try decreasing the query resolution (?step=XX)"))
	}
	return a.ask(r, eval.Request{From: start, To: end, Step: step}, limit)
}

// ask answers a query with at most limit series; all when it is 0.
func (a *api) ask(r *http.Request, ask eval.Request, limit int) (answer response) {
	ctx := r.Context()
	if text := r.FormValue("timeout"); text != "" {
		timeout, err := parseDuration(text)
		if err != nil {
			return refused("timeout", err)
		}
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, timeout)
		defer cancel()
	}
	if text := r.FormValue("lookback_delta"); text != "" {
		lookback, err := parseDuration(text)
		if err != nil {
			return failed(badData, fmt.Errorf("error parsing lookback delta duration: %w", err))
		}
		ask.Lookback = max(lookback, 0)
	}
	ask.Text = r.FormValue("query")
	ask.Whole = r.Form.Get("limit") != "" // truncating needs the points
	query, err := a.engine.Query(ctx, ask)
	if err != nil {
		return refused("query", err)
	}
	defer func() {
		if answer.close == nil { // the evaluation panicked
			query.Close()
		}
	}()
	found := query.Exec(ctx)
	if found.Err != nil {
		return response{failure: failureOf(found.Err), close: query.Close}
	}
	warnings := found.Warnings
	value, cut := truncated(found.Value, limit)
	if cut {
		warnings = warnings.Add(errTruncated)
	}
	data := result{value: value}
	if text := r.FormValue("stats"); text != "" {
		if text != "true" && text != "all" {
			warnings = warnings.Add(fmt.Errorf("value %q for parameter \"stats\" is deprecated and will be rejected in the next major release, use %q or %q", text, "true", "all"))
		}
		builtin := stats.NewQueryStats(query.Stats()).Builtin()
		data.stats = &builtin
	}
	return response{data: data, warnings: warnings, close: query.Close}
}

// truncated returns the first series of an answer.
func truncated(value parser.Value, limit int) (parser.Value, bool) {
	if limit == 0 {
		return value, false
	}
	switch v := value.(type) {
	case promql.Matrix:
		if len(v) > limit {
			return v[:limit], true
		}
	case promql.Vector:
		if len(v) > limit {
			return v[:limit], true
		}
	}
	return value, false
}

// formatQuery answers with the query in Prometheus' own format.
func (a *api) formatQuery(r *http.Request) response {
	expr, err := a.parser.ParseExpr(r.FormValue("query"))
	if err != nil {
		return refused("query", err)
	}
	return response{data: expr.Pretty(0)}
}

// parseQuery answers with the query as a tree.
func (a *api) parseQuery(r *http.Request) response {
	expr, err := a.parser.ParseExpr(r.FormValue("query"))
	if err != nil {
		return refused("query", err)
	}
	return response{data: treeOf(expr)}
}
