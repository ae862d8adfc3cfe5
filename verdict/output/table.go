// Package output writes verdicts for people and for programs.
package output

import (
	"fmt"
	"io"
	"strings"

	"github.com/tidemark-stats/tidemark/book/derive"
	"github.com/tidemark-stats/tidemark/catalog"
	"github.com/tidemark-stats/tidemark/figure"
	"github.com/tidemark-stats/tidemark/internal/lang"
	"github.com/tidemark-stats/tidemark/internal/table"
	"github.com/tidemark-stats/tidemark/verdict"
)

// Printer writes states for people.
type Printer struct {
	Language lang.Language
	Color    bool // with terminal escape sequences
}

// verdictColors are the SGR codes of a terminal.
var verdictColors = map[verdict.Verdict]string{
	verdict.Met: "32", verdict.OnTrack: "32", verdict.AtRisk: "33", verdict.Slipping: "31", verdict.Missed: "31;1",
	verdict.TooEarly: "90", verdict.NoData: "90", verdict.Overdue: "35",
}

func (p Printer) verdict(v verdict.Verdict) string {
	name := v.Name().In(p.Language)
	if p.Color {
		return "\x1b[" + verdictColors[v] + "m" + name + "\x1b[0m"
	}
	return name
}

// headings of the table.
var headings = []lang.Text{
	{ZH: "判断", EN: "verdict"}, {ZH: "代号", EN: "id"}, {ZH: "目标", EN: "target"}, {ZH: "目标值", EN: "goal"}, {ZH: "累计", EN: "to date"}, {ZH: "计划", EN: "plan"},
	{ZH: "完成率", EN: "attainment"}, {ZH: "序时进度", EN: "calendar pace"},
	{ZH: "预计（区间）", EN: "projection (band)"}, {ZH: "每期尚需", EN: "required per period"}, {ZH: "期限", EN: "deadline"},
}

// Table writes a row for each state.
func (p Printer) Table(w io.Writer, states []verdict.State) error {
	var t table.Table
	cells := make([]string, len(headings))
	for i, h := range headings {
		cells[i] = h.In(p.Language)
	}
	t.Row(cells...)
	for i := range states {
		s := &states[i]
		t.Row(p.verdict(s.Verdict), s.Target.ID, p.name(s.Target, s.Category), p.amount(s, s.Goal), p.valued(s), p.amount(s, s.Plan), ratio(s.Attainment), ratio(s.Calendar), p.projected(s), p.amount(s, s.Required), deadline(s))
	}
	return t.Write(w)
}

// name is the name of a target, with the category if it is not judged as a whole.
func (p Printer) name(t *catalog.Target, category string) string {
	name := t.Name.In(p.Language)
	if category != figure.Total && category != catalog.AnyCategory {
		name += " · " + category
	}
	return name
}

// deadline is when a target is due or, without a deadline, when it would be
// reached.
func deadline(s *verdict.State) string {
	switch {
	case !s.Deadline.IsZero():
		return s.Deadline.String()
	case s.Expected.IsZero():
		return ""
	case s.Earliest.IsZero() || s.Latest.IsZero():
		return "≈ " + s.Expected.String()
	}
	return fmt.Sprintf("≈ %s (%s … %s)", s.Expected, s.Earliest, s.Latest)
}

// amount is a number as people write it, a dash if it is unknown.
func (p Printer) amount(s *verdict.State, n verdict.Number) string {
	if !n.Known {
		return "–"
	}
	text := verdict.Amount(s.Target.Indicator, s.Target.Measure, n.Value).In(p.Language)
	if s.Target.PerDay {
		text += "/" + lang.Text{ZH: "日", EN: "day"}.In(p.Language)
	}
	return text
}

// ratio is a ratio as a percentage, a dash if it is unknown.
func ratio(n verdict.Number) string {
	if !n.Known {
		return "–"
	}
	return fmt.Sprintf("%.1f %%", n.Value*100)
}

// valued is the value with its period and, if not all of it was published, what it
// rests on.
func (p Printer) valued(s *verdict.State) string {
	text := p.amount(s, s.Value)
	if !s.Value.Known || s.Period.IsZero() {
		return text
	}
	text += " (" + s.Period.String()
	if basis := s.Basis(); basis != derive.Published {
		text += ", " + basis.Name().In(p.Language)
	}
	return text + ")"
}

func (p Printer) projected(s *verdict.State) string {
	text := p.amount(s, s.Projection)
	if s.Low.Known && s.High.Known {
		text += " (" + p.amount(s, s.Low) + " … " + p.amount(s, s.High) + ")"
	}
	return text
}

func periodOf(s verdict.Step) string {
	if s.Period.IsZero() {
		return ""
	}
	return s.Period.String()
}

// plainNumber writes a number without an exponent and with at most four
// decimals.
func plainNumber(v float64) string {
	text := fmt.Sprintf("%.4f", v)
	return strings.TrimSuffix(strings.TrimRight(text, "0"), ".")
}

// marks returns remarks about a number: derived, imputed, estimated and so on.
func (p Printer) marks(s verdict.Step) string {
	var all []string
	mark := func(holds bool, n lang.Text) {
		if holds {
			all = append(all, n.In(p.Language))
		}
	}
	if s.Status != 0 && s.Status != figure.Normal {
		all = append(all, s.Status.String())
	}
	mark(s.Derived, lang.Text{ZH: "推算", EN: "derived"})
	mark(s.Imputed, lang.Text{ZH: "含插补", EN: "includes imputed"})
	mark(s.Estimated, lang.Text{ZH: "含估计", EN: "includes estimates"})
	return strings.Join(all, ", ")
}
