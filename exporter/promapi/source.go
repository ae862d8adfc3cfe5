package promapi

import (
	"sync/atomic"
	"time"

	"github.com/prometheus/prometheus/storage"

	"github.com/tidemark-stats/tidemark/catalog"
	"github.com/tidemark-stats/tidemark/exporter/book"
	"github.com/tidemark-stats/tidemark/exporter/target"
)

// source gives queriers of the newest book, in the place of a Prometheus'
// storage.
type source struct {
	catalog *catalog.Catalog
	book    func() *book.Book
	now     func() time.Time
	since   time.Time // from when the catalogue's goals hold that were not stored
	newest  atomic.Pointer[snapshot]
}

// snapshot is what is known of the newest book.
func (s *source) snapshot() *snapshot {
	b := s.book()
	if b == nil {
		b = new(book.Book)
	}
	known := s.newest.Load()
	if known == nil || known.book != b {
		known = newSnapshot(target.Remembering(s.catalog, b, s.since), b)
		s.newest.Store(known)
	}
	return known
}

// Querier answers one query, all of it from the same book.
func (s *source) Querier(from, to int64) (storage.Querier, error) {
	return &querier{snapshot: s.snapshot(), reader: reader{location: s.catalog.Location()}, now: s.now(), from: from, to: to}, nil
}

// ChunkQuerier is a Querier for those who want their samples packed (remote read).
func (s *source) ChunkQuerier(from, to int64) (storage.ChunkQuerier, error) {
	q, err := s.Querier(from, to)
	return chunkQuerier{q}, err
}
