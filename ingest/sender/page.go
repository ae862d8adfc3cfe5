package sender

import (
	_ "embed"
	"html/template"
	"io"
	"strings"
	"time"

	"github.com/tidemark-stats/tidemark/figure"
	"github.com/tidemark-stats/tidemark/ingest/rules"
	"github.com/tidemark-stats/tidemark/internal/lang"
)

//go:embed page.html
var pageHTML string

var pageTemplate = template.Must(template.New("page").Parse(pageHTML))

// page is what the template of a report is given, in one language.
type page struct {
	Lang     lang.Language
	Title    string
	Files    []string
	City     string
	At       string
	Compared bool
	Outcomes []outcomeShown
	Changes  string // beside what is stored
	Remarks  []string
	Read     []string
	Receipts string
	General  []finding
	Groups   []groupShown
	More     []string
	Words    map[string]string
}

type outcomeShown struct {
	N    int
	Text string
}

type groupShown struct {
	Name, Code, Says string
	Rows             []rowShown // of which something is to be said, and what is new
	Same             []rowShown
	SameText         string
	More             string
}

type rowShown struct {
	Class                                            string
	Where, Area, Period, Measure, Now, Stored, Since string
	Change, Difference, Note                         string
	Findings                                         []finding
	Words                                            map[string]string
}

type finding struct {
	Class, Title, Code, Where, Text, Cell, Reason, Hint string
}

// WriteHTML writes the report as one page that needs nothing else: for a browser, on
// a phone or on paper. It is in Chinese if l is empty.
func (r *Report) WriteHTML(w io.Writer, o Occasion, l lang.Language) error {
	in := func(zh, en string) string { return lang.Text{ZH: zh, EN: en}.In(l) }
	if l == "" {
		l = lang.Chinese
	}
	p := page{Lang: l, Files: r.Files, City: r.cat.City.In(l), At: time.Now().In(r.cat.Location()).Format("2006-01-02 15:04"),
		Compared: r.Compared != nil, Title: in("报送前核对", "Check before sending"), Receipts: r.Submission, Words: map[string]string{}}
	if o == Pushed {
		p.Title = in("报送结果", "What was sent")
	}
	for _, line := range r.lines(o) {
		p.Outcomes = append(p.Outcomes, outcomeShown{line.n, line.In(l)})
	}
	for _, text := range r.remarks(o) {
		p.Remarks = append(p.Remarks, text.In(l))
	}
	for _, how := range r.Read {
		p.Read = append(p.Read, how.File+": "+how.In(l))
	}
	if r.Compared != nil {
		p.Changes = lang.Say("与库中数据相比：%s", "Beside what is stored: %s", (&Group{Figures: r.Figures, Tally: *r.Compared}).says(true)).In(l)
	}
	for _, word := range pageWords {
		p.Words[word.key] = in(word.zh, word.en)
	}
	p.General = shown(r.of(""), l)
	for _, g := range r.Groups {
		p.Groups = append(p.Groups, r.groupShown(g, &p))
	}
	for _, code := range r.ungrouped() {
		p.General = append(p.General, shown(r.of(code), l)...)
	}
	if r.Omitted > 0 {
		p.More = append(p.More, lang.Say("另有%d个问题未列出", "%d more problems are not listed", r.Omitted).In(l))
	}
	if r.UnusualOmitted > 0 {
		p.More = append(p.More, lang.Say("另有%d处请留意，未列出", "%d more worth a look are not listed", r.UnusualOmitted).In(l))
	}
	return pageTemplate.Execute(w, &p)
}

// pageWords are the words of the page itself.
var pageWords = []struct{ key, zh, en string }{
	{"where", "位置", "place"}, {"area", "地区", "area"}, {"period", "时期", "period"}, {"now", "报送", "in the file"},
	{"stored", "库中", "stored"}, {"change", "变化", "change"}, {"compared", "与库中数据比较", "compared with what is stored"},
	{"made", "制作时间", "made"}, {"figures", "个数据", "figures"}, {"read", "文件的读法", "how the files were read"},
	{"receipts", "回执", "receipts"}, {"general", "文件的问题", "problems of the files"},
}

// groupShown is an indicator on the page.
func (r *Report) groupShown(g *Group, p *page) groupShown {
	l := p.Lang
	out := groupShown{Name: g.Name.In(l), Code: g.Indicator, Says: g.says(r.Compared != nil).In(l)}
	all := r.of(g.Indicator)
	for i := range g.rows {
		row := &g.rows[i]
		var own []said
		for _, f := range all {
			if f.at == (place{row.table, row.Line}) {
				own = append(own, f)
			}
		}
		shownRow := r.rowShown(row, l)
		shownRow.Words = p.Words
		shownRow.Findings = shown(own, l)
		if len(own) == 0 && (row.Change == Same || row.Change == Uncompared) {
			out.Same = append(out.Same, shownRow)
			continue
		}
		out.Rows = append(out.Rows, shownRow)
	}
	if len(out.Same) > 0 {
		out.SameText = lang.Say("相同的 %d 个", "the %d that are the same", len(out.Same)).In(l)
		if r.Compared == nil {
			out.SameText = lang.Say("无问题的 %d 个", "the %d with which nothing is wrong", len(out.Same)).In(l)
		}
	}
	if n := g.omitted + g.plain; n > 0 {
		out.More = lang.Say("另有 %d 个未列出", "%d more are not listed", n).In(l)
	}
	return out
}

// rowShown is a row on the page.
func (r *Report) rowShown(row *Row, l lang.Language) rowShown {
	f := &row.Figure
	area := r.cat.AreaName(f.Area).In(l)
	if f.Category != figure.Total && f.Category != "" {
		area += " " + f.Category
	}
	out := rowShown{Class: row.Change.String(), Where: row.Where, Area: area, Period: f.Period.String() + measureWord(f.Measure).In(l),
		Now: amountOf(f.Value, f.Unit, f.Withheld, f.Status).In(l), Change: row.Change.Name().In(l), Note: f.Note}
	if row.Change == Uncompared {
		out.Change = ""
	}
	if f.Status != figure.Normal && !f.Withheld {
		out.Now += " (" + f.Status.String() + ")"
	}
	if was := row.Was; was != nil {
		out.Stored = was.Amount().In(l)
		if !was.Published.IsZero() {
			out.Since = was.Published.Format(time.DateOnly)
		}
		if was.Status != figure.Normal && !was.Withheld {
			out.Stored += " (" + was.Status.String() + ")"
		}
	}
	if row.Difference != nil {
		out.Difference = row.Difference.says(f.Measure.Growth()).In(l)
	}
	if row.Was != nil && row.Change == Changed && row.Difference == nil && f.Withheld == row.Was.Withheld {
		out.Difference = row.Says().In(l)
	}
	return out
}

// shown converts findings for the page.
func shown(all []said, l lang.Language) (out []finding) {
	for _, s := range all {
		f := finding{Class: "refused", Code: s.Code, Where: s.Where, Text: s.Quoted(), Cell: s.Cell, Reason: strings.TrimSpace(s.Field + " " + s.Reason), Hint: s.Hint}
		if rule, ok := rules.Of(s.Code); ok {
			f.Title = lang.Text{ZH: rule.ZH, EN: rule.EN}.In(l)
		}
		if s.unusual {
			f.Class = "unusual"
		}
		out = append(out, f)
	}
	return out
}
