package series

import (
	"cmp"
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
	now      time.Time
	from, to int64 // milliseconds since 1970
}

// Select returns the matching series, ordered by their labels.
func (q *querier) Select(ctx context.Context, _ bool, hints *storage.SelectHints, matchers ...*labels.Matcher) storage.SeriesSet {
	sel, err := q.selection(ctx, hints, matchers)
	if err != nil {
		return storage.ErrSeriesSet(err)
	}
	from, to := q.from, q.to
	if hints != nil {
		from, to = hints.Start, hints.End
	}
	lists := hints != nil && hints.Func == Listing
	most := 0 // series that are listed, 0 for all
	if lists {
		most = max(hints.Limit, 0)
	}
	set, room, held := &Set{}, roomOf(ctx), 0
	var full context.CancelFunc
	sel.ctx, full = context.WithCancel(ctx)
	defer full()
	builder := labels.NewScratchBuilder(12)
	q.each(sel, func(name string, pairs metric.Labels, samples func() []Sample) {
		if sel.ctx.Err() != nil {
			return
		}
		all := samples()
		if lists {
			all = all[:min(len(all), 1)]
		} else {
			all = within(all, from, to)
		}
		if len(all) == 0 {
			return
		}
		if most > 0 && len(set.All)/2 >= most {
			set.keepFirst(most) // in their order, which is not the book's
		}
		if len(set.All) == held {
			held++
			if !room.take(len(all) + long(pairs)) {
				full() // the rest would not be used
				return
			}
		}
		set.All = append(set.All, &Series{sel.labels(&builder, name, pairs), all})
	})
	switch {
	case room.over():
		return storage.ErrSeriesSet(TooManySamples("series selection", room.limit))
	case ctx.Err() != nil: // the series are incomplete
		return storage.ErrSeriesSet(Ended(ctx, "series selection"))
	}
	set.keepFirst(cmp.Or(most, len(set.All)))
	return set
}

// keepFirst orders the series by their labels and keeps the first n.
func (s *Set) keepFirst(n int) {
	slices.SortFunc(s.All, func(a, b *Series) int { return labels.Compare(a.labels, b.labels) })
	s.All = s.All[:min(len(s.All), n)]
}

// selection reads a selector. In the engine's hints the start of an instant
// selector is a whole lookback before the first time queried.
func (q *querier) selection(ctx context.Context, hints *storage.SelectHints, matchers []*labels.Matcher) (*selection, error) {
	m, err := mannerOf(matchers, q.catalog.Location())
	if err != nil {
		return nil, err
	}
	s := &selection{manner: m, ctx: ctx, now: q.now, from: q.from, start: q.from, to: q.to}
	if !m.known.IsZero() && m.known.Before(s.now) {
		s.now = m.known
	}
	if hints != nil {
		s.from, s.start, s.to, s.over = hints.Start, hints.Start, hints.End, hints.Range != 0
		if first := s.from + Forever.Milliseconds() - 1; !s.over && first <= s.to {
			s.from = first
		}
		s.today = !s.over && hints.Step == 0 && s.from == s.to && hints.Func != Listing && q.isNow(s.to)
	}
	return s, nil
}

// presence is how far a queried time may be from now and still mean now: clocks
// differ, dashboards round, and a Prometheus that scrapes the page returns a
// sample for as long.
const presence = 5 * time.Minute

// isNow reports whether a queried time means now: the time that is shown or, because
// clients send their own, the real one.
func (q *querier) isNow(at int64) bool {
	near := func(now time.Time) bool { return time.UnixMilli(at).Sub(now).Abs() <= presence }
	return near(q.now) || near(time.Now())
}

// Listing is the function in the hints of requests that want the existing
// series but none of their samples.
const Listing = "series"

// plain reports whether a selector names one metric or nothing at all, as those
// of variable choosers do: the answers to these few queries are cached.
func (s *selection) plain() bool {
	if !s.known.IsZero() || s.scale != "" || s.basis != "" || len(s.rest) > 1 {
		return false
	}
	for _, m := range s.rest {
		if m.Name != metricName || m.Type != labels.MatchEqual || !isMetric(m.Value) {
			return false
		}
	}
	return true
}

// each passes the matching series of every family that matches.
func (q *querier) each(sel *selection, yield func(name string, pairs metric.Labels, samples func() []Sample)) {
	for _, f := range families() {
		if !sel.wants(metricName, f.Name) || sel.ctx.Err() != nil {
			continue
		}
		f.each(q.snapshot, sel, func(pairs metric.Labels, samples func() []Sample) {
			if sel.matches(f.Name, pairs) {
				yield(f.Name, pairs, samples)
			}
		})
	}
}

// LabelValues returns the values of a label among the matching series.
func (q *querier) LabelValues(ctx context.Context, name string, _ *storage.LabelHints, matchers ...*labels.Matcher) ([]string, annotations.Annotations, error) {
	sel, err := q.selection(ctx, nil, matchers)
	if err != nil {
		return nil, nil, err
	}
	switch name {
	case scaleLabel:
		return slices.Clone(scales), nil, nil
	case basisLabel:
		return basisNames(), nil, nil
	case asOfLabel:
		return q.publicationDays(sel), nil, nil
	}
	sel.list = name
	all := func() []string { return q.findValues(sel, name) }
	if sel.plain() && slices.Contains(q.labelNames(), name) {
		sel.ctx = context.WithoutCancel(ctx) // a partial answer must not be cached
		return slices.Clone(q.values.get(valuesKey{name, Key(sel.rest)}, all)), nil, nil
	}
	return all(), nil, ctx.Err()
}

func (q *querier) findValues(sel *selection, name string) []string {
	found := map[string]struct{}{}
	q.each(sel, func(family string, pairs metric.Labels, _ func() []Sample) {
		if name == metricName {
			found[family] = struct{}{}
		} else if v := labelOf(pairs, name); v != "" {
			found[v] = struct{}{}
		}
	})
	return sorted(found)
}

// LabelNames returns the label names of the matching series.
func (q *querier) LabelNames(ctx context.Context, _ *storage.LabelHints, matchers ...*labels.Matcher) ([]string, annotations.Annotations, error) {
	sel, err := q.selection(ctx, nil, matchers)
	if err != nil {
		return nil, nil, err
	}
	sel.list = metricName
	all := func() []string { return q.findNames(sel) }
	if sel.plain() {
		sel.ctx = context.WithoutCancel(ctx)
		return slices.Clone(q.values.get(valuesKey{"", Key(sel.rest)}, all)), nil, nil
	}
	return all(), nil, ctx.Err()
}

// labelNames returns all label names.
func (q *querier) labelNames() []string {
	return q.values.get(valuesKey{}, func() []string {
		return q.findNames(&selection{ctx: context.Background(), now: q.now, list: metricName})
	})
}

func (q *querier) findNames(sel *selection) []string {
	found := map[string]struct{}{}
	done := map[string]bool{} // all series of a family have the same labels
	q.each(sel, func(family string, pairs metric.Labels, _ func() []Sample) {
		if !done[family] {
			done[family] = true
			for i := 0; i < len(pairs); i += 2 {
				found[pairs[i]] = struct{}{}
			}
			for _, name := range []string{metricName, asOfLabel, scaleLabel, basisLabel} {
				found[name] = struct{}{}
			}
		}
	})
	return sorted(found)
}

// Close does nothing: there is nothing to close.
func (q *querier) Close() error { return nil }

// Key is the same for the same matchers in the same order.
func Key(matchers []*labels.Matcher) string {
	var b []byte
	for _, m := range matchers {
		b = append(b, m.String()...)
		b = append(b, ',')
	}
	return string(b)
}
