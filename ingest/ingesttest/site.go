package ingesttest

import (
	"context"
	"testing"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/tidemark-stats/tidemark/figure"
	"github.com/tidemark-stats/tidemark/ingest"
	"github.com/tidemark-stats/tidemark/internal/enginetest"
	"github.com/tidemark-stats/tidemark/store"
)

// Site is a NATS server with the streams, and a bucket, for one test.
type Site struct {
	T      testing.TB
	Ctx    context.Context
	URL    string // of NATS
	Influx string // URL of InfluxDB, or of the test's proxy in front of it
	Org    string
	Token  string
	Bucket string
	Wait   time.Duration // timeout for InfluxDB, 0 for the store's default
	Conn   *nats.Conn
	JS     jetstream.JetStream
	Store  *store.Store // connected to InfluxDB directly
}

// NewSite returns a site on the NATS server at the URL and the bucket, and sets both
// up.
func NewSite(t testing.TB, url string, b enginetest.Bucket) *Site {
	t.Helper()
	s := &Site{T: t, Ctx: t.Context(), URL: url, Influx: b.URL, Org: b.Org, Token: b.Token, Bucket: b.Bucket}
	s.Conn, s.JS = s.Connect()
	if _, err := ingest.Setup(s.Ctx, s.JS, 1); err != nil {
		t.Fatal(err)
	}
	s.Store = s.Open(s.Influx)
	if _, err := s.Store.Setup(s.Ctx); err != nil {
		t.Fatal(err)
	}
	return s
}

// Connect connects to NATS over TCP, as in production.
func (s *Site) Connect() (*nats.Conn, jetstream.JetStream) {
	s.T.Helper()
	nc, err := nats.Connect(s.URL, nats.MaxReconnects(-1), nats.ReconnectWait(20*time.Millisecond))
	if err != nil {
		s.T.Fatal(err)
	}
	s.T.Cleanup(nc.Close)
	js, err := jetstream.New(nc)
	if err != nil {
		s.T.Fatal(err)
	}
	return nc, js
}

// Open opens the bucket at the URL of InfluxDB or of a proxy.
func (s *Site) Open(influx string) *store.Store {
	s.T.Helper()
	db, err := store.Open(store.Options{URL: influx, Org: s.Org, Token: s.Token, Bucket: s.Bucket, Timeout: s.Wait})
	if err != nil {
		s.T.Fatal(err)
	}
	s.T.Cleanup(db.Close)
	return db
}

// AckWait makes the consumer redeliver what is not acknowledged within d.
func (s *Site) AckWait(d time.Duration) {
	s.T.Helper()
	config := ingest.ConsumerConfig()
	config.AckWait = d
	if _, err := s.JS.UpdateConsumer(s.Ctx, ingest.FiguresStream, config); err != nil {
		s.T.Fatal(err)
	}
}

// Container returns a figure of the port's container throughput, as its agency sends
// it: in 万TEU, and confirmed so that other figures do not matter.
func Container(period, value string) figure.Figure {
	f := Plain(period, value)
	f.Confirmed = true
	return f
}

// Plain is Container without the confirmation.
func Plain(period, value string) figure.Figure {
	p, err := figure.ParsePeriod(period)
	if err != nil {
		panic(err)
	}
	v, err := figure.ParseDecimal(value)
	if err != nil {
		panic(err)
	}
	return figure.Figure{Cell: figure.Cell{Indicator: "container_throughput", Area: "NBZS", Category: figure.Total,
		Measure: figure.Level, Period: p}, Value: v, Unit: "万TEU", Status: figure.Normal}
}

// Publish publishes a figure of the port without a submission, and returns its
// sequence.
func (s *Site) Publish(f figure.Figure) uint64 {
	s.T.Helper()
	return s.PublishRaw(f.Subject("port"), f.AppendJSON(nil), "")
}

// PublishRaw publishes any body on a subject and returns its sequence. The submission
// may be empty.
func (s *Site) PublishRaw(subject string, body []byte, submission string) uint64 {
	s.T.Helper()
	msg := nats.NewMsg(subject)
	msg.Data = body
	if submission != "" {
		msg.Header.Set(ingest.HeaderSubmission, submission)
	}
	ack, err := s.JS.PublishMsg(s.Ctx, msg)
	if err != nil {
		s.T.Fatal(err)
	}
	return ack.Sequence
}

// Await waits until the condition holds; what describes it.
func (s *Site) Await(what string, condition func() bool) {
	s.T.Helper()
	s.awaitWithin(90*time.Second, what, condition)
}

func (s *Site) awaitWithin(d time.Duration, what string, condition func() bool) {
	s.T.Helper()
	limit := time.After(d)
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for !condition() {
		select {
		case <-tick.C:
		case <-limit:
			s.T.Fatalf("waited too long: %s", what)
		}
	}
}

// Idle waits until every message is settled and acknowledged.
func (s *Site) Idle() {
	s.T.Helper()
	s.IdleWithin(90 * time.Second)
}

// IdleWithin is Idle with a time limit.
func (s *Site) IdleWithin(d time.Duration) {
	s.T.Helper()
	consumer, err := s.JS.Consumer(s.Ctx, ingest.FiguresStream, ingest.WorkerConsumer)
	if err != nil {
		s.T.Fatal(err)
	}
	all := s.Messages() // the consumer may not know the last ones yet
	s.awaitWithin(d, "every message acknowledged", func() bool {
		info, err := consumer.Info(s.Ctx)
		return err == nil && info.NumPending == 0 && info.NumAckPending == 0 && info.AckFloor.Stream >= all
	})
}
