// Package exporter serves what InfluxDB holds. It keeps all figures in memory
// (package book), fresh within two seconds of a write, and serves the newest
// ones to Prometheus together with its own health. While InfluxDB is
// unreachable it continues to serve what it has read.
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

// Options configure an Exporter.
type Options struct {
	Catalog *catalog.Catalog // names, units and calendars

	// Store is where the figures are read from. It must not be the Store that
	// writes them in the same process: a Store does not follow its own writes.
	Store *store.Store

	Logger *slog.Logger // nil: nothing is logged

	// Registry holds the exporter's own metrics and is shown on /metrics after
	// the figures. If it is nil, a new one is created with the metrics of Go
	// and the process.
	Registry *prometheus.Registry

	// Interval is the time between two checks for changes; 500 ms when zero.
	// Figures are fresh within two seconds for intervals up to one second.
	Interval time.Duration

	// Limits apply to queries to /api/v1/; the zero value means the defaults.
	Limits queryapi.Limits
}

// maxDelay is the longest pause between two attempts while InfluxDB is
// unreachable, maxAskedDelay the longest pause that InfluxDB may ask for.
const (
	maxDelay      = 5 * time.Second
	maxAskedDelay = time.Minute
)

// Exporter keeps the book up to date and serves it.
type Exporter struct {
	catalog  *catalog.Catalog
	store    *store.Store
	log      *slog.Logger
	registry *prometheus.Registry
	interval time.Duration
	health   *health
	view     atomic.Pointer[view] // nil until the first load
	away     atomic.Bool          // the last check of InfluxDB failed
	ahead    atomic.Int64         // nanoseconds by which the journal is ahead of InfluxDB's clock
	verified bool                 // the bucket has been found usable; accessed only by Run
	clocks   store.Clocks         // what the figures being read are seen by; accessed only by Run
	targets  targets
	records  records
	since    time.Time           // when the catalogue's goals that are not stored yet take effect
	api      func() http.Handler // of /api/v1/, created on first use
}

// New creates an Exporter without figures; Run loads them. It panics when the
// registry already holds an exporter's metrics.
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
	e.targets.now, e.since = e.now, time.Now()
	e.records.changed = make(chan struct{}, 1)
	e.api = sync.OnceValue(func() http.Handler {
		return queryapi.New(queryapi.Options{Catalog: e.catalog, Book: e.Book, Logger: e.log, Limits: opts.Limits,
			Now: e.now, Since: e.since, Record: &e.records.keeper})
	})
	return e
}

// Book returns all figures as they are known now; nil until they are loaded.
func (e *Exporter) Book() *book.Book {
	if v := e.view.Load(); v != nil {
		return v.book
	}
	return nil
}

// Vintages is the number of publications that are shown, 0 until they are loaded.
func (e *Exporter) Vintages() int {
	if v := e.view.Load(); v != nil {
		return v.all.Vintages()
	}
	return 0
}

// now is the time that is shown: the real time, unless the bucket has a clock that
// shows another.
func (e *Exporter) now() time.Time {
	if v := e.view.Load(); v != nil {
		return v.clocks.Now(time.Now())
	}
	return time.Now()
}

// Run loads the book and keeps it up to date until ctx is done, then returns
// nil. An unreachable InfluxDB is reported in logs and metrics but does not end
// Run. Run returns an error only if the bucket has never been usable and will
// not be until somebody fixes it: it is missing, hidden from the token or not
// suitable for figures.
func (e *Exporter) Run(ctx context.Context) error {
	var recording sync.WaitGroup
	defer recording.Wait()
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	recording.Go(func() { e.records.keep(ctx, e.view.Load, e.now) })
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

// pause returns how long to wait after a check of InfluxDB that returned err,
// given the previous pause: the interval after a success, growing delays after
// failures, and as long as InfluxDB itself asks for.
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

// sync checks for changes once.
func (e *Exporter) sync(ctx context.Context, follower *store.Follower) error {
	start := time.Now()
	changed, err := e.look(ctx, follower)
	if ctx.Err() != nil {
		return ctx.Err()
	}
	e.health.synced(start, err)
	e.ahead.Store(int64(follower.Ahead()))
	if err != nil {
		if !e.ends(err) { // otherwise the caller of Run reports it
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

// look reads changes; before the first read it checks that the bucket is
// usable.
func (e *Exporter) look(ctx context.Context, follower *store.Follower) (changed bool, err error) {
	if !e.verified {
		if err := e.store.Verify(ctx, store.ToRead); err != nil {
			return false, err
		}
		e.verified = true
	}
	return follower.Poll(ctx, func(vintages iter.Seq2[*store.Vintage, error]) (err error) {
		if e.clocks, err = e.store.Clocks(ctx); err != nil {
			return err
		}
		if v := e.view.Load(); v != nil && !v.clocks.Equal(e.clocks) {
			vintages = e.store.Noted(ctx, store.Selection{}) // other figures may be hidden than before
		}
		return e.update(ctx, vintages, func() ([]store.Definition, error) { return e.store.Definitions(ctx) })
	})
}

// ends reports whether Run returns this error of a check. Once figures have
// been shown nothing ends Run, because they are still right.
func (e *Exporter) ends(err error) bool { return !e.verified && store.Lasting(err) }

// update merges the figures and definitions that the store has read and shows
// the result. Definitions are read last because they are written first.
func (e *Exporter) update(ctx context.Context, vintages iter.Seq2[*store.Vintage, error], meaning func() ([]store.Definition, error)) error {
	known := e.view.Load()
	b := new(book.Book)
	if known != nil && known.clocks.Equal(e.clocks) {
		b = known.all
	}
	merged, err := b.Merge(e.clocks.See(vintages))
	if err != nil {
		return err
	}
	defined, err := meaning()
	if err != nil {
		return err
	}
	if merged, err = e.reread(ctx, b, merged, defined); err != nil {
		return err
	}
	if merged = merged.Define(defined); known == nil || merged != known.all {
		e.show(known, merged)
	}
	return nil
}

// reread reads again the figures of indicators whose definition has changed since
// the previous book: their values may have been converted to another unit in
// place, and the book never drops anything by itself.
func (e *Exporter) reread(ctx context.Context, before, merged *book.Book, defined []store.Definition) (*book.Book, error) {
	for _, i := range e.catalog.Indicators {
		was, is := store.Newest(before.Definitions(), store.OfIndicator, i.Code), store.Newest(defined, store.OfIndicator, i.Code)
		if was == is || was.Is == "" || len(merged.Of(i.Code)) == 0 {
			continue
		}
		var err error
		if merged, err = merged.Without(i.Code).Merge(e.clocks.See(e.store.Noted(ctx, store.Selection{Indicator: i.Code}))); err != nil {
			return nil, err
		}
	}
	return merged, nil
}

// show creates a view of the book, without the figures whose definition differs
// from the catalogue, and logs when their set has changed.
func (e *Exporter) show(before *view, all *book.Book) {
	legible := verdict.Legible(e.catalog, all)
	v := newView(legible, verdict.Remembering(e.catalog, all, e.since))
	v.clocks, v.all, v.strays = e.clocks, all, straysOf(all, legible, e.catalog)
	for _, i := range e.catalog.Indicators {
		if err := legible.Refused(i.Code); err != nil && (before == nil || before.book.Refused(i.Code) == nil) {
			e.log.Error("the figures of an indicator are not shown", "error", err)
		}
	}
	e.view.Store(v)
	e.records.look()
}

// failed logs the first of consecutive failures; the metrics count them all.
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
