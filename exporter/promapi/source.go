package promapi

import (
	"context"
	"net/http"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	jsoniter "github.com/json-iterator/go"
	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/storage"
	"github.com/prometheus/prometheus/util/annotations"
	v1 "github.com/prometheus/prometheus/web/api/v1"

	"github.com/tidemark-stats/tidemark/catalog"
	"github.com/tidemark-stats/tidemark/exporter/book"
	"github.com/tidemark-stats/tidemark/exporter/metric"
)

// source gives queriers of the newest book, in the place of a Prometheus'
// storage.
type source struct {
	catalog *catalog.Catalog
	book    func() *book.Book
	now     func() time.Time
	newest  atomic.Pointer[snapshot]
}

// snapshot is what is known of the newest book.
func (s *source) snapshot() *snapshot {
	b := s.book()
	if b == nil {
		b = new(book.Book)
	}
	known := s.newest.Load()
	if known == nil || known.book != b {
		known = newSnapshot(s.catalog, b)
		s.newest.Store(known)
	}
	return known
}

// Querier answers one query, all of it from the same book.
func (s *source) Querier(from, to int64) (storage.Querier, error) {
	return &querier{snapshot: s.snapshot(), reader: reader{location: s.catalog.Location()}, now: s.now(), from: from, to: to}, nil
}

// ChunkQuerier is a Querier for those who want their samples packed (remote read).
func (s *source) ChunkQuerier(from, to int64) (storage.ChunkQuerier, error) {
	q, err := s.Querier(from, to)
	return chunkQuerier{q}, err
}

// whenLoaded answers 503 until there are figures.
func (s *source) whenLoaded(next http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if s.book() != nil {
			next(w, r)
			return
		}
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(http.StatusServiceUnavailable)
		answer := v1.Response{Status: "error", ErrorType: "unavailable", Error: "the figures are being loaded, see /-/ready"}
		_ = jsoniter.NewEncoder(w).Encode(answer) // who asked has left
	}
}

// querier makes series of one snapshot.
type querier struct {
	*snapshot
	reader   reader
	now      time.Time
	from, to int64 // milliseconds since 1970
}

// selection is what one selector asks of the families.
type selection struct {
	manner
	ctx  context.Context
	now  time.Time // or the moment of as_of, if that is earlier: nothing is judged later
	from int64     // the first moment at which what stands is asked for
	to   int64     // the last
	over bool      // what is asked for is points of a range, not what stands at moments
	list string    // the label whose values alone are wanted; empty when series are
}

// wants tells whether a series with that label can be meant.
func (s *selection) wants(name, value string) bool {
	for _, m := range s.rest {
		if m.Name == name && !m.Matches(value) {
			return false
		}
	}
	return true
}

// matches tells whether the series with these labels is meant.
func (s *selection) matches(name string, pairs metric.Labels) bool {
	for _, m := range s.rest {
		value := ""
		if m.Name == labels.MetricName {
			value = name
		} else if i := slices.Index(pairs, m.Name); i >= 0 && i%2 == 0 {
			value = pairs[i+1]
		} else if i >= 0 { // a value that is spelt like the name
			value = find(pairs, m.Name)
		}
		if !m.Matches(value) {
			return false
		}
	}
	return true
}

func find(pairs metric.Labels, name string) string {
	for i := 0; i < len(pairs); i += 2 {
		if pairs[i] == name {
			return pairs[i+1]
		}
	}
	return ""
}

// labels are those of the answer, which tell how figures were looked at too.
func (s *selection) labels(b *labels.ScratchBuilder, name string, pairs metric.Labels) labels.Labels {
	b.Reset()
	b.Add(labels.MetricName, name)
	for i := 0; i < len(pairs); i += 2 {
		b.Add(pairs[i], pairs[i+1])
	}
	if s.asOf != "" {
		b.Add(asOfLabel, s.asOf)
	}
	if s.display {
		b.Add(scaleLabel, scaleDisplay)
	}
	b.Sort()
	return b.Labels()
}

// selection reads a selector. In the engine's hints the start of an instant
// selector lies a whole lookback before the first moment that is asked for.
func (q *querier) selection(ctx context.Context, hints *storage.SelectHints, matchers []*labels.Matcher) (*selection, error) {
	m, err := q.reader.manner(matchers)
	if err != nil {
		return nil, err
	}
	s := &selection{manner: m, ctx: ctx, now: q.now, from: q.from, to: q.to}
	if !m.known.IsZero() && m.known.Before(s.now) {
		s.now = m.known
	}
	if hints != nil {
		s.from, s.to, s.over = hints.Start, hints.End, hints.Range != 0
		if first := s.from + forever.Milliseconds() - 1; !s.over && first <= s.to {
			s.from = first
		}
	}
	return s, nil
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
	listing := hints != nil && hints.Func == "series"
	set := &seriesSet{}
	builder := labels.NewScratchBuilder(12)
	q.each(sel, func(name string, pairs metric.Labels, points func() []point) {
		all := points()
		if !listing {
			all = within(all, from, to)
		}
		if len(all) > 0 {
			set.all = append(set.all, &series{sel.labels(&builder, name, pairs), all})
		}
	})
	// Of a query that has been ended the series are not all there; the engine
	// looks at ctx before it takes them, and says what has ended it.
	slices.SortFunc(set.all, func(a, b *series) int { return labels.Compare(a.labels, b.labels) })
	return set
}

// each passes the series that match, of every family that does.
func (q *querier) each(sel *selection, yield func(name string, pairs metric.Labels, points func() []point)) {
	for _, f := range families() {
		if !sel.wants(labels.MetricName, f.Name) || sel.ctx.Err() != nil {
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
		return q.days(sel), nil, nil
	}
	sel.list = name
	key := valuesKey{name, matchersKey(matchers)}
	if all, known := q.values.Load(key); known {
		return slices.Clone(all.([]string)), nil, nil
	}
	found := map[string]struct{}{}
	q.each(sel, func(family string, pairs metric.Labels, _ func() []point) {
		if name == labels.MetricName {
			found[family] = struct{}{}
		} else if v := find(pairs, name); v != "" {
			found[v] = struct{}{}
		}
	})
	all := sorted(found)
	if ctx.Err() == nil && sel.plain() {
		q.values.Store(key, all)
	}
	return slices.Clone(all), nil, ctx.Err()
}

// plain tells whether a selector asks for nothing but metrics, as those do who
// have yet to choose: their answers are kept with the snapshot.
func (s *selection) plain() bool {
	return s.known.IsZero() && !slices.ContainsFunc(s.rest, func(m *labels.Matcher) bool { return m.Name != labels.MetricName })
}

// LabelNames gives the names of the labels of the series that match.
func (q *querier) LabelNames(ctx context.Context, _ *storage.LabelHints, matchers ...*labels.Matcher) ([]string, annotations.Annotations, error) {
	sel, err := q.selection(ctx, nil, matchers)
	if err != nil {
		return nil, nil, err
	}
	sel.list = labels.MetricName
	key := valuesKey{"", matchersKey(matchers)}
	if all, known := q.values.Load(key); known {
		return slices.Clone(all.([]string)), nil, nil
	}
	found := map[string]struct{}{labels.MetricName: {}, asOfLabel: {}, scaleLabel: {}}
	done := map[string]bool{} // all series of a family have the same
	q.each(sel, func(family string, pairs metric.Labels, _ func() []point) {
		if !done[family] {
			done[family] = true
			for i := 0; i < len(pairs); i += 2 {
				found[pairs[i]] = struct{}{}
			}
		}
	})
	all := sorted(found)
	if ctx.Err() == nil && sel.plain() {
		q.values.Store(key, all)
	}
	return slices.Clone(all), nil, ctx.Err()
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

// valueCache keeps answers about labels, by valuesKey.
type valueCache = sync.Map
