package ingest

import (
	"context"
	"testing"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/tidemark-stats/tidemark/figure"
	"github.com/tidemark-stats/tidemark/internal/enginetest"
	"github.com/tidemark-stats/tidemark/store"
)

// Site is a NATS server of its own with the streams made, and a bucket.
type Site struct {
	t      testing.TB
	ctx    context.Context
	url    string // of NATS
	influx string // URL of InfluxDB, through a proxy where the test has one
	org    string
	token  string
	bucket string
	wait   time.Duration // for InfluxDB's answers; 0 is the store's own
	nc     *nats.Conn
	js     jetstream.JetStream
	store  *store.Store // straight to InfluxDB
}

// NewSite makes a site on the NATS server at the URL and the bucket.
func NewSite(t testing.TB, url string, b enginetest.Bucket) *Site {
	t.Helper()
	s := &Site{t: t, ctx: t.Context(), url: url, influx: b.URL, org: b.Org, token: b.Token, bucket: b.Bucket}
	s.nc, s.js = s.connect()
	if _, err := Setup(s.ctx, s.js, 1); err != nil {
		t.Fatal(err)
	}
	s.store = s.open(s.influx)
	if _, err := s.store.Setup(s.ctx); err != nil {
		t.Fatal(err)
	}
	return s
}

// connect makes a connection over TCP, as in production.
func (s *Site) connect() (*nats.Conn, jetstream.JetStream) {
	s.t.Helper()
	nc, err := nats.Connect(s.url, nats.MaxReconnects(-1), nats.ReconnectWait(20*time.Millisecond))
	if err != nil {
		s.t.Fatal(err)
	}
	s.t.Cleanup(nc.Close)
	js, err := jetstream.New(nc)
	if err != nil {
		s.t.Fatal(err)
	}
	return nc, js
}

func (s *Site) open(influx string) *store.Store {
	s.t.Helper()
	db, err := store.Open(store.Options{URL: influx, Org: s.org, Token: s.token, Bucket: s.bucket, Timeout: s.wait})
	if err != nil {
		s.t.Fatal(err)
	}
	s.t.Cleanup(db.Close)
	return db
}

// ackWait makes the consumer deliver again what is not acknowledged within d.
func (s *Site) ackWait(d time.Duration) {
	s.t.Helper()
	config := consumerConfig()
	config.AckWait = d
	if _, err := s.js.UpdateConsumer(s.ctx, FiguresStream, config); err != nil {
		s.t.Fatal(err)
	}
}

// container is a container throughput of the port, as its agency sends it:
// in 万TEU, confirmed so that no neighbour matters.
func container(period, value string) figure.Figure {
	f := plain(period, value)
	f.Confirmed = true
	return f
}

// plain is container without the confirmation.
func plain(period, value string) figure.Figure {
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

// publish sends a figure of the port as any program could, and gives its
// sequence.
func (s *Site) publish(f figure.Figure) uint64 {
	s.t.Helper()
	return s.publishRaw(f.Subject("port"), f.AppendJSON(nil), "")
}

func (s *Site) publishRaw(subject string, body []byte, submission string) uint64 {
	s.t.Helper()
	msg := nats.NewMsg(subject)
	msg.Data = body
	if submission != "" {
		msg.Header.Set(HeaderSubmission, submission)
	}
	ack, err := s.js.PublishMsg(s.ctx, msg)
	if err != nil {
		s.t.Fatal(err)
	}
	return ack.Sequence
}

// await returns when the condition holds.
func (s *Site) await(what string, condition func() bool) {
	s.t.Helper()
	s.awaitWithin(90*time.Second, what, condition)
}

func (s *Site) awaitWithin(d time.Duration, what string, condition func() bool) {
	s.t.Helper()
	limit := time.After(d)
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for !condition() {
		select {
		case <-tick.C:
		case <-limit:
			s.t.Fatalf("waited too long: %s", what)
		}
	}
}

// idle returns when every message is settled and acknowledged.
func (s *Site) idle() {
	s.t.Helper()
	s.idleWithin(90 * time.Second)
}

func (s *Site) idleWithin(d time.Duration) {
	s.t.Helper()
	consumer, err := s.js.Consumer(s.ctx, FiguresStream, WorkerConsumer)
	if err != nil {
		s.t.Fatal(err)
	}
	all := s.messages() // the consumer hears of the last ones a moment later
	s.awaitWithin(d, "every message acknowledged", func() bool {
		info, err := consumer.Info(s.ctx)
		return err == nil && info.NumPending == 0 && info.NumAckPending == 0 && info.AckFloor.Stream >= all
	})
}
