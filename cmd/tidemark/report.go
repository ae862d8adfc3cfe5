package main

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"strings"
	"sync"
	"time"

	"golang.org/x/term"

	"github.com/tidemark-stats/tidemark/ingest/rules"
	"github.com/tidemark-stats/tidemark/ingest/sender"
)

// What people read goes to stdout when it is the answer and to stderr when
// it is about the work. Errors begin with "tidemark: ", in lower case,
// without a full stop, and end with the way out.

// printer writes lines about the work.
func printer(w io.Writer) func(format string, v ...any) {
	return func(format string, v ...any) { _, _ = fmt.Fprintf(w, "tidemark: "+format+"\n", v...) }
}

// occasion is what a report is about.
type occasion int

const (
	pushed occasion = iota
	checked
)

// printReport writes a report for people, or as one JSON object.
func printReport(w io.Writer, r *sender.Report, asJSON bool, o occasion) error {
	if asJSON {
		enc := json.NewEncoder(w)
		enc.SetEscapeHTML(false)
		return enc.Encode(r)
	}
	var b strings.Builder
	for i := range r.Findings {
		writeFinding(&b, &r.Findings[i])
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

// writeFinding writes one problem: its rule and place, what offends, why, and
// the way out.
func writeFinding(b *strings.Builder, f *sender.Finding) {
	b.WriteString(f.Code)
	if rule, ok := rules.Of(f.Code); ok {
		fmt.Fprintf(b, " %s", rule.ZH)
	}
	fmt.Fprintf(b, "  %s", f.Where)
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

// writeUnusual writes what is strange about figures that are not refused.
func writeUnusual(b *strings.Builder, r *sender.Report) {
	if len(r.Unusual) == 0 {
		return
	}
	b.WriteString("请留意，以下数据未被拒收 (worth a look, not refused):\n")
	for i := range r.Unusual {
		writeFinding(b, &r.Unusual[i])
	}
	if n := r.UnusualOmitted; n > 0 {
		fmt.Fprintf(b, "… 另有%d处未列出 (%d more)\n", n, n)
	}
	b.WriteByte('\n')
}

// writeSummary writes the last lines of a report: how the files were read and
// what became of their rows.
func writeSummary(b *strings.Builder, r *sender.Report, o occasion) {
	for _, how := range r.Read {
		fmt.Fprintf(b, "%s: %s / %s\n", how.File, how.ZH, how.EN)
	}
	fmt.Fprintf(b, "%s: %d 个数据 (figures)\n", strings.Join(r.Files, ", "), r.Figures)
	line := func(n int, zh, en string) {
		if n > 0 {
			fmt.Fprintf(b, "  %6d  %s (%s)\n", n, zh, en)
		}
	}
	line(r.Unread, "行未读取", "rows were not read")
	line(r.Repeated, "行与前面的行完全相同，只计一次，首见于 "+r.FirstRepeated, "equal to a row before them and counted once, first at "+r.FirstRepeated)
	if o == checked {
		line(r.NotSent, "可以报送", "could be sent")
		line(r.Refused, "有问题", "refused")
		return
	}
	line(r.Written, "新增", "written")
	line(r.Revised, "修订", "revised")
	line(r.Unchanged, "未变", "unchanged")
	line(r.Superseded, "存为历史：已有更晚发布的数据", "kept as history: a later publication is known")
	line(r.Refused, "拒收", "refused")
	line(r.Waiting, "已送达，尚无回执，不会丢失", "stored in NATS, no receipt yet; nothing is lost")
	switch {
	case r.Submission == "" && len(r.ByCode) > 0:
		line(r.NotSent, "未发送：先更正上述问题，或用 --partial 只报送其余数据", "not sent: mend the above, or send the others with --partial")
	case r.FirstNotSent != "":
		line(r.NotSent, "未发送，从 "+r.FirstNotSent+" 起；再运行一次即可补齐", "not sent, from "+r.FirstNotSent+" on; run it again to complete it")
	default:
		line(r.NotSent, "未发送；再运行一次即可补齐", "not sent; run it again to complete it")
	}
	if r.Submission != "" {
		fmt.Fprintf(b, "回执 (receipts): receipts.%s\n", r.Submission)
	}
}

// progress shows on a terminal how far a push is.
type progress struct {
	w     io.Writer
	width int // 0: no terminal

	mu    sync.Mutex
	last  time.Time
	shown bool
}

func newProgress(w io.Writer) *progress {
	p := &progress{w: w}
	if f, ok := w.(*os.File); ok && term.IsTerminal(int(f.Fd())) {
		columns, _, err := term.GetSize(int(f.Fd()))
		if err != nil || columns == 0 {
			columns = 80 // a terminal that does not tell
		}
		p.width = max(0, min(30, columns-besideBar))
	}
	return p
}

// besideBar is room for the numbers beside the bar: a line that is broken in
// two can not be drawn over.
const besideBar = 40

// show draws the bar, ten times a second at most.
func (p *progress) show(stored, settled, all int) {
	if p.width == 0 || all == 0 {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if time.Since(p.last) < 100*time.Millisecond && settled < all {
		return
	}
	p.last, p.shown = time.Now(), true
	done := p.width * settled / all
	_, _ = fmt.Fprintf(p.w, "\r%s%s %d/%d  已入队 %d (stored)", strings.Repeat("█", done), strings.Repeat("░", p.width-done), settled, all, stored)
}

// clear takes the bar away.
func (p *progress) clear() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.shown {
		_, _ = fmt.Fprint(p.w, "\r\x1b[K")
		p.shown = false
	}
}
