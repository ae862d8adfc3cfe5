package layout

import (
	"cmp"
	"regexp"
	"slices"
	"strings"
	"unicode"

	"github.com/tidemark-stats/tidemark/figure"
	"github.com/tidemark-stats/tidemark/ingest/grid"
)

// block is a grid divided into a title, a header, and rows.
type block struct {
	grid   *grid.Grid
	labels *labels

	title   []int     // indices of rows above the header
	header  []int     // indices of the header's rows
	body    []int     // indices of the rows below
	columns []meaning // what the header says about each column
	above   meaning   // what the title says
	area    string    // the area that the title names

	taken taken // what values have from the title

	unclear   bool   // the title names several periods
	indicator string // of a table that names none, as the sender says

	given    *SheetMap            // what the sender says
	absent   []string             // columns of the mapping that the table does not have
	before   *said                // the row before, unless it is growth on the year before
	last     string               // the period of the row before
	carried  map[int]string       // the last cell of each column of periods
	outline  outline              // the rows above, by which a part of a total is known
	runs     map[string]*run      // of the periods of rows, by their label
	years    []string             // periods that have the year of those beside them, for the report
	days     bool                 // days stand for months, for the report
	vertical map[int][]grid.Range // merged cells of several rows, by their first column
	across   map[int][]grid.Range // merged cells of several columns, by the number of a row of the header
	filledIn []bool               // whether a column has text, by empty
	headedTo int                  // the number of columns up to the last with a heading, by headed; 0 before
	headless bool                 // nothing says what the columns are
}

// numeral matches what may be a number, or what bulletins and spreadsheets write when
// there is none: an estimate, a formula, an error.
var numeral = regexp.MustCompile(`^(?:(?:约|約|近|超|逾|超过|增长|增加|下降|减少|上升|[<>≤≥≈~±＜＞(（])*\s*[-+−－]?\s*[.．]?[0-9０-９][0-9０-９.,，．'’\x{a0} ]*(?:[eE][-+]?\d+)?\s*[%％‰]?\s*[)）]?` +
	`\s*(?:[*†‡#\x{b9}\x{b2}\x{b3}ᵖʳ①-⑳]|[(（\[][^()（）\[\]]{1,3}[)）\]])*\s*(?:\p{Han}{0,5}|[A-Za-z]{1,3})|=.+|#(?:DIV/0!|N/A|NAME\?|NULL!|NUM!|REF!|VALUE!|SPILL!|CALC!|GETTING_DATA))$`)

// isNumber reports whether a cell has a number. 1月 is none.
func isNumber(cell string) bool {
	return cell != "" && numeral.MatchString(cell) && !strings.ContainsAny(cell, "年月季半") &&
		(!strings.ContainsFunc(cell, unicode.IsLetter) || !isPeriod(cell))
}

// nothing reports whether a cell says that there is no number.
func nothing(cell string) bool {
	return strings.Trim(cell, "-—―–…. ") == "" || slices.Contains([]string{"nan", "n/a", "na", "none", "null", "无", ".."}, strings.ToLower(cell))
}

// isPeriod reports whether a cell is a period, with or without its year.
func isPeriod(cell string) bool {
	all := readings(cell)
	return len(all) > 0 && all[0].Extent != figure.Other
}

// divide finds the title, the header and the rows of a grid; nil when it has no
// numbers. named says that the columns are known otherwise than by a header.
func divide(g *grid.Grid, l *labels, named bool) *block {
	b := &block{grid: g, labels: l, given: &SheetMap{}, carried: map[int]string{}, runs: map[string]*run{}}
	first := b.firstRow()
	if first < 0 {
		return nil
	}
	top := b.headerAbove(first)
	for i := range top {
		b.title = append(b.title, i)
	}
	for i := top; i < len(g.Rows); i++ {
		if i < first && (b.filled(i) > 1 || b.keyed(i) != noRole) && !b.dated(i) {
			b.header = append(b.header, i)
		} else {
			b.body = append(b.body, i)
		}
	}
	b.headless = len(b.header) == 0 && !named
	b.readTitle()
	b.readHeader()
	return b
}

// headerAbove returns the index of the first row of the header above the first row of
// values. Between them can be rows of one cell, which are headings of rows, and rows
// of periods without values.
func (b *block) headerAbove(first int) (top int) {
	i := first - 1
	for i >= 0 && b.keyed(i) == noRole && (b.filled(i) == 1 || b.dated(i)) {
		i--
	}
	if i < 0 {
		return first // only a title
	}
	top = i
	for top > 0 && (b.filled(top-1) > 1 || b.keyed(top-1) != noRole) {
		top--
	}
	return top
}

// dated reports whether a row begins with a period, and has nothing else but periods.
func (b *block) dated(i int) bool {
	cells := b.grid.Rows[i].Cells
	return yearOf(b.grid.Rows[i].Cell(0)) != 0 && !slices.ContainsFunc(cells, func(c string) bool { return c != "" && !isPeriod(c) && !nothing(c) }) &&
		!slices.ContainsFunc(cells[1:], func(c string) bool { return yearOf(c) != 0 && yearOf(c) != yearOf(cells[0]) })
}

// filled counts the cells of a row with text.
func (b *block) filled(i int) (n int) {
	for _, c := range b.grid.Rows[i].Cells {
		if c != "" {
			n++
		}
	}
	return n
}

// firstRow returns the index of the first row with values: numbers that are not all
// periods, as those of a header may be, below a row that can be its header.
func (b *block) firstRow() int {
	for i := range b.grid.Rows {
		if b.filled(i) < 2 {
			continue
		}
		numbers, periods := 0, 0
		for j, c := range b.grid.Rows[i].Cells {
			if !isNumber(c) || j == 0 && isPeriod(c) {
				continue
			}
			if numbers++; strings.Trim(c, "0123456789") == "" && len(c)%2 == 0 && len(c) >= 4 && yearOf(c) > 1900 && yearOf(c) < 2100 {
				periods++ // 2024, 202405 or 20240531
			}
		}
		keyed := isPeriod(b.grid.Rows[i].Cell(0)) // then numbers like years are values
		if numbers > 0 && (periods < numbers || keyed) && b.keyed(i) == noRole {
			return i
		}
	}
	return -1
}

// skippedRows are the first cells of header rows that say nothing about the values,
// as the files of statistical databases have them.
var skippedRows = []string{"release date", "next release", "important notes", "cdid", "preunit", "series id", "series type", "data type", "collection month",
	"series start", "series end", "no. obs", "发布频率", "发布日期", "数据来源"}

// keyed says what a header row has in its cells when its first cell names it, as in
// the files of statistical databases: the titles or the units of the columns.
func (b *block) keyed(i int) role {
	cells := b.grid.Rows[i].Cells
	switch k := strings.ToLower(b.grid.Rows[i].Cell(0)); {
	case slices.Contains(skippedRows, k):
		return otherRole
	case k == "title" || k == "data item":
		return labelRole
	case k == "frequency" || k == "频率" || k == "频度":
		return periodRole
	case k == "unit" || k == "units" || k == "单位":
		if !slices.ContainsFunc(cells[1:], func(c string) bool { return c != "" && !b.labels.isUnit(c) }) {
			return unitRole
		}
	}
	return noRole
}

// aside matches the beginning of lines that say nothing about all values.
var aside = regexp.MustCompile(`(?i)^\s*(?:注|说明|備註|备注|来源|數據來源|数据来源|资料来源|notes?\b|source|key\b|footnote)`)

// readTitle reads what stands above the header.
func (b *block) readTitle() {
	var texts []string
	for _, i := range b.title {
		text := strings.Join(strings.Fields(strings.Join(b.grid.Rows[i].Cells, " ")), " ")
		if aside.MatchString(text) {
			continue
		}
		texts = append(texts, text)
		m := b.labels.read(base.ReplaceAllString(text, " "))
		if m.drop != nil || m.role != noRole {
			m = meaning{unit: m.unit}
		}
		m.period = ""
		if differ(b.above.unit, m.unit) {
			m.unit = b.above.unit + several + m.unit
		}
		b.above, _ = b.above.over(m)
		if b.area == "" {
			b.area = b.labels.areaIn(text)
		}
	}
	if b.grid.Name != "" {
		texts = append(texts, b.grid.Name)
		b.area = cmp.Or(b.area, b.labels.areaIn(b.grid.Name))
	}
	b.above.period, b.unclear = titled(texts)
	b.above.growth, b.above.level, b.above.vague = false, false, false // a title names a table, not a measure
}

// readHeader reads what the header says about each column.
func (b *block) readHeader() {
	b.columns = make([]meaning, b.grid.Width())
	for _, i := range b.header {
		keyed := b.keyed(i)
		if keyed == otherRole {
			continue
		}
		for c, text := range b.headerCells(i) {
			if text == "" || keyed != noRole && c == 0 {
				continue
			}
			m := b.labels.read(text)
			switch {
			case c == 0 || keyed == noRole:
			case keyed == unitRole:
				m = meaning{unit: text}
			case keyed == labelRole:
				m = meaning{label: text}
			case keyed == periodRole:
				m = meaning{of: frequencies[lower(text)]}
			}
			if m.growth && !percent(b.columns[c].unit) {
				b.columns[c].unit = "" // of the levels beside it
			}
			both, clash := b.columns[c].over(m)
			if clash {
				both.torn, both.period = true, b.columns[c].period+" / "+m.period
			}
			if both.role == noRole {
				both.role = b.columns[c].role
			}
			b.columns[c] = both
		}
	}
	b.follow()
	b.inherit()
	b.recognise()
}

// headerCells returns the cells of a header row, those without text taking that of
// the merged cell they belong to, or of the cell to their left when a further row
// below divides it.
func (b *block) headerCells(i int) []string {
	row := b.grid.Rows[i]
	cells := make([]string, b.grid.Width())
	last := i == b.header[len(b.header)-1]
	for c := range cells {
		cells[c] = row.Cell(c)
		if cells[c] != "" || c == 0 {
			continue
		}
		if b.mergedWith(row.Number, c) || !last && cells[c-1] != "" && b.divided(i, c) && len(b.grid.Merged) == 0 && b.labels.read(cells[c-1]).role == noRole {
			cells[c] = cells[c-1]
		}
	}
	return cells
}

// mergedWith reports whether a cell is merged with the one to its left.
func (b *block) mergedWith(row, column int) bool {
	if b.across == nil {
		b.across = map[int][]grid.Range{}
		for _, r := range b.grid.Merged {
			for _, i := range b.header {
				if n := b.grid.Rows[i].Number; r.LastColumn > r.FirstColumn && n >= r.FirstRow && n <= r.LastRow {
					b.across[n] = append(b.across[n], r)
				}
			}
		}
		for _, all := range b.across {
			slices.SortFunc(all, func(x, y grid.Range) int { return cmp.Compare(x.FirstColumn, y.FirstColumn) })
		}
	}
	all := b.across[row]
	i, _ := slices.BinarySearchFunc(all, column, func(r grid.Range, c int) int { return cmp.Compare(r.FirstColumn, c) })
	return i > 0 && column <= all[i-1].LastColumn // it begins before the column
}

// divided reports whether a lower row of the header has text in a column.
func (b *block) divided(i, column int) bool {
	return slices.ContainsFunc(b.header, func(h int) bool { return h > i && b.grid.Rows[h].Cell(column) != "" })
}
