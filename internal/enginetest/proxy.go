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

// FaultProxy stands between a client and an HTTP server and breaks the way on
// demand. It passes everything on until it is told otherwise. What it is told
// applies to requests that arrive from then on, and to those that hang.
type FaultProxy struct {
	server  *httptest.Server
	forward *httputil.ReverseProxy

	mu       sync.Mutex
	fault    fault
	disguise map[int]int   // statuses of the server, and what the client sees of them
	left     int           // how often the fault still happens; below 0: always
	changed  chan struct{} // closed when the fault is replaced, for those that hang
	arrived  *sync.Cond    // a request has arrived
	requests int
	passed   int
}

// fault is what happens to a request.
type fault struct {
	kind   faultKind
	to     string // only to requests that hold it
	status int
	header http.Header
}

type faultKind int

const (
	pass       faultKind = iota
	refuse               // reset the connection
	hang                 // keep the client waiting
	respond              // answer in the server's place
	loseAnswer           // let the server do its work and reset the connection
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
	// A connection is made for every request, so that a server that was
	// restarted is never met on an old one.
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
		// A server that is away looks to the client as it would without us.
		ErrorHandler: func(w http.ResponseWriter, _ *http.Request, _ error) { reset(w) },
		ErrorLog:     log.New(io.Discard, "", 0),
	}
	p.server = httptest.NewServer(p)
	t.Cleanup(func() {
		p.Refuse() // also those that hang
		p.server.Close()
	})
	return p
}

// URL returns the address to give to the client.
func (p *FaultProxy) URL() string { return p.server.URL }

// Allow passes everything on again.
func (p *FaultProxy) Allow() { p.set(fault{kind: pass}, -1) }

// Refuse resets every connection, also those that are open and idle.
func (p *FaultProxy) Refuse() {
	p.set(fault{kind: refuse}, -1)
	p.server.CloseClientConnections()
}

// Hang lets every request wait without an answer until another method is
// called, which then decides on it, or the client has left.
func (p *FaultProxy) Hang() { p.set(fault{kind: hang}, -1) }

// Respond answers every request with status and header, and passes none on.
func (p *FaultProxy) Respond(status int, header http.Header) {
	p.RespondTimes(-1, status, header)
}

// RespondTimes answers the next n requests with status and header; those after
// them pass. A negative n means all of them.
func (p *FaultProxy) RespondTimes(n, status int, header http.Header) {
	p.set(fault{kind: respond, status: status, header: header.Clone()}, n)
}

// RespondTo answers every request whose body holds the text with status and
// header, and passes the others on.
func (p *FaultProxy) RespondTo(text string, status int, header http.Header) {
	p.set(fault{kind: respond, to: text, status: status, header: header.Clone()}, -1)
}

// Disguise passes the server's answers of one status on with another one.
func (p *FaultProxy) Disguise(status, as int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.disguise[status] = as
}

// LoseAnswers passes the next n requests on and resets the connection in place
// of the server's answer: the work is done and the client does not know. Those
// after them pass. A negative n means all of them.
func (p *FaultProxy) LoseAnswers(n int) { p.set(fault{kind: loseAnswer}, n) }

// Requests returns how many requests have arrived, and how many of them were
// passed on to the server.
func (p *FaultProxy) Requests() (arrived, passed int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.requests, p.passed
}

// AwaitRequests returns when at least n requests have arrived, whatever has
// become of them: a test waits with it for its client to meet the fault.
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

// next says what happens to a request with that body, and counts it off.
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

// ServeHTTP is what the proxy's own server calls.
func (p *FaultProxy) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	// The whole request is read first: a client that still writes would miss
	// an answer, and only then is it noticed when the client leaves.
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

// reset closes the client's connection so that it sees a reset, not an end.
func reset(w http.ResponseWriter) {
	hijacker, ok := w.(http.Hijacker)
	if !ok {
		return // the recorder that takes an answer which is lost anyway
	}
	conn, _, err := hijacker.Hijack()
	if err != nil {
		return
	}
	if tcp, ok := conn.(*net.TCPConn); ok {
		_ = tcp.SetLinger(0)
	}
	_ = conn.Close() // cut off on purpose
}
