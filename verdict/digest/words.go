package digest

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/tidemark-stats/tidemark/book"
	"github.com/tidemark-stats/tidemark/book/derive"
	"github.com/tidemark-stats/tidemark/catalog"
	"github.com/tidemark-stats/tidemark/figure"
	"github.com/tidemark-stats/tidemark/internal/lang"
	"github.com/tidemark-stats/tidemark/verdict"
)

// part is a heading and what stands under it, in one language.
type part struct {
	Heading string
	Items   []item
}

// item is a line: what it is about, what is to be said of it, and where to see
// more.
type item struct {
	Name, Text, Link string
}

// Title names the digest.
func (d *Digest) Title(l lang.Language) string {
	return lang.Say("%s目标简报，%s至%s", "%s: targets from %s to %s", d.City, d.From.Format(time.DateOnly), d.To.Format(time.DateOnly)).In(l)
}

// parts is the content of the digest. Links begin with the address of Grafana;
// without one there are none.
func (d *Digest) parts(l lang.Language, grafana string) []part {
	in := func(zh, en string) string { return lang.Text{ZH: zh, EN: en}.In(l) }
	return []part{
		{in("判断有变化的目标", "Targets judged differently"), d.turned(l, grafana)},
		{in("全部目标", "All targets"), d.judged(l)},
		{in("新公布的数据", "New figures"), d.published(l)},
		{in("应报和逾期的数据", "Figures due and overdue"), d.owed(l)},
	}
}

func (d *Digest) turned(l lang.Language, grafana string) (items []item) {
	for i := range d.Turned {
		t := &d.Turned[i]
		items = append(items, item{
			Name: categorized(t.Target.Name, t.Category).In(l),
			Text: lang.Say("由“%s”变为“%s”。%s", "%s → %s. %s", t.Before.Name(), t.Verdict.Name(), verdict.Sentence(t.State)).In(l),
			Link: link(grafana, &t.State, l),
		})
	}
	return items
}

func (d *Digest) judged(l lang.Language) []item {
	var counts []string
	for _, c := range d.Judged {
		counts = append(counts, fmt.Sprintf("%s %d", c.Verdict.Name().In(l), c.Targets))
	}
	if counts == nil {
		return nil
	}
	return []item{{Text: strings.Join(counts, lang.Text{ZH: "，", EN: ", "}.In(l))}}
}

func (d *Digest) published(l lang.Language) (items []item) {
	for i := range d.New {
		n := &d.New[i]
		var said []string
		if len(n.Newest) > 0 {
			said = append(said, n.newest().In(l))
		}
		if n.Earlier > 0 {
			said = append(said, lang.Say("另有%d期", "and %d more", n.Earlier).In(l))
		}
		for k, r := range n.Revised {
			if k == shownRevisions {
				said = append(said, lang.Say("另修订%d个数", "and %d more revised", len(n.Revised)-k).In(l))
				break
			}
			said = append(said, r.text(n.Indicator).In(l))
		}
		items = append(items, item{
			Name: categorized(lang.Say("%s%s", "%[2]s, %[1]s", n.Area, n.Indicator.Name), n.Category).In(l),
			Text: strings.Join(said, lang.Text{ZH: "；", EN: "; "}.In(l)),
		})
	}
	return items
}

// shownRevisions is how many revisions of a series are written out.
const shownRevisions = 3

// newest names the newest period with its value in each measure.
func (n *News) newest() lang.Text {
	period := n.Newest[0].Cell.Period
	name, named := verdict.PeriodName(period), false
	if !slices.ContainsFunc(n.Newest, func(p Published) bool { return !p.Measure.ToDate() }) {
		name, named = verdict.ToDateName(period), true
	}
	var all lang.Text
	for i, p := range n.Newest {
		text := amount(n.Indicator, p.Measure, p.Figure)
		text = lang.Say("%s%s", "%[2]s%[1]s", measureName(p.Measure, named), text)
		if i == 0 {
			all = lang.Say("%s%s", "%s: %s", name, text)
			continue
		}
		all = lang.Say("%s，%s", "%s, %s", all, text)
	}
	return all
}

func (r *Revised) text(i *catalog.Indicator) lang.Text {
	return lang.Say("%s%s由%s修订为%s", "%s%s revised from %s to %s", verdict.PeriodName(r.Cell.Period), measureName(r.Measure, false), amount(i, r.Measure, r.Old), amount(i, r.Measure, r.Figure))
}

// measureName is what is said of a measure beside a value; nothing of a level, nor
// of what is to date where the name of the period says so.
func measureName(m figure.Measure, toDate bool) lang.Text {
	growth := lang.Text{ZH: "同比", EN: " on the year"}
	switch {
	case m == figure.YTD && !toDate:
		return lang.Text{ZH: "累计", EN: " to date"}
	case m == figure.YoY, m == figure.YTDYoY && toDate:
		return growth
	case m == figure.YTDYoY:
		return lang.Say("累计%s", " to date%s", growth)
	}
	return lang.Text{}
}

// amount is the value of a figure, with what it rests on if it was not published
// as it is.
func amount(i *catalog.Indicator, m figure.Measure, f book.Figure) lang.Text {
	if f.Withheld {
		return lang.Text{ZH: "不公布", EN: "withheld"}
	}
	text := verdict.AmountInText(i, m, f.Value)
	if m.Growth() && f.Value > 0 {
		text = lang.Say("+%s", "+%s", text)
	}
	if basis := derive.BasisOf(f.Status); basis != derive.Published {
		text = lang.Say("%s（%s）", "%s (%s)", text, basis.Name())
	}
	return text
}

func (d *Digest) owed(l lang.Language) (items []item) {
	for i := range d.Due {
		o := &d.Due[i]
		day := o.Due.In(d.To.Location()).Format(time.DateOnly)
		agency := o.Indicator.Agency.Name
		text := lang.Say("%s应于%s公布，由%s报送", "%s is due on %s from %s", verdict.PeriodName(o.Period), day, agency)
		switch {
		case o.Overdue:
			text = lang.Say("%s应于%s公布，已逾期，由%s报送", "%s was due on %s and is overdue, from %s", verdict.PeriodName(o.Period), day, agency)
		case o.Late:
			text = lang.Say("%s应于%s公布，尚未收到，由%s报送", "%s was due on %s and has not arrived, from %s", verdict.PeriodName(o.Period), day, agency)
		}
		items = append(items, item{Name: lang.Say("%s%s", "%[2]s, %[1]s", o.Area, o.Indicator.Name).In(l), Text: text.In(l)})
	}
	return items
}

func categorized(name lang.Text, category string) lang.Text {
	if category == figure.Total || category == catalog.AnyCategory {
		return name
	}
	return lang.Say("%s（%s）", "%s (%s)", name, category)
}
