package series

import (
	"cmp"
	"math"
	"slices"
	"time"

	"github.com/tidemark-stats/tidemark/book"
	"github.com/tidemark-stats/tidemark/book/derive"
	"github.com/tidemark-stats/tidemark/book/release"
	"github.com/tidemark-stats/tidemark/catalog"
	"github.com/tidemark-stats/tidemark/exporter/metric"
	"github.com/tidemark-stats/tidemark/figure"
	"github.com/tidemark-stats/tidemark/internal/lang"
)

// publicationFamilies are on the axis of publication: their values hold until
// the next publication.
func publicationFamilies() []family {
	return []family{
		{metric.Family{Name: "tidemark_figure_revision", Help: "Each value published for one cell, at the moment of publication, in its base unit."}, eachRevision},
		{metric.Family{Name: "tidemark_figure_revision_period_timestamp_seconds", Help: "Start of the period of a published cell, with its names, from its first publication on."}, eachPublishedPeriod},
		{metric.Family{Name: "tidemark_release_timestamp_seconds", Help: "When something was published for an indicator in an area, at that moment."}, eachRelease},
	}
}

func eachRevision(v *snapshot, s *selection, yield func(metric.Labels, func() []Sample)) {
	v.publishedCells(s, func(i *catalog.Indicator, b *book.Series, p figure.Period) {
		in := s.scaleOf(i, b.Key.Measure)
		yield(append(publishedLabels(i, b, p), "unit", in.unit), func() []Sample { return s.revisions(b, p, in.factor) })
	})
}

func eachPublishedPeriod(v *snapshot, s *selection, yield func(metric.Labels, func() []Sample)) {
	v.publishedCells(s, func(i *catalog.Indicator, b *book.Series, p figure.Period) {
		var name lang.Text
		if !p.IsZero() {
			name = p.Name()
		}
		yield(append(publishedLabels(i, b, p), "period_en", name.EN, "period_zh", name.ZH), func() []Sample {
			known := s.revisions(b, p, 1)
			if len(known) == 0 {
				return nil
			}
			return []Sample{{known[0].At, metric.Seconds(p.Start())}}
		})
	})
}

// publishedCells passes every period of every series; a zero period if one
// stands for all, see selection.list.
func (v *snapshot) publishedCells(s *selection, yield func(*catalog.Indicator, *book.Series, figure.Period)) {
	v.seriesOf(s, func(i *catalog.Indicator, b *book.Series) {
		if s.anyCell() {
			yield(i, b, figure.Period{})
			return
		}
		for p := range b.Periods() {
			if s.fresh(p) {
				yield(i, b, p)
			}
		}
	})
}

func publishedLabels(i *catalog.Indicator, b *book.Series, p figure.Period) metric.Labels {
	return metric.Labels{"area", b.Key.Area, "category", b.Key.Category, "freq", b.Key.Frequency.String(), "indicator", i.Code,
		"measure", b.Key.Measure.String(), "period", p.String()}
}

// revisions are the known vintages of a period.
func (m *manner) revisions(b *book.Series, p figure.Period, factor float64) (samples []Sample) {
	for f := range b.Vintages(p) {
		if !m.known.IsZero() && f.Published.After(m.known) {
			break
		}
		v := f.Value / factor
		if f.Withheld || !m.rests(derive.BasisOf(f.Status)) {
			v = StaleMarker
		}
		samples = append(samples, Sample{f.Published.UnixMilli(), v})
	}
	return samples
}

func eachRelease(v *snapshot, s *selection, yield func(metric.Labels, func() []Sample)) {
	v.reportsOf(s, func(r *release.Release) {
		yield(metric.ReleaseLabels(r), func() []Sample {
			var samples []Sample
			for _, t := range v.published(r.Indicator, r.Area) {
				if t <= s.now.UnixMilli() {
					samples = append(samples, Sample{t, float64(t) / 1000})
				}
			}
			return samples
		})
	})
}

// reportsOf returns the releases known to the selection.
func (v *snapshot) reportsOf(s *selection, yield func(*release.Release)) {
	reports := v.reports()
	if !s.known.IsZero() {
		reports = release.All(v.catalog, v.book, s.known)
	}
	for _, r := range reports {
		if s.wants("indicator", r.Indicator.Code) && s.wants("area", r.Area) {
			yield(r)
		}
	}
}

// indicatorFamilies describe indicators and upcoming releases.
func indicatorFamilies() []family {
	displayScale := metric.Family{Name: "tidemark_indicator_display_scale", Help: "The display unit of an indicator in base units."}
	position := metric.Family{Name: "tidemark_indicator_position", Help: "The position of an indicator in the catalogue, from 1."}
	families := []family{
		{metric.IndicatorInfo, func(v *snapshot, s *selection, yield func(metric.Labels, func() []Sample)) {
			v.reportsOf(s, func(r *release.Release) { yield(metric.IndicatorLabels(v.catalog, r), v.standing(1)) })
		}},
		{displayScale, func(v *snapshot, s *selection, yield func(metric.Labels, func() []Sample)) {
			for _, i := range v.catalog.Indicators {
				in := i.DisplayIn(s.language())
				yield(metric.Labels{"display_unit", in.Text, "indicator", i.Code}, v.standing(math.Pow10(in.Power)))
			}
		}},
		{position, func(v *snapshot, s *selection, yield func(metric.Labels, func() []Sample)) {
			for n, i := range v.catalog.Indicators {
				yield(metric.Labels{"indicator", i.Code}, v.standing(float64(n+1)))
			}
		}},
		{metric.ReleaseInfo, eachNext},
		{metric.Now, func(v *snapshot, s *selection, yield func(metric.Labels, func() []Sample)) {
			yield(metric.Labels{}, v.standing(float64(s.now.Unix())))
		}},
		{nowInfo, func(v *snapshot, s *selection, yield func(metric.Labels, func() []Sample)) {
			day := s.now.In(v.catalog.Location())
			yield(metric.Labels{"day", day.Format(time.DateOnly), "day_en", day.Format("2 Jan 2006"), "day_zh", day.Format("2006年1月2日")}, v.standing(1))
		}},
		{metric.WorkingDay, func(v *snapshot, s *selection, yield func(metric.Labels, func() []Sample)) {
			yield(metric.Labels{}, func() []Sample { return v.workingDays(s.now) })
		}},
		{metric.Family{Name: "tidemark_release_overdue", Help: "Whether a release is past its due day and grace (1) or not (0), as known at that moment."}, eachOverdue},
	}
	for _, number := range metric.ReleaseNumbers {
		families = append(families, family{number.Family, eachNumber(number)})
	}
	return families
}

// nowInfo names the day that is taken for today, for people.
var nowInfo = metric.Family{Name: "tidemark_now_info", Help: "The day that is taken for today, as people write it."}

// workingDays has a sample for each day up to now on which work begins or ends.
func (v *snapshot) workingDays(now time.Time) (samples []Sample) {
	location := v.catalog.Location()
	last := figure.DayAt(now.In(location))
	for day := figure.DayAt(time.UnixMilli(v.begins()).In(location)); day.Sub(last) <= 0; day = day.Add(1) {
		works := metric.Bit(v.catalog.WorkingDay(day))
		if n := len(samples); n == 0 || samples[n-1].Value != works {
			samples = append(samples, Sample{day.Start(location).UnixMilli(), works})
		}
	}
	return samples
}

// standing is a value that has held from the beginning.
func (v *snapshot) standing(value float64) func() []Sample {
	return func() []Sample { return []Sample{{v.begins(), value}} }
}

// eachNumber passes a number about the release after the newest period; it changed
// whenever a newer period was published.
func eachNumber(number metric.ReleaseNumber) func(*snapshot, *selection, func(metric.Labels, func() []Sample)) {
	return func(v *snapshot, s *selection, yield func(metric.Labels, func() []Sample)) {
		v.reportsOf(s, func(r *release.Release) {
			yield(metric.ReleaseLabels(r), func() (samples []Sample) {
				v.stages(r, s.now.UnixMilli(), func(from, _ int64, then *release.Release) {
					if value, ok := number.Of(v.catalog, then); ok {
						samples = append(samples, Sample{from, value})
					}
				})
				return samples
			})
		})
	}
}

// eachNext passes the period that was to be published next, from the publication
// of the one before it to its own.
func eachNext(v *snapshot, s *selection, yield func(metric.Labels, func() []Sample)) {
	now := s.now.UnixMilli()
	type wait struct {
		labels      metric.Labels
		from, until int64
	}
	v.reportsOf(s, func(r *release.Release) {
		var waits []wait
		v.stages(r, now, func(from, until int64, then *release.Release) {
			labels, ok := metric.ReleaseInfoLabels(then)
			last := len(waits) - 1
			switch {
			case !ok:
			case last >= 0 && slices.Equal(waits[last].labels, labels): // January came, and February is still next
				waits[last].until = until
			default:
				waits = append(waits, wait{labels, from, until})
			}
		})
		for _, w := range waits {
			yield(w.labels, func() []Sample {
				samples := []Sample{{w.from, 1}}
				if w.until <= now {
					samples = append(samples, Sample{w.until, StaleMarker})
				}
				return samples
			})
		}
	})
}

// eachOverdue passes whether the release after the newest period is overdue;
// this changes when it is published or when the calendar says so.
func eachOverdue(v *snapshot, s *selection, yield func(metric.Labels, func() []Sample)) {
	now := s.now.UnixMilli()
	v.reportsOf(s, func(r *release.Release) {
		yield(metric.ReleaseLabels(r), func() (samples []Sample) {
			v.stages(r, now, func(from, until int64, then *release.Release) {
				overdue, ok := then.Overdue()
				if !ok {
					return
				}
				late := overdue.UnixMilli()
				samples = append(samples, Sample{from, metric.Bit(from >= late)})
				if late > from && late < until && late <= now {
					samples = append(samples, Sample{late, 1})
				}
			})
			return samples
		})
	})
}

// stages passes a release in each of its stages: from the publication of one
// newest period to that of the next, up to now.
func (v *snapshot) stages(r *release.Release, now int64, yield func(from, until int64, then *release.Release)) {
	var newest []arrival
	for _, a := range v.arrivals(r) {
		if last := len(newest) - 1; a.at <= now && (last < 0 || a.period.Compare(newest[last].period) > 0) {
			newest = append(newest, a)
		}
	}
	for n, a := range newest {
		until := int64(math.MaxInt64)
		if n+1 < len(newest) {
			until = newest[n+1].at
		}
		then := *r
		then.Newest = a.period
		yield(a.at, until, &then)
	}
}

// arrivals lists when periods of the indicator's own frequency were first
// published in an area, in that order; of several published at the same time
// only the newest.
func (v *snapshot) arrivals(r *release.Release) []arrival {
	return v.firsts.get(area{r.Indicator, r.Area}, func() (all []arrival) {
		for _, b := range v.book.Of(r.Indicator.Code) {
			if b.Key.Area != r.Area || b.Key.Frequency != r.Indicator.Frequency() {
				continue
			}
			for p := range b.Periods() {
				all = append(all, arrival{firstPublished(b, p), p})
			}
		}
		slices.SortFunc(all, func(a, b arrival) int { return cmp.Or(cmp.Compare(a.at, b.at), b.period.Compare(a.period)) })
		return slices.CompactFunc(all, func(a, b arrival) bool { return a.at == b.at })
	})
}

// firstPublished is when anything was first published for a period, in
// milliseconds since 1970.
func firstPublished(b *book.Series, p figure.Period) int64 {
	for first := range b.Vintages(p) {
		return first.Published.UnixMilli()
	}
	return 0
}
