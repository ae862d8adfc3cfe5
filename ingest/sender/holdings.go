package sender

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
	"github.com/synadia-io/orbit.go/jetstreamext"

	"github.com/tidemark-stats/tidemark/catalog"
	"github.com/tidemark-stats/tidemark/figure"
	"github.com/tidemark-stats/tidemark/ingest"
	"github.com/tidemark-stats/tidemark/ingest/ledger"
	"github.com/tidemark-stats/tidemark/ingest/rules"
)

// Holdings is what is stored of every cell, as the workers know it: they learn it
// from the decisions in DECISIONS, and Holdings in the same way. Files are compared
// with it before they are sent. It may be used concurrently.
type Holdings struct {
	js        jetstream.JetStream
	validator *rules.Validator
	figures   jetstream.Stream
	quiet     sync.Once // see mayNotSend

	mu     sync.RWMutex
	ledger *ledger.Ledger
	known  *rules.Known
	sent   uint64 // the last message of FIGURES when it was read
}

// Stored is what is stored of a cell.
type Stored struct {
	Value     figure.Decimal // in Unit; 0 if Withheld
	Unit      string         // the unit of the figure beside it, or else the one in which people are shown its indicator
	Withheld  bool
	Status    figure.Status
	Note      string
	Published time.Time // in the time zone of the city; zero when it is not published yet
	Seq       uint64    // of the message in FIGURES that said it last; 0 if that is to come from the same files
}

// OpenHoldings reads what is stored. It asks NATS for nothing that a sender may not
// have, and creates no consumer. The error says that a stream is missing, may not be
// read or cannot be understood.
func OpenHoldings(ctx context.Context, nc *nats.Conn, cat *catalog.Catalog) (*Holdings, error) {
	js, err := jetstream.New(nc)
	if err != nil {
		return nil, fmt.Errorf("JetStream: %w", err)
	}
	h := &Holdings{js: js, validator: rules.NewValidator(cat)}
	if h.figures, err = js.Stream(ctx, ingest.FiguresStream); err != nil {
		return nil, fmt.Errorf("stream %s: %w; is this the right NATS server, and was tidemark init run?", ingest.FiguresStream, err)
	}
	return h, h.Refresh(ctx)
}

// Refresh reads what was decided since the last time. After an error, what was known
// before is still there.
func (h *Holdings) Refresh(ctx context.Context) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	info, err := h.figures.Info(ctx)
	if err != nil {
		return fmt.Errorf("look up stream %s: %w", ingest.FiguresStream, err)
	}
	if h.ledger != nil {
		entries, _, err := h.ledger.State(ctx)
		if err != nil {
			return err
		}
		if entries < h.ledger.Entries() {
			h.ledger = nil // the stream was restored from a backup, or is being rebuilt
		}
	}
	if h.ledger == nil {
		if h.ledger, err = ledger.Open(ctx, h.js); err != nil {
			return fmt.Errorf("%w; was tidemark init run?", err)
		}
		h.known = rules.NewKnown()
	}
	if _, err := h.ledger.Sync(ctx, h.known.Apply, h.known.Rescale); err != nil {
		return unreadable(err)
	}
	floor, _ := h.ledger.Floor()
	h.sent = max(info.State.LastSeq, floor)
	return nil
}

// unreadable adds to an error of reading DECISIONS what can be done about it.
func unreadable(err error) error {
	switch {
	case errors.Is(err, jetstreamext.ErrBatchUnsupported):
		return fmt.Errorf("%w; NATS 2.11 or later is needed", err)
	case unheard(err), errors.Is(err, nats.ErrNoResponders), errors.Is(err, nats.ErrTimeout), errors.Is(err, ledger.ErrSilent):
		return fmt.Errorf("%w; may this user read %s? deploy/nats/nats.conf says how it is allowed", err, ledger.Stream)
	}
	return err
}

// Undecided returns how many messages of FIGURES were not decided yet when the
// holdings were read: what they say is not stored.
func (h *Holdings) Undecided() int {
	h.mu.RLock()
	defer h.mu.RUnlock()
	floor, _ := h.ledger.Floor()
	return int(h.sent-floor) - h.ledger.Ahead()
}

// Of returns what is stored of a cell now, in the unit if its indicator is written
// in it; nil when there is nothing.
func (h *Holdings) Of(cell figure.Cell, unit string) *Stored {
	h.mu.RLock()
	defer h.mu.RUnlock()
	p, ok := h.known.Current(cell)
	if !ok {
		return nil
	}
	return h.stored(h.known, &p, cell, unit)
}

// stored converts a known vintage of a cell. The caller holds mu.
func (h *Holdings) stored(k *rules.Known, p *rules.Vintage, cell figure.Cell, unit string) *Stored {
	ind, ok := h.validator.Cat.Indicator(cell.Indicator)
	if !ok {
		return nil // the catalogue no longer has it, so nobody can say what it means
	}
	power, ok := ind.UnitOf(cell.Measure).Multiplier(unit)
	if !ok {
		usual := ind.SentIn(cell.Measure)
		unit, power = usual.Text, usual.Power
	}
	value, _ := figure.DecimalOf(p.Value) // only finite numbers are stored
	return &Stored{Value: value.Shift(-power), Unit: unit, Withheld: p.Withheld, Status: p.Status, Note: k.Note(p),
		Published: time.UnixMilli(p.Moment).In(h.validator.Cat.Location()), Seq: p.Message()}
}

// mayNotSend returns why the account of the holdings' connection may not send for an
// agency; nil when it may, or NATS does not say.
func (h *Holdings) mayNotSend(ctx context.Context, agency string) *figure.Problem {
	nc := h.js.Conn()
	h.quiet.Do(func() { probeQuietly(nc) })
	if got, err := probe(ctx, nc, probeSubject(agency)); err != nil || got != denied {
		return nil
	}
	p := &figure.Problem{Code: "figure/foreign-agency", Field: "indicator",
		Reason: "is for " + agency + " to send, for which this account may not send", Hint: "use that agency's account, or leave its figures to it"}
	if may := permitted(ctx, nc, h.validator.Cat); len(may) > 0 {
		p.Reason += "; it may send for " + strings.Join(may, ", ")
	}
	return p
}
