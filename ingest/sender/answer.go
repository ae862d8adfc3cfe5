package sender

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/nats-io/nats.go/jetstream"

	"github.com/tidemark-stats/tidemark/figure"
)

var (
	// errFull says that NATS's store has no room for a figure.
	errFull = errors.New("the store of NATS is full: make room or raise its max_file_store, then run it again")
	// errNotStored says that NATS answers probes but does not store a figure. After
	// a disk error it stores nothing until it is restarted.
	errNotStored = errors.New("NATS accepts the figure but does not store it: its disk is full or broken; make room, restart NATS if its health check has not, then run it again")
)

// answer waits until NATS has stored a message. If NATS does not answer, the
// message is sent again under the same id, so that it is stored only once.
func (s *Submission) answer(sent *sending) (ack *jetstream.PubAck, err error) {
	for again := range attempts {
		if again > 0 {
			sent.again = true
			if sent.future, err = s.js.PublishMsgAsync(sent.msg, jetstream.WithRetryAttempts(3)); err != nil {
				break
			}
		}
		if ack, err = s.acked(sent.future, sent.msg.Subject); err == nil {
			return ack, nil
		}
		if reason := s.explain(err, sent.msg.Subject); reason != nil {
			err = reason
			break
		}
		if s.ctx.Err() != nil {
			break
		}
	}
	return nil, fmt.Errorf("NATS did not store the figure on %s: %w", sent.msg.Subject, err)
}

// acked waits for the answer to a message. If it takes long, NATS is probed:
// because a stream takes messages in order, a message that is not stored when a
// later probe is answered never will be.
func (s *Submission) acked(future jetstream.PubAckFuture, subject string) (*jetstream.PubAck, error) {
	slow := time.NewTimer(patience)
	defer slow.Stop()
	passed := false
	for {
		select {
		case ack := <-future.Ok():
			return ack, nil
		case err := <-future.Err():
			return nil, err
		case <-slow.C:
			if passed {
				return nil, errNotStored
			}
			got, err := probe(s.ctx, s.js.Conn(), subject)
			if err == nil && got == denied {
				return nil, jetstream.ErrNoStreamResponse
			}
			passed = err == nil && got == reached
			slow.Reset(patience) // the answer may still arrive
		}
	}
}

// explain returns the reason why NATS does not store a message, or nil when it
// may still do so.
func (s *Submission) explain(err error, subject string) error {
	var api *jetstream.APIError
	switch {
	case errors.As(err, &api) && full(api):
		return fmt.Errorf("%w (%s)", errFull, api.Description)
	case errors.Is(err, errNotStored) && s.figures.CachedInfo().Config.Replicas == 1:
		return err // a cluster answers a probe at once, but needs time to agree on a figure
	case !unheard(err) || !s.js.Conn().IsConnected():
		return nil
	}
	if got, failed := probe(s.ctx, s.js.Conn(), probeSubject(agencyOf(subject))); failed == nil && got == denied {
		return mayNotSend(agencyOf(subject), nil)
	}
	return nil
}

// agencyOf returns the agency whose figures are sent on a subject.
func agencyOf(subject string) string {
	agency, _, _ := strings.Cut(strings.TrimPrefix(subject, figure.SubjectPrefix+"."), ".")
	return agency
}

// full reports whether JetStream has no room, because of a limit of the server,
// the account or the stream.
func full(err *jetstream.APIError) bool {
	const noResources, noStorage, notStored = 10023, 10047, 10077
	return err.ErrorCode == noResources || err.ErrorCode == noStorage ||
		err.ErrorCode == notStored && strings.Contains(err.Description, "maximum bytes exceeded")
}

// unheard reports whether an error is how a missing permission to publish shows:
// no answer or, when the user's account has no route to the stream, no
// responders.
func unheard(err error) bool {
	return errors.Is(err, context.DeadlineExceeded) || errors.Is(err, jetstream.ErrAsyncPublishTimeout) ||
		errors.Is(err, jetstream.ErrNoStreamResponse)
}
