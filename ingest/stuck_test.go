package ingest

import (
	"context"
	"fmt"
	"net/http"
	"testing"

	"github.com/prometheus/client_golang/prometheus/testutil"

	"github.com/tidemark-stats/tidemark/figure"
)

// publishFor publishes a figure of a submission.
func (s *site) publishFor(submission string, f figure.Figure) uint64 {
	s.t.Helper()
	return s.publishRaw(f.Subject("port"), f.AppendJSON(nil), submission)
}

// stuckSite is a site on which InfluxDB answers 500 to every write that holds a
// figure of the submission "stuck".
func stuckSite(t *testing.T) (s *site, allow func()) {
	s, proxy := newProxiedSite(t)
	proxy.RespondTo(`submission="stuck"`, http.StatusInternalServerError, nil)
	return s, proxy.Allow
}

func TestFiguresPassBatchesThatInfluxDBDoesNotTake(t *testing.T) {
	t.Parallel()
	s, allow := stuckSite(t)
	w := s.startWorker()
	const stuck = 2 * batches
	for i := range stuck {
		s.publishFor("stuck", container(fmt.Sprintf("2023-%02d", i+1), "280"))
		s.await("it is in hand", func() bool { return testutil.ToFloat64(w.metrics.retries.WithLabelValues("write")) > float64(i) })
	}
	good := s.publishFor("good", container("2024-01", "280"))
	s.await("another figure is written", func() bool { return s.receipts("good")[good] == Written })
	if up := testutil.ToFloat64(w.metrics.influxUp); up != 0 {
		t.Errorf("influxdb_up is %v while batches wait", up)
	}
	allow()
	s.idle()
	if n := len(s.vintages()); n != stuck+1 {
		t.Errorf("%d figures are written, want %d", n, stuck+1)
	}
	if up := testutil.ToFloat64(w.metrics.influxUp); up != 1 {
		t.Errorf("influxdb_up is %v after no batch waits", up)
	}
	s.wantBalance()
}

func TestAFigureThatInfluxDBDoesNotTakeDoesNotKeepThoseOfItsBatchBack(t *testing.T) {
	t.Parallel()
	s, allow := stuckSite(t)
	want := map[uint64]Outcome{}
	for i := range 12 {
		f := container(fmt.Sprintf("2023-%02d", i+1), "280")
		if i == 5 {
			s.publishFor("stuck", f)
			continue
		}
		want[s.publishFor("good", f)] = Written
	}
	w := s.startWorker()
	s.await("the batch is stuck", func() bool { return testutil.ToFloat64(w.metrics.retries.WithLabelValues("write")) >= stuckAfter-1 })
	want[s.publishFor("good", container("2024-01", "280"))] = Written // shows that InfluxDB takes others
	s.await("all others are written", func() bool { return len(s.receipts("good")) == len(want) })
	allow()
	s.idle()
	s.wantBalance()
}

// Whoever limits the rate would have two thousand requests instead of one.
func TestABatchIsNotDividedForAnInfluxDBThatIsOverloaded(t *testing.T) {
	t.Parallel()
	for _, status := range []int{http.StatusTooManyRequests, http.StatusServiceUnavailable} {
		t.Run(http.StatusText(status), func(t *testing.T) {
			t.Parallel()
			s, proxy := newProxiedSite(t)
			proxy.RespondTo(`submission="limited"`, status, nil)
			for i := range 12 {
				s.publishFor("limited", container(fmt.Sprintf("2023-%02d", i+1), "280"))
			}
			w := s.startStopped()
			points := pointsOf(w.decided(s.ctx, t, s.take(w, 12)), nil)
			p := s.stand(w)
			defer p.leave()
			done := make(chan error)
			go func() { done <- w.storeAll(s.ctx, points, p) }()
			s.await("it has been tried often", func() bool { return testutil.ToFloat64(w.metrics.retries.WithLabelValues("write")) > stuckAfter })
			w.influx.took() // others are taken
			tried := testutil.ToFloat64(w.metrics.retries.WithLabelValues("write"))
			s.await("it is tried as a whole", func() bool { return testutil.ToFloat64(w.metrics.retries.WithLabelValues("write")) > tried })
			proxy.Allow()
			if err := <-done; err != nil {
				t.Error(err)
			}
		})
	}
}

func TestAWorkerThatIsToldToStopTakesNoFurtherBatch(t *testing.T) {
	t.Parallel()
	s, proxy := newProxiedSite(t)
	w := s.newWorker(s.nc, s.influx)
	ctx, tell := context.WithCancel(s.ctx)
	stopped := make(chan error)
	go func() { stopped <- w.Run(ctx) }()
	<-w.Ready()
	proxy.Hang()
	for i := range batches {
		s.publish(container(fmt.Sprintf("2023-%02d", i+1), "280"))
		s.await("it is in hand, in a batch of its own", func() bool {
			info, err := w.consumer.Info(s.ctx)
			return err == nil && info.NumAckPending == i+1
		})
	}
	tell()
	late := s.publish(container("2024-01", "280"))
	proxy.Allow()
	if err := <-stopped; err != nil {
		t.Fatal(err)
	}
	consumer, err := s.js.Consumer(s.ctx, FiguresStream, WorkerConsumer)
	if err != nil {
		t.Fatal(err)
	}
	if delivered := consumer.CachedInfo().Delivered.Stream; delivered >= late {
		t.Errorf("message %d was taken", late)
	}
}

func TestAFigureBehindAFloodOfAnotherIsDecidedAndSettledAhead(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	f := container("2023-01", "280")
	seq := s.settleOneBehindAFlood(f)
	wantLines(t, s.values(), "2023-01 2800000")
	s.startWorker()
	s.idle()
	wantLines(t, s.values(), "2023-01 2800000")
	if got := s.receipts("single")[seq]; got != Written {
		t.Errorf("the receipt says %q", got)
	}
	s.wantBalance()
}

// settleOneBehindAFlood publishes the figure behind bad messages and has it
// settled ahead of them.
func (s *site) settleOneBehindAFlood(f figure.Figure) (seq uint64) {
	s.t.Helper()
	s.publishBad(longQueue + 2*batchSize)
	seq = s.publishFor("single", f)
	w := s.startStopped()
	for s.receipts("single")[seq] == "" {
		b := w.next(s.ctx, s.ctx)
		if b == nil {
			s.t.Fatal("the queue has ended before the figure was settled")
		}
		if floor, _ := w.ledger.Floor(); floor >= seq {
			s.t.Fatal("the flood was decided before the figure")
		}
		p := s.stand(w)
		w.finish(s.ctx, b.items, p)
		b.release()
		p.leave()
	}
	return seq
}

func TestReceiptsDoNotDependOnTheNumberOfWorkers(t *testing.T) {
	t.Parallel()
	var one map[uint64]Outcome
	for _, workers := range []int{1, 3} {
		s := newSite(t)
		for i := range 3000 {
			f := container("2000-01", fmt.Sprint(280+i%7))
			f.Period = f.Period.Add(i % 24)
			s.publishFor("all", f)
		}
		for range workers {
			nc, _ := s.connect()
			s.startWorkerOn(nc, s.influx)
		}
		s.idle()
		got := s.receipts("all")
		if one == nil {
			one = got
		}
		for seq, o := range one {
			if got[seq] != o {
				t.Fatalf("message %d is %s with %d workers and %s with one", seq, got[seq], workers, o)
			}
		}
		s.wantBalance()
	}
}
