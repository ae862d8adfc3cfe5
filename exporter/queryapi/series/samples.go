package series

import (
	"math"
	"slices"
	"time"

	"github.com/prometheus/prometheus/model/value"

	"github.com/tidemark-stats/tidemark/book/release"
	"github.com/tidemark-stats/tidemark/catalog"
	"github.com/tidemark-stats/tidemark/figure"
)

// Sample is one value of a series. It may be a stale marker.
type Sample struct {
	At    int64 // in milliseconds since 1970
	Value float64
}

// StaleMarker ends the value before it.
var StaleMarker = math.Float64frombits(value.StaleNaN)

// life is how long a figure holds if a gap follows it. It extends beyond the
// next period, so that a release a few days late leaves no gap.
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

// start is the time of a period's sample.
func start(p figure.Period) int64 { return p.Start().UnixMilli() }

// endless is the end of a value that holds until another follows.
const endless = math.MaxInt64

// overdue is when a figure of that period, if it is the newest, stops being
// current because the one after it should have been published; endless where no
// calendar says when.
func overdue(i *catalog.Indicator, p figure.Period) int64 {
	if at, ok := release.OverdueAfter(i, p); ok {
		return at.UnixMilli()
	}
	return endless
}

// mortal ends every sample that no other follows within the life of its
// frequency, but the last one not before the given time. Samples must be in
// order of time.
func mortal(samples []Sample, f figure.Frequency, last int64) []Sample {
	if len(samples) == 0 {
		return nil
	}
	lasts := life(f).Milliseconds()
	ended := make([]Sample, 0, len(samples)+len(samples)/4+1)
	for i, p := range samples {
		ended = append(ended, p)
		end := p.At + lasts
		if i == len(samples)-1 {
			end = max(end, last)
		}
		if !value.IsStaleNaN(p.Value) && end != endless && (i == len(samples)-1 || samples[i+1].At > end) {
			ended = append(ended, Sample{end, StaleMarker})
		}
	}
	return ended
}

// within cuts samples to those between two times, both included.
func within(samples []Sample, from, to int64) []Sample {
	at := func(t int64) int {
		i, _ := slices.BinarySearchFunc(samples, t, func(p Sample, t int64) int {
			if p.At < t {
				return -1
			}
			return 1
		})
		return i
	}
	first, last := at(from), len(samples)
	if to < math.MaxInt64 {
		last = at(to + 1)
	}
	if first >= last {
		return nil
	}
	return samples[first:last]
}
