// Tidemark takes a city's monthly figures from its statisticians over NATS,
// writes them to InfluxDB and serves them to Prometheus.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/signal"
	"syscall"

	"github.com/alecthomas/kong"
)

// The exit codes, the same for every command.
const (
	exitDone    = 0
	exitRefused = 1 // some figures were refused or are not settled
	exitFailed  = 2 // the command could not do its work
)

// errRefused ends a command that has reported the refused figures itself.
var errRefused = errors.New("some figures were refused")

func main() { os.Exit(execute(os.Args[1:], os.Stdin, os.Stdout, os.Stderr)) }

// env is what commands use apart from their flags.
type env struct {
	ctx    context.Context // ends at the first Ctrl-C or SIGTERM
	stdin  io.Reader
	stdout io.Writer
	stderr io.Writer
}

// log returns the logger of daemons, which writes to stderr.
func (e *env) log() *slog.Logger {
	return slog.New(slog.NewTextHandler(e.stderr, nil))
}

// interruptible returns a context that ends at the first Ctrl-C or SIGTERM, and a
// function that ends it and frees what it holds. The default action of the signals is
// back before the context ends, so that a second Ctrl-C ends the process at once, also
// one that follows as soon as a command says that it stops.
func interruptible() (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancel(context.Background())
	first := make(chan os.Signal, 1)
	signal.Notify(first, os.Interrupt, syscall.SIGTERM)
	go func() {
		select {
		case <-first:
		case <-ctx.Done():
		}
		signal.Stop(first)
		cancel()
	}()
	return ctx, cancel
}

// execute runs the program and returns its exit code.
func execute(args []string, stdin io.Reader, stdout, stderr io.Writer) (code int) {
	ctx, stop := interruptible()
	defer stop()

	type exit int
	defer func() { // kong exits after --help, which would end a test's process
		if r := recover(); r != nil {
			e, ok := r.(exit)
			if !ok {
				panic(r)
			}
			code = int(e)
		}
	}()
	parser := newParser(stdout, stderr, kong.Exit(func(code int) { panic(exit(code)) }))
	if len(args) > 0 && args[0] == completeWord {
		complete(parser.Model, args[1:], stdout)
		return exitDone
	}
	command, err := parser.Parse(args)
	if err != nil {
		_, _ = fmt.Fprintf(stderr, "tidemark: %s\n", misused(err))
		return exitFailed
	}
	err = command.Run(&env{ctx: ctx, stdin: stdin, stdout: stdout, stderr: stderr})
	switch {
	case err == nil:
		return exitDone
	case errors.Is(err, errRefused):
		return exitRefused
	case ctx.Err() != nil && errors.Is(err, ctx.Err()):
		err = errors.New("interrupted")
	}
	_, _ = fmt.Fprintf(stderr, "tidemark: %v\n", err)
	return exitFailed
}
