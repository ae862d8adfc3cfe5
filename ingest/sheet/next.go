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
	threes int // numbers of three digits
	digits int // other numbers, and none that says yes or no
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
		n.threes++
	case len(cell) > 1 || cell[0] > '1':
		n.digits++
	}
}

// splits gives the number of which a row's value is the beginning and the
// next cells are the rest; text is empty when the value is whole.
func (n *nextColumn) split(cell func(i int) string, quoted func(i int) bool, all int, h *header, points bool) (text, whole, rest string) {
	i, cells := h.column[value], all
	if i+1 >= all || !startsWithDigit(cell(i+1)) {
		return "", "", ""
	}
	for cells > len(h.columns) && clean(cell(cells-1)) == "" {
		cells-- // Excel's
	}
	if h.separator != ',' && h.separator != '，' || i+1 >= cells || quoted(i) || quoted(i+1) {
		return "", "", ""
	}
	value, next := clean(cell(i)), clean(cell(i+1))
	digits := strings.TrimLeft(value, "-+")
	if digits == "" || !onlyDigits(digits) || next == "" || !onlyDigits(strings.Replace(next, ".", "", 1)) {
		return "", "", ""
	}
	next3, _, _ := strings.Cut(next, ".")
	grouped := len(digits) <= 3 && len(next3) == 3 && digits[0] != '0'
	tooMany := cells > len(h.columns) || grouped && all > h.width
	if !n.suspicious(h, i+1, tooMany, grouped, points) {
		return "", "", ""
	}
	comma := string(h.separator)
	text, whole = value+comma+next, value+"."+next
	joined := 2
	if grouped {
		whole = value + next
		for ; i+joined < cells && len(cell(i+joined)) == 3 && onlyDigits(cell(i+joined)); joined++ {
			text, whole = text+comma+cell(i+joined), whole+cell(i+joined)
		}
	}
	if all-joined+1 < len(h.columns) {
		whole += ", followed by a separator"
	}
	return text, whole, next
}

func startsWithDigit(s string) bool {
	s = trimSpace(s)
	return s != "" && s[0] >= '0' && s[0] <= '9'
}

// suspicious tells whether digits in column i, behind a value without a
// point, are the rest of the value.
func (n *nextColumn) suspicious(h *header, i int, tooMany, grouped, points bool) bool {
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
		return tooMany || grouped && n.others > n.threes
	}
}

// splitProblem is told of a row whose value stands in two cells.
func splitProblem(text, whole, rest string, beside field) *figure.Problem {
	p := &figure.Problem{Code: "sheet/split-value", Field: "value", Text: text,
		Reason: "stands in two cells, because its comma separates columns", Hint: "write " + whole}
	switch beside {
	case note, source, indicator, area, category: // others are never such a number
		p.Hint += fmt.Sprintf("; if %s is the %s, write %s in quotation marks", rest, beside, quoted(rest))
	}
	return p
}
