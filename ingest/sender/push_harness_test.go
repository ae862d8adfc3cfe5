package sender

import (
	"context"
	"fmt"
	"log/slog"
	"sync"
	"testing"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/prometheus/client_golang/prometheus"

	"github.com/tidemark-stats/tidemark/catalog"
	"github.com/tidemark-stats/tidemark/figure"
	"github.com/tidemark-stats/tidemark/ingest"
	"github.com/tidemark-stats/tidemark/ingest/ingesttest"
	"github.com/tidemark-stats/tidemark/ingest/worker"
	"github.com/tidemark-stats/tidemark/internal/enginetest"
)

func TestMain(m *testing.M) { enginetest.Main(m) }

// pushSite is a Site for the sender's side.
type pushSite struct{ *ingesttest.Site }

func newPushSite(t testing.TB) *pushSite {
	t.Helper()
	return newPushSiteOn(t, enginetest.NATS(t).ClientURL())
}

func newPushSiteOn(t testing.TB, url string) *pushSite {
	t.Helper()
	return &pushSite{ingesttest.NewSite(t, url, enginetest.SharedInflux(t))}
}

// startWorker starts a worker that runs until the end of the test.
func (s *pushSite) startWorker() {
	s.T.Helper()
	w, err := worker.New(worker.Config{Conn: s.Conn, Store: s.Store, Catalog: catalog.Ningbo(), Logger: slog.New(slog.DiscardHandler), Registry: prometheus.NewRegistry()})
	if err != nil {
		s.T.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() {
		defer close(done)
		if err := w.Run(ctx); err != nil {
			s.T.Error(err)
		}
	}()
	s.T.Cleanup(func() { cancel(); <-done })
}

// push is a submission whose receipts are collected.
type push struct {
	*Submission
	mu       sync.Mutex
	outcomes map[int64][]ingest.Outcome // by reference; one each, if all is well
}

func (s *pushSite) newPush(nc *nats.Conn) *push {
	s.T.Helper()
	p := &push{outcomes: map[int64][]ingest.Outcome{}}
	var err error
	p.Submission, err = NewSubmission(context.WithoutCancel(s.Ctx), nc, func(ref int64, o ingest.Outcome, _ *figure.Problem) {
		p.mu.Lock()
		defer p.mu.Unlock()
		p.outcomes[ref] = append(p.outcomes[ref], o)
	})
	if err != nil {
		s.T.Fatal(err)
	}
	s.T.Cleanup(p.Close)
	return p
}

// send sends the figures; a figure's index is its reference.
func (s *pushSite) send(p *push, figures []figure.Figure) {
	s.T.Helper()
	for i := range figures {
		if err := p.Send(s.Ctx, &figures[i], "port", int64(i), ""); err != nil {
			s.T.Fatal(err)
		}
	}
}

// finish waits for the receipts and counts the outcomes.
func (s *pushSite) finish(p *push) string {
	s.T.Helper()
	if err := p.Flush(s.Ctx); err != nil {
		s.T.Fatal(err)
	}
	missing := p.Await(s.Ctx, 30*time.Second)
	p.mu.Lock()
	defer p.mu.Unlock()
	sum := map[ingest.Outcome]int{}
	for ref, outcomes := range p.outcomes {
		if len(outcomes) != 1 {
			s.T.Errorf("figure %d was settled as %v", ref, outcomes)
		}
		sum[outcomes[0]]++
	}
	return fmt.Sprintf("written %d, revised %d, unchanged %d, refused %d, missing %d",
		sum[ingest.Written], sum[ingest.Revised], sum[ingest.Unchanged], sum[ingest.Refused], missing)
}

// pushAll pushes figures in one submission.
func (s *pushSite) pushAll(figures []figure.Figure) string {
	s.T.Helper()
	p := s.newPush(s.Conn)
	defer p.Close()
	s.send(p, figures)
	return s.finish(p)
}

func months(n int, value string) []figure.Figure {
	figures := make([]figure.Figure, n)
	for i := range figures {
		figures[i] = ingesttest.Container("1990-01", value)
		figures[i].Period = figures[i].Period.Add(i)
	}
	return figures
}

func want(t testing.TB, got, want string) {
	t.Helper()
	if got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}
