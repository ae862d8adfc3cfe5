package verdict

import (
	"cmp"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/tidemark-stats/tidemark/book"
	"github.com/tidemark-stats/tidemark/book/derive"
	"github.com/tidemark-stats/tidemark/catalog"
	"github.com/tidemark-stats/tidemark/figure"
	"github.com/tidemark-stats/tidemark/internal/lang"
)

// All judges every target of the catalogue by what the book knows now, in the
// order of the catalogue. at is the time of judgement; its location determines
// the date, so pass it in the catalogue's.
func All(c *catalog.Catalog, b *book.Book, at time.Time) []State {
	return all(c, b, at, time.Time{})
}

// AllAsOf judges every target as it would have been judged at that time, by
// the figures known then.
func AllAsOf(c *catalog.Catalog, b *book.Book, at time.Time) []State { return all(c, b, at, at) }

func all(c *catalog.Catalog, b *book.Book, at, known time.Time) []State {
	return slices.Concat(each(c.Targets, func(t *catalog.Target) []State { return of(t, b, at, known) })...)
}

// each judges every target, on all cores.
func each(targets []*catalog.Target, judge func(*catalog.Target) []State) [][]State {
	states := make([][]State, len(targets))
	var next atomic.Int64
	var all sync.WaitGroup
	for range min(runtime.GOMAXPROCS(0), len(targets)) {
		all.Go(func() {
			for n := next.Add(1) - 1; n < int64(len(targets)); n = next.Add(1) - 1 {
				states[n] = judge(targets[n])
			}
		})
	}
	all.Wait()
	return states
}

// Of judges one target by what the book knows now. It returns one State or,
// for a target on any category, one for each category that has a figure, in
// order.
func Of(t *catalog.Target, b *book.Book, at time.Time) []State { return of(t, b, at, time.Time{}) }

// OfAsOf judges one target by what was known at that time.
func OfAsOf(t *catalog.Target, b *book.Book, at time.Time) []State { return of(t, b, at, at) }

func of(t *catalog.Target, b *book.Book, at, known time.Time) (states []State) {
	if s, ok := illegible(t, b, at); ok {
		return []State{s}
	}
	for _, category := range categories(t, b) {
		h := derive.From(b, t.Indicator, t.Area.Code, category, known)
		if h.Empty() && t.Category == catalog.AnyCategory && category != catalog.AnyCategory {
			continue // it is known now, but was not known then
		}
		s := Judge(t, h, at)
		if s.Turned = turned(s, h, b, known); s.Turned != nil {
			s.Reason = join(s.Reason, s.Turned.Reason)
		}
		states = append(states, s)
	}
	if len(states) == 0 {
		none := derive.New(t.Indicator)
		none.Category = t.Category
		states = append(states, Judge(t, none, at))
	}
	return states
}

// categories returns the categories on which a target is judged. If each is
// judged separately, the total is not one of them.
func categories(t *catalog.Target, b *book.Book) (codes []string) {
	if t.Category != catalog.AnyCategory {
		return []string{t.Category}
	}
	for _, s := range b.In(t.Indicator.Code, t.Area.Code) {
		if s.Key.Category != figure.Total {
			codes = append(codes, s.Key.Category)
		}
	}
	slices.Sort(codes)
	return slices.Compact(codes)
}

// Regression is a target that was met until a revision took that back.
type Regression struct {
	At            time.Time  // of the revision
	Cells         []Revision // what was revised at that time
	Before, After State      // the states just before and at the revision
	Reason        lang.Text  // what happened, in a sentence
}

// Revision is a published figure that was replaced by another.
type Revision struct {
	figure.Cell
	Old, New book.Figure
}

// regressedBack is how many times of revision are examined: a target that was met
// before that is not news.
const regressedBack = 64

// RegressedBy reports whether the target is no longer met because figures were
// revised: it was met by the figures known just before a revision, was not met
// with the revision, and is not met now. The passing of time and new periods
// never make a target regress: both verdicts are as of the time of the
// revision.
func RegressedBy(s State, b *book.Book) (u Regression, ok bool) {
	if s.Verdict == Met {
		return u, false
	}
	t := s.Target
	known := func(at, moment time.Time) State {
		return Judge(t, derive.From(b, t.Indicator, t.Area.Code, s.Category, moment), at)
	}
	revisions := revised(t, b, s.Category, time.Time{}, s.At)
	for i := 0; i < len(revisions) && i < regressedBack; i++ {
		moment, first := revisions[i].at.In(s.At.Location()), revisions[i].first.In(s.At.Location())
		after := known(moment, moment)
		if after.Verdict == Met {
			return u, false // it was met after that and is not met now for another reason
		}
		before := known(first, first.Add(-time.Millisecond))
		if before.Verdict != Met {
			continue
		}
		u = Regression{At: moment, Cells: revisions[i].cells, Before: before, After: after}
		u.Reason = say("%s，不再达成", "%s, so the target is no longer met", revisedText(t, u.Cells))
		return u, true
	}
	return u, false
}

// moment is a time at which figures were revised: a release, whose figures are
// pushed one by one.
type moment struct {
	first, at time.Time // of its first and its last revision
	cells     []Revision
}

// release is the maximum time between the revisions of one release.
const release = time.Minute

// revised lists the revisions that could affect a target, newest first.
func revised(t *catalog.Target, b *book.Book, category string, since, until time.Time) (moments []moment) {
	byTime := map[int64][]Revision{}
	for _, i := range t.Indicator.Reported() {
		for _, s := range b.In(i.Code, t.Area.Code) {
			if s.Key.Category != category || !s.Republished() {
				continue
			}
			for f := range s.Figures() {
				var old *book.Figure
				for v := range s.Vintages(f.Period) {
					if v.Status == figure.Imputed {
						continue // what replaces it is no revision, but the first figure
					}
					if old != nil && !v.Published.Before(since) && !v.Published.After(until) {
						if r := (Revision{s.Key.At(f.Period), *old, v}); r.differs() {
							at := v.Published.UnixMilli()
							byTime[at] = append(byTime[at], r)
						}
					}
					old = &v
				}
			}
		}
	}
	for at, cells := range byTime {
		t := time.UnixMilli(at).UTC()
		moments = append(moments, moment{t, t, cells})
	}
	slices.SortFunc(moments, func(m, o moment) int { return cmp.Compare(o.at.UnixMilli(), m.at.UnixMilli()) })
	var merged []moment
	for _, m := range moments {
		if last := len(merged) - 1; last >= 0 && merged[last].first.Sub(m.at) < release {
			merged[last].first = m.first
			merged[last].cells = earlier(merged[last].cells, m.cells)
			continue
		}
		merged = append(merged, m)
	}
	for n := range merged {
		merged[n].cells = slices.DeleteFunc(merged[n].cells, func(r Revision) bool { return !r.differs() })
	}
	return slices.DeleteFunc(merged, func(m moment) bool { return len(m.cells) == 0 })
}

// earlier adds older revisions to those of the same release. A cell that was
// revised more than once in it was revised from its first value to its last.
func earlier(cells, older []Revision) []Revision {
	for _, r := range older {
		if n := slices.IndexFunc(cells, func(c Revision) bool { return c.Cell == r.Cell }); n >= 0 {
			cells[n].Old = r.Old
			continue
		}
		cells = append(cells, r)
	}
	return cells
}

// differs reports whether the revision changed the number.
func (r Revision) differs() bool {
	return r.Old.Withheld != r.New.Withheld || r.Old.Value != r.New.Value
}
