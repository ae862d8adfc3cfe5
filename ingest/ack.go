package ingest

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"github.com/nats-io/nats.go"
)

// acker acknowledges messages and waits until the server has stored that
// (double ack). One at a time this costs a round trip each; an acker sends
// all of a batch and then collects the answers.
type acker struct {
	nc     *nats.Conn
	prefix string // of the inbox the answers come to
	sub    *nats.Subscription
	round  uint64 // answers of an earlier round are too late
}

// newAcker subscribes for answers to up to limit acknowledgements at a time.
func newAcker(nc *nats.Conn, limit int) (*acker, error) {
	a := &acker{nc: nc, prefix: nats.NewInbox() + "."}
	var err error
	if a.sub, err = nc.SubscribeSync(a.prefix + "*"); err != nil {
		return nil, fmt.Errorf("subscribe for acknowledgements: %w", err)
	}
	if err := a.sub.SetPendingLimits(4*limit, -1); err != nil {
		return nil, fmt.Errorf("subscribe for acknowledgements: %w", err)
	}
	return a, nil
}

func (a *acker) close() { _ = a.sub.Unsubscribe() } // fails only on a closed connection

// ackAll acknowledges the items and gives how many the server confirmed. The
// others, when the context ends first, are delivered again, which changes
// nothing that is stored.
func (a *acker) ackAll(ctx context.Context, items []*item) (confirmed int, err error) {
	a.round++
	reply := a.prefix + strconv.FormatUint(a.round, 10)
	for _, it := range items {
		if err := a.nc.PublishRequest(it.msg.Reply(), reply, []byte("+ACK")); err != nil {
			return 0, fmt.Errorf("acknowledge: %w", err)
		}
	}
	for confirmed < len(items) {
		msg, err := a.sub.NextMsgWithContext(ctx)
		if err != nil {
			return confirmed, fmt.Errorf("%d of %d acknowledgements not confirmed: %w", len(items)-confirmed, len(items), err)
		}
		if strings.HasSuffix(msg.Subject, reply[len(a.prefix)-1:]) {
			confirmed++
		}
	}
	return confirmed, nil
}
