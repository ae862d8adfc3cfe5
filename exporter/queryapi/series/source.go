// Package series makes series from the book for each query: its Source takes
// the place of Prometheus' storage, which can hold neither old nor revised
// figures.
//
// Its files, each of which uses only those below it:
//
//	source.go        the newest book, for each query
//	querier.go       which series match a selector
//	families.go      the list of all metrics
//	records.go       metrics of the track record and of revisions
//	released.go      metrics of what a release had
//	notes.go         the metric of notes on figures
//	amounts.go       amounts of targets as texts
//	span.go          the time ranges of charts
//	targets.go       metrics of targets, judged at any moment
//	goal.go          the goal of a target that has no plan
//	headline.go      metrics of the period that is shown first
//	newest.go        metrics of the newest period that was known
//	publications.go  metrics of publications, indicators and releases
//	figures.go       metrics of published and derived figures
//	family.go        what a metric is
//	lookup.go        finding what a selection may match in the book
//	selection.go     what one selector asks for
//	manner.go        as_of, scale and basis: how a selector views figures
//	snapshot.go      one book with the values computed from it
//	kept.go          a cache
//	series.go        a series in the form Prometheus' engine expects
//	samples.go       when a figure begins and ends
//	room.go          how much a request may hold
package series

import (
	"sync/atomic"
	"time"

	"github.com/prometheus/prometheus/storage"

	"github.com/tidemark-stats/tidemark/book"
	"github.com/tidemark-stats/tidemark/catalog"
	"github.com/tidemark-stats/tidemark/verdict"
	"github.com/tidemark-stats/tidemark/verdict/record"
)

// Source returns queriers of the newest book, in place of Prometheus' storage.
type Source struct {
	catalog *catalog.Catalog
	book    func() *book.Book
	now     func() time.Time
	since   time.Time // when the catalogue's goals that are not stored yet take effect
	record  *record.Keeper
	newest  atomic.Pointer[snapshot]
}

// NewSource creates a Source. book returns the newest book, or nil until the
// figures are loaded; now returns the current time. Goals of the catalogue that
// are not stored yet take effect at since; kept has the track record of targets.
func NewSource(c *catalog.Catalog, book func() *book.Book, now func() time.Time, since time.Time, kept *record.Keeper) *Source {
	return &Source{catalog: c, book: book, now: now, since: since, record: kept}
}

// snapshot returns the snapshot of the newest book.
func (s *Source) snapshot() *snapshot {
	b := s.book()
	if b == nil {
		b = new(book.Book)
	}
	known := s.newest.Load()
	if known == nil || known.book != b {
		before := known
		known = newSnapshot(verdict.Remembering(s.catalog, b, s.since), b)
		known.record = s.record
		if before != nil {
			known.inherit(before)
		}
		s.newest.Store(known)
	}
	return known
}

// Querier answers one query, all of it from the same book.
func (s *Source) Querier(from, to int64) (storage.Querier, error) {
	return &querier{snapshot: s.snapshot(), now: s.now(), from: from, to: to}, nil
}
