package series

import (
	"github.com/prometheus/prometheus/model/histogram"
	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/storage"
	"github.com/prometheus/prometheus/tsdb/chunkenc"
	"github.com/prometheus/prometheus/tsdb/chunks"
	"github.com/prometheus/prometheus/util/annotations"
)

// Series is one series of an answer.
type Series struct {
	labels labels.Labels
	Points []Point // in order of time
}

// New creates a series from its labels and points.
func New(l labels.Labels, points []Point) *Series { return &Series{l, points} }

// Labels identify the series.
func (s *Series) Labels() labels.Labels { return s.labels }

// Iterator returns an iterator over its samples.
func (s *Series) Iterator(chunkenc.Iterator) chunkenc.Iterator {
	return storage.NewListSeriesIterator(samples(s.Points))
}

// samples are points in the form that Prometheus' storage expects.
type samples []Point

// Get returns one of them.
func (s samples) Get(i int) chunks.Sample { return &s[i] }

// Len returns their number.
func (s samples) Len() int { return len(s) }

// T returns the time.
func (p *Point) T() int64 { return p.At }

// ST returns 0: figures have no start timestamp.
func (p *Point) ST() int64 { return 0 }

// F returns the value.
func (p *Point) F() float64 { return p.Value }

// H returns nil: a figure is not a histogram.
func (p *Point) H() *histogram.Histogram { return nil }

// FH returns nil: a figure is not a histogram.
func (p *Point) FH() *histogram.FloatHistogram { return nil }

// Type returns that of a float.
func (p *Point) Type() chunkenc.ValueType { return chunkenc.ValFloat }

// Copy returns another point.
func (p *Point) Copy() chunks.Sample { other := *p; return &other }

// Set iterates over series.
type Set struct {
	All []*Series
	i   int // index of the current one, plus one
}

// Next moves to the next series.
func (s *Set) Next() bool {
	s.i++
	return s.i <= len(s.All)
}

// At returns the current series.
func (s *Set) At() storage.Series { return s.All[s.i-1] }

// Err returns nil: all series are in memory.
func (s *Set) Err() error { return nil }

// Warnings returns none.
func (s *Set) Warnings() annotations.Annotations { return nil }
