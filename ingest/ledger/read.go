package ledger

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
	"github.com/synadia-io/orbit.go/jetstreamext"
)

// Read calls each for every entry of the ledger from a sequence on; the first
// entry has sequence 1. An error from each ends the reading.
func Read(ctx context.Context, js jetstream.JetStream, from uint64, each func(*Entry) error) error {
	return read(ctx, js, from, func(_ uint64, e *Entry) error { return each(e) })
}

func read(ctx context.Context, js jetstream.JetStream, from uint64, each func(uint64, *Entry) error) error {
	for {
		next, end, err := readPage(ctx, js, from, each)
		if err != nil || end {
			return err
		}
		from = next
	}
}

// ErrSilent says that NATS has not answered in time. A page that was cut short by
// the timeout cannot be told from a complete one.
var ErrSilent = errors.New("NATS does not answer")

// readPage reads some entries. It returns the sequence after the last of them,
// and whether that is the end of the ledger.
func readPage(ctx context.Context, js jetstream.JetStream, from uint64, each func(uint64, *Entry) error) (next uint64, end bool, err error) {
	page, err := jetstreamext.GetBatch(ctx, js, Stream, pageEntries, jetstreamext.GetBatchSeq(from), jetstreamext.GetBatchMaxBytes(pageBytes))
	if err != nil {
		return from, false, fmt.Errorf("read stream %s: %w", Stream, err)
	}
	next = from
	for msg, err := range page {
		if errors.Is(err, jetstreamext.ErrNoMessages) {
			return next, true, nil
		}
		if err != nil {
			return next, false, fmt.Errorf("read stream %s: %w", Stream, err)
		}
		if msg.Sequence != next {
			return next, false, fmt.Errorf("read stream %s: entry %d came after %d", Stream, msg.Sequence, next-1)
		}
		e, err := entryOf(msg)
		if err != nil {
			return next, false, fmt.Errorf("entry %d of stream %s: %w", msg.Sequence, Stream, err)
		}
		if err := each(msg.Sequence, e); err != nil {
			return next, false, err
		}
		next = msg.Sequence + 1
	}
	if next == from {
		return next, false, fmt.Errorf("read stream %s: %w", Stream, ErrSilent)
	}
	return next, false, nil
}

func entryOf(msg *jetstream.RawStreamMsg) (e *Entry, err error) {
	e = &Entry{Kind: Kind(msg.Header.Get(headerKind)), Agency: msg.Header.Get(headerAgency)}
	if e.Kind != Range && e.Kind != Ahead && e.Kind != Amendment {
		return nil, fmt.Errorf("kind %q is unknown to this tidemark", e.Kind)
	}
	if e.Floor, err = strconv.ParseUint(msg.Header.Get(headerFloor), 10, 64); err != nil {
		return nil, fmt.Errorf("its floor: %w", err)
	}
	if e.Stored, err = strconv.ParseInt(msg.Header.Get(headerStored), 10, 64); err != nil {
		return nil, fmt.Errorf("when its floor was stored: %w", err)
	}
	if text := msg.Header.Get(headerBefore); text != "" {
		if e.Inherits, err = strconv.ParseUint(text, 10, 64); err != nil {
			return nil, fmt.Errorf("the sequence up to which it inherits: %w", err)
		}
	}
	if e.Kind == Ahead {
		if e.UpTo, err = strconv.ParseUint(msg.Header.Get(headerUpTo), 10, 64); err != nil {
			return nil, fmt.Errorf("the sequence up to which it decides: %w", err)
		}
	}
	if err := getJSON(msg.Header, headerDefine, &e.Definitions); err != nil {
		return nil, err
	}
	if err := getJSON(msg.Header, headerScale, &e.Rescaled); err != nil {
		return nil, err
	}
	e.Decisions, err = decode(msg.Data)
	return e, err
}

// putJSON puts a list into a header, as ASCII, unless it is empty.
func putJSON[T any](header nats.Header, key string, list []T) error {
	if len(list) == 0 {
		return nil
	}
	text, err := json.Marshal(list)
	if err != nil {
		return fmt.Errorf("header %s: %w", key, err)
	}
	header.Set(key, strconv.QuoteToASCII(string(text)))
	return nil
}

// getJSON reads a list that putJSON has written.
func getJSON[T any](header nats.Header, key string, list *[]T) error {
	quoted := header.Get(key)
	if quoted == "" {
		return nil
	}
	text, err := strconv.Unquote(quoted)
	if err == nil {
		err = json.Unmarshal([]byte(text), list)
	}
	if err != nil {
		return fmt.Errorf("header %s: %w", key, err)
	}
	return nil
}
