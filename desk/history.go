package desk

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"sync/atomic"
	"time"

	"github.com/nats-io/nats.go/jetstream"

	"github.com/tidemark-stats/tidemark/book"
	"github.com/tidemark-stats/tidemark/book/release"
	"github.com/tidemark-stats/tidemark/ingest"
	"github.com/tidemark-stats/tidemark/ingest/ledger"
	"github.com/tidemark-stats/tidemark/store"
)

// history follows DECISIONS: which figures were published when, for what is due, and
// who has submitted what.
type history struct {
	js     jetstream.JetStream
	clocks store.Clocks
	next   uint64 // the next entry
	// refused are the figures that InfluxDB has refused after they were decided.
	refused map[uint64]bool
	again   bool // what was read is not right any more: read it again
	scales  *ledger.Rescalings
	all     map[string]*submission
	now     atomic.Pointer[known]
}

// known is the history up to a moment. It is immutable.
type known struct {
	book        *book.Book
	submissions []submission // the newest first
}

// submission is one push of somebody, as far as its figures were not refused.
type submission struct {
	ID       string
	Sender   string
	Agencies []string
	At       int64 // when its last figure was stored, ms since 1970
	Counts   map[ingest.Outcome]int
}

// maxSubmissions bounds what is kept: the oldest are forgotten.
const maxSubmissions = 20_000

func newHistory(js jetstream.JetStream, clocks store.Clocks) *history {
	h := &history{js: js, clocks: clocks, next: 1, refused: map[uint64]bool{}, all: map[string]*submission{}}
	h.now.Store(&known{book: new(book.Book)})
	return h
}

// follow reads on until the context ends, and calls changed whenever there was
// something new. NATS may be away for a while.
func (h *history) follow(ctx context.Context, changed func(), failed func(error)) {
	tick := time.NewTicker(followEvery)
	defer tick.Stop()
	down := false
	for {
		before := h.next
		err := h.read(ctx)
		if h.next != before {
			changed()
		}
		if err != nil && !down && ctx.Err() == nil {
			failed(err)
		}
		down = err != nil
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

// followEvery is how often the desk looks for new decisions.
const followEvery = 500 * time.Millisecond

// read reads what is new.
func (h *history) read(ctx context.Context) error {
	before := h.next
	merged := h.now.Load().book
	for {
		var points []store.Vintage
		err := ledger.Read(ctx, h.js, h.next, func(e *ledger.Entry) error {
			h.next++
			points = h.take(points, e)
			return nil
		})
		if h.again { // from the beginning, with what is known now
			h.again, h.next, merged = false, 1, new(book.Book)
			clear(h.all)
			continue
		}
		slices.SortStableFunc(points, func(a, b store.Vintage) int { return a.Series().Compare(b.Series()) })
		merged, failed := merged.Merge(h.clocks.See(func(yield func(*store.Vintage, error) bool) {
			for i := range points {
				if !yield(&points[i], nil) {
					return
				}
			}
		}))
		if failed != nil {
			return fmt.Errorf("keep decisions: %w", failed)
		}
		if h.next != before {
			h.now.Store(&known{book: merged, submissions: h.list()})
		}
		return err
	}
}

// take takes an entry and appends its points.
func (h *history) take(points []store.Vintage, e *ledger.Entry) []store.Vintage {
	known := h.scales
	if h.scales = known.And(e); h.scales != known && h.next > 2 {
		h.again = true // figures before it are in another unit now
	}
	for i := range e.Decisions {
		d := &e.Decisions[i]
		if e.Kind == ledger.Amendment {
			if d.Outcome == ingest.Refused && !h.refused[d.Seq] {
				h.refused[d.Seq], h.again = true, true
			}
			continue
		}
		if h.refused[d.Seq] {
			continue
		}
		first := len(points)
		points = h.scales.AppendPoints(points, d)
		for i := first; i < len(points); i++ {
			points[i].Note = "" // a book takes a note for itself, and what is due needs none
		}
		h.count(d)
	}
	return points
}

// count counts a decision for its submission.
func (h *history) count(d *ledger.Decision) {
	v := &d.Vintage
	if v.Submission == "" {
		return
	}
	s := h.all[v.Submission]
	if s == nil {
		s = &submission{ID: v.Submission, Sender: v.Sender, Counts: map[ingest.Outcome]int{}}
		h.all[v.Submission] = s
	}
	if !slices.Contains(s.Agencies, v.Agency) {
		s.Agencies = append(s.Agencies, v.Agency)
	}
	s.At = max(s.At, v.Moment)
	s.Counts[d.Outcome]++
}

// list copies the submissions, the newest first. Their IDs begin with the time at which
// they were begun.
func (h *history) list() []submission {
	list := make([]submission, 0, len(h.all))
	for _, s := range h.all {
		one := *s
		one.Agencies = slices.Clone(s.Agencies)
		one.Counts = maps.Clone(s.Counts)
		list = append(list, one)
	}
	slices.SortFunc(list, func(a, b submission) int { return cmp.Compare(b.ID, a.ID) })
	for _, s := range list[min(len(list), maxSubmissions):] {
		delete(h.all, s.ID)
	}
	return list[:min(len(list), maxSubmissions)]
}

// arrivals are what was or is due in a span of time, by what is known.
func (d *Desk) arrivals(from, to time.Time) []*release.Arrival {
	return release.Arrivals(d.Catalog, d.history.now.Load().book, from, to)
}
