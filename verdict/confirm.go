package verdict

import (
	"math"

	"github.com/tidemark-stats/tidemark/catalog"
)

// How far from the projection a goal must be for a target to slip, in widths of
// the band's better half. docs/targets.md shows what they lead to in simulated
// years.
const (
	springMargin = 6.0 // how much further than the band before a year begins; it shrinks with the square of the rest of the year
	farMargin    = 1.5 // times the distance at which two releases have to agree: there one is enough
)

// confirm lets a target slip that falls short of its goal by more than the band
// only if that is more than an accident of one release; otherwise it is at risk.
//
// The newest release raises an alarm if the goal is beyond a margin, which is
// wider than the band early in the year, and was beyond the band by the release
// before as well, or if the goal is far beyond the margin. An alarm stands until
// the band reaches the goal. Nothing is remembered: whether an earlier release
// raised one is found by judging without the newer ones, so the same figures always
// give the same verdict. A release is known by the period of its figures, not by
// the time that passes.
func (j *judge) confirm() {
	if j.s.Verdict != Slipping {
		return
	}
	if distance := j.distance(); distance < math.MaxFloat64 {
		j.ratioStep(say("目标与推算值之距（半宽的倍数）", "distance of the goal from the projection, in half-widths of the band"), distance, "")
	}
	j.ratioStep(say("两次发布一致时判为滞后的距离", "distance at which two releases make the target slip"), j.margin(), "1 + "+short(springMargin)+" × (rest of the deadline's year)²")
	if j.alarm() {
		return
	}
	j.undecided()
}

// alarm reports whether an alarm was raised by the newest release, or by an
// earlier one and stands.
func (j *judge) alarm() bool {
	for now := j; ; {
		distance, margin := now.distance(), now.margin()
		if distance > farMargin*margin {
			return true
		}
		before := now.before()
		if before.s.Verdict != Slipping {
			return false
		}
		if distance > margin {
			return true
		}
		now = before
	}
}

// before judges as it was done before the newest release that the projection
// uses, but by what is known now of the older ones, and without asking whether
// that release confirmed the one before it.
func (j *judge) before() *judge {
	b := &judge{t: j.t, all: j.all, h: j.h.Before(j.rests), broken: j.broken, at: j.at, covered: j.covered, isCovered: j.isCovered,
		s: State{Target: j.t, Category: j.s.Category, At: j.at, Deadline: j.t.By}}
	if b.setGoal() {
		b.kind()
	}
	return b
}

// distance is how far the goal is from the projection, in widths of the better
// half of the band: more than 1 if it is beyond the band.
func (j *judge) distance() float64 {
	edge := j.s.High
	if j.lower() {
		edge = j.s.Low
	}
	gap, half := math.Abs(j.s.Least.Value-j.s.Projection.Value), math.Abs(edge.Value-j.s.Projection.Value)
	return min(gap/half, math.MaxFloat64) // a band without width is far from everything
}

// margin is the distance beyond which a target slips by two releases: the edge
// of the band at the end of a year, more before. The errors of spring are larger
// than the few past years of a series tell.
func (j *judge) margin() float64 {
	rest := j.rest()
	return 1 + springMargin*rest*rest
}

// rest is the part of the deadline's year that the newest figure leaves open.
// A level at the end of a period is never open, and what lies in years to come
// depends on the growth of whole years, not on a season.
func (j *judge) rest() float64 {
	inYear := yearly(j.t) || j.t.Kind == catalog.Growth || j.t.Kind == catalog.Cumulative
	if !inYear || j.t.Open || j.rests.Year() != j.t.By.Year() {
		return 0
	}
	n := float64(j.rests.Frequency().PerYear())
	return (n - float64(j.rests.Number())) / n
}

// undecided is the verdict until later releases decide.
func (j *judge) undecided() {
	why := say("余下时间尚多，差距还不足以判定", "that is not enough with so much of the year to come")
	when, next := say("待后续发布判定", "later releases decide"), say("，下一次为%s", " (the next one is for %s)", j.s.DuePeriod)
	if j.distance() > j.margin() {
		why = say("仅最新一次发布如此", "only the newest release says so")
		when, next = say("待下一次发布判定", "the next release decides"), say("（%s）", " (%s)", j.s.DuePeriod)
	}
	j.s.ground = say("%s，但%s，%s", "%s, but %s: %s", j.s.ground, why, when)
	if !j.s.DuePeriod.IsZero() {
		when = say("%s%s", "%s%s", when, next)
	}
	j.verdict(AtRisk, join(j.s.Reason, say("%s，%s", "%s: %s", why, when)))
}
