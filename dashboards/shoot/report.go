package main

import (
	"cmp"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// check is something that can be wrong with a dashboard, with a code that never
// changes its meaning.
type check struct {
	code string
	fix  string
	// remark is a check that is reported and fails nothing.
	remark bool
}

var (
	panelError    = check{code: "panel/error", fix: "open the panel in Grafana: its menu, Inspect, Query shows what the data source answered"}
	panelLoading  = check{code: "panel/loading", fix: "see whether its data source answers, and run shoot again"}
	requestFailed = check{code: "request/failed", fix: "ask the address by hand; Grafana's log has the reason for its own"}
	wordForeign   = check{code: "word/foreign", fix: "give the text in the language of the edition, or add the word to the exceptions in dashboards/shoot/words.go"}
	textCut       = check{code: "text/cut", fix: "make the text shorter, or its column or panel larger"}
	tableWide     = check{code: "table/wide", fix: "leave out columns, or make them narrower"}
	tableScrolls  = check{code: "table/scrolls", fix: "nothing has to be done: on a phone a table is moved with a finger", remark: true}
	barThin       = check{code: "bar/thin", fix: "see that no empty points stand between the bars (custom.insertNulls) and that the series with the most bars comes first"}
	barZero       = check{code: "bar/zero", fix: "let the axis include 0 (custom.axisSoftMin: 0)"}
	tooltipMonths = check{code: "tooltip/months", fix: "see that no empty points are inserted (custom.insertNulls), and that all queries of the panel date a month alike"}
	linkDead      = check{code: "link/dead", fix: "correct the address, or see that what it leads to is provisioned and runs"}
	linkElsewhere = check{code: "link/elsewhere", fix: "it leads to another host and was not followed", remark: true}
	chartUnread   = check{code: "chart/unread", fix: "this Grafana keeps its plots elsewhere, or hides them from the mouse: adapt plotOf in dashboards/shoot/page.js"}
)

// finding is one thing that is wrong, in one panel or on the whole page.
type finding struct {
	Check     string   `json:"check"`
	Dashboard string   `json:"dashboard"`
	Panel     string   `json:"panel,omitempty"`
	What      string   `json:"what"`
	Fix       string   `json:"fix"`
	Remark    bool     `json:"remark,omitempty"`
	Views     []string `json:"views"` // in which it was seen
}

// report is what was seen.
type report struct {
	Grafana  string     `json:"grafana"`
	Version  string     `json:"version"`
	Seen     counts     `json:"seen"`
	Pictures []string   `json:"pictures"` // relative to the report
	Findings []*finding `json:"findings"`
}

// counts say how much was looked at, over all views, so that nothing found is not
// mistaken for nothing read.
type counts struct {
	Panels   int `json:"panels"`
	Texts    int `json:"texts"`
	Tables   int `json:"tables"`
	Charts   int `json:"charts"`
	Bars     int `json:"bars_measured"`
	Tooltips int `json:"tooltips"`
	Links    int `json:"links"`
}

// add notes a finding; one that was noted in another view gets this one too.
func (r *report) add(c check, d dashboard, panel, what string, v view) {
	for _, f := range r.Findings {
		if f.Check == c.code && f.Dashboard == d.UID && f.Panel == panel && f.What == what {
			if !slices.Contains(f.Views, v.String()) {
				f.Views = append(f.Views, v.String())
			}
			return
		}
	}
	r.Findings = append(r.Findings, &finding{c.code, d.UID, panel, what, c.fix, c.remark, []string{v.String()}})
}

// faults are the findings that make shoot fail.
func (r *report) faults() (all []*finding) {
	for _, f := range r.Findings {
		if !f.Remark {
			all = append(all, f)
		}
	}
	return all
}

// keep writes the picture of a view.
func (r *report) keep(out string, d dashboard, v view, png []byte) error {
	name := filepath.Join(string(d.Edition), v.file(d))
	to := filepath.Join(out, name)
	if err := os.MkdirAll(filepath.Dir(to), 0o755); err != nil {
		return err
	}
	r.Pictures = append(r.Pictures, filepath.ToSlash(name))
	return os.WriteFile(to, png, 0o644)
}

// write writes report.md and report.json.
func (r *report) write(out string) error {
	slices.SortStableFunc(r.Findings, func(a, b *finding) int {
		return cmp.Or(strings.Compare(a.Dashboard, b.Dashboard), strings.Compare(a.Check, b.Check), strings.Compare(a.Panel, b.Panel))
	})
	if err := os.MkdirAll(out, 0o755); err != nil {
		return err
	}
	data, err := json.MarshalIndent(r, "", "  ")
	if err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(out, "report.json"), append(data, '\n'), 0o644); err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(out, "report.md"), []byte(r.markdown()), 0o644)
}

// markdown is the report for people.
func (r *report) markdown() string {
	var b strings.Builder
	fmt.Fprintf(&b, "# Dashboards as seen\n\n%s, Grafana %s.\n\n%s", r.Grafana, r.Version, r.summary())
	part := func(title string, remarks bool) {
		dashboard := ""
		for _, f := range r.Findings {
			if f.Remark != remarks {
				continue
			}
			if title != "" {
				fmt.Fprintf(&b, "\n## %s\n", title)
				title = ""
			}
			if f.Dashboard != dashboard {
				dashboard = f.Dashboard
				fmt.Fprintf(&b, "\n### %s\n\n", dashboard)
			}
			where := "the page"
			if f.Panel != "" {
				where = quoted(f.Panel)
			}
			fmt.Fprintf(&b, "- `%s` %s: %s. Fix: %s. Seen at %s.\n", f.Check, where, oneLine(f.What), f.Fix, strings.Join(f.Views, ", "))
		}
	}
	part("Faults", false)
	part("Remarks", true)
	b.WriteString("\n## Pictures\n\n")
	for _, p := range r.Pictures {
		fmt.Fprintf(&b, "- [%s](%[1]s)\n", p)
	}
	return b.String()
}

// summary says in two lines what was looked at and what was found.
func (r *report) summary() string {
	faults := len(r.faults())
	s := r.Seen
	return fmt.Sprintf("%s; over all of them %d panels, %d texts, %d tables, %d charts, %d bars measured, %d tooltips, %d links.\n%s, %s.\n",
		count(len(r.Pictures), "picture"), s.Panels, s.Texts, s.Tables, s.Charts, s.Bars, s.Tooltips, s.Links,
		count(faults, "fault"), count(len(r.Findings)-faults, "remark"))
}

func count(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}

// oneLine is a text of a page as one line of the report.
func oneLine(text string) string { return strings.Join(strings.Fields(text), " ") }

// quoted is the beginning of a text of a page, as it is quoted in a finding.
func quoted(text string) string {
	const most = 80 // characters
	text = oneLine(text)
	if runes := []rune(text); len(runes) > most {
		text = string(runes[:most-1]) + "…"
	}
	return "“" + text + "”"
}
