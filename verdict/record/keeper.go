package record

import (
	"context"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/tidemark-stats/tidemark/book"
	"github.com/tidemark-stats/tidemark/book/revision"
	"github.com/tidemark-stats/tidemark/catalog"
	"github.com/tidemark-stats/tidemark/figure"
)

// Report is everything that the record says.
type Report struct {
	Tracks      []*Track      // in the order of the catalogue
	Projections []*Projection // those with cases, by indicator in the same order and by area
	Revisions   []revision.Quality
}

// Keeper makes records and keeps them until the figures on which they depend
// have changed: looking back over years is slow, and a release changes a few
// series. The zero Keeper is ready for use, also by several goroutines.
type Keeper struct {
	mu          sync.Mutex
	tracks      map[string]kept[[]*Track]
	projections map[figure.Series]kept[*Projection]
	revisions   map[string]kept[[]revision.Quality]
}

// kept is a value with what it was computed from.
type kept[V any] struct {
	from  []*book.Series
	goals string
	value V
}

// Report makes the records of all targets, projections and revisions by what was
// published up to at. It stops early, and returns the error, when ctx is done.
func (k *Keeper) Report(ctx context.Context, c *catalog.Catalog, b *book.Book, at time.Time) (r Report, err error) {
	for _, t := range c.Targets {
		if ctx.Err() != nil {
			return r, ctx.Err()
		}
		r.Tracks = append(r.Tracks, k.Tracks(t, b, at)...)
	}
	for _, i := range c.Indicators {
		r.Revisions = append(r.Revisions, k.Revisions(b, i, at)...)
		for _, area := range projected(b, i) {
			if ctx.Err() != nil {
				return r, ctx.Err()
			}
			if p := k.Projection(b, i, area, at); p.Cases > 0 {
				r.Projections = append(r.Projections, p)
			}
		}
	}
	return r, nil
}

// projected lists the areas in which the projection of an indicator's total has
// a record.
func projected(b *book.Book, i *catalog.Indicator) (areas []string) {
	if !Projects(i) {
		return nil
	}
	for _, s := range b.Of(i.Code) {
		if s.Key.Category == figure.Total {
			areas = append(areas, s.Key.Area)
		}
	}
	slices.Sort(areas)
	return slices.Compact(areas)
}

// Tracks is Of, kept.
func (k *Keeper) Tracks(t *catalog.Target, b *book.Book, at time.Time) []*Track {
	from, goals := basis(b, t.Indicator, t.Area.Code), goalsOf(t, at)
	k.mu.Lock()
	old, ok := k.tracks[t.ID]
	k.mu.Unlock()
	if ok && old.goals == goals && slices.Equal(old.from, from) {
		return old.value
	}
	tracks := Of(t, b, at)
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.tracks == nil {
		k.tracks = map[string]kept[[]*Track]{}
	}
	k.tracks[t.ID] = kept[[]*Track]{from, goals, tracks}
	return tracks
}

// Projection is ProjectionOf on the total of an indicator in an area, kept.
func (k *Keeper) Projection(b *book.Book, i *catalog.Indicator, area string, at time.Time) *Projection {
	key, from := figure.Series{Indicator: i.Code, Area: area, Category: figure.Total}, basis(b, i, area)
	k.mu.Lock()
	old, ok := k.projections[key]
	k.mu.Unlock()
	if ok && slices.Equal(old.from, from) {
		return old.value
	}
	p := ProjectionOf(b, i, area, figure.Total, at)
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.projections == nil {
		k.projections = map[figure.Series]kept[*Projection]{}
	}
	k.projections[key] = kept[*Projection]{from, "", p}
	return p
}

// Revisions is revision.OfIndicator, kept.
func (k *Keeper) Revisions(b *book.Book, i *catalog.Indicator, at time.Time) []revision.Quality {
	from := b.Of(i.Code)
	k.mu.Lock()
	old, ok := k.revisions[i.Code]
	k.mu.Unlock()
	if ok && slices.Equal(old.from, from) {
		return old.value
	}
	all := revision.OfIndicator(i, b, at)
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.revisions == nil {
		k.revisions = map[string]kept[[]revision.Quality]{}
	}
	k.revisions[i.Code] = kept[[]revision.Quality]{from, "", all}
	return all
}

// basis are the series of an indicator, or of a ratio's parts, in an area. A
// series is immutable, so the same series have the same record. Refused ones are
// not among them.
func basis(b *book.Book, i *catalog.Indicator, area string) (all []*book.Series) {
	for _, part := range i.Reported() {
		for _, s := range b.Of(part.Code) {
			if s.Key.Area == area {
				all = append(all, s)
			}
		}
	}
	return all
}

// goalsOf are the goals that a target had up to at, and whether its deadline has
// passed.
func goalsOf(t *catalog.Target, at time.Time) string {
	var all strings.Builder
	if !t.By.IsZero() && at.After(t.By.End()) {
		all.WriteString("past ")
	}
	all.WriteString(t.At(at).Value.String())
	for _, change := range t.Changes() {
		if !change.After(at) {
			all.WriteString(" " + change.String() + " " + t.At(change).Value.String())
		}
	}
	return all.String()
}
