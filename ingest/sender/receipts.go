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
	// A submission polls for its next receipt at first often, then less and less:
	// a small push is answered at once, but InfluxDB may be down for hours. Each
	// interval is a quarter longer than the last, so that a wait lasts at most about
	// a fifth longer than necessary.
	firstLook = 2 * time.Millisecond
	lastLook  = 250 * time.Millisecond
	// lookTimeout limits the wait for an answer, which may be lost with the
	// connection.
	lookTimeout = 2 * time.Second
)

// followOwn opens RECEIPTS and follows the submission's own receipts. A missing
// permission to read them is reported before anything is sent.
func (s *Submission) followOwn() error {
	var err error
	if s.receipts, err = s.js.Stream(s.ctx, ingest.ReceiptsStream); err != nil {
		return fmt.Errorf("stream %s: %w; was tidemark init run?", ingest.ReceiptsStream, err)
	}
	if _, err := s.look(ingest.ReceiptsPrefix+s.ID, 1); err != nil && !errors.Is(err, jetstream.ErrMsgNotFound) {
		return fmt.Errorf("look for receipts: %w; may this user read %s?", err, ingest.ReceiptsStream)
	}
	s.readReceipts(s.ID)
	return nil
}

// readReceipts processes the receipts of a submission, from the first one, until the
// context ends. It polls instead of using a consumer, because a client that may
// create consumers could make one deliver anywhere, even into the workers'
// requests. Nothing is missed when the connection is lost, because each request
// begins where the last answer ended.
func (s *Submission) readReceipts(submission string) {
	s.mu.Lock()
	known := s.reading[submission]
	s.reading[submission] = true
	s.mu.Unlock()
	if !known {
		go s.read(ingest.ReceiptsPrefix + submission)
	}
}

// read is the background loop of readReceipts. An error is retried, just like the answer
// that there is no receipt yet; Await limits how long that lasts.
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

// look returns the first message of RECEIPTS on the subject from sequence next on.
func (s *Submission) look(subject string, next uint64) (*jetstream.RawStreamMsg, error) {
	ctx, cancel := context.WithTimeout(s.ctx, lookTimeout)
	defer cancel()
	return s.receipts.GetMsg(ctx, next, jetstream.WithGetMsgSubject(subject))
}

// receipt processes one message of RECEIPTS. If it cannot be decoded, its figures
// stay without a receipt, and Await counts them as missing.
func (s *Submission) receipt(body []byte) {
	var r ingest.Receipt
	if err := json.Unmarshal(body, &r); err != nil {
		return
	}
	r.Each(s.claim)
}
