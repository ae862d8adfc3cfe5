package series

import (
	"context"
	"errors"
	"fmt"
	"math"
	"time"

	"github.com/prometheus/prometheus/promql"

	"github.com/tidemark-stats/tidemark/exporter/metric"
)

// Forever is how long values that do not belong to a period hold: longer than
// any figure is old. The life of a figure is ended by a stale marker instead.
const Forever = 250 * 365 * 24 * time.Hour

// room is how many samples of the book a request may still hold. A series
// counts as several samples. It is used by one goroutine at a time.
type room struct {
	limit, taken int
	series       int // samples that a series counts for in addition to its samples
}

type roomKey struct{}

// WithRoom limits a request to so many samples; each series counts for some in
// addition to its samples.
func WithRoom(ctx context.Context, limit, series int) context.Context {
	return context.WithValue(ctx, roomKey{}, &room{limit: limit, series: series})
}

// roomOf returns the room of a request; a request without one is not limited.
func roomOf(ctx context.Context) *room {
	if r, ok := ctx.Value(roomKey{}).(*room); ok {
		return r
	}
	return &room{limit: math.MaxInt}
}

// take reserves room for a series and reports whether there was enough.
func (r *room) take(samples int) bool {
	r.taken += samples + r.series
	return !r.over()
}

// Labels of that many bytes are counted with the series, longer ones as samples of
// sampleBytes each.
const (
	labelBytes  = 512
	sampleBytes = 16
)

// long is how many samples the labels of a series count for if they are long.
func long(pairs metric.Labels) int {
	size := 0
	for _, s := range pairs {
		size += len(s)
	}
	return max(0, size-labelBytes) / sampleBytes
}

// over reports whether more was requested than available.
func (r *room) over() bool { return r.taken > r.limit }

// TooManySamples is the error of a query that holds more than it may: the
// engine's own words, and what to do.
func TooManySamples(where string, limit int) error {
	return fmt.Errorf("%w: it may hold %d; ask for fewer series, a shorter range or longer steps", promql.ErrTooManySamples(where), limit)
}

// Ended is the error of a query whose context has ended, in the engine's words;
// where says how far it got.
func Ended(ctx context.Context, where string) error {
	if errors.Is(ctx.Err(), context.DeadlineExceeded) {
		return promql.ErrQueryTimeout(where)
	}
	return promql.ErrQueryCanceled(where)
}
