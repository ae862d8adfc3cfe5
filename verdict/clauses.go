package verdict

import (
	"math"
	"strings"
	"time"

	"github.com/tidemark-stats/tidemark/catalog"
	"github.com/tidemark-stats/tidemark/figure"
	"github.com/tidemark-stats/tidemark/internal/lang"
)

// when names the time to which the value belongs.
func (w *writer) when() lang.Text {
	t, p := w.s.Target, w.s.Period
	within := p.Frequency() != figure.Annual
	switch kind := t.Indicator.Kind; {
	case t.Kind == catalog.Cumulative && t.From.Year() < p.Year():
		return say("%s至%s", "%s to %s", PeriodName(figure.Year(t.From.Year())), PeriodName(p))
	case within && (t.Kind == catalog.Growth || t.Kind == catalog.Cumulative || yearly(t)):
		return ToDateName(p)
	case kind == catalog.Stock:
		return say("%s末", "end of %s", PeriodName(p))
	}
	return PeriodName(p)
}

// reached is the value with the word that says what kind it is.
func (w *writer) reached() lang.Text {
	t, v, amount := w.s.Target, w.s.Value.Value, w.amount(w.s.Value.Value)
	within := w.s.Period.Frequency() != figure.Annual
	switch {
	case t.Measure.Growth() && v < 0:
		return say("同比下降%s", "a fall of %s", w.amount(-v))
	case t.Measure.Growth():
		return say("同比增长%s", "growth of %s", amount)
	case t.Indicator.Kind == catalog.Rank:
		return say("居%s", "%s", amount)
	case t.Indicator.Kind == catalog.Average && within && yearly(t):
		return say("平均%s", "%s on average", amount)
	case addsUp(t) && (within || t.Kind == catalog.Cumulative):
		return say("累计%s", "%s", amount)
	}
	if !within && t.Indicator.Kind == catalog.Flow {
		return say("全年%s", "%s", amount)
	}
	return say("为%s", "%s", amount)
}

// verb is the Chinese verb between a value and its share of the goal.
func (w *writer) verb() lang.Text {
	switch t := w.s.Target; {
	case lower(t):
		return lang.Text{ZH: "占"}
	case t.Indicator.Kind == catalog.Flow:
		return lang.Text{ZH: "完成"}
	}
	return lang.Text{ZH: "达到"}
}

// standing says what has been reached, of what goal, and what should have been.
func (w *writer) standing() {
	s := w.s
	if w.inShares {
		w.add(say("%[1]s%[2]s，%[6]s%[4]s的%[3]s%[5]s", "%s: %s, %s of %s%[5]s", w.when(), w.reached(), w.ofGoal(s.Value.Value), w.goal(), w.pace(), w.verb()))
		return
	}
	plan := lang.Text{}
	if s.Plan.Known {
		plan = say("，计划进度%s", " (plan by now %s)", w.amount(s.Plan.Value))
	}
	w.add(say("%s%s，%s%s", "%s: %s, against %s%s", w.when(), w.reached(), w.goal(), plan))
}

// pace compares the attainment with the seasonal plan and with the calendar,
// and says why these disagree.
func (w *writer) pace() lang.Text {
	s := w.s
	switch plan := s.Plan; {
	case plan.Known && s.Way.Known && s.Calendar.Known:
		grown := lang.Text{ZH: "增量"}
		if lower(s.Target) {
			grown.ZH = "减量"
		}
		if s.Way.Value < 0 {
			return say("，计划进度%s，自%s以来变动方向与目标相反，序时进度%s", " (plan by now %s; since %s it has moved away from the goal, with %s of the time gone)",
				w.ofGoal(plan.Value), PeriodName(s.Target.Base), share(s.Calendar.Value))
		}
		return say("，计划进度%[1]s，自%[2]s以来已完成所需%[5]s的%[3]s，序时进度%[4]s", " (plan by now %s; since %s, %s of the way in %[4]s of the time)",
			w.ofGoal(plan.Value), PeriodName(s.Target.Base), share(s.Way.Value), share(s.Calendar.Value), grown)
	case plan.Known && s.Share.Known && s.Calendar.Known:
		if why := w.disagreement(); why.ZH != "" {
			return why
		}
		return say("，计划进度%s，序时进度%s", " (plan %s, calendar %s)", w.ofGoal(plan.Value), share(s.Calendar.Value))
	case s.Calendar.Known:
		return say("，序时进度%s", " (calendar %s)", share(s.Calendar.Value))
	case plan.Known:
		return say("，计划进度%s", " (plan by now %s)", w.ofGoal(plan.Value))
	}
	return lang.Text{}
}

// disagreement says why a target is ahead of the calendar and behind the
// seasonal plan, or the other way round: some months usually bring more of a
// year than others. It is empty if the two agree.
func (w *writer) disagreement() lang.Text {
	s := w.s
	done, due, calendar := s.Value.Value/s.Goal.Value, s.Plan.Value/s.Goal.Value, share(s.Calendar.Value)
	plan, usually := lang.Text{}, say("%s通常", "%s usually bring", partOfYear(s.Period))
	if s.Target.Kind == catalog.Cumulative {
		plan = say("（%s）", " (%s)", share(due)) // within a year it is what the months usually bring
	}
	if s.Period.Number() == 1 || s.Period.Frequency() == figure.Quarterly {
		usually.EN += "s"
	}
	switch brings := share(s.Share.Value); {
	case done > s.Calendar.Value && done < due:
		return say("，快于序时进度（%s），但慢于计划进度%s，因为%s要占全年的%s", ", ahead of the calendar (%s) but behind the plan%s, because %s %s of a year", calendar, plan, usually, brings)
	case done < s.Calendar.Value && done > due:
		return say("，慢于序时进度（%s），但快于计划进度%s，因为%s只占全年的%s", ", behind the calendar (%s) but ahead of the plan%s, because %s only %s of a year", calendar, plan, usually, brings)
	}
	return lang.Text{}
}

// outcome says how it will end or has ended.
func (w *writer) outcome() {
	s := w.s
	if s.Method != "" && s.Projection.Known && s.Pace.Year < s.Deadline.Year() {
		w.add(say("预计%s全年%s", "%s is heading for %s", PeriodName(figure.Year(s.Pace.Year)), w.amount(s.Pace.Centre)))
	}
	switch {
	case s.Projection.Known:
		w.add(say("预计%s%s，%s", "%s is projected at %s, %s", w.deadline(), w.projection(), s.ground))
	case s.ground.ZH != "":
		w.add(compact(spoken(s.ground)))
	case s.Verdict == Met || s.Verdict == Missed || s.Verdict == OnTrack || s.Verdict == AtRisk:
		w.gap()
	case s.Verdict == TooEarly || s.Verdict == Overdue:
		w.add(say("暂不推算：%s", "no projection yet: %s", spoken(w.why())))
	default:
		w.add(say("暂不评判：%s", "not judged: %s", spoken(w.why())))
	}
}

// deadline names the period of the projection.
func (w *writer) deadline() lang.Text {
	name := PeriodName(w.s.Deadline)
	if by := w.s.Deadline; by.Frequency() == figure.Annual && by.Year() == w.s.Period.Year() && w.s.Target.Kind != catalog.Cumulative {
		name.ZH = "全年"
	}
	return name
}

// projection is the projection and its band.
func (w *writer) projection() lang.Text {
	s := w.s
	band := s.Low.Known && s.High.Known
	if w.inShares {
		centre := say("%[2]s目标的%[1]s", "%[1]s of the goal", w.ofGoal(s.Projection.Value), w.verb())
		if lower(s.Target) {
			centre = say("为控制目标的%s", "%s of the limit", w.ofGoal(s.Projection.Value))
		}
		if !band {
			return centre
		}
		low, high := w.ofGoal(s.Low.Value), w.ofGoal(s.High.Value)
		low.EN = strings.TrimSuffix(low.EN, " %")
		return say("%s（%s～%s）", "%s (%s–%s)", centre, low, high)
	}
	centre := say("为%s", "%s", w.amount(s.Projection.Value))
	if !band {
		return centre
	}
	return say("%s（%s～%s）", "%s (%s to %s)", centre, w.amount(s.Low.Value), w.amount(s.High.Value))
}

// gap says by how much the goal was exceeded or missed.
func (w *writer) gap() {
	s := w.s
	over := s.Value.Value - s.Goal.Value
	if lower(s.Target) {
		over = -over
	}
	size := w.difference(math.Abs(over))
	var text lang.Text
	switch {
	case s.Target.Indicator.Kind == catalog.Rank && s.enough(s.Value.Value):
		text = say("已达到目标", "reached")
	case s.Target.Indicator.Kind == catalog.Rank:
		text = say("未达到目标", "not reached")
	case over < 0 && s.enough(s.Value.Value):
		text = say("在容许偏差以内", "within the tolerance")
	case over < 0 && lower(s.Target):
		text = say("超出%s", "%s too much", size)
	case over < 0:
		text = say("差%s", "%s short", size)
	case over == 0:
		text = say("恰好达到目标", "exactly the goal")
	case lower(s.Target):
		text = say("比目标低%s", "%s less than the goal", size)
	default:
		text = say("超出目标%s", "%s more than the goal", size)
	}
	if !s.Reached.IsZero() && s.Reached.End().Before(s.Period.End()) {
		text = say("%s，%s即已达到", "%s, reached since %s", text, PeriodName(s.Reached))
	}
	w.extend(text)
}

// difference is an amount that is the difference of two.
func (w *writer) difference(v float64) lang.Text {
	if w.s.Target.Measure.Growth() {
		return say("%[1]s个百分点", "%[2]s", short(v), counted(short(v), "percentage point", "percentage points"))
	}
	amount := w.amount(v)
	amount.ZH = strings.TrimPrefix(amount.ZH, "日均")
	return amount
}

// limit says whether the newest period kept to a floor or a ceiling.
func (w *writer) limit() {
	s := w.s
	t, p := s.Target, s.Period
	when, amount, over := PeriodName(p), w.amount(s.Value.Value), s.Value.Value-s.Goal.Value
	switch {
	case joint(t) && p.Number() == 2 && t.PerDay:
		when = ToDateName(p)
	case joint(t) && p.Number() == 2:
		when, amount = ToDateName(p), say("月均%s", "%s a month", amount)
	case t.Measure.Growth():
		amount = w.reached()
	}
	gap, tolerated := w.difference(math.Abs(over)), over != 0 && (over > 0) == lower(t) && s.enough(s.Value.Value)
	side := say("等于%s", "exactly %s", w.goal())
	switch {
	case over > 0:
		side = say("比%s高%s", "%[2]s above %[1]s", w.goal(), gap)
	case over < 0:
		side = say("比%s低%s", "%[2]s below %[1]s", w.goal(), gap)
	}
	w.add(say("%s%s，%s", "%s: %s, %s", when, amount, side))
	if tolerated {
		w.extend(say("在容许偏差以内", "within the tolerance"))
	}
	w.broken()
	if r := s.Record; r != nil {
		w.add(say("创历年同期新高（此前为%s的%s）", "the highest ever for this month (before: %[2]s in %[1]s)", PeriodName(r.Before.Period), AmountInText(t.Indicator, t.Measure, r.Before.Value)))
	}
}

// broken names the periods in which a limit was not kept.
func (w *writer) broken() {
	all := w.s.Broken
	if w.s.Target.By.IsZero() || len(all) == 0 || len(all) == 1 && all[0] == w.s.Period {
		return
	}
	if len(all) == 1 {
		w.add(say("%s未保持", "not kept in %s", PeriodName(all[0])))
		return
	}
	w.add(say("自%s起有%d期未保持", "not kept in %[2]d periods since %[1]s", PeriodName(all[0]), len(all)))
}

// changed names the goal before, if it changed within the year.
func (w *writer) changed() {
	s := w.s
	since := s.Target.Since.In(s.At.Location())
	if s.Target.Since.IsZero() || since.Year() != s.At.Year() || !s.Goal.Known {
		return
	}
	before := GoalOf(State{Target: s.Target, Goal: s.Goal, At: since.Add(-time.Nanosecond)}, figure.PeriodAt(figure.Annual, s.At))
	if !before.Known || before == s.Goal {
		return
	}
	w.add(say("目标于%[1]d年%d月%d日由%s调整为%[6]s", "the goal was %[4]s before %[3]d %[5]s %[1]d", since.Year(), int(since.Month()), since.Day(),
		w.amount(before.Value), since.Month().String(), w.amount(s.Goal.Value)))
}

// caveats name what makes the numbers less firm.
func (w *writer) caveats() {
	s := w.s
	var zh, en string
	mark := func(holds bool, name lang.Text) {
		switch {
		case !holds:
		case zh == "":
			zh, en = name.ZH, name.EN
		default:
			zh, en = zh+"和"+name.ZH, en+" and "+name.EN
		}
	}
	limit := limits(s.Target)
	mark(s.Imputed, lang.Text{ZH: "插补数", EN: "imputed figures"})
	mark(s.Estimated, lang.Text{ZH: "估计数", EN: "estimates"})
	mark(s.Provisional && (s.final || limit), lang.Text{ZH: "初步数", EN: "provisional figures"})
	// The mean of January and February is derived by its nature.
	together := joint(s.Target) && s.Period.Number() == 2
	mark(s.Derived && limit && !together, lang.Text{ZH: "推算数", EN: "derived figures"})
	if zh != "" {
		w.add(lang.Text{ZH: "其中含" + zh, EN: "this includes " + en})
	}
}
