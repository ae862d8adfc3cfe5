package worker

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/tidemark-stats/tidemark/ingest"
	"github.com/tidemark-stats/tidemark/ingest/ingesttest"
	"github.com/tidemark-stats/tidemark/internal/engines"
	"github.com/tidemark-stats/tidemark/internal/enginetest"
	"github.com/tidemark-stats/tidemark/store"
)

// newProxiedSite returns a site whose workers reach InfluxDB through a proxy that can
// break the connection.
func newProxiedSite(t testing.TB) (*site, *enginetest.FaultProxy) {
	t.Helper()
	s := newSite(t)
	proxy := enginetest.Proxy(t, s.Influx)
	s.Influx, s.Wait = proxy.URL(), 2*time.Second
	return s, proxy
}

// publishYear publishes a year of months and returns the values that should be stored.
func (s *site) publishYear(year int) (want []string) {
	s.T.Helper()
	for month := 1; month <= 12; month++ {
		s.Publish(ingesttest.Container(fmt.Sprintf("%d-%02d", year, month), fmt.Sprint(270+month)))
		want = append(want, fmt.Sprintf("%d-%02d %d0000", year, month, 270+month))
	}
	return want
}

func TestFiguresAreHeldWhileInfluxDBIsBroken(t *testing.T) {
	for _, c := range []struct {
		name   string
		breaks func(*enginetest.FaultProxy)
		said   string // in the log
	}{
		{"refusing connections", (*enginetest.FaultProxy).Refuse, "could not write to InfluxDB"},
		{"hanging", (*enginetest.FaultProxy).Hang, "could not write to InfluxDB"},
		{"overloaded", func(p *enginetest.FaultProxy) {
			p.Respond(http.StatusTooManyRequests, http.Header{"Retry-After": {"1"}})
		}, "in=1s"},
		{"unavailable", func(p *enginetest.FaultProxy) { p.Respond(http.StatusServiceUnavailable, nil) }, "503"},
		{"locked", func(p *enginetest.FaultProxy) { p.Respond(http.StatusUnauthorized, nil) }, "check the InfluxDB token"},
		{"losing its answers", func(p *enginetest.FaultProxy) { p.LoseAnswers(-1) }, "could not write to InfluxDB"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			s, proxy := newProxiedSite(t)
			s.AckWait(time.Second) // the messages are held for longer than this
			w := s.startWorker()
			<-w.Ready()
			c.breaks(proxy)
			want := s.publishYear(2023)
			s.Await("the worker notices", func() bool { return strings.Contains(w.log.String(), c.said) })
			s.Await("the worker tries again", func() bool { return counted(t, w, "tidemark_ingest_retries_total") >= 2 })
			if n := len(s.Rejects()); n != 0 {
				t.Errorf("%d rejects while InfluxDB is broken", n)
			}
			proxy.Allow()
			s.Idle()
			ingesttest.WantLines(t, s.Values(), want...)
			if n := counted(t, w, "tidemark_ingest_redelivered_total"); n != 0 {
				t.Errorf("%v messages were delivered again although the worker held them", n)
			}
			s.WantBalance()
		})
	}
}

func TestAWorkerThatStartsBeforeInfluxDBWaitsForIt(t *testing.T) {
	t.Parallel()
	s, proxy := newProxiedSite(t)
	proxy.Refuse()
	want := s.publishYear(2023)
	w := s.startWorker()
	s.Await("the worker tries again", func() bool { return counted(t, w, "tidemark_ingest_retries_total") >= 2 })
	select {
	case <-w.Ready():
		t.Error("the worker says it is ready")
	default:
	}
	proxy.Allow()
	s.Idle()
	ingesttest.WantLines(t, s.Values(), want...)
	s.WantBalance()
}

func TestAWorkerThatIsToldToStopWhileInfluxDBIsAwayGivesTheMessagesBack(t *testing.T) {
	t.Parallel()
	s, proxy := newProxiedSite(t)
	w := s.startStopped()
	proxy.Refuse()
	want := s.publishYear(2023)
	items := w.decided(s.Ctx, t, s.take(w, 12))
	p := s.stand(w)
	defer p.leave()
	ctx, cancel := context.WithTimeout(s.Ctx, 300*time.Millisecond)
	defer cancel()
	w.finish(ctx, items, p)
	proxy.Allow()
	s.startWorker() // without the second of delay they would come after the ack wait of 30 s only
	began := time.Now()
	s.Idle()
	if d := time.Since(began); d > ingest.AckWait/2 {
		t.Errorf("the messages came back after %s", d)
	}
	ingesttest.WantLines(t, s.Values(), want...)
	s.WantBalance()
}

func TestInfluxDBIsStoppedAndStartedInTheMiddle(t *testing.T) {
	t.Parallel()
	influx := enginetest.Influx(t)
	s := newSiteAt(t, influx.URL(), "stopped")
	s.AckWait(time.Second)
	s.startWorker()
	var want []string
	for year := 2000; year < 2001; year++ {
		want = append(want, s.publishYear(year)...)
		if err := influx.Stop(s.Ctx); err != nil {
			t.Fatal(err)
		}
		want = append(want, s.publishYear(year+10)...)
		restart(t, influx)
	}
	s.Idle()
	got := map[string]bool{}
	for _, line := range s.Values() {
		got[line] = true
	}
	for _, line := range want {
		if !got[line] {
			t.Errorf("%s is missing", line)
		}
	}
	if len(s.Rejects()) != 0 {
		t.Errorf("rejected: %v", s.Rejects()[0].Problem)
	}
	s.WantBalance()
}

func restart(t testing.TB, influx *engines.Influx) {
	t.Helper()
	if err := influx.Restart(context.WithoutCancel(t.Context())); err != nil {
		t.Fatal(err)
	}
}

// spoil makes InfluxDB refuse values in the decade of the year, by storing a
// text there first: the type of a field is fixed for a shard.
func (s *site) spoil(influx string, year int) {
	s.T.Helper()
	at := time.Date(year, 6, 1, 0, 0, 0, 0, time.UTC).UnixNano()
	line := fmt.Sprintf(`figure,agency=port,area=X,category=_T,freq=M,indicator=spoilt,measure=level,status=A value="text" %d`, at)
	address := influx + "/api/v2/write?" + url.Values{"org": {s.Org}, "bucket": {s.Bucket}}.Encode()
	req, err := http.NewRequestWithContext(s.Ctx, http.MethodPost, address, strings.NewReader(line))
	if err != nil {
		s.T.Fatal(err)
	}
	req.Header.Set("Authorization", "Token "+s.Token)
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		s.T.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	if body, _ := io.ReadAll(resp.Body); resp.StatusCode != http.StatusNoContent {
		s.T.Fatalf("%s: %s", resp.Status, body)
	}
}

func TestOnlyTheFigureThatInfluxDBRefusesIsRejected(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	w := s.startStopped()
	s.spoil(s.Influx, 1985)
	var bad []uint64
	for i := range 40 {
		f := ingesttest.Container("2001-01", "280")
		f.Period = f.Period.Add(i)
		if i == 11 || i == 12 || i == 39 {
			f.Period = ingesttest.Container("1985-01", "0").Period.Add(i)
			bad = append(bad, s.Publish(f))
			continue
		}
		s.Publish(f)
	}
	s.settleAll(w, 40)
	var got []uint64
	for _, r := range s.Rejects() {
		got = append(got, r.Seq)
	}
	if fmt.Sprint(got) != fmt.Sprint(bad) {
		t.Errorf("rejected %v, want %v", got, bad)
	}
	n := 0
	for _, err := range s.Store.Vintages(s.Ctx, store.Selection{From: time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC)}) {
		if err != nil {
			t.Fatal(err)
		}
		n++
	}
	if n != 37 {
		t.Errorf("%d figures written, want 37", n)
	}
	p := s.Rejects()[0].Problem
	want := `store/refused: value "container_throughput NBZS level 1985-12" was refused by InfluxDB: partial write: field type conflict: ` +
		`input field "value" on measurement "figure" is type float, already exists as type string dropped=1; ` +
		`an operator must check the bucket; then send it again with tidemark rejects resend`
	// 2.x begins its reason with where it comes from.
	if got := strings.Replace(p.Error(), "failure writing points to database: ", "", 1); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

func TestTheConnectionIsLostBetweenWriteAndAcknowledgement(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.AckWait(time.Second)
	want := s.publishYear(2023)
	bad := ingesttest.Plain("2022-01", "300")
	bad.Unit = "头"
	s.PublishRaw(bad.Subject("port"), bad.AppendJSON(nil), "")
	s.settleWithoutAck(s.startStopped(), 13)
	w := s.startWorker()
	s.Idle()
	ingesttest.WantLines(t, s.Values(), want...)
	if n := counted(t, w, "tidemark_ingest_redelivered_total"); n != 13 {
		t.Errorf("%v messages were delivered again, want 13", n)
	}
	s.WantBalance()
}

func TestNATSIsRestartedUnderTheWorkers(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	server, err := engines.StartNATS(engines.NATSOptions{Dir: dir})
	if err != nil {
		t.Fatal(err)
	}
	address := strings.TrimPrefix(server.ClientURL(), "nats://")
	t.Cleanup(func() { server.Shutdown() })
	s := newSiteIn(t, "nats://"+address, enginetest.SharedInflux(t))
	s.AckWait(time.Second)
	s.startWorker()
	var want []string
	for year := 2000; year < 2005; year++ {
		want = append(want, s.publishYear(year)...)
		before := s.Conn.Stats().Reconnects
		server.Shutdown()
		if server, err = engines.StartNATS(engines.NATSOptions{Dir: dir, Listen: address}); err != nil {
			t.Fatal(err)
		}
		// A client that has not noticed yet still reports that it is connected.
		s.Await("the connection is back", func() bool { return s.Conn.Stats().Reconnects > before && s.Conn.IsConnected() })
	}
	s.Idle()
	ingesttest.WantLines(t, s.Values(), want...)
	s.WantBalance()
}
