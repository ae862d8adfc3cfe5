package exporter

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/tidemark-stats/tidemark/book"
	"github.com/tidemark-stats/tidemark/exporter/queryapi"
	"github.com/tidemark-stats/tidemark/internal/httpserver"
)

// narrow connections have small buffers, like a slow network.
type narrow struct{ net.Listener }

func (n narrow) Accept() (net.Conn, error) {
	conn, err := n.Listener.Accept()
	if err != nil {
		return nil, err
	}
	return conn, conn.(*net.TCPConn).SetWriteBuffer(16 << 10)
}

// onePlace is an exporter that answers one query at a time.
func onePlace(t *testing.T) *Exporter {
	t.Helper()
	c := city(t)
	e := New(Options{Catalog: c, Limits: queryapi.Limits{Concurrency: 1}})
	e.view.Store(newView(new(book.Book), c))
	return e
}

// ramps is a query for n series of 8,000 points, 200 KB each.
func ramps(series int) string {
	var all []string
	for n := range series {
		all = append(all, fmt.Sprintf(`label_replace(vector(time()), "n", "%d", "", "")`, n))
	}
	return "/api/v1/query_range?" + url.Values{"query": {strings.Join(all, " or ")}, "start": {"1700000000"}, "end": {"1700079990"}, "step": {"10"}}.Encode()
}

// ask sends a query over a narrow connection of its own.
func ask(t *testing.T, server *httptest.Server, path, encoding string) *http.Response {
	t.Helper()
	client := &http.Transport{DisableCompression: true, ForceAttemptHTTP2: true, DialContext: func(ctx context.Context, network, address string) (net.Conn, error) {
		conn, err := new(net.Dialer).DialContext(ctx, network, address)
		if err != nil {
			return nil, err
		}
		return conn, conn.(*net.TCPConn).SetReadBuffer(4 << 10)
	}}
	if server.TLS != nil {
		client.TLSClientConfig = server.Client().Transport.(*http.Transport).TLSClientConfig
	}
	t.Cleanup(client.CloseIdleConnections)
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	t.Cleanup(cancel)
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, server.URL+path, nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Accept-Encoding", encoding)
	resp, err := client.RoundTrip(r)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = resp.Body.Close() })
	return resp
}

// slowly reads at most so many bytes every hundredth of a second; after the end
// of the answer it reads the rest at once.
func slowly(body io.Reader, bytes int, end <-chan struct{}) (taken []byte, err error) {
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for part := make([]byte, bytes); err == nil; {
		select {
		case <-tick.C:
			var n int
			n, err = body.Read(part)
			taken = append(taken, part[:n]...)
		case <-end:
			var rest []byte
			rest, err = io.ReadAll(body)
			return append(taken, rest...), err
		}
	}
	if errors.Is(err, io.EOF) {
		err = nil
	}
	return taken, err
}

// The ways an answer is sent: plain, compressed, and in frames of HTTP/2, which
// has flow control of its own.
func TestAClientThatReadsByteByByteIsDisconnectedAndItsSlotFreed(t *testing.T) {
	for name, c := range map[string]struct {
		encoding string
		http2    bool
	}{"plain": {"identity", false}, "packed": {"gzip", false}, "HTTP 2": {"identity", true}} {
		t.Run(name, func(t *testing.T) {
			server := httptest.NewUnstartedServer(httpserver.Pace{Moment: 100 * time.Millisecond, While: time.Minute}.Handler(onePlace(t).Handler()))
			server.Listener = narrow{server.Listener}
			if server.EnableHTTP2 = c.http2; c.http2 {
				server.StartTLS()
			} else {
				server.Start()
			}
			t.Cleanup(server.Close)
			large := ask(t, server, ramps(20), c.encoding)
			free, ended := make(chan struct{}), make(chan error, 1)
			go func() {
				_, err := slowly(large.Body, 8, free)
				ended <- err
			}()
			// This waits for the slot, for up to two minutes if it is not
			// released.
			if body, err := io.ReadAll(ask(t, server, "/api/v1/query?query=1", "identity").Body); err != nil || !strings.Contains(string(body), "success") {
				t.Errorf("the next: %s (%v)", body, err)
			}
			close(free)
			if err := <-ended; err == nil {
				t.Error("the client got the whole answer")
			}
		})
	}
}

func TestAClientThatReadsSlowlyButSteadilyGetsTheWholeAnswer(t *testing.T) {
	server := httptest.NewUnstartedServer(httpserver.Usual.Handler(onePlace(t).Handler()))
	server.Listener = narrow{server.Listener}
	server.Start()
	t.Cleanup(server.Close)
	body, err := slowly(ask(t, server, ramps(1), "identity").Body, 512, nil) // 50 KB a second
	if err != nil || len(body) < 200_000 || !json.Valid(body) {
		t.Errorf("%d bytes (%v)", len(body), err)
	}
}

func TestAClientThatDoesNotSendTheAnnouncedBodyIsDisconnected(t *testing.T) {
	server := httptest.NewServer(httpserver.Pace{Moment: 2 * time.Second, While: time.Minute}.Handler(onePlace(t).Handler()))
	t.Cleanup(server.Close)
	for _, path := range []string{"/metrics", "/-/ready", "/api/v1/nothing"} {
		conn, err := net.Dial("tcp", server.Listener.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		if _, err := fmt.Fprintf(conn, "POST %s HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n", path); err != nil {
			t.Fatal(err)
		}
		if answer, err := io.ReadAll(conn); err != nil || !strings.HasPrefix(string(answer), "HTTP/1.1 4") { // reads until the server closes the connection
			t.Errorf("%s: %s (%v)", path, answer, err)
		}
		_ = conn.Close()
	}
}
