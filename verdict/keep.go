package verdict

import (
	"github.com/tidemark-stats/tidemark/book/derive"
	"github.com/tidemark-stats/tidemark/catalog"
	"github.com/tidemark-stats/tidemark/figure"
	"github.com/tidemark-stats/tidemark/internal/lang"
)

// keep judges floors and ceilings, each period separately. A target without a
// deadline is met or missed in its newest period. One with a deadline is on track
// while no period has broken it, missed once one has, and met at the end.
//
// January and February of a monthly flow are one period of two months, judged by
// the mean of both or by their daily average.
func (j *judge) keep() {
	kept := j.keptPeriods()
	if len(kept) == 0 {
		j.nothingKept()
		return
	}
	now := kept[len(kept)-1]
	if now.Withheld {
		j.s.Period = now.Period
		j.verdict(NoData, say("%s的数据不公布（%s）", "the figure for %s is withheld (%s)", now.Period, withheldName(now)))
		return
	}
	j.keptStep(now)
	j.s.Plan = j.s.Goal
	if r, ok := j.h.Record(now.Period); j.t.Record && ok {
		j.s.Record = &r
		j.figure(say("此前同期最高", "previous highest of the same month"), r.Before)
	}
	for _, v := range kept {
		if certain(v) && !j.kept(v) {
			j.s.Broken = append(j.s.Broken, v.Period)
		}
	}
	if j.t.By.IsZero() {
		j.keptNow(now)
	} else {
		j.keptUntil(kept, now)
	}
	if j.s.Record != nil {
		j.s.Reason = join(j.s.Reason, say("创历年同期新高", "the highest ever for this month"))
	}
}

// keptNow judges the newest period.
func (j *judge) keptNow(now derive.Value) {
	amount, keeps, breaks := j.keptAmount(now.Value), j.keeps(), j.breaks()
	j.s.Broken = nil
	switch ok := j.enough(now.Value); {
	case ok && now.Estimated:
		j.verdict(OnTrack, say("%s估计为%s，%s", "%s is estimated at %s, %s", j.keptPeriod(now), amount, keeps))
	case ok:
		j.verdict(Met, say("%s为%s，%s", "%s was %s, %s", j.keptPeriod(now), amount, keeps))
	case !certain(now):
		j.verdict(AtRisk, say("%s据估计或初步数据推算为%s，%s", "%s is %s according to estimates or differences of provisional figures, %s", j.keptPeriod(now), amount, breaks))
	default:
		j.s.Broken = []figure.Period{now.Period}
		j.verdict(Missed, say("%s为%s，%s", "%s was %s, %s", j.keptPeriod(now), amount, breaks))
	}
}

// keptUntil judges all periods up to the end.
func (j *judge) keptUntil(kept []derive.Value, now derive.Value) {
	keeps, breaks := j.keeps(), j.breaks()
	final := !now.Period.End().Before(j.t.By.End())
	switch {
	case len(j.s.Broken) > 0:
		j.settled(Missed, say("%s%s", "%s was %s", j.s.Broken[0], breaks))
	case !certain(now) && !j.kept(now):
		j.verdict(AtRisk, say("%s据估计或初步数据推算为%s，%s", "%s is %s according to estimates or differences of provisional figures, %s", j.keptPeriod(now), j.keptAmount(now.Value), breaks))
	case !now.Firm():
		j.verdict(OnTrack, say("%s估计为%s，%s", "%s is estimated at %s, %s", j.keptPeriod(now), j.keptAmount(now.Value), keeps))
	case final:
		j.s.Reached = now.Period
		j.settled(Met, say("有数据的%[1]d期均%[2]s", "%[3]s %[2]s", len(kept), keeps, allKnown(len(kept))))
	case j.ended(j.t.By):
		j.missing(j.t.By)
	default:
		j.verdict(OnTrack, say("至%[1]s有数据的%[2]d期均%[3]s", "up to %[1]s %[4]s %[3]s", now.Period, len(kept), keeps, allKnown(len(kept))))
	}
}

// nothingKept is the verdict if no period can be judged.
func (j *judge) nothingKept() {
	switch {
	case !j.t.By.IsZero() && j.ended(j.t.By):
		j.missing(j.t.By)
	case j.isCovered && (j.t.From.IsZero() || j.covered.Period.End().After(j.t.From.Start())):
		j.verdict(TooEarly, say("一月份受春节影响，与二月份合并评判", "January is judged together with February, because the Spring Festival moves between them"))
	default:
		j.verdict(TooEarly, say("自%s起尚无数据", "there is no figure since %s", j.t.From))
	}
}

// certain reports whether a period has certainly broken its floor. A
// difference of provisional figures is not certain: "over 30 million" less
// 27.26 million is only a lower bound for the month.
func certain(v derive.Value) bool {
	return v.Firm() && (!v.Derived || v.Status == figure.Normal)
}

// keptPeriods returns the values to judge in the order of periods, including
// withheld but not imputed ones.
func (j *judge) keptPeriods() (kept []derive.Value) {
	f := j.t.Indicator.Frequency()
	for p := range j.h.Periods(f) {
		before := !j.t.From.IsZero() && p.Start().Before(j.t.From.Start())
		after := !j.t.By.IsZero() && p.End().After(j.t.By.End())
		if before || after || !j.ended(p) {
			continue
		}
		if v, ok := j.keptValue(p); ok && !v.Imputed && !v.Early {
			kept = append(kept, v)
		}
	}
	return kept
}

// joint reports whether January and February are judged together.
func (j *judge) joint() bool { return joint(j.t) }

func joint(t *catalog.Target) bool {
	i := t.Indicator
	return i.Kind == catalog.Flow && i.Frequency() == figure.Monthly && t.Measure == figure.Level && !t.EachMonth
}

// keptValue is the value by which a period is judged.
func (j *judge) keptValue(p figure.Period) (v derive.Value, ok bool) {
	months := 1.0
	days := float64(catalog.Days(p))
	switch {
	case j.joint() && p.Number() == 1:
		return v, false
	case j.joint() && p.Number() == 2:
		january := p.Prev()
		if !j.t.From.IsZero() && january.Start().Before(j.t.From.Start()) {
			return v, false
		}
		v, ok = j.h.JanFeb(p.Year())
		months = 2
		days += float64(catalog.Days(january))
	case j.t.Measure.Growth():
		v, ok = j.h.Rate(j.t.Measure, p)
	default:
		v, ok = j.h.At(j.t.Measure, p)
	}
	switch {
	case j.t.PerDay:
		v.Value /= days
	case months > 1:
		v.Value /= months
	}
	return v, ok
}

// keptStep records the figure of the newest period and the value by which it
// is judged.
func (j *judge) keptStep(now derive.Value) {
	raw := now
	both := j.joint() && now.Period.Number() == 2
	switch {
	case both:
		raw, _ = j.h.JanFeb(now.Period.Year())
	case j.t.PerDay:
		raw, _ = j.h.At(j.t.Measure, now.Period)
	}
	name := say("最新一期", "newest period")
	if both {
		name = say("一月和二月合计", "January and February together")
	}
	j.figure(name, raw)
	j.s.Value, j.s.Period = number(now.Value), now.Period
	j.s.Provisional = now.Status == figure.Provisional
	switch {
	case j.t.PerDay:
		j.step(say("日均", "daily average"), now.Value, now.Period, "figure ÷ days")
	case both:
		j.step(say("月均", "monthly mean"), now.Value, now.Period, "figure ÷ 2")
	}
}

// keptPeriod names the judged period.
func (j *judge) keptPeriod(v derive.Value) lang.Text {
	if j.joint() && v.Period.Number() == 2 {
		return say("%s和%s平均", "the mean of %s and %s", v.Period.Prev(), v.Period)
	}
	return say("%s", "%s", v.Period)
}

// keptAmount is an amount, per day if the target is a daily average.
func (j *judge) keptAmount(v float64) lang.Text {
	amount := j.amount(v)
	if j.t.PerDay {
		return lang.Text{ZH: "日均" + amount.ZH, EN: amount.EN + " a day"}
	}
	return amount
}

// keeps and breaks describe a value on either side of the limit.
func (j *judge) keeps() lang.Text {
	line := j.keptAmount(j.s.Goal.Value)
	if j.lower() {
		return say("不高于%s", "not above %s", line)
	}
	return say("不低于%s", "not below %s", line)
}

func (j *judge) breaks() lang.Text {
	line := j.keptAmount(j.s.Goal.Value)
	if j.lower() {
		return say("高于%s", "above %s", line)
	}
	return say("低于%s", "below %s", line)
}
