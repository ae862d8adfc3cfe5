package output

import (
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/tidemark-stats/tidemark/book"
	"github.com/tidemark-stats/tidemark/catalog"
	"github.com/tidemark-stats/tidemark/figure"
	"github.com/tidemark-stats/tidemark/internal/lang"
	"github.com/tidemark-stats/tidemark/internal/table"
	"github.com/tidemark-stats/tidemark/verdict"
)

// Explain writes for each verdict the whole calculation: every number, the
// figures with their vintages, the shares of past years, the methods, what is
// needed, and what would change the verdict.
func (p Printer) Explain(w io.Writer, all []verdict.Explanation) error {
	for i := range all {
		var b strings.Builder
		for _, write := range []func(*strings.Builder, *verdict.Explanation){
			p.head, p.steps, p.figures, p.shares, p.methods, p.needs, p.tips,
		} {
			write(&b, &all[i])
		}
		if _, err := io.WriteString(w, b.String()); err != nil {
			return err
		}
	}
	return nil
}

func (p Printer) head(b *strings.Builder, e *verdict.Explanation) {
	fmt.Fprintf(b, "%s  %s\n", e.Target.ID, e.Target.Name.In(p.Language))
	fmt.Fprintf(b, "  “%s” (%s)\n", e.Target.Wording, e.Target.Source)
	if e.Category != figure.Total {
		fmt.Fprintf(b, "  %s\n", e.Category)
	}
	fmt.Fprintf(b, "  %s: %s\n", p.verdict(e.Verdict), verdict.Sentence(e.State).In(p.Language))
}

// section writes a heading and a table, if the table has rows.
func (p Printer) section(b *strings.Builder, title lang.Text, t *table.Table) {
	var rows strings.Builder
	if err := t.Write(&rows); err != nil || rows.Len() == 0 { // a Builder does not fail
		return
	}
	b.WriteByte('\n')
	if title.EN != "" {
		fmt.Fprintf(b, "  %s\n", title.In(p.Language))
	}
	b.WriteString(rows.String())
}

func (p Printer) steps(b *strings.Builder, e *verdict.Explanation) {
	var t table.Table
	for _, step := range e.Steps {
		t.Row("  "+step.Name.In(p.Language), periodOf(step), p.valueOf(e, step), p.marks(step), step.Formula)
	}
	p.section(b, lang.Text{}, &t)
}

// valueOf writes the number of a step: published figures and whole numbers with all
// their digits, fractions that were computed with as many as they bear.
func (p Printer) valueOf(e *verdict.Explanation, s verdict.Step) string {
	i, v := e.Target.Indicator, s.Value
	if s.Unit != i.Unit.Code || i.Kind == catalog.Rank && v != math.Trunc(v) {
		return strings.TrimSpace(fmt.Sprintf("%s %s", plainNumber(v), s.Unit))
	}
	if v != math.Trunc(v) && (s.Status == 0 || s.Derived) {
		v = significant(v)
	}
	return verdict.Exact(i, figure.Level, v).In(p.Language)
}

// significant rounds a number to eight digits, more than any projection is worth.
func significant(v float64) float64 {
	rounded, err := strconv.ParseFloat(strconv.FormatFloat(v, 'g', 8, 64), 64)
	if err != nil { // it is not a number
		return v
	}
	return rounded
}

// figures writes the figures that were used, the newest vintage first and what
// it replaced after it.
func (p Printer) figures(b *strings.Builder, e *verdict.Explanation) {
	var t table.Table
	for _, u := range e.Figures {
		cells := []string{"    " + p.foreign(e, u) + p.measure(u.Measure), u.Period.String()}
		for n := len(u.Vintages) - 1; n >= 0; n-- {
			v := u.Vintages[n]
			cells = append(cells, p.vintage(e, u, v))
			if n == len(u.Vintages)-1 {
				cells = append(cells, p.say("发布于", "published")+" "+day(v.Published, e.At)+statusOf(v))
			} else {
				cells[len(cells)-1] = p.say("此前为", "before that") + " " + cells[len(cells)-1] + " (" + day(v.Published, e.At) + statusOf(v) + ")"
			}
		}
		t.Row(cells...)
	}
	p.section(b, lang.Text{ZH: "所用数据", EN: "Figures used"}, &t)
}

// foreign names the indicator of a figure if it is not the target's own.
func (p Printer) foreign(e *verdict.Explanation, u verdict.Used) string {
	if u.Indicator == e.Target.Indicator.Code {
		return ""
	}
	return u.Indicator + " "
}

func (p Printer) vintage(e *verdict.Explanation, u verdict.Used, v book.Figure) string {
	if v.Withheld {
		return p.say("不公布", "withheld")
	}
	for _, i := range e.Target.Indicator.Reported() {
		if i.Code == u.Indicator {
			return verdict.Exact(i, u.Measure, v.Value).In(p.Language)
		}
	}
	return plainNumber(v.Value)
}

func statusOf(v book.Figure) string {
	if v.Status == figure.Normal {
		return ""
	}
	return ", " + v.Status.String()
}

// day is the date in the city's time zone.
func day(at, judged time.Time) string { return at.In(judged.Location()).Format(time.DateOnly) }

func (p Printer) shares(b *strings.Builder, e *verdict.Explanation) {
	var t table.Table
	for n, s := range e.Shares {
		if n == 0 {
			t.Row("    "+p.say("年份", "year"), p.say("同期", "by then"), p.say("全年", "year's total"), p.say("比重", "share"))
		}
		t.Row(fmt.Sprintf("    %d", s.Year), p.number(&e.State, s.ToDate), p.number(&e.State, s.Total), percent(s.Share))
	}
	p.section(b, lang.Text{ZH: "往年同期占全年的比重", EN: "What past years had by this point"}, &t)
}

func (p Printer) methods(b *strings.Builder, e *verdict.Explanation) {
	var t table.Table
	for n, m := range e.Pace.Parts {
		if n == 0 {
			t.Row("    "+p.say("方法", "method"), p.say("推算", "projection"), p.say("往年平均误差", "mean error"), p.say("检验年数", "years tested"), p.say("权重", "weight"))
		}
		t.Row("    "+string(m.Method), p.number(&e.State, m.Value), percent(m.Error), fmt.Sprint(m.Cases), percent(m.Weight))
	}
	p.section(b, lang.Text{ZH: fmt.Sprintf("%d年的推算方法", e.Pace.Year), EN: fmt.Sprintf("Methods for %d", e.Pace.Year)}, &t)
}

func (p Printer) needs(b *strings.Builder, e *verdict.Explanation) {
	var t table.Table
	flow := false
	for n, need := range e.Needs {
		flow = flow || need.Usual != 0
		if n == 0 {
			t.Row("    "+p.say("时期", "period"), p.say("需要", "needed"), p.say("上年同期", "year before"), p.say("通常占全年", "usual share"))
		}
		last, usual := "", ""
		if need.Last.Known {
			last = p.number(&e.State, need.Last.Value)
		}
		if need.Usual != 0 {
			usual = percent(need.Usual)
		}
		t.Row("    "+need.Period.String(), p.number(&e.State, need.Amount), last, usual)
	}
	title := lang.Text{ZH: "按往年的季节规律，余下各期需要", EN: "What the remaining periods need, spread as in past years"}
	if !flow && e.Every == figure.Annual {
		title = lang.Text{ZH: "按不变的年增速，各年需要达到", EN: "What the coming years need, at constant growth"}
	}
	p.section(b, title, &t)
}

func (p Printer) tips(b *strings.Builder, e *verdict.Explanation) {
	var t table.Table
	for _, tip := range e.Tips {
		sign := "≥"
		if e.LowerIsBetter() {
			sign = "≤"
		}
		alone := ""
		if tip.Amount.Known {
			alone = fmt.Sprintf(p.say("（当期%s）", "(the period alone: %s)"), verdict.Exact(e.Target.Indicator, figure.Level, tip.Amount.Value).In(p.Language))
		}
		t.Row(fmt.Sprintf("    %s %s %s", p.measure(tip.Measure), tip.Period, sign), verdict.Exact(e.Target.Indicator, tip.Measure, tip.Value).In(p.Language), p.verdict(tip.To),
			p.say("否则", "else")+" "+p.verdict(tip.Else), alone)
	}
	p.section(b, lang.Text{ZH: "下一期数据为何值时判断改变", EN: "What the next figure would have to be"}, &t)
}

// number is an amount of the target's indicator.
func (p Printer) number(s *verdict.State, v float64) string {
	return p.amount(s, verdict.Number{Value: v, Known: true})
}

// measure is the measure's code, or in Chinese the word that goes with it.
func (p Printer) measure(m figure.Measure) string {
	zh := map[figure.Measure]string{figure.Level: "当期", figure.YTD: "累计", figure.YoY: "同比", figure.YTDYoY: "累计同比"}[m]
	return p.say(zh, m.String())
}

func (p Printer) say(zh, en string) string { return lang.Text{ZH: zh, EN: en}.In(p.Language) }
