package layout

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/tidemark-stats/tidemark/ingest/grid"
	"github.com/tidemark-stats/tidemark/ingest/sheet"
)

// Draft returns a mapping for the tables of the file, to be edited: what was
// understood, what is open, and the labels that name no indicator. The error is a
// *sheet.Fault, or one from reading.
func (f *File) Draft() (string, error) {
	grids, err := f.grids()
	if err != nil {
		return "", err
	}
	var text strings.Builder
	fmt.Fprintf(&text, "# %s 的映射文件：补全空白后使用 --map。\n# What the tables of %s mean. Fill in what is empty, and push with --map.\n"+
		"# columns: 指标 单位 时期 地区 状态 备注, 本月 累计 同比 累计同比, or - (indicator, unit, period, area, status, note; month, ytd, growth, ytd growth)\nsheets:\n", f.Name, f.Name)
	found := false
	for _, g := range grids {
		given := f.Map.of(g.Name)
		blocks, _ := tables(g, newLabels(f.Catalog, given.Labels), len(given.Columns) > 0)
		if len(blocks) == 0 {
			continue
		}
		given.apply(blocks[0])
		out := blocks[0].unfold()
		for _, b := range blocks[1:] {
			given.apply(b)
			out.join(b.unfold())
		}
		blocks[0].draft(&text, out, len(blocks) == 1)
		found = true
	}
	if !found {
		return "", f.noTable("")
	}
	return text.String(), nil
}

// grids reads the file as grids.
func (f *File) grids() (grids []*grid.Grid, err error) {
	head, all, err := f.head()
	if err != nil {
		return nil, err
	}
	kind, err := grid.KindOf(head, all)
	if err != nil {
		return nil, f.fault(err)
	}
	if kind == grid.Text {
		rows, separated, _, err := sheet.Rows(f.Name, f.Open, sheet.Given{Notation: f.Notation})
		return []*grid.Grid{grid.OfText(rows, separated)}, err
	}
	book, sheets, err := f.book(all)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, book.Close()) }()
	for _, s := range sheets {
		g, err := book.Grid(s)
		if err != nil {
			return nil, f.fault(err)
		}
		grids = append(grids, g)
	}
	return grids, nil
}

// join adds what is open in another table of the sheet.
func (out *outcome) join(other *outcome) {
	for _, q := range other.open {
		out.ask(q)
	}
	for _, label := range other.unknown {
		if _, known := out.rows[label]; !known {
			out.unknown = append(out.unknown, label)
		}
		out.rows[label] += other.rows[label]
	}
}

// draft writes the mapping of a sheet, with its columns if it has one table.
func (b *block) draft(to *strings.Builder, out *outcome, one bool) {
	name := b.grid.Name
	if name == "" {
		name = anySheet
	}
	fmt.Fprintf(to, "  %s:\n", strconv.Quote(name))
	key := func(key, value string) {
		var comment string
		for _, q := range out.open {
			if q.what == key {
				comment = "  # " + q.reason.ZH + " / " + q.reason.EN
				if len(q.choices) > 0 {
					comment += ": " + strings.Join(q.choices, ", ")
				}
			}
		}
		fmt.Fprintf(to, "    %s: %s%s\n", key, strconv.Quote(value), comment)
	}
	key("indicator", b.indicator)
	key("area", b.area)
	key("period", b.above.period)
	key("unit", b.above.unit)
	if one {
		b.draftColumns(to)
	}
	if len(out.unknown) == 0 {
		return
	}
	to.WriteString("    labels:  # {indicator: CODE, area: CODE, category: CODE, unit: UNIT}, or {skip: true}\n")
	for _, label := range out.unknown {
		fmt.Fprintf(to, "      %s: {indicator: \"\"}  # %d\n", strconv.Quote(label), out.rows[label])
	}
}

func (b *block) draftColumns(to *strings.Builder) {
	to.WriteString("    columns:\n")
	for c := range b.columns {
		example := b.example(c)
		if example == "" {
			continue
		}
		heading := b.columns[c].heading()
		if b.headless && b.columns[c].role == noRole {
			heading = ""
		}
		fmt.Fprintf(to, "      %s: %s  # %s\n", sheet.Letters(c), strconv.Quote(heading), oneLine(strings.TrimSpace(b.heading(c)+"  "+example)))
	}
}

// example is the first text of a column below the header.
func (b *block) example(c int) string {
	for _, i := range b.body {
		if text := b.grid.Rows[i].Cell(c); text != "" {
			return text
		}
	}
	return ""
}

// roleNames are the headings of columns that are not values.
var roleNames = map[role]string{unitRole: "单位", periodRole: "时期", labelRole: "指标", areaRole: "地区", statusRole: "状态", noteRole: "备注", otherRole: "-"}

// heading is what a column is, in words that are understood; empty when it is open.
func (m *meaning) heading() string {
	switch {
	case m.drop != nil:
		return "-"
	case m.role != noRole:
		return roleNames[m.role]
	case m.either, m.vague:
		return ""
	}
	var words []string
	for _, w := range []string{m.label, m.period} {
		if w != "" {
			words = append(words, w)
		}
	}
	switch {
	case m.growth && m.toDate:
		words = append(words, "累计同比")
	case m.growth:
		words = append(words, "同比")
	case m.toDate:
		words = append(words, "累计")
	case m.current || len(words) == 0:
		words = append(words, "本月")
	}
	if m.unit != "" {
		words = append(words, "("+m.unit+")")
	}
	return strings.Join(slices.Compact(words), " ")
}
