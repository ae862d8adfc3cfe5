package sender

import (
	"strings"

	"github.com/tidemark-stats/tidemark/catalog"
	"github.com/tidemark-stats/tidemark/figure"
	"github.com/tidemark-stats/tidemark/internal/lang"
)

// Tally counts figures by what they change.
type Tally struct {
	New     int `json:"new"`
	Same    int `json:"same"`
	Changed int `json:"changed"`
	Later   int `json:"later"`
	Refused int `json:"refused"`
}

func (t *Tally) count(c Change) {
	if n := t.of(c); n != nil {
		*n++
	}
}

// of returns the number of a change; nil of Uncompared.
func (t *Tally) of(c Change) *int {
	switch c {
	case New:
		return &t.New
	case Same:
		return &t.Same
	case Changed:
		return &t.Changed
	case Later:
		return &t.Later
	case Refused:
		return &t.Refused
	}
	return nil
}

// Group is what the files say about one indicator.
type Group struct {
	Indicator string    `json:"indicator"`
	Name      lang.Text `json:"name"`
	Figures   int       `json:"figures"` // without rows that repeat others
	Tally

	rows    []Row // the first, in their order
	omitted int   // rows that are not among them although something is to be said of them
	plain   int   // other rows that are not among them
}

// keptRows is how many rows are kept for a report: so many of those of which something
// is to be said, and so many others. All are counted.
const keptRows = 2000

// grouping collects the rows of a report by indicator.
type grouping struct {
	cat     *catalog.Catalog
	groups  map[string]*Group
	notable int
	plain   int
}

// add adds a row of a file whose figure could be read.
func (g *grouping) add(r *Report, f *file, row *Row) {
	code := row.Figure.Indicator
	group := g.groups[code]
	if group == nil {
		group = &Group{Indicator: strings.Clone(code), Name: lang.Text{ZH: code, EN: code}}
		if ind, ok := g.cat.Indicator(code); ok {
			group.Name = ind.Name
		}
		g.groups[code] = group
		r.Groups = append(r.Groups, group)
	}
	if row.Repeats > 0 {
		return
	}
	group.Figures++
	group.count(row.Change)
	if r.Compared != nil {
		r.Compared.count(row.Change)
	}
	kept, omitted := &g.plain, &group.plain
	if row.notable() {
		kept, omitted = &g.notable, &group.omitted
	}
	if *kept == keptRows {
		*omitted++
		return
	}
	*kept++
	row.Where = f.where(row.Line, "value")
	group.rows = append(group.rows, *row)
}

// notable reports whether there is more to say of a row than that it is well.
func (r *Row) notable() bool {
	return r.Change == Changed || r.Change == Later || r.Change == Refused || len(r.Findings)+len(r.Unusual)+len(r.Answered) > 0
}

// indicatorOf returns the indicator of a finding; empty when it is not about a figure.
func indicatorOf(f *Finding) string {
	code, _, _ := strings.Cut(f.Cell, " ")
	return code
}

// place is where a row is among all rows of all files, to sort by.
type place struct{ table, line int }

func (p place) compare(o place) int {
	if p.table != o.table {
		return p.table - o.table
	}
	return p.line - o.line
}

// label names the cell of a row by its area, category, period and measure.
func (r *Row) label(cat *catalog.Catalog) lang.Text {
	cell := r.Figure.Cell
	name := cat.AreaName(cell.Area)
	if cell.Category != figure.Total && cell.Category != "" {
		name = lang.Say("%s %s", "%s %s", name, cell.Category)
	}
	return lang.Say("%s %s%s", "%s %s%s", name, cell.Period.String(), measureWord(cell.Measure))
}

// measureWord is what follows a period; nothing for a level.
func measureWord(m figure.Measure) lang.Text {
	switch m {
	case figure.YTD:
		return lang.Text{ZH: " 累计", EN: " to date"}
	case figure.YoY:
		return lang.Text{ZH: " 同比", EN: " growth"}
	case figure.YTDYoY:
		return lang.Text{ZH: " 累计同比", EN: " growth to date"}
	}
	return lang.Text{}
}
