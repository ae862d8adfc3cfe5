package worker

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/tidemark-stats/tidemark/figure"
	"github.com/tidemark-stats/tidemark/ingest"
)

// maxRefusals limits the number of problems in a receipt, because they contain
// texts.
const maxRefusals = 100

// publishReceipts publishes the outcomes of the items for their senders. Figures
// without a submission get no receipt.
func publishReceipts(ctx context.Context, js jetstream.JetStream, items []*item) error {
	bySubmission := map[string]*ingest.Receipt{}
	var messages []*nats.Msg
	write := func(submission string) error {
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
		if len(r.Refused)+len(r.Unusual)+len(r.Answered) == maxRefusals {
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
