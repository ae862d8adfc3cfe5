package worker

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/tidemark-stats/tidemark/ingest"
	"github.com/tidemark-stats/tidemark/ingest/rules"
)

// The worker reads FIGURES by itself and not with the clients for it, because
// these believe the sender. NATS puts what it has to say of a message, its
// sequence, subject and time, among the headers the sender has chosen, behind
// them; the clients take the first of a name. By such a header one agency could
// send in the name of another, or have a sequence that does not exist decided.

// The requests, and the headers by which NATS answers the first one.
const (
	directGet  = "$JS.API.DIRECT.GET." + ingest.FiguresStream
	messageGet = "$JS.API.STREAM.MSG.GET." + ingest.FiguresStream

	headerBefore = "Nats-Last-Sequence" // of the message before in the same answer, 0 in the first
	headerStatus = "Status"
)

// readBytes bounds how much of a stream is read at once, and readLimit how long
// NATS may take for it.
const (
	readBytes = 8 << 20
	readLimit = 5 * time.Second
)

// getRequest asks for a message, or for several.
type getRequest struct {
	Seq      uint64 `json:"seq"`
	Subject  string `json:"next_by_subj,omitempty"`
	Batch    int    `json:"batch,omitempty"`
	MaxBytes int    `json:"max_bytes,omitempty"`
}

// messages reads up to n messages of FIGURES from one sequence to another,
// none of them left out; only those on the subject unless it is empty. There
// may be more even if fewer are given.
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
		m, ok := directAnswer(msg)
		switch {
		case !ok && isEnd(msg):
			return out, nil
		case (!ok || lastHeader(msg, headerBefore) != strconv.FormatUint(before, 10)) && len(out) > 0:
			return out, nil // up to one that is unreadable, or was lost on the way
		case !ok:
			m, err := w.message(ctx, from, subject)
			if err != nil {
				return nil, err
			}
			return []rules.Message{m}, nil
		case m.Seq > to:
			return out, nil
		}
		out = append(out, m)
		before = m.Seq
	}
}

// ask asks for a batch of messages.
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

// directAnswer is a message in NATS' answer. It is not ok when the answer is
// none, or the headers of the sender make it unreadable.
func directAnswer(msg *nats.Msg) (m rules.Message, ok bool) {
	seq, errSeq := strconv.ParseUint(lastHeader(msg, jetstream.SequenceHeader), 10, 64)
	at, errTime := time.Parse(time.RFC3339Nano, lastHeader(msg, jetstream.TimeStampHeaer))
	return rules.Message{Subject: lastHeader(msg, jetstream.SubjectHeader), Body: msg.Data, Seq: seq,
		Stored: at.UnixMilli(), Submission: msg.Header.Get(ingest.HeaderSubmission),
		Beside: msg.Header.Get(ingest.HeaderBeside)}, errors.Join(errSeq, errTime) == nil
}

// isEnd tells whether an answer says that there are no more messages.
func isEnd(msg *nats.Msg) bool {
	status := msg.Header.Get(headerStatus)
	return len(msg.Header[jetstream.SequenceHeader]) == 0 && (status == "204" || status == "404")
}

// lastHeader is the last value of a header.
func lastHeader(msg *nats.Msg, key string) string {
	values := msg.Header[key]
	if len(values) == 0 {
		return ""
	}
	return values[len(values)-1]
}

// message reads the message at a sequence, or the first one from there on that
// is on the subject; jetstream.ErrMsgNotFound when there is none. NATS answers
// with the sender's headers apart from what it says itself.
func (w *Worker) message(ctx context.Context, from uint64, subject string) (m rules.Message, err error) {
	defer func() {
		if err != nil {
			err = fmt.Errorf("read message %d of stream %s: %w", from, ingest.FiguresStream, err)
		}
	}()
	body, err := json.Marshal(&getRequest{Seq: from, Subject: subject})
	if err != nil {
		return m, err
	}
	ctx, cancel := context.WithTimeout(ctx, readLimit)
	defer cancel()
	msg, err := w.nc.RequestWithContext(ctx, messageGet, body)
	if err != nil {
		return m, err
	}
	var answer struct {
		Error   *jetstream.APIError
		Message struct {
			Subject string
			Seq     uint64
			Hdrs    []byte
			Data    []byte
			Time    time.Time
		}
	}
	if err := json.Unmarshal(msg.Data, &answer); err != nil {
		return m, err
	}
	if answer.Error != nil && answer.Error.ErrorCode == jetstream.JSErrCodeMessageNotFound {
		return m, jetstream.ErrMsgNotFound
	}
	if answer.Error != nil {
		return m, answer.Error
	}
	headers, _ := nats.DecodeHeadersMsg(answer.Message.Hdrs) // unreadable, they name no submission
	return rules.Message{Subject: answer.Message.Subject, Body: answer.Message.Data, Seq: answer.Message.Seq,
		Stored: answer.Message.Time.UnixMilli(), Submission: headers.Get(ingest.HeaderSubmission), Beside: headers.Get(ingest.HeaderBeside)}, nil
}
