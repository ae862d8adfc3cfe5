package series

import (
	"cmp"
	"math"
	"slices"

	"github.com/tidemark-stats/tidemark/book/derive"
	"github.com/tidemark-stats/tidemark/exporter/metric"
	"github.com/tidemark-stats/tidemark/figure"
)

// newestFamilies are about the newest period known at a given time; their
// values hold until a newer one is published.
func newestFamilies() []family {
	return []family{
		{metric.Family{Name: "tidemark_figure_newest", Help: "The newest figure of a series at a moment, published or derived, in its base unit."},
			eachNewest(func(v derive.Value, in scale) float64 { return v.Value / in.factor })},
		{metric.Family{Name: "tidemark_figure_newest_timestamp_seconds", Help: "Start of the period of the newest figure of a series at a moment."},
			eachNewest(func(v derive.Value, _ scale) float64 { return metric.Seconds(v.Period.Start()) })},
		{metric.Family{Name: "tidemark_figure_newest_info", Help: "The period of the newest figure of a series at a moment, and its names."}, eachNewestPeriod},
	}
}

func eachNewest(of func(derive.Value, scale) float64) func(*snapshot, *selection, func(metric.Labels, func() []Sample)) {
	return func(v *snapshot, s *selection, yield func(metric.Labels, func() []Sample)) {
		eachOf(v, s, func(p place, m figure.Measure, f figure.Frequency, in scale) {
			yield(derivedLabels(p, f, m.String(), in.unit), func() []Sample {
				var samples []Sample
				for _, newest := range v.newest(p, m, f, &s.manner) {
					value := of(newest.Value, in)
					if newest.Withheld {
						value = StaleMarker
					}
					samples = append(samples, Sample{newest.since, value})
				}
				return samples
			})
		})
	}
}

// eachNewestPeriod passes a series for each period that was the newest.
func eachNewestPeriod(v *snapshot, s *selection, yield func(metric.Labels, func() []Sample)) {
	eachOf(v, s, func(p place, m figure.Measure, f figure.Frequency, _ scale) {
		all := v.newest(p, m, f, &s.manner)
		for i, newest := range all {
			name := newest.Period.Name()
			yield(metric.Labels{"area", p.area, "category", p.category, "freq", f.String(), "indicator", p.indicator.Code, "measure", m.String(),
				"period", newest.Period.String(), "period_en", name.EN, "period_zh", name.ZH}, func() []Sample {
				samples := []Sample{{newest.since, 1}}
				if i+1 < len(all) {
					samples = append(samples, Sample{all[i+1].since, StaleMarker})
				}
				return samples
			})
		}
	})
}

// newest lists the figures that were the newest of their series when their
// period first had one, in that order. The current list is cached.
func (v *snapshot) newest(p place, m figure.Measure, f figure.Frequency, as *manner) []firstKnown {
	find := func() []firstKnown { return v.findNewest(p, m, f, as) }
	if !as.known.IsZero() {
		return find()
	}
	return v.newests.get(newestKey{figure.Series{Indicator: p.indicator.Code, Area: p.area, Category: p.category, Measure: m, Frequency: f}, as.basis}, find)
}

func (v *snapshot) findNewest(p place, m figure.Measure, f figure.Frequency, as *manner) []firstKnown {
	var all []firstKnown
	for value := range v.history(p, as).Figures(m, f) {
		if as.rests(value.Basis()) {
			all = append(all, firstKnown{value, v.since(p, value, as, 0)})
		}
	}
	slices.SortStableFunc(all, func(a, b firstKnown) int { return cmp.Compare(a.since, b.since) })
	newest := all[:0]
	for _, value := range all {
		switch last := len(newest) - 1; {
		case last >= 0 && value.Period.Compare(newest[last].Period) < 0: // an older period, published later
		case last >= 0 && value.since == newest[last].since:
			newest[last] = value
		default:
			newest = append(newest, value)
		}
	}
	return newest
}

// deepest is how many steps of derivation there can be between a derived figure
// and published ones: growth of a ratio of sums.
const deepest = 4

// since is when a figure's period first had one: a revision does not change it.
// A derived figure exists since the last of the figures it is derived from.
func (v *snapshot) since(p place, value derive.Value, as *manner, depth int) int64 {
	if !value.Derived {
		key := figure.Series{Indicator: p.indicator.Code, Area: p.area, Category: p.category, Measure: value.Measure, Frequency: value.Period.Frequency()}
		if b, ok := v.book.Find(key); ok {
			return firstPublished(b, value.Period)
		}
	}
	last := int64(math.MinInt64)
	for _, term := range value.Terms() {
		of := p
		if term.Of != "" {
			of.indicator, _ = v.catalog.Indicator(term.Of) // the term was made from the catalogue
		}
		if t, ok := v.history(of, as).At(term.Measure, term.Period); ok && depth < deepest {
			last = max(last, v.since(of, t, as, depth+1))
		}
	}
	if last == math.MinInt64 {
		return value.Published.UnixMilli()
	}
	return last
}
