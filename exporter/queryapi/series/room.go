package series

import (
	"context"
	"errors"
	"fmt"
	"math"
	"time"

	"github.com/prometheus/prometheus/promql"
)

// Forever is how long what does not belong to a period stands: longer than any
// figure is old. A figure's own life is ended by a stale marker.
const Forever = 250 * 365 * 24 * time.Hour

// room is what a request may still hold of the book, in samples. A series
// counts as several. It is used by one goroutine at a time.
type room struct {
	limit, taken int
	series       int // what one takes beside its points
}

type roomKey struct{}

// WithRoom gives a request its room: so many samples, of which each series
// takes some beside its points.
func WithRoom(ctx context.Context, limit, series int) context.Context {
	return context.WithValue(ctx, roomKey{}, &room{limit: limit, series: series})
}

// roomOf is the room of a request; who has none has all there is.
func roomOf(ctx context.Context) *room {
	if r, ok := ctx.Value(roomKey{}).(*room); ok {
		return r
	}
	return &room{limit: math.MaxInt}
}

// take takes some of it for a series, and tells whether it was there.
func (r *room) take(points int) bool {
	r.taken += points + r.series
	return !r.over()
}

// over tells whether more was wanted than there is.
func (r *room) over() bool { return r.taken > r.limit }

// TooManySamples is what a query that holds more than it may is told: the
// engine's own words, and what to do.
func TooManySamples(where string, limit int) error {
	return fmt.Errorf("%w: it may hold %d; ask for fewer series, a shorter range or longer steps", promql.ErrTooManySamples(where), limit)
}

// Ended says, in the engine's words, why a query went no further than where.
func Ended(ctx context.Context, where string) error {
	if errors.Is(ctx.Err(), context.DeadlineExceeded) {
		return promql.ErrQueryTimeout(where)
	}
	return promql.ErrQueryCanceled(where)
}
