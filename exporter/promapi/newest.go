package promapi

import (
	"cmp"
	"slices"
	"time"

	"github.com/tidemark-stats/tidemark/exporter/derive"
	"github.com/tidemark-stats/tidemark/exporter/metric"
	"github.com/tidemark-stats/tidemark/figure"
)

// newestFamilies are about the newest period that was known at a moment, and
// stand until a newer one is published.
func newestFamilies() []family {
	return []family{
		{metric.Family{Name: "tidemark_figure_newest", Help: "The newest figure of a series at a moment, published or derived, in its base unit."},
			eachNewest(func(v derive.Value, in scale) float64 { return v.Value / in.factor })},
		{metric.Family{Name: "tidemark_figure_newest_timestamp_seconds", Help: "Start of the period of the newest figure of a series at a moment."},
			eachNewest(func(v derive.Value, _ scale) float64 { return metric.Seconds(v.Period.Start()) })},
	}
}

func eachNewest(of func(derive.Value, scale) float64) func(*snapshot, *selection, func(metric.Labels, func() []point)) {
	return func(v *snapshot, s *selection, yield func(metric.Labels, func() []point)) {
		eachOf(v, s, func(p place, m figure.Measure, f figure.Frequency, in scale) {
			yield(derivedLabels(p, f, m.String(), in.unit), func() []point {
				var points []point
				for _, newest := range v.newest(p, m, f, s.known) {
					value := of(newest.Value, in)
					if newest.Withheld {
						value = staleMarker
					}
					points = append(points, point{newest.since, value})
				}
				return points
			})
		})
	}
}

// firstKnown is a figure and the moment since which its period has one.
type firstKnown struct {
	derive.Value
	since int64 // milliseconds since 1970
}

// newest lists the figures that were the newest of their series when their
// period first had one, in that order. Those of now are kept; callers must not
// change them.
func (v *snapshot) newest(p place, m figure.Measure, f figure.Frequency, known time.Time) []firstKnown {
	key := figure.Series{Indicator: p.indicator.Code, Area: p.area, Category: p.category, Measure: m, Frequency: f}
	if known.IsZero() {
		v.mu.Lock()
		kept, ok := v.newests[key]
		v.mu.Unlock()
		if ok {
			return kept
		}
	}
	published, _ := v.book.Find(key)
	var all []firstKnown
	for value := range v.history(p, known).Figures(m, f) {
		since := value.Published
		if published != nil && !value.Derived { // a revision does not make its period a new one
			for first := range published.Vintages(value.Period) {
				since = first.Published
				break
			}
		}
		all = append(all, firstKnown{value, since.UnixMilli()})
	}
	slices.SortStableFunc(all, func(a, b firstKnown) int { return cmp.Compare(a.since, b.since) })
	newest := all[:0]
	for _, value := range all {
		switch last := len(newest) - 1; {
		case last >= 0 && value.Period.Compare(newest[last].Period) < 0: // an older one, published later
		case last >= 0 && value.since == newest[last].since:
			newest[last] = value
		default:
			newest = append(newest, value)
		}
	}
	if known.IsZero() {
		v.mu.Lock()
		v.newests[key] = newest
		v.mu.Unlock()
	}
	return newest
}
