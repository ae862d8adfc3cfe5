package main

import (
	"io"
	"regexp"
	"strings"

	"golang.org/x/text/width"
)

// table writes columns of text for people. Package text/tabwriter counts
// characters, and a Chinese one is twice as wide as a Latin one.
type table struct {
	rows   [][]string
	widths []int
}

func (t *table) row(cells ...string) {
	t.rows = append(t.rows, cells)
	for i, cell := range cells {
		if i == len(t.widths) {
			t.widths = append(t.widths, 0)
		}
		t.widths[i] = max(t.widths[i], columns(cell))
	}
}

func (t *table) write(w io.Writer) error {
	var b strings.Builder
	for _, cells := range t.rows {
		for len(cells) > 1 && cells[len(cells)-1] == "" {
			cells = cells[:len(cells)-1] // no spaces at the end of a line
		}
		for i, cell := range cells {
			b.WriteString(cell)
			if i < len(cells)-1 {
				b.WriteString(strings.Repeat(" ", t.widths[i]-columns(cell)+2))
			}
		}
		b.WriteByte('\n')
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// escapes are the colours of a terminal, which take no columns.
var escapes = regexp.MustCompile("\x1b\\[[0-9;]*m")

// columns is how many columns of a terminal a text takes.
func columns(s string) int {
	n := 0
	for _, r := range escapes.ReplaceAllString(s, "") {
		n++
		if k := width.LookupRune(r).Kind(); k == width.EastAsianWide || k == width.EastAsianFullwidth {
			n++
		}
	}
	return n
}
