package promapi

import (
	"context"
	"slices"
	"time"

	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/storage"
	"github.com/prometheus/prometheus/util/annotations"

	"github.com/tidemark-stats/tidemark/exporter/metric"
)

// querier makes series of one snapshot.
type querier struct {
	*snapshot
	reader   reader
	now      time.Time
	from, to int64 // milliseconds since 1970
}

// Select gives the series that match, in the order of their labels.
func (q *querier) Select(ctx context.Context, _ bool, hints *storage.SelectHints, matchers ...*labels.Matcher) storage.SeriesSet {
	sel, err := q.selection(ctx, hints, matchers)
	if err != nil {
		return storage.ErrSeriesSet(err)
	}
	from, to := q.from, q.to
	if hints != nil {
		from, to = hints.Start, hints.End
	}
	lists := hints != nil && hints.Func == listing
	set, room := &seriesSet{}, roomOf(ctx)
	var full context.CancelFunc
	sel.ctx, full = context.WithCancel(ctx)
	defer full()
	builder := labels.NewScratchBuilder(12)
	q.each(sel, func(name string, pairs metric.Labels, points func() []point) {
		if sel.ctx.Err() != nil {
			return
		}
		all := points()
		if lists {
			all = all[:min(len(all), 1)]
		} else {
			all = within(all, from, to)
		}
		switch {
		case len(all) == 0:
		case !room.take(len(all)):
			full() // nobody will see the rest
		default:
			set.all = append(set.all, &series{sel.labels(&builder, name, pairs), all})
		}
		if lists && hints.Limit > 0 && len(set.all) >= hints.Limit {
			full()
		}
	})
	switch {
	case room.over():
		return storage.ErrSeriesSet(tooManySamples("series selection", room.limit))
	case ctx.Err() != nil: // the series are not all there
		return storage.ErrSeriesSet(ended(ctx, "series selection"))
	}
	slices.SortFunc(set.all, func(a, b *series) int { return labels.Compare(a.labels, b.labels) })
	return set
}

// each passes the series that match, of every family that does.
func (q *querier) each(sel *selection, yield func(name string, pairs metric.Labels, points func() []point)) {
	for _, f := range families() {
		if !sel.wants(metricName, f.Name) || sel.ctx.Err() != nil {
			continue
		}
		f.each(q.snapshot, sel, func(pairs metric.Labels, points func() []point) {
			if sel.matches(f.Name, pairs) {
				yield(f.Name, pairs, points)
			}
		})
	}
}

// LabelValues gives the values of a label among the series that match.
func (q *querier) LabelValues(ctx context.Context, name string, _ *storage.LabelHints, matchers ...*labels.Matcher) ([]string, annotations.Annotations, error) {
	sel, err := q.selection(ctx, nil, matchers)
	if err != nil {
		return nil, nil, err
	}
	switch name {
	case scaleLabel:
		return []string{scaleDisplay}, nil, nil
	case asOfLabel:
		return q.publicationDays(sel), nil, nil
	}
	sel.list = name
	all := func() []string { return q.findValues(sel, name) }
	if sel.plain() && slices.Contains(q.labelNames(), name) {
		sel.ctx = context.WithoutCancel(ctx) // half an answer must not be kept
		return slices.Clone(q.values.get(valuesKey{name, matchersKey(sel.rest)}, all)), nil, nil
	}
	return all(), nil, ctx.Err()
}

func (q *querier) findValues(sel *selection, name string) []string {
	found := map[string]struct{}{}
	q.each(sel, func(family string, pairs metric.Labels, _ func() []point) {
		if name == metricName {
			found[family] = struct{}{}
		} else if v := labelOf(pairs, name); v != "" {
			found[v] = struct{}{}
		}
	})
	return sorted(found)
}

// LabelNames gives the names of the labels of the series that match.
func (q *querier) LabelNames(ctx context.Context, _ *storage.LabelHints, matchers ...*labels.Matcher) ([]string, annotations.Annotations, error) {
	sel, err := q.selection(ctx, nil, matchers)
	if err != nil {
		return nil, nil, err
	}
	sel.list = metricName
	all := func() []string { return q.findNames(sel) }
	if sel.plain() {
		sel.ctx = context.WithoutCancel(ctx)
		return slices.Clone(q.values.get(valuesKey{"", matchersKey(sel.rest)}, all)), nil, nil
	}
	return all(), nil, ctx.Err()
}

// labelNames are all names there are.
func (q *querier) labelNames() []string {
	return q.values.get(valuesKey{}, func() []string {
		return q.findNames(&selection{ctx: context.Background(), now: q.now, list: metricName})
	})
}

func (q *querier) findNames(sel *selection) []string {
	found := map[string]struct{}{}
	done := map[string]bool{} // all series of a family have the same
	q.each(sel, func(family string, pairs metric.Labels, _ func() []point) {
		if !done[family] {
			done[family] = true
			for i := 0; i < len(pairs); i += 2 {
				found[pairs[i]] = struct{}{}
			}
			for _, name := range []string{metricName, asOfLabel, scaleLabel} {
				found[name] = struct{}{}
			}
		}
	})
	return sorted(found)
}

// Close has nothing to close.
func (q *querier) Close() error { return nil }

// chunkQuerier packs what a querier gives.
type chunkQuerier struct{ storage.Querier }

// Select gives the series that match, in chunks.
func (q chunkQuerier) Select(ctx context.Context, sort bool, hints *storage.SelectHints, matchers ...*labels.Matcher) storage.ChunkSeriesSet {
	return storage.NewSeriesSetToChunkSet(q.Querier.Select(ctx, sort, hints, matchers...))
}

// valuesKey is a question about the values of a label; without a label, about
// the names of labels.
type valuesKey struct{ label, matchers string }

func matchersKey(matchers []*labels.Matcher) string {
	var b []byte
	for _, m := range matchers {
		b = append(b, m.String()...)
		b = append(b, ',')
	}
	return string(b)
}

func sorted(set map[string]struct{}) []string {
	all := make([]string, 0, len(set))
	for v := range set {
		all = append(all, v)
	}
	slices.Sort(all)
	return all
}
