package series

import (
	"cmp"
	"slices"

	"github.com/tidemark-stats/tidemark/book/derive"
	"github.com/tidemark-stats/tidemark/exporter/metric"
	"github.com/tidemark-stats/tidemark/figure"
)

// headlineFamilies are about one period of each place, so that all values that
// are shown together are of the same.
func headlineFamilies() []family {
	return []family{
		{metric.Family{Name: "tidemark_figure_headline", Help: "The figures of the period that is shown first for an indicator at a moment, published or derived, in their base unit."},
			eachHeadline(func(v derive.Value, in scale) float64 { return v.Value / in.factor })},
		{metric.Family{Name: "tidemark_figure_headline_timestamp_seconds", Help: "Start of that period."},
			eachHeadline(func(v derive.Value, _ scale) float64 { return metric.Seconds(v.Period.Start()) })},
	}
}

func eachHeadline(of func(derive.Value, scale) float64) func(*snapshot, *selection, func(metric.Labels, func() []Sample)) {
	return func(v *snapshot, s *selection, yield func(metric.Labels, func() []Sample)) {
		v.placesOf(s, func(p place) {
			all := v.headlines(p, &s.manner)
			for i, h := range all {
				again := slices.ContainsFunc(all[:i], func(o headline) bool { return o.period == h.period })
				if !again && s.wants("period", h.period.String()) && s.wants("freq", h.period.Frequency().String()) && s.touches(all[i:], h.period) {
					v.headlineOf(p, all[i:], s, of, yield)
				}
			}
		})
	}
}

// touches reports whether a period is the headline at a time that is queried.
func (s *selection) touches(all []headline, p figure.Period) bool {
	return s.list != "" || slices.ContainsFunc(all, func(h headline) bool { return h.period == p && h.until > s.from && h.since <= s.to })
}

// headlineOf passes the figures of the period that is first in the list, while
// it is the headline.
func (v *snapshot) headlineOf(p place, all []headline, s *selection, of func(derive.Value, scale) float64, yield func(metric.Labels, func() []Sample)) {
	period := all[0].period
	name := period.Name()
	h := v.history(p, &s.manner)
	for _, m := range figure.Measures() {
		value, known := h.At(m, period)
		if !known || value.Withheld || v.outdated(p, value, &s.manner) || !s.wants("measure", m.String()) || !s.rests(value.Basis()) {
			continue
		}
		in, basis := s.scaleOf(p.indicator, m), string(value.Basis())
		if s.basis != "" {
			basis = "" // the answer has it as it has that of the other metrics
		}
		yield(metric.Labels{"area", p.area, "category", p.category, "freq", period.Frequency().String(), "indicator", p.indicator.Code, "measure", m.String(),
			"period", period.String(), "period_en", name.EN, "period_zh", name.ZH, "unit", in.unit, basisLabel, basis}, func() (samples []Sample) {
			first := v.since(p, value, &s.manner, 0)
			for _, h := range all {
				if h.period != period || h.until <= first {
					continue
				}
				samples = append(samples, Sample{max(h.since, first), of(value, in)})
				if h.until != endless {
					samples = append(samples, Sample{h.until, StaleMarker})
				}
			}
			return samples
		})
	}
}

// outdated reports whether a value was filled in, as were newer ones of its
// measure: it is not worth showing beside what was published.
func (v *snapshot) outdated(p place, value derive.Value, as *manner) bool {
	if value.Basis() != derive.Imputes {
		return false
	}
	imputed := *as
	imputed.basis = derive.Imputes
	all := v.newest(p, value.Measure, value.Period.Frequency(), &imputed)
	return len(all) > 0 && all[len(all)-1].Period.Compare(value.Period) > 0
}

// headlines lists the periods shown first for a place, in the order of time:
// the newest with a published figure, whatever came after it; where nothing is
// published, the newest with a derived one, and so on. Of equally firm ones those
// of the indicator's own frequency come first. The current list is cached.
func (v *snapshot) headlines(p place, as *manner) []headline {
	find := func() []headline { return v.findHeadlines(p, as) }
	if !as.known.IsZero() {
		return find()
	}
	return v.heads.get(p, find)
}

func (v *snapshot) findHeadlines(p place, as *manner) (all []headline) {
	type figureOf struct {
		firstKnown
		firmness int
	}
	var figures []figureOf
	v.history(p, as) // is kept for all bases
	for weakness, basis := range derive.Bases() {
		with := *as
		with.basis = basis
		for _, f := range frequencies(p.indicator) {
			for _, m := range figure.Measures() {
				for _, n := range v.newest(p, m, f, &with) {
					if !n.Withheld {
						figures = append(figures, figureOf{n, -weakness})
					}
				}
			}
		}
	}
	slices.SortStableFunc(figures, func(a, b figureOf) int { return cmp.Compare(a.since, b.since) })
	var best figureOf
	for i, f := range figures {
		if i > 0 && cmp.Or(cmp.Compare(f.firmness, best.firmness), cmp.Compare(f.Period.Frequency().PerYear(), best.Period.Frequency().PerYear()),
			cmp.Compare(f.Period.Ordinal(), best.Period.Ordinal())) <= 0 {
			continue
		}
		best = f
		if last := len(all) - 1; last >= 0 {
			if all[last].period == f.Period {
				continue
			}
			if all[last].until = f.since; all[last].since == f.since {
				all = all[:last]
			}
			if last = len(all) - 1; last >= 0 && all[last].period == f.Period { // one that was shown for no time is between
				all[last].until = endless
				continue
			}
		}
		all = append(all, headline{f.Period, f.since, endless})
	}
	return all
}
