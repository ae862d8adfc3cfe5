// Package series makes series of the book, each time one is asked for: its
// Source stands in the place of a Prometheus' storage, which cannot hold
// figures that are old, or revised.
//
// Its files, each of which uses only those after it:
//
//	source.go        the newest book, for one query after the other
//	querier.go       which series match a selector
//	families.go      the list of all metrics
//	targets.go       metrics of targets, judged at any moment
//	newest.go        metrics of the newest period that was known
//	publications.go  metrics of publications, indicators and releases
//	figures.go       metrics of figures, and of what follows from them
//	family.go        what a metric is
//	lookup.go        what the book holds of a selection
//	selection.go     what one selector asks for
//	manner.go        as_of and scale: how a selector looks at figures
//	snapshot.go      one book, with what was worked out of it
//	kept.go          what is worked out once
//	series.go        a series, as Prometheus' engine takes it
//	points.go        when a figure begins and ends
//	room.go          how much a request may hold
package series

import (
	"sync/atomic"
	"time"

	"github.com/prometheus/prometheus/storage"

	"github.com/tidemark-stats/tidemark/book"
	"github.com/tidemark-stats/tidemark/catalog"
	"github.com/tidemark-stats/tidemark/verdict"
)

// Source gives queriers of the newest book, in the place of a Prometheus'
// storage.
type Source struct {
	catalog *catalog.Catalog
	book    func() *book.Book
	now     func() time.Time
	since   time.Time // from when the catalogue's goals hold that were not stored
	newest  atomic.Pointer[snapshot]
}

// NewSource makes a Source. book gives the newest book, and nil until the
// figures are loaded; now is the moment of asking.
func NewSource(c *catalog.Catalog, book func() *book.Book, now func() time.Time) *Source {
	return &Source{catalog: c, book: book, now: now, since: now()}
}

// snapshot is what is known of the newest book.
func (s *Source) snapshot() *snapshot {
	b := s.book()
	if b == nil {
		b = new(book.Book)
	}
	known := s.newest.Load()
	if known == nil || known.book != b {
		known = newSnapshot(verdict.Remembering(s.catalog, b, s.since), b)
		s.newest.Store(known)
	}
	return known
}

// Querier answers one query, all of it from the same book.
func (s *Source) Querier(from, to int64) (storage.Querier, error) {
	return &querier{snapshot: s.snapshot(), now: s.now(), from: from, to: to}, nil
}
