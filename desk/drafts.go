package desk

import (
	"crypto/rand"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/tidemark-stats/tidemark/ingest/sender"
)

// drafts are all drafts, by person.
type drafts struct {
	mu  sync.Mutex
	all map[string]*draft // by id
}

// The limits of what is kept for one person: the oldest draft is dropped for a new one.
const (
	maxDrafts    = 6
	maxDraftSize = 256 << 20
	draftAge     = 36 * time.Hour
)

func newDrafts() *drafts { return &drafts{all: map[string]*draft{}} }

// add keeps a new draft and drops what is too old or too much.
func (s *drafts) add(owner string, pasted bool, files []upload, now time.Time) *draft {
	d := &draft{id: rand.Text(), owner: owner, made: now, pasted: pasted, files: files, changes: map[place]change{}, left: map[place]sender.Row{}}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.all[d.id] = d
	var own []*draft
	for id, one := range s.all {
		switch {
		case now.Sub(one.made) > draftAge:
			delete(s.all, id)
		case one.owner == owner:
			own = append(own, one)
		}
	}
	slices.SortFunc(own, func(a, b *draft) int { return b.made.Compare(a.made) })
	size := 0
	for i, one := range own {
		if size += one.size(); one != d && (i >= maxDrafts || size > maxDraftSize) {
			delete(s.all, one.id)
		}
	}
	return d
}

// without keeps a new draft of what is left of another one when some of its rows are
// sent. The caller holds the lock of the other one.
func (s *drafts) without(of *draft, sent []sender.Row) *draft {
	d := s.add(of.owner, of.pasted, of.files, time.Now())
	d.mu.Lock()
	defer d.mu.Unlock()
	d.meaning, d.names = of.meaning, slices.Clone(of.names)
	maps.Copy(d.changes, of.changes)
	maps.Copy(d.left, of.left)
	for _, row := range sent {
		at := place{row.File, row.Line}
		c := d.changes[at]
		c.leave = true
		d.changes[at], d.left[at] = c, row
	}
	found := *of.found
	found.rows = slices.DeleteFunc(slices.Clone(found.rows), func(r sender.Row) bool { return d.changes[place{r.File, r.Line}].leave })
	found.mark = markOf(found.rows)
	d.found = &found
	s.mu.Lock()
	defer s.mu.Unlock()
	s.all[of.id] = of // the new one does not take its place
	return d
}

// of returns a draft of a person.
func (s *drafts) of(owner, id string) (*draft, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	d, ok := s.all[id]
	return d, ok && d.owner == owner
}

// drop forgets a draft.
func (s *drafts) drop(id string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.all, id)
}

// open returns the drafts of a person that have not been sent, the newest first.
func (s *drafts) open(owner string) (own []*draft) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, one := range s.all {
		if one.owner == owner && one.sending.Load() == nil {
			own = append(own, one)
		}
	}
	slices.SortFunc(own, func(a, b *draft) int { return b.made.Compare(a.made) })
	return own
}
