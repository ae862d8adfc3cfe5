package replay

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/nats-io/nats.go/jetstream"
	"golang.org/x/sync/errgroup"

	"github.com/tidemark-stats/tidemark/ingest"
	"github.com/tidemark-stats/tidemark/ingest/ledger"
	"github.com/tidemark-stats/tidemark/store"
)

const (
	writeSize = 2000 // points per write
	writers   = 2    // concurrent writes
)

// Replayed is the result of Run.
type Replayed struct {
	Messages  uint64 // in FIGURES
	Undecided uint64 // of these; workers will decide and write them
	Points    int    // written
	Unchanged int    // messages without a point, because they repeat what was known
	Refused   int    // messages that are rejects
	Found     int    // points of the decided messages in InfluxDB
	Missing   int    // points that should be in InfluxDB and are not
	Surplus   int    // points in InfluxDB that no decision accounts for
}

// Whole reports whether InfluxDB holds exactly the points it should.
func (r *Replayed) Whole() bool { return r.Missing == 0 && r.Surplus == 0 }

// Run writes the points of all decided messages again, into an empty bucket or
// over existing points, and then compares InfluxDB with the ledger. Workers may
// keep running. tell is called before a retry when InfluxDB is unavailable, and
// progress now and then with the number of points being written. Errors: a stream
// is missing, the ledger cannot be read, InfluxDB permanently refuses a point, or
// ctx has ended.
func Run(ctx context.Context, js jetstream.JetStream, to *store.Store, tell func(in time.Duration, err error), progress func(points int)) (*Replayed, error) {
	figures, err := js.Stream(ctx, ingest.FiguresStream)
	if err != nil {
		return nil, fmt.Errorf("stream %s: %w; run tidemark init first", ingest.FiguresStream, err)
	}
	p := &replay{js: js, store: to, tell: tell, progress: progress, wanted: map[uint64]int{}, amended: map[uint64]bool{}}
	if err := p.survey(ctx); err != nil {
		return nil, err
	}
	if err := ingest.Persist(ctx, func() error { return p.store.Define(ctx, p.defined) }, tell); err != nil {
		return &p.Replayed, err
	}
	if err := p.write(ctx); err != nil {
		return &p.Replayed, err
	}
	p.Messages = figures.CachedInfo().State.LastSeq
	p.Undecided = p.Messages - min(p.floor+p.ahead, p.Messages)
	return &p.Replayed, ingest.Persist(ctx, func() error { return p.compare(ctx) }, tell)
}

type replay struct {
	Replayed
	js       jetstream.JetStream
	store    *store.Store
	tell     func(time.Duration, error)
	progress func(int)
	entries  uint64          // of the ledger at the time of the survey
	floor    uint64          // the ledger's floor then
	ahead    uint64          // messages decided beyond it
	amended  map[uint64]bool // messages whose points InfluxDB refused, so that they are rejects
	wanted   map[uint64]int  // number of points by message
	defined  []store.Definition
	scales   *ledger.Rescalings
	only     string // the indicator whose points are written; empty for all
}

// survey finds the length of the ledger and its amendments and definitions.
func (p *replay) survey(ctx context.Context) error {
	return ledger.Read(ctx, p.js, 1, func(e *ledger.Entry) error {
		p.entries++
		p.floor = e.Floor
		p.defined = append(p.defined, e.Definitions...)
		p.scales = p.scales.And(e)
		if e.Kind == ledger.Amendment {
			for _, d := range e.Decisions {
				p.amended[d.Seq] = true
			}
		}
		return nil
	})
}

// errSurveyed ends the reading at the entry where the survey ended.
var errSurveyed = errors.New("read as far as surveyed")

// write writes the points.
func (p *replay) write(ctx context.Context) error {
	var all errgroup.Group
	all.SetLimit(writers)
	read, batch := uint64(0), []store.Vintage(nil)
	send := func() {
		points := batch
		batch = nil
		p.Points += len(points)
		all.Go(func() error {
			var refused *store.RefusedError
			err := ingest.Persist(ctx, func() error {
				err := p.store.Write(ctx, points)
				if errors.As(err, &refused) {
					return nil
				}
				return err
			}, p.tell)
			if refused != nil {
				return refused
			}
			return err
		})
		p.progress(p.Points)
	}
	err := ledger.Read(ctx, p.js, 1, func(e *ledger.Entry) error {
		if read++; read > p.entries {
			return errSurveyed
		}
		for i := range e.Decisions {
			d := &e.Decisions[i]
			if e.Kind == ledger.Ahead {
				if d.Seq <= p.floor {
					continue // a range entry repeats it
				}
				p.ahead++
			}
			batch = p.take(batch, e.Kind, d)
		}
		if len(batch) >= writeSize {
			send()
		}
		return ctx.Err()
	})
	if len(batch) > 0 {
		send()
	}
	if errors.Is(err, errSurveyed) {
		err = nil
	}
	return errors.Join(err, all.Wait())
}

// take adds the points of a decision to the batch and counts the decision.
func (p *replay) take(batch []store.Vintage, kind ledger.Kind, d *ledger.Decision) []store.Vintage {
	for _, v := range p.scales.AppendPoints(nil, d) {
		if !p.amended[v.Seq] && (p.only == "" || p.only == v.Indicator) {
			batch = append(batch, v)
			p.wanted[v.Seq]++
		}
	}
	switch {
	case kind == ledger.Amendment, d.Outcome == ledger.Refused, p.amended[d.Seq]:
		if kind != ledger.Amendment {
			p.Refused++
		}
	case d.Outcome == ledger.Unchanged:
		p.Unchanged++
	}
	return batch
}

// compare counts the points of the decided messages in InfluxDB. Points written by
// workers since the survey count as neither missing nor surplus.
func (p *replay) compare(ctx context.Context) error {
	p.Found, p.Missing, p.Surplus = 0, 0, 0
	found := map[uint64]int{}
	for v, err := range p.store.Sequences(ctx, store.Selection{}) {
		if err != nil {
			return err
		}
		if v.Seq <= p.floor || p.wanted[v.Seq] > 0 {
			found[v.Seq]++
			p.Found++
		}
	}
	restated := map[uint64]int{}
	if err := ledger.Read(ctx, p.js, p.entries+1, func(e *ledger.Entry) error {
		for _, d := range e.Decisions {
			if d.Restated != nil {
				restated[d.Restated.Seq]++
			}
		}
		return nil
	}); err != nil {
		return err
	}
	for seq, n := range p.wanted {
		p.Missing += max(0, n-found[seq])
	}
	for seq, n := range found {
		p.Surplus += max(0, n-p.wanted[seq]-restated[seq])
	}
	return nil
}
