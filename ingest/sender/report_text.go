package sender

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/tidemark-stats/tidemark/ingest/rules"
	"github.com/tidemark-stats/tidemark/internal/lang"
)

// WriteIn writes the report by indicator: a line for what is well, and in the order of
// the files what changes, what is refused and what is unusual. After a push, what is
// well is only counted. The report is in one language; if l is empty, as the reader's is
// not known, in Chinese, and in both where it is in both without a comparison.
func (r *Report) WriteIn(w io.Writer, o Occasion, l lang.Language) error {
	p := printer{report: r, occasion: o, language: l}
	p.findings(r.of(""), "")
	for _, g := range r.Groups {
		if o == Checked || g.Changed+g.Later+g.Refused > 0 || len(r.of(g.Indicator)) > 0 {
			p.group(g)
		}
	}
	for _, code := range r.ungrouped() {
		p.findings(r.of(code), "")
	}
	if n := r.Omitted; n > 0 {
		p.say(lang.Say("… 另有%d个问题未列出\n", "… %d more problems\n", n))
	}
	if n := r.UnusualOmitted; n > 0 {
		p.say(lang.Say("… 另有%d处请留意，未列出\n", "… %d more worth a look\n", n))
	}
	if p.Len() > 0 {
		p.WriteByte('\n')
	}
	p.summary()
	_, err := io.WriteString(w, p.String())
	return err
}

// printer writes a report in one language.
type printer struct {
	strings.Builder
	report   *Report
	occasion Occasion
	language lang.Language
	listed   int // changes
	unlisted int // of the group
}

func (p *printer) say(t lang.Text) { p.WriteString(t.In(p.language)) }

// said is a finding, or a warning.
type said struct {
	*Finding
	unusual bool
}

// of returns what is said about an indicator, in the order of the files: "" is for
// what is not about a figure.
func (r *Report) of(indicator string) (all []said) {
	for i := range r.Findings {
		if f := &r.Findings[i]; indicatorOf(f) == indicator {
			all = append(all, said{f, false})
		}
	}
	for i := range r.Unusual {
		if f := &r.Unusual[i]; indicatorOf(f) == indicator {
			all = append(all, said{f, true})
		}
	}
	slices.SortStableFunc(all, func(a, b said) int { return a.at.compare(b.at) })
	return all
}

// ungrouped returns the indicators of findings that have no group, in the order of
// the files.
func (r *Report) ungrouped() (codes []string) {
	for _, list := range [][]Finding{r.Findings, r.Unusual} {
		for i := range list {
			code := indicatorOf(&list[i])
			grouped := slices.ContainsFunc(r.Groups, func(g *Group) bool { return g.Indicator == code })
			if code != "" && !grouped && !slices.Contains(codes, code) {
				codes = append(codes, code)
			}
		}
	}
	return codes
}

// group writes an indicator's line and what is to be said of its figures.
func (p *printer) group(g *Group) {
	name := lang.Say("%s %s", "%s (%s)", g.Name, g.Indicator)
	if g.Name.In(p.language) == g.Indicator {
		name = g.Name
	}
	p.say(lang.Say("%s：%s\n", "%s: %s\n", name, g.says(p.report.Compared != nil)))
	all := p.report.of(g.Indicator)
	for i := range g.rows {
		row := &g.rows[i]
		at := place{row.table, row.Line}
		n := 0
		for n < len(all) && all[n].at.compare(at) <= 0 {
			n++
		}
		p.findings(all[:n], "  ")
		switch own := n > 0 && all[n-1].at == at; {
		case row.Change == Changed && g.Changed > 1, row.Change == Later:
			p.change(row)
		case row.Change == Refused && row.Was != nil && own:
			p.say(lang.Say("      库中为 %s\n", "      stored is %s\n", row.Was.Amount()))
		}
		all = all[n:]
	}
	p.findings(all, "  ")
	if n := g.omitted + p.unlisted; n > 0 {
		p.say(lang.Say("  … 另有%d处未列出\n", "  … %d more\n", n))
	}
	p.unlisted = 0
}

// change writes what a row changes, unless there are too many.
func (p *printer) change(row *Row) {
	if p.listed == maxFindings {
		p.unlisted++
		return
	}
	p.listed++
	p.say(lang.Say("  %s  %s：%s\n", "  %s  %s: %s\n", row.Where, row.label(p.report.cat), row.Says()))
}

// findings writes findings and warnings.
func (p *printer) findings(all []said, indent string) {
	for _, t := range all {
		p.finding(t, indent)
	}
}

// finding writes a finding as Finding.WriteText does, in one language.
func (p *printer) finding(t said, indent string) {
	var b strings.Builder
	f := t.Finding
	b.WriteString(f.Code)
	if rule, ok := rules.Of(f.Code); ok {
		b.WriteString(" " + lang.Text{ZH: rule.ZH, EN: rule.EN}.In(p.language))
	}
	if t.unusual {
		b.WriteString(lang.Text{ZH: "（请留意，未拒收）", EN: " (worth a look, not refused)"}.In(p.language))
	}
	b.WriteString("  " + f.Where)
	f.writeDetails(&b)
	for line := range strings.Lines(b.String()) {
		p.WriteString(indent + line)
	}
}

// summary writes how the files were read and what became of their rows.
func (p *printer) summary() {
	r := p.report
	if p.language == "" {
		writeSummary(&p.Builder, r, p.occasion)
		return
	}
	for _, how := range r.Read {
		fmt.Fprintf(&p.Builder, "%s: %s\n", how.File, how.In(p.language))
	}
	p.say(lang.Say("%s：%s\n", "%s: %s\n", strings.Join(r.Files, ", "), figures(r.Figures)))
	for _, line := range r.lines(p.occasion) {
		fmt.Fprintf(&p.Builder, "  %6d  %s\n", line.n, line.In(p.language))
	}
	for _, text := range r.remarks(p.occasion) {
		p.WriteString(text.In(p.language) + "\n")
	}
	if r.Submission != "" {
		p.say(lang.Say("回执：receipts.%s\n", "receipts: receipts.%s\n", r.Submission))
	}
}

// remarks say what is to be known about the comparison.
func (r *Report) remarks(o Occasion) (all []lang.Text) {
	if r.NotCompared != "" {
		all = append(all, lang.Text{ZH: "未与库中数据比较", EN: "not compared with what is stored: " + r.NotCompared})
	}
	if r.Undecided > 0 && o == Checked {
		all = append(all, lang.Say("另有 %s已送达、尚未处理，未参与比较", "%s sent earlier, not settled yet and not compared with", figures(r.Undecided)))
	}
	for i := range r.Pending {
		all = append(all, r.Pending[i].says())
	}
	return all
}
