package ingest

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/tidemark-stats/tidemark/internal/engines"
	"github.com/tidemark-stats/tidemark/internal/enginetest"
	"github.com/tidemark-stats/tidemark/store"
)

// newProxiedSite is a site whose workers reach InfluxDB through a proxy that
// can break the way.
func newProxiedSite(t testing.TB) (*site, *enginetest.FaultProxy) {
	t.Helper()
	s := newSite(t)
	proxy := enginetest.Proxy(t, s.influx)
	s.influx, s.wait = proxy.URL(), 2*time.Second
	return s, proxy
}

// publishYear publishes a year of months and gives the values that are to be
// stored.
func (s *site) publishYear(year int) (want []string) {
	s.t.Helper()
	for month := 1; month <= 12; month++ {
		s.publish(container(fmt.Sprintf("%d-%02d", year, month), fmt.Sprint(270+month)))
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
			s.ackWait(time.Second) // the messages are held for longer than this
			w := s.startWorker()
			<-w.Ready()
			c.breaks(proxy)
			want := s.publishYear(2023)
			s.await("the worker notices", func() bool { return strings.Contains(w.log.String(), c.said) })
			s.await("the worker tries again", func() bool { return counted(t, w, "tidemark_ingest_retries_total") >= 2 })
			if n := len(s.rejects()); n != 0 {
				t.Errorf("%d rejects while InfluxDB is broken", n)
			}
			proxy.Allow()
			s.idle()
			wantLines(t, s.values(), want...)
			if n := counted(t, w, "tidemark_ingest_redelivered_total"); n != 0 {
				t.Errorf("%v messages were delivered again although the worker held them", n)
			}
			s.wantBalance()
		})
	}
}

func TestAWorkerThatStartsBeforeInfluxDBWaitsForIt(t *testing.T) {
	t.Parallel()
	s, proxy := newProxiedSite(t)
	proxy.Refuse()
	want := s.publishYear(2023)
	w := s.startWorker()
	s.await("the worker tries again", func() bool { return counted(t, w, "tidemark_ingest_retries_total") >= 2 })
	select {
	case <-w.Ready():
		t.Error("the worker says it is ready")
	default:
	}
	proxy.Allow()
	s.idle()
	wantLines(t, s.values(), want...)
	s.wantBalance()
}

func TestAWorkerThatIsToldToStopWhileInfluxDBIsAwayGivesTheMessagesBack(t *testing.T) {
	t.Parallel()
	s, proxy := newProxiedSite(t)
	w := s.startStopped()
	proxy.Refuse()
	want := s.publishYear(2023)
	items := w.decided(s.ctx, t, s.take(w, 12))
	p := s.stand(w)
	defer p.leave()
	ctx, cancel := context.WithTimeout(s.ctx, 300*time.Millisecond)
	defer cancel()
	w.finish(ctx, items, p)
	proxy.Allow()
	s.startWorker() // without the second of delay they would come after the ack wait of 30 s only
	began := time.Now()
	s.idle()
	if d := time.Since(began); d > ackWait/2 {
		t.Errorf("the messages came back after %s", d)
	}
	wantLines(t, s.values(), want...)
	s.wantBalance()
}

func TestInfluxDBIsStoppedAndStartedInTheMiddle(t *testing.T) {
	t.Parallel()
	influx := enginetest.Influx(t)
	s := newSiteAt(t, influx.URL(), "stopped")
	s.ackWait(time.Second)
	s.startWorker()
	var want []string
	for year := 2000; year < 2001; year++ {
		want = append(want, s.publishYear(year)...)
		if err := influx.Stop(s.ctx); err != nil {
			t.Fatal(err)
		}
		want = append(want, s.publishYear(year+10)...)
		restart(t, influx)
	}
	s.idle()
	got := map[string]bool{}
	for _, line := range s.values() {
		got[line] = true
	}
	for _, line := range want {
		if !got[line] {
			t.Errorf("%s is missing", line)
		}
	}
	if len(s.rejects()) != 0 {
		t.Errorf("rejected: %v", s.rejects()[0].Problem)
	}
	s.wantBalance()
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
	s.t.Helper()
	at := time.Date(year, 6, 1, 0, 0, 0, 0, time.UTC).UnixNano()
	line := fmt.Sprintf(`figure,agency=port,area=X,category=_T,freq=M,indicator=spoilt,measure=level,status=A value="text" %d`, at)
	address := influx + "/api/v2/write?" + url.Values{"org": {s.org}, "bucket": {s.bucket}}.Encode()
	req, err := http.NewRequestWithContext(s.ctx, http.MethodPost, address, strings.NewReader(line))
	if err != nil {
		s.t.Fatal(err)
	}
	req.Header.Set("Authorization", "Token "+s.token)
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		s.t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	if body, _ := io.ReadAll(resp.Body); resp.StatusCode != http.StatusNoContent {
		s.t.Fatalf("%s: %s", resp.Status, body)
	}
}

func TestOnlyTheFigureThatInfluxDBRefusesIsRejected(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	w := s.startStopped()
	s.spoil(s.influx, 1985)
	var bad []uint64
	for i := range 40 {
		f := container("2001-01", "280")
		f.Period = f.Period.Add(i)
		if i == 11 || i == 12 || i == 39 {
			f.Period = container("1985-01", "0").Period.Add(i)
			bad = append(bad, s.publish(f))
			continue
		}
		s.publish(f)
	}
	s.settleAll(w, 40)
	var got []uint64
	for _, r := range s.rejects() {
		got = append(got, r.Seq)
	}
	if fmt.Sprint(got) != fmt.Sprint(bad) {
		t.Errorf("rejected %v, want %v", got, bad)
	}
	n := 0
	for _, err := range s.store.Vintages(s.ctx, store.Selection{From: time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC)}) {
		if err != nil {
			t.Fatal(err)
		}
		n++
	}
	if n != 37 {
		t.Errorf("%d figures written, want 37", n)
	}
	p := s.rejects()[0].Problem
	want := `store/refused: value "container_throughput NBZS level 1985-12" was refused by InfluxDB: partial write: field type conflict: ` +
		`input field "value" on measurement "figure" is type float, already exists as type string dropped=1; ` +
		`an operator has to look at the bucket; then send it again with tidemark rejects resend`
	// 2.x begins its reason with where it comes from.
	if got := strings.Replace(p.Error(), "failure writing points to database: ", "", 1); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

func TestTheConnectionIsLostBetweenWriteAndAcknowledgement(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.ackWait(time.Second)
	want := s.publishYear(2023)
	bad := plain("2022-01", "300")
	bad.Unit = "头"
	s.publishRaw(bad.Subject("port"), bad.AppendJSON(nil), "")
	s.settleWithoutAck(s.startStopped(), 13)
	w := s.startWorker()
	s.idle()
	wantLines(t, s.values(), want...)
	if n := counted(t, w, "tidemark_ingest_redelivered_total"); n != 13 {
		t.Errorf("%v messages were delivered again, want 13", n)
	}
	s.wantBalance()
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
	s.ackWait(time.Second)
	s.startWorker()
	var want []string
	for year := 2000; year < 2005; year++ {
		want = append(want, s.publishYear(year)...)
		before := s.nc.Stats().Reconnects
		server.Shutdown()
		if server, err = engines.StartNATS(engines.NATSOptions{Dir: dir, Listen: address}); err != nil {
			t.Fatal(err)
		}
		// A client that has not noticed yet still says that it is connected.
		s.await("the connection is back", func() bool { return s.nc.Stats().Reconnects > before && s.nc.IsConnected() })
	}
	s.idle()
	wantLines(t, s.values(), want...)
	s.wantBalance()
}
