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

// influxState is what a worker sees of InfluxDB: it is up when it answered the
// last question and no batch waits for it.
type influxState struct {
	up prometheus.Gauge

	mu      sync.Mutex
	waiting int       // batches that it has not taken
	wrote   time.Time // when it took one last
}

// asked notes the answer to a question that is not a batch's.
func (s *influxState) asked(err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.show(err == nil)
}

// waits notes that a batch was not taken, or no longer waits.
func (s *influxState) waits(by int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.waiting += by
	s.show(true)
}

// took notes that a batch was taken.
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

// wroteSince tells whether it took something since then.
func (s *influxState) wroteSince(t time.Time) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.wrote.After(t)
}

// stuckAfter is how often a batch is tried before others may pass it.
const stuckAfter = 3

// errStuck says that InfluxDB takes other batches and not this one.
var errStuck = errors.New("InfluxDB rejects this batch but accepts others")

// mayBeTheBatch tells whether a smaller batch could pass. More requests are no
// help against an InfluxDB that is overloaded, locked, or without the bucket.
func mayBeTheBatch(err error) bool {
	var away *store.UnavailableError
	return errors.As(err, &away) && (away.StatusCode == 0 || away.StatusCode >= 500 && away.StatusCode != http.StatusServiceUnavailable)
}

// storeAll writes vintages. It goes on until they are written. A batch that
// InfluxDB goes on not to take steps aside; when others are taken meanwhile, or
// one of its own alone, the error is errStuck: it has to be divided.
// A *store.RefusedError says that InfluxDB will never take all of them; any
// other error is that of the context.
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
