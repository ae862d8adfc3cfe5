package layout

// sample is the number of cells by which a column is recognised.
const sample = 1000

// recognise gives a role to columns whose header says none, by their cells.
func (b *block) recognise() {
	first := true // no column before has labels or periods
	for c := range b.columns {
		if c > 0 {
			before := b.columns[c-1].role
			first = first && before != periodRole && before != labelRole
		}
		m := &b.columns[c]
		if m.role != noRole && m.role != periodRole || m.drop != nil {
			continue
		}
		if m.role == noRole && m.says() && b.hasNumber(c) {
			continue
		}
		n := b.count(c)
		if m.role == periodRole {
			if n.periods+n.numbers == 0 && n.known > 0 {
				m.role = labelRole // 月份 above the indicators, with the months beside it
			}
			continue
		}
		if n.cells > 0 && (!m.says() || n.numbers == 0 && first) {
			m.role = b.roleBy(c, n, first)
		}
	}
}

// counts are the numbers of cells of a column by what they are.
type counts struct{ cells, numbers, periods, units, known int }

// roleBy is the role of a column with such cells. first reports that no column before
// it has labels or periods.
func (b *block) roleBy(c int, n counts, first bool) role {
	m := &b.columns[c]
	switch {
	case n.units*10 >= n.cells*8:
		return unitRole
	case first && n.periods*10 >= n.cells*8 && (m.period == "" || n.numbers < n.cells):
		return periodRole
	case n.numbers*2 >= n.cells || m.period != "" || n.numbers > 0 && b.named(c):
		return noRole
	case first || n.known > 0:
		return labelRole
	}
	return otherRole
}

// hasNumber reports whether a column has a number.
func (b *block) hasNumber(c int) bool {
	for n, i := range b.body {
		if cell := b.grid.Rows[i].Cell(c); n < sample && cell != "" && (isNumber(cell) || nothing(cell)) {
			return true
		}
	}
	return false
}

// count counts the first cells of a column. Whether they are periods is not asked any
// more, as it takes long, once most of them cannot be.
func (b *block) count(c int) (n counts) {
	most := min(sample, len(b.body)) // cells
	for _, i := range b.body {
		cell := b.grid.Rows[i].Cell(c)
		if cell == "" {
			continue
		}
		if n.cells == sample {
			break
		}
		n.cells++
		if others := n.cells - 1 - n.periods; others*5 <= most && isPeriod(cell) {
			n.periods++
		}
		if b.labels.isUnit(cell) {
			n.units++
		}
		if isNumber(cell) || nothing(cell) {
			n.numbers++
		} else if _, ok := b.labels.find(b.labels.read(cell).label); ok {
			n.known++
		}
	}
	return n
}
