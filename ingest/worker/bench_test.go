package worker

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	influxdb2 "github.com/influxdata/influxdb-client-go/v2"
	"github.com/influxdata/influxdb-client-go/v2/api"
	"github.com/influxdata/line-protocol/v2/lineprotocol"
	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/tidemark-stats/tidemark/catalog"
	"github.com/tidemark-stats/tidemark/figure"
	"github.com/tidemark-stats/tidemark/ingest"
	"github.com/tidemark-stats/tidemark/ingest/ingesttest"
	"github.com/tidemark-stats/tidemark/ingest/rules"
	"github.com/tidemark-stats/tidemark/internal/enginetest"
)

// load is how many figures the throughput benchmark moves.
const load = 200_000

// BenchmarkThroughput moves the same messages twice from JetStream to
// InfluxDB, acknowledged: with a worker, and with a loop that writes bytes
// prepared beforehand without looking at the messages. ratio is the worker's
// speed as a part of the loop's; at least 0.7 is wanted. All three numbers
// are medians over pairs of runs, which a busy machine disturbs least.
func BenchmarkThroughput(b *testing.B) {
	var worker, baseline, ratio []float64
	for b.Loop() {
		s := newSite(b)
		lines := s.publishLoad(load)
		plain, whole := s.timeBaseline(lines).Seconds(), s.timeWorker(load).Seconds()
		baseline, worker, ratio = append(baseline, load/plain), append(worker, load/whole), append(ratio, plain/whole)
	}
	b.ReportMetric(median(ratio), "ratio")
	b.ReportMetric(median(worker), "figures/s")
	b.ReportMetric(median(baseline), "baseline-figures/s")
}

func median(values []float64) float64 {
	slices.Sort(values)
	middle := len(values) / 2
	if len(values)%2 == 1 {
		return values[middle]
	}
	return (values[middle-1] + values[middle]) / 2
}

// publishLoad publishes n good figures and gives their points in line
// protocol, by sequence. The worker's consumer is there already, as in life:
// a worker looks up messages older than its consumer, in case another worker has
// settled them.
func (s *site) publishLoad(n int) (lines [][]byte) {
	s.T.Helper()
	before := s.Messages()
	lines = make([][]byte, 1, n+1)
	var futures []jetstream.PubAckFuture
	i := 0
	for f, agency := range goodFigures() {
		msg := nats.NewMsg(f.Subject(agency))
		msg.Data = f.AppendJSON(nil)
		msg.Header.Set(ingest.HeaderSubmission, fmt.Sprintf("load-%d", i/20_000))
		future, err := s.JS.PublishMsgAsync(msg)
		if err != nil {
			s.T.Fatal(err)
		}
		lines = append(lines, encodeLine(&f, agency, i))
		if futures = append(futures, future); len(futures) == 1000 {
			for _, f := range futures {
				select {
				case <-f.Ok():
				case err := <-f.Err():
					s.T.Fatal(err)
				}
			}
			futures = futures[:0]
		}
		if i++; i == n {
			break
		}
	}
	<-s.JS.PublishAsyncComplete()
	if got := s.Messages() - before; got != uint64(n) {
		s.T.Fatalf("%d messages, want %d", got, n)
	}
	return lines
}

// goodFigures are figures that the built-in catalogue accepts, series by
// series and month by month.
func goodFigures() func(yield func(figure.Figure, string) bool) {
	return func(yield func(figure.Figure, string) bool) {
		for _, ind := range catalog.Ningbo().Indicators {
			if ind.Kind == catalog.Ratio || ind.Frequency() != figure.Monthly || !ind.HasCategory(figure.Total) {
				continue
			}
			for _, area := range ind.Areas {
				for _, m := range ind.Measures {
					for p := figure.Month(1880, 1); p.Year() < 2025; p = p.Next() {
						f := figure.Figure{Cell: figure.Cell{Indicator: ind.Code, Area: area, Category: figure.Total, Measure: m, Period: p},
							Unit: ind.UnitOf(m).Code, Status: figure.Normal, Value: figure.NewDecimal(int64(20+p.Number()), -1)}
						if !m.Growth() {
							r, _ := ind.Plausible(area, m, figure.Monthly)
							base := int64(r.Max.Float64() / 26)
							if m == figure.YTD {
								base = base * int64(p.Number()) / 2
							}
							f.Value = figure.NewDecimal(max(base+int64(p.Year()%7), 1), 0)
						}
						if !yield(f, ind.Agency.Code) {
							return
						}
					}
				}
			}
		}
	}
}

// encodeLine is the point that the store would write of a figure.
func encodeLine(f *figure.Figure, agency string, i int) []byte {
	var e lineprotocol.Encoder
	e.SetPrecision(lineprotocol.Nanosecond)
	e.StartLine("figure")
	for _, tag := range [][2]string{{"agency", agency}, {"area", f.Area}, {"category", f.Category}, {"freq", "M"},
		{"indicator", f.Indicator}, {"measure", f.Measure.String()}, {"status", "A"}} {
		e.AddTag(tag[0], tag[1])
	}
	e.AddField("value", lineprotocol.MustNewValue(f.Value.Float64()))
	e.AddField("submission", lineprotocol.MustNewValue(fmt.Sprintf("load-%d", i/20_000)))
	e.AddField("seq", lineprotocol.IntValue(int64(i+1)))
	e.EndLine(f.Period.Start().Add(time.Duration(time.Now().UnixMilli())))
	return append(slices.Clip(e.Bytes()), '\n')
}

// fresh gives the site an empty bucket.
func (s *site) fresh() {
	s.T.Helper()
	b := enginetest.SharedInflux(s.T)
	s.Influx, s.Org, s.Token, s.Bucket = b.URL, b.Org, b.Token, b.Bucket
	s.Store = s.Open(s.Influx)
	if _, err := s.Store.Setup(s.Ctx); err != nil {
		s.T.Fatal(err)
	}
}

func (s *site) consumer(name string) jetstream.Consumer {
	s.T.Helper()
	config := ingest.ConsumerConfig()
	config.Durable = name
	consumer, err := s.JS.CreateConsumer(s.Ctx, ingest.FiguresStream, config)
	if err != nil {
		s.T.Fatal(err)
	}
	return consumer
}

func (s *site) timeWorker(n int) time.Duration {
	s.T.Helper()
	s.fresh()
	nc, _ := s.Connect()
	w := s.startWorkerOn(nc, s.Influx)
	<-w.Ready()
	began := time.Now()
	s.Await("everything is settled", func() bool { return counted(s.T, w, "tidemark_ingest_figures_total") == float64(n) })
	d := time.Since(began)
	w.stop()
	if rejects := s.Rejects(); len(rejects) > 0 {
		s.T.Fatalf("%d rejects: %s", len(rejects), rejects[0].Problem.Error())
	}
	return d
}

// timeBaseline moves the prepared lines: as many lanes and as large batches
// as a worker's, fetched and acknowledged in the same way.
func (s *site) timeBaseline(lines [][]byte) time.Duration {
	s.T.Helper()
	s.fresh()
	const name = "baseline"
	s.consumer(name)
	defer func() {
		if err := s.JS.DeleteConsumer(s.Ctx, ingest.FiguresStream, name); err != nil {
			s.T.Error(err)
		}
	}()
	nc, js := s.Connect()
	consumer, err := js.Consumer(s.Ctx, ingest.FiguresStream, name)
	if err != nil {
		s.T.Fatal(err)
	}
	client := influxdb2.NewClient(s.Influx, s.Token)
	defer client.Close()
	began := time.Now()
	var all sync.WaitGroup
	for range batches {
		all.Go(func() { move(s.T, nc, consumer, client.WriteAPIBlocking(s.Org, s.Bucket), lines) })
	}
	all.Wait()
	return time.Since(began)
}

// move is the baseline's lane.
func move(t testing.TB, nc *nats.Conn, consumer jetstream.Consumer, to api.WriteAPIBlocking, lines [][]byte) {
	var body []byte
	for {
		batch, err := consumer.FetchNoWait(batchSize)
		if err != nil {
			t.Error(err)
			return
		}
		var items []*item
		body = body[:0]
		for msg := range batch.Messages() {
			meta, err := msg.Metadata()
			if err != nil {
				t.Error(err)
				return
			}
			items = append(items, &item{Message: rules.Message{Seq: meta.Sequence.Stream}, msg: msg})
			body = append(body, lines[meta.Sequence.Stream]...)
		}
		if len(items) == 0 {
			return
		}
		if err := to.WriteRecord(context.Background(), string(body)); err != nil {
			t.Error(err)
			return
		}
		if _, err := ackAll(context.Background(), nc, items); err != nil {
			t.Error(err)
			return
		}
	}
}

// BenchmarkLatency times one figure from its publication to InfluxDB on an
// idle system, beyond what the publication itself takes. p50-ms is the
// median; ratio compares it with the 20 ms that are wanted at most.
func BenchmarkLatency(b *testing.B) {
	s := newSite(b)
	w := s.startWorker()
	<-w.Ready()
	var beyond []time.Duration
	f := ingesttest.Container("2000-01", "280")
	for b.Loop() {
		f.Period = f.Period.Next()
		if f.Period.Year() == 2020 {
			f = ingesttest.Container("2000-01", fmt.Sprint(280+len(beyond)%10))
		}
		before := counted(b, w, "tidemark_ingest_figures_total")
		s.Publish(f)
		stored := time.Now()
		for counted(b, w, "tidemark_ingest_figures_total") == before {
			time.Sleep(200 * time.Microsecond) // the resolution of what is measured
		}
		beyond = append(beyond, time.Since(stored))
	}
	slices.Sort(beyond)
	p50 := beyond[len(beyond)/2]
	b.ReportMetric(p50.Seconds()*1e3, "p50-ms")
	b.ReportMetric(p50.Seconds()/0.020, "ratio")
}
