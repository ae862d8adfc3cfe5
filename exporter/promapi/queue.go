package promapi

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"sync/atomic"

	"github.com/prometheus/prometheus/tsdb"
)

// queue has so many work at a time and the others wait, up to a number.
type queue struct {
	places  chan struct{}
	waiting atomic.Int64
	most    int64 // that wait
	who     string
}

func newQueue(places int, most int64, who string) *queue {
	return &queue{places: make(chan struct{}, places), most: most, who: who}
}

// turn is a place that somebody has got, until it is left. Nil is none.
type turn struct{ in *queue }

// enter waits for a place.
func (q *queue) enter(ctx context.Context) (*turn, error) {
	defer q.waiting.Add(-1)
	if q.waiting.Add(1) > q.most {
		return nil, crowded(fmt.Sprintf("%d %s wait already; ask again later", q.most, q.who))
	}
	select {
	case q.places <- struct{}{}:
		return &turn{q}, nil
	case <-ctx.Done():
		return nil, ended(ctx, "query queue")
	}
}

// leave gives the place to the next, once.
func (t *turn) leave() {
	if t != nil && t.in != nil {
		<-t.in.places
		t.in = nil
	}
}

// crowded is what those are told who come when too many wait. Prometheus'
// handler takes it for a storage that is not ready, which is "unavailable".
type crowded string

func (c crowded) Error() string { return string(c) }

// Is tells Prometheus' handler so.
func (crowded) Is(target error) bool { return target == tsdb.ErrNotReady }

// statusOf is the status of an answer where it is not the one that Prometheus'
// handler gives to errors of a kind: it has none for "unavailable".
func statusOf[kind any](_ kind, err error) (status int, override bool) {
	return http.StatusServiceUnavailable, errors.As(err, new(crowded))
}

type turnKey struct{}

// withTurn lets what a request becomes give its place back.
func withTurn(ctx context.Context, t *turn) context.Context {
	return context.WithValue(ctx, turnKey{}, t)
}

// turnOf is the place of a request, nil when it has none.
func turnOf(ctx context.Context) *turn {
	t, _ := ctx.Value(turnKey{}).(*turn)
	return t
}
