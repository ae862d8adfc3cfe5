package worker

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/tidemark-stats/tidemark/figure"
	"github.com/tidemark-stats/tidemark/ingest"
	"github.com/tidemark-stats/tidemark/ingest/receipt"
)

// maxRefusals limits the number of problems in a receipt, because they contain
// texts.
const maxRefusals = 100

// maxStatement limits the signed statement in a receipt, in bytes.
const maxStatement = 256 << 10

// publishReceipts publishes the outcomes of the items for their senders, signed
// unless the signer is nil. Figures without a submission get no receipt.
func publishReceipts(ctx context.Context, js jetstream.JetStream, signer *receipt.Signer, items []*item) error {
	bySubmission := map[string]*ingest.Receipt{}
	said, size := map[string][]receipt.Entry{}, map[string]int{}
	var messages []*nats.Msg
	write := func(submission string) error {
		if signer != nil {
			if err := signer.Sign(bySubmission[submission], submission, said[submission]); err != nil {
				return err
			}
			delete(said, submission)
			delete(size, submission)
		}
		body, err := json.Marshal(bySubmission[submission])
		if err != nil {
			return fmt.Errorf("encode a receipt: %w", err)
		}
		delete(bySubmission, submission)
		messages = append(messages, &nats.Msg{Subject: ingest.ReceiptsPrefix + submission, Data: body})
		return nil
	}
	for _, it := range items {
		if !figure.IsCode(it.Submission) {
			continue
		}
		r := bySubmission[it.Submission]
		if r == nil {
			r = &ingest.Receipt{}
			bySubmission[it.Submission] = r
		}
		r.Add(it.decision)
		if signer != nil {
			e := receipt.EntryOf(it.Subject, it.Body, it.Sender, it.Stored, it.decision)
			said[it.Submission] = append(said[it.Submission], e)
			size[it.Submission] += e.Size()
		}
		if len(r.Refused)+len(r.Unusual)+len(r.Answered) == maxRefusals || size[it.Submission] > maxStatement {
			if err := write(it.Submission); err != nil {
				return err
			}
		}
	}
	for submission := range bySubmission {
		if err := write(submission); err != nil {
			return err
		}
	}
	return publishAll(ctx, js, messages, func(_ int, err error) error {
		if err != nil {
			return fmt.Errorf("publish a receipt: %w", err)
		}
		return nil
	})
}
