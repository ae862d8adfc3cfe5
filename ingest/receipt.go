package ingest

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/nats-io/nats.go/jetstream"

	"github.com/tidemark-stats/tidemark/figure"
	"github.com/tidemark-stats/tidemark/ingest/ledger"
)

// Outcome is what became of a figure.
type Outcome = ledger.Outcome

// The outcomes; package ledger documents them.
const (
	Written    = ledger.Written
	Revised    = ledger.Revised
	Unchanged  = ledger.Unchanged
	Superseded = ledger.Superseded
	Refused    = ledger.Refused
)

// Receipt is the body of a message in RECEIPTS: the outcome of some figures of
// one submission, by their sequence in FIGURES. After a crash between receipt
// and acknowledgement a sequence may appear in several receipts, always with
// the same outcome.
type Receipt struct {
	Written    []uint64  `json:"written,omitempty"`
	Revised    []uint64  `json:"revised,omitempty"`
	Unchanged  []uint64  `json:"unchanged,omitempty"`
	Superseded []uint64  `json:"superseded,omitempty"`
	Refused    []Refusal `json:"refused,omitempty"`
	// Unusual holds the warnings about figures that were not refused.
	Unusual []Refusal `json:"unusual,omitempty"`
	// Answered holds what would have been a refusal or a warning if the sender did
	// not stand by the value.
	Answered []Refusal `json:"answered,omitempty"`
	// Signed says the same once more, so that it can be proven; nil if the worker has
	// no key. See package receipt.
	Signed *Signed `json:"signed,omitempty"`
}

// Signed is a signed statement about figures.
type Signed struct {
	Statement string `json:"statement"`
	Signature string `json:"signature"` // base64
	Key       string `json:"key"`       // public, of the signer
}

// Refusal says why a figure was refused, or what is unusual about it. Seq is
// the figure's sequence in FIGURES.
type Refusal struct {
	Seq uint64 `json:"seq"`
	figure.Problem
}

// Add adds a decision to the receipt.
func (r *Receipt) Add(d *ledger.Decision) {
	if d.Outcome != Refused && d.Problem != nil {
		r.Unusual = append(r.Unusual, Refusal{d.Seq, *d.Problem})
	}
	if d.Answered != nil {
		r.Answered = append(r.Answered, Refusal{d.Seq, *d.Answered})
	}
	switch d.Outcome {
	case Written:
		r.Written = append(r.Written, d.Seq)
	case Revised:
		r.Revised = append(r.Revised, d.Seq)
	case Unchanged:
		r.Unchanged = append(r.Unchanged, d.Seq)
	case Superseded:
		r.Superseded = append(r.Superseded, d.Seq)
	case Refused:
		r.Refused = append(r.Refused, Refusal{d.Seq, *d.Problem})
	}
}

// Each calls f for every figure in the receipt. p is the reason for a refusal
// or the warning about an unusual figure that the sender has not answered yet, nil
// when there is neither.
func (r *Receipt) Each(f func(seq uint64, o Outcome, p *figure.Problem)) {
	unusual := map[uint64]*figure.Problem{}
	for i := range r.Unusual {
		unusual[r.Unusual[i].Seq] = &r.Unusual[i].Problem
	}
	for _, some := range []struct {
		outcome Outcome
		seqs    []uint64
	}{{Written, r.Written}, {Revised, r.Revised}, {Unchanged, r.Unchanged}, {Superseded, r.Superseded}} {
		for _, seq := range some.seqs {
			f(seq, some.outcome, unusual[seq])
		}
	}
	for i := range r.Refused {
		f(r.Refused[i].Seq, Refused, &r.Refused[i].Problem)
	}
}

// ReadReceipts calls each for the receipts of a submission that there are now, in
// the order in which they were stored. An error from each ends the reading.
func ReadReceipts(ctx context.Context, js jetstream.JetStream, submission string, each func(*Receipt) error) error {
	return ReceiptMessages(ctx, js, submission, func(msg *jetstream.RawStreamMsg) error {
		var r Receipt
		if err := json.Unmarshal(msg.Data, &r); err != nil {
			return fmt.Errorf("receipt %d cannot be read: %w", msg.Sequence, err)
		}
		return each(&r)
	})
}

// ReceiptMessages is ReadReceipts for the messages, which may not all be receipts.
func ReceiptMessages(ctx context.Context, js jetstream.JetStream, submission string, each func(*jetstream.RawStreamMsg) error) error {
	stream, err := js.Stream(ctx, ReceiptsStream)
	if err != nil {
		return fmt.Errorf("stream %s: %w", ReceiptsStream, err)
	}
	for next := uint64(1); ; {
		msg, err := stream.GetMsg(ctx, next, jetstream.WithGetMsgSubject(ReceiptsPrefix+submission))
		if errors.Is(err, jetstream.ErrMsgNotFound) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("read the receipts of %s: %w", submission, err)
		}
		if err := each(msg); err != nil {
			return err
		}
		next = msg.Sequence + 1
	}
}
