package enginetest

import (
	"bytes"
	"io"
	"log"
	"maps"
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"sync"
	"testing"
)

// FaultProxy is a proxy between a client and an HTTP server that injects faults
// on demand. It forwards everything until told otherwise. A change applies to
// requests that arrive afterwards and to those that hang.
type FaultProxy struct {
	server  *httptest.Server
	forward *httputil.ReverseProxy

	mu       sync.Mutex
	fault    fault
	disguise map[int]int   // the server's status, and the one the client sees instead
	left     int           // how many more times the fault happens; below 0: always
	changed  chan struct{} // closed when the fault is replaced, for requests that hang
	arrived  *sync.Cond    // a request has arrived
	requests int
	passed   int
}

// fault is what happens to a request.
type fault struct {
	kind   faultKind
	to     string // only for requests that contain it
	status int
	header http.Header
}

type faultKind int

const (
	pass       faultKind = iota
	refuse               // reset the connection
	hang                 // keep the client waiting
	respond              // answer instead of the server
	loseAnswer           // let the server handle the request, then reset the connection
)

// Proxy starts a FaultProxy in front of targetURL. It is closed at the end of
// the test.
func Proxy(t testing.TB, targetURL string) *FaultProxy {
	t.Helper()
	target, err := url.Parse(targetURL)
	if err != nil {
		t.Fatal(err)
	}
	p := &FaultProxy{left: -1, changed: make(chan struct{}), disguise: map[int]int{}}
	p.arrived = sync.NewCond(&p.mu)
	// Every request uses a new connection, so that a restarted server is never
	// reached through an old one.
	transport := &http.Transport{DisableKeepAlives: true, DisableCompression: true}
	p.forward = &httputil.ReverseProxy{
		Transport: transport,
		Rewrite:   func(r *httputil.ProxyRequest) { r.SetURL(target) },
		ModifyResponse: func(r *http.Response) error {
			p.mu.Lock()
			defer p.mu.Unlock()
			if as, ok := p.disguise[r.StatusCode]; ok {
				r.StatusCode = as
			}
			return nil
		},
		// An unavailable server looks to the client as it would without the
		// proxy.
		ErrorHandler: func(w http.ResponseWriter, _ *http.Request, _ error) { reset(w) },
		ErrorLog:     log.New(io.Discard, "", 0),
	}
	p.server = httptest.NewServer(p)
	t.Cleanup(func() {
		p.Refuse() // including requests that hang
		p.server.Close()
	})
	return p
}

// URL returns the address to give to the client.
func (p *FaultProxy) URL() string { return p.server.URL }

// Allow forwards everything again.
func (p *FaultProxy) Allow() { p.set(fault{kind: pass}, -1) }

// Refuse resets every connection, including open and idle ones.
func (p *FaultProxy) Refuse() {
	p.set(fault{kind: refuse}, -1)
	p.server.CloseClientConnections()
}

// Hang leaves every request unanswered until another method is called, which
// then decides about it, or until the client disconnects.
func (p *FaultProxy) Hang() { p.set(fault{kind: hang}, -1) }

// Respond answers every request with status and header, and forwards none.
func (p *FaultProxy) Respond(status int, header http.Header) {
	p.RespondTimes(-1, status, header)
}

// RespondTimes answers the next n requests with status and header and forwards
// those after them. A negative n means all of them.
func (p *FaultProxy) RespondTimes(n, status int, header http.Header) {
	p.set(fault{kind: respond, status: status, header: header.Clone()}, n)
}

// RespondTo answers every request whose body contains the text with status and
// header, and forwards the others.
func (p *FaultProxy) RespondTo(text string, status int, header http.Header) {
	p.set(fault{kind: respond, to: text, status: status, header: header.Clone()}, -1)
}

// Disguise replaces one status in the server's answers with another.
func (p *FaultProxy) Disguise(status, as int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.disguise[status] = as
}

// LoseAnswers forwards the next n requests and resets the connection instead of
// returning the server's answer: the work is done but the client does not know.
// Requests after them are forwarded normally. A negative n means all of them.
func (p *FaultProxy) LoseAnswers(n int) { p.set(fault{kind: loseAnswer}, n) }

// Requests returns how many requests have arrived, and how many of them were
// forwarded to the server.
func (p *FaultProxy) Requests() (arrived, passed int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.requests, p.passed
}

// AwaitRequests returns when at least n requests have arrived, whatever
// happened to them: a test uses it to wait until its client has met the fault.
func (p *FaultProxy) AwaitRequests(n int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for p.requests < n {
		p.arrived.Wait()
	}
}

func (p *FaultProxy) set(f fault, times int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.fault, p.left = f, times
	close(p.changed)
	p.changed = make(chan struct{})
}

// next decides what happens to a request with that body, and counts it.
func (p *FaultProxy) next(body []byte) (f fault, changed <-chan struct{}) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if !bytes.Contains(body, []byte(p.fault.to)) {
		p.passed++
		return fault{kind: pass}, p.changed
	}
	if p.left == 0 {
		p.fault, p.left = fault{kind: pass}, -1
	}
	if p.left > 0 {
		p.left--
	}
	if p.fault.kind == pass || p.fault.kind == loseAnswer {
		p.passed++
	}
	return p.fault, p.changed
}

// ServeHTTP is called by the proxy's own server.
func (p *FaultProxy) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	// The whole request is read first: a client that is still writing would
	// miss an answer, and only then is a disconnecting client noticed.
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return
	}
	p.mu.Lock()
	p.requests++
	p.arrived.Broadcast()
	p.mu.Unlock()
	r.Body = io.NopCloser(bytes.NewReader(body))
	for {
		f, changed := p.next(body)
		switch f.kind {
		case pass:
			p.forward.ServeHTTP(w, r)
			return
		case refuse:
			reset(w)
			return
		case respond:
			maps.Copy(w.Header(), f.header)
			w.WriteHeader(f.status)
			return
		case loseAnswer:
			p.forward.ServeHTTP(httptest.NewRecorder(), r)
			reset(w)
			return
		case hang:
			select {
			case <-changed:
			case <-r.Context().Done():
				return
			}
		}
	}
}

// reset closes the client's connection so that the client sees a reset, not an
// end of file.
func reset(w http.ResponseWriter) {
	hijacker, ok := w.(http.Hijacker)
	if !ok {
		return // the recorder, whose answer is lost anyway
	}
	conn, _, err := hijacker.Hijack()
	if err != nil {
		return
	}
	if tcp, ok := conn.(*net.TCPConn); ok {
		_ = tcp.SetLinger(0)
	}
	_ = conn.Close() // reset on purpose
}
