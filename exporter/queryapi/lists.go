package queryapi

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"runtime"
	"runtime/debug"
	"slices"
	"strconv"
	"strings"

	"github.com/prometheus/common/model"
	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/storage"
	"github.com/prometheus/prometheus/util/annotations"

	"github.com/tidemark-stats/tidemark/exporter/queryapi/series"
)

// list is a request for one of the lists.
type list struct {
	limit    int // 0: all
	from, to int64
	sets     [][]*labels.Matcher // of match[]; empty: everything
}

// listOf reads the parameters that the lists share, except match[].
func listOf(r *http.Request) (l list, bad *failure) {
	var err error
	if l.limit, err = limitOf(r); err != nil {
		return l, invalid("limit", err)
	}
	start, err := timeOf(r, "start", minTime)
	if err != nil {
		return l, invalid("start", err)
	}
	end, err := timeOf(r, "end", maxTime)
	if err != nil {
		return l, invalid("end", err)
	}
	l.from, l.to = start.UnixMilli(), end.UnixMilli()
	return l, nil
}

// selectors reads match[]. Each must have a matcher that does not match
// everything.
func (a *api) selectors(r *http.Request) ([][]*labels.Matcher, error) {
	sets, err := a.parser.ParseMetricSelectors(r.Form["match[]"])
	if err != nil {
		return nil, err
	}
	for _, set := range sets {
		if !slices.ContainsFunc(set, func(m *labels.Matcher) bool { return !m.Matches("") }) {
			return nil, errors.New("match[] must contain at least one non-empty matcher")
		}
	}
	return sets, nil
}

// series lists the labels of the matching series.
func (a *api) series(r *http.Request) response {
	if len(r.Form["match[]"]) == 0 {
		return failed(badData, errors.New("no match[] parameter provided"))
	}
	l, bad := listOf(r)
	if bad != nil {
		return response{failure: bad}
	}
	var err error
	if l.sets, err = a.selectors(r); err != nil {
		return refused("match[]", err)
	}
	q, err := a.data.Querier(l.from, l.to)
	if err != nil {
		return response{failure: failureOf(err)}
	}
	hints := &storage.SelectHints{Start: l.from, End: l.to, Func: series.Listing}
	if l.limit > 0 {
		hints.Limit = l.limit + 1 // one more, to see whether the list is truncated
	}
	set := q.Select(r.Context(), true, hints, l.sets[0]...)
	if len(l.sets) > 1 {
		sets := []storage.SeriesSet{set}
		for _, matchers := range l.sets[1:] {
			sets = append(sets, q.Select(r.Context(), true, hints, matchers...))
		}
		set = storage.NewMergeSeriesSet(sets, 0, storage.ChainedSeriesMerge)
	}
	found := []labels.Labels{}
	for set.Next() {
		if l.limit > 0 && len(found) == l.limit {
			return response{data: found, warnings: annotations.New().Add(errTruncated)}
		}
		found = append(found, set.At().Labels())
	}
	if set.Err() != nil {
		return response{failure: failureOf(set.Err())}
	}
	return response{data: found, warnings: set.Warnings()}
}

// labelNames lists the names of labels.
func (a *api) labelNames(r *http.Request) response {
	return a.names(r, func(ctx context.Context, q storage.Querier, set []*labels.Matcher) ([]string, error) {
		names, _, err := q.LabelNames(ctx, nil, set...)
		return names, err
	})
}

// labelValues lists the values of a label.
func (a *api) labelValues(r *http.Request) response {
	name := r.PathValue("name")
	if strings.HasPrefix(name, "U__") {
		name = model.UnescapeName(name, model.ValueEncodingEscaping)
	}
	if !model.UTF8Validation.IsValidLabelName(name) {
		return failed(badData, fmt.Errorf("invalid label name: %q", name))
	}
	return a.names(r, func(ctx context.Context, q storage.Querier, set []*labels.Matcher) ([]string, error) {
		values, _, err := q.LabelValues(ctx, name, nil, set...)
		return values, err
	})
}

// names lists what any of the selectors finds, sorted and without duplicates.
func (a *api) names(r *http.Request, of func(context.Context, storage.Querier, []*labels.Matcher) ([]string, error)) response {
	l, bad := listOf(r)
	if bad != nil {
		return response{failure: bad}
	}
	var err error
	if l.sets, err = a.selectors(r); err != nil {
		return failed(badData, err)
	}
	if len(l.sets) == 0 {
		l.sets = [][]*labels.Matcher{nil}
	}
	q, err := a.data.Querier(l.from, l.to)
	if err != nil {
		return response{failure: failureOf(err)}
	}
	found := []string{}
	for _, set := range l.sets {
		names, err := of(r.Context(), q, set)
		if err != nil {
			return failed(execution, err)
		}
		found = append(found, names...)
	}
	slices.Sort(found)
	found = slices.Compact(found)
	if l.limit > 0 && len(found) > l.limit {
		return response{data: found[:l.limit], warnings: annotations.New().Add(errTruncated)}
	}
	return response{data: found}
}

// metadata lists the types and help texts of metrics.
func metadata(r *http.Request) response {
	limit := -1
	for name, value := range map[string]*int{"limit": &limit, "limit_per_metric": new(int)} { // each metric has only one entry, so limit_per_metric has no effect
		if text := r.FormValue(name); text != "" {
			var err error
			if *value, err = strconv.Atoi(text); err != nil {
				return failed(badData, fmt.Errorf("%s must be a number", name))
			}
		}
	}
	all := object{}
	for _, f := range series.Metrics() {
		if limit >= 0 && len(all) >= limit {
			break
		}
		if metric := r.FormValue("metric"); metric == "" || metric == f.Name {
			all = append(all, member{f.Name, []any{object{{"type", "gauge"}, {"unit", ""}, {"help", f.Help}}}})
		}
	}
	return response{data: all}
}

// buildinfo returns the version of the Prometheus whose engine answers, because
// clients adapt to that.
func buildinfo(*http.Request) response {
	version := "3"
	if info, ok := debug.ReadBuildInfo(); ok {
		for _, m := range info.Deps {
			if m.Path == "github.com/prometheus/prometheus" {
				version = release(m.Version)
			}
		}
	}
	return response{data: object{{"version", version}, {"revision", ""}, {"branch", ""}, {"buildUser", ""}, {"buildDate", ""}, {"goVersion", runtime.Version()}}}
}

// release is the Prometheus release of its module's version: v0.315.0 is
// 3.15.0, v0.315.1 is 3.15.1.
func release(module string) string {
	var major, minor, patch int
	if n, err := fmt.Sscanf(module, "v0.%1d%2d.%d", &major, &minor, &patch); n != 3 || err != nil {
		return strings.TrimPrefix(module, "v")
	}
	return fmt.Sprintf("%d.%d.%d", major, minor, patch)
}
