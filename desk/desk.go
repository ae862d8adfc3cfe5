package desk

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"net/netip"
	"sync"
	"sync/atomic"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
	"github.com/prometheus/client_golang/prometheus"

	"github.com/tidemark-stats/tidemark/catalog"
	"github.com/tidemark-stats/tidemark/ingest/sender"
	"github.com/tidemark-stats/tidemark/store"
)

// Options say how the page works.
type Options struct {
	Conn     *nats.Conn
	Catalog  *catalog.Catalog
	People   *People
	Logger   *slog.Logger
	Registry *prometheus.Registry
	// Session is how long somebody stays signed in.
	Session time.Duration
	// MaxUpload is the largest size of what is dropped or pasted at once, in bytes.
	MaxUpload int64
	// Proxy says which reverse proxy is before the page, if one is.
	Proxy Proxy
	// Clocks show the time by which figures are due, and at which they were stored; none
	// for the real time.
	Clocks store.Clocks
}

// Proxy is a reverse proxy, which says where requests come from and whether they came
// over TLS.
type Proxy struct {
	From   []netip.Prefix // its addresses; what anybody else says is ignored
	Header string         // with the name of the person that it has signed in; empty if it signs nobody in
}

// Desk is the page with all that it holds in memory: sessions and drafts. What was sent
// is in NATS.
type Desk struct {
	Options
	log      *slog.Logger
	metrics  *metrics
	sessions *sessions
	drafts   *drafts
	history  *history
	holdings atomic.Pointer[sender.Holdings] // what is stored; nil until it has been read
	busy     chan struct{}                   // a token for each file that is being read

	signIns, addresses, requests *limit
	passwords                    chan struct{} // a token for each password that is being compared

	background context.Context // of what goes on after an answer; ends with Run
	stop       context.CancelFunc
	sending    sync.WaitGroup
}

// The limits on what one client may do.
const (
	// Somebody may mistype a password a few times, then once in two minutes; an address
	// may more often, because all of an office may have the same.
	attempts, attemptEvery             = 5, 2 * time.Minute
	addressAttempts, addressAttemptsIn = 30, 20 * time.Second
	// A request a person makes takes longer than that to look at.
	requestBurst, requestEvery = 120, 250 * time.Millisecond
	// atOnce is how many files are read at the same time.
	atOnce = 4
	// comparedAtOnce is how many passwords are compared at the same time, because that
	// takes a processor.
	comparedAtOnce = 2
)

// New returns a Desk. The error is from JetStream, or says that metrics
// are already registered.
func New(o Options) (*Desk, error) {
	d := &Desk{Options: o, log: o.Logger, sessions: newSessions(o.Session), drafts: newDrafts(),
		busy: make(chan struct{}, atOnce), passwords: make(chan struct{}, comparedAtOnce),
		signIns: newLimit(attempts, attemptEvery), addresses: newLimit(addressAttempts, addressAttemptsIn),
		requests: newLimit(requestBurst, requestEvery)}
	js, err := jetstream.New(o.Conn)
	if err != nil {
		return nil, fmt.Errorf("JetStream: %w", err)
	}
	d.history = newHistory(js, o.Clocks)
	d.background, d.stop = context.WithCancel(context.Background())
	if d.metrics, err = newMetrics(o.Registry, d); err != nil {
		return nil, fmt.Errorf("metrics: %w", err)
	}
	return d, nil
}

// Run reads what is stored, and works until the context ends, then a moment more for
// what is being sent: the receipts can be looked up later. It waits for NATS when that
// is unavailable.
func (d *Desk) Run(ctx context.Context) error {
	defer d.stop()
	if d.load(ctx); d.holdings.Load() == nil {
		return nil // stopped before NATS was there
	}
	d.history.follow(ctx, func() { _ = d.holdings.Load().Refresh(ctx) }, func(err error) { d.log.Warn("what was decided cannot be read; trying again", "error", err) })
	d.stop()
	sent := make(chan struct{})
	go func() { d.sending.Wait(); close(sent) }()
	select {
	case <-sent:
	case <-time.After(sendingGrace):
	}
	return nil
}

// load reads what is stored. It tries again until that succeeds.
func (d *Desk) load(ctx context.Context) {
	for first := true; ctx.Err() == nil; first = false {
		holdings, err := sender.OpenHoldings(ctx, d.Conn, d.Catalog)
		if err == nil {
			d.holdings.Store(holdings)
			d.log.Info("desk is ready")
			return
		}
		if first && ctx.Err() == nil {
			d.log.Warn("what is stored cannot be read yet; trying again", "error", err)
		}
		select {
		case <-time.After(loadEvery):
		case <-ctx.Done():
		}
	}
}

const (
	loadEvery    = time.Second
	sendingGrace = 10 * time.Second // for what is being sent when the process is told to stop
)

// Handler serves the pages, /-/healthy and /-/ready.
func (d *Desk) Handler() http.Handler {
	signedIn := http.NewServeMux()
	signedIn.HandleFunc("GET /{$}", d.serveHome)
	signedIn.HandleFunc("GET /month", d.serveMonth)
	signedIn.HandleFunc("GET /form", d.serveForm)
	signedIn.HandleFunc("POST /form", d.serveFilled)
	signedIn.HandleFunc("POST /drafts", d.serveNewDraft)
	signedIn.HandleFunc("GET /drafts/{id}", d.serveDraft)
	signedIn.HandleFunc("POST /drafts/{id}", d.serveEdit)
	signedIn.HandleFunc("POST /drafts/{id}/meaning", d.serveMeaning)
	signedIn.HandleFunc("POST /drafts/{id}/send", d.serveSend)
	signedIn.HandleFunc("POST /drafts/{id}/discard", d.serveDiscard)
	signedIn.HandleFunc("GET /sent/{id}", d.serveSent)
	signedIn.HandleFunc("POST /sent/{id}/again", d.serveSendAgain)
	signedIn.HandleFunc("GET /waiting", d.serveWaiting)
	signedIn.HandleFunc("GET /waiting/{id}", d.serveHeld)
	signedIn.HandleFunc("POST /waiting/{id}/{does}", d.serveDecision)
	signedIn.HandleFunc("GET /submissions/{id}", d.serveSubmission)
	signedIn.HandleFunc("GET /submissions/{id}/receipt", d.serveProof)
	signedIn.HandleFunc("POST /sign-out", d.serveSignOut)
	signedIn.HandleFunc("/", d.serveNotFound)

	mux := http.NewServeMux()
	mux.Handle("/", d.forPeople(signedIn))
	mux.HandleFunc("GET /sign-in", d.serveSignInPage)
	mux.Handle("POST /sign-in", d.signIn(signedIn))
	mux.HandleFunc("POST /language", d.serveLanguage)
	mux.HandleFunc("GET /static/{file}", serveStatic)
	mux.HandleFunc("GET /-/healthy", func(w http.ResponseWriter, _ *http.Request) { _, _ = fmt.Fprintln(w, "healthy") })
	mux.HandleFunc("GET /-/ready", d.serveReady)
	return d.metrics.observe(d.guard(mux))
}

// serveReady answers 200 once what is stored has been read, also while NATS is
// unavailable later: people can still check their files.
func (d *Desk) serveReady(w http.ResponseWriter, _ *http.Request) {
	if d.holdings.Load() == nil {
		http.Error(w, "not ready: still reading from NATS what is stored", http.StatusServiceUnavailable)
		return
	}
	_, _ = fmt.Fprintln(w, "ready")
}
