package worker

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
	"github.com/synadia-io/orbit.go/jetstreamext"

	"github.com/tidemark-stats/tidemark/figure"
	"github.com/tidemark-stats/tidemark/ingest"
	"github.com/tidemark-stats/tidemark/ingest/ledger"
	"github.com/tidemark-stats/tidemark/ingest/rules"
)

// rejected returns the reject of a message.
func rejected(m *rules.Message, p *figure.Problem) *ingest.Reject {
	return &ingest.Reject{Seq: m.Seq, Subject: m.Subject, Submission: m.Submission, Sender: m.Sender,
		Stored: time.UnixMilli(m.Stored).UTC(), Problem: *p, Body: m.Body, Beside: m.Beside}
}

// storeRejects stores rejects in REJECTS and waits until all are stored. One that is
// already there stays as it is, because it may be marked as sent again.
func storeRejects(ctx context.Context, js jetstream.JetStream, rejects []*ingest.Reject) error {
	messages := make([]*nats.Msg, len(rejects))
	for i, r := range rejects {
		var err error
		if messages[i], err = r.Message(); err != nil {
			return err
		}
	}
	var taken []int
	if err := publishAll(ctx, js, messages, func(i int, err error) error {
		if ledger.IsConflict(err) {
			taken = append(taken, i)
			return nil
		}
		return rejects[i].Storing(err)
	}, jetstream.WithExpectLastSequencePerSubject(0)); err != nil || len(taken) == 0 {
		return err
	}
	for some := range slices.Chunk(taken, ingest.AtOnce) {
		subjects, there := make([]string, 0, ingest.AtOnce), map[string]*jetstream.RawStreamMsg{}
		for _, i := range some {
			subjects = append(subjects, messages[i].Subject)
		}
		found, err := jetstreamext.GetLastMsgsFor(ctx, js, ingest.RejectsStream, subjects)
		if err != nil {
			return fmt.Errorf("read stream %s: %w", ingest.RejectsStream, err)
		}
		for msg, err := range found {
			if err != nil {
				return fmt.Errorf("read stream %s: %w", ingest.RejectsStream, err)
			}
			there[msg.Subject] = msg
		}
		for _, i := range some {
			if err := rejects[i].Storing(replaceOther(ctx, js, rejects[i], messages[i], there[messages[i].Subject])); err != nil {
				return err
			}
		}
	}
	return nil
}

// replaceOther stores a reject in place of another message's. That happens when
// FIGURES was restored from a backup older than REJECTS, so that its sequences have
// been assigned again.
func replaceOther(ctx context.Context, js jetstream.JetStream, r *ingest.Reject, msg *nats.Msg, raw *jetstream.RawStreamMsg) error {
	if raw == nil {
		return errors.New("NATS does not yet show the reject that is in its place")
	}
	there, err := ingest.DecodeReject(raw.Header, raw.Data)
	if err == nil && there.Seq == r.Seq && there.Stored.UnixMilli() == r.Stored.UnixMilli() {
		return nil
	}
	_, err = js.PublishMsg(ctx, msg, jetstream.WithExpectLastSequencePerSubject(raw.Sequence))
	return err
}

// publishAll publishes messages concurrently and waits until NATS has stored them.
// It calls check with the result of each; an error from check ends the waiting.
func publishAll(ctx context.Context, js jetstream.JetStream, messages []*nats.Msg, check func(i int, err error) error, opts ...jetstream.PublishOpt) error {
	futures := make([]jetstream.PubAckFuture, len(messages))
	for i, msg := range messages {
		var err error
		if futures[i], err = js.PublishMsgAsync(msg, opts...); err != nil {
			return check(i, err)
		}
	}
	for i, future := range futures {
		var err error
		select {
		case <-future.Ok():
		case err = <-future.Err():
		case <-ctx.Done():
			err = ctx.Err()
		}
		if err := check(i, err); err != nil {
			return err
		}
	}
	return nil
}
