package layout

import (
	"cmp"
	"slices"
	"strings"

	"github.com/tidemark-stats/tidemark/internal/lang"
)

// record is a figure as a table says it, in the words of a sheet (package sheet).
type record struct {
	item
	measure, period, value, unit, mark, note, published string

	row, column int  // of the value; the row as grid.Row.Number, the column from 0
	stored      bool // the value is stored as a number
}

// outcome is what became of the cells of a table.
type outcome struct {
	records []record
	unknown []string          // labels of rows or columns that name no indicator, in their order
	rows    map[string]int    // number of values under each of them
	empty   int               // cells without a number
	dropped map[lang.Text]int // number of values that are not taken, by reason
	notes   int               // rows of text below the header
	unused  []string          // those that say nothing that is known about the rows below them
	pending []string          // the same, with no values below them yet
	open    []*question       // what the table leaves open
}

// question is what must be known before a value can be read.
type question struct {
	what        string // the key of the mapping that answers it
	text        string // the label or cell concerned
	row, column int
	reason      lang.Text
	choices     []string
	twofold     bool // the table itself says two things, which no mapping settles
}

// unfold reads every value of the block.
func (b *block) unfold() *outcome {
	out := &outcome{rows: map[string]int{}, dropped: map[lang.Text]int{}}
	var section context
	for n, i := range b.body {
		if b.headless && n > sample {
			break
		}
		values := b.values(i)
		if len(values) == 0 {
			section = b.between(out, section, i)
			continue
		}
		out.unused, out.pending = append(out.unused, out.pending...), nil
		row := b.rowSaid(i)
		if b.headless {
			if row.indicator != "" {
				out.ask(&question{what: "columns", row: b.grid.Rows[i].Number, column: values[0], text: b.grid.Rows[i].Cell(values[0]),
					reason: lang.Text{ZH: "没有表头，不知各列是什么", EN: "have no header that says what they are"}})
			}
			continue
		}
		for _, c := range values {
			b.value(out, i, c, section, row)
		}
	}
	return out
}

// between reads a row without values.
func (b *block) between(out *outcome, before context, i int) context {
	text := strings.Join(strings.Fields(strings.Join(b.grid.Rows[i].Cells, " ")), " ")
	if text == "" {
		return before
	}
	out.notes++
	b.before, b.outline = nil, outline{}
	clear(b.runs)
	if b.repeats(i) {
		return before
	}
	after, used := b.section(before, text)
	if !used && !aside.MatchString(text) {
		out.pending = append(out.pending, text)
	}
	return after
}

// values returns the columns of a row that have a number, or a cell in its place.
func (b *block) values(i int) (all []int) {
	some := false
	for c, cell := range b.grid.Rows[i].Cells {
		if c < len(b.columns) && b.columns[c].role == noRole && cell != "" {
			all = append(all, c)
			_, flagged := b.given.flag(cell)
			some = some || flagged || isNumber(cell) || nothing(cell)
		}
	}
	if !some && !b.labelled(i) {
		return nil
	}
	return all
}

// labelled reports whether a row begins with the name of an indicator or with a period
// and has other texts as well: they stand in place of numbers, like 待定.
func (b *block) labelled(i int) bool {
	if b.headless || b.filled(i) < 2 || b.repeats(i) || b.heads(i) {
		return false
	}
	for c, text := range b.grid.Rows[i].Cells {
		if text == "" || c >= len(b.columns) {
			continue
		}
		switch b.columns[c].role {
		case labelRole:
			it, ok := b.labels.find(b.labels.read(text).label)
			return ok && it.indicator != ""
		case periodRole:
			return isPeriod(text)
		}
	}
	return false
}

// value reads one value.
func (b *block) value(out *outcome, i, c int, section context, row said) {
	cell, at := b.grid.Rows[i].Cell(c), b.grid.Rows[i].Number
	column := b.columns[c]
	if !b.headless && c >= b.headed() {
		out.ask(&question{what: "row", text: strings.Join(b.grid.Rows[i].Cells, " | "), row: at, column: c, twofold: true,
			reason: lang.Text{ZH: "单元格多于表头", EN: "has more cells than the header; a number with a comma is perhaps not in quotation marks"}})
		return
	}
	m, clash := column.over(row.meaning)
	if m.drop == nil && amounts(column, row) {
		m.drop = &inAmounts
	}
	if drop := cmp.Or(m.drop, section.drop); drop != nil {
		out.dropped[*drop]++
		return
	}
	flag, flagged := b.given.flag(cell)
	if flagged && flag == "" || !flagged && nothing(cell) {
		out.empty++
		return
	}
	it, known := b.item(column, row, section)
	name := b.name(column, row)
	if !known || it.indicator == "" {
		if labels := b.strangers(column, row, section); len(labels) > 0 {
			out.miss(labels)
			return
		}
		out.ask(&question{what: "indicator", row: at, column: c, reason: lang.Text{ZH: "没有指标名称", EN: "is not named"}})
		return
	}
	if all := b.labels.namesakes[it.indicator]; all != nil {
		out.ask(&question{what: "labels", text: it.indicator[2:], row: at, column: c, choices: all, reason: lang.Text{ZH: "有多个指标同名", EN: "is the name of several indicators"}})
		return
	}
	if q := b.unclearly(i, c, m, row, clash); q != nil {
		out.ask(q)
		return
	}
	if r, q := b.record(i, c, it, b.outside(m, section), row, name); q != nil {
		out.ask(q)
	} else {
		out.records = append(out.records, r)
	}
}

// record is a value with everything that it means, or what has to be asked about it.
func (b *block) record(i, c int, it item, m meaning, row said, name string) (record, *question) {
	cell, at := b.grid.Rows[i].Cell(c), b.grid.Rows[i].Number
	r := record{item: it, period: m.period, value: cell, unit: m.unit, mark: m.mark, note: row.note, published: m.published, row: at, column: c, stored: b.grid.Rows[i].IsStored(c)}
	r.measure = b.measure(it, m)
	if r.unit = b.unit(it, m, r.measure); r.unit == "" {
		return r, &question{what: "unit", text: name, row: at, column: c, reason: lang.Text{ZH: "没有单位，或不知用哪个单位", EN: "is not given, or several can be meant"}}
	}
	if q := b.missing(r, name); q != nil {
		return r, q
	}
	r.period = inside(r.period, m.of)
	if !m.toDate && !fits(r.period, m.of) {
		return r, &question{what: "period", text: r.period, row: at, column: c, twofold: true, reason: lang.Text{ZH: "不是该列所说的月、季或年", EN: "is not the month, the quarter or the year of which the heading speaks"}}
	}
	if flag, flagged := b.given.flag(cell); flagged {
		r.value, r.mark, r.stored = "", flag, false
	} else if flag, ok := b.given.flag(r.mark); ok {
		r.mark = flag
	}
	return r, nil
}

// inAmounts is the reason for changes that are not growth rates.
var inAmounts = lang.Text{ZH: "以绝对量、百分点或倍数表示的增减不读取", EN: "changes in amounts, percentage points or multiples are not taken"}

// amounts reports whether a column, or the label of a row, is a change in another unit
// than percent.
func amounts(column meaning, row said) bool {
	return column.growth && column.unit != "" && !percent(column.unit) || row.growth && row.labelUnit != "" && !percent(row.labelUnit)
}

func percent(unit string) bool { return unit == "%" || unit == "％" }

// unclearly asks about a value of which the row and the column say different things,
// or what can be understood in two ways.
func (b *block) unclearly(i, c int, m meaning, row said, clash bool) *question {
	column, cell := b.columns[c], b.grid.Rows[i].Cell(c)
	q := &question{row: b.grid.Rows[i].Number, column: c}
	one, _ := b.labels.find(column.label)
	switch {
	case column.again || row.again:
		q.what, q.text, q.reason = "period", cmp.Or(row.period, column.period), again
	case clash || row.clash || column.torn:
		q.what, q.text = "period", cmp.Or(column.period, row.other)
		if row.period != "" {
			q.text += " / " + row.period
		}
		q.reason = lang.Text{ZH: "同一数值有两个不同的时期", EN: "is given twice for one value, and differently"}
	case row.twoFold || b.labels.against(one, row.item):
		q.what, q.text = "labels", b.name(column, row)
		q.reason = lang.Text{ZH: "同一数值有两个不同的指标、地区或分类", EN: "name two different indicators, areas or categories for one value"}
	case !m.growth && differ(column.unit, row.unit), !m.growth && differ(row.labelUnit, row.unit), row.growth && row.unit != "" && !percent(row.unit):
		q.what, q.text = "unit", strings.Join(slices.Compact(slices.DeleteFunc([]string{column.unit, row.labelUnit, row.unit}, func(s string) bool { return s == "" })), " / ")
		q.reason = lang.Text{ZH: "同一数值有不同的单位", EN: "is given twice for one value, and differently"}
	case m.either && !row.toDate && !row.current:
		q.what, q.text, q.choices = "columns", b.heading(c), []string{"本月同比", "累计同比"}
		q.reason = lang.Text{ZH: "可以是当期的，也可以是累计的", EN: "can be the growth of the period or of the year to date"}
	case m.growth && m.vague && !percent(column.unit) && !percent(row.unit) && !strings.ContainsAny(cell, "%％") && !strings.Contains(b.above.unit, "%"):
		q.what, q.text, q.choices = "columns", b.heading(c), []string{"同比(%)", "增减量"}
		if row.vague {
			q.what, q.text = "labels", row.raw
		}
		q.reason = lang.Text{ZH: "可以是百分比，也可以是绝对量", EN: "can be a change in percent or an amount"}
	default:
		return nil
	}
	q.twofold = len(q.choices) == 0
	return q
}

// differ reports whether two units are given that are not the same.
func differ(a, b string) bool { return a != "" && b != "" && key(a) != key(b) }

// missing asks for what a figure lacks.
func (b *block) missing(r record, name string) *question {
	switch {
	case (r.period == "" || undated(r.period)) && b.unclear:
		return &question{what: "period", text: cmp.Or(r.period, name), row: r.row, column: r.column,
			reason: lang.Text{ZH: "标题中有多个时期", EN: "is not given, and the title names several"}}
	case r.period == "" || undated(r.period):
		return &question{what: "period", text: cmp.Or(r.period, b.heading(r.column), name), row: r.row, column: r.column,
			reason: lang.Text{ZH: "没有时期，或没有年份", EN: "is not given, or has no year"}}
	case r.area == "", b.labels.namesakes[r.area] != nil:
		return b.whichArea(r.item, r.row, r.column)
	}
	return nil
}

// headed is the number of columns up to the last with a heading.
func (b *block) headed() int {
	for c := len(b.columns); c > 0 && b.headedTo == 0; c-- {
		if b.heading(c-1) != "" || b.columns[c-1] != (meaning{}) {
			b.headedTo = c
		}
	}
	return b.headedTo
}

// miss counts a value under labels that name nothing in the catalogue, under the
// first of them.
func (out *outcome) miss(labels []string) {
	for i, label := range labels {
		n, known := out.rows[label]
		if !known {
			out.unknown = append(out.unknown, label)
		}
		if out.rows[label] = n; i == 0 {
			out.rows[label]++
		}
	}
}

// maxOpen is the number of questions that are kept: each answer makes others go away.
const maxOpen = 200

// ask notes a question once for each text.
func (out *outcome) ask(q *question) {
	for _, other := range out.open {
		if other.what == q.what && other.text == q.text {
			return
		}
	}
	if len(out.open) < maxOpen {
		out.open = append(out.open, q)
	}
}
