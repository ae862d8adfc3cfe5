package receipt

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/nats-io/nats.go/jetstream"

	"github.com/tidemark-stats/tidemark/ingest"
)

// Document is the receipt of a submission in one file: all that Verify needs but the
// public key.
type Document struct {
	Submission string          `json:"submission"`
	Receipts   []ingest.Signed `json:"receipts"`
	Figures    []Content       `json:"figures"`
}

// Content is the body of a message of FIGURES, as it was sent.
type Content struct {
	Seq  uint64 `json:"seq"`
	Body []byte `json:"body"`
}

// Text is the document as it is kept in a file, which Read reads.
func (d *Document) Text() ([]byte, error) {
	text, err := json.MarshalIndent(d, "", "  ")
	if err != nil {
		return nil, fmt.Errorf("encode the receipt: %w", err)
	}
	return append(text, '\n'), nil
}

// ErrUnsigned says that the workers do not sign receipts.
var ErrUnsigned = errors.New("its receipts are not signed: the workers need a key (tidemark ingest --receipt-key)")

// Collect makes the document of a submission from the receipts that there are now.
// The error says that there is none, wraps ErrUnsigned, or is from NATS.
func Collect(ctx context.Context, js jetstream.JetStream, submission string) (*Document, error) {
	d := &Document{Submission: submission}
	unsigned := 0
	seen := map[uint64]bool{}
	var sequences []uint64
	if err := ingest.ReadReceipts(ctx, js, submission, func(r *ingest.Receipt) error {
		if r.Signed == nil {
			unsigned++
			return nil
		}
		var s Statement
		if err := json.Unmarshal([]byte(r.Signed.Statement), &s); err != nil {
			return fmt.Errorf("a receipt of %s cannot be read: %w", submission, err)
		}
		d.Receipts = append(d.Receipts, *r.Signed)
		for _, e := range s.Figures {
			if !seen[e.Seq] {
				seen[e.Seq] = true
				sequences = append(sequences, e.Seq)
			}
		}
		return nil
	}); err != nil {
		return nil, err
	}
	switch {
	case unsigned > 0:
		return nil, fmt.Errorf("submission %s: %w", submission, ErrUnsigned)
	case len(d.Receipts) == 0:
		return nil, fmt.Errorf("there is no receipt of submission %s: no worker has dealt with it yet, or all of it was sent before in another submission", submission)
	}
	d.Figures = make([]Content, len(sequences))
	return d, ingest.Each(ctx, len(sequences), func(ctx context.Context, i int) error {
		msg, err := ingest.Direct(ctx, js.Conn(), ingest.FiguresStream, sequences[i])
		if err != nil {
			return fmt.Errorf("read message %d of stream %s: %w", sequences[i], ingest.FiguresStream, err)
		}
		d.Figures[i] = Content{sequences[i], msg.Body}
		return nil
	})
}
