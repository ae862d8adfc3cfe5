// Package exporter shows what InfluxDB holds: it keeps all figures in memory
// (package book), fresh within two seconds of a write, and serves the newest
// ones to Prometheus together with its own health. When InfluxDB goes away it
// goes on serving what it knows.
package exporter

import (
	"context"
	"errors"
	"iter"
	"log/slog"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/tidemark-stats/tidemark/book"
	"github.com/tidemark-stats/tidemark/catalog"
	"github.com/tidemark-stats/tidemark/exporter/queryapi"
	"github.com/tidemark-stats/tidemark/store"
	"github.com/tidemark-stats/tidemark/verdict"
)

// Options say what an Exporter shows and how.
type Options struct {
	Catalog *catalog.Catalog // names, units and calendars

	// Store is where the figures are. It must not be the Store that writes
	// them in the same process: a Store does not follow its own writes.
	Store *store.Store

	Logger *slog.Logger // nil: nothing is logged

	// Registry takes the exporter's own metrics and is shown on /metrics
	// after the figures. Nil: a new one, with those of Go and the process.
	Registry *prometheus.Registry

	// Interval is the time between two looks for changes; 500 ms when zero.
	// Figures are fresh within two seconds up to an interval of one.
	Interval time.Duration

	// Limits are those of a query to /api/v1/; the zero value stands for the
	// defaults.
	Limits queryapi.Limits
}

// maxDelay is the longest pause between two attempts while InfluxDB is away,
// maxAskedDelay the longest it may ask for.
const (
	maxDelay      = 5 * time.Second
	maxAskedDelay = time.Minute
)

// Exporter keeps the book fresh and serves it.
type Exporter struct {
	catalog  *catalog.Catalog
	store    *store.Store
	log      *slog.Logger
	registry *prometheus.Registry
	interval time.Duration
	health   *health
	view     atomic.Pointer[view] // nil until the first load
	away     atomic.Bool          // the last look at InfluxDB failed
	ahead    atomic.Int64         // nanoseconds by which the journal is ahead of InfluxDB's clock
	verified bool                 // the bucket is one to read from; for Run alone
	targets  targets
	since    time.Time           // from when the catalogue's goals hold that were not stored
	api      func() http.Handler // of /api/v1/, made when it is first needed
}

// New makes an Exporter that holds nothing yet; Run loads it. It panics when
// the registry already holds an exporter's metrics.
func New(opts Options) *Exporter {
	e := &Exporter{catalog: opts.Catalog, store: opts.Store, log: opts.Logger, registry: opts.Registry, interval: opts.Interval}
	if e.log == nil {
		e.log = slog.New(slog.DiscardHandler)
	}
	if e.registry == nil {
		e.registry = NewRegistry()
	}
	if e.interval == 0 {
		e.interval = 500 * time.Millisecond
	}
	e.health = newHealth(e)
	e.targets.now, e.since = time.Now, time.Now()
	e.api = sync.OnceValue(func() http.Handler {
		return queryapi.New(queryapi.Options{Catalog: e.catalog, Book: e.Book, Logger: e.log, Limits: opts.Limits})
	})
	return e
}

// Book is all figures as they are known now; nil until they are loaded.
func (e *Exporter) Book() *book.Book {
	if v := e.view.Load(); v != nil {
		return v.book
	}
	return nil
}

// Run loads the book and keeps it fresh until ctx is done. It returns nil
// then: that InfluxDB is away is a state the exporter lives with, and tells,
// not an error that ends it. An error means that the bucket was at no time one
// to read from, and will not be until somebody mends it: it is missing, hidden
// from the token or not fit for figures.
func (e *Exporter) Run(ctx context.Context) error {
	follower := e.store.Follow()
	delay := e.interval
	for {
		err := e.sync(ctx, follower)
		if ctx.Err() == nil && e.ends(err) {
			return err
		}
		delay = e.pause(delay, err)
		timer := time.NewTimer(delay)
		select {
		case <-ctx.Done():
			timer.Stop()
			return nil
		case <-timer.C:
		}
	}
}

// pause is how long to wait after a look at InfluxDB that ended with err, when
// the pause before it was last: the interval, after failures longer and longer,
// and as long as InfluxDB itself asks for.
func (e *Exporter) pause(last time.Duration, err error) time.Duration {
	if err == nil {
		return e.interval
	}
	delay := min(2*last, max(maxDelay, e.interval))
	var unavailable *store.UnavailableError
	if errors.As(err, &unavailable) {
		delay = max(delay, min(unavailable.After, maxAskedDelay))
	}
	return delay
}

// sync looks for changes once.
func (e *Exporter) sync(ctx context.Context, follower *store.Follower) error {
	start := time.Now()
	changed, err := e.look(ctx, follower)
	if ctx.Err() != nil {
		return ctx.Err()
	}
	e.health.synced(start, err)
	e.ahead.Store(int64(follower.Ahead()))
	if err != nil {
		if !e.ends(err) { // otherwise whoever runs it tells
			e.failed(err)
		}
		return err
	}
	if e.away.Swap(false) {
		e.log.Info("InfluxDB is back", "url", e.store.URL())
	}
	if b := e.Book(); changed {
		e.log.Debug("figures read", "figures", b.Figures(), "vintages", b.Vintages(), "series", b.Len(), "took", time.Since(start))
	}
	return nil
}

// look asks for changes, and before the first time whether the bucket is one
// to read from.
func (e *Exporter) look(ctx context.Context, follower *store.Follower) (changed bool, err error) {
	if !e.verified {
		if err := e.store.Verify(ctx, store.ToRead); err != nil {
			return false, err
		}
		e.verified = true
	}
	return follower.Poll(ctx, func(vintages iter.Seq2[*store.Vintage, error]) error {
		return e.update(ctx, vintages, func() ([]store.Definition, error) { return e.store.Definitions(ctx) })
	})
}

// ends tells whether Run ends with the error of a look. Once figures were
// shown nothing ends it: they are still right.
func (e *Exporter) ends(err error) bool { return !e.verified && store.Lasting(err) }

// update merges what the store has read, and what that means, and shows the
// result. What it means is read last: it is written first.
func (e *Exporter) update(ctx context.Context, vintages iter.Seq2[*store.Vintage, error], meaning func() ([]store.Definition, error)) error {
	known := e.view.Load()
	b := new(book.Book)
	if known != nil {
		b = known.all
	}
	merged, err := b.Merge(vintages)
	if err != nil {
		return err
	}
	defined, err := meaning()
	if err != nil {
		return err
	}
	if merged, err = e.readAnew(ctx, b, merged, defined); err != nil {
		return err
	}
	if merged = merged.Define(defined); known == nil || merged != known.all {
		e.show(known, merged)
	}
	return nil
}

// readAnew reads the figures of indicators again whose definition has changed
// since the book before: they may have been put into another unit, in place,
// and the book forgets nothing by itself.
func (e *Exporter) readAnew(ctx context.Context, before, merged *book.Book, defined []store.Definition) (*book.Book, error) {
	for _, i := range e.catalog.Indicators {
		was, is := store.Newest(before.Definitions(), store.OfIndicator, i.Code), store.Newest(defined, store.OfIndicator, i.Code)
		if was == is || was.Is == "" || len(merged.Of(i.Code)) == 0 {
			continue
		}
		var err error
		if merged, err = merged.Without(i.Code).Merge(e.store.Vintages(ctx, store.Selection{Indicator: i.Code})); err != nil {
			return nil, err
		}
	}
	return merged, nil
}

// show makes a view of the book, without what cannot be read as the catalogue
// says, and tells when that is something new.
func (e *Exporter) show(before *view, all *book.Book) {
	legible := verdict.Legible(e.catalog, all)
	v := newView(legible, verdict.Remembering(e.catalog, all, e.since))
	v.all, v.strays = all, straysOf(all, legible, e.catalog)
	for _, i := range e.catalog.Indicators {
		if err := legible.Refused(i.Code); err != nil && (before == nil || before.book.Refused(i.Code) == nil) {
			e.log.Error("the figures of an indicator are not shown", "error", err)
		}
	}
	e.view.Store(v)
}

// failed reports the first of a row of failures; the metrics count them all.
func (e *Exporter) failed(err error) {
	if e.away.Swap(true) {
		e.log.Debug("figures can still not be read", "error", err)
		return
	}
	doing := "figures cannot be read, trying again"
	if e.Book() != nil {
		doing = "figures cannot be read, serving those read before and trying again"
	}
	e.log.Warn(doing, "url", e.store.URL(), "error", err)
}
