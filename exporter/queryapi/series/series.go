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
	Points []Point // in the order of time
}

// New makes a series of its labels and points.
func New(l labels.Labels, points []Point) *Series { return &Series{l, points} }

// Labels identify the series.
func (s *Series) Labels() labels.Labels { return s.labels }

// Iterator gives its samples.
func (s *Series) Iterator(chunkenc.Iterator) chunkenc.Iterator {
	return storage.NewListSeriesIterator(samples(s.Points))
}

// samples are points as Prometheus' storage takes them.
type samples []Point

// Get gives one of them.
func (s samples) Get(i int) chunks.Sample { return &s[i] }

// Len is how many there are.
func (s samples) Len() int { return len(s) }

// T is the time.
func (p *Point) T() int64 { return p.At }

// ST is 0: figures have no start timestamp.
func (p *Point) ST() int64 { return 0 }

// F is the value.
func (p *Point) F() float64 { return p.Value }

// H is nil: a figure is no histogram.
func (p *Point) H() *histogram.Histogram { return nil }

// FH is nil: a figure is no histogram.
func (p *Point) FH() *histogram.FloatHistogram { return nil }

// Type is that of a float.
func (p *Point) Type() chunkenc.ValueType { return chunkenc.ValFloat }

// Copy is another point.
func (p *Point) Copy() chunks.Sample { other := *p; return &other }

// Set goes through series.
type Set struct {
	All []*Series
	i   int // of the current one, plus one
}

// Next goes to the next series.
func (s *Set) Next() bool {
	s.i++
	return s.i <= len(s.All)
}

// At is the current series.
func (s *Set) At() storage.Series { return s.All[s.i-1] }

// Err is nil: all series are in memory.
func (s *Set) Err() error { return nil }

// Warnings are none.
func (s *Set) Warnings() annotations.Annotations { return nil }
