package worker

import (
	"context"
	"fmt"
	"net/http"
	"testing"

	"github.com/prometheus/client_golang/prometheus/testutil"

	"github.com/tidemark-stats/tidemark/figure"
	"github.com/tidemark-stats/tidemark/ingest"
	"github.com/tidemark-stats/tidemark/ingest/ingesttest"
)

// publishFor publishes a figure of a submission.
func (s *site) publishFor(submission string, f figure.Figure) uint64 {
	s.T.Helper()
	return s.PublishRaw(f.Subject("port"), f.AppendJSON(nil), submission)
}

// stuckSite is a site whose InfluxDB answers 500 to every write that contains a figure
// of the submission "stuck".
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
		s.publishFor("stuck", ingesttest.Container(fmt.Sprintf("2023-%02d", i+1), "280"))
		s.Await("it is in hand", func() bool { return testutil.ToFloat64(w.metrics.retries.WithLabelValues("write")) > float64(i) })
	}
	good := s.publishFor("good", ingesttest.Container("2024-01", "280"))
	s.Await("another figure is written", func() bool { return s.Receipts("good")[good] == ingest.Written })
	if up := testutil.ToFloat64(w.metrics.influxUp); up != 0 {
		t.Errorf("influxdb_up is %v while batches wait", up)
	}
	allow()
	s.Idle()
	if n := len(s.Vintages()); n != stuck+1 {
		t.Errorf("%d figures are written, want %d", n, stuck+1)
	}
	if up := testutil.ToFloat64(w.metrics.influxUp); up != 1 {
		t.Errorf("influxdb_up is %v after no batch waits", up)
	}
	s.WantBalance()
}

func TestAFigureThatInfluxDBDoesNotTakeDoesNotKeepThoseOfItsBatchBack(t *testing.T) {
	t.Parallel()
	s, allow := stuckSite(t)
	want := map[uint64]ingest.Outcome{}
	for i := range 12 {
		f := ingesttest.Container(fmt.Sprintf("2023-%02d", i+1), "280")
		if i == 5 {
			s.publishFor("stuck", f)
			continue
		}
		want[s.publishFor("good", f)] = ingest.Written
	}
	w := s.startWorker()
	s.Await("the batch is stuck", func() bool { return testutil.ToFloat64(w.metrics.retries.WithLabelValues("write")) >= stuckAfter-1 })
	want[s.publishFor("good", ingesttest.Container("2024-01", "280"))] = ingest.Written // shows that InfluxDB accepts others
	s.Await("all others are written", func() bool { return len(s.Receipts("good")) == len(want) })
	allow()
	s.Idle()
	s.WantBalance()
}

// A server that limits the rate would get two thousand requests instead of one.
func TestABatchIsNotDividedForAnInfluxDBThatIsOverloaded(t *testing.T) {
	t.Parallel()
	for _, status := range []int{http.StatusTooManyRequests, http.StatusServiceUnavailable} {
		t.Run(http.StatusText(status), func(t *testing.T) {
			t.Parallel()
			s, proxy := newProxiedSite(t)
			proxy.RespondTo(`submission="limited"`, status, nil)
			for i := range 12 {
				s.publishFor("limited", ingesttest.Container(fmt.Sprintf("2023-%02d", i+1), "280"))
			}
			w := s.startStopped()
			points := pointsOf(w.decided(s.Ctx, t, s.take(w, 12)), nil)
			p := s.stand(w)
			defer p.leave()
			done := make(chan error)
			go func() { done <- w.storeAll(s.Ctx, points, p) }()
			s.Await("it has been tried often", func() bool { return testutil.ToFloat64(w.metrics.retries.WithLabelValues("write")) > stuckAfter })
			w.influx.took() // others are accepted
			tried := testutil.ToFloat64(w.metrics.retries.WithLabelValues("write"))
			s.Await("it is tried as a whole", func() bool { return testutil.ToFloat64(w.metrics.retries.WithLabelValues("write")) > tried })
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
	w := s.newWorker(s.Conn, s.Influx)
	ctx, tell := context.WithCancel(s.Ctx)
	stopped := make(chan error)
	go func() { stopped <- w.Run(ctx) }()
	<-w.Ready()
	proxy.Hang()
	for i := range batches {
		s.Publish(ingesttest.Container(fmt.Sprintf("2023-%02d", i+1), "280"))
		s.Await("it is in hand, in a batch of its own", func() bool {
			info, err := w.consumer.Info(s.Ctx)
			return err == nil && info.NumAckPending == i+1
		})
	}
	tell()
	late := s.Publish(ingesttest.Container("2024-01", "280"))
	proxy.Allow()
	if err := <-stopped; err != nil {
		t.Fatal(err)
	}
	consumer, err := s.JS.Consumer(s.Ctx, ingest.FiguresStream, ingest.WorkerConsumer)
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
	f := ingesttest.Container("2023-01", "280")
	seq := s.settleOneBehindAFlood(f)
	ingesttest.WantLines(t, s.Values(), "2023-01 2800000")
	s.startWorker()
	s.Idle()
	ingesttest.WantLines(t, s.Values(), "2023-01 2800000")
	if got := s.Receipts("single")[seq]; got != ingest.Written {
		t.Errorf("the receipt says %q", got)
	}
	s.WantBalance()
}

// settleOneBehindAFlood publishes the figure behind bad messages and has it
// settled ahead of them.
func (s *site) settleOneBehindAFlood(f figure.Figure) (seq uint64) {
	s.T.Helper()
	s.publishBad(longQueue + 2*batchSize)
	seq = s.publishFor("single", f)
	w := s.startStopped()
	for s.Receipts("single")[seq] == "" {
		b := w.next(s.Ctx, s.Ctx)
		if b == nil {
			s.T.Fatal("the queue has ended before the figure was settled")
		}
		if floor, _ := w.ledger.Floor(); floor >= seq {
			s.T.Fatal("the flood was decided before the figure")
		}
		p := s.stand(w)
		w.finish(s.Ctx, b.items, p)
		b.release()
		p.leave()
	}
	return seq
}

func TestReceiptsDoNotDependOnTheNumberOfWorkers(t *testing.T) {
	t.Parallel()
	var one map[uint64]ingest.Outcome
	for _, workers := range []int{1, 3} {
		s := newSite(t)
		for i := range 3000 {
			f := ingesttest.Container("2000-01", fmt.Sprint(280+i%7))
			f.Period = f.Period.Add(i % 24)
			s.publishFor("all", f)
		}
		for range workers {
			nc, _ := s.Connect()
			s.startWorkerOn(nc, s.Influx)
		}
		s.Idle()
		got := s.Receipts("all")
		if one == nil {
			one = got
		}
		for seq, o := range one {
			if got[seq] != o {
				t.Fatalf("message %d is %s with %d workers and %s with one", seq, got[seq], workers, o)
			}
		}
		s.WantBalance()
	}
}
