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

// Persist repeats attempt until it succeeds or the context ends; it returns
// only the error of the context. After each failure it calls tell with the
// error and the delay before the next attempt. The delay is at least the
// Retry-After that InfluxDB asks for, up to a minute.
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
