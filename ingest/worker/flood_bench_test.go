package worker

import (
	"fmt"
	"testing"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/tidemark-stats/tidemark/figure"
	"github.com/tidemark-stats/tidemark/ingest"
	"github.com/tidemark-stats/tidemark/ingest/ingesttest"
)

// BenchmarkFlood puts 500,000 bad messages of one sender before the figures of
// another. single-s is how long one good figure then takes from its publication
// to its receipt, and single-limit compares it with the five seconds that are
// wanted at most. pace is how fast 50,000 good figures behind the flood are
// settled, as a part of their speed without it; at least 0.5 is wanted.
func BenchmarkFlood(b *testing.B) {
	const bad, good = 500_000, 50_000
	var single, pace []float64
	for b.Loop() {
		alone := newSite(b)
		alone.publishGood(good, "alone")
		unhindered := alone.timeFigures(good)

		s := newSite(b)
		s.publishBad(bad)
		s.publishGood(good, "behind")
		pace = append(pace, unhindered.Seconds()/s.timeFigures(good).Seconds())

		s = newSite(b)
		s.publishBad(bad)
		w := s.startWorker()
		<-w.Ready()
		began := time.Now()
		f := ingesttest.Container("2023-01", "280")
		s.PublishRaw(f.Subject("port"), f.AppendJSON(nil), "single")
		s.Await("the receipt of the single figure", func() bool { return len(s.Receipts("single")) == 1 })
		single = append(single, time.Since(began).Seconds())
		w.stop()
	}
	b.ReportMetric(median(pace), "pace")
	b.ReportMetric(median(single), "single-s")
	b.ReportMetric(median(single)/5, "single-limit")
}

// publishBad publishes n messages of customs that are refused for several
// reasons.
func (s *site) publishBad(n int) {
	s.T.Helper()
	f := figure.Figure{Cell: figure.Cell{Indicator: "exports", Area: "330200", Category: figure.Total, Period: figure.Month(2000, 1)},
		Unit: "头", Status: figure.Normal, Value: figure.NewDecimal(1, 0)}
	s.publishAll(func(yield func(*nats.Msg) bool) {
		for i := range n {
			msg := nats.NewMsg(fmt.Sprintf("figures.customs.flood.%d", i%1000))
			msg.Header.Set(ingest.HeaderSubmission, "flood")
			switch i % 3 {
			case 0:
				msg.Data = []byte("no figure at all")
			case 1:
				f.Period = figure.Month(2000, 1).Add(i % 240)
				msg.Data = f.AppendJSON(nil)
			case 2:
				msg.Data = []byte(`{"indicator":"exports"}`)
			}
			if !yield(msg) {
				return
			}
		}
	})
}

// publishGood publishes n good figures of the port.
func (s *site) publishGood(n int, submission string) {
	s.T.Helper()
	s.publishAll(func(yield func(*nats.Msg) bool) {
		for i := range n {
			f := ingesttest.Container("1950-01", fmt.Sprint(200+i/840))
			f.Period = f.Period.Add(i % 840)
			msg := nats.NewMsg(f.Subject("port"))
			msg.Data = f.AppendJSON(nil)
			msg.Header.Set(ingest.HeaderSubmission, submission)
			if !yield(msg) {
				return
			}
		}
	})
}

// publishAll publishes messages as fast as NATS takes them.
func (s *site) publishAll(all func(func(*nats.Msg) bool)) {
	s.T.Helper()
	js, err := jetstream.New(s.Conn, jetstream.WithPublishAsyncMaxPending(1000), jetstream.WithPublishAsyncErrHandler(
		func(_ jetstream.JetStream, _ *nats.Msg, err error) { s.T.Error(err) }))
	if err != nil {
		s.T.Fatal(err)
	}
	for msg := range all {
		if _, err := js.PublishMsgAsync(msg, jetstream.WithStallWait(time.Minute)); err != nil {
			s.T.Fatal(err)
		}
	}
	<-js.PublishAsyncComplete()
}

// timeFigures starts a worker and gives how long it takes until it has settled
// n good figures.
func (s *site) timeFigures(n int) time.Duration {
	s.T.Helper()
	nc, _ := s.Connect()
	w := s.startWorkerOn(nc, s.Influx)
	<-w.Ready()
	began := time.Now()
	s.Await("the good figures are settled", func() bool { return counted(s.T, w, "tidemark_ingest_figures_total") == float64(n) })
	d := time.Since(began)
	w.stop()
	return d
}
