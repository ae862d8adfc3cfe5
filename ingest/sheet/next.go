package sheet

import (
	"fmt"
	"strings"

	"github.com/tidemark-stats/tidemark/figure"
)

// A thousands comma in an unquoted value splits it into two cells: 119,287 becomes
// the value 119 and, in the next column, 287. A decimal comma does the same.

// nextColumn describes the column after the value's.
type nextColumn struct {
	digits int // cells with a number, except of three digits, 0 and 1, which prove nothing
	others int // other cells
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

// split is a number that is split across several cells.
type split struct {
	text  string // as written
	whole string // in one cell, without its commas
	other string // in one cell if its comma groups by four, else empty
	rest  string // the content of the next cell
	extra string // text around the number that is not part of it
	short bool   // without the split, the row has one cell too few
}

// halves are the two halves of a split number: the end of the value's cell and the
// beginning of the next.
type halves struct {
	before, sign, digits string // of the value's cell
	first, fraction      string // of the next cell
	mark                 string // after the number in the next cell
}

// cut finds the halves of a number; ok is false when there are none.
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

// grouped reports whether the comma groups thousands.
func (h halves) grouped() bool { return len(h.digits) <= 3 && len(h.first) == 3 && h.digits[0] != '0' }

// split returns the number that begins in the row's value and continues in the
// next cells; nil when the value is complete.
func (r *Reader) split() *split {
	h, all := r.header, len(r.rows.cells)
	i, cells := h.column[value], all
	if h.separator != ',' && h.separator != '，' || i+1 >= all || !startsWithDigit(r.cell(i+1)) {
		return nil
	}
	for cells > len(h.columns) && clean(r.cell(cells-1)) == "" {
		cells-- // surplus empty cells from Excel
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

// join reassembles a number that begins in the value's cell.
func (r *Reader) join(number halves, text, next string, cells int) *split {
	s := &split{text: text, rest: next, extra: number.before + number.mark}
	if s.extra == "()" || s.extra == "-" { // as accountants write negative numbers
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
	case len(number.first) == 2 && len(number.digits) <= 2 && three(): // Indian lakhs
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

// ends reports whether a text may follow a number in the same cell; otherwise the
// cell is a text that begins with a number.
func (r *Reader) ends(text string) bool {
	word := r.survey.given.Word
	return strings.Trim(text, "-)]") == "" || beside(unbracketed(text)) || strings.Trim(text, "万亿千百") == "" ||
		word != nil && word(text) || r.builder.flagsOfAll(joined(text))
}

func startsWithDigit(s string) bool {
	s = trimSpace(s)
	return s != "" && s[0] >= '0' && s[0] <= '9'
}

// suspicious reports whether a number in the column after the value is the rest of
// the value.
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
	default: // codes, which may be digits themselves
		word := r.survey.given.Word
		if word != nil && word(next) {
			return tooMany
		}
		ungrouped := r.survey.values.long > 0 // the file has numbers of that size without commas
		return tooMany || grouped && (n.others > 0 || !ungrouped)
	}
}

// problem returns the problem of a row whose value is split.
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
	case note, source, indicator, area, category: // other fields are never such a number
		p.Hint += fmt.Sprintf("; if %s is the %s, write %s in quotation marks", s.rest, beside, quoted(s.rest))
	}
	return p
}
