package derive

import (
	"iter"

	"github.com/tidemark-stats/tidemark/catalog"
	"github.com/tidemark-stats/tidemark/figure"
)

// newRatio returns the history of a ratio of the catalogue: the numerator's
// level divided by the denominator's. If the two are published at different
// frequencies, a stock counts with its newest level at or before the end of
// the period, at most two years old; one of the two must be of the period
// itself, so that a ratio ends when both have ended.
func newRatio(ind *catalog.Indicator, numerator, denominator *History) *History {
	h := build(ind, numerator.Area, numerator.Category, nil, nil)
	h.cuts = h.cuts.And(numerator.cuts, denominator.cuts)
	h.parts = [2]*History{numerator, denominator}
	h.oldest = min(numerator.oldest, denominator.oldest)
	h.newest = max(numerator.newest, denominator.newest)
	return h
}

func (h *History) divide(m figure.Measure, p figure.Period) (Value, bool) {
	if m != figure.Level {
		return Value{}, false
	}
	numerator, ok := h.parts[0].standing(p)
	denominator, known := h.parts[1].standing(p)
	inside := numerator.Period.End().After(p.Start()) || denominator.Period.End().After(p.Start())
	if !ok || !known || !inside || denominator.Value <= 0 {
		return Value{}, false
	}
	terms := []Term{numerator.term(false), denominator.term(false)}
	terms[0].Of, terms[1].Of = h.parts[0].Indicator.Code, h.parts[1].Indicator.Code
	v := Value{Value: numerator.Value / denominator.Value}
	return v.rests(ratio, terms, numerator, denominator)
}

// standing is the level that counts at the end of p. There is none if the
// newest one is withheld.
func (h *History) standing(p figure.Period) (newest Value, ok bool) {
	if v, known := h.At(figure.Level, p); known || h.Indicator.Kind != catalog.Stock {
		return v, known && !v.Withheld
	}
	for c, v := range h.given {
		end := c.period.End()
		if c.measure != figure.Level || end.After(p.End()) || p.End().Sub(end) > stale ||
			h.cuts.Across(false, catalog.StretchOf(c.measure, c.period).And(catalog.StretchOf(figure.Level, p))) {
			continue
		}
		if !ok || after(v, newest) {
			newest, ok = v, true
		}
	}
	return newest, ok && !newest.Withheld
}

// Kind is a kind of derived series.
type Kind string

// The kinds of series that Series returns.
const (
	KindLevel      Kind = "level"       // of the period alone
	KindYTD        Kind = "ytd"         // January to the period
	KindYoY        Kind = "yoy"         // growth of the level, %
	KindYTDYoY     Kind = "ytd_yoy"     // growth of the year to date, %
	KindLastTwelve Kind = "last_twelve" // sum of twelve months
	KindDaily      Kind = "daily"       // daily average
	KindRecord     Kind = "record"      // the values that were the highest ever for their month
)

// Kinds lists all kinds of series in order.
func Kinds() []Kind {
	return []Kind{KindLevel, KindYTD, KindYoY, KindYTDYoY, KindLastTwelve, KindDaily, KindRecord}
}

// Series returns a kind of series in the order of periods, both published and
// derived values; Derived distinguishes them, and the last three kinds are
// never published.
func (h *History) Series(k Kind, f figure.Frequency) iter.Seq[Value] {
	switch k {
	case KindYTD:
		return h.Figures(figure.YTD, f)
	case KindYoY:
		return h.Figures(figure.YoY, f)
	case KindYTDYoY:
		return h.Figures(figure.YTDYoY, f)
	case KindLastTwelve:
		return h.LastTwelves(f)
	case KindDaily:
		return h.Dailies(f)
	case KindRecord:
		return func(yield func(Value) bool) {
			for r := range h.Records(f) {
				if !yield(r.Value) {
					return
				}
			}
		}
	}
	return h.Figures(figure.Level, f)
}
