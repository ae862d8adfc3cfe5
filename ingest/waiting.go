package ingest

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/nats-io/nats.go/jetstream"

	"github.com/tidemark-stats/tidemark/figure"
	"github.com/tidemark-stats/tidemark/ingest/ledger"
)

// Rejects calls each for the refused figures in the order in which they were
// refused. Figures that were sent again or dropped, or whose cell was written later,
// are included only when all is true. An error from each ends the listing.
func Rejects(ctx context.Context, js jetstream.JetStream, all bool, each func(*Reject) error) error {
	stream, err := js.Stream(ctx, RejectsStream)
	if err != nil {
		return fmt.Errorf("open stream %s: %w", RejectsStream, err)
	}
	if stream.CachedInfo().State.Msgs == 0 {
		return nil
	}
	later, err := newLater(ctx, js, stream)
	if err != nil {
		return err
	}
	consumer, err := stream.OrderedConsumer(ctx, jetstream.OrderedConsumerConfig{DeliverPolicy: jetstream.DeliverAllPolicy})
	if err != nil {
		return fmt.Errorf("read stream %s: %w", RejectsStream, err)
	}
	messages, err := consumer.Messages()
	if err != nil {
		return fmt.Errorf("read stream %s: %w", RejectsStream, err)
	}
	defer messages.Stop()
	var page []*Reject
	for {
		msg, err := messages.Next(jetstream.NextContext(ctx))
		if err != nil {
			return fmt.Errorf("read stream %s: %w", RejectsStream, err)
		}
		meta, err := msg.Metadata()
		if err != nil {
			return fmt.Errorf("read stream %s: %w", RejectsStream, err)
		}
		r, err := DecodeReject(msg.Headers(), msg.Data())
		if err != nil {
			return err
		}
		page = append(page, r)
		if meta.NumPending > 0 && len(page) < AtOnce {
			continue
		}
		if err := later.look(ctx, page); err != nil {
			return err
		}
		for _, r := range page {
			if !all && !r.Open() {
				continue
			}
			if err := each(r); err != nil {
				return err
			}
		}
		if page = page[:0]; meta.NumPending == 0 {
			return nil
		}
	}
}

// later finds figures that were written after a figure of the same cell was
// refused.
type later struct {
	js      jetstream.JetStream
	rejects jetstream.Stream
	decided uint64 // every message up to this sequence is decided
}

func newLater(ctx context.Context, js jetstream.JetStream, rejects jetstream.Stream) (*later, error) {
	l := &later{js: js, rejects: rejects}
	decisions, err := ledger.Open(ctx, js)
	if errors.Is(err, jetstream.ErrStreamNotFound) {
		return l, nil
	}
	if err != nil {
		return nil, err
	}
	l.decided, err = decisions.Decided(ctx)
	return l, err
}

// look sets Written in the rejects of a page: the last figure sent for the
// cell, provided that it is decided and was not refused as well.
func (l *later) look(ctx context.Context, page []*Reject) error {
	bySubject := map[string][]*Reject{}
	var subjects []string
	for _, r := range page {
		f, err := figure.Decode(r.Body)
		if err != nil || len(r.Subject) > maxSubject {
			continue // belongs to no cell
		}
		r.Cell = f.Cell.String()
		if bySubject[r.Subject] == nil {
			subjects = append(subjects, r.Subject)
		}
		bySubject[r.Subject] = append(bySubject[r.Subject], r)
	}
	if len(subjects) == 0 || l.decided == 0 {
		return nil
	}
	last := make([]uint64, len(subjects))
	err := Each(ctx, len(subjects), func(ctx context.Context, i int) error {
		msg, err := LastMessage(ctx, l.js.Conn(), subjects[i])
		if errors.Is(err, jetstream.ErrMsgNotFound) {
			return nil // all were removed by hand
		}
		if err != nil {
			return fmt.Errorf("read stream %s: %w", FiguresStream, err)
		}
		if msg.Subject == subjects[i] { // which may look like a pattern
			last[i] = msg.Seq
		}
		return nil
	})
	if err != nil {
		return err
	}
	for i, subject := range subjects {
		if err := l.mark(ctx, bySubject[subject], last[i]); err != nil {
			return err
		}
	}
	return nil
}

// mark sets Written in the rejects of one cell if the last figure sent for it
// was written.
func (l *later) mark(ctx context.Context, rejects []*Reject, last uint64) error {
	rejects = slices.DeleteFunc(rejects, func(r *Reject) bool { return last <= r.Seq })
	if len(rejects) == 0 || last > l.decided {
		return nil
	}
	again, _, err := FindReject(ctx, l.rejects, rejects[0].Subject, last)
	if err != nil || again != nil {
		return err
	}
	for _, r := range rejects {
		r.Written = last
	}
	return nil
}
