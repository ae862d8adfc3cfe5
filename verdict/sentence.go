package verdict

import (
	"math"
	"strconv"
	"unicode"
	"unicode/utf8"

	"github.com/tidemark-stats/tidemark/catalog"
	"github.com/tidemark-stats/tidemark/figure"
	"github.com/tidemark-stats/tidemark/internal/lang"
)

// Sentence says in one sentence of numbers where a target stands, where it
// will end and what it needs, as a bulletin would: it needs neither the
// verdict nor the reason beside it. It is the same for the same State, so it
// changes only with the numbers.
func Sentence(s State) lang.Text {
	w := writer{s: &s, inShares: countsInShares(&s)}
	switch {
	case !s.Goal.Known || !s.Value.Known:
		w.late()
		w.unknown()
	case limits(s.Target):
		w.late()
		w.limit()
	default:
		w.late()
		w.standing()
		w.outcome()
		w.needed()
	}
	w.changed()
	w.caveats()
	switch {
	case s.Regressed.ZH != "":
		w.add(spoken(s.Regressed))
	case s.Turned != nil:
		w.add(spoken(s.Turned.Reason))
	}
	return w.sentence()
}

// writer collects the clauses of a sentence.
type writer struct {
	s        *State
	inShares bool // value, plan and projection are written as shares of the goal
	clauses  []lang.Text
}

func (w *writer) add(clause lang.Text) {
	if clause.ZH != "" {
		w.clauses = append(w.clauses, clause)
	}
}

// extend continues the last clause.
func (w *writer) extend(text lang.Text) {
	last := &w.clauses[len(w.clauses)-1]
	*last = say("%s，%s", "%s, %s", *last, text)
}

func (w *writer) sentence() lang.Text {
	if len(w.clauses) == 0 {
		return lang.Text{}
	}
	all := w.clauses[0]
	for _, c := range w.clauses[1:] {
		all = join(all, c)
	}
	first, size := utf8.DecodeRuneInString(all.EN)
	return lang.Text{ZH: all.ZH + "。", EN: string(unicode.ToUpper(first)) + all.EN[size:] + "."}
}

// mostShare is the share of a goal beyond which percentages are not read.
const mostShare = 1e4

// countsInShares reports whether a share of the goal says something: not of
// growth, ranks and averages, not if the goal or anything beside it is below
// zero, and of what is to fall only if it adds up to a limit.
func countsInShares(s *State) bool {
	t := s.Target
	switch {
	case t.Measure.Growth() || t.Kind == catalog.Growth || t.Indicator.Kind == catalog.Rank || t.Indicator.Kind == catalog.Average:
		return false
	case !(s.Goal.Value > 0):
		return false
	}
	for _, n := range []Number{s.Value, s.Plan, s.Projection, s.Low, s.High} {
		if n.Value < 0 || n.Value/s.Goal.Value > mostShare {
			return false
		}
	}
	return !lower(t) || addsUp(t)
}

// LowerIsBetter reports whether the target is reached from above.
func (s *State) LowerIsBetter() bool { return lower(s.Target) }

// limits reports whether a target is a floor or a ceiling.
func limits(t *catalog.Target) bool { return t.Kind == catalog.Floor || t.Kind == catalog.Ceiling }

// addsUp reports whether the value grows through the time of the target.
func addsUp(t *catalog.Target) bool {
	return t.Kind == catalog.Cumulative || yearly(t) && t.Indicator.Kind == catalog.Flow && t.Base.IsZero()
}

func (w *writer) amount(v float64) lang.Text {
	amount := AmountInText(w.s.Target.Indicator, w.s.Target.Measure, v)
	if w.s.Target.PerDay {
		return say("日均%s", "%s a day", amount)
	}
	return amount
}

// share writes a share with one decimal at most, or with as many as it takes
// to tell it from a whole.
func share(v float64) lang.Text {
	text := short(math.Round(v*1000) / 10)
	for decimals := 2; text == "100" && math.Abs(v-1) > 1e-9 && decimals < 9; decimals++ {
		scale := math.Pow10(decimals)
		text = strconv.FormatFloat(math.Round(v*100*scale)/scale, 'f', -1, 64)
	}
	return lang.Text{ZH: text + "%", EN: text + " %"}
}

func (w *writer) ofGoal(v float64) lang.Text { return share(v / w.s.Goal.Value) }

// late begins the sentence if a figure is overdue.
func (w *writer) late() {
	s := w.s
	if s.Verdict == Overdue {
		since := s.overdue.In(s.At.Location())
		w.add(say("%[1]s数据自%d年%d月%d日起逾期未报", "the figures for %[1]s have been overdue since %[4]d %[5]s %[2]d",
			PeriodName(s.awaited), since.Year(), int(since.Month()), since.Day(), since.Month().String()))
	}
}

// why is the reason for the verdict on the figures at hand.
func (w *writer) why() lang.Text {
	if w.s.Verdict == Overdue {
		return w.s.before
	}
	return w.s.Reason
}

// unknown is what can be said without a value.
func (w *writer) unknown() {
	why := spoken(w.why())
	switch {
	case w.s.Goal.Known && w.s.final:
		why = say("%s，无法评判：%s", "%s cannot be judged: %s", w.goal(), why)
	case w.s.Goal.Known:
		why = say("%s，暂不评判：%s", "%s is not judged yet: %s", w.goal(), why)
	}
	w.add(why)
}

// goal names the goal with its direction, tolerance and deadline.
func (w *writer) goal() lang.Text {
	s := w.s
	t, amount := s.Target, w.amount(s.Goal.Value)
	name := say("目标%s", "the goal of %s", amount)
	switch falls := lower(t) && t.Indicator.Kind != catalog.Rank; {
	case t.Kind == catalog.Floor:
		name = say("下限%s", "the floor of %s", amount)
	case t.Kind == catalog.Ceiling:
		name = say("上限%s", "the ceiling of %s", amount)
	case falls && w.inShares:
		name = say("控制目标%s", "the limit of %s", amount)
	case falls:
		name = say("目标不超过%s", "the goal of at most %s", amount)
	}
	if !t.Tolerance.IsZero() {
		name = say("%s（容许偏差%s）", "%s (within %s)", name, share(t.Tolerance.Float64()))
	}
	switch by := s.Deadline; {
	case by.IsZero() || by == s.Period:
	case limits(t):
		name = say("%s（至%s）", "%s (to %s)", name, PeriodName(by))
	case by.Frequency() != figure.Annual || by.Year() != s.Period.Year():
		name = lang.Text{ZH: PeriodName(by).ZH + name.ZH, EN: name.EN + " for " + PeriodName(by).EN}
	case addsUp(t):
		name.ZH = "全年" + name.ZH
	}
	return name
}
