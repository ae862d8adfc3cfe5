package ingest

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/nats-io/nats.go/jetstream"

	"github.com/tidemark-stats/tidemark/figure"
)

// Outcome is what became of a figure.
type Outcome string

// The outcomes.
const (
	Written   Outcome = "written"   // the first figure of its cell
	Revised   Outcome = "revised"   // differs from what was known of its cell
	Unchanged Outcome = "unchanged" // says what was known already
	// Superseded is kept as history: a later publication of its cell is known.
	Superseded Outcome = "superseded"
	Refused    Outcome = "refused" // stored in REJECTS
)

// Receipt is the body of a message in RECEIPTS: what became of some figures
// of one submission, by their sequence in FIGURES. A sequence may appear in
// several receipts, after a crash between receipt and acknowledgement; the
// first one counts.
type Receipt struct {
	Written    []uint64  `json:"written,omitempty"`
	Revised    []uint64  `json:"revised,omitempty"`
	Unchanged  []uint64  `json:"unchanged,omitempty"`
	Superseded []uint64  `json:"superseded,omitempty"`
	Refused    []Refusal `json:"refused,omitempty"`
}

// Refusal tells why a figure was refused.
type Refusal struct {
	Seq uint64 `json:"seq"`
	figure.Problem
}

func (r *Receipt) add(it *item) {
	switch it.outcome {
	case Written:
		r.Written = append(r.Written, it.seq)
	case Revised:
		r.Revised = append(r.Revised, it.seq)
	case Unchanged:
		r.Unchanged = append(r.Unchanged, it.seq)
	case Superseded:
		r.Superseded = append(r.Superseded, it.seq)
	case Refused:
		r.Refused = append(r.Refused, Refusal{it.seq, *it.problem})
	}
}

// each calls f for every figure the receipt speaks of.
func (r *Receipt) each(f func(seq uint64, o Outcome, p *figure.Problem)) {
	for _, seq := range r.Written {
		f(seq, Written, nil)
	}
	for _, seq := range r.Revised {
		f(seq, Revised, nil)
	}
	for _, seq := range r.Unchanged {
		f(seq, Unchanged, nil)
	}
	for _, seq := range r.Superseded {
		f(seq, Superseded, nil)
	}
	for i := range r.Refused {
		f(r.Refused[i].Seq, Refused, &r.Refused[i].Problem)
	}
}

// maxRefusals bounds a receipt's size: refusals carry texts.
const maxRefusals = 200

// publishReceipts tells the senders of the items what became of them. Figures
// that came without a submission have nobody who waits.
func publishReceipts(ctx context.Context, js jetstream.JetStream, items []*item) error {
	bySubmission := map[string]*Receipt{}
	send := func(submission string) error {
		body, err := json.Marshal(bySubmission[submission])
		if err != nil {
			return fmt.Errorf("encode a receipt: %w", err)
		}
		delete(bySubmission, submission)
		if _, err := js.Publish(ctx, receiptsPrefix+submission, body); err != nil {
			return fmt.Errorf("publish a receipt: %w", err)
		}
		return nil
	}
	for _, it := range items {
		if !figure.IsCode(it.submission) {
			continue
		}
		r := bySubmission[it.submission]
		if r == nil {
			r = &Receipt{}
			bySubmission[it.submission] = r
		}
		r.add(it)
		if len(r.Refused) == maxRefusals {
			if err := send(it.submission); err != nil {
				return err
			}
		}
	}
	for submission := range bySubmission {
		if err := send(submission); err != nil {
			return err
		}
	}
	return nil
}
