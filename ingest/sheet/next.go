package sheet

import (
	"fmt"
	"regexp"
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

// A number that a comma has cut ends the value's cell, and begins the next one.
var (
	cutBefore = regexp.MustCompile(`^([^0-9.,]*?)([-+]?)(\d+)$`)
	cutBehind = regexp.MustCompile(`^(\d+)(\.\d+)?( ?%)?(.*)$`)
)

// split gives the number of which a row's value is the beginning and the next
// cells are the rest; nil when the value is whole.
func (r *Reader) split() *split {
	h, n, all := r.header, &r.survey.next, len(r.rows.cells)
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
	before, behind := cutBefore.FindStringSubmatch(value), cutBehind.FindStringSubmatch(next)
	if before == nil || behind == nil {
		return nil
	}
	sign, digits, first := before[2], before[3], behind[1]
	mark := strings.TrimSpace(behind[4])
	extra := strings.TrimSpace(before[1]) + mark
	if extra == "()" || extra == "-" { // as accountants write what is below zero
		sign, extra = "-", ""
	}
	grouped := len(digits) <= 3 && len(first) == 3 && digits[0] != '0'
	switch tooMany := cells > len(h.columns) || grouped && all > h.width; {
	case mark != "" && !r.ends(mark):
		return nil
	case !r.suspicious(next, tooMany, grouped, n):
		return nil
	}
	comma := string(h.separator)
	s := split{text: value + comma + next, whole: sign + digits + "." + first, rest: next, extra: extra}
	joined := 2
	switch {
	case grouped:
		s.whole = sign + digits + first + behind[2]
		for ; i+joined < cells && len(r.cell(i+joined)) == 3 && onlyDigits(r.cell(i+joined)); joined++ {
			s.text, s.whole = s.text+comma+r.cell(i+joined), s.whole+r.cell(i+joined)
		}
	case len(first) == 2 && i+2 < cells && len(digits) <= 2 && len(r.cell(i+2)) == 3 && onlyDigits(r.cell(i+2)): // lakhs of India
		s.text, s.whole, joined = s.text+comma+r.cell(i+2), sign+digits+first+r.cell(i+2), 3
	case len(first) == 4 && len(digits) <= 4 && digits[0] != '0':
		s.other = sign + digits + first
	}
	s.short = all-joined+1 < len(h.columns)
	return &s
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
func (r *Reader) suspicious(next string, tooMany, grouped bool, n *nextColumn) bool {
	h, points := r.header, r.survey.values.point.n > 0
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
		Reason: "stands in two cells, because its comma separates columns", Hint: "write " + whole}
	if s.short && !optional {
		p.Hint += "; the row then lacks a cell at its end: write the separator before it"
	}
	if s.extra != "" {
		p.Hint += fmt.Sprintf("; %s is no part of the number: it is the unit, a mark for the column status or something for the note", s.extra)
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
