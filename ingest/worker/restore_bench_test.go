package worker

import (
	"fmt"
	"testing"
	"time"

	"github.com/tidemark-stats/tidemark/ingest"
)

// BenchmarkRestore moves figures from JetStream to InfluxDB for the first time and then
// again in every possible way, with one, two and four workers. Each speed is relative to
// that of the first time: after the consumer was removed, with InfluxDB full and empty
// (the goal is at least 0.5); with a replay into an empty bucket; and when the same
// figures are pushed a second time, which changes nothing (the goal is at least 1).
// growth is how much longer the first time and the slowest other way take per figure
// than with a tenth of the figures; 1 means linear.
func BenchmarkRestore(b *testing.B) {
	for _, workers := range []int{1, 2, 4} {
		var before restored
		for _, n := range []int{10_000, 100_000, 1_000_000} {
			b.Run(fmt.Sprintf("workers=%d/figures=%d", workers, n), func(b *testing.B) {
				var now restored
				for b.Loop() {
					now = restore(b, workers, n)
				}
				b.ReportMetric(now.first/now.full, "again-full")
				b.ReportMetric(now.first/now.empty, "again-empty")
				b.ReportMetric(now.first/now.replay, "replay")
				b.ReportMetric(now.first/now.second, "second-push")
				b.ReportMetric(float64(n)/now.first, "figures/s")
				if before.first > 0 {
					b.ReportMetric(now.first/before.first/10, "growth-first")
					b.ReportMetric(max(now.full, now.empty)/max(before.full, before.empty)/10, "growth-again")
					b.ReportMetric(now.replay/before.replay/10, "growth-replay")
				}
				before = now
			})
		}
	}
}

// restored returns the seconds that n figures take in each way.
type restored struct{ first, full, empty, replay, second float64 }

func restore(b *testing.B, workers, n int) (r restored) {
	s := newSite(b)
	s.publishLoad(n)
	s.fresh()
	r.first = s.timeWorkers(workers)
	points := len(s.Vintages())
	r.full = s.timeAgain(workers)
	if got := len(s.Vintages()); got != points {
		b.Fatalf("%d points after the messages came again, want %d", got, points)
	}
	s.fresh()
	r.empty = s.timeAgain(workers)
	s.fresh()
	began := time.Now()
	if replayed := s.replay(); !replayed.Whole() || replayed.Found != points {
		b.Fatalf("%+v, want %d points", *replayed, points)
	}
	r.replay = time.Since(began).Seconds()
	s.publishLoad(n) // after NATS has forgotten the message ids
	r.second = s.timeWorkers(workers)
	if got := len(s.Vintages()); got != points {
		b.Fatalf("%d points after the second push, want %d", got, points)
	}
	return r
}

// timeAgain recreates the consumer, so that every message is delivered again.
func (s *site) timeAgain(workers int) float64 {
	s.T.Helper()
	if err := s.JS.DeleteConsumer(s.Ctx, ingest.FiguresStream, ingest.WorkerConsumer); err != nil {
		s.T.Fatal(err)
	}
	if _, err := ingest.Setup(s.Ctx, s.JS, 1); err != nil {
		s.T.Fatal(err)
	}
	return s.timeWorkers(workers)
}

// timeWorkers returns the seconds from when the workers are ready until all messages are
// settled.
func (s *site) timeWorkers(n int) float64 {
	s.T.Helper()
	all := make([]*worker, n)
	began := time.Now()
	for i := range all {
		nc, _ := s.Connect()
		all[i] = s.startWorkerOn(nc, s.Influx)
	}
	s.Idle()
	d := time.Since(began).Seconds()
	for _, w := range all {
		w.stop()
	}
	return d
}
