package sheet

import (
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/tidemark-stats/tidemark/figure"
)

// clean takes spaces of all kinds off both ends of a cell, also those that
// nobody sees.
func clean(s string) string {
	if s == "" || edge(s[0]) && edge(s[len(s)-1]) {
		return s
	}
	return strings.TrimFunc(s, func(r rune) bool { return unicode.IsSpace(r) || invisible(r) })
}

// edge tells whether a byte surely is no space, so that most cells are done
// with at a glance.
func edge(c byte) bool { return c > ' ' && c < 0x7f }

// invisible tells whether r is a character without width: joiners, direction
// marks, byte order marks.
func invisible(r rune) bool {
	return r >= 0x200b && r <= 0x200f || r >= 0x202a && r <= 0x202e || r >= 0x2060 && r <= 0x2064 || r == 0xfeff || r == 0xad
}

// fold writes what is typed on a Chinese keyboard or set by a typesetter in
// ASCII: full-width digits, letters and signs, spaces, minus signs. It takes
// invisible characters away.
func fold(s string) string {
	if firstNonASCII([]byte(s)) < 0 {
		return s
	}
	return clean(strings.Map(func(r rune) rune {
		switch {
		case r >= 0xff01 && r <= 0xff5e:
			return r - 0xff01 + '!'
		case r >= 0x2010 && r <= 0x2013, r == 0x2212, r == 0xfe63:
			return '-'
		case invisible(r):
			return -1
		case r >= utf8.RuneSelf && unicode.IsSpace(r):
			return ' '
		}
		return r
	}, s))
}

// noValue are the ways to write that there is no number, beside dashes and
// dots.
var noValue = []string{"n/a", "#n/a", "na", "nan"}

// number reads a value's cell: the digits for a Decimal, "" when there is no
// value, and whether a percent sign follows.
func number(cell string) (digits string, percent bool, p *figure.Problem) {
	if plain(cell) {
		return cell, false, nil
	}
	s := fold(cell)
	if strings.Trim(s, "-—―…") == "" || strings.Trim(s, ".") == "" || slices.Contains(noValue, strings.ToLower(s)) {
		return "", false, nil
	}
	s, percent = strings.CutSuffix(s, "%")
	s = strings.TrimRight(s, " ")
	end := numeralEnd(s)
	digits, grouped := ungroup(strings.TrimRight(s[:end], " "))
	rest := s[end:]
	_, notNumber := figure.ParseDecimal(digits)

	p = &figure.Problem{Code: "figure/value", Field: "value", Reason: "is not a number",
		Hint: "write digits with an optional sign and point, like 2726.08"}
	switch {
	case strings.HasPrefix(s, "#"):
		p.Reason = "is a spreadsheet's error, not a number"
		p.Hint = "mend the formula, or leave the cell empty and give a status that says why"
	case isBound(s):
		p.Reason = "is a bound or an estimate, not a number"
		p.Hint = "write the number alone, status E (estimated) or P (provisional), and the wording in the note"
	case rest == "" && !grouped:
		p.Reason = "has commas or spaces that do not group thousands"
		p.Hint = "write 1234567.8 or 1,234,567.8, with a point before the decimals"
	case rest == "" && strings.Contains(digits, "E+"):
		p.Code, p.Reason = "sheet/rounded", "is how a spreadsheet shortens a long number; digits are lost"
		p.Hint = "format the column as a number without exponent and save the file again"
	case rest == "":
		return digits, percent, nil // a Decimal knows whether it is one
	case grouped && notNumber == nil:
		p = glued(digits, rest)
	}
	return "", false, p
}

// plain tells whether a cell is nothing but digits with an optional sign and
// point, as nearly all are.
func plain(cell string) bool {
	digits := strings.TrimPrefix(cell, "-")
	for i := range len(digits) {
		if c := digits[i]; (c < '0' || c > '9') && (c != '.' || i == 0) {
			return false
		}
	}
	return digits != ""
}

// numeralEnd is where in s the number ends and a unit may begin.
func numeralEnd(s string) int {
	for i := range len(s) {
		switch c := s[i]; {
		case strings.IndexByte("0123456789+-., ", c) >= 0:
		case (c == 'e' || c == 'E') && i > 0 && i+1 < len(s) && strings.IndexByte("0123456789+-", s[i+1]) >= 0:
		default:
			return i
		}
	}
	return len(s)
}

// ungroup takes the commas or spaces out of 1,234,567.8. ok is false when
// they do not stand at every third digit: 12,34 may be a decimal comma or a
// slip, so it is no number.
func ungroup(s string) (plain string, ok bool) {
	separator := ","
	if strings.Contains(s, " ") {
		separator = " "
	}
	if !strings.Contains(s, separator) {
		return s, true
	}
	whole, fraction, _ := strings.Cut(s, ".")
	groups := strings.Split(strings.TrimLeft(whole, "+-"), separator)
	for i, g := range groups {
		if len(g) > 3 || len(g) < 3 && i > 0 || g == "" || !onlyDigits(g) {
			return s, false
		}
	}
	if !onlyDigits(fraction) {
		return s, false
	}
	return strings.ReplaceAll(s, separator, ""), true
}

func onlyDigits(s string) bool { return strings.Trim(s, "0123456789") == "" }

// glued is the problem of a value that has its unit with it.
func glued(digits, unit string) *figure.Problem {
	return &figure.Problem{Code: "sheet/unit-in-value", Field: "value", Reason: "has a unit with it",
		Hint: fmt.Sprintf("write %s in the column value and %s in the column unit", digits, unit)}
}

// bounds are the words with which bulletins begin a number that is none.
var bounds = []string{"超", "突破", "逾", "近", "约", "预计", "接近", "达到", ">", "<", "≥", "≤", "~", "≈"}

// isBound tells whether s is a number after such a word: 超300.
func isBound(s string) bool {
	return strings.ContainsAny(s, "0123456789") &&
		slices.ContainsFunc(bounds, func(word string) bool { return strings.HasPrefix(s, word) })
}
