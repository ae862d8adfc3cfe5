package worker

import (
	"context"
	"errors"
	"net/http"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/tidemark-stats/tidemark/store"
)

// influxState is InfluxDB's state as a worker sees it: up when the last request was
// answered and no batch is waiting for it.
type influxState struct {
	up prometheus.Gauge

	mu      sync.Mutex
	waiting int       // number of batches that it has not accepted yet
	wrote   time.Time // when it last accepted a batch
}

// asked notes the result of a request other than writing a batch.
func (s *influxState) asked(err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.show(err == nil)
}

// waits notes that a batch begins to wait (+1) or no longer waits (-1).
func (s *influxState) waits(by int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.waiting += by
	s.show(true)
}

// took notes that a batch was accepted.
func (s *influxState) took() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.wrote = time.Now()
	s.show(true)
}

func (s *influxState) show(up bool) {
	if up && s.waiting == 0 {
		s.up.Set(1)
	} else {
		s.up.Set(0)
	}
}

// wroteSince reports whether InfluxDB has accepted a batch since t.
func (s *influxState) wroteSince(t time.Time) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.wrote.After(t)
}

// stuckAfter is how many attempts a batch has before others may overtake it.
const stuckAfter = 3

// errStuck says that InfluxDB accepts other batches but not this one.
var errStuck = errors.New("InfluxDB does not accept this batch but accepts others")

// mayBeTheBatch reports whether a smaller batch might be accepted. Smaller batches
// do not help when InfluxDB is overloaded, denies access or lacks the bucket.
func mayBeTheBatch(err error) bool {
	var away *store.UnavailableError
	return errors.As(err, &away) && (away.StatusCode == 0 || away.StatusCode >= 500 && away.StatusCode != http.StatusServiceUnavailable)
}

// storeAll writes vintages, retrying until they are written. A batch that InfluxDB
// keeps failing to accept steps aside. If InfluxDB accepts other batches meanwhile,
// or one of its vintages alone, the error is errStuck, and the batch has to be
// divided. A *store.RefusedError says that InfluxDB will never accept all of them;
// any other error is that of the context.
func (w *Worker) storeAll(ctx context.Context, points []store.Vintage, stand *place) error {
	if len(points) == 0 {
		return nil
	}
	var refused *store.RefusedError
	var stuck error
	began, tries := time.Now(), 0
	err := w.persist(ctx, "write", func() error {
		start := time.Now()
		err := w.store.Write(ctx, points)
		w.metrics.writeTime.Observe(time.Since(start).Seconds())
		if err == nil || errors.As(err, &refused) {
			return nil
		}
		if tries++; tries == 1 {
			w.influx.waits(+1)
		}
		if tries < stuckAfter {
			return err
		}
		stand.stepAside()
		if len(points) == 1 || !mayBeTheBatch(err) {
			return err
		}
		if one := tries % len(points); !w.influx.wroteSince(began) && w.store.Write(ctx, points[one:one+1]) == nil {
			w.influx.took()
		}
		if w.influx.wroteSince(began) {
			stuck = errStuck
			return nil
		}
		return err
	})
	if tries > 0 {
		w.influx.waits(-1)
	}
	switch {
	case err != nil:
		return err
	case refused != nil:
		return refused
	case stuck != nil:
		return stuck
	}
	w.influx.took()
	return nil
}
