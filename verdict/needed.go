package verdict

import (
	"github.com/tidemark-stats/tidemark/catalog"
	"github.com/tidemark-stats/tidemark/figure"
	"github.com/tidemark-stats/tidemark/internal/lang"
)

// needed says what is needed from now on, beside what last year had.
func (w *writer) needed() {
	s := w.s
	if !s.Required.Known || s.final || s.Remaining <= 0 {
		return
	}
	t, falls := s.Target, lower(s.Target)
	left, each := w.remaining()
	amount, size := w.amount(s.Required.Value), w.amount(-s.Required.Value)
	switch negative := s.Required.Value < 0; {
	case t.Kind == catalog.Growth && falls && negative:
		w.add(say("%s合计需下降%s以上", "a fall of at least %[2]s needed in %[1]s", left, size))
	case t.Kind == catalog.Growth && falls:
		w.add(say("%s合计增速不得超过%s", "growth of at most %[2]s in %[1]s", left, amount))
	case t.Kind == catalog.Growth && negative:
		w.add(say("%s合计降幅不得超过%s", "a fall of at most %[2]s in %[1]s", left, size))
	case t.Kind == catalog.Growth:
		w.add(say("%s合计需增长%s", "growth of %[2]s needed in %[1]s", left, amount))
	case s.Every == figure.Annual && t.Kind != catalog.Cumulative:
		w.change(left, each)
	case !falls && s.Required.Value <= 0 && !signed(t):
	case t.Indicator.Kind == catalog.Average && falls:
		w.add(say("%s平均不得超过%s%s", "a mean of at most %[2]s in %[1]s%[3]s", left, amount, w.lastYear(say("平均", ""))))
	case t.Indicator.Kind == catalog.Average:
		w.add(say("%s平均需达到%s%s", "a mean of %[2]s needed in %[1]s%[3]s", left, amount, w.lastYear(say("平均", ""))))
	case falls && negative:
		w.add(say("%[1]s%[2]s至少需减少%[3]s%[4]s", "a decrease of at least %[3]s%[2]s needed in %[1]s%[4]s", left, each, size, w.lastYear(each)))
	case falls:
		w.add(say("%[1]s%[2]s不得超过%[3]s%[4]s", "at most %[3]s%[2]s in %[1]s%[4]s", left, each, amount, w.lastYear(each)))
	case negative:
		w.add(say("%[1]s%[2]s至多减少%[3]s%[4]s", "a decrease of at most %[3]s%[2]s in %[1]s%[4]s", left, each, size, w.lastYear(each)))
	default:
		w.add(say("%[1]s%[2]s需完成%[3]s%[4]s", "%[3]s%[2]s needed in %[1]s%[4]s", left, each, amount, w.lastYear(each)))
	}
}

// remaining names the time that remains, and the rate at which something is
// needed in it. One period needs what it needs, at no rate.
func (w *writer) remaining() (left, each lang.Text) {
	s := w.s
	unit := map[figure.Frequency]lang.Text{figure.Monthly: {ZH: "个月", EN: "month"}, figure.Quarterly: {ZH: "个季度", EN: "quarter"}, figure.Annual: {ZH: "年", EN: "year"}}[s.Every]
	if s.Remaining == 1 {
		return say("最后1%[2]s", "the last %[2]s", s.Remaining, unit), lang.Text{}
	}
	rate := map[figure.Frequency]string{figure.Monthly: "月均", figure.Quarterly: "季均", figure.Annual: "年均"}[s.Every]
	return say("余下%d%s", "the remaining %d %ss", s.Remaining, unit), lang.Text{ZH: rate, EN: " a " + unit.EN}
}

// change says by how much a level has to change in each year, unless that is the
// wrong way.
func (w *writer) change(left, each lang.Text) {
	switch v, falls := w.s.Required.Value, lower(w.s.Target); {
	case v > 0 && !falls:
		w.add(say("%s%s需增加%s", "an increase of %[3]s%[2]s needed in %[1]s", left, each, w.amount(v)))
	case v < 0 && falls:
		w.add(say("%s%s需减少%s", "a decrease of %[3]s%[2]s needed in %[1]s", left, each, w.amount(-v)))
	}
}

// lastYear is what is to be compared with what is needed: an amount, or, beside a
// decrease, what was added or lost.
func (w *writer) lastYear(each lang.Text) lang.Text {
	s := w.s
	if !s.LastRest.Known {
		return lang.Text{}
	}
	v := s.LastRest.Value
	amount := w.amount(v)
	switch changes := s.Required.Value < 0 && s.Target.Indicator.Kind != catalog.Average; {
	case changes && v < 0:
		amount = say("减少%s", "a decrease of %s", w.amount(-v))
	case changes:
		amount = say("增加%s", "an increase of %s", amount)
	}
	same := map[figure.Frequency]string{figure.Monthly: "month", figure.Quarterly: "quarter"}[s.Every]
	if s.Remaining > 1 {
		same += "s"
	}
	if s.Target.Kind == catalog.Cumulative {
		return say("，最近一个完整年度%s%s", ", against %[2]s%[1]s in the newest full year", each, amount)
	}
	return say("，上年同期%[1]s%[2]s", ", against %[2]s%[1]s in the same %[3]s of last year", each, amount, same)
}

// compared says how growth has been, relative to what is required.
func compared(ratio float64) lang.Text {
	if ratio < 0 {
		return say("自基期以来变动方向与目标相反", "since its base it has moved away from the goal")
	}
	return say("实际增速为所需增速的%s倍", "growth has been %s times what is required", short(ratio))
}

// fewYears says that a projection of a year needs more past years than are known.
func fewYears(need, known int) lang.Text {
	zh, en := []string{"零", "一", "两", "三"}, []string{"none", "one", "two", "three"}
	if known == 0 {
		return lang.Text{ZH: "需要" + zh[need] + "个完整年度，目前没有", EN: en[need] + " full years are needed, none is known"}
	}
	is := "are"
	if known == 1 {
		is = "is"
	}
	return lang.Text{ZH: "需要" + zh[need] + "个完整年度，现有" + zh[known] + "个", EN: en[need] + " full years are needed, " + en[known] + " " + is + " known"}
}
