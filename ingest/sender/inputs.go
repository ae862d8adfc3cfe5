package sender

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/tidemark-stats/tidemark/internal/spool"
)

// OpenAll returns inputs for the named files, and for standard input where the
// name is "-". cleanup must be called even after an error.
func OpenAll(ctx context.Context, as As, names []string, stdin io.Reader) (inputs []Input, cleanup func(), err error) {
	cleanup = func() {}
	used := false
	for _, name := range names {
		if name != "-" {
			if err := readable(name); err != nil {
				return nil, cleanup, fmt.Errorf("%s: %w", name, err)
			}
			inputs = append(inputs, Input{Name: name, As: as, Open: func() (io.ReadCloser, error) { return os.Open(name) }})
			continue
		}
		if used {
			return nil, cleanup, errors.New("- (standard input) can be read only once")
		}
		used = true
		var in Input
		if in, cleanup, err = buffered(ctx, stdin); err != nil {
			return nil, cleanup, fmt.Errorf("standard input: %w", err)
		}
		in.As = as
		inputs = append(inputs, in)
	}
	return inputs, cleanup, nil
}

// readable returns early the error of a file that cannot be read. Files are read
// more than once, which is impossible with a pipe.
func readable(name string) error {
	f, err := os.Open(name)
	if err != nil {
		return unwrapPath(err)
	}
	defer func() { _ = f.Close() }() // nothing was written
	info, err := f.Stat()
	switch {
	case err != nil:
		return unwrapPath(err)
	case info.IsDir():
		return errors.New("is a directory; name the files in it")
	case info.Mode()&os.ModeNamedPipe != 0:
		return errors.New("is a pipe; pass it as standard input: tidemark push - < pipe")
	}
	return nil
}

// unwrapPath removes the path from an error, because the caller adds it.
func unwrapPath(err error) error {
	var p *os.PathError
	if errors.As(err, &p) {
		return p.Err
	}
	return err
}

// buffered makes standard input readable several times. It also returns when ctx
// ends while it is still waiting for someone to type.
func buffered(ctx context.Context, stdin io.Reader) (in Input, cleanup func(), err error) {
	text := &spool.Spool{}
	done := make(chan error, 1)
	go func() {
		_, err := io.Copy(text, stdin)
		done <- err
	}()
	select {
	case err = <-done:
	case <-ctx.Done():
		return in, func() {}, ctx.Err() // the reader ends with the process
	}
	return Input{Name: "-", Open: text.Open}, func() { _ = text.Close() }, err // temporary anyway
}
