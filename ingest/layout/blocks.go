package layout

import (
	"cmp"
	"slices"

	"github.com/tidemark-stats/tidemark/ingest/grid"
)

// maxTables is the number of tables of a sheet that are read.
const maxTables = 100

// maxBeside is the number of tables beside each other that are read.
const maxBeside = 20

// tables divides a sheet into its tables, one below or beside the other. more reports
// that there are more than are read. named says that the sender names the columns, of
// a sheet of one table.
func tables(g *grid.Grid, l *labels, named bool) (all []*block, more bool) {
	b := divide(g, l, named)
	switch {
	case b == nil:
		return nil, false
	case named:
		at, _ := b.beside()
		return []*block{b}, b.next() >= 0 || at > 0
	case b.headless:
		return []*block{b}, false
	}
	if at, groups := b.beside(); groups > maxBeside {
		return nil, true
	} else if at > 0 {
		left, more := tables(beside(g, b, 0, at), l, false)
		right, more2 := tables(beside(g, b, at, g.Width()), l, false)
		return append(left, right...), more || more2
	}
	var above *block
	for {
		at := b.next()
		if at < 0 {
			b.under(above)
			return append(all, b), false
		}
		rest := *g
		rest.Rows = g.Rows[at:]
		upper := *g
		upper.Rows = g.Rows[:at]
		if one := divide(&upper, l, false); one != nil {
			one.under(above)
			all, above = append(all, one), one
		}
		if len(all) == maxTables {
			return all, true
		}
		g = &rest
		if b = divide(g, l, false); b == nil {
			return all, false
		}
	}
}

// under takes over what the title of the table above says, when the table has no such
// title itself.
func (b *block) under(above *block) {
	if above == nil {
		return
	}
	if b.above.period == "" && !b.unclear {
		b.above.period, b.unclear = above.above.period, above.unclear
	}
	b.above.unit = cmp.Or(b.above.unit, above.above.unit)
	b.area = cmp.Or(b.area, above.area)
}

// next returns the index of the row at which another table begins, with its title; -1
// when there is none.
func (b *block) next() int {
	seen := false
	for _, i := range b.body {
		if len(b.values(i)) > 0 && !b.heads(i) {
			seen = true
			continue
		}
		if !seen || !b.heads(i) || b.repeats(i) {
			continue
		}
		for i > 0 && b.filled(i-1) == 1 && len(b.values(i-1)) == 0 {
			i--
		}
		return i
	}
	return -1
}

// heads reports whether a row below the header is the header of another table: words
// of headers, or years, stand in it, and nothing that names a value.
func (b *block) heads(i int) bool {
	row, said, above, words := b.grid.Rows[i], 0, 0, false
	if b.filled(i) < 2 || b.dated(i) {
		return false
	}
	for c, text := range row.Cells {
		if text == "" || c >= len(b.columns) {
			continue
		}
		m := b.labels.read(text)
		key := b.columns[c].role != noRole && (b.columns[c].role != unitRole || b.labels.isUnit(text))
		it, _ := b.labels.find(m.label)
		switch year := yearOf(text); {
		case isNumber(text) && (!words || year < 1900 || year > 2100), key && m.role == noRole:
			return false
		case m.role != noRole:
			words = words || key
			said++
		case m.says() || m.drop != nil || m.period != "" || !it.empty():
			said++
			above++
		}
	}
	return said > 1 && (above > 0 || words)
}

// repeats reports whether a row has the texts of a row of the header.
func (b *block) repeats(i int) bool {
	return slices.ContainsFunc(b.header, func(h int) bool { return slices.Equal(trimmed(b.grid.Rows[h].Cells), trimmed(b.grid.Rows[i].Cells)) })
}

func trimmed(cells []string) []string {
	for len(cells) > 0 && cells[len(cells)-1] == "" {
		cells = cells[:len(cells)-1]
	}
	return cells
}

// beside returns the column with which a second table begins to the right of the
// first one, 0 when there is none: one of labels or periods like a column before, with
// values between them and behind.
func (b *block) beside() (at, groups int) {
	values := 0 // columns of values since the last one of a role
	seen := map[role]bool{}
	for c, m := range b.columns {
		switch {
		case m.role == noRole && m != (meaning{}):
			if values++; values == 1 {
				groups++
			}
		case m.role == labelRole || m.role == periodRole || m.role == areaRole:
			if again := seen[m.role] && values > 0; again && at == 0 && b.valuesFrom(c) {
				at = c
			}
			seen[m.role], values = true, 0
		}
	}
	if at == 0 {
		return 0, 0
	}
	return at, groups
}

// valuesFrom reports whether a column of values stands to the right.
func (b *block) valuesFrom(c int) bool {
	return slices.ContainsFunc(b.columns[c:], func(m meaning) bool { return m.role == noRole && m != (meaning{}) })
}

// beside returns the grid of some columns, in their places. Titles belong to both
// sides, unless each side has its own.
func beside(g *grid.Grid, b *block, from, to int) *grid.Grid {
	part := *g
	part.Rows = make([]grid.Row, 0, len(g.Rows))
	for i, r := range g.Rows {
		cells := make([]string, min(to, len(r.Cells)))
		for c := from; c < len(cells); c++ {
			cells[c] = r.Cells[c]
		}
		if slices.Contains(b.title, i) && len(trimmed(cells)) == 0 {
			cells = r.Cells
		}
		if len(trimmed(cells)) > 0 {
			part.Rows = append(part.Rows, grid.Row{Number: r.Number, Cells: cells})
		}
	}
	return &part
}

// keyCell is the cell of a column that is not of values. An empty one in a merged cell
// has the text of that; an empty year before a month has the year above.
func (b *block) keyCell(i, c int) string {
	role, text := b.columns[c].role, b.grid.Rows[i].Cell(c)
	if role == noRole || role == otherRole {
		return ""
	}
	if text == "" {
		text = b.merged(b.grid.Rows[i].Number, c)
	}
	if role != periodRole {
		return text
	}
	if text != "" {
		b.carried[c] = text
		return text
	}
	right := slices.IndexFunc(b.columns[c+1:], func(m meaning) bool { return m.role == periodRole })
	if right >= 0 && b.grid.Rows[i].Cell(c+1+right) != "" {
		return b.carried[c]
	}
	return ""
}

// merged returns the text of the merged cell to which an empty cell of its first
// column belongs.
func (b *block) merged(number, column int) string {
	if b.vertical == nil {
		b.vertical = map[int][]grid.Range{}
		for _, r := range b.grid.Merged {
			if r.LastRow > r.FirstRow {
				b.vertical[r.FirstColumn] = append(b.vertical[r.FirstColumn], r)
			}
		}
		for _, all := range b.vertical {
			slices.SortFunc(all, func(x, y grid.Range) int { return cmp.Compare(x.FirstRow, y.FirstRow) })
		}
	}
	all := b.vertical[column]
	i, found := slices.BinarySearchFunc(all, number, func(r grid.Range, n int) int { return cmp.Compare(r.FirstRow, n) })
	if found || i == 0 || all[i-1].LastRow < number {
		return ""
	}
	at, ok := slices.BinarySearchFunc(b.grid.Rows, all[i-1].FirstRow, func(r grid.Row, n int) int { return cmp.Compare(r.Number, n) })
	if !ok {
		return ""
	}
	return b.grid.Rows[at].Cell(column)
}
