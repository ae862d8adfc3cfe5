//go:build !unix

package engines

import (
	"context"
	"errors"
	"os"
)

// child is not available without /bin/sh; the rest of tidemark, such as pushing
// figures, works there as usual.
type child struct {
	done chan struct{}
	err  error
}

func startChild(*os.File, []string, string, ...string) (*child, error) {
	return nil, errors.New("local engines run on Linux and macOS only; use docker compose here")
}

func (c *child) pid() int   { return 0 }
func (c *child) terminate() {}
func (c *child) kill()      {}

func lock(context.Context, *os.File) error { return nil }
