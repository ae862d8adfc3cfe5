package ingest

import (
	"context"
	"encoding/json"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
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
// there is none. In this answer of NATS the sender's headers are separate from its own
// fields, which a sender could otherwise forge.
func MessageFrom(ctx context.Context, nc *nats.Conn, from uint64, subject string) (*Message, error) {
	body, err := json.Marshal(struct {
		Seq     uint64 `json:"seq"`
		Subject string `json:"next_by_subj,omitempty"`
	}{from, subject})
	if err != nil {
		return nil, err
	}
	msg, err := nc.RequestWithContext(ctx, "$JS.API.STREAM.MSG.GET."+FiguresStream, body)
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
