package worker

import (
	"context"
	"sync"
)

// rooms limits how many batches a worker settles at a time. Batches that InfluxDB
// does not accept move from main to aside, so that others can overtake them.
type rooms struct{ main, aside chan struct{} }

func newRooms() rooms {
	return rooms{make(chan struct{}, batches), make(chan struct{}, aside)}
}

// place is the place of a batch, shared by all its parts.
type place struct {
	rooms rooms
	mu    sync.Mutex
	aside bool
}

// enter waits for a place in main. The error is that of the context.
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

// stepAside moves the batch aside, if there is room, so that another can enter.
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

// leave gives the place up.
func (p *place) leave() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.aside {
		<-p.rooms.aside
	} else {
		<-p.rooms.main
	}
}
