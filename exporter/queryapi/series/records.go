package series

import (
	"slices"
	"time"

	"github.com/tidemark-stats/tidemark/book/revision"
	"github.com/tidemark-stats/tidemark/catalog"
	"github.com/tidemark-stats/tidemark/exporter/metric"
	"github.com/tidemark-stats/tidemark/figure"
	"github.com/tidemark-stats/tidemark/verdict"
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

// eachTrack passes the tracks that a selection may match.
func (v *snapshot) eachTrack(s *selection, yield func(*record.Track)) {
	v.targetsOf(s, func(t *catalog.Target) {
		var tracks []*record.Track
		switch {
		case s.list != "":
			tracks = v.listed(t, s)
		case s.known.IsZero():
			tracks = v.record.Tracks(t, v.book, v.at(s))
		default:
			tracks = record.Of(t, v.book, v.at(s))
		}
		for _, k := range tracks {
			yield(k)
		}
	})
}

// listed are tracks with every label that those of a target can have. Labels are
// listed without looking back over years to see which of them occur.
func (v *snapshot) listed(t *catalog.Target, s *selection) (all []*record.Track) {
	every := map[verdict.Verdict]int{}
	for _, one := range verdict.Verdicts() {
		every[one] = 1
	}
	states := v.statesAt(t, s.now.UnixMilli())
	for i := range states {
		for _, o := range record.Outcomes() {
			all = append(all, &record.Track{Target: t, Category: states[i].Category, Outcome: o, Verdicts: every, Bands: 1, Widths: []float64{1},
				Warning: record.Warning{Known: true}})
		}
	}
	return all
}

// eachProjection passes the records of projections that a selection may match.
func (v *snapshot) eachProjection(s *selection, yield func(*record.Projection)) {
	for _, p := range v.places() {
		if p.category != figure.Total || !record.Projects(p.indicator) || !s.wants("indicator", p.indicator.Code) || !s.wants("area", p.area) || s.ctx.Err() != nil {
			continue
		}
		var r *record.Projection
		switch {
		case s.list != "":
			r = &record.Projection{Indicator: p.indicator, Area: p.area, Category: p.category, Cases: 1}
		case s.known.IsZero():
			r = v.record.Projection(v.book, p.indicator, p.area, v.at(s))
		default:
			r = record.ProjectionOf(v.book, p.indicator, p.area, p.category, v.at(s))
		}
		if r.Cases > 0 {
			yield(r)
		}
	}
}

// eachQuality passes the quality of revisions that a selection may match, of
// each area alone.
func (v *snapshot) eachQuality(s *selection, yield func(*revision.Quality)) {
	for _, i := range v.catalog.Indicators {
		if !s.wants("indicator", i.Code) || s.ctx.Err() != nil {
			continue
		}
		var all []revision.Quality
		switch {
		case s.list != "":
			all = v.revisable(i)
		case s.known.IsZero():
			all = v.record.Revisions(v.book, i, v.at(s))
		default:
			all = revision.OfIndicator(i, v.book, s.known)
		}
		for n := range all {
			if all[n].Area != "" && s.wants("area", all[n].Area) {
				yield(&all[n])
			}
		}
	}
}

// revisable is what listed is for tracks.
func (v *snapshot) revisable(i *catalog.Indicator) (all []revision.Quality) {
	seen := map[[2]string]bool{}
	for _, b := range v.book.Of(i.Code) {
		if key := [2]string{b.Key.Area, b.Key.Measure.String()}; !seen[key] {
			seen[key] = true
			all = append(all, revision.Quality{Indicator: i, Area: b.Key.Area, Measure: b.Key.Measure, Relative: revision.Relative(i, b.Key.Measure), Revised: 1, Cases: 1})
		}
	}
	return all
}
