package promapi

import (
	"context"
	"math"
)

// room is what a request may still hold of the book, in samples. A series
// counts as several. It is used by one goroutine at a time.
type room struct {
	limit, taken int
	series       int // what one takes beside its points
}

type roomKey struct{}

// withRoom gives a request its room.
func withRoom(ctx context.Context, limit, series int) context.Context {
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
