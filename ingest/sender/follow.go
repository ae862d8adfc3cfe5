package sender

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/nats-io/nats.go/jetstream"

	"github.com/tidemark-stats/tidemark/ingest"
)

const (
	// A submission looks for its next receipt soon, then less and less often:
	// a small push is answered at once, and InfluxDB may be away for hours. Each
	// wait is a quarter longer than the last, so that nobody waits for much more
	// than a fifth longer than he has to.
	firstLook = 2 * time.Millisecond
	lastLook  = 250 * time.Millisecond
	// lookTimeout is how long an answer may take. One that is lost with its
	// connection holds nothing up for longer.
	lookTimeout = 2 * time.Second
)

// followOwn opens RECEIPTS and follows the receipts of the submission itself.
// Who may not read them is told before anything is sent.
func (s *Submission) followOwn() error {
	var err error
	if s.receipts, err = s.js.Stream(s.ctx, ingest.ReceiptsStream); err != nil {
		return fmt.Errorf("stream %s: %w; was tidemark init run?", ingest.ReceiptsStream, err)
	}
	if _, err := s.look(ingest.ReceiptsPrefix+s.ID, 1); err != nil && !errors.Is(err, jetstream.ErrMsgNotFound) {
		return fmt.Errorf("look for receipts: %w; may this user read %s?", err, ingest.ReceiptsStream)
	}
	s.follow(s.ID)
	return nil
}

// follow takes the receipts of a submission, from its first, until the context
// ends. It asks for one after the other and has no consumer: whoever may make
// one in NATS says where it delivers, even into the requests of the workers.
// Nor is anything missed when the connection is lost, since the next question
// begins where the last answer ended.
func (s *Submission) follow(submission string) {
	s.mu.Lock()
	known := s.followed[submission]
	s.followed[submission] = true
	s.mu.Unlock()
	if !known {
		go s.read(ingest.ReceiptsPrefix + submission)
	}
}

// read is follow in the background. An error is asked again like the answer
// that there is no receipt yet: Await tells how long that goes on.
func (s *Submission) read(subject string) {
	next, delay := uint64(1), firstLook
	for s.ctx.Err() == nil {
		if msg, err := s.look(subject, next); err == nil {
			s.receipt(msg.Data)
			next, delay = msg.Sequence+1, firstLook
			continue
		}
		timer := time.NewTimer(delay)
		select {
		case <-timer.C:
		case <-s.ctx.Done():
			timer.Stop()
		}
		delay = min(delay+delay/4, lastLook)
	}
}

// look gives the first message of RECEIPTS on the subject whose sequence is not
// below next.
func (s *Submission) look(subject string, next uint64) (*jetstream.RawStreamMsg, error) {
	ctx, cancel := context.WithTimeout(s.ctx, lookTimeout)
	defer cancel()
	return s.receipts.GetMsg(ctx, next, jetstream.WithGetMsgSubject(subject))
}

// receipt takes one message of RECEIPTS. One that cannot be read leaves its
// figures without a receipt, which Await tells.
func (s *Submission) receipt(body []byte) {
	var r ingest.Receipt
	if err := json.Unmarshal(body, &r); err != nil {
		return
	}
	r.Each(s.claim)
}
