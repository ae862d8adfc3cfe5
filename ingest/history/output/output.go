// Package output writes histories, submissions and their receipts as people read them.
package output

import (
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/tidemark-stats/tidemark/catalog"
	"github.com/tidemark-stats/tidemark/figure"
	"github.com/tidemark-stats/tidemark/ingest/history"
	"github.com/tidemark-stats/tidemark/ingest/ledger"
	"github.com/tidemark-stats/tidemark/ingest/rules"
	"github.com/tidemark-stats/tidemark/internal/lang"
	"github.com/tidemark-stats/tidemark/internal/table"
)

// Printer writes what happened, for a terminal.
type Printer struct {
	Lang    lang.Language
	Catalog *catalog.Catalog
}

func (p Printer) say(zh, en string) string { return lang.Text{ZH: zh, EN: en}.In(p.Lang) }

// minute is a time by the clocks of the city.
func (p Printer) minute(t time.Time) string {
	if t.IsZero() {
		return "–"
	}
	return t.In(p.Catalog.Location()).Format("2006-01-02 15:04")
}

// at is when a figure was published, or was sent if it was not.
func at(s *history.Step) time.Time {
	if s.Published.IsZero() {
		return s.Stored
	}
	return s.Published
}

// History is the publications of a cell, the oldest first; with all, also what was
// refused or repeats them.
func (p Printer) History(cell figure.Cell, steps []history.Step, all bool) string {
	steps = slices.Clone(steps)
	slices.SortStableFunc(steps, func(a, b history.Step) int { return at(&a).Compare(at(&b)) })
	current := -1
	for i := range steps {
		if steps[i].Vintage {
			current = i
		}
	}
	var b strings.Builder
	b.WriteString(cell.String())
	if i, ok := p.Catalog.Indicator(cell.Indicator); ok {
		b.WriteString("  " + i.Name.In(p.Lang))
		if a, ok := p.Catalog.Area(cell.Area); ok {
			b.WriteString(p.say("，", ", ") + a.Name.In(p.Lang))
		}
	}
	b.WriteString("\n")
	var t table.Table
	t.Row(p.say("发布于", "published"), p.say("数值", "value"), p.say("状态", "status"), p.say("结果", "outcome"), p.say("部门", "agency"), p.say("报送人", "sender"), p.say("提交", "submission"), "#")
	refused, repeated := 0, 0
	var notes [][]string
	for i := range steps {
		s := &steps[i]
		switch {
		case s.Outcome == ledger.Refused:
			refused++
		case !s.Vintage && s.Outcome != "":
			repeated++
		}
		if !all && !s.Vintage && s.Outcome != "" {
			continue
		}
		outcome := p.outcome(s)
		if i == current {
			outcome += p.say("，现行", ", current")
		}
		t.Row(p.minute(at(s)), p.value(s), p.status(s), outcome, table.Printable(s.Agency), cmp.Or(s.Sender, "–"), cmp.Or(table.Printable(s.Submission), "–"), strconv.FormatUint(s.Seq, 10))
		notes = append(notes, p.words(s))
	}
	p.rowsWith(&b, &t, notes)
	if !all && refused+repeated > 0 {
		fmt.Fprintf(&b, p.say("另有拒收 %d 次、重复报送 %d 次，用 --all 列出\n", "refused %d times and repeated %d times besides; --all shows them\n"), refused, repeated)
	}
	return b.String()
}

// rowsWith writes a table and below each row the lines that belong to it. The first
// row is the header.
func (p Printer) rowsWith(b *strings.Builder, t *table.Table, below [][]string) {
	var rows strings.Builder
	_ = t.Write(&rows) // a Builder does not fail
	for i, row := range strings.Split(strings.TrimSuffix(rows.String(), "\n"), "\n") {
		b.WriteString(row + "\n")
		if i == 0 || i > len(below) {
			continue
		}
		for _, line := range below[i-1] {
			b.WriteString("    " + line + "\n")
		}
	}
}

// value is the value as it was sent.
func (p Printer) value(s *history.Step) string {
	switch {
	case s.Figure == nil:
		return p.say("无法读取", "unreadable")
	case s.Figure.Withheld:
		return p.say("不公布", "withheld")
	}
	return s.Figure.Value.String() + " " + table.Printable(s.Figure.Unit)
}

func (p Printer) status(s *history.Step) string {
	if s.Figure == nil {
		return ""
	}
	name := p.say(s.Figure.Status.NameZH(), s.Figure.Status.NameEN())
	return s.Figure.Status.String() + " " + name
}

// outcome is the word for what became of a figure.
func (p Printer) outcome(s *history.Step) string {
	if s.Outcome == ledger.Unchanged && s.Vintage {
		return p.say("再次确定", "said again")
	}
	return s.Outcome.Name().In(p.Lang)
}

// words are the lines on a figure: its note, what was wrong or unusual, and what the
// sender said to that.
func (p Printer) words(s *history.Step) (lines []string) {
	if s.Figure != nil && s.Figure.Note != "" {
		lines = append(lines, p.say("备注：", "note: ")+table.Printable(strings.Join(strings.Fields(s.Figure.Note), " ")))
	}
	if q := s.Problem; q != nil {
		line := q.Code
		if r, ok := rules.Of(q.Code); ok {
			line += " " + p.say(r.ZH, r.EN)
		}
		if quoted := q.Quoted(); quoted != "" {
			line += " " + quoted
		}
		lines = append(lines, line+p.say("：", ": ")+strings.TrimSpace(q.Field+" "+q.Reason))
	}
	if s.Confirmed && (s.Problem != nil || s.Figure != nil && s.Figure.Reason != "") {
		line := p.say("报送人确认无误", "the sender stands by it")
		if s.Figure != nil && s.Figure.Reason != "" {
			line += p.say("：", ": ") + table.Printable(strings.Join(strings.Fields(s.Figure.Reason), " "))
		}
		lines = append(lines, line)
	}
	return lines
}

// Submissions is the list of submissions.
func (p Printer) Submissions(all []*history.Submission) string {
	if len(all) == 0 {
		return p.say("没有回执\n", "there are no receipts\n")
	}
	var t table.Table
	head := []string{p.say("提交", "submission"), p.say("报送于", "sent"), p.say("部门", "agency"), p.say("报送人", "sender")}
	for _, o := range ledger.Outcomes() {
		head = append(head, o.Name().In(p.Lang))
	}
	t.Row(append(head, p.say("请留意", "unusual"), p.say("已确认", "stood by"))...)
	for _, s := range all {
		row := []string{s.ID, p.minute(s.Stored), cmp.Or(table.Printable(s.Agency), "–"), cmp.Or(s.Sender, "–")}
		for _, o := range ledger.Outcomes() {
			row = append(row, dash(s.Counts[o]))
		}
		t.Row(append(row, dash(s.Unusual), dash(s.Answered))...)
	}
	var b strings.Builder
	_ = t.Write(&b) // a Builder does not fail
	return b.String()
}

// dash is a number, a dash for none.
func dash(n int) string {
	if n == 0 {
		return "–"
	}
	return strconv.Itoa(n)
}

// Receipt is every figure of a submission.
func (p Printer) Receipt(r *history.Receipt) string {
	var b strings.Builder
	var head table.Table
	head.Row(p.say("提交", "submission"), r.ID)
	head.Row(p.say("报送于", "sent"), p.minute(r.Stored))
	head.Row(p.say("部门", "agency"), cmp.Or(table.Printable(r.Agency), "–"))
	head.Row(p.say("报送人", "sender"), cmp.Or(r.Sender, "–"))
	_ = head.Write(&b) // a Builder does not fail
	b.WriteByte('\n')
	var t table.Table
	t.Row(p.say("结果", "outcome"), p.say("数据", "figure"), p.say("数值", "value"), p.say("状态", "status"), "#")
	var below [][]string
	for i := range r.Figures {
		s := &r.Figures[i]
		cell := "–"
		if s.Figure != nil {
			cell = s.Figure.Cell.String()
		}
		t.Row(p.outcome(s), cell, p.value(s), p.status(s), strconv.FormatUint(s.Seq, 10))
		below = append(below, p.words(s))
	}
	p.rowsWith(&b, &t, below)
	b.WriteByte('\n')
	var sums []string
	for _, o := range ledger.Outcomes() {
		if n := r.Counts[o]; n > 0 {
			sums = append(sums, fmt.Sprintf("%s %d", o.Name().In(p.Lang), n))
		}
	}
	b.WriteString(strings.Join(sums, p.say("，", ", ")) + "\n")
	return b.String()
}

// JSON writes every message about a cell.
func (Printer) JSON(w io.Writer, cell figure.Cell, steps []history.Step) error {
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	return enc.Encode(struct {
		Cell    string         `json:"cell"`
		History []history.Step `json:"history"`
	}{cell.String(), steps})
}
