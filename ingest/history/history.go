// Package history tells what became of a cell or a submission, from NATS alone: the
// messages of FIGURES, the decisions on them, and the receipts. It needs the rights of
// an operator, because senders may not look through what others have sent.
package history

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/tidemark-stats/tidemark/figure"
	"github.com/tidemark-stats/tidemark/ingest"
	"github.com/tidemark-stats/tidemark/ingest/ledger"
)

// Step is a message about a cell and what became of it.
type Step struct {
	Seq        uint64          `json:"seq"`                // in FIGURES
	Stored     time.Time       `json:"stored"`             // in FIGURES
	Published  time.Time       `json:"published,omitzero"` // of the vintage; zero if it was refused or is not decided yet
	Agency     string          `json:"agency"`
	Sender     string          `json:"sender,omitempty"`     // who sent it, as it said
	Submission string          `json:"submission,omitempty"` // with which it came
	Figure     *figure.Figure  `json:"figure,omitempty"`     // as it was sent; nil if it cannot be read
	Outcome    ledger.Outcome  `json:"outcome,omitempty"`    // empty if it is not decided yet
	Vintage    bool            `json:"vintage"`              // it is a publication of the cell
	Problem    *figure.Problem `json:"problem,omitempty"`    // why it was refused, or what was unusual about it
	// Confirmed says that the sender stood by the value in spite of the problem, or
	// before there was one. The reason is in the figure.
	Confirmed bool `json:"confirmed,omitempty"`
}

// Of returns every message about a cell, in the order in which they were stored;
// none if there never was one. The error is from NATS, or says that the user may not
// read the decisions.
func Of(ctx context.Context, js jetstream.JetStream, c figure.Cell) ([]Step, error) {
	var steps []Step
	subject := c.Subject("*")
	for next := uint64(1); ; {
		m, err := ingest.MessageFrom(ctx, js.Conn(), next, subject)
		if errors.Is(err, jetstream.ErrMsgNotFound) {
			break
		}
		if err != nil {
			return nil, unread(fmt.Errorf("read stream %s: %w", ingest.FiguresStream, err))
		}
		steps = append(steps, sent(m))
		next = m.Seq + 1
	}
	if len(steps) == 0 {
		return nil, nil
	}
	return steps, settle(ctx, js, steps)
}

// sent is a message before it is decided.
func sent(m *ingest.Message) Step {
	s := Step{Seq: m.Seq, Stored: m.Stored.UTC(), Sender: ingest.SenderName(m.Header.Get(ingest.HeaderSender)),
		Submission: m.Header.Get(ingest.HeaderSubmission)}
	if parts := strings.Split(m.Subject, "."); len(parts) > 1 {
		s.Agency = parts[1]
	}
	if f, err := figure.Decode(m.Body); err == nil {
		s.Figure = &f
	}
	return s
}

// settle adds what was decided to the steps, which are in the order of their
// sequences.
func settle(ctx context.Context, js jetstream.JetStream, steps []Step) error {
	find := func(seq uint64) *Step {
		i, ok := slices.BinarySearchFunc(steps, seq, func(s Step, seq uint64) int { return cmp.Compare(s.Seq, seq) })
		if !ok {
			return nil
		}
		return &steps[i]
	}
	err := ledger.Read(ctx, js, 1, func(e *ledger.Entry) error {
		for i := range e.Decisions {
			d := &e.Decisions[i]
			if s := find(d.Seq); s != nil {
				s.decided(d)
			}
			// A repetition that is stored after all is decided with another message.
			if d.Restated != nil {
				if s := find(d.Restated.Seq); s != nil {
					s.Vintage, s.Published = true, time.UnixMilli(d.Restated.Moment).UTC()
				}
			}
		}
		// Amendments of these messages may come later, so all of it is read.
		return ctx.Err()
	})
	if err != nil {
		return unread(err)
	}
	return nil
}

// unread adds to an error that NATS did not answer what the reason may be.
func unread(err error) error {
	if errors.Is(err, nats.ErrNoResponders) || errors.Is(err, context.DeadlineExceeded) || errors.Is(err, ledger.ErrSilent) {
		return fmt.Errorf("%w; does NATS run, and has this user the rights of an operator?", err)
	}
	return err
}

// decided notes a decision; a later one on the same message amends it.
func (s *Step) decided(d *ledger.Decision) {
	s.Outcome, s.Problem, s.Confirmed = d.Outcome, cmp.Or(d.Problem, d.Answered), d.Confirmed
	switch d.Outcome {
	case ledger.Refused:
		s.Vintage, s.Published = false, time.Time{}
	case ledger.Unchanged:
	default:
		s.Vintage = true
		s.Published = time.UnixMilli(d.Vintage.Moment).UTC()
	}
}

// Known is a series of which FIGURES has messages.
type Known struct {
	figure.Series
	First, Last figure.Period
	Periods     int
}

// Near lists what there is for the indicator and area of a cell, in their order.
func Near(ctx context.Context, js jetstream.JetStream, c figure.Cell) ([]Known, error) {
	stream, err := js.Stream(ctx, ingest.FiguresStream)
	if err != nil {
		return nil, fmt.Errorf("open stream %s: %w", ingest.FiguresStream, err)
	}
	info, err := stream.Info(ctx, jetstream.WithSubjectFilter(strings.Join([]string{figure.SubjectPrefix, "*", c.Indicator, c.Area, ">"}, ".")))
	if err != nil {
		return nil, fmt.Errorf("look up stream %s: %w", ingest.FiguresStream, err)
	}
	found := map[figure.Series]*Known{}
	seen := map[figure.Cell]bool{}
	for subject := range info.State.Subjects {
		cell, err := figure.ParseCell(subject)
		if err != nil || seen[cell] {
			continue // a subject that a sender made up, or another agency's
		}
		seen[cell] = true
		k := found[cell.Series()]
		if k == nil {
			k = &Known{cell.Series(), cell.Period, cell.Period, 0}
			found[cell.Series()] = k
		}
		k.Periods++
		if cell.Period.Compare(k.First) < 0 {
			k.First = cell.Period
		}
		if cell.Period.Compare(k.Last) > 0 {
			k.Last = cell.Period
		}
	}
	all := make([]Known, 0, len(found))
	for _, k := range found {
		all = append(all, *k)
	}
	slices.SortFunc(all, func(a, b Known) int { return a.Compare(b.Series) })
	return all, nil
}
