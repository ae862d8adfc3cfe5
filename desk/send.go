package desk

import (
	"context"
	"sync"
	"time"

	"github.com/tidemark-stats/tidemark/figure"
	"github.com/tidemark-stats/tidemark/ingest"
	"github.com/tidemark-stats/tidemark/ingest/sender"
)

// patience is how long a sending waits for the next receipt before it says that its
// figures are stored and will be written later.
const patience = 10 * time.Minute

// sending is a draft on its way.
type sending struct {
	id      string // of the draft
	person  string
	started time.Time
	rows    []sender.Row // those that are sent, as they were seen before
	// releaseAt is the moment before which nothing is published; zero for none.
	releaseAt time.Time

	mu       sync.Mutex
	outcomes map[place]outcome
	stored   int
	report   *sender.Report // nil until it is over
	failed   error
}

// outcome is what became of a figure.
type outcome struct {
	ingest.Outcome
	problem *figure.Problem // the reason for a refusal, or a warning
}

// send sends the good rows of a draft, in the background, or holds them back where
// somebody else has to approve them or they are to be released later. The caller holds the draft's
// lock.
func (d *Desk) send(p *Person, dr *draft, rows []sender.Row, releaseAt time.Time) {
	s := &sending{id: dr.id, person: p.Name, started: time.Now(), rows: rows, releaseAt: releaseAt, outcomes: map[place]outcome{}}
	dr.sending.Store(s)
	options := sender.Options{Conn: d.Conn, Catalog: d.Catalog, Sender: p.Name, ReleaseAt: releaseAt, Partial: true, Patience: patience,
		Settled: s.settle, Progress: s.progress}
	said, err := dr.meaning.read(d)
	if err != nil {
		said = nil // as when it was looked at
	}
	inputs := dr.inputs(p, said, d.agencyOf)
	d.sending.Go(func() {
		report, err := sender.Push(d.background, options, inputs)
		s.end(report, err)
		d.metrics.sent(report, err)
		if err != nil {
			d.log.Error("figures could not be sent", "person", s.person, "submission", report.Submission, "error", err)
			return
		}
		d.log.Info("figures were sent", "person", s.person, "submission", report.Submission, "figures", report.Figures, "refused", report.Refused, "held", report.Held)
	})
}

func (s *sending) settle(file string, line int, o ingest.Outcome, p *figure.Problem) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.outcomes[place{file, line}] = outcome{o, p}
}

func (s *sending) progress(stored, _, _ int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.stored = stored
}

func (s *sending) end(report *sender.Report, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.report, s.failed = report, err
}

// settledWithin waits a moment for the end, so that most people see the receipt at
// once.
func (s *sending) settledWithin(ctx context.Context, moment time.Duration) {
	ctx, cancel := context.WithTimeout(ctx, moment)
	defer cancel()
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for !s.over() {
		select {
		case <-tick.C:
		case <-ctx.Done():
			return
		}
	}
}

func (s *sending) over() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.report != nil
}

func (s *sending) hasFailed() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.failed != nil
}
