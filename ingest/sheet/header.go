package sheet

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/tidemark-stats/tidemark/figure"
)

// field is a column that a sheet may have.
type field int

const (
	indicator field = iota
	area
	category
	measure
	period
	value
	unit
	status
	note
	confirmed
	published
	source
	fieldCount

	unnamed field = -1 // a column without a header
)

// fields lists the names of each column, the canonical one first, and whether a
// sheet must have it.
var fields = [fieldCount]struct {
	names    []string
	required bool
}{
	indicator: {[]string{"indicator", "指标", "指標"}, true},
	area:      {[]string{"area", "地区", "地區"}, true},
	category:  {[]string{"category", "分类", "分類"}, false},
	measure:   {[]string{"measure", "口径", "口徑"}, true},
	period:    {[]string{"period", "时间", "时期", "時間", "時期"}, true},
	value:     {[]string{"value", "数值", "數值"}, true},
	unit:      {[]string{"unit", "单位", "單位"}, true},
	status:    {[]string{"status", "状态", "狀態"}, false},
	note:      {[]string{"note", "备注", "備註"}, false},
	confirmed: {[]string{"confirmed", "确认", "確認"}, false},
	published: {[]string{"published", "发布日期", "發布日期", "發佈日期"}, false},
	source:    {[]string{"source", "来源", "來源"}, false},
}

const sampleHeader = "indicator,area,category,measure,period,value,unit,status,note,confirmed,published,source"

func (f field) String() string { return fields[f].names[0] }

// fieldNamed returns the column with a name.
func fieldNamed(name string) (field, bool) {
	name = strings.ToLower(name)
	for f := range fields {
		if slices.Contains(fields[f].names, name) {
			return field(f), true
		}
	}
	return unnamed, false
}

// header is the header line of a sheet.
type header struct {
	separator rune
	columns   []field         // the field of each column, up to the last with a name
	column    [fieldCount]int // the column of each field, -1 when there is none
	line      int             // its line, from 1; the line before the first row when there is no header
	width     int             // its number of cells, including empty ones at its end
	unnamed   []int           // columns that must be empty; without those that the sender skips
	cjk       bool            // it contains Chinese, Japanese or Korean
	nameless  bool            // no column has a known name: the line may be a row
	above     int             // the first line of a title above it, 0 for none
}

// separators in order of preference. A Chinese keyboard types the full-width
// ones.
var separators = []rune{',', ';', '\t', '，', '；', '|'}

// readHeader reads up to the first line with text, which is the header unless the
// sender has named the columns and it is already a row. If it has no known name,
// the usual columns are used. Excel's line "sep=;" may precede it.
func readHeader(name string, r *rows, columns, usual []string) (*header, error) {
	candidates := separators
	for {
		before := r.lines.mark()
		line, err := r.lines.read()
		switch {
		case errors.Is(err, io.EOF):
			return nil, &Fault{name, &figure.Problem{Code: "sheet/empty", Reason: "the file contains no text",
				Hint: "write a header line like " + sampleHeader + " and one figure per line below it"}}
		case errors.Is(err, errTooLong) || len(line) > maxHeader:
			return nil, &Fault{Place(name, r.lines.line, -1), &figure.Problem{Code: "sheet/too-long",
				Reason: fmt.Sprintf("is a header of more than %d bytes", maxHeader), Hint: "check whether this is a CSV file; the header is one line like " + sampleHeader}}
		case err != nil:
			return nil, err
		}
		text := r.decoded(bytes.TrimPrefix(line, []byte(mark8)), before.next)
		if r.problem != nil {
			return nil, &Fault{Place(name, r.lines.line, -1), r.problem}
		}
		if c, ok := excelSeparator(text); ok {
			candidates = append([]rune{c}, separators...)
			continue
		}
		if strings.Trim(clean(string(text)), `,;，；|" `+"\t") == "" {
			continue
		}
		h := &header{line: r.lines.line, cjk: hasCJK(text)}
		if len(columns) == 0 {
			err := h.parse(name, text, candidates)
			if h.nameless {
				if below := r.belowTitle(name, h.line, candidates); below != nil {
					return below, nil
				}
			}
			if !h.nameless || len(usual) == 0 {
				return h, err
			}
			h = &header{line: h.line, cjk: h.cjk}
			columns = usual
		}
		isRow, err := h.given(name, text, candidates, columns)
		if isRow {
			h.line--
			r.lines.back(before)
		}
		return h, err
	}
}

// maxTitle is the number of title lines allowed above a header.
const maxTitle = 20

// belowTitle looks for a complete header in the lines after one without any known
// name, which is then a title. If there is none it returns nil and reads nothing.
func (r *rows) belowTitle(name string, title int, candidates []rune) *header {
	after := r.lines.here()
	for range maxTitle {
		begin := r.lines.here()
		line, err := r.lines.read()
		if err != nil && !errors.Is(err, errTooLong) {
			break
		}
		if err != nil || len(line) > maxHeader {
			continue
		}
		text := r.decoded(line, begin.next)
		if r.problem != nil {
			r.problem = nil
			continue
		}
		h := &header{line: r.lines.line, cjk: hasCJK(text), above: title}
		if h.parse(name, text, candidates) == nil {
			return h
		}
	}
	r.lines.back(after)
	return nil
}

// maxHeader is the maximum length of a header in bytes.
const maxHeader = 64 << 10

// excelSeparator parses Excel's line "sep=;", even when the file was saved again
// and further separators follow.
func excelSeparator(line []byte) (rune, bool) {
	after, found := strings.CutPrefix(strings.ToLower(strings.ReplaceAll(string(line), `"`, "")), "sep=")
	c, n := utf8.DecodeRuneInString(after)
	return c, found && n > 0 && c != utf8.RuneError && strings.Trim(after, string(c)) == ""
}

// parse splits the line by the separator that yields the most known names or, when
// none is known, the most cells.
func (h *header) parse(name string, line []byte, candidates []rune) error {
	var best []string
	var wrong *figure.Problem
	at := -1
	for _, c := range candidates {
		s := splitter{separator: utf8.AppendRune(nil, c)}
		var p *figure.Problem
		column := -1
		if !s.line(line) || s.open {
			p, column = s.stray(line, 0)
		}
		cells := s.texts()
		if h.separator == 0 || known(cells) > known(best) || known(cells) == known(best) && len(cells) > len(best) {
			h.separator, best, wrong, at = c, cells, p, column
		}
	}
	if wrong != nil {
		return &Fault{Place(name, h.line, at), wrong}
	}
	h.width = len(best)
	for len(best) > 0 && best[len(best)-1] == "" {
		best = best[:len(best)-1]
	}
	if faults := h.assign(name, best); len(faults) > 0 {
		return faults
	}
	return nil
}

// given uses the columns that the sender has named, and the separator that yields
// as many cells. isRow reports whether the line is a figure rather than another
// header.
func (h *header) given(name string, line []byte, candidates []rune, columns []string) (isRow bool, err error) {
	most := 0
	for _, c := range candidates {
		s := splitter{separator: utf8.AppendRune(nil, c)}
		if !s.line(line) {
			continue
		}
		cells := s.texts()
		n := min(len(cells), len(columns))
		if h.separator != 0 && n <= most {
			continue
		}
		h.separator, most, isRow = c, n, false
		for i, cell := range cells {
			if f, _ := fieldNamed(at(columns, i)); f == value || f == period {
				isRow = isRow || strings.ContainsAny(fold(cell), "0123456789")
			}
		}
	}
	if h.separator == 0 {
		h.separator = candidates[0]
	}
	h.width = len(columns)
	if faults := h.assign(name, columns); len(faults) > 0 {
		for _, fault := range faults {
			fault.Where = "--columns"
		}
		return isRow, faults
	}
	h.unnamed = slices.DeleteFunc(h.unnamed, func(i int) bool { return columns[i] == skipped })
	return isRow, nil
}

// skipped is the name in --columns of a column to ignore.
const skipped = "-"

// at returns the i-th text, empty when there is none.
func at(texts []string, i int) string {
	if i < len(texts) {
		return texts[i]
	}
	return ""
}

// texts returns the cells as clean text.
func (s *splitter) texts() []string {
	cells := make([]string, len(s.cells))
	for i := range s.cells {
		cells[i] = clean(fold(string(s.cell(i))))
	}
	return cells
}

// known returns the number of cells that are names of columns.
func known(cells []string) (n int) {
	for _, cell := range cells {
		if _, ok := fieldNamed(cell); ok {
			n++
		}
	}
	return n
}

// assign finds the field of each column and returns what is wrong with the names.
func (h *header) assign(name string, cells []string) (faults Faults) {
	blame := func(column int, code, reason, hint string) {
		faults = append(faults, &Fault{Place(name, h.line, column), &figure.Problem{Code: code, Text: cells[column], Reason: reason, Hint: hint}})
	}
	for f := range h.column {
		h.column[f] = -1
	}
	var suggested [fieldCount]bool
	for i, cell := range cells {
		f, ok := fieldNamed(cell)
		switch {
		case ok && h.column[f] >= 0:
			blame(i, "sheet/duplicate-column", "is the same column as "+Letters(h.column[f]), "keep one of the two")
		case ok:
			h.column[f] = i
		case cell != "" && cell != skipped:
			hint, near := columnHint(cell)
			if near != unnamed {
				suggested[near] = true
			}
			blame(i, "sheet/unknown-column", "is not a known column", hint)
		}
		h.columns = append(h.columns, f)
		if f == unnamed {
			h.unnamed = append(h.unnamed, i)
		}
	}
	var missing []string
	for f := range fields {
		if fields[f].required && h.column[f] < 0 && !suggested[f] {
			missing = append(missing, field(f).String())
		}
	}
	if len(missing) == 0 {
		return faults
	}
	lacking := &Fault{Place(name, h.line, -1), &figure.Problem{Code: "sheet/missing-column",
		Text: strings.Join(missing, ", "), Reason: "is not in the header", Hint: "the first line names the columns: " + sampleHeader}}
	if known(cells) == 0 {
		h.nameless = true // so its cells are not misspelt names
		if len(cells) == 1 && known(strings.FieldsFunc(cells[0], func(r rune) bool { return slices.Contains(separators, r) })) > 2 {
			lacking.Problem.Hint = "remove the quotation marks around the whole line"
			return Faults{lacking}
		}
		lacking.Problem.Hint += "; if the file has no such line, name them with --columns"
		return Faults{lacking}
	}
	return append(faults, lacking)
}

// foreignNames are names that SDMX and spreadsheets use for our columns.
var foreignNames = map[string]field{"time_period": period, "date": period, "month": period, "年月": period, "月份": period, "日期": period,
	"obs_value": value, "amount": value, "值": value, "数据": value, "ref_area": area, "region": area, "obs_status": status, "flag": status,
	"flags": status, "unit_measure": unit, "obs_comment": note, "comment": note, "remark": note}

// columnHint returns the hint for an unknown column name, and the column that was
// probably meant.
func columnHint(cell string) (hint string, near field) {
	bare, _, bracketed := strings.Cut(cell, "(")
	meant, isName := fieldNamed(clean(bare))
	other, isOther := foreignNames[strings.ToLower(cell)]
	switch near := nearest(cell); {
	case bracketed && isName:
		return fmt.Sprintf("write %s; text in brackets is not part of a column name, and a unit goes into the column unit", clean(bare)), meant
	case isOther:
		return fmt.Sprintf("did you mean %q?", other), other
	case len(figure.Readings(cell)) > 0:
		return "is a period: write one figure per line, with the number in the column value and the period in the column period", unnamed
	case near != unnamed:
		return fmt.Sprintf("did you mean %q?", near), near
	}
	return "the columns are " + sampleHeader, unnamed
}

// nearest returns the column whose name is closest to an unknown name.
func nearest(name string) field {
	var all []string
	for f := range fields {
		all = append(all, fields[f].names...)
	}
	meant, ok := figure.Nearest(name, all)
	if !ok {
		return unnamed
	}
	f, _ := fieldNamed(meant)
	return f
}
