package worker

import (
	"context"
	"fmt"

	"github.com/nats-io/nats.go"
)

// ackAll acknowledges the items and waits until the server has stored that
// (double ack). One at a time this costs a round trip each, so all are sent
// before the answers are collected. It gives how many the server did not
// confirm before the context ended. Items that were not delivered have
// nothing to be acknowledged.
func ackAll(ctx context.Context, nc *nats.Conn, items []*item) (unconfirmed int, err error) {
	for _, it := range items {
		if it.msg != nil {
			unconfirmed++
		}
	}
	if unconfirmed == 0 {
		return 0, nil
	}
	inbox := nats.NewInbox()
	answers, err := nc.SubscribeSync(inbox)
	if err != nil {
		return unconfirmed, fmt.Errorf("subscribe for acknowledgements: %w", err)
	}
	defer func() { _ = answers.Unsubscribe() }() // fails only on a closed connection
	if err := answers.SetPendingLimits(unconfirmed, -1); err != nil {
		return unconfirmed, fmt.Errorf("subscribe for acknowledgements: %w", err)
	}
	for _, it := range items {
		if it.msg == nil {
			continue
		}
		if err := nc.PublishRequest(it.msg.Reply(), inbox, []byte("+ACK")); err != nil {
			return unconfirmed, fmt.Errorf("acknowledge: %w", err)
		}
	}
	for all := unconfirmed; unconfirmed > 0; unconfirmed-- {
		answer, err := answers.NextMsgWithContext(ctx)
		if err == nil && answer.Header.Get(headerStatus) != "" {
			err = nats.ErrNoResponders // the server is up and the consumer is not yet
		}
		if err != nil {
			return unconfirmed, fmt.Errorf("%d of %d acknowledgements not confirmed: %w", unconfirmed, all, err)
		}
	}
	return 0, nil
}
