// Package digest sums up what happened between two moments, for people who do
// not look at a dashboard every day: which figures are new, which targets were
// judged differently, and which figures are due.
package digest

import (
	"cmp"
	"slices"
	"time"

	"github.com/tidemark-stats/tidemark/book"
	"github.com/tidemark-stats/tidemark/book/release"
	"github.com/tidemark-stats/tidemark/catalog"
	"github.com/tidemark-stats/tidemark/figure"
	"github.com/tidemark-stats/tidemark/internal/lang"
	"github.com/tidemark-stats/tidemark/verdict"
)

// ahead is how far a digest looks for figures that are due.
const ahead = 7 * 24 * time.Hour

// Digest is what happened after From up to and including To.
type Digest struct {
	City     lang.Text
	From, To time.Time // in the city's time zone
	Turned   []Turn    // the most urgent first
	Judged   []Count   // of all targets, the most urgent first
	New      []News    // in the order of the catalogue
	Due      []Owed    // overdue ones first, then by their day
}

// Turn is a target whose verdict changed.
type Turn struct {
	Before verdict.Verdict
	verdict.State
}

// Count is how many targets have a verdict.
type Count struct {
	Verdict verdict.Verdict
	Targets int
}

// News is what was published of an indicator in an area and category.
type News struct {
	Indicator *catalog.Indicator
	Area      lang.Text
	Category  string
	Newest    []Published // the newest period that was not known before, in each measure
	Earlier   int         // how many other periods were not known before
	Revised   []Revised   // figures whose number changed, the newest period first
}

// Published is a figure as published.
type Published struct {
	figure.Cell
	book.Figure
}

// Revised is a figure that had another number before.
type Revised struct {
	Published
	Old book.Figure
}

// Owed is a release that is due soon, late or overdue.
type Owed struct {
	*release.Release
	Area    lang.Text
	Period  figure.Period
	Due     time.Time
	Late    bool // the due day is over
	Overdue bool // and so is the grace period
	News    bool // it became late or overdue after Digest.From
}

// Empty reports whether nobody has to read the digest: nothing was published, no
// verdict turned, and nothing became late or overdue.
func (d *Digest) Empty() bool {
	return len(d.New) == 0 && len(d.Turned) == 0 && !slices.ContainsFunc(d.Due, func(o Owed) bool { return o.News })
}

// Of sums up what the book knows of the time after from up to and including to.
// The catalogue must remember earlier goals, see verdict.Remembering.
func Of(c *catalog.Catalog, b *book.Book, from, to time.Time) *Digest {
	d := &Digest{City: c.City, From: from.In(c.Location()), To: to.In(c.Location())}
	d.judge(c, b)
	d.collect(c, b)
	d.expect(c, b)
	return d
}

// judge compares the verdicts at the two moments.
func (d *Digest) judge(c *catalog.Catalog, b *book.Book) {
	type key struct{ target, category string }
	before := map[key]verdict.Verdict{}
	for _, s := range verdict.AllAsOf(c, b, d.From) {
		before[key{s.Target.ID, s.Category}] = s.Verdict
	}
	counts := map[verdict.Verdict]int{}
	for _, s := range verdict.AllAsOf(c, b, d.To) {
		counts[s.Verdict]++
		was, known := before[key{s.Target.ID, s.Category}]
		if !known { // the first figure of its category is new
			was = verdict.NoData
		}
		if was != s.Verdict {
			regression, _ := verdict.RegressedBy(s, b)
			s.Regressed = regression.Reason
			d.Turned = append(d.Turned, Turn{was, s})
		}
	}
	slices.SortStableFunc(d.Turned, func(t, o Turn) int { return cmp.Compare(o.Verdict.Urgency(), t.Verdict.Urgency()) })
	for v, n := range counts {
		d.Judged = append(d.Judged, Count{v, n})
	}
	slices.SortFunc(d.Judged, func(x, o Count) int { return cmp.Compare(o.Verdict.Urgency(), x.Verdict.Urgency()) })
}

// collect finds what was published.
func (d *Digest) collect(c *catalog.Catalog, b *book.Book) {
	type key struct{ indicator, area, category string }
	found := map[key]*News{}
	for s := range b.All() {
		i, known := c.Indicator(s.Key.Indicator)
		if !known {
			continue
		}
		k := key{s.Key.Indicator, s.Key.Area, s.Key.Category}
		n := found[k]
		if n == nil {
			n = &News{Indicator: i, Area: c.AreaName(s.Key.Area), Category: s.Key.Category}
			found[k] = n
		}
		n.add(s, d.From, d.To)
	}
	for _, n := range found {
		if n.settle() {
			d.New = append(d.New, *n)
		}
	}
	order := map[string]int{}
	for n, i := range c.Indicators {
		order[i.Code] = n
	}
	slices.SortFunc(d.New, func(n, o News) int {
		return cmp.Or(cmp.Compare(order[n.Indicator.Code], order[o.Indicator.Code]), cmp.Compare(n.Area.EN, o.Area.EN), cmp.Compare(n.Category, o.Category))
	})
}

// add collects what was published of a series.
func (n *News) add(s *book.Series, from, to time.Time) {
	for p := range s.Periods() {
		var before, now *book.Figure
		for f := range s.Vintages(p) {
			switch {
			case !f.Published.After(from):
				before = &f
			case !f.Published.After(to):
				now = &f
			}
		}
		switch {
		case now == nil:
		case before == nil:
			n.Newest = append(n.Newest, Published{s.Key.At(p), *now})
		case now.Value != before.Value || now.Withheld != before.Withheld:
			n.Revised = append(n.Revised, Revised{Published{s.Key.At(p), *now}, *before})
		}
	}
}

// settle keeps the newest of the new periods, and reports whether there is any
// news.
func (n *News) settle() bool {
	later := func(p, o Published) int { return o.Cell.Period.End().Compare(p.Cell.Period.End()) }
	slices.SortStableFunc(n.Newest, func(p, o Published) int {
		return cmp.Or(later(p, o), cmp.Compare(o.Cell.Period.Start().Unix(), p.Cell.Period.Start().Unix()), cmp.Compare(p.Measure, o.Measure))
	})
	slices.SortStableFunc(n.Revised, func(r, o Revised) int { return later(r.Published, o.Published) })
	periods := 0
	for i, p := range n.Newest {
		if i > 0 && p.Cell.Period != n.Newest[i-1].Cell.Period {
			periods++
		}
	}
	if len(n.Newest) > 0 {
		newest := n.Newest[0].Cell.Period
		n.Newest = slices.DeleteFunc(n.Newest, func(p Published) bool { return p.Cell.Period != newest })
		n.Earlier = periods
	}
	return len(n.Newest) > 0 || len(n.Revised) > 0
}

// expect finds the releases that are late or due soon.
func (d *Digest) expect(c *catalog.Catalog, b *book.Book) {
	for _, r := range release.All(c, b, d.To) {
		due, ok := r.Due()
		if !ok || due.After(d.To.Add(ahead)) {
			continue
		}
		late := figure.DayAt(due).End(c.Location())
		overdue, _ := r.Overdue()
		period, _ := r.Next()
		d.Due = append(d.Due, Owed{Release: r, Area: c.AreaName(r.Area), Period: period, Due: due,
			Late: !d.To.Before(late), Overdue: !d.To.Before(overdue), News: d.within(late) || d.within(overdue)})
	}
	slices.SortStableFunc(d.Due, func(o, p Owed) int {
		if o.Overdue != p.Overdue {
			if o.Overdue {
				return -1
			}
			return 1
		}
		return o.Due.Compare(p.Due)
	})
}

// within reports whether the digest is about that moment.
func (d *Digest) within(at time.Time) bool { return at.After(d.From) && !at.After(d.To) }
