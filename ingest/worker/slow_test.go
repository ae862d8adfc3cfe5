package worker

import (
	"fmt"
	"io"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/nats-io/nats.go"

	"github.com/tidemark-stats/tidemark/ingest/ingesttest"
)

// slowly returns the address of a proxy that takes up to so many bytes a second from
// clients, and passes on at once what the server says.
func slowly(t *testing.T, server string, bytesPerSecond int) (address string) {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = listener.Close() })
	go func() {
		for {
			client, err := listener.Accept()
			if err != nil {
				return // the test is over
			}
			conn, err := net.Dial("tcp", server)
			if err != nil {
				_ = client.Close()
				continue
			}
			go func() { _, _ = io.Copy(client, conn); _ = client.Close() }()
			go func() {
				defer func() { _ = conn.Close() }()
				pace := time.NewTicker(10 * time.Millisecond)
				defer pace.Stop()
				for range pace.C {
					if _, err := io.CopyN(conn, client, int64(bytesPerSecond/100)); err != nil {
						return
					}
				}
			}()
		}
	}()
	return listener.Addr().String()
}

func TestWhatAWorkerHoldsDoesNotDelayWhatItSendsToASlowServer(t *testing.T) {
	t.Parallel()
	s, influx := newProxiedSite(t)
	s.AckWait(time.Second)
	const figures = 6000
	for n := range figures {
		f := ingesttest.Container(fmt.Sprintf("%d-%02d", 2001+n%120/12, n%12+1), fmt.Sprintf("200.%04d", n))
		if _, err := s.JS.PublishAsync(f.Subject("port"), f.AppendJSON(nil)); err != nil {
			t.Fatal(err)
		}
		if n%1000 == 999 {
			<-s.JS.PublishAsyncComplete()
		}
	}
	nc, err := nats.Connect(slowly(t, strings.TrimPrefix(s.URL, "nats://"), 150_000))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(nc.Close)
	w := s.startWorkerOn(nc, s.Influx)
	<-w.Ready()
	influx.Refuse() // so that the worker holds as much as it can
	s.Await("the worker notices", func() bool { return strings.Contains(w.log.String(), "could not write to InfluxDB") })
	s.Await("the messages are held for long", func() bool { return counted(t, w, "tidemark_ingest_retries_total") >= 7 })
	if err := nc.FlushTimeout(5 * time.Second); err != nil { // as long as an entry of the ledger may take
		t.Errorf("what the worker sends does not reach the server: %v", err)
	}
	influx.Allow()
	s.Idle()
	s.WantBalance()
}
