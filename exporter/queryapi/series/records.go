package series

import (
	"slices"
	"time"

	"github.com/tidemark-stats/tidemark/book/revision"
	"github.com/tidemark-stats/tidemark/catalog"
	"github.com/tidemark-stats/tidemark/exporter/metric"
	"github.com/tidemark-stats/tidemark/figure"
	"github.com/tidemark-stats/tidemark/verdict/record"
)

// recordFamilies are the track record of targets and projections and the quality
// of revisions, as known now or as of a day: the same value at any time.
func recordFamilies() []family {
	return slices.Concat(
		familiesOf(metric.TargetRecords, (*snapshot).eachTrack),
		familiesOf(metric.ProjectionRecords, (*snapshot).eachProjection),
		familiesOf(metric.RevisionQualities, (*snapshot).eachQuality))
}

// familiesOf are the families of a kind of record; each passes the records that a
// selection may match.
func familiesOf[R any](of []metric.RecordFamily[R], each func(*snapshot, *selection, func(*R))) (all []family) {
	for _, f := range of {
		all = append(all, family{f.Family, func(v *snapshot, s *selection, yield func(metric.Labels, func() []Sample)) {
			each(v, s, func(r *R) {
				f.Each(r, func(labels metric.Labels, value float64) { yield(labels, v.standing(value)) })
			})
		}})
	}
	return all
}

// at is the time up to which publications count for a selection, by the city's
// clocks.
func (v *snapshot) at(s *selection) time.Time { return s.now.In(v.catalog.Location()) }

func (v *snapshot) eachTrack(s *selection, yield func(*record.Track)) {
	v.targetsOf(s, func(t *catalog.Target) {
		var tracks []*record.Track
		if s.known.IsZero() {
			tracks = v.record.Tracks(t, v.book, v.at(s))
		} else {
			tracks = record.Of(t, v.book, v.at(s))
		}
		for _, k := range tracks {
			yield(k)
		}
	})
}

func (v *snapshot) eachProjection(s *selection, yield func(*record.Projection)) {
	for _, p := range v.places() {
		if p.category != figure.Total || !record.Projects(p.indicator) || !s.wants("indicator", p.indicator.Code) || !s.wants("area", p.area) || s.ctx.Err() != nil {
			continue
		}
		var r *record.Projection
		if s.known.IsZero() {
			r = v.record.Projection(v.book, p.indicator, p.area, v.at(s))
		} else {
			r = record.ProjectionOf(v.book, p.indicator, p.area, p.category, v.at(s))
		}
		if r.Cases > 0 {
			yield(r)
		}
	}
}

func (v *snapshot) eachQuality(s *selection, yield func(*revision.Quality)) {
	all := v.quality
	if !s.known.IsZero() {
		all = func() []revision.Quality { return revision.Of(v.catalog, v.book, s.known) }
	}
	for _, q := range all() {
		if q.Area != "" && s.wants("indicator", q.Indicator.Code) && s.wants("area", q.Area) {
			yield(&q)
		}
	}
}
