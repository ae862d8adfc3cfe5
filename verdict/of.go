package verdict

import (
	"cmp"
	"slices"
	"time"

	"github.com/tidemark-stats/tidemark/book"
	"github.com/tidemark-stats/tidemark/book/derive"
	"github.com/tidemark-stats/tidemark/catalog"
	"github.com/tidemark-stats/tidemark/figure"
	"github.com/tidemark-stats/tidemark/internal/lang"
)

// All judges every target of the catalogue by what the book knows now, in the
// order of the catalogue. at is the moment of judgement; its location says
// which day it is, so hand it over in the catalogue's.
func All(c *catalog.Catalog, b *book.Book, at time.Time) []State {
	return all(c, b, at, time.Time{})
}

// AllAsOf judges every target as it would have been judged at that moment:
// by the figures that were known then.
func AllAsOf(c *catalog.Catalog, b *book.Book, at time.Time) []State { return all(c, b, at, at) }

func all(c *catalog.Catalog, b *book.Book, at, known time.Time) (states []State) {
	for _, t := range c.Targets {
		states = append(states, of(t, b, at, known)...)
	}
	return states
}

// Of judges one target by what the book knows now: one State, or of a target
// on any category one for each that has a figure, in their order.
func Of(t *catalog.Target, b *book.Book, at time.Time) []State { return of(t, b, at, time.Time{}) }

// OfAsOf judges one target by what was known at that moment.
func OfAsOf(t *catalog.Target, b *book.Book, at time.Time) []State { return of(t, b, at, at) }

func of(t *catalog.Target, b *book.Book, at, known time.Time) (states []State) {
	if s, ok := illegible(t, b, at); ok {
		return []State{s}
	}
	for _, category := range categories(t, b) {
		h := derive.From(b, t.Indicator, t.Area.Code, category, known)
		if h.Empty() && t.Category == catalog.AnyCategory && category != catalog.AnyCategory {
			continue // it is known now, and was not then
		}
		states = append(states, Judge(t, h, at))
	}
	if len(states) == 0 {
		none := derive.New(t.Indicator)
		none.Category = t.Category
		states = append(states, Judge(t, none, at))
	}
	return states
}

// categories are those a target is judged on. The total is none of them where
// each is judged by itself.
func categories(t *catalog.Target, b *book.Book) (codes []string) {
	if t.Category != catalog.AnyCategory {
		return []string{t.Category}
	}
	for _, s := range b.Of(t.Indicator.Code) {
		if s.Key.Area == t.Area.Code && s.Key.Category != figure.Total {
			codes = append(codes, s.Key.Category)
		}
	}
	slices.Sort(codes)
	return slices.Compact(codes)
}

// Unmet is a target that was met until a revision.
type Unmet struct {
	At            time.Time  // of the revision
	Cells         []Revision // what was revised at that moment
	Before, After State      // what was to be said just before and at the revision
	Reason        lang.Text  // what happened, in a sentence
}

// Revision is a published figure that was replaced by another.
type Revision struct {
	figure.Cell
	Old, New book.Figure
}

// unmetBack is how many moments of revision are looked at: beyond them what
// was met is no news.
const unmetBack = 64

// UnmetBy tells whether the target stands below what it once reached because
// figures were revised: it was met by the figures known just before a
// revision, was not by those known with it, and is not now. Time passing and
// new periods un-meet nothing: both verdicts are those of the moment of the
// revision.
func UnmetBy(s State, b *book.Book) (u Unmet, ok bool) {
	if s.Verdict == Met {
		return u, false
	}
	t := s.Target
	known := func(at, moment time.Time) State {
		return Judge(t, derive.From(b, t.Indicator, t.Area.Code, s.Category, moment), at)
	}
	revisions := revised(t, b, s.Category, s.At)
	for i := 0; i < len(revisions) && i < unmetBack; i++ {
		moment, first := revisions[i].at.In(s.At.Location()), revisions[i].first.In(s.At.Location())
		after := known(moment, moment)
		if after.Verdict == Met {
			return u, false // it was met since then and is not now for another reason
		}
		before := known(first, first.Add(-time.Millisecond))
		if before.Verdict != Met {
			continue
		}
		u = Unmet{At: moment, Cells: revisions[i].cells, Before: before, After: after}
		u.Reason = unmetReason(t, u)
		return u, true
	}
	return u, false
}

func unmetReason(t *catalog.Target, u Unmet) lang.Text {
	c := u.Cells[0]
	value := func(f book.Figure) lang.Text {
		if f.Withheld {
			return lang.Text{ZH: "不公布", EN: "withheld"}
		}
		return Amount(t.Indicator, c.Measure, f.Value)
	}
	return say("%s由%s修订为%s，不再达成", "%s was revised from %s to %s, so that the target is no longer met", c.Period, value(c.Old), value(c.New))
}

// moment is a time at which figures were revised: a release, which is pushed
// figure by figure.
type moment struct {
	first, at time.Time // of its first and its last revision
	cells     []Revision
}

// release is how far the revisions of one release lie apart at the most.
const release = time.Minute

// revised lists the revisions that could touch a target, the newest first.
func revised(t *catalog.Target, b *book.Book, category string, until time.Time) (moments []moment) {
	byTime := map[int64][]Revision{}
	for _, i := range t.Indicator.Reported() {
		for _, s := range b.Of(i.Code) {
			if s.Key.Area != t.Area.Code || s.Key.Category != category {
				continue
			}
			for f := range s.Figures() {
				var old *book.Figure
				for v := range s.Vintages(f.Period) {
					if old != nil && !v.Published.After(until) && (v.Value != old.Value || v.Withheld != old.Withheld) {
						at := v.Published.UnixMilli()
						byTime[at] = append(byTime[at], Revision{s.Key.At(f.Period), *old, v})
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
			merged[last].cells = append(merged[last].cells, m.cells...)
			continue
		}
		merged = append(merged, m)
	}
	return merged
}
