package sheet

import (
	"fmt"
	"strings"

	"github.com/tidemark-stats/tidemark/figure"
)

// A thousands comma in a value without quotation marks makes two cells of it:
// 119,287 becomes the value 119 and, in the next column, 287. So does a
// decimal comma.

// nextColumn is what stands in the column behind the value's.
type nextColumn struct {
	digits int // numbers, but those of three digits, 0 and 1, that say nothing
	others int
}

func (n *nextColumn) observe(r *rows, h *header) {
	i := h.column[value] + 1
	if i >= len(r.cells) {
		return
	}
	switch cell := r.cell(i); {
	case len(cell) == 0:
	case cell[0] < '0' || cell[0] > '9' || !onlyDigits(string(cell)):
		n.others++
	case len(cell) == 3:
	case len(cell) > 1 || cell[0] > '1':
		n.digits++
	}
}

// split is a number that stands in several cells.
type split struct {
	text  string // as it is written
	whole string // in one cell, without its commas
	other string // in one cell if its comma groups by four, else empty
	rest  string // what stands in the next cell
	extra string // what stands around the number and is no part of it
	short bool   // the row lacks a cell without it
}

// halves are the two cells that a comma has made of a number: it ends the
// value's and begins the next one.
type halves struct {
	before, sign, digits string // of the value
	first, fraction      string // of the next cell
	mark                 string // behind it
}

// cut finds the halves of a number; ok is false where there are none.
func cut(value, next string) (h halves, ok bool) {
	const all = "0123456789"
	h.before = strings.TrimRight(value, all)
	h.digits = value[len(h.before):]
	if h.digits == "" || strings.ContainsAny(h.before, all+".,") {
		return h, false
	}
	if n := len(h.before) - 1; n >= 0 && (h.before[n] == '-' || h.before[n] == '+') {
		h.before, h.sign = h.before[:n], h.before[n:]
	}
	rest := strings.TrimLeft(next, all)
	h.first = next[:len(next)-len(rest)]
	if decimals, point := strings.CutPrefix(rest, "."); point && startsWithDigit(decimals) {
		behind := strings.TrimLeft(decimals, all)
		h.fraction, rest = rest[:len(rest)-len(behind)], behind
	}
	h.before = strings.TrimSpace(h.before)
	h.mark = strings.TrimSpace(strings.TrimPrefix(strings.TrimSpace(rest), "%"))
	return h, h.first != ""
}

// grouped tells whether the comma groups thousands.
func (h halves) grouped() bool { return len(h.digits) <= 3 && len(h.first) == 3 && h.digits[0] != '0' }

// split gives the number of which a row's value is the beginning and the next
// cells are the rest; nil when the value is whole.
func (r *Reader) split() *split {
	h, all := r.header, len(r.rows.cells)
	i, cells := h.column[value], all
	if h.separator != ',' && h.separator != '，' || i+1 >= all || !startsWithDigit(r.cell(i+1)) {
		return nil
	}
	for cells > len(h.columns) && clean(r.cell(cells-1)) == "" {
		cells-- // Excel's
	}
	if i+1 >= cells || r.rows.cells[i].quoted || r.rows.cells[i+1].quoted {
		return nil
	}
	value, next := clean(r.cell(i)), clean(r.cell(i+1))
	number, ok := cut(value, next)
	if !ok || number.mark != "" && !r.ends(number.mark) {
		return nil
	}
	tooMany := cells > len(h.columns) || number.grouped() && all > h.width
	if !r.suspicious(next, tooMany, number.grouped()) {
		return nil
	}
	return r.join(number, value+string(h.separator)+next, next, cells)
}

// join puts a number together again that begins in the value's cell.
func (r *Reader) join(number halves, text, next string, cells int) *split {
	s := &split{text: text, rest: next, extra: number.before + number.mark}
	if s.extra == "()" || s.extra == "-" { // as accountants write what is below zero
		number.sign, s.extra = "-", ""
	}
	begin := number.sign + number.digits
	following := r.header.column[value] + 2 // the next cell that may be a part of it
	three := func() bool {
		return following < cells && len(r.cell(following)) == 3 && onlyDigits(r.cell(following))
	}
	take := func() {
		s.text += string(r.header.separator) + r.cell(following)
		s.whole += r.cell(following)
		following++
	}
	switch {
	case number.grouped():
		for s.whole = begin + number.first + number.fraction; three(); {
			take()
		}
	case len(number.first) == 2 && len(number.digits) <= 2 && three(): // lakhs of India
		s.whole = begin + number.first
		take()
	default:
		s.whole = begin + "." + number.first
		if len(number.first) == 4 && len(number.digits) <= 4 && number.digits[0] != '0' {
			s.other = begin + number.first
		}
	}
	s.short = len(r.rows.cells)-(following-r.header.column[value])+1 < len(r.header.columns)
	return s
}

// ends tells whether a text may stand behind a number in its own cell, so that
// what stands before it is no text that begins with a number.
func (r *Reader) ends(text string) bool {
	word := r.survey.given.Word
	return strings.Trim(text, "-)]") == "" || beside(unbracketed(text)) || strings.Trim(text, "万亿千百") == "" ||
		word != nil && word(text) || r.builder.flagsOfAll(joined(text))
}

func startsWithDigit(s string) bool {
	s = trimSpace(s)
	return s != "" && s[0] >= '0' && s[0] <= '9'
}

// suspicious tells whether a number in the column behind the value, which has
// no point, is the rest of the value.
func (r *Reader) suspicious(next string, tooMany, grouped bool) bool {
	h, n, points := r.header, &r.survey.next, r.survey.values.point.n > 0
	i := h.column[value] + 1
	if i >= len(h.columns) {
		return tooMany
	}
	switch f := h.columns[i]; f {
	case unit:
		return true
	case published, period, unnamed:
		return grouped || tooMany
	case status, measure, note, source:
		return grouped || tooMany || !points
	case confirmed:
		return grouped || tooMany || !points && n.digits > 0
	default: // codes, that may be digits themselves
		word := r.survey.given.Word
		if word != nil && word(next) {
			return tooMany
		}
		ungrouped := r.survey.values.long > 0 // there are numbers of the same size without commas
		return tooMany || grouped && (n.others > 0 || !ungrouped)
	}
}

// problem is told of a row whose value stands in two cells.
func (s *split) problem(decimal byte, beside field) *figure.Problem {
	whole := s.whole
	if decimal == ',' && strings.Contains(whole, ".") {
		whole = quoted(strings.Replace(whole, ".", ",", 1))
	}
	optional := beside == unnamed || !fields[beside].required
	if s.short && optional {
		whole += ", followed by a separator"
	}
	p := &figure.Problem{Code: "sheet/split-value", Field: "value", Text: s.text,
		Reason: "is split across two cells, because its comma separates columns", Hint: "write " + whole}
	if s.short && !optional {
		p.Hint += "; the row is then one cell short: add a separator at its end"
	}
	if s.extra != "" {
		p.Hint += fmt.Sprintf("; %s is not part of the number: it is the unit, a mark for the column status or something for the note", s.extra)
	}
	if s.other != "" {
		p.Hint += fmt.Sprintf("; if its comma groups by four digits, write %s", s.other)
	}
	switch beside {
	case note, source, indicator, area, category: // others are never such a number
		p.Hint += fmt.Sprintf("; if %s is the %s, write %s in quotation marks", s.rest, beside, quoted(s.rest))
	}
	return p
}
