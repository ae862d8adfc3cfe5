package sender

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/tidemark-stats/tidemark/figure"
	"github.com/tidemark-stats/tidemark/internal/lang"
)

// Says returns in words what a figure is beside what is stored, like
// 131.2 → 131.4 万TEU (+0.2, +0.15 %).
func (r *Row) Says() lang.Text {
	now := amountOf(r.Figure.Value, r.Figure.Unit, r.Figure.Withheld, r.Figure.Status)
	switch {
	case r.Change == Changed && r.Was != nil:
		return r.saysChanged(now)
	case r.Change == Later && r.Was != nil:
		return lang.Say("%s 存为历史：%[3]s 已发布 %[2]s", "%s becomes history: %s was published later, on %s",
			now, r.Was.Amount(), r.Was.Published.Format(time.DateOnly))
	}
	return now
}

// saysChanged is Says of a figure that replaces what is stored.
func (r *Row) saysChanged(now lang.Text) lang.Text {
	f, was := &r.Figure, r.Was
	var text lang.Text
	switch {
	case f.Withheld && was.Withheld || !f.Withheld && !was.Withheld && f.Value == was.Value:
		return r.saysOnly(now)
	case f.Withheld || was.Withheld:
		text = lang.Say("%s → %s", "%s → %s", was.Amount(), now)
	default:
		text = lang.Say("%s → %s", "%s → %s", was.Value.String(), now)
		if r.Difference != nil {
			text = lang.Say("%s（%s）", "%s (%s)", text, r.Difference.says(f.Measure.Growth()))
		}
	}
	if f.Status != was.Status && f.Withheld == was.Withheld {
		text = lang.Say("%s，状态 %s → %s", "%s, status %s → %s", text, was.Status.String(), f.Status.String())
	}
	return text
}

// saysOnly is Says of a figure whose value stays.
func (r *Row) saysOnly(now lang.Text) lang.Text {
	var parts []lang.Text
	if r.Figure.Status != r.Was.Status {
		parts = append(parts, lang.Say("状态 %s → %s", "its status: %s → %s", r.Was.Status.String(), r.Figure.Status.String()))
	}
	if r.Figure.Note != r.Was.Note && r.Figure.Note != "" {
		parts = append(parts, lang.Say("备注“%s”", "its note: “%s”", excerpt(r.Figure.Note)))
	}
	if len(parts) == 0 {
		return now
	}
	text := lang.Say("%s 数值不变，仅改%s", "%s stays, and only %s", now, parts[0])
	if len(parts) > 1 {
		text = lang.Say("%s、%s", "%s, and %s", text, parts[1])
	}
	return text
}

// excerpt is the beginning of a note, on one line.
func excerpt(note string) string {
	const most = 40
	note = strings.Join(strings.Fields(note), " ")
	if runes := []rune(note); len(runes) > most {
		return string(runes[:most]) + "…"
	}
	return note
}

// Amount is what is stored in words: 131.2 万TEU.
func (s *Stored) Amount() lang.Text { return amountOf(s.Value, s.Unit, s.Withheld, s.Status) }

func amountOf(v figure.Decimal, unit string, withheld bool, status figure.Status) lang.Text {
	switch {
	case withheld && status == figure.Suppressed:
		return lang.Say("不公布 (%s)", "withheld (%s)", status.String())
	case withheld:
		return lang.Say("无数值 (%s)", "no value (%s)", status.String())
	}
	text := v.String()
	if unit != "" {
		text += " " + unit
	}
	return lang.Text{ZH: text, EN: text}
}

// says is the difference with its sign, absolute and in percent.
func (d *Difference) says(growth bool) lang.Text {
	absolute := d.Absolute.String()
	if d.Absolute.Sign() > 0 {
		absolute = "+" + absolute
	}
	switch {
	case growth:
		return lang.Say("%s 个百分点", "%s percentage points", absolute)
	case d.Percent == nil:
		return lang.Text{ZH: absolute, EN: absolute}
	}
	return lang.Say("%s，%s %%", "%s, %s %%", absolute, signedPercent(*d.Percent))
}

// signedPercent shows two decimals, or two digits of what is smaller.
func signedPercent(v float64) string {
	if math.Abs(v) >= 0.005 {
		return fmt.Sprintf("%+.2f", v)
	}
	text := strconv.FormatFloat(v, 'f', 2-int(math.Floor(math.Log10(math.Abs(v))))-1, 64)
	if v > 0 {
		text = "+" + text
	}
	return text
}

// says is the number of figures and what they are, like 12 figures, 10 same, 2 new.
func (g *Group) says(compared bool) lang.Text {
	text := figures(g.Figures)
	for _, c := range shownChanges {
		n := *g.of(c)
		if n == 0 || !compared && c != Refused {
			continue
		}
		text = lang.Say("%s，%d %s", "%s, %d %s", text, n, c.Name())
		if c == Changed && n == 1 {
			if row := g.only(Changed); row != nil {
				text = lang.Say("%s %s", "%s %s", text, row.Says())
			}
		}
	}
	return text
}

// figures is a number of figures.
func figures(n int) lang.Text {
	if n == 1 {
		return lang.Text{ZH: "1 个数据", EN: "1 figure"}
	}
	return lang.Say("%d 个数据", "%d figures", n)
}

// only returns the only row with a change, nil if it was not kept.
func (g *Group) only(c Change) *Row {
	for i := range g.rows {
		if g.rows[i].Change == c {
			return &g.rows[i]
		}
	}
	return nil
}

// shownChanges are the changes in the order in which they are told.
var shownChanges = []Change{Same, New, Changed, Later, Refused}

// Name is the change in words.
func (c Change) Name() lang.Text {
	return [...]lang.Text{
		Uncompared: {ZH: "未比较", EN: "not compared"},
		New:        {ZH: "新增", EN: "new"},
		Same:       {ZH: "相同", EN: "same"},
		Changed:    {ZH: "变动", EN: "changed"},
		Later:      {ZH: "存为历史", EN: "kept as history"},
		Refused:    {ZH: "拒收", EN: "refused"},
	}[c]
}
