package engine

import (
	"context"
	"fmt"
	"sync/atomic"

	"github.com/tidemark-stats/tidemark/exporter/queryapi/series"
)

// Queue has so many work at a time and the others wait, up to a number.
type Queue struct {
	places  chan struct{}
	waiting atomic.Int64
	most    int64 // that wait
	who     string
}

// NewQueue makes a Queue with so many places, in which no more than most wait.
// who they are is what those are told for whom that is too many.
func NewQueue(places int, most int64, who string) *Queue {
	return &Queue{places: make(chan struct{}, places), most: most, who: who}
}

// Turn is a place that somebody has got, until it is left. Nil is none.
type Turn struct{ in *Queue }

// Enter waits for a place.
func (q *Queue) Enter(ctx context.Context) (*Turn, error) {
	defer q.waiting.Add(-1)
	if q.waiting.Add(1) > q.most {
		return nil, Crowded(fmt.Sprintf("%d %s wait already; ask again later", q.most, q.who))
	}
	select {
	case q.places <- struct{}{}:
		return &Turn{q}, nil
	case <-ctx.Done():
		return nil, series.Ended(ctx, "query queue")
	}
}

// Leave gives the place to the next, once.
func (t *Turn) Leave() {
	if t != nil && t.in != nil {
		<-t.in.places
		t.in = nil
	}
}

// Crowded is what those are told who come when too many wait.
type Crowded string

func (c Crowded) Error() string { return string(c) }

type turnKey struct{}

// WithTurn lets what a request becomes give its place back.
func WithTurn(ctx context.Context, t *Turn) context.Context {
	return context.WithValue(ctx, turnKey{}, t)
}

// turnOf is the place of a request, nil when it has none.
func turnOf(ctx context.Context) *Turn {
	t, _ := ctx.Value(turnKey{}).(*Turn)
	return t
}
