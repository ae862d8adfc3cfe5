package catalog

import (
	"cmp"
	"slices"

	"github.com/tidemark-stats/tidemark/figure"
	"github.com/tidemark-stats/tidemark/internal/lang"
)

// Break is a period from which figures are no longer comparable with earlier
// ones: another definition, another coverage, another base year. A figure with
// status B declares a break of its own series.
type Break struct {
	Areas    []string         // codes; empty for all
	Category string           // "" for all
	Measures []figure.Measure // empty for all
	Period   figure.Period    // the first one that is not comparable with earlier ones
	Note     lang.Text        // why
}

// Breaks reports whether the break applies to the series.
func (b *Break) Breaks(area, category string, m figure.Measure) bool {
	return (len(b.Areas) == 0 || slices.Contains(b.Areas, area)) &&
		(b.Category == "" || b.Category == category) &&
		(len(b.Measures) == 0 || slices.Contains(b.Measures, m))
}

// Cut is the point from which the figures of an indicator in one area and
// category are no longer comparable with earlier ones.
type Cut struct {
	Month  int           // the cut is at its beginning; counted from the year 0
	Period figure.Period // the first one that is not comparable with earlier ones
	Note   lang.Text     // why; empty if only a figure's status declares the break
}

// Cuts holds the cuts of one area and category. A year to date is made of
// levels and its growth is the growth of these levels, so level and ytd are
// cut together, and so are yoy and ytd_yoy. The zero value has no cuts.
type Cuts struct {
	amounts, rates []Cut // in order
}

// Marked is a figure with status B.
type Marked struct {
	Measure figure.Measure
	Period  figure.Period
	First   bool // no other figure, of amounts or of growth, ends before it in its year
}

// Cuts returns the cuts of an area and category: those of the catalogue, and
// those declared by figures with status B.
func (i *Indicator) Cuts(area, category string, marked ...Marked) Cuts {
	var c Cuts
	for n := range i.Breaks {
		b := &i.Breaks[n]
		found := Cut{StretchOf(figure.Level, b.Period).From, b.Period, b.Note}
		if b.Breaks(area, category, figure.Level) || b.Breaks(area, category, figure.YTD) {
			c.amounts = append(c.amounts, found)
		}
		if b.Breaks(area, category, figure.YoY) || b.Breaks(area, category, figure.YTDYoY) {
			c.rates = append(c.rates, found)
		}
	}
	for _, m := range marked {
		found := Cut{Month: StretchOf(figure.Level, m.Period).From, Period: m.Period}
		if m.Measure.ToDate() && m.First {
			found.Month = m.Period.Year() * 12 // the break that it marks is at the beginning of the year
		}
		if m.Measure.Growth() {
			c.rates = append(c.rates, found)
		} else {
			c.amounts = append(c.amounts, found)
		}
	}
	c.amounts, c.rates = inOrder(c.amounts), inOrder(c.rates)
	return c
}

// Of returns the cuts of amounts or of growth, in order.
func (c Cuts) Of(growth bool) []Cut {
	if growth {
		return c.rates
	}
	return c.amounts
}

// And adds the cuts of other amounts, those of a ratio's parts.
func (c Cuts) And(others ...Cuts) Cuts {
	for _, o := range others {
		c.amounts = slices.Concat(c.amounts, o.amounts)
	}
	c.amounts = inOrder(c.amounts)
	return c
}

// Across reports whether there is a cut within a stretch, so that its two
// sides must not be compared.
func (c Cuts) Across(growth bool, s Stretch) bool {
	return slices.ContainsFunc(c.Of(growth), func(x Cut) bool { return s.From < x.Month && x.Month < s.To })
}

// inOrder sorts cuts and keeps one per month, preferably one with a note.
func inOrder(all []Cut) []Cut {
	slices.SortFunc(all, func(c, o Cut) int {
		return cmp.Or(cmp.Compare(c.Month, o.Month), cmp.Compare(o.Note.EN, c.Note.EN), c.Period.Compare(o.Period))
	})
	return slices.CompactFunc(all, func(c, o Cut) bool { return c.Month == o.Month })
}

// Stretch is a run of months, counted from the year 0, From inclusive, To
// exclusive.
type Stretch struct {
	From, To int
}

// StretchOf is the stretch that a figure covers: its period, or the year up to
// its end.
func StretchOf(m figure.Measure, p figure.Period) Stretch {
	width := 12 / p.Frequency().PerYear()
	to := p.Year()*12 + p.Number()*width
	if m.ToDate() {
		return Stretch{p.Year() * 12, to}
	}
	return Stretch{to - width, to}
}

// And is the smallest stretch that covers both.
func (s Stretch) And(o Stretch) Stretch { return Stretch{min(s.From, o.From), max(s.To, o.To)} }
