package worker

import (
	"context"
	"sync"
)

// rooms bounds how many batches a worker settles at a time. Those that
// InfluxDB does not take step aside, so that others can pass.
type rooms struct{ main, aside chan struct{} }

func newRooms() rooms {
	return rooms{make(chan struct{}, batches), make(chan struct{}, aside)}
}

// place is a batch's, of whose parts each may want to step aside.
type place struct {
	rooms rooms
	mu    sync.Mutex
	aside bool
}

// enter waits for a place. The error is that of the context.
func (r rooms) enter(ctx context.Context) (*place, error) {
	select {
	case r.main <- struct{}{}:
		if ctx.Err() == nil {
			return &place{rooms: r}, nil
		}
		<-r.main
	case <-ctx.Done():
	}
	return nil, ctx.Err()
}

// stepAside lets another batch in, if there is room for one more that waits.
func (p *place) stepAside() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.aside {
		return
	}
	select {
	case p.rooms.aside <- struct{}{}:
		p.aside = true
		<-p.rooms.main
	default:
	}
}

func (p *place) leave() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.aside {
		<-p.rooms.aside
	} else {
		<-p.rooms.main
	}
}
