package ingest

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"strconv"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
	"golang.org/x/sync/errgroup"
)

// Message is a message of FIGURES.
type Message struct {
	Subject string
	Seq     uint64
	Stored  time.Time
	Header  nats.Header // the sender's own, empty when it cannot be read
	Body    []byte
}

// MessageFrom reads the message of FIGURES at a sequence or, with a subject, the
// first message on the subject from that sequence on; jetstream.ErrMsgNotFound when
// there is none.
func MessageFrom(ctx context.Context, nc *nats.Conn, from uint64, subject string) (*Message, error) {
	return messageOf(ctx, nc, &messageRequest{Seq: from, Next: subject})
}

// LastMessage reads the last message of FIGURES on a subject; jetstream.ErrMsgNotFound
// when there is none.
func LastMessage(ctx context.Context, nc *nats.Conn, subject string) (*Message, error) {
	return messageOf(ctx, nc, &messageRequest{Last: subject})
}

type messageRequest struct {
	Seq  uint64 `json:"seq,omitempty"`
	Next string `json:"next_by_subj,omitempty"`
	Last string `json:"last_by_subj,omitempty"`
}

// messageOf asks the leader of FIGURES. In its answer the sender's headers are separate
// from NATS's own fields, which a sender could otherwise forge.
func messageOf(ctx context.Context, nc *nats.Conn, r *messageRequest) (*Message, error) {
	body, err := json.Marshal(r)
	if err != nil {
		return nil, err
	}
	msg, err := request(ctx, nc, "$JS.API.STREAM.MSG.GET."+FiguresStream, body)
	if err != nil {
		return nil, err
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
		return nil, err
	}
	if answer.Error != nil && answer.Error.ErrorCode == jetstream.JSErrCodeMessageNotFound {
		return nil, jetstream.ErrMsgNotFound
	}
	if answer.Error != nil {
		return nil, answer.Error
	}
	m := answer.Message
	headers, _ := nats.DecodeHeadersMsg(m.Hdrs) // unreadable headers count as none
	return &Message{Subject: m.Subject, Seq: m.Seq, Stored: m.Time, Header: headers, Body: m.Data}, nil
}

// answerWithin is how long NATS may take to look a message up.
const answerWithin = 5 * time.Second

// atATime is how many messages are looked up concurrently.
const atATime = 32

// Each calls look for 0 to n-1, some at a time, so that looking up many messages one by
// one does not take as many journeys to NATS. The error is the first of them.
func Each(ctx context.Context, n int, look func(ctx context.Context, i int) error) error {
	group, looking := errgroup.WithContext(ctx)
	group.SetLimit(atATime)
	for i := 0; i < n && looking.Err() == nil; i++ {
		group.Go(func() error { return look(looking, i) })
	}
	return cmp.Or(group.Wait(), ctx.Err())
}

// ErrUnreadable says that NATS's answer cannot be understood because of the headers
// that a sender gave to the message.
var ErrUnreadable = errors.New("its headers make it unreadable")

// Direct reads the message of a stream at a sequence, as a sender may;
// jetstream.ErrMsgNotFound when there is none.
func Direct(ctx context.Context, nc *nats.Conn, stream string, seq uint64) (*Message, error) {
	body, err := json.Marshal(&messageRequest{Seq: seq})
	if err != nil {
		return nil, err
	}
	return direct(ctx, nc, stream, body)
}

// LastDirect reads the last message on a subject of a stream, as a sender may, who must
// not read others; jetstream.ErrMsgNotFound when there is none. An account without a
// right to it gets nats.ErrNoResponders.
func LastDirect(ctx context.Context, nc *nats.Conn, stream, subject string) (*Message, error) {
	return direct(ctx, nc, stream+"."+subject, nil)
}

func direct(ctx context.Context, nc *nats.Conn, what string, body []byte) (*Message, error) {
	msg, err := request(ctx, nc, "$JS.API.DIRECT.GET."+what, body)
	if err != nil {
		return nil, err
	}
	m, ok := DirectAnswer(msg)
	switch {
	case ok:
		return m, nil
	case IsEnd(msg):
		return nil, jetstream.ErrMsgNotFound
	}
	return nil, ErrUnreadable
}

// request asks NATS, which may have gone away with the question.
func request(ctx context.Context, nc *nats.Conn, subject string, body []byte) (*nats.Msg, error) {
	ctx, cancel := context.WithTimeout(ctx, answerWithin)
	defer cancel()
	return nc.RequestWithContext(ctx, subject, body)
}

// DirectAnswer decodes a message from NATS's answer to a direct get. NATS appends a
// message's sequence, subject and time as headers after those of the sender, and the
// client libraries believe the first header of a name, which the sender can forge. ok is
// false when the answer has no message, or the sender's headers make it unreadable.
func DirectAnswer(msg *nats.Msg) (m *Message, ok bool) {
	seq, errSeq := strconv.ParseUint(LastHeader(msg, jetstream.SequenceHeader), 10, 64)
	at, errTime := time.Parse(time.RFC3339Nano, LastHeader(msg, jetstream.TimeStampHeaer))
	return &Message{Subject: LastHeader(msg, jetstream.SubjectHeader), Seq: seq, Stored: at, Header: msg.Header, Body: msg.Data},
		errors.Join(errSeq, errTime) == nil
}

// IsEnd reports whether an answer to a direct get says that there are no more messages.
func IsEnd(msg *nats.Msg) bool {
	status := msg.Header.Get("Status")
	return len(msg.Header[jetstream.SequenceHeader]) == 0 && (status == "204" || status == "404")
}

// LastHeader returns the last value of a header, empty when there is none.
func LastHeader(msg *nats.Msg, key string) string {
	values := msg.Header[key]
	if len(values) == 0 {
		return ""
	}
	return values[len(values)-1]
}
