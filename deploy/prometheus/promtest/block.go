package main

import (
	"errors"
	"io"
	"log/slog"
	"math"
	"os"

	"github.com/prometheus/prometheus/model/histogram"
	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/prompb"
	"github.com/prometheus/prometheus/storage"
	"github.com/prometheus/prometheus/tsdb"
	"github.com/prometheus/prometheus/tsdb/chunkenc"
	"github.com/prometheus/prometheus/tsdb/chunks"
)

// block writes the series on standard input, a WriteRequest of remote write,
// into one block of the store in the directory given as its argument.
func block(args []string) error {
	if len(args) != 1 {
		return errors.New("the argument must be the directory of a store")
	}
	input, err := io.ReadAll(os.Stdin)
	if err != nil {
		return err
	}
	var request prompb.WriteRequest
	if err := request.Unmarshal(input); err != nil {
		return err
	}
	builder := labels.NewScratchBuilder(0)
	first, last := int64(math.MaxInt64), int64(math.MinInt64)
	all := make([]storage.Series, len(request.Timeseries))
	for i, series := range request.Timeseries {
		samples := make([]chunks.Sample, len(series.Samples))
		for n, s := range series.Samples {
			first, last = min(first, s.Timestamp), max(last, s.Timestamp)
			samples[n] = sample{s}
		}
		all[i] = storage.NewListSeries(series.ToLabels(&builder, nil), samples)
	}
	// Samples are appended series by series, and the next series may begin up
	// to half the range of a block before the last sample of the previous one.
	_, err = tsdb.CreateBlock(all, args[0], 2*(last-first+1), slog.New(slog.DiscardHandler))
	return err
}

// sample is a float in the form that the storage expects.
type sample struct{ prompb.Sample }

func (s sample) T() int64                      { return s.Timestamp }
func (s sample) ST() int64                     { return 0 }
func (s sample) F() float64                    { return s.Value }
func (s sample) H() *histogram.Histogram       { return nil }
func (s sample) FH() *histogram.FloatHistogram { return nil }
func (s sample) Type() chunkenc.ValueType      { return chunkenc.ValFloat }
func (s sample) Copy() chunks.Sample           { return s }
