package eval

import (
	"context"
	"fmt"
	"sync/atomic"

	"github.com/tidemark-stats/tidemark/exporter/queryapi/series"
)

// Queue lets a fixed number work at a time; others wait, up to a limit.
type Queue struct {
	places  chan struct{}
	waiting atomic.Int64
	most    int64 // that may wait
	who     string
}

// NewQueue creates a Queue with so many slots, in which at most most others
// wait. who names those waiting in the error when there are too many.
func NewQueue(places int, most int64, who string) *Queue {
	return &Queue{places: make(chan struct{}, places), most: most, who: who}
}

// Turn is a slot in use, until Leave is called. A nil Turn is no slot.
type Turn struct{ in *Queue }

// Enter waits for a slot.
func (q *Queue) Enter(ctx context.Context) (*Turn, error) {
	defer q.waiting.Add(-1)
	if q.waiting.Add(1) > q.most {
		return nil, Crowded(fmt.Sprintf("%d %s are already waiting; try again later", q.most, q.who))
	}
	select {
	case q.places <- struct{}{}:
		return &Turn{q}, nil
	case <-ctx.Done():
		return nil, series.Ended(ctx, "query queue")
	}
}

// Leave releases the slot; further calls do nothing.
func (t *Turn) Leave() {
	if t != nil && t.in != nil {
		<-t.in.places
		t.in = nil
	}
}

// Crowded is the error when too many are already waiting.
type Crowded string

func (c Crowded) Error() string { return string(c) }

type turnKey struct{}

// WithTurn lets the query of a request release the request's slot.
func WithTurn(ctx context.Context, t *Turn) context.Context {
	return context.WithValue(ctx, turnKey{}, t)
}

// turnOf returns the slot of a request; nil if it has none.
func turnOf(ctx context.Context) *Turn {
	t, _ := ctx.Value(turnKey{}).(*Turn)
	return t
}
