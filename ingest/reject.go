package ingest

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/tidemark-stats/tidemark/figure"
)

// The headers of a message in REJECTS. Its body is the original, byte for
// byte.
const (
	headerProblem  = "Tidemark-Problem"  // the figure.Problem as JSON
	headerSubject  = "Tidemark-Subject"  // the subject the figure was sent on
	headerSequence = "Tidemark-Sequence" // of the figure in FIGURES
	headerStored   = "Tidemark-Stored"   // when it was stored in FIGURES, RFC 3339
	headerResent   = "Tidemark-Resent"   // the sequence it was given when sent again
	headerDropped  = "Tidemark-Dropped"  // a Drop as JSON
)

// Reject is a figure that was refused.
type Reject struct {
	Seq        uint64         `json:"seq"`     // in FIGURES
	Subject    string         `json:"subject"` // the subject it was sent on
	Submission string         `json:"submission,omitempty"`
	Sender     string         `json:"sender,omitempty"`
	Stored     time.Time      `json:"stored"` // in FIGURES
	Problem    figure.Problem `json:"problem"`
	Resent     uint64         `json:"resent,omitempty"` // its sequence when it was sent again, 0 when it was not
	// Written is the sequence of a later figure of the same cell that was not
	// refused, 0 when there is none.
	Written uint64 `json:"written,omitempty"`
	Cell    string `json:"cell,omitempty"` // the figure's cell, empty when the body could not be read
	Body    []byte `json:"body"`           // the original bytes

	Dropped *Drop `json:"dropped,omitempty"` // nil unless it is to be left as it is

	Beside string // the value of HeaderBeside in the original message
}

// Drop says why a refused figure is neither corrected nor sent again, so that it is
// open no longer. The reject keeps its bytes.
type Drop struct {
	Why string    `json:"why"`
	Who string    `json:"who,omitempty"` // as he or she said
	At  time.Time `json:"at"`
}

// Open reports whether somebody has still to do something about the reject.
func (r *Reject) Open() bool { return r.Resent == 0 && r.Written == 0 && r.Dropped == nil }

// maxSubject limits how much of the sender's subject becomes part of the
// reject's subject, in bytes; the subject of a valid figure is shorter. NATS
// drops the connection of a client that publishes on a subject of about 4,000
// bytes.
const maxSubject = 2048

// rejectSubject is the subject on which a message's reject is stored, always
// the same for the same message. It is valid UTF-8, so that it can be requested
// in JSON, and contains no DEL, because NATS does not find such a subject again.
func rejectSubject(subject string, seq uint64) string {
	subject = strings.TrimPrefix(subject, figure.SubjectPrefix+".")
	if len(subject) > maxSubject {
		subject = strings.TrimRight(subject[:maxSubject], ".")
	}
	return rejectsPrefix + strings.ReplaceAll(strings.ToValidUTF8(subject, "_"), "\x7f", "_") + "." + strconv.FormatUint(seq, 10)
}

// Message encodes the reject as a message of REJECTS.
func (r *Reject) Message() (*nats.Msg, error) {
	problem, err := json.Marshal(&r.Problem)
	if err != nil {
		return nil, fmt.Errorf("encode a reject: %w", err)
	}
	msg := nats.NewMsg(rejectSubject(r.Subject, r.Seq))
	msg.Data = r.Body
	msg.Header.Set(headerProblem, string(problem))
	msg.Header.Set(headerSubject, r.Subject)
	msg.Header.Set(headerSequence, strconv.FormatUint(r.Seq, 10))
	msg.Header.Set(headerStored, r.Stored.Format(time.RFC3339Nano))
	if r.Submission != "" {
		msg.Header.Set(HeaderSubmission, r.Submission)
	}
	if r.Sender != "" {
		msg.Header.Set(HeaderSender, r.Sender)
	}
	if r.Beside != "" && len(r.Beside) <= MaxBeside {
		msg.Header.Set(HeaderBeside, r.Beside)
	}
	if r.Resent != 0 {
		msg.Header.Set(headerResent, strconv.FormatUint(r.Resent, 10))
	}
	if r.Dropped != nil {
		dropped, err := json.Marshal(r.Dropped)
		if err != nil {
			return nil, fmt.Errorf("encode a reject: %w", err)
		}
		msg.Header.Set(headerDropped, strconv.QuoteToASCII(string(dropped)))
	}
	return msg, nil
}

// AtOnce is how many rejects are looked up in one request. It is small because
// a sender can make subjects long and full of characters that JSON escapes.
const AtOnce = 64

// Storing wraps an error of storing the reject; nil stays nil.
func (r *Reject) Storing(err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("store the reject of sequence %d: %w", r.Seq, err)
}

// FindReject returns the reject of a message and its sequence in REJECTS, or
// nil when there is none.
func FindReject(ctx context.Context, rejects jetstream.Stream, subject string, seq uint64) (r *Reject, at uint64, err error) {
	raw, err := rejects.GetLastMsgForSubject(ctx, rejectSubject(subject, seq))
	if errors.Is(err, jetstream.ErrMsgNotFound) {
		return nil, 0, nil
	}
	if err != nil {
		return nil, 0, fmt.Errorf("look up a reject: %w", err)
	}
	r, err = DecodeReject(raw.Header, raw.Data)
	return r, raw.Sequence, err
}

// DecodeReject decodes a message of REJECTS. Written and Cell are left empty.
func DecodeReject(h nats.Header, body []byte) (*Reject, error) {
	r := &Reject{Subject: h.Get(headerSubject), Submission: h.Get(HeaderSubmission), Sender: SenderName(h.Get(HeaderSender)), Body: body, Beside: h.Get(HeaderBeside)}
	if err := json.Unmarshal([]byte(h.Get(headerProblem)), &r.Problem); err != nil {
		return nil, fmt.Errorf("reject without a readable problem: %w", err)
	}
	var err error
	if r.Seq, err = strconv.ParseUint(h.Get(headerSequence), 10, 64); err != nil {
		return nil, fmt.Errorf("reject without a sequence: %w", err)
	}
	if r.Stored, err = time.Parse(time.RFC3339Nano, h.Get(headerStored)); err != nil {
		return nil, fmt.Errorf("reject without the time it was stored: %w", err)
	}
	if text := h.Get(headerResent); text != "" {
		if r.Resent, err = strconv.ParseUint(text, 10, 64); err != nil {
			return nil, fmt.Errorf("reject with a bad sequence: %w", err)
		}
	}
	if text := h.Get(headerDropped); text != "" {
		plain, err := strconv.Unquote(text)
		if err == nil {
			err = json.Unmarshal([]byte(plain), &r.Dropped)
		}
		if err != nil {
			return nil, fmt.Errorf("reject with an unreadable reason to drop it: %w", err)
		}
	}
	return r, nil
}

// Resend sends a refused figure again unchanged, to be judged by what is known
// now, and returns its new sequence. The reject stays, marked with that
// sequence.
func Resend(ctx context.Context, js jetstream.JetStream, r *Reject) (seq uint64, err error) {
	msg := nats.NewMsg(r.Subject)
	msg.Data = r.Body
	if r.Submission != "" {
		msg.Header.Set(HeaderSubmission, r.Submission)
	}
	if r.Sender != "" {
		msg.Header.Set(HeaderSender, r.Sender)
	}
	if r.Beside != "" {
		msg.Header.Set(HeaderBeside, r.Beside)
	}
	// The message id is derived from the reject, so that a retry after a lost
	// answer is not stored twice; it differs from the figure's original id.
	ack, err := js.PublishMsg(ctx, msg, jetstream.WithMsgID(fmt.Sprintf("resend-%d-%d", r.Seq, r.Resent)))
	if err != nil {
		return 0, fmt.Errorf("send the figure of sequence %d again: %w", r.Seq, err)
	}
	r.Resent = ack.Sequence
	return ack.Sequence, mark(ctx, js, r)
}

// DropReject marks a reject as one about which nothing will be done. It stays in
// REJECTS with its bytes, its problem and the reason.
func DropReject(ctx context.Context, js jetstream.JetStream, r *Reject, d Drop) error {
	r.Dropped = &d
	return mark(ctx, js, r)
}

// mark stores a reject in place of itself, with what was done about it.
func mark(ctx context.Context, js jetstream.JetStream, r *Reject) error {
	marked, err := r.Message()
	if err != nil {
		return err
	}
	if _, err := js.PublishMsg(ctx, marked); err != nil {
		return fmt.Errorf("mark the reject of sequence %d: %w", r.Seq, err)
	}
	return nil
}
