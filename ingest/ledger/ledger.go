package ledger

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"sort"
	"strconv"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/tidemark-stats/tidemark/store"
)

// Stream is the stream of the decisions and Subject its only subject.
const (
	Stream  = "DECISIONS"
	Subject = "decisions"
)

// The headers of an entry.
const (
	headerKind   = "Tidemark-Kind"
	headerFloor  = "Tidemark-Floor"
	headerStored = "Tidemark-Stored"
	headerAgency = "Tidemark-Agency"
	headerUpTo   = "Tidemark-Up-To"
	headerBefore = "Tidemark-Inherits"
	headerDefine = "Tidemark-Definitions"
	headerScale  = "Tidemark-Rescaled"
)

// maxBody limits the size of an entry in bytes. It is a quarter of what a NATS
// server accepts by default.
const maxBody = 256 << 10

// The size of a page: how many entries, and how many bytes, are read at once.
const (
	pageEntries = 256
	pageBytes   = 8 << 20
)

// keep is the number of decisions kept in memory.
const keep = 32_000

// Ledger gives access to the decisions, as far as it has read them. It must not
// be used concurrently.
type Ledger struct {
	js     jetstream.JetStream
	stream jetstream.Stream
	last   uint64 // sequence in DECISIONS of the last entry read
	floor  uint64
	stored int64
	// inherits is the largest Entry.Inherits.
	inherits uint64

	ahead   map[string]uint64    // the sequence beyond the floor up to which an agency's messages are decided
	early   map[uint64]*Decision // decisions on messages beyond the floor
	amended map[uint64]*Decision
	defined []store.Definition             // all, in order
	holding map[[2]string]store.Definition // the newest of each, by Of and Code
	scales  *Rescalings
	cache   []span // the decisions read last, the newest at the end
	cached  int    // their number
}

// span holds the decisions of a range entry: those on all messages after the
// sequence after, up to and including to.
type span struct {
	after, to uint64
	decisions []Decision
}

// Open opens the ledger without reading it. The error is from NATS.
func Open(ctx context.Context, js jetstream.JetStream) (*Ledger, error) {
	stream, err := js.Stream(ctx, Stream)
	if err != nil {
		return nil, fmt.Errorf("stream %s: %w", Stream, err)
	}
	return &Ledger{js: js, stream: stream, holding: map[[2]string]store.Definition{},
		ahead: map[string]uint64{}, early: map[uint64]*Decision{}, amended: map[uint64]*Decision{}}, nil
}

// Floor returns the sequence up to which all messages are decided, and when that
// message was stored, in milliseconds since 1970; zeros when there is none.
func (l *Ledger) Floor() (seq uint64, stored int64) { return l.floor, l.stored }

// Inherits reports whether messages that are not decided yet may have been
// settled before there was a ledger. It is true when there is no entry.
func (l *Ledger) Inherits() bool { return l.last == 0 || l.floor < l.inherits }

// AheadOf returns the sequence up to which all messages of the agency are
// decided.
func (l *Ledger) AheadOf(agency string) uint64 { return max(l.floor, l.ahead[agency]) }

// Early returns the decision on a message beyond the floor, nil when there is
// none yet.
func (l *Ledger) Early(seq uint64) *Decision { return l.early[seq] }

// Amended returns the decision that has replaced the first one on a message, nil
// when none has.
func (l *Ledger) Amended(seq uint64) *Decision { return l.amended[seq] }

// Definitions returns all definitions in their order. The slice must not be
// changed.
func (l *Ledger) Definitions() []store.Definition { return l.defined }

// Defined returns the newest definition of an indicator or a target; its Is is
// empty when there is none.
func (l *Ledger) Defined(of, code string) store.Definition {
	return l.holding[[2]string{of, code}]
}

// Rescalings returns the changes of unit read so far.
func (l *Ledger) Rescalings() *Rescalings { return l.scales }

// Ahead returns the number of decisions on messages beyond the floor.
func (l *Ledger) Ahead() int { return len(l.early) }

// Entries returns the number of entries read or appended.
func (l *Ledger) Entries() uint64 { return l.last }

// Sync reads the entries appended since the last call. In their order it calls
// apply for every decision that changes what is known, and rescale where the unit
// of an indicator changes. It returns the number of entries read. The error is
// from NATS, or says that an entry cannot be decoded; the entries before it count
// as read.
func (l *Ledger) Sync(ctx context.Context, apply func(Kind, *Decision), rescale func(Rescaling)) (entries int, err error) {
	err = read(ctx, l.js, l.last+1, func(seq uint64, e *Entry) error {
		for _, one := range e.Rescaled {
			rescale(one)
		}
		l.note(seq, e, apply)
		entries++
		return nil
	})
	return entries, err
}

// note processes the next entry of the ledger.
func (l *Ledger) note(seq uint64, e *Entry, apply func(Kind, *Decision)) {
	after := l.floor
	l.scales = l.scales.And(e)
	l.defined = append(l.defined, e.Definitions...)
	for _, d := range e.Definitions {
		l.holding[[2]string{d.Of, d.Code}] = d
	}
	l.last, l.floor, l.stored, l.inherits = seq, e.Floor, e.Stored, max(l.inherits, e.Inherits)
	for i := range e.Decisions {
		d := &e.Decisions[i]
		if e.Kind == Range && l.early[d.Seq] != nil {
			delete(l.early, d.Seq) // the range entry repeats it
			continue
		}
		apply(e.Kind, d)
		switch e.Kind {
		case Ahead:
			l.early[d.Seq] = d
		case Amendment:
			l.amended[d.Seq] = d
		}
	}
	switch e.Kind {
	case Range:
		l.keep(span{after, e.Floor, e.Decisions})
		for agency, upTo := range l.ahead {
			if upTo <= l.floor {
				delete(l.ahead, agency)
			}
		}
	case Ahead:
		l.ahead[e.Agency] = max(e.UpTo, l.ahead[e.Agency])
	}
}

// keep adds the decisions of the next range entry to the cache, and drops the
// older half of the cache when it is full.
func (l *Ledger) keep(s span) {
	l.cache = append(l.cache, s)
	l.cached += len(s.decisions)
	if l.cached <= keep {
		return
	}
	drop := 0
	for l.cached > keep/2 && drop < len(l.cache)-1 {
		l.cached -= len(l.cache[drop].decisions)
		drop++
	}
	l.cache = slices.Delete(l.cache, 0, drop)
}

// Draft is an entry that is being written.
type Draft struct {
	Entry
	enc *encoder
}

// Draft begins an entry to follow those read so far.
func (l *Ledger) Draft(kind Kind) *Draft {
	return &Draft{Entry: Entry{Kind: kind, Floor: l.floor, Stored: l.stored}, enc: newEncoder()}
}

// Add adds a decision to the entry.
func (d *Draft) Add(decision Decision) {
	d.enc.decision(&decision)
	d.Decisions = append(d.Decisions, decision)
}

// Define adds a definition that is valid from this entry on.
func (d *Draft) Define(definition store.Definition) {
	d.Definitions = append(d.Definitions, definition)
}

// Full reports whether the entry should take no more decisions.
func (d *Draft) Full() bool { return len(d.enc.buf) > maxBody }

// appendLimit is how long NATS may take to store an entry.
const appendLimit = 5 * time.Second

// Append stores the entry unless another one was appended since the last Sync.
// Only if stored is true is the entry in the ledger and may be acted on;
// otherwise Sync reads what is there instead. After an error the entry may or may
// not be in the ledger; Sync shows which.
func (l *Ledger) Append(ctx context.Context, d *Draft) (stored bool, err error) {
	msg := nats.NewMsg(Subject)
	msg.Data = d.enc.buf
	msg.Header.Set(headerKind, string(d.Kind))
	msg.Header.Set(headerFloor, strconv.FormatUint(d.Floor, 10))
	msg.Header.Set(headerStored, strconv.FormatInt(d.Stored, 10))
	if d.Inherits > 0 {
		msg.Header.Set(headerBefore, strconv.FormatUint(d.Inherits, 10))
	}
	if err := putJSON(msg.Header, headerDefine, d.Definitions); err != nil {
		return false, err
	}
	if err := putJSON(msg.Header, headerScale, d.Rescaled); err != nil {
		return false, err
	}
	if d.Kind == Ahead {
		msg.Header.Set(headerAgency, d.Agency)
		msg.Header.Set(headerUpTo, strconv.FormatUint(d.UpTo, 10))
	}
	ctx, cancel := context.WithTimeout(ctx, appendLimit)
	defer cancel()
	ack, err := l.js.PublishMsg(ctx, msg, jetstream.WithExpectLastSequence(l.last))
	switch {
	case IsConflict(err):
		return false, nil
	case err != nil:
		return false, fmt.Errorf("append to stream %s: %w", Stream, err)
	}
	l.note(ack.Sequence, &d.Entry, func(Kind, *Decision) {}) // the caller has applied its own decisions
	return true, nil
}

// IsConflict reports whether NATS refused a message because another one was
// stored first (Nats-Expected-Last-Sequence and the like).
func IsConflict(err error) bool {
	var refused *jetstream.APIError
	const wrongLast, wrongLastConstant = 10071, 10164 // JSStreamWrongLastSequence in the server's errors.json
	return errors.As(err, &refused) && (refused.ErrorCode == wrongLast || refused.ErrorCode == wrongLastConstant)
}

// Find returns the current decision on a message up to the floor, amended or
// not. It reads from NATS unless the decision is in memory; looking up messages
// in the order of the stream takes one request for some hundred entries. The
// error is from NATS, or says that there is no decision.
func (l *Ledger) Find(ctx context.Context, seq uint64) (*Decision, error) {
	if d := l.amended[seq]; d != nil {
		return d, nil
	}
	if d := l.early[seq]; d != nil {
		return d, nil
	}
	if d := l.cachedDecision(seq); d != nil {
		return d, nil
	}
	at, err := l.search(ctx, seq)
	if err != nil {
		return nil, err
	}
	if err := l.load(ctx, at); err != nil {
		return nil, err
	}
	if d := l.cachedDecision(seq); d != nil {
		return d, nil
	}
	return nil, fmt.Errorf("stream %s has no decision on message %d of FIGURES although it is decided up to %d", Stream, seq, l.floor)
}

func (l *Ledger) cachedDecision(seq uint64) *Decision {
	at := sort.Search(len(l.cache), func(i int) bool { return l.cache[i].to >= seq })
	if at == len(l.cache) || seq <= l.cache[at].after {
		return nil
	}
	decisions := l.cache[at].decisions
	i, ok := slices.BinarySearchFunc(decisions, seq, func(d Decision, seq uint64) int { return cmp.Compare(d.Seq, seq) })
	if !ok {
		return nil
	}
	return &decisions[i]
}

// search returns the sequence in DECISIONS of the range entry that decided the
// message.
func (l *Ledger) search(ctx context.Context, seq uint64) (uint64, error) {
	var failed error
	at := sort.Search(int(l.last), func(i int) bool {
		if failed != nil {
			return true
		}
		msg, err := l.stream.GetMsg(ctx, uint64(i)+1)
		if err != nil {
			failed = fmt.Errorf("read stream %s: %w", Stream, err)
			return true
		}
		floor, err := strconv.ParseUint(msg.Header.Get(headerFloor), 10, 64)
		failed = err
		return floor >= seq
	})
	return uint64(at) + 1, failed
}

// load fills the cache with a page of entries from the given sequence on.
func (l *Ledger) load(ctx context.Context, at uint64) error {
	// An entry begins after the floor of the one before it.
	after := uint64(0)
	if at > 1 {
		msg, err := l.stream.GetMsg(ctx, at-1)
		if err != nil {
			return fmt.Errorf("read stream %s: %w", Stream, err)
		}
		if after, err = strconv.ParseUint(msg.Header.Get(headerFloor), 10, 64); err != nil {
			return fmt.Errorf("entry %d of stream %s: %w", at-1, Stream, err)
		}
	}
	l.cache, l.cached = nil, 0
	_, _, err := readPage(ctx, l.js, at, func(seq uint64, e *Entry) error {
		if e.Kind == Range && (l.cached == 0 || l.cached+len(e.Decisions) <= keep) {
			l.keep(span{after, e.Floor, e.Decisions})
		}
		after = e.Floor
		return nil
	})
	return err
}
