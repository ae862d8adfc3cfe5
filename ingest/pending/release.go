package pending

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/synadia-io/orbit.go/jetstreamext"

	"github.com/tidemark-stats/tidemark/ingest"
	"github.com/tidemark-stats/tidemark/ingest/ledger"
)

const (
	// lookEvery is how often a releaser looks whether something is due.
	lookEvery = time.Second
	// batchAttempts is how often a batch is tried again at once because figures of
	// the same cells were stored meanwhile.
	batchAttempts = 5
)

// Config configures a Releaser. All fields are required.
type Config struct {
	JS jetstream.JetStream // of a user that may publish figures and read PENDING
	// Review reports whether figures of an agency need the approval of another
	// person, whatever their sender says.
	Review   func(agency string) bool
	Logger   *slog.Logger
	Registry prometheus.Registerer // for tidemark_pending_*
}

// Releaser publishes the figures of submissions that are approved and due, those
// of a group all or none. Any number of releasers may run concurrently: JetStream
// takes each batch once.
type Releaser struct {
	Config
	pending *Pending
	figures jetstream.Stream
	metrics *metrics
	open    []State
	seen    uint64            // sequence in PENDING up to which open is current
	said    map[string]string // the last error of each group, so that it is logged once
}

// NewReleaser returns a Releaser. The error says that metrics are already
// registered.
func NewReleaser(c Config) (*Releaser, error) {
	m, err := newMetrics(c.Registry)
	if err != nil {
		return nil, fmt.Errorf("metrics: %w", err)
	}
	return &Releaser{Config: c, metrics: m, said: map[string]string{}}, nil
}

// Run releases until the context ends. It waits for NATS, and for the stream
// PENDING, when they are unavailable.
func (r *Releaser) Run(ctx context.Context) error {
	if err := r.persist(ctx, func() error { return r.openStreams(ctx) }); err != nil {
		return nil // stopped
	}
	ticker := time.NewTicker(lookEvery)
	defer ticker.Stop()
	for {
		if err := r.persist(ctx, func() error { return r.pass(ctx) }); err != nil {
			return nil // stopped
		}
		select {
		case <-ticker.C:
		case <-ctx.Done():
			return nil
		}
	}
}

// persist repeats attempt until it succeeds or the context ends.
func (r *Releaser) persist(ctx context.Context, attempt func() error) error {
	return ingest.Persist(ctx, attempt, func(in time.Duration, err error) {
		r.Logger.Warn("will look again for what is to be released", "in", in, "err", err)
	})
}

func (r *Releaser) openStreams(ctx context.Context) (err error) {
	if r.pending, err = Open(ctx, r.JS); err != nil {
		return err
	}
	if r.figures, err = r.JS.Stream(ctx, ingest.FiguresStream); err != nil {
		return fmt.Errorf("stream %s: %w", ingest.FiguresStream, err)
	}
	return nil
}

// pass releases all that is due. The error is from NATS; what is wrong with one
// submission does not keep the others back.
func (r *Releaser) pass(ctx context.Context) error {
	info, err := r.pending.stream.Info(ctx)
	if err != nil {
		return fmt.Errorf("look up stream %s: %w", ingest.PendingStream, err)
	}
	if info.State.LastSeq != r.seen {
		if r.open, err = r.pending.List(ctx, "*"); err != nil {
			return err
		}
		r.seen = info.State.LastSeq
	}
	r.metrics.show(r.open, r.Review)
	if len(r.open) == 0 {
		return nil
	}
	// The clock of the server that dates what is stored in FIGURES decides.
	figures, err := r.figures.Info(ctx)
	if err != nil {
		return fmt.Errorf("look up stream %s: %w", ingest.FiguresStream, err)
	}
	for _, unit := range r.due(figures.TimeStamp) {
		err := r.release(ctx, unit, figures.State.LastSeq)
		if ctx.Err() != nil {
			return ctx.Err()
		}
		r.report(unit, err)
	}
	return nil
}

// report logs a failure once, and counts what was released.
func (r *Releaser) report(unit []*State, err error) {
	r.seen = 0 // something has happened, or has to be looked at again
	key := unit[0].Agency + "." + unit[0].ID
	if err == nil {
		r.metrics.released.Add(float64(len(unit)))
		delete(r.said, key)
		return
	}
	if text := err.Error(); r.said[key] != text && !ledger.IsConflict(err) {
		r.said[key] = text
		r.Logger.Error("a release that is due failed; it will be tried again", "agency", unit[0].Agency, "submission", unit[0].ID, "group", unit[0].Group, "err", err)
	}
}

// due returns what has to be released at a time, each slice in one batch. A group
// waits until all of its submissions may leave.
func (r *Releaser) due(now time.Time) (units [][]*State) {
	groups := map[string]int{} // index in units, -1 when one of its members has to wait
	for i := range r.open {
		s := &r.open[i]
		may := r.cleared(s) && !now.Before(s.ReleaseAt)
		if s.Group == "" {
			if may {
				units = append(units, []*State{s})
			}
			continue
		}
		at, known := groups[s.Group]
		switch {
		case !may:
			if known && at >= 0 {
				units[at] = nil
			}
			groups[s.Group] = -1
		case !known:
			groups[s.Group] = len(units)
			units = append(units, []*State{s})
		case at >= 0:
			units[at] = append(units[at], s)
		}
	}
	return slices.DeleteFunc(units, func(u []*State) bool { return u == nil })
}

// cleared reports whether nobody has to decide on the submission any more.
func (r *Releaser) cleared(s *State) bool {
	return s.Step(Returned) == nil && (s.Reviewed() || !s.Review && !r.Review(s.Agency))
}

// release publishes some submissions in one batch, unless they are in FIGURES
// already, and marks them as released. After a crash at any moment it is
// repeated: the mark Releasing keeps the submissions from being withdrawn, and
// says from where on their figures have to be looked for. last is the last
// sequence of FIGURES. ledger.IsConflict is true for the error if something
// happened to a submission meanwhile.
func (r *Releaser) release(ctx context.Context, unit []*State, last uint64) error {
	var members []member
	n := 0
	for _, s := range unit {
		figures, err := r.pending.Figures(ctx, s)
		if err != nil {
			return err
		}
		members = append(members, member{s, figures})
		n += len(figures)
	}
	if n > MaxFigures {
		return fmt.Errorf("group %s has %d figures, more than can be released together (%d): withdraw some of it", unit[0].Group, n, MaxFigures)
	}
	for _, m := range members {
		if m.Step(Releasing) == nil {
			if err := r.pending.take(ctx, m.State, Step{Stage: Releasing, After: last}); err != nil {
				return err
			}
		}
	}
	return r.publish(ctx, members)
}

// member is a submission that is being released.
type member struct {
	*State
	figures []Figure
}

// publish publishes those members that are not in FIGURES, and marks all of them.
func (r *Releaser) publish(ctx context.Context, members []member) (err error) {
	for range batchAttempts {
		var missing []member
		var messages []*nats.Msg
		guarded := map[string]bool{}
		for _, m := range members {
			first, newest, err := r.look(ctx, &m)
			if err != nil {
				return err
			}
			if first > 0 {
				if err := r.mark(ctx, &m, first); err != nil {
					return err
				}
				continue
			}
			missing = append(missing, m)
			messages = append(messages, m.messages(newest, guarded)...)
		}
		if len(missing) == 0 {
			return nil
		}
		ack, err := jetstreamext.PublishMsgBatch(ctx, r.JS, messages)
		switch {
		case ledger.IsConflict(err):
			continue // somebody stored a figure of the same cell, or this batch
		case errors.Is(err, jetstreamext.ErrBatchPublishNotEnabled):
			return fmt.Errorf("stream %s does not take atomic batches; run tidemark init: %w", ingest.FiguresStream, err)
		case errors.Is(err, jetstreamext.ErrBatchPublishExceedsLimit):
			return fmt.Errorf("%d figures are more than NATS takes in one batch; raise max_batch_size in its limits: %w", len(messages), err)
		case err != nil:
			return fmt.Errorf("publish %d figures: %w", len(messages), err)
		}
		first := ack.Sequence - uint64(len(messages)) + 1
		for _, m := range missing {
			if err := r.mark(ctx, &m, first); err != nil {
				return err
			}
			first += uint64(len(m.figures))
		}
		return nil
	}
	return errors.New("other figures of the same cells are being sent all the time")
}

// messages are the member's messages for FIGURES. The first of them whose subject
// is not guarded yet is stored only if newest, the last sequence on the subject of
// the first figure, still is: then the batch is not there already.
func (m *member) messages(newest uint64, guarded map[string]bool) []*nats.Msg {
	messages := make([]*nats.Msg, len(m.figures))
	for i := range m.figures {
		messages[i] = m.figures[i].message()
		messages[i].Header.Set(ingest.HeaderSubmission, m.ID)
		if i == 0 && !guarded[messages[0].Subject] {
			messages[0].Header.Set(jetstream.ExpectedLastSubjSeqHeader, fmt.Sprint(newest))
		}
		guarded[messages[i].Subject] = true
	}
	return messages
}

// look finds the first figure of a member in FIGURES, after the sequence from
// which on it can be there. newest is the last sequence on its subject.
func (r *Releaser) look(ctx context.Context, m *member) (first, newest uint64, err error) {
	f := &m.figures[0]
	fail := func(err error) error {
		return fmt.Errorf("look for %s in stream %s: %w", m.ID, ingest.FiguresStream, err)
	}
	last, err := ingest.LastMessage(ctx, r.JS.Conn(), f.Subject)
	if errors.Is(err, jetstream.ErrMsgNotFound) {
		return 0, 0, nil
	}
	if err != nil {
		return 0, 0, fail(err)
	}
	for next := m.Step(Releasing).After + 1; next <= last.Seq; {
		msg, err := ingest.MessageFrom(ctx, r.JS.Conn(), next, f.Subject)
		if err != nil {
			return 0, 0, fail(err)
		}
		if msg.Header.Get(ingest.HeaderSubmission) == m.ID && msg.Header.Get(ingest.HeaderRef) == f.Header[ingest.HeaderRef] {
			return msg.Seq, last.Seq, nil
		}
		next = msg.Seq + 1
	}
	return 0, last.Seq, nil
}

// mark stores that a member is released, unless another releaser has. It is in
// FIGURES without gaps, because it came in one batch.
func (r *Releaser) mark(ctx context.Context, m *member, first uint64) error {
	err := r.pending.take(ctx, m.State, Step{Stage: Released, First: first, Last: first + uint64(len(m.figures)) - 1})
	if err != nil && !ledger.IsConflict(err) {
		return err
	}
	if err == nil {
		r.Logger.Info("released", "agency", m.Agency, "submission", m.ID, "figures", len(m.figures))
	}
	return nil
}
