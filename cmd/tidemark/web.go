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
	WebConfig string `help:"Web configuration file of Prometheus' exporter-toolkit, for TLS and basic auth." placeholder:"FILE"`
}

// listen listens on the address given by a flag.
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

// actors is a run group whose members stop when the context or one of them ends.
type actors struct {
	group run.Group
	ctx   context.Context
}

func (a *actors) add(act func(ctx context.Context) error) {
	ctx, cancel := context.WithCancel(a.ctx)
	a.group.Add(func() error { return act(ctx) }, func(error) { cancel() })
}

// idle is an actor that waits until the group ends.
func idle(ctx context.Context) error {
	<-ctx.Done()
	return nil
}
