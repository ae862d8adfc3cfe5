package derive

import (
	"iter"
	"time"

	"github.com/tidemark-stats/tidemark/catalog"
	"github.com/tidemark-stats/tidemark/figure"
)

// Rate is the published growth of a cell (m is figure.YoY or figure.YTDYoY):
// its own, or that of another cell of the same stretch of the year, as
// December's 累计同比 is the year's growth. Growth targets are judged on it. A
// withheld rate counts as published.
func (h *History) Rate(m figure.Measure, p figure.Period) (v Value, ok bool) {
	if v, ok = h.given[cell{m, p}]; ok {
		return v, true
	}
	if p.Frequency().PerYear() == 0 {
		return Value{}, false
	}
	s := h.spanOf(m, p)
	if _, own := h.given[cell{levelOf(m), p}]; own && s.from == atEnd {
		return Value{}, false // a different cell with the same end
	}
	if v, ok = h.rates[s]; !ok {
		return Value{}, false
	}
	return v.as(m, p), true
}

// growth is the published growth of the same stretch, otherwise that of the
// levels. For a level at the end of a period, the growth of its own levels
// comes first, and that of another cell with the same end is used only if it
// has no level: where both are published, the growth of a quarter is not that
// of its last month.
func (h *History) growth(m figure.Measure, p figure.Period) (Value, bool) {
	s := h.spanOf(m, p)
	rate, published := h.rates[s]
	if published && s.from != atEnd {
		return rate, true
	}
	if v, ok := h.levelGrowth(m, p); ok {
		return v, true
	}
	if _, own := h.given[cell{levelOf(m), p}]; own {
		return Value{}, false
	}
	return rate, published
}

// levelGrowth is the level divided by that of a year before, minus one, in
// percent. It is never computed for an indicator whose growth is published at
// constant prices, for a base that is not positive, or across a break.
func (h *History) levelGrowth(m figure.Measure, p figure.Period) (Value, bool) {
	if h.Indicator.ConstantPrices || h.Indicator.Kind == catalog.Rank {
		return Value{}, false
	}
	now, base, ok := h.compared(levelOf(m), p)
	if !ok || base.Value <= 0 || h.cuts.Across(false, base.reach().And(now.reach())) {
		return Value{}, false
	}
	v := Value{Value: (now.Value/base.Value - 1) * 100}
	return v.rests(growth, []Term{now.term(false), base.term(false)}, now, base)
}

// compared returns the level of a period and that of a year before. For levels
// at the end of a period, both must be from the same kind of cell: its own if
// either is published, otherwise another one that ends with it.
func (h *History) compared(level figure.Measure, p figure.Period) (now, base Value, ok bool) {
	pair := func(find func(figure.Period) (Value, bool)) bool {
		var was bool
		now, ok = find(p)
		base, was = find(p.YearAgo())
		ok = ok && was && !now.Withheld && !base.Withheld
		return ok
	}
	if h.spanOf(level, p).from != atEnd {
		pair(func(p figure.Period) (Value, bool) { return h.At(level, p) })
		return now, base, ok
	}
	for _, f := range []figure.Frequency{p.Frequency(), figure.Monthly, figure.Quarterly, figure.Annual} {
		any := false
		done := pair(func(p figure.Period) (Value, bool) {
			same, ends := endingWith(f, p)
			v, known := h.given[cell{level, same}]
			any = any || known
			return v, ends && known
		})
		if done || h.apart || any && f == p.Frequency() {
			break
		}
	}
	return now, base, ok
}

// endingWith is the period of a frequency that ends with p, if one does.
func endingWith(f figure.Frequency, p figure.Period) (figure.Period, bool) {
	same := figure.PeriodAt(f, p.End().Add(-time.Hour))
	return same, same.End().Equal(p.End())
}

// YearAgo is the value of the same cell a year before, published or derived;
// it has none across a break.
func (h *History) YearAgo(m figure.Measure, p figure.Period) (Value, bool) {
	v, ok := h.At(m, p.YearAgo())
	if !ok || v.Withheld {
		return v, ok
	}
	reach := v.reach().And(catalog.StretchOf(m, p))
	return v, !h.cuts.Across(m.Growth(), reach) && (!v.Derived || !h.cuts.Across(false, reach))
}

func levelOf(m figure.Measure) figure.Measure {
	if m.ToDate() {
		return figure.YTD
	}
	return figure.Level
}

// JanFeb is the sum of January and February of a year, which is not affected
// by the date of the Spring Festival.
func (h *History) JanFeb(year int) (Value, bool) { return h.At(figure.YTD, figure.Month(year, 2)) }

// LastTwelve is the sum of the twelve months that end with the month or
// quarter p of a flow. There is no sum if one of them is withheld and not
// covered by a year to date.
func (h *History) LastTwelve(p figure.Period) (v Value, ok bool) {
	if h.Indicator.Kind != catalog.Flow || p.Frequency().PerYear() == 0 {
		return Value{}, false
	}
	to := h.spanOf(figure.YTD, p).to
	if to == 12 {
		v, ok = h.At(figure.Level, figure.Year(p.Year()))
		return v.as(figure.Level, p), ok && !v.Withheld
	}
	last, now := h.years[p.Year()-1], h.years[p.Year()]
	end := catalog.StretchOf(figure.YTD, p).To
	if last == nil || now == nil || !last.known(to, 12) || !now.known(0, to) || h.cuts.Across(false, catalog.Stretch{From: end - 12, To: end}) {
		return Value{}, false
	}
	v, ok = total(now.path(0, to, last.path(to, 12, nil)))
	return v.as(figure.Level, p), ok
}

// MeanToDate is the mean of an average's own periods from the beginning of the
// year to p, if all are published. Nobody publishes this figure; it shows how
// the year is going.
func (h *History) MeanToDate(p figure.Period) (v Value, ok bool) {
	if h.Indicator.Kind != catalog.Average || p.Frequency() != h.Indicator.Frequency() || h.cuts.Across(false, catalog.StretchOf(figure.YTD, p)) {
		return Value{}, false
	}
	v, ok = h.mean(p.Frequency(), p.Year(), 1, p.Number())
	return v.as(figure.YTD, p), ok
}

// LastTwelves returns LastTwelve of all periods of a frequency, in order.
func (h *History) LastTwelves(f figure.Frequency) iter.Seq[Value] {
	return h.each(f, h.LastTwelve)
}

// Daily is the daily average of a flow in the period p.
func (h *History) Daily(p figure.Period) (Value, bool) {
	v, ok := h.At(figure.Level, p)
	if !ok || v.Withheld || h.Indicator.Kind != catalog.Flow {
		return Value{}, false
	}
	average := Value{Measure: figure.Level, Period: p, Value: v.Value / float64(catalog.Days(p))}
	return average.rests(daily, []Term{v.term(false)}, v)
}

// Dailies returns Daily of all periods of a frequency, in order.
func (h *History) Dailies(f figure.Frequency) iter.Seq[Value] { return h.each(f, h.Daily) }

func (h *History) each(f figure.Frequency, value func(figure.Period) (Value, bool)) iter.Seq[Value] {
	return func(yield func(Value) bool) {
		for p := range h.Periods(f) {
			if v, ok := value(p); ok && !yield(v) {
				return
			}
		}
	}
}

// recordYears is for how many earlier years the same month (or quarter) must
// be known before a value can be the highest ever.
const recordYears = 3

// Record is a value above all known values of the same month (or quarter) of
// earlier years.
type Record struct {
	Value
	Before Value // the previous record
	Years  int   // how many earlier years it exceeds
}

// Record reports whether the period's level is the highest ever for its
// calendar month. The level must be published or derived from published
// figures; the ones it exceeds may be imputed, as Before shows.
func (h *History) Record(p figure.Period) (r Record, ok bool) {
	r.Value, ok = h.At(figure.Level, p)
	if !ok || r.Withheld || r.Imputed || h.Indicator.Kind == catalog.Rank {
		return Record{}, false
	}
	for before := p.YearAgo(); before.Year() >= h.oldest; before = before.YearAgo() {
		v, known := h.At(figure.Level, before)
		if h.cuts.Across(false, catalog.StretchOf(figure.Level, before).And(catalog.StretchOf(figure.Level, p))) {
			break
		}
		switch {
		case !known || v.Withheld:
			continue
		case v.Value >= r.Value.Value:
			return Record{}, false
		}
		if r.Years++; r.Years == 1 || v.Value > r.Before.Value {
			r.Before = v
		}
	}
	return r, r.Years >= recordYears
}

// Records returns the records of a frequency, in the order of periods.
func (h *History) Records(f figure.Frequency) iter.Seq[Record] {
	return func(yield func(Record) bool) {
		for p := range h.Periods(f) {
			if r, ok := h.Record(p); ok && !yield(r) {
				return
			}
		}
	}
}

// Covered is the newest period for which a level or a year to date (growth
// false) or a growth rate (growth true) was reported, as a number or as
// withheld. Imputed figures and figures published before the period's end do
// not count. A year covers its December. ok is false if nothing was reported.
func (h *History) Covered(growth bool) (newest Value, ok bool) {
	for i, part := range h.parts {
		if part == nil {
			continue
		}
		if v, known := part.Covered(growth); known && (i == 0 || v.Period.End().After(newest.Period.End())) {
			newest, ok = v, true
		}
	}
	for c, v := range h.given {
		if c.measure.Growth() != growth || v.Imputed || v.Early {
			continue
		}
		if !ok || after(v, newest) {
			newest, ok = v, true
		}
	}
	return newest, ok
}

// after orders by the end of periods, then shorter periods first, then by
// measure, so that the result does not depend on map order.
func after(v, o Value) bool {
	a, b := v.Period.End(), o.Period.End()
	if !a.Equal(b) {
		return a.After(b)
	}
	return compareCells(cell{v.Measure, v.Period}, cell{o.Measure, o.Period}) > 0
}

// stale is the maximum age of the newest value of a stock that is used for a
// later period in a ratio.
const stale = 2 * 366 * 24 * time.Hour
