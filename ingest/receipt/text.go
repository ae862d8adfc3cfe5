package receipt

import (
	"fmt"
	"strings"

	"github.com/tidemark-stats/tidemark/internal/table"
)

// Text says what a receipt proves, and what is wrong with it, for a terminal.
func (v *Verdict) Text() string {
	var b strings.Builder
	for _, p := range v.Problems {
		fmt.Fprintf(&b, "不可信 (not to be trusted): %s / %s\n", table.Printable(p.ZH), table.Printable(p.EN))
	}
	fmt.Fprintf(&b, "%s: 已证明 %d 条 (%d proven)\n", table.Printable(v.Submission), len(v.Proven), len(v.Proven))
	for i := range v.Proven {
		p := &v.Proven[i]
		fmt.Fprintf(&b, "  #%d %s  ", p.Seq, p.Stored.Format("2006-01-02 15:04:05.000Z07:00"))
		switch f := p.Figure; {
		case f == nil:
			b.WriteString(table.Printable(p.Subject))
		case f.Withheld:
			fmt.Fprintf(&b, "%s = %s", f.Cell, f.Status)
		default:
			fmt.Fprintf(&b, "%s = %s", f.Cell, table.Printable(strings.TrimSpace(f.Value.String()+" "+f.Unit)))
		}
		name := p.Outcome.Name()
		fmt.Fprintf(&b, "  %s %s", name.ZH, name.EN)
		if p.Code != "" {
			fmt.Fprintf(&b, " %s", p.Code)
		}
		b.WriteByte('\n')
		if p.Sender != "" {
			fmt.Fprintf(&b, "      报送人 (sent by) %s\n", table.Printable(p.Sender))
		}
		if p.Figure != nil && p.Figure.Reason != "" {
			fmt.Fprintf(&b, "      理由 (reason) %s\n", table.Printable(p.Figure.Reason))
		}
		if p.Figure != nil && p.Figure.Note != "" {
			fmt.Fprintf(&b, "      备注 (note) %s\n", table.Printable(p.Figure.Note))
		}
	}
	return b.String()
}
