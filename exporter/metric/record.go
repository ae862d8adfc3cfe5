package metric

import (
	"time"

	"github.com/tidemark-stats/tidemark/book/revision"
	"github.com/tidemark-stats/tidemark/verdict"
	"github.com/tidemark-stats/tidemark/verdict/record"
)

// RecordFamily is a metric of a record of some kind: of a target, of the
// projection on an indicator, or of the revisions of one.
type RecordFamily[R any] struct {
	Family
	Each func(r *R, yield func(Labels, float64)) // passes every sample of a record
}

// TargetRecords are the metrics of the track record of targets.
var TargetRecords = []RecordFamily[record.Track]{
	{Family{"tidemark_target_record_outcome", "What became of a target by what is known now: 1 for the outcome that holds, 0 for the others."},
		func(k *record.Track, yield func(Labels, float64)) {
			for _, o := range record.Outcomes() {
				yield(trackLabels(k, "outcome", string(o)), Bit(k.Outcome == o))
			}
		}},
	{Family{"tidemark_target_record_verdicts", "How often a target had a verdict, judged at every release before its outcome was known, by what was known then."},
		func(k *record.Track, yield func(Labels, float64)) {
			for _, v := range verdict.Verdicts() {
				if n := k.Verdicts[v]; n > 0 {
					yield(trackLabels(k, "outcome", string(k.Outcome)).With("verdict", string(v)), float64(n))
				}
			}
		}},
	ofTrack("tidemark_target_record_bands", "How many bands around the projections of a target can be compared with its outcome.",
		func(k *record.Track) verdict.Number { return count(k.Bands) }),
	ofTrack("tidemark_target_record_band_held_ratio", "The part of these bands that contained the outcome.", (*record.Track).HeldRatio),
	ofTrack("tidemark_target_record_band_width_ratio", "The median width of the bands of a target, from low to high, relative to the projection. Absent for percentages.",
		(*record.Track).Width),
	ofTrack("tidemark_target_record_alarms", "How often a target began to slip.", func(k *record.Track) verdict.Number { return count(k.Alarms) }),
	ofTrack("tidemark_target_record_alarms_withdrawn", "How many of these alarms went away again.", func(k *record.Track) verdict.Number { return count(k.Withdrawn) }),
	ofTrack("tidemark_target_record_warning_seconds", "How long before its deadline a missed target was called slipping until the outcome was known.",
		func(k *record.Track) verdict.Number {
			return verdict.Number{Value: k.Warning.ToDeadline.Seconds(), Known: k.Warning.Known}
		}),
}

func count(n int) verdict.Number { return verdict.Number{Value: float64(n), Known: true} }

// ofTrack is a metric that is one number of a target's record.
func ofTrack(name, help string, of func(*record.Track) verdict.Number) RecordFamily[record.Track] {
	return RecordFamily[record.Track]{Family{name, help}, func(k *record.Track, yield func(Labels, float64)) {
		if n := of(k); n.Known {
			yield(trackLabels(k), n.Value)
		}
	}}
}

// trackLabels are the labels of a target, with one that sorts before its id.
func trackLabels(k *record.Track, more ...string) Labels {
	t := k.Target
	return append(Labels{"area", t.Area.Code, "category", k.Category, "indicator", t.Indicator.Code}, append(more, "target", t.ID)...)
}

// ProjectionRecords are the metrics of the record of projections on indicators.
var ProjectionRecords = []RecordFamily[record.Projection]{
	ofProjection("tidemark_indicator_projection_cases", "How often the total of a past year was projected from its first periods, by what was known when they were first published.",
		func(r *record.Projection) verdict.Number { return count(r.Cases) }),
	ofProjection("tidemark_indicator_projection_held_ratio", "The part of these projections whose band contained the total of the year.", (*record.Projection).HeldRatio),
	ofProjection("tidemark_indicator_projection_width_ratio", "The median width of these bands, from low to high, relative to the projection.", (*record.Projection).Width),
	ofProjection("tidemark_indicator_projection_error_ratio", "The mean absolute error of these projections, relative to the total of the year.", (*record.Projection).Error),
}

func ofProjection(name, help string, of func(*record.Projection) verdict.Number) RecordFamily[record.Projection] {
	return RecordFamily[record.Projection]{Family{name, help}, func(r *record.Projection, yield func(Labels, float64)) {
		if n := of(r); n.Known {
			yield(Labels{"area", r.Area, "category", r.Category, "indicator", r.Indicator.Code}, n.Value)
		}
	}}
}

// RevisionQualities are the metrics of revisions, of each area of an indicator.
var RevisionQualities = []RecordFamily[revision.Quality]{
	{Family{"tidemark_indicator_revision_figures", "Published figures of an indicator that have a number."},
		func(q *revision.Quality, yield func(Labels, float64)) { yield(qualityLabels(q), float64(q.Figures)) }},
	{Family{"tidemark_indicator_revision_revised_figures", "Figures of an indicator whose number changed after its first publication."},
		func(q *revision.Quality, yield func(Labels, float64)) { yield(qualityLabels(q), float64(q.Revised)) }},
	{Family{"tidemark_indicator_revision_size_ratio", "Size of the revisions of amounts, relative to the newest number: newest less first. The bias has a sign, positive if first numbers were too low."},
		func(q *revision.Quality, yield func(Labels, float64)) {
			if q.Relative {
				sizes(q, func(name string, v float64) { yield(qualityLabels(q).With("statistic", name), v) })
			}
		}},
	{Family{"tidemark_indicator_revision_size_difference", "Size of the revisions of percentages and ranks, in their unit: newest less first. The bias has a sign, positive if first numbers were too low."},
		func(q *revision.Quality, yield func(Labels, float64)) {
			if !q.Relative {
				sizes(q, func(name string, v float64) {
					yield(qualityLabels(q).With("statistic", name, "unit", UnitOf(q.Indicator, q.Measure)), v)
				})
			}
		}},
	{Family{"tidemark_indicator_revision_final_seconds", "Time from the first publication of a revised figure to the last change of its number."},
		func(q *revision.Quality, yield func(Labels, float64)) {
			if q.Revised > 0 {
				for _, s := range []struct {
					name  string
					until time.Duration
				}{{"median", q.UntilMedian}, {"high", q.UntilHigh}} {
					yield(qualityLabels(q).With("statistic", s.name), s.until.Seconds())
				}
			}
		}},
}

// sizes passes the statistics of the sizes of revisions.
func sizes(q *revision.Quality, yield func(name string, v float64)) {
	if q.Cases == 0 {
		return
	}
	yield("median", q.Median)
	yield("high", q.High)
	yield("mean", q.MeanAbsolute)
	yield("bias", q.Bias)
}

func qualityLabels(q *revision.Quality) Labels {
	return Labels{"area", q.Area, "indicator", q.Indicator.Code, "measure", q.Measure.String()}
}
