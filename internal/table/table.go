// Package table lays out columns of text on a terminal.
package table

import (
	"io"
	"regexp"
	"strings"

	eastasian "golang.org/x/text/width"
)

// Table writes columns of text for people. Package text/tabwriter counts
// characters, but a Chinese character is twice as wide as a Latin one.
type Table struct {
	rows   [][]string
	widths []int
}

// Row adds a row.
func (t *Table) Row(cells ...string) {
	t.rows = append(t.rows, cells)
	for i, cell := range cells {
		if i == len(t.widths) {
			t.widths = append(t.widths, 0)
		}
		t.widths[i] = max(t.widths[i], width(cell))
	}
}

// Write writes the rows.
func (t *Table) Write(w io.Writer) error {
	var b strings.Builder
	for _, cells := range t.rows {
		for len(cells) > 1 && cells[len(cells)-1] == "" {
			cells = cells[:len(cells)-1] // no spaces at the end of a line
		}
		for i, cell := range cells {
			b.WriteString(cell)
			if i < len(cells)-1 {
				b.WriteString(strings.Repeat(" ", t.widths[i]-width(cell)+2))
			}
		}
		b.WriteByte('\n')
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// escapes are the colour sequences of a terminal, which take no columns.
var escapes = regexp.MustCompile("\x1b\\[[0-9;]*m")

// width is how many columns of a terminal a text takes.
func width(s string) int {
	n := 0
	for _, r := range escapes.ReplaceAllString(s, "") {
		n++
		if k := eastasian.LookupRune(r).Kind(); k == eastasian.EastAsianWide || k == eastasian.EastAsianFullwidth {
			n++
		}
	}
	return n
}
