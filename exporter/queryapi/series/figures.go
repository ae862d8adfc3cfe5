package series

import (
	"cmp"
	"math"
	"slices"
	"sync"

	"github.com/prometheus/prometheus/model/value"

	"github.com/tidemark-stats/tidemark/book"
	"github.com/tidemark-stats/tidemark/book/derive"
	"github.com/tidemark-stats/tidemark/catalog"
	"github.com/tidemark-stats/tidemark/exporter/metric"
	"github.com/tidemark-stats/tidemark/figure"
	"github.com/tidemark-stats/tidemark/internal/lang"
)

// scale converts amounts of an indicator into the unit a selection asks for.
type scale struct {
	unit   string // code of the base unit, or the display unit
	factor float64
}

// scaleOf returns the scale of a measure. Growth is in percent at any scale.
func (m *manner) scaleOf(i *catalog.Indicator, of figure.Measure) scale {
	if m.scale == "" || of.Growth() {
		return scale{metric.UnitOf(i, of), 1}
	}
	in := i.DisplayIn(m.language())
	return scale{in.Text, math.Pow10(in.Power)}
}

// language is that of the readers for whom the selection has its scale.
func (m *manner) language() lang.Language {
	if m.scale == scaleEnglish {
		return lang.English
	}
	return lang.Chinese
}

// figureFamilies are the metrics of /metrics, for every period instead of the
// newest.
func figureFamilies() (all []family) {
	for _, f := range metric.Figures {
		all = append(all, family{metric.Family{Name: f.Name, Help: everyPeriod[f.Name]},
			func(v *snapshot, s *selection, yield func(metric.Labels, func() []Sample)) {
				v.seriesOf(s, func(i *catalog.Indicator, b *book.Series) {
					in := s.scaleOf(i, b.Key.Measure)
					pairs := metric.FigureLabels(i, b.Key)
					pairs[len(pairs)-1] = in.unit
					yield(pairs, func() []Sample {
						factor := in.factor
						if !f.Amount {
							factor = 1
						}
						switch {
						case s.today:
							return s.newestPoint(b, f.Of, factor)
						case f.Amount && factor == 1 && s.known.IsZero() && s.basis == "": // the most frequent query
							return v.samples.get(b, func() []Sample { return s.samples(i, b, f.Of, 1) })
						}
						return s.samples(i, b, f.Of, factor)
					})
				})
			}})
	}
	return all
}

// everyPeriod replaces the help texts, which on /metrics describe the newest
// period.
var everyPeriod = map[string]string{
	"tidemark_figure":                             "A published figure at the start of its period, in its base unit; growth in percent. Absent while it is withheld.",
	"tidemark_figure_period_timestamp_seconds":    "Start of the period.",
	"tidemark_figure_published_timestamp_seconds": "When the current value of the period was first published.",
	"tidemark_figure_withheld":                    "Whether the period has no number (1), because it is withheld or missing, or has one (0).",
}

// newestPoint is the value that /metrics shows for a series, no matter how long
// the next figure has been due; none while the newest is withheld.
func (m *manner) newestPoint(b *book.Series, of func(*book.Figure) (float64, bool), factor float64) []Sample {
	newest, known := b.Latest(), true
	if !m.known.IsZero() {
		known = false
		for f := range b.AsOf(m.known) {
			newest, known = f, true
		}
	}
	v, ok := of(&newest)
	if !known || !ok || !m.rests(derive.BasisOf(newest.Status)) {
		return nil
	}
	return []Sample{{start(newest.Period), v / factor}}
}

// samples are the figures of a series as they were known. A figure without a
// number ends the one before it; the newest holds until the next is overdue.
func (m *manner) samples(i *catalog.Indicator, b *book.Series, of func(*book.Figure) (float64, bool), factor float64) []Sample {
	samples := make([]Sample, 0, b.Len())
	var newest figure.Period
	m.figures(b, func(f *book.Figure) {
		newest = f.Period
		v, ok := of(f)
		switch {
		case !ok, !m.rests(derive.BasisOf(f.Status)):
			v = StaleMarker
		case factor != 1:
			v /= factor
		}
		samples = append(samples, Sample{start(f.Period), v})
	})
	return mortal(samples, b.Key.Frequency, overdue(i, newest))
}

// derivedFamilies are the metrics derived from figures.
func derivedFamilies() []family {
	return []family{
		{metric.Family{Name: "tidemark_figure_derived", Help: "A figure derived from published ones where none is published, at the start of its period; measure can also be last_twelve, daily or record."}, eachDerived},
		{metric.Family{Name: "tidemark_figure_year_ago", Help: "The value of the same period a year earlier, published or derived; absent across a break in the series."}, eachYearAgo},
		{metric.Family{Name: "tidemark_figure_best", Help: "The best known value of a period, published or derived, at its start, in its base unit."}, eachBest},
		{metric.Family{Name: "tidemark_figure_compared", Help: "The value of the same period a year earlier, published or derived, up to the newest period that has a figure; absent across a break in the series."}, eachCompared},
		{metric.Family{Name: "tidemark_growth_disagreement", Help: "By how many percentage points the published growth of a period is above the growth that the published levels give, where rounding does not explain it."}, eachDisagreement},
		{metric.Family{Name: "tidemark_figure_cell", Help: "The best known value of one cell, published or derived, with its period, status and origin as labels; NaN where it is withheld."}, eachCell},
	}
}

// derivedLabels are the labels of a figure whose measure may be one of package
// derive's.
func derivedLabels(p place, f figure.Frequency, measure, unit string) metric.Labels {
	return metric.Labels{"area", p.area, "category", p.category, "freq", f.String(), "indicator", p.indicator.Code, "measure", measure, "unit", unit}
}

func eachDerived(v *snapshot, s *selection, yield func(metric.Labels, func() []Sample)) {
	v.placesOf(s, func(p place) {
		for _, f := range frequencies(p.indicator) {
			for _, kind := range derive.Kinds() {
				if !s.wants("measure", string(kind)) || !s.wants("freq", f.String()) {
					continue
				}
				in, measure, ofMeasure := s.scaleOfKind(p.indicator, kind)
				yield(derivedLabels(p, f, string(kind), in.unit), func() []Sample {
					h := v.history(p, &s.manner)
					samples, last := s.derivedPoints(h, kind, f, ofMeasure, in.factor)
					if len(samples) == 0 {
						return nil // there are no derived figures
					}
					return mortal(samples, f, s.lasting(p.indicator, last, newestOf(h, measure, f)))
				})
				if s.anyOfPlace() {
					return
				}
			}
		}
	})
}

// derivedPoints are the derived figures of a kind. Where a period is published
// or withheld, the derived figure before it ends. last is the last known
// period.
func (m *manner) derivedPoints(h *derive.History, kind derive.Kind, f figure.Frequency, ofMeasure bool, factor float64) (samples []Sample, last figure.Period) {
	for value := range h.Series(kind, f) {
		last = value.Period
		v := value.Value / factor
		if value.Withheld || ofMeasure && !value.Derived || !m.rests(value.Basis()) {
			v = StaleMarker
		}
		samples = append(samples, Sample{start(value.Period), v})
	}
	if !ofMeasure { // nothing is derived from a withheld level
		for value := range h.Figures(figure.Level, f) {
			if value.Withheld {
				samples = append(samples, Sample{start(value.Period), StaleMarker})
			}
		}
		slices.SortFunc(samples, func(a, b Sample) int { return cmp.Compare(a.At, b.At) })
		samples = slices.CompactFunc(samples, func(a, b Sample) bool { return a.At == b.At })
	}
	if !slices.ContainsFunc(samples, func(p Sample) bool { return !value.IsStaleNaN(p.Value) }) {
		return nil, last
	}
	return samples, last
}

// lasting returns how long the last known value of a series holds: if it is of
// the newest period, until the next is overdue, and for queries of the present
// for as long as /metrics shows it. Otherwise it ends as if a gap followed.
func (s *selection) lasting(i *catalog.Indicator, last, newest figure.Period) int64 {
	switch {
	case last.IsZero() || last.Compare(newest) < 0:
		return math.MinInt64
	case s.today:
		return endless
	}
	return overdue(i, last)
}

// newestOf returns the newest period for which a measure is known; zero when
// there is none.
func newestOf(h *derive.History, m figure.Measure, f figure.Frequency) (newest figure.Period) {
	for v := range h.Figures(m, f) {
		newest = v.Period
	}
	return newest
}

// scaleOfKind returns the scale of a derived kind and its measure, which may
// also be published, or the measure it is derived from.
func (m *manner) scaleOfKind(i *catalog.Indicator, kind derive.Kind) (in scale, of figure.Measure, ofMeasure bool) {
	for _, measure := range figure.Measures() {
		if measure.String() == string(kind) {
			return m.scaleOf(i, measure), measure, true
		}
	}
	in = m.scaleOf(i, figure.Level)
	if kind == derive.KindDaily {
		in.unit += "/d"
	}
	return in, figure.Level, false
}

// eachOf passes the best value of every measure at every frequency.
func eachOf(v *snapshot, s *selection, yield func(p place, m figure.Measure, f figure.Frequency, in scale)) {
	v.placesOf(s, func(p place) {
		for _, f := range frequencies(p.indicator) {
			for _, m := range figure.Measures() {
				if s.wants("measure", m.String()) && s.wants("freq", f.String()) {
					yield(p, m, f, s.scaleOf(p.indicator, m))
					if s.anyOfPlace() {
						return
					}
				}
			}
		}
	})
}

// eachBest passes what eachCell does, as one series.
func eachBest(v *snapshot, s *selection, yield func(metric.Labels, func() []Sample)) {
	eachOf(v, s, func(p place, m figure.Measure, f figure.Frequency, in scale) {
		yield(derivedLabels(p, f, m.String(), in.unit), func() []Sample {
			var samples []Sample
			var last figure.Period
			h := v.history(p, &s.manner)
			for c := range h.Figures(m, f) {
				last = c.Period
				v := c.Value / in.factor
				if c.Withheld || !s.rests(c.Basis()) {
					v = StaleMarker
				}
				samples = append(samples, Sample{start(c.Period), v})
			}
			return mortal(samples, f, s.lasting(p.indicator, last, newestOf(h, m, f)))
		})
	})
}

func eachYearAgo(v *snapshot, s *selection, yield func(metric.Labels, func() []Sample)) {
	yearBefore(v, s, yield, func(*derive.History, figure.Measure, figure.Frequency) (last figure.Period) { return last })
}

// eachCompared passes the year before as far as there is something to compare
// with it.
func eachCompared(v *snapshot, s *selection, yield func(metric.Labels, func() []Sample)) {
	yearBefore(v, s, yield, newestOf)
}

// yearBefore passes the values of the year before up to a period; the zero
// period means a year ahead.
func yearBefore(v *snapshot, s *selection, yield func(metric.Labels, func() []Sample),
	until func(*derive.History, figure.Measure, figure.Frequency) figure.Period) {
	eachOf(v, s, func(p place, m figure.Measure, f figure.Frequency, in scale) {
		yield(derivedLabels(p, f, m.String(), in.unit), func() []Sample {
			var samples []Sample
			h := v.history(p, &s.manner)
			last := until(h, m, f)
			for before := range h.Figures(m, f) {
				now := before.Period.Add(f.PerYear())
				if !last.IsZero() && now.Compare(last) > 0 {
					break
				}
				v := before.Value / in.factor
				if _, comparable := h.YearAgo(m, now); before.Withheld || !comparable || !s.rests(before.Basis()) {
					v = StaleMarker
				}
				samples = append(samples, Sample{start(now), v})
			}
			return mortal(samples, f, math.MinInt64)
		})
	})
}

// eachDisagreement passes the periods in which published growth and published
// levels disagree. Elsewhere the published growth is shown for such a period.
func eachDisagreement(v *snapshot, s *selection, yield func(metric.Labels, func() []Sample)) {
	eachOf(v, s, func(p place, m figure.Measure, f figure.Frequency, in scale) {
		if !m.Growth() {
			return
		}
		yield(derivedLabels(p, f, m.String(), in.unit), func() []Sample {
			var samples []Sample
			for d := range v.history(p, &s.manner).Disagreements(m, f) {
				samples = append(samples, Sample{start(d.Published.Period), d.By()})
			}
			return mortal(samples, f, math.MinInt64)
		})
	})
}

// cellLabels are the labels in which the cells of one series differ.
var cellLabels = []string{"number", "origin", "period", "period_en", "period_zh", "status", "year"}

// anyCell reports whether one cell may stand for its whole series: the listed
// label is the same in all of its cells, and no other label selects among them.
func (s *selection) anyCell() bool { return s.list != "" && !s.picks(cellLabels...) }

// anyOfPlace reports whether one series may stand for all series of its place.
func (s *selection) anyOfPlace() bool {
	return s.anyCell() && !s.picks("measure", "freq", "unit")
}

func eachCell(v *snapshot, s *selection, yield func(metric.Labels, func() []Sample)) {
	eachOf(v, s, func(p place, m figure.Measure, f figure.Frequency, in scale) {
		if s.anyCell() {
			yield(cellLabelsOf(p, f, m, in, derive.Value{}), nil)
			return
		}
		h := v.history(p, &s.manner)
		newest := sync.OnceValue(func() figure.Period { return newestOf(h, m, f) })
		for c := range h.Figures(m, f) {
			if !s.rests(c.Basis()) || !s.fresh(c.Period) {
				continue
			}
			yield(cellLabelsOf(p, f, m, in, c), func() []Sample {
				number := c.Value / in.factor
				if c.Withheld {
					number = math.Float64frombits(value.NormalNaN)
				}
				return mortal([]Sample{{start(c.Period), number}}, f, s.lasting(p.indicator, c.Period, newest()))
			})
		}
	})
}

func cellLabelsOf(p place, f figure.Frequency, m figure.Measure, in scale, c derive.Value) metric.Labels {
	origin := "published"
	if c.Derived {
		origin = "derived"
	}
	return metric.Labels{"area", p.area, "category", p.category, "freq", f.String(), "indicator", p.indicator.Code, "measure", m.String(),
		"number", twoDigits(c.Period.Number()), "origin", origin, "period", c.Period.String(), "status", c.Status.String(),
		"unit", in.unit, "year", figure.Year(c.Period.Year()).String()}
}

func twoDigits(n int) string { return string([]byte{'0' + byte(n/10), '0' + byte(n%10)}) }
