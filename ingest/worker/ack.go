package worker

import (
	"context"
	"fmt"

	"github.com/nats-io/nats.go"
)

// ackAll acknowledges the items and waits for the server's confirmations (double
// ack). All acknowledgements are sent before the answers are collected, to save a
// round trip for each. It returns how many the server did not confirm before the
// context ended. Items that were read ahead, not delivered, have nothing to
// acknowledge.
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
		if err == nil && answer.Header.Get("Status") != "" {
			err = nats.ErrNoResponders // the server is up, but not the consumer yet
		}
		if err != nil {
			return unconfirmed, fmt.Errorf("%d of %d acknowledgements not confirmed: %w", unconfirmed, all, err)
		}
	}
	return 0, nil
}
