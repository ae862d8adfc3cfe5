package layout

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/tidemark-stats/tidemark/figure"
	"github.com/tidemark-stats/tidemark/ingest/grid"
	"github.com/tidemark-stats/tidemark/ingest/sheet"
	"github.com/tidemark-stats/tidemark/internal/lang"
)

// shown is how many labels a report names.
const shown = 5

// say tells how the table was understood.
func (b *block) say(out *outcome) (said []lang.Text) {
	said = append(said, b.shape(out))
	if len(b.title) > 0 {
		n := len(b.title)
		said = append(said, lang.Text{ZH: fmt.Sprintf("表头之上有 %d 行标题", n), EN: fmt.Sprintf("rows of title above the header: %d", n)})
	}
	if zh, en := b.taken.say(b.labels); en != "" {
		said = append(said, lang.Text{ZH: "取自标题、工作表名或映射文件：" + zh, EN: "from the title, the name of the sheet or the mapping: " + en})
	}
	for _, reason := range slices.SortedFunc(keysOf(out.dropped), func(a, b lang.Text) int { return strings.Compare(a.EN, b.EN) }) {
		n := out.dropped[reason]
		said = append(said, lang.Text{ZH: fmt.Sprintf("%s：%d 个数值", reason.ZH, n), EN: fmt.Sprintf("%s: %d values", reason.EN, n)})
	}
	if len(out.unknown) > 0 {
		n, names := 0, out.unknown
		for _, label := range names {
			n += out.rows[label]
		}
		list := listed(names)
		said = append(said, lang.Text{ZH: fmt.Sprintf("目录中没有的指标，未读取：%d 个数值（%s）", n, list),
			EN: fmt.Sprintf("labels that name no indicator of the catalogue: %d values not taken (%s)", n, list)})
	}
	if b.days {
		said = append(said, lang.Text{ZH: "月份栏中的日期按其所在的月份读取", EN: "days in a column of months: the months in which they are"})
	}
	if len(b.years) > 0 {
		list := listed(b.years)
		said = append(said, lang.Text{ZH: "年份随相邻的时期：" + list, EN: "years taken from the periods beside: " + list})
	}
	if out.empty > 0 {
		said = append(said, lang.Text{ZH: fmt.Sprintf("没有数值的单元格：%d 个", out.empty), EN: fmt.Sprintf("cells without a number: %d", out.empty)})
	}
	if out.notes > 0 {
		said = append(said, lang.Text{ZH: fmt.Sprintf("没有数值的行：%d 行", out.notes), EN: fmt.Sprintf("rows without values: %d", out.notes)})
	}
	if len(out.unused) > 0 {
		list := listed(out.unused)
		said = append(said, lang.Text{ZH: "未用于其下各行的行文字：" + list, EN: "rows of text that say nothing about the rows below them, as far as is known: " + list})
	}
	if unread := b.unread(); len(unread) > 0 {
		list := listed(unread)
		said = append(said, lang.Text{ZH: "未读取的列：" + list, EN: "columns that are not read: " + list})
	}
	if len(b.absent) > 0 {
		list := strings.Join(b.absent, ", ")
		said = append(said, lang.Text{ZH: "映射文件中有、而表中没有的列：" + list, EN: "columns of the mapping that the table does not have: " + list})
	}
	return said
}

// listed returns the first of some texts.
func listed(texts []string) string {
	if len(texts) > shown {
		return strings.Join(texts[:shown], ", ") + ", …"
	}
	return strings.Join(texts, ", ")
}

// unread names the columns of numbers that are neither values nor read otherwise.
func (b *block) unread() (all []string) {
	for c, m := range b.columns {
		if m.role == otherRole && slices.ContainsFunc(b.body, func(i int) bool { return isNumber(b.grid.Rows[i].Cell(c)) }) {
			all = append(all, cmp.Or(b.heading(c), sheet.Letters(c)))
		}
	}
	return all
}

// shape says where indicators, periods, measures and units were found.
func (b *block) shape(out *outcome) lang.Text {
	rowPeriods, rowLabels := false, false
	var columns []string
	periods, used := 0, map[int]bool{}
	for _, r := range out.records {
		used[r.column] = true
	}
	for c, m := range b.columns {
		rowPeriods = rowPeriods || m.role == periodRole
		rowLabels = rowLabels || m.role == labelRole || m.role == areaRole
		if m.role != noRole || m.drop != nil {
			continue
		}
		if m.period != "" {
			periods++
		}
		if used[c] && len(columns) < 8 {
			columns = append(columns, cmp.Or(b.heading(c), m.heading()))
		}
	}
	var zh, en string
	switch {
	case rowPeriods && periods > 1:
		zh, en = "年份在行、各期在列", "years down, periods across"
	case rowPeriods:
		zh, en = "每行一个时期", "one row a period"
	case periods > 1 && rowLabels:
		zh, en = "每行一个指标、各期在列", "one row an indicator, periods across the top"
	default:
		zh, en = "每行一个指标", "one row an indicator"
	}
	if list := strings.Join(columns, " | "); list != "" {
		zh, en = zh+"，数值列："+list, en+"; columns of values: "+list
	}
	where := b.unitSaid(out)
	return lang.Text{ZH: "表格：" + zh + where.ZH, EN: "table: " + en + where.EN}
}

// heading is the text of a column's header.
func (b *block) heading(c int) string {
	var texts []string
	for _, i := range b.header {
		if keyed := b.keyed(i); keyed == otherRole || keyed == periodRole {
			continue
		}
		if text := b.grid.Rows[i].Cell(c); text != "" && !slices.Contains(texts, text) {
			texts = append(texts, text)
		}
	}
	return strings.Join(strings.Fields(strings.Join(texts, " ")), " ")
}

// unitSaid says where the unit was found.
func (b *block) unitSaid(out *outcome) lang.Text {
	switch {
	case slices.ContainsFunc(b.columns, func(m meaning) bool { return m.role == unitRole }):
		return lang.Text{ZH: "；单位在列中", EN: "; units in a column"}
	case b.given.Unit != "":
		return lang.Text{ZH: "；单位取自映射文件：" + b.given.Unit, EN: "; unit from the mapping: " + b.given.Unit}
	case b.above.unit != "" && slices.ContainsFunc(out.records, func(r record) bool { return r.unit == b.above.unit }):
		return lang.Text{ZH: "；单位取自标题：" + b.above.unit, EN: "; unit from the title: " + b.above.unit}
	}
	return lang.Text{ZH: "；单位在表头或行名中", EN: "; units in the header or the labels"}
}

// ambiguous is the fault of a table that leaves something open.
func (out *outcome) ambiguous(name string) (faults sheet.Faults) {
	for i, q := range out.open {
		if i == shown {
			break
		}
		hint := "write a mapping with tidemark map, answer it there, and push with --map"
		if q.twofold {
			hint = "correct the table, or say in a mapping what its columns or labels are (tidemark map, --map)"
		}
		if len(q.choices) > 0 {
			hint = "it is one of " + strings.Join(q.choices, ", ") + "; " + hint
		}
		faults = append(faults, &sheet.Fault{Where: sheet.Place(name, q.row, q.column),
			Problem: &figure.Problem{Code: "sheet/open", Field: q.what, Text: q.text, Reason: q.reason.EN, Hint: hint}})
	}
	return faults
}

// unnamed is the fault of a table in which nothing names an indicator.
func (out *outcome) unnamed(name string) error {
	return &sheet.Fault{Where: name, Problem: &figure.Problem{Code: "sheet/unknown-labels", Text: listed(out.unknown),
		Reason: "name no indicator of the catalogue", Hint: "write a mapping with tidemark map, say there what they mean, and push with --map"}}
}

func keysOf(m map[lang.Text]int) func(func(lang.Text) bool) {
	return func(yield func(lang.Text) bool) {
		for k := range m {
			if !yield(k) {
				return
			}
		}
	}
}

// severalTables is the fault of a sheet with more tables than are read.
func severalTables(name string, given *SheetMap) error {
	p := &figure.Problem{Code: "sheet/several-tables", Reason: fmt.Sprintf("has more than %d tables", maxTables), Hint: "put each on a sheet of its own"}
	if len(given.Columns) > 0 {
		p.Reason, p.Hint = "has several tables, and the mapping names the columns of one", "put each table on a sheet of its own, and name its columns there"
	}
	return &sheet.Fault{Where: name, Problem: p}
}

// nothingTaken is the fault of a table of which no value is taken.
func nothingTaken(name string, why []lang.Text) error {
	reasons := make([]string, len(why))
	for i, s := range why {
		reasons[i] = s.EN
	}
	slices.Sort(reasons)
	return &sheet.Fault{Where: name, Problem: &figure.Problem{Code: "sheet/nothing-taken", Text: listed(slices.Compact(reasons)), Reason: "are the reasons why no value is taken",
		Hint: "see docs/sheets.md for what is taken, or say with a mapping what the columns are (tidemark map)"}}
}

// isNothing reports whether an error is that of a table of which no value is taken.
func isNothing(err error) bool {
	var fault *sheet.Fault
	return errors.As(err, &fault) && fault.Problem.Code == "sheet/nothing-taken"
}

// noTable is the fault of a file without rows of numbers. text is what it has instead.
func (f *File) noTable(text string) error {
	return &sheet.Fault{Where: f.Name, Problem: &figure.Problem{Code: "sheet/no-table", Text: text, Reason: "has no table of figures",
		Hint: "put the numbers into columns below a header, or write one figure per row; see docs/sheets.md for the tables that are recognised"}}
}

// noSheet is the fault of a workbook without the sheet that was asked for.
func (f *File) noSheet(book *grid.Book) error {
	names := make([]string, len(book.Sheets))
	for i, s := range book.Sheets {
		names[i] = s.Name
	}
	return &sheet.Fault{Where: f.Name, Problem: &figure.Problem{Code: "sheet/no-sheet", Text: f.Sheet, Reason: "is not a sheet of the workbook",
		Hint: "its sheets are " + strings.Join(names, ", ")}}
}
