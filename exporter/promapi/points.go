package promapi

import (
	"math"
	"slices"
	"time"

	"github.com/prometheus/prometheus/model/histogram"
	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/model/value"
	"github.com/prometheus/prometheus/storage"
	"github.com/prometheus/prometheus/tsdb/chunkenc"
	"github.com/prometheus/prometheus/tsdb/chunks"
	"github.com/prometheus/prometheus/util/annotations"

	"github.com/tidemark-stats/tidemark/catalog"
	"github.com/tidemark-stats/tidemark/exporter/metric"
	"github.com/tidemark-stats/tidemark/figure"
)

// point is one sample: milliseconds since 1970 and a value, which may be a
// stale marker.
type point struct {
	t int64
	v float64
}

// staleMarker ends what stood before it.
var staleMarker = math.Float64frombits(value.StaleNaN)

// life is how long a figure stands that a hole follows. It reaches past the
// next period, so that a release that is a few days late makes no gap.
func life(f figure.Frequency) time.Duration {
	const day = 24 * time.Hour
	switch f {
	case figure.Annual:
		return 400 * day
	case figure.Quarterly:
		return 100 * day
	}
	return 45 * day
}

// start is where a period's point is.
func start(p figure.Period) int64 { return p.Start().UnixMilli() }

// endless is the end of what stands until something follows it.
const endless = math.MaxInt64

// overdue is when a figure of that period, if it is the newest, is no longer
// what is known of now, because the one after it should have come; endless
// where no calendar says when.
func overdue(i *catalog.Indicator, p figure.Period) int64 {
	if at, ok := metric.OverdueAfter(i, p); ok {
		return at.UnixMilli()
	}
	return endless
}

// mortal ends every point that no other follows within the life of its
// frequency, but the last one not before that moment. Points are in the order
// of time.
func mortal(points []point, f figure.Frequency, last int64) []point {
	if len(points) == 0 {
		return nil
	}
	lasts := life(f).Milliseconds()
	ended := make([]point, 0, len(points)+len(points)/4+1)
	for i, p := range points {
		ended = append(ended, p)
		end := p.t + lasts
		if i == len(points)-1 {
			end = max(end, last)
		}
		if !value.IsStaleNaN(p.v) && end != endless && (i == len(points)-1 || points[i+1].t > end) {
			ended = append(ended, point{end, staleMarker})
		}
	}
	return ended
}

// within cuts points to those from one moment to another, both included.
func within(points []point, from, to int64) []point {
	at := func(t int64) int {
		i, _ := slices.BinarySearchFunc(points, t, func(p point, t int64) int {
			if p.t < t {
				return -1
			}
			return 1
		})
		return i
	}
	first, last := at(from), len(points)
	if to < math.MaxInt64 {
		last = at(to + 1)
	}
	if first >= last {
		return nil
	}
	return points[first:last]
}

// series is one series of an answer.
type series struct {
	labels labels.Labels
	points []point
}

// Labels identify the series.
func (s *series) Labels() labels.Labels { return s.labels }

// Iterator gives its samples.
func (s *series) Iterator(chunkenc.Iterator) chunkenc.Iterator {
	return storage.NewListSeriesIterator(samples(s.points))
}

// samples are points as Prometheus' storage takes them.
type samples []point

// Get gives one of them.
func (s samples) Get(i int) chunks.Sample { return &s[i] }

// Len is how many there are.
func (s samples) Len() int { return len(s) }

// T is the time.
func (p *point) T() int64 { return p.t }

// ST is 0: figures have no start timestamp.
func (p *point) ST() int64 { return 0 }

// F is the value.
func (p *point) F() float64 { return p.v }

// H is nil: a figure is no histogram.
func (p *point) H() *histogram.Histogram { return nil }

// FH is nil: a figure is no histogram.
func (p *point) FH() *histogram.FloatHistogram { return nil }

// Type is that of a float.
func (p *point) Type() chunkenc.ValueType { return chunkenc.ValFloat }

// Copy is another point.
func (p *point) Copy() chunks.Sample { other := *p; return &other }

// seriesSet goes through series.
type seriesSet struct {
	all []*series
	i   int // of the current one, plus one
}

// Next goes to the next series.
func (s *seriesSet) Next() bool {
	s.i++
	return s.i <= len(s.all)
}

// At is the current series.
func (s *seriesSet) At() storage.Series { return s.all[s.i-1] }

// Err is nil: all series are in memory.
func (s *seriesSet) Err() error { return nil }

// Warnings are none.
func (s *seriesSet) Warnings() annotations.Annotations { return nil }
