package verdict

import (
	"math"

	"github.com/tidemark-stats/tidemark/book/derive"
	"github.com/tidemark-stats/tidemark/figure"
)

// project projects the year of now, its newest year to date, from its first k
// periods. The band is wider than that of the back-test if figures of the series
// are usually revised: past years are tested by their final figures, but the newest
// ones of this year are not final yet. The two errors are independent.
func (j *judge) project(c byYear, now derive.Value, k int) (Pace, bool) {
	p, ok := c.project(now.Period.Year(), k)
	if !ok {
		return p, false
	}
	if p.Unsettled = j.mayChange(now); p.Unsettled > 0 {
		off := p.Centre * p.Unsettled
		p.Half = math.Hypot(p.Half, p.Unsettled)
		p.Low, p.Top = p.Centre-math.Hypot(p.Centre-p.Low, off), p.Centre+math.Hypot(p.Top-p.Centre, off)
	}
	return p, true
}

// lowFormula says where the band begins: not below the year to date, unless that
// may be revised itself.
func (p *Pace) lowFormula() string {
	if p.Unsettled > 0 {
		return "projection − √((projection − low end by past years, at least ytd)² + (projection × what may be revised)²)"
	}
	return "projection × (1 − half-width), at least ytd"
}

// mayChange is how far a figure may still be revised, by what revisions of its
// series have been: relative, for growth in percentage points. It changes with the
// months and not from day to day, as other states do.
func (j *judge) mayChange(v derive.Value) float64 {
	return j.h.Unsettled(v, figure.PeriodAt(figure.Monthly, j.at).Start())
}

var unsettledName = say("尚可能修订的幅度（往期修订的九成以内）", "how far this may still be revised (nine of ten past revisions)")

// unsettled is mayChange, and records it.
func (j *judge) unsettled(v derive.Value) float64 {
	off := j.mayChange(v)
	switch {
	case off == 0:
	case v.Measure.Growth():
		j.step(unsettledName, off, v.Period, "")
	default:
		j.ratioStep(unsettledName, off, "")
	}
	return off
}
