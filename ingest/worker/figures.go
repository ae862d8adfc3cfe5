package worker

import (
	"context"
	"encoding/json"
	"fmt"
	"strconv"
	"time"

	"github.com/nats-io/nats.go"

	"github.com/tidemark-stats/tidemark/ingest"
	"github.com/tidemark-stats/tidemark/ingest/rules"
)

// The worker reads FIGURES with requests of its own, because the client libraries
// trust the sender's headers. NATS appends a message's sequence, subject and time as
// headers after those of the sender, and the libraries use the first header of a
// name. With forged headers one agency could send in the name of another, or have
// the worker decide on a sequence that does not exist.

// The request subject, and a header of the answers.
const (
	directGet = "$JS.API.DIRECT.GET." + ingest.FiguresStream

	headerBefore = "Nats-Last-Sequence" // sequence of the previous message in the same answer, 0 in the first
)

// readBytes limits how much of a stream is read at once, and readLimit how long
// NATS may take for it.
const (
	readBytes = 8 << 20
	readLimit = 5 * time.Second
)

// getRequest is the body of a request for one or several messages.
type getRequest struct {
	Seq      uint64 `json:"seq"`
	Subject  string `json:"next_by_subj,omitempty"`
	Batch    int    `json:"batch,omitempty"`
	MaxBytes int    `json:"max_bytes,omitempty"`
}

// messages reads up to n messages of FIGURES from one sequence to another without
// gaps, only those on the subject unless it is empty. It may return fewer than n
// even if there are more.
func (w *Worker) messages(ctx context.Context, from, to uint64, n int, subject string) ([]rules.Message, error) {
	ctx, cancel := context.WithTimeout(ctx, readLimit)
	defer cancel()
	answers, err := w.ask(&getRequest{Seq: from, Subject: subject, Batch: n, MaxBytes: readBytes})
	if err != nil {
		return nil, fmt.Errorf("read stream %s: %w", ingest.FiguresStream, err)
	}
	defer func() { _ = answers.Unsubscribe() }() // fails only on a closed connection
	var out []rules.Message
	for before := uint64(0); ; {
		msg, err := answers.NextMsgWithContext(ctx)
		if err != nil && len(out) > 0 {
			return out, nil
		}
		if err != nil {
			return nil, fmt.Errorf("read stream %s: %w", ingest.FiguresStream, err)
		}
		m, ok := ingest.DirectAnswer(msg)
		switch {
		case !ok && ingest.IsEnd(msg):
			return out, nil
		case (!ok || ingest.LastHeader(msg, headerBefore) != strconv.FormatUint(before, 10)) && len(out) > 0:
			return out, nil // the next one is unreadable or was lost on the way
		case !ok:
			m, err := w.message(ctx, from, subject)
			if err != nil {
				return nil, err
			}
			return []rules.Message{m}, nil
		case m.Seq > to:
			return out, nil
		}
		out = append(out, judged(m))
		before = m.Seq
	}
}

// ask requests a batch of messages and returns the subscription for the answers.
func (w *Worker) ask(r *getRequest) (*nats.Subscription, error) {
	body, err := json.Marshal(r)
	if err != nil {
		return nil, err
	}
	inbox := nats.NewInbox()
	answers, err := w.nc.SubscribeSync(inbox)
	if err != nil {
		return nil, err
	}
	if err := w.nc.PublishRequest(directGet, inbox, body); err != nil {
		_ = answers.Unsubscribe() // the connection is closed
		return nil, err
	}
	return answers, nil
}

// message reads the message at a sequence or, with a subject, the first message on
// the subject from that sequence on; jetstream.ErrMsgNotFound when there is none.
func (w *Worker) message(ctx context.Context, from uint64, subject string) (rules.Message, error) {
	ctx, cancel := context.WithTimeout(ctx, readLimit)
	defer cancel()
	m, err := ingest.MessageFrom(ctx, w.nc, from, subject)
	if err != nil {
		return rules.Message{}, fmt.Errorf("read message %d of stream %s: %w", from, ingest.FiguresStream, err)
	}
	return judged(m), nil
}

// judged reduces a message to what matters for judging it.
func judged(m *ingest.Message) rules.Message {
	return rules.Message{Subject: m.Subject, Body: m.Body, Seq: m.Seq, Stored: m.Stored.UnixMilli(),
		Submission: m.Header.Get(ingest.HeaderSubmission), Sender: ingest.SenderName(m.Header.Get(ingest.HeaderSender)), Beside: m.Header.Get(ingest.HeaderBeside)}
}
