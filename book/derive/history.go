package derive

import (
	"cmp"
	"iter"
	"maps"
	"math"
	"slices"
	"time"

	"github.com/tidemark-stats/tidemark/book"
	"github.com/tidemark-stats/tidemark/catalog"
	"github.com/tidemark-stats/tidemark/figure"
)

// History is everything known of one indicator in one area and category at one
// point in time. It is immutable, so it can be shared.
type History struct {
	Indicator      *catalog.Indicator
	Area, Category string

	from   *vintages // nil if they are not known
	given  map[cell]Value
	spans  map[span]Value // the best value for a span that is published or follows from sums
	rates  map[span]Value // published growth
	years  map[int]*sums
	cuts   catalog.Cuts
	apart  bool        // levels of cells that end together are published and differ
	parts  [2]*History // for a ratio: numerator and denominator
	oldest int         // the years with values; oldest > newest if there are none
	newest int
}

// From is what the book knew about an indicator at asOf; the zero time means
// now. A ratio is computed from the figures of its parts in the same area and
// category.
func From(b *book.Book, ind *catalog.Indicator, area, category string, asOf time.Time) *History {
	if ind.Ratio != nil {
		return newRatio(ind, From(b, ind.Ratio.Numerator, area, category, asOf), From(b, ind.Ratio.Denominator, area, category, asOf))
	}
	var values []Value
	from := &vintages{known: asOf}
	for _, s := range b.In(ind.Code, area) {
		if s.Key.Category != category {
			continue
		}
		from.series = append(from.series, s)
		values = slices.Grow(values, s.Len())
		figures := s.Figures()
		if !asOf.IsZero() {
			figures = s.AsOf(asOf)
		}
		for f := range figures {
			values = append(values, Value{Measure: s.Key.Measure, Period: f.Period, Value: f.Value,
				Withheld: f.Withheld, Status: f.Status, Published: f.Published})
		}
	}
	h := build(ind, area, category, values, nil)
	h.from = from
	return h
}

// New returns the history of the given figures, of which Measure, Period,
// Value, Withheld, Status and Published are used, in any order. Of two figures
// of one cell the one published later counts, then the larger one. Values that
// are not finite numbers are ignored.
func New(ind *catalog.Indicator, figures ...Value) *History {
	return build(ind, "", figure.Total, figures, nil)
}

// build is New for an area and category. Cuts that are already known are not
// looked up in the figures.
func build(ind *catalog.Indicator, area, category string, figures []Value, known *catalog.Cuts) *History {
	h := &History{Indicator: ind, Area: area, Category: category, given: make(map[cell]Value, len(figures)),
		spans: make(map[span]Value, 2*len(figures)), rates: map[span]Value{}, years: map[int]*sums{}, oldest: math.MaxInt, newest: math.MinInt}
	for _, f := range figures {
		if f.Period.IsZero() || math.IsNaN(f.Value) || math.IsInf(f.Value, 0) {
			continue
		}
		c := cell{f.Measure, f.Period}
		f = f.mark()
		if old, known := h.given[c]; known && newer(old, f) {
			continue
		}
		h.given[c] = f
		h.oldest, h.newest = min(h.oldest, f.Period.Year()), max(h.newest, f.Period.Year())
	}
	if known != nil {
		h.cuts = *known
	} else {
		h.findCuts()
	}
	h.work()
	return h
}

func newer(v, o Value) bool {
	return cmp.Or(v.Published.Compare(o.Published), cmp.Compare(v.Status, o.Status), cmp.Compare(v.Value, o.Value)) > 0
}

// work fills in the spans: what is published, what sums give, and what growth
// gives where neither does.
func (h *History) work() {
	h.apart = h.differ()
	cells := slices.SortedFunc(maps.Keys(h.given), compareCells)
	for _, c := range cells {
		v := h.given[c]
		s := h.spanOf(c.measure, c.period)
		switch {
		case v.Withheld:
		case c.measure.Growth():
			keepBest(h.rates, s, v)
		case h.Indicator.Kind == catalog.Flow:
			h.edge(s, v)
		case c.measure == figure.Level:
			keepBest(h.spans, s, v)
		}
	}
	parts := make([]part, 0, 13) // reused by all sums
	for _, year := range slices.Sorted(maps.Keys(h.years)) {
		h.sumUp(year, h.years[year], parts)
	}
	if h.Indicator.Kind == catalog.Average {
		h.average()
	}
	if !h.Indicator.ConstantPrices {
		h.workBack(cells)
	}
}

func compareCells(c, o cell) int {
	return cmp.Or(c.period.Compare(o.period), cmp.Compare(c.period.Frequency(), o.period.Frequency()), cmp.Compare(c.measure, o.measure))
}

func keepBest(values map[span]Value, s span, v Value) {
	if old, known := values[s]; !known || v.weakness() < old.weakness() {
		values[s] = v
	}
}

// edge adds a published sum. A month with status W also includes the months
// before it that have no value of their own (K, or no value in January).
func (h *History) edge(s span, v Value) {
	if v.Status == 'K' { // its number, if any, is included elsewhere
		return
	}
	for v.Status == 'W' && v.Measure == figure.Level && v.Period.Frequency() == figure.Monthly && s.from > 0 {
		before, known := h.given[cell{figure.Level, figure.Month(s.year, int(s.from))}]
		if known && before.Status != 'K' || !known && s.from > 1 {
			break
		}
		s.from--
	}
	year := h.years[s.year]
	if year == nil {
		year = &sums{}
		for _, c := range h.cuts.Of(false) {
			if c.Month/12 == s.year {
				year.cuts[c.Month%12], year.cutUp = true, true
			}
		}
		h.years[s.year] = year
	}
	year.add(s.from, s.to, v)
}

// sumUp computes the spans of a year that are cells: months, quarters, January
// to each of them, and the year.
func (h *History) sumUp(year int, s *sums, parts []part) {
	s.connect()
	for to := int8(1); to <= 12; to++ {
		for _, from := range [...]int8{0, to - 1, to - 3} {
			if from < 0 || from == to-3 && to%3 != 0 || !s.known(from, to) {
				continue
			}
			parts = s.path(from, to, parts[:0])
			if len(parts) == 1 {
				h.spans[span{year: year, from: from, to: to}] = *parts[0].Value
				continue
			}
			if v, ok := total(parts); ok {
				h.spans[span{year: year, from: from, to: to}] = v
			}
		}
	}
}

// average computes the quarters and years that are means of published periods,
// if all of these are published. The mean is not weighted. A published value
// of the longer period itself takes precedence.
func (h *History) average() {
	f := h.Indicator.Frequency()
	for year := h.oldest; year <= h.newest; year++ {
		for _, longer := range []figure.Frequency{figure.Quarterly, figure.Annual} {
			if longer.PerYear() >= f.PerYear() {
				continue
			}
			for number := 1; number <= longer.PerYear(); number++ {
				p := period(longer, year, number)
				s := h.spanOf(figure.Level, p)
				if old, known := h.spans[s]; known && !old.Imputed || h.cuts.Across(false, catalog.StretchOf(figure.Level, p)) {
					continue
				}
				if v, ok := h.mean(f, year, number, f.PerYear()/longer.PerYear()); ok {
					keepBest(h.spans, s, v)
				}
			}
		}
	}
}

// mean is the mean of the published figures of the periods that make up a
// longer one.
func (h *History) mean(f figure.Frequency, year, number, count int) (v Value, ok bool) {
	var terms []Term
	var on []Value
	for n := (number-1)*count + 1; n <= number*count; n++ {
		part, known := h.given[cell{figure.Level, period(f, year, n)}]
		if !known || part.Withheld {
			return Value{}, false
		}
		v.Value += part.Value / float64(count)
		terms, on = append(terms, part.term(false)), append(on, part)
	}
	return v.rests(mean, terms, on...)
}

// workBack computes a level that nobody published from next year's level and
// its published growth: 8230.6 up 8.0 % give 7620.9. It goes back only one
// year, and its results are not used in sums, since a rounded rate would
// become a large error in a difference. For levels at the end of a period,
// level and growth must be of the same cell: where both are published, the
// year's growth says nothing about December.
func (h *History) workBack(cells []cell) {
	found := map[span]Value{}
	for _, c := range cells {
		rate := h.given[c]
		if !c.measure.Growth() || rate.Withheld {
			continue
		}
		s := h.spanOf(c.measure, c.period)
		level, known := h.spans[s]
		if s.from == atEnd {
			level, known = h.given[cell{figure.Level, c.period}]
		} else {
			var rated bool
			if rate, rated = h.rates[s]; !rated || !known {
				continue
			}
			level = level.as(levelOf(rate.Measure), rate.Period) // a sum has no cell of its own
		}
		before := span{s.year - 1, s.from, s.to, s.only}
		old, knownBefore := h.spans[before]
		factor := 1 + rate.Value/100
		reach := catalog.StretchOf(rate.Measure, rate.Period.YearAgo()).And(level.reach())
		if !known || level.Withheld || factor <= 0 || knownBefore && !old.Imputed || h.cuts.Across(false, reach) || h.cuts.Across(true, reach) {
			continue
		}
		v := Value{Value: level.Value / factor}
		v, ok := v.rests(back, []Term{level.term(false), rate.term(false)}, level, rate)
		if ok && (!knownBefore || !v.Imputed) {
			keepBest(found, before, v)
		}
	}
	maps.Copy(h.spans, found)
	for s := range found {
		h.oldest = min(h.oldest, s.year)
	}
}

// At is the best known value of a cell: the published one, otherwise one
// derived from published figures, otherwise an imputed one, otherwise one
// derived from those. A withheld cell stays withheld. ok is false if nothing
// is known.
func (h *History) At(m figure.Measure, p figure.Period) (v Value, ok bool) {
	if p.Frequency().PerYear() == 0 {
		return Value{}, false
	}
	own, known := h.given[cell{m, p}]
	if known && (own.Withheld || !own.Imputed) {
		return own, true
	}
	switch {
	case h.parts[0] != nil:
		v, ok = h.divide(m, p)
	case m.Growth():
		v, ok = h.growth(m, p)
	default:
		v, ok = h.spans[h.spanOf(m, p)]
		ok = ok && (h.Indicator.Kind == catalog.Flow || m == figure.Level)
	}
	if known && (!ok || v.Imputed) {
		return own, true
	}
	return v.as(m, p), ok
}

// as assigns v to a cell. A figure published for another cell of the same span
// counts as derived here, although nothing was computed.
func (v Value) as(m figure.Measure, p figure.Period) Value {
	if !v.Derived && (v.Measure != m || v.Period != p) {
		v.terms, v.form, v.Derived = []Term{v.term(false)}, sum, true
	}
	v.Measure, v.Period = m, p
	return v
}

// Figures returns everything known of a measure at a frequency, published or
// derived, in the order of periods.
func (h *History) Figures(m figure.Measure, f figure.Frequency) iter.Seq[Value] {
	return func(yield func(Value) bool) {
		if f.PerYear() == 0 {
			return
		}
		for p := range h.Periods(f) {
			if v, ok := h.At(m, p); ok && !yield(v) {
				return
			}
		}
	}
}

// Periods returns the periods of a frequency in the years of which anything is
// known, in order.
func (h *History) Periods(f figure.Frequency) iter.Seq[figure.Period] {
	return func(yield func(figure.Period) bool) {
		if h.oldest > h.newest || f.PerYear() == 0 {
			return
		}
		last := period(f, h.newest, f.PerYear())
		for p := period(f, h.oldest, 1); p.Compare(last) <= 0; p = p.Next() {
			if !yield(p) {
				return
			}
		}
	}
}

// Empty reports whether nothing is known.
func (h *History) Empty() bool { return h.oldest > h.newest }
