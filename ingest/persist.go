package ingest

import (
	"context"
	"errors"
	"time"

	"github.com/tidemark-stats/tidemark/store"
)

// The delays between attempts grow from the first to the last.
const (
	firstDelay = 100 * time.Millisecond
	lastDelay  = 10 * time.Second
)

// Persist repeats an attempt until it succeeds or the context ends, which is
// the only error it gives. Every failure is told. InfluxDB's wish to be left
// alone is respected.
func Persist(ctx context.Context, attempt func() error, tell func(in time.Duration, err error)) error {
	for delay := firstDelay; ; delay = min(2*delay, lastDelay) {
		err := attempt()
		if err == nil {
			return nil
		}
		if ctx.Err() != nil {
			return ctx.Err()
		}
		wait := delay
		var away *store.UnavailableError
		if errors.As(err, &away) {
			wait = max(delay, min(away.After, time.Minute))
		}
		tell(wait, err)
		timer := time.NewTimer(wait)
		select {
		case <-ctx.Done():
			timer.Stop()
			return ctx.Err()
		case <-timer.C:
		}
	}
}
