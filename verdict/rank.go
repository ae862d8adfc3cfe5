package verdict

import (
	"github.com/tidemark-stats/tidemark/book/derive"
	"github.com/tidemark-stats/tidemark/figure"
	"github.com/tidemark-stats/tidemark/internal/lang"
)

// rank judges a rank, which cannot be projected: if it is not reached, the
// target is at risk in the last period before the deadline and too early to
// judge before. A rank that must be kept is on track as long as it has been
// kept, and missed once it was not.
func (j *judge) rank() {
	ranks := j.ranks()
	if len(ranks) == 0 {
		if !j.t.Open && j.ended(j.t.By) {
			j.missing(j.t.By)
			return
		}
		j.verdict(TooEarly, say("尚无计入目标的名次", "there is no rank yet that counts"))
		return
	}
	now := ranks[len(ranks)-1]
	j.value(say("最新名次", "newest rank"), now)
	final := !j.t.By.IsZero() && !now.Period.End().Before(j.t.By.End())
	switch {
	case j.t.Kept:
		j.keptRank(ranks, final)
	case final:
		j.closing(now)
	case j.enough(now.Value) && !now.Estimated:
		j.s.Reached = now.Period
		j.settled(Met, say("%s为%s，已达到目标%s", "%s was %s, which reaches %s", now.Period, j.amount(now.Value), j.goal()))
	case !j.t.Open && j.ended(j.t.By):
		j.missing(j.t.By)
	case !j.t.Open && !now.Period.Next().End().Before(j.t.By.End()):
		j.s.ground = say("尚未达到目标，下一期即是期限", "not reached yet, and the next period is the deadline")
		j.verdict(AtRisk, say("%s为%s，尚未达到目标%s，下一期即是期限", "%s was %s, not yet %s, and the next period is the deadline", now.Period, j.amount(now.Value), j.goal()))
	default:
		j.s.ground = say("名次无法推算", "a rank cannot be projected")
		j.verdict(TooEarly, say("%s为%s，目标%s；名次无法推算", "%s was %s, the goal is %s; a rank cannot be projected", now.Period, j.amount(now.Value), j.goal()))
	}
}

// ranks are the ranks that count, in the order of periods.
func (j *judge) ranks() (ranks []derive.Value) {
	for v := range j.h.Figures(figure.Level, j.t.Indicator.Frequency()) {
		p := v.Period
		before := !j.t.From.IsZero() && p.Start().Before(j.t.From.Start())
		after := !j.t.By.IsZero() && p.End().After(j.t.By.End())
		if j.ended(p) && !v.Withheld && !v.Imputed && !v.Early && !before && !after {
			ranks = append(ranks, v)
		}
	}
	return ranks
}

// keptRank judges a rank that must be kept every year.
func (j *judge) keptRank(ranks []derive.Value, final bool) {
	for _, v := range ranks {
		if !j.kept(v) && !v.Estimated {
			j.s.Broken = append(j.s.Broken, v.Period)
		}
	}
	now := ranks[len(ranks)-1]
	goal := j.goal()
	switch {
	case len(j.s.Broken) > 0:
		j.s.ground = say("%s未保持", "it was not kept in %s", PeriodName(j.s.Broken[0]))
		j.settled(Missed, say("%s未保持%s", "%s was not %s", j.s.Broken[0], goal))
	case final && now.Estimated:
		j.closing(now)
	case final:
		j.s.ground = keptAll(len(ranks))
		j.settled(Met, say("有数据的%[1]d期均保持%[2]s", "%[3]s %[2]s", len(ranks), goal, allKnown(len(ranks))))
	case !j.t.Open && j.ended(j.t.By):
		j.missing(j.t.By)
	default:
		j.s.ground = keptAll(len(ranks))
		j.verdict(OnTrack, say("至%[1]s有数据的%[2]d期均保持%[3]s", "up to %[1]s %[4]s %[3]s", now.Period, len(ranks), goal, allKnown(len(ranks))))
	}
}

// keptAll is the ground of a verdict on a rank that was kept so far.
func keptAll(periods int) lang.Text {
	if periods == 1 {
		return say("有数据的1期保持", "kept in the one known period")
	}
	return say("有数据的%d期均保持", "kept in all %d known periods", periods)
}
