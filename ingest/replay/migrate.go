package replay

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/nats-io/nats.go/jetstream"

	"github.com/tidemark-stats/tidemark/catalog"
	"github.com/tidemark-stats/tidemark/ingest"
	"github.com/tidemark-stats/tidemark/ingest/ledger"
	"github.com/tidemark-stats/tidemark/store"
)

// Migrated is the result of Migrate.
type Migrated struct {
	From, To catalog.Definition
	Power    int // the stored numbers were multiplied by 10^Power
	Points   int // number of points rewritten
}

// Migrate converts the stored figures of an indicator to its definition in the
// catalogue. A new kind or frequency changes only how figures are read. A new unit
// changes the numbers: an entry in the ledger says that earlier decisions must be
// multiplied, and all points of the indicator are rewritten in place. Meanwhile
// its figures are neither shown nor accepted. If Migrate is interrupted it can be
// run again with the same result. Workers and the exporter may keep running.
//
// tell is called before a retry, when InfluxDB is unavailable or workers have to
// settle first, and progress with the number of points being written. Errors:
// ErrNothing, the catalogue does not relate the old unit to the new one, or those
// of Run.
func Migrate(ctx context.Context, js jetstream.JetStream, to *store.Store, cat *catalog.Catalog, code string, tell func(in time.Duration, err error), progress func(points int)) (*Migrated, error) {
	i, ok := cat.Indicator(code)
	if !ok {
		return nil, fmt.Errorf("%q is not an indicator of the catalogue", code)
	}
	l, err := ledger.Open(ctx, js)
	if err != nil {
		return nil, fmt.Errorf("%w; run tidemark init first", err)
	}
	m := &Migration{Js: js, Store: to, Ledger: l, Indicator: i, Tell: tell, Progress: progress, Migrated: Migrated{To: i.Definition()}}
	return &m.Migrated, m.Run(ctx)
}

// Migration is a run of Migrate. All fields but Migrated must be set, and the
// ledger must be open.
type Migration struct {
	Migrated
	Js        jetstream.JetStream
	Store     *store.Store
	Ledger    *ledger.Ledger
	Indicator *catalog.Indicator // from the catalogue to migrate to
	Tell      func(time.Duration, error)
	Progress  func(int)
}

// ErrNothing says that there is nothing to migrate.
var ErrNothing = errors.New("there is nothing to migrate")

// Run migrates, as Migrate describes.
func (m *Migration) Run(ctx context.Context) error {
	if err := m.sync(ctx); err != nil {
		return err
	}
	if err := m.survey(); err != nil {
		return err
	}
	if m.From.Becoming == "" && m.Power != 0 {
		if err := m.begin(ctx); err != nil {
			return err
		}
	}
	if m.Power != 0 {
		if err := m.rewrite(ctx); err != nil {
			return err
		}
	}
	return m.end(ctx)
}

// end records the catalogue's definition in the ledger and in InfluxDB.
func (m *Migration) end(ctx context.Context) error {
	var last store.Definition
	if err := ingest.Persist(ctx, func() (err error) {
		if err = m.sync(ctx); err == nil {
			last, err = m.define(ctx, m.To)
		}
		return err
	}, m.Tell); err != nil {
		return err
	}
	return ingest.Persist(ctx, func() error { return m.Store.Define(ctx, []store.Definition{last}) }, m.Tell)
}

// survey finds out what has to be done.
func (m *Migration) survey() (err error) {
	code := m.Indicator.Code
	stored := m.Ledger.Defined(store.OfIndicator, code).Is
	if stored == "" {
		return fmt.Errorf("no figures of %s are stored with a definition: %w", code, ErrNothing)
	}
	if m.From, err = catalog.ParseDefinition(stored); err != nil {
		return fmt.Errorf("the stored definition of %s: %w", code, err)
	}
	switch known := false; {
	case m.From == m.To:
		return fmt.Errorf("the figures of %s already match the catalogue: %w", code, ErrNothing)
	case m.From.Becoming == m.To.Unit:
		m.Power = m.Ledger.Rescalings().Last(code)
	case m.From.Becoming != "":
		return fmt.Errorf("the figures of %s are being put into the unit %s: give the catalogue that unit and run this again", code, m.From.Becoming)
	default:
		if m.Power, known = m.Indicator.Unit.Multiplier(m.From.Unit); !known {
			return fmt.Errorf("the catalogue does not say how many %[1]s are a %[2]s: write %[1]s among the spellings of the unit %[2]s with its power of ten, or give %[3]s its old definition back", m.From.Unit, m.To.Unit, code)
		}
	}
	return nil
}

// begin records in the ledger that everything decided so far must be converted to
// the new unit, after workers have settled all of it and before they decide more.
func (m *Migration) begin(ctx context.Context) error {
	return ingest.Persist(ctx, func() error {
		if err := m.settled(ctx); err != nil {
			return err
		}
		_, err := m.define(ctx, catalog.Definition{Becoming: m.To.Unit}, ledger.Rescaling{Indicator: m.Indicator.Code, Power: m.Power})
		return err
	}, m.Tell)
}

// settled returns an error as long as workers hold figures that are decided but
// not settled: their points would still be written in the old unit.
func (m *Migration) settled(ctx context.Context) error {
	if err := m.sync(ctx); err != nil {
		return err
	}
	consumer, err := m.Js.Consumer(ctx, ingest.FiguresStream, ingest.WorkerConsumer)
	if err != nil {
		return fmt.Errorf("consumer %s of stream %s: %w", ingest.WorkerConsumer, ingest.FiguresStream, err)
	}
	floor, _ := m.Ledger.Floor()
	if done := consumer.CachedInfo().AckFloor.Stream; done < floor || m.Ledger.Ahead() > 0 {
		return fmt.Errorf("workers must first settle what they have decided, messages %d to %d; is one running?", done+1, floor)
	}
	return nil
}

// rewrite writes all points of the indicator in the new unit, after telling readers
// that the points cannot be read for now.
func (m *Migration) rewrite(ctx context.Context) error {
	between := m.Ledger.Defined(store.OfIndicator, m.Indicator.Code)
	if err := ingest.Persist(ctx, func() error { return m.Store.Define(ctx, []store.Definition{between}) }, m.Tell); err != nil {
		return err
	}
	p := &replay{js: m.Js, store: m.Store, only: m.Indicator.Code, tell: m.Tell, progress: m.Progress, wanted: map[uint64]int{}, amended: map[uint64]bool{}}
	if err := p.survey(ctx); err != nil {
		return err
	}
	err := p.write(ctx)
	m.Points = p.Points
	return err
}

// define appends a definition of the indicator to the ledger, after the entries read
// so far. The error may be temporary: sync and try again.
func (m *Migration) define(ctx context.Context, d catalog.Definition, rescaled ...ledger.Rescaling) (store.Definition, error) {
	definition := store.Definition{Of: store.OfIndicator, Code: m.Indicator.Code, Since: time.Now().UnixMilli(), Is: d.String()}
	draft := m.Ledger.Draft(ledger.Range)
	draft.Rescaled = rescaled
	draft.Define(definition)
	stored, err := m.Ledger.Append(ctx, draft)
	if err == nil && !stored {
		err = errors.New("a worker is deciding at the same time")
	}
	return definition, err
}

// sync reads the ledger up to its current end.
func (m *Migration) sync(ctx context.Context) error {
	_, err := m.Ledger.Sync(ctx, func(ledger.Kind, *ledger.Decision) {}, func(ledger.Rescaling) {})
	return err
}
