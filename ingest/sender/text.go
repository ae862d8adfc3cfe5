package sender

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"

	"github.com/tidemark-stats/tidemark/ingest/rules"
	"github.com/tidemark-stats/tidemark/internal/lang"
)

// Occasion tells WriteText what was done with the files.
type Occasion int

// The occasions: the files were pushed, or only checked.
const (
	Pushed Occasion = iota
	Checked
)

// WriteJSON writes the report as one JSON object.
func (r *Report) WriteJSON(w io.Writer) error {
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	return enc.Encode(r)
}

// WriteText writes the report for people.
func (r *Report) WriteText(w io.Writer, o Occasion) error {
	var b strings.Builder
	for i := range r.Findings {
		r.Findings[i].WriteText(&b)
	}
	if n := r.Omitted; n > 0 {
		fmt.Fprintf(&b, "… 另有%d个问题未列出 (%d more)\n", n, n)
	}
	if len(r.ByCode) > 0 {
		b.WriteByte('\n')
	}
	writeUnusual(&b, r)
	writeSummary(&b, r, o)
	_, err := io.WriteString(w, b.String())
	return err
}

// WriteText writes the problem for people: its rule and location, the offending
// text, the reason, and how to fix it.
func (f *Finding) WriteText(b *strings.Builder) {
	b.WriteString(f.Code)
	if rule, ok := rules.Of(f.Code); ok {
		fmt.Fprintf(b, " %s", rule.ZH)
	}
	fmt.Fprintf(b, "  %s", f.Where)
	f.writeDetails(b)
}

// writeDetails writes what follows the location.
func (f *Finding) writeDetails(b *strings.Builder) {
	if q := f.Quoted(); q != "" {
		fmt.Fprintf(b, "  %s", q)
	}
	if f.Cell != "" {
		fmt.Fprintf(b, "  (%s)", f.Cell)
	}
	b.WriteString("\n    ")
	if f.Field != "" {
		fmt.Fprintf(b, "%s ", f.Field)
	}
	b.WriteString(f.Reason)
	b.WriteByte('\n')
	if f.Hint != "" {
		fmt.Fprintf(b, "    → %s\n", f.Hint)
	}
}

// writeUnusual writes the warnings about figures that are not refused.
func writeUnusual(b *strings.Builder, r *Report) {
	if len(r.Unusual) == 0 {
		return
	}
	b.WriteString("请留意，以下数据未被拒收 (worth a look, not refused):\n")
	for i := range r.Unusual {
		r.Unusual[i].WriteText(b)
	}
	if n := r.UnusualOmitted; n > 0 {
		fmt.Fprintf(b, "… 另有%d处未列出 (%d more)\n", n, n)
	}
	b.WriteByte('\n')
}

// writeSummary writes the last lines of a report: how the files were read and the
// outcome of their rows.
func writeSummary(b *strings.Builder, r *Report, o Occasion) {
	for _, how := range r.Read {
		fmt.Fprintf(b, "%s: %s / %s\n", how.File, how.ZH, how.EN)
	}
	fmt.Fprintf(b, "%s: %d 个数据 (figures)\n", strings.Join(r.Files, ", "), r.Figures)
	for _, line := range r.lines(o) {
		fmt.Fprintf(b, "  %6d  %s (%s)\n", line.n, line.ZH, line.EN)
	}
	for _, text := range r.remarks(o) {
		fmt.Fprintf(b, "%s (%s)\n", text.ZH, text.EN)
	}
	if r.Submission != "" {
		fmt.Fprintf(b, "回执 (receipts): receipts.%s\n", r.Submission)
	}
}

// outcome is a number of rows or figures and what became of them.
type outcome struct {
	n int
	lang.Text
}

// lines returns the outcomes of the rows.
func (r *Report) lines(o Occasion) (all []outcome) {
	line := func(n int, zh, en string) {
		if n > 0 {
			all = append(all, outcome{n, lang.Text{ZH: zh, EN: en}})
		}
	}
	line(r.Unread, "行未读取", "rows were not read")
	line(r.Repeated, "行与前面的行完全相同，只计一次，首见于 "+r.FirstRepeated, "identical to an earlier row and counted once, first at "+r.FirstRepeated)
	if o == Checked {
		line(r.NotSent, "可以报送", "could be sent")
		line(r.Refused, "有问题", "refused")
		return all
	}
	line(r.Written, "新增", "written")
	line(r.Revised, "修订", "revised")
	line(r.Unchanged, "未变", "unchanged")
	line(r.Superseded, "存为历史：已有更晚发布的数据", "kept as history: a later publication is known")
	line(r.Refused, "拒收", "refused")
	line(r.Waiting, "已送达，尚无回执，不会丢失", "stored in NATS, no receipt yet; nothing is lost")
	line(r.Held, "暂存，尚未发布", "held back, not published yet")
	switch {
	case r.Submission == "" && r.Held == 0 && len(r.ByCode) > 0:
		line(r.NotSent, "未发送：先更正上述问题，或用 --partial 只报送其余数据", "not sent: fix the above, or send the others with --partial")
	case r.FirstNotSent != "":
		line(r.NotSent, "未发送，从 "+r.FirstNotSent+" 起；再运行一次即可补齐", "not sent, from "+r.FirstNotSent+" on; run it again to complete it")
	default:
		line(r.NotSent, "未发送；再运行一次即可补齐", "not sent; run it again to complete it")
	}
	return all
}
