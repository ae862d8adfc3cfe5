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
	labels  labels.Labels
	Samples []Sample // in order of time
}

// New creates a series from its labels and samples.
func New(l labels.Labels, samples []Sample) *Series { return &Series{l, samples} }

// Labels identify the series.
func (s *Series) Labels() labels.Labels { return s.labels }

// Iterator returns an iterator over its samples.
func (s *Series) Iterator(chunkenc.Iterator) chunkenc.Iterator {
	return storage.NewListSeriesIterator(sampleList(s.Samples))
}

// sampleList is samples in the form that Prometheus' storage expects.
type sampleList []Sample

// Get returns one of them.
func (s sampleList) Get(i int) chunks.Sample { return &s[i] }

// Len returns their number.
func (s sampleList) Len() int { return len(s) }

// T returns the time.
func (p *Sample) T() int64 { return p.At }

// ST returns 0: figures have no start timestamp.
func (p *Sample) ST() int64 { return 0 }

// F returns the value.
func (p *Sample) F() float64 { return p.Value }

// H returns nil: a figure is not a histogram.
func (p *Sample) H() *histogram.Histogram { return nil }

// FH returns nil: a figure is not a histogram.
func (p *Sample) FH() *histogram.FloatHistogram { return nil }

// Type returns that of a float.
func (p *Sample) Type() chunkenc.ValueType { return chunkenc.ValFloat }

// Copy returns another sample.
func (p *Sample) Copy() chunks.Sample { other := *p; return &other }

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
