package httpserver

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"testing"
	"time"
)

func TestAClientThatDoesNotReadItsAnswerIsDisconnected(t *testing.T) {
	ended := make(chan error, 1)
	answer := bytes.Repeat([]byte("figures\n"), 8<<20)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		_, err := (&pacedWriter{ResponseWriter: w, pace: Pace{50 * time.Millisecond, time.Minute}}).Write(answer)
		ended <- err
	}))
	t.Cleanup(server.Close)
	conn, err := net.Dial("tcp", server.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	if _, err := io.WriteString(conn, "GET / HTTP/1.1\r\nHost: x\r\n\r\n"); err != nil {
		t.Fatal(err)
	}
	if err := <-ended; !errors.Is(err, os.ErrDeadlineExceeded) {
		t.Errorf("the answer ended with %v", err)
	}
}

func TestAClientThatReadsALargeAnswerGetsAllOfIt(t *testing.T) {
	answer := bytes.Repeat([]byte("figures\n"), 4<<20)
	server := httptest.NewServer(Usual.Handler(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write(answer) })))
	t.Cleanup(server.Close)
	resp, err := http.Get(server.URL)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	got, err := io.ReadAll(resp.Body)
	if err != nil || !bytes.Equal(got, answer) {
		t.Errorf("%d bytes of %d (%v)", len(got), len(answer), err)
	}
}

func TestTheDeadlineOfOneAnswerDoesNotApplyToTheNext(t *testing.T) {
	answering := Usual.Handler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodOptions {
			w.WriteHeader(http.StatusNoContent)
			return
		}
		w.Header().Set("Content-Length", "2")
		_, _ = io.WriteString(w, "ok")
		_ = http.NewResponseController(w).Flush()
	}))
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		answering.ServeHTTP(w, r)
		if r.Method != http.MethodOptions { // its deadline has passed when the next is requested
			_ = http.NewResponseController(w).SetWriteDeadline(time.Now().Add(-time.Second))
		}
	}))
	t.Cleanup(server.Close)
	conn, err := net.Dial("tcp", server.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	reader := bufio.NewReader(conn)
	for _, method := range []string{http.MethodGet, http.MethodOptions} {
		if _, err := io.WriteString(conn, method+" / HTTP/1.1\r\nHost: x\r\n\r\n"); err != nil {
			t.Fatal(err)
		}
		resp, err := http.ReadResponse(reader, nil)
		if err != nil {
			t.Fatalf("%s: %v", method, err)
		}
		_, _ = io.Copy(io.Discard, resp.Body)
		_ = resp.Body.Close()
	}
}

func TestEachPieceHasItsMomentAndTheWholeItsTime(t *testing.T) {
	begun := time.Now()
	for _, c := range []struct {
		after, until time.Duration
		written      int64
	}{
		{0, 15 * time.Second, 0}, {time.Minute, 75 * time.Second, 4 << 20}, {time.Minute, 75 * time.Second, 1 << 30},
		{119 * time.Second, 126 * time.Second, 6 << 20}, {3 * time.Minute, 195 * time.Second, 1 << 30}, {1140 * time.Second, 1144 * time.Second, 1 << 30},
	} {
		if got := Usual.until(begun.Add(c.after), begun, c.written).Sub(begun); got != c.until {
			t.Errorf("after %v and %d bytes the deadline is %v, want %v", c.after, c.written, got, c.until)
		}
	}
}
