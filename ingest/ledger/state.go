package ledger

import (
	"context"
	"errors"
	"fmt"
	"strconv"

	"github.com/nats-io/nats.go/jetstream"
)

// State returns the number of entries ever appended, read or not, and how many of
// them have been removed. The error is from NATS.
func (l *Ledger) State(ctx context.Context) (entries, lost uint64, err error) {
	info, err := l.stream.Info(ctx)
	if err != nil {
		return 0, 0, fmt.Errorf("look up stream %s: %w", Stream, err)
	}
	return info.State.LastSeq, info.State.LastSeq - info.State.Msgs, nil
}

// Decided returns the sequence up to which all messages are decided by the
// entries in the stream now, read or not; 0 when there are none. The error is
// from NATS.
func (l *Ledger) Decided(ctx context.Context) (seq uint64, err error) {
	last, err := l.stream.GetLastMsgForSubject(ctx, Subject)
	if errors.Is(err, jetstream.ErrMsgNotFound) {
		return 0, nil
	}
	if err != nil {
		return 0, fmt.Errorf("read stream %s: %w", Stream, err)
	}
	return strconv.ParseUint(last.Header.Get(headerFloor), 10, 64)
}
