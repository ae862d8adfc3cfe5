package grid

import (
	"regexp"
	"strings"

	"github.com/tidemark-stats/tidemark/ingest/sheet"
)

// OfText returns the grid of a text file. Text without separators is divided where
// two spaces or a tab stand, and before the numbers at the end of a line, as tables
// printed by programs and copied out of documents are.
func OfText(lines []sheet.Plain, separated bool) *Grid {
	g := &Grid{}
	for _, l := range lines {
		cells := l.Cells
		if !separated {
			cells = spaced(l.Text)
		} else if rule(cells) {
			continue
		}
		g.Rows = append(g.Rows, Row{Number: l.Line, Cells: cells})
	}
	if !separated {
		g.divideHeader()
		g.divideRanks()
		g.dropIndex()
		g.alignHeader()
	} else {
		g.joinLabels()
	}
	return g
}

// rule reports whether a row is the line between header and rows of a Markdown
// table.
func rule(cells []string) bool {
	return strings.Trim(strings.Join(cells, ""), "-: ") == "" && strings.Contains(strings.Join(cells, ""), "--")
}

var (
	wide   = regexp.MustCompile(`[ \x{3000}\x{a0}]{2,}|\t+`)
	number = regexp.MustCompile(`^(?:[-+]?[0-9][0-9.,]*%?|NaN|-|…)$`)
)

// spaced divides a line at wide spaces, and each piece before the numbers at its
// end.
func spaced(line string) (cells []string) {
	for _, piece := range wide.Split(line, -1) {
		words := strings.Fields(piece)
		n := len(words)
		for n > 0 && number.MatchString(words[n-1]) {
			n--
		}
		if n > 0 {
			cells = append(cells, strings.Join(words[:n], " "))
		}
		cells = append(cells, words[n:]...)
	}
	return cells
}

// dropIndex removes the numbers of rows with which some programs begin each line,
// and which the header above does not have.
func (g *Grid) dropIndex() {
	for h := range g.Rows {
		header, counted := len(g.Rows[h].Cells), 0
		if header < 2 {
			continue
		}
		for i := range g.Rows[h+1:] {
			cells := g.Rows[h+1+i].Cells
			if len(cells) != header+1 || strings.Trim(cells[0], "0123456789") != "" {
				break
			}
			counted++
		}
		if counted < 2 {
			continue
		}
		for i := range g.Rows[h+1:] {
			if r := &g.Rows[h+1+i]; len(r.Cells) > 0 && strings.Trim(r.Cells[0], "0123456789.") == "" {
				r.Cells = r.Cells[1:]
			}
		}
		return
	}
}

// alignHeader moves a header that has one cell less than the rows below it, which
// begin with a text, to the columns that it heads.
func (g *Grid) alignHeader() {
	for h := range len(g.Rows) - 1 {
		row, below := &g.Rows[h], g.Rows[h+1].Cells
		if n := len(row.Cells); n > 1 && len(below) == n+1 && !number.MatchString(below[0]) && number.MatchString(below[1]) && !number.MatchString(row.Cells[0]) {
			row.Cells = append([]string{""}, row.Cells...)
			return
		}
	}
}
