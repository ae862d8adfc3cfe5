package main

import (
	"context"
	"errors"
	"fmt"
	"net"

	"github.com/oklog/run"
)

// webFlags say how to serve.
type webFlags struct {
	WebConfig string `help:"TLS and basic auth, a web configuration file of Prometheus' exporter-toolkit." placeholder:"FILE"`
}

// listen listens on the address that a flag has given.
func listen(flag, address string) (net.Listener, error) {
	l, err := net.Listen("tcp", address)
	var op *net.OpError
	if errors.As(err, &op) {
		err = op.Err // the rest repeats the address
	}
	if err != nil {
		return nil, fmt.Errorf("cannot listen on %s: %w; choose another HOST:PORT with %s (port 0 is a free one)", address, err, flag)
	}
	return l, nil
}

// actors is a run group whose members stop when the context ends or one of
// them does.
type actors struct {
	group run.Group
	ctx   context.Context
}

func (a *actors) add(act func(ctx context.Context) error) {
	ctx, cancel := context.WithCancel(a.ctx)
	a.group.Add(func() error { return act(ctx) }, func(error) { cancel() })
}

// idle is an actor that waits for the end, so that a group with one member
// that is done goes on.
func idle(ctx context.Context) error {
	<-ctx.Done()
	return nil
}
