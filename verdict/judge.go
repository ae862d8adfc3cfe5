package verdict

import (
	"math"
	"time"

	"github.com/tidemark-stats/tidemark/book/derive"
	"github.com/tidemark-stats/tidemark/catalog"
	"github.com/tidemark-stats/tidemark/figure"
	"github.com/tidemark-stats/tidemark/internal/lang"
)

// Judge returns the state of the target at the given time, based on h; the
// location of at determines the date. h is the history of the target's indicator
// and area in the one category that is judged.
//
// The same arguments always give the same State; no history, however unusual,
// makes Judge panic or return a number that is not finite.
func Judge(t *catalog.Target, h *derive.History, at time.Time) State {
	t = t.At(at)
	j := &judge{t: t, all: h, at: at, s: State{Target: t, Category: h.Category, At: at, Deadline: t.By}}
	j.h, j.broken = comparable(t, h, at)
	j.calendar()
	if j.setGoal() {
		j.step(say("目标值", "goal"), j.s.Goal.Value, figure.Period{}, "")
		if !t.Tolerance.IsZero() {
			j.step(say("容许下限", "enough, within the tolerance"), j.s.Least.Value, figure.Period{},
				"goal × (1 − "+t.Tolerance.String()+")")
		}
		j.kind()
		j.confirm()
		j.late()
	}
	j.sayBreak()
	j.attain()
	return j.s
}

// comparable is the part of a history by which the target can be judged:
// everything that no break separates from its deadline. Floors, ceilings and
// ranks are judged period by period and do not depend on earlier figures.
func comparable(t *catalog.Target, h *derive.History, at time.Time) (*derive.History, *catalog.Cut) {
	switch t.Kind {
	case catalog.Floor, catalog.Ceiling, catalog.RankBy:
		return h, nil
	}
	return h.Comparable(t.Measure.Growth(), t.By, at)
}

// sayBreak names the break before which nothing counts, if figures were
// excluded and the verdict lacks figures.
func (j *judge) sayBreak() {
	base := !j.t.Base.IsZero() && j.t.BaseValue.IsZero() && j.broken != nil && j.t.Base.Start().Before(j.broken.Period.Start())
	if j.broken == nil || j.s.final && j.s.Verdict != NoData || !base && j.s.Verdict != TooEarly && j.s.Verdict != NoData {
		return
	}
	why := lang.Text{}
	if note := j.broken.Note; note.EN != "" {
		why = say("（%s）", " (%s)", note)
	}
	j.s.Reason = join(j.s.Reason, say("%s起口径中断%s，此前的数据不计", "the series breaks at %s%s, and earlier figures do not count", j.broken.Period, why))
}

// attain sets the attainment, which is at least 1 if the goal is reached.
func (j *judge) attain() {
	over, under, formula := j.s.Value, j.s.Goal, "value ÷ goal"
	if j.lower() {
		over, under, formula = under, over, "goal ÷ value"
	}
	// A share of nothing or of a negative number says nothing.
	if over.Known && under.Known && over.Value >= 0 && under.Value > 0 && j.s.Goal.Value > 0 {
		j.s.Attainment = number(over.Value / under.Value)
	}
	if j.s.Attainment.Known {
		j.ratioStep(say("完成率", "attainment"), j.s.Attainment.Value, formula)
	}
}

// judge computes the state of one target.
type judge struct {
	t      *catalog.Target
	all    *derive.History
	h      *derive.History // the part of all that is comparable with the deadline
	broken *catalog.Cut    // before which nothing counts; nil if there is none
	at     time.Time
	s      State

	covered   derive.Value // the newest figure reported
	isCovered bool
	tipRatio  Number        // R, with the year in progress as projected
	rests     figure.Period // the newest one whose figure the projection uses
}

func (j *judge) kind() {
	if j.h.Empty() && !j.all.Empty() && j.broken != nil {
		j.verdict(TooEarly, say("尚无可比的数据", "there is no figure yet to compare with"))
		return
	}
	if j.h.Empty() {
		j.verdict(NoData, say("%s在%s从未报送过数据", "no figure for %s in %s was ever reported", j.t.Indicator.Name, j.t.Area.Name))
		j.s.final = true
		return
	}
	if j.withheld() {
		return
	}
	switch j.t.Kind {
	case catalog.AnnualTotal:
		j.yearly()
	case catalog.LevelBy, catalog.Multiple:
		if yearly(j.t) {
			j.yearly()
		} else {
			j.level()
		}
	case catalog.Growth:
		j.growth()
	case catalog.RankBy:
		j.rank()
	case catalog.Cumulative:
		j.cumulative()
	case catalog.Floor, catalog.Ceiling:
		j.keep()
	default:
		j.verdict(NoData, say("无法评判这类目标（%s）", "targets of kind %s cannot be judged", j.t.Kind))
	}
}

// yearly reports whether a target is judged by whole years: the year of a flow
// is a sum, that of an average a mean.
func yearly(t *catalog.Target) bool {
	kind := t.Indicator.Kind
	return (kind == catalog.Flow || kind == catalog.Average) && (t.Open || t.By.Frequency() == figure.Annual)
}

func (j *judge) lower() bool { return lower(j.t) }

// lower reports whether the target is reached from above.
func lower(t *catalog.Target) bool {
	switch t.Kind {
	case catalog.Floor:
		return false
	case catalog.Ceiling:
		return true
	}
	return t.Indicator.LowerIsBetter
}

func (j *judge) enough(v float64) bool { return j.s.enough(v) }

// enough reports whether v is sufficient. Sums of decimals are inexact in
// their last bits, which must not be decisive.
func (s *State) enough(v float64) bool {
	slack := 1e-12 * math.Abs(s.Least.Value)
	if lower(s.Target) {
		return v <= s.Least.Value+slack
	}
	return v >= s.Least.Value-slack
}

func (j *judge) verdict(v Verdict, reason lang.Text) {
	j.s.Verdict, j.s.Reason = v, reason
}

// settled sets a verdict that only a revision can change.
func (j *judge) settled(v Verdict, reason lang.Text) {
	j.verdict(v, reason)
	j.s.final = true
}

// ended reports whether a period is over.
func (j *judge) ended(p figure.Period) bool {
	now := figure.PeriodAt(p.Frequency(), j.at)
	return now.Compare(p) > 0
}

// value sets v as the value of the state.
func (j *judge) value(name lang.Text, v derive.Value) {
	j.s.Value, j.s.Period = number(v.Value), v.Period
	j.s.Provisional = v.Status == figure.Provisional
	j.figure(name, v)
}

// figure records a figure that is used for the verdict.
func (j *judge) figure(name lang.Text, v derive.Value) {
	j.s.Derived = j.s.Derived || v.Derived
	j.s.Imputed = j.s.Imputed || v.Imputed
	j.s.Estimated = j.s.Estimated || v.Estimated
	j.add(Step{Name: name, Value: v.Value, Unit: j.t.Indicator.UnitOf(v.Measure).Code, Period: v.Period, Status: v.Status,
		Derived: v.Derived, Imputed: v.Imputed, Estimated: v.Estimated, Formula: v.Formula(), figures: sources(v)})
}

// step records a number in the unit of the target.
func (j *judge) step(name lang.Text, v float64, p figure.Period, formula string) {
	j.add(Step{Name: name, Value: v, Unit: j.t.Indicator.UnitOf(j.t.Measure).Code, Period: p, Formula: formula})
}

// ratioStep records a dimensionless number.
func (j *judge) ratioStep(name lang.Text, v float64, formula string) {
	j.add(Step{Name: name, Value: v, Formula: formula})
}

func (j *judge) add(s Step) {
	if number(s.Value).Known {
		j.s.Steps = append(j.s.Steps, s)
	}
}

func (j *judge) amount(v float64) lang.Text { return Amount(j.t.Indicator, j.t.Measure, v) }

// calendar determines what was reported last and what is due next.
func (j *judge) calendar() {
	j.covered, j.isCovered = j.all.Covered(j.t.Measure.Growth())
	if !j.isCovered {
		return
	}
	j.s.Newest = j.covered.Period
	cal := j.t.Indicator.Calendar
	if cal == nil {
		return
	}
	f := j.t.Indicator.Frequency()
	p := figure.PeriodAt(f, j.covered.Period.End())
	for range f.PerYear() + 1 {
		if due, ok := cal.Due(p); ok {
			j.s.DuePeriod, j.s.Due = p, due
			return
		}
		p = p.Next()
	}
}

// late turns a verdict that waits for figures into Overdue if these should
// have arrived by the release calendar and its grace. Figures after the
// deadline are not waited for.
func (j *judge) late() {
	if j.s.final || j.t.Indicator.Calendar == nil || !j.isCovered {
		return
	}
	awaited, since, ok := j.firstLate()
	if !ok || !j.t.By.IsZero() && !j.covered.Period.End().Before(j.t.By.End()) {
		return
	}
	if by := j.t.By; !by.IsZero() && awaited.End().After(by.End()) {
		awaited = figure.PeriodAt(awaited.Frequency(), by.End().Add(-time.Hour))
	}
	j.s.before, j.s.awaited, j.s.overdue = j.s.Reason, awaited, since
	reason := say("%s的数据应已公布，最新一期仍是%s", "the figure for %s should have been published, but the newest is for %s", awaited, j.covered.Period)
	if j.s.Reason.ZH != "" {
		reason = join(reason, say("此前：%s", "before that: %s", j.s.Reason))
	}
	j.verdict(Overdue, reason)
}

// firstLate is the first release after the newest figure that is overdue, and
// since when. However many have been missed since, the wait began with that one.
func (j *judge) firstLate() (p figure.Period, since time.Time, ok bool) {
	cal, f := j.t.Indicator.Calendar, j.t.Indicator.Frequency()
	newest, ok := cal.Late(f, j.at)
	if !ok {
		return p, since, false
	}
	for p = figure.PeriodAt(f, j.covered.Period.End()); p.Compare(newest) <= 0; p = p.Next() {
		if since, ok = cal.Overdue(p); ok && !since.After(j.at) {
			return p, since, true
		}
	}
	return p, since, false
}

// over reports whether p has ended and no figure for it is expected: a later
// one has arrived, or no calendar says when it would.
func (j *judge) over(p figure.Period) bool {
	return j.ended(p) && (j.t.Indicator.Calendar == nil || j.isCovered && j.covered.Period.End().After(p.End()))
}

// missing is the verdict after the deadline if its figure is missing. It waits
// for the figure until a later one shows that it will not come.
func (j *judge) missing(p figure.Period) {
	switch {
	case j.over(p):
		j.settled(NoData, say("期限%s已过，没有该期数据", "the deadline %s is past without a figure", p))
	case j.isCovered && j.covered.Period.End().Equal(p.End()):
		j.verdict(NoData, say("期限%s已过，数据不全，无法得出该期数值", "the deadline %s is past, but the known figures do not add up to its value", p))
	default:
		j.verdict(NoData, say("期限%s已过，该期数据尚未公布", "the deadline %s is past, but its figure is not published yet", p))
	}
}

// closing judges by the final figure of the deadline's period.
func (j *judge) closing(v derive.Value) {
	p, amount, goal := v.Period, j.amount(v.Value), j.goal()
	switch ok := j.enough(v.Value); {
	case v.Imputed:
		j.missing(p)
	case ok && v.Estimated:
		j.settled(OnTrack, say("%s估计为%s，达到目标%s", "%s is estimated at %s, which reaches %s", p, amount, goal))
	case ok:
		j.s.Reached = first(j.s.Reached, p)
		j.settled(Met, say("%s为%s，达到目标%s", "%s is %s, which reaches %s", p, amount, goal))
	case v.Estimated:
		j.settled(AtRisk, say("%s估计为%s，未达目标%s", "%s is estimated at %s, short of %s", p, amount, goal))
	default:
		j.settled(Missed, say("%s为%s，未达目标%s", "%s is %s, short of %s", p, amount, goal))
	}
}

func first(p, o figure.Period) figure.Period {
	if p.IsZero() {
		return o
	}
	return p
}

// band judges by the projection, whose newest figure is that of newest: on track
// if it is sufficient, at risk if only its upper part is, slipping if no part of
// the band is and confirm finds that this is no accident. A projection may
// include imputed figures and estimates, but they never make a target slip.
func (j *judge) band(newest figure.Period) Verdict {
	j.rests = newest
	switch {
	case j.enough(j.s.Projection.Value):
		return OnTrack
	case j.short() && !j.s.Imputed && !j.s.Estimated:
		return Slipping
	}
	return AtRisk
}

// short reports whether no part of the band is sufficient.
func (j *judge) short() bool {
	far := j.s.High
	if j.lower() {
		far = j.s.Low
	}
	return far.Known && !j.enough(far.Value)
}

// bandReason is the reason for the verdict of band.
func (j *judge) bandReason(v Verdict, of figure.Period) lang.Text {
	s := &j.s
	about := say("预计%s为%s", "%s is projected at %s", of, j.amount(s.Projection.Value))
	if s.Low.Known && s.High.Known {
		about = say("预计%s为%s（%s至%s）", "%s is projected at %s (%s to %s)", of, j.amount(s.Projection.Value), j.amount(s.Low.Value), j.amount(s.High.Value))
	}
	s.ground = j.bandGround(v, j.theGoal())
	return say("%s，%s", "%s, %s", about, j.bandGround(v, j.goal()))
}

// theGoal is the goal in a sentence that has its value already.
func (j *judge) theGoal() lang.Text {
	if countsInShares(&j.s) {
		return lang.Text{EN: "it"}
	}
	return lang.Text{EN: "the goal"}
}

// bandGround is what the verdict of band follows from.
func (j *judge) bandGround(v Verdict, goal lang.Text) lang.Text {
	reaches, reach, short := say("达到目标", "reaches"), say("未达目标", "reaches"), say("未达目标", "short of")
	if j.lower() {
		reaches, reach, short = say("不超过目标", "stays within"), say("超过目标", "stays within"), say("超过目标", "above")
	}
	switch {
	case v == OnTrack:
		return say("%s%s", "which %s %s", reaches, goal)
	case v == Slipping:
		return say("整个区间都%s%s", "and no part of the band %s %s", reach, goal)
	case !j.s.High.Known || j.short():
		return say("%s%s，但推算依据不足", "%s %s, but the basis is too small to be certain", short, goal)
	}
	return say("%s%s，但仍在误差之内", "%s %s but within the margin of error", short, goal)
}
