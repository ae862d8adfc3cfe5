package sheet

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"github.com/tidemark-stats/tidemark/figure"
)

// Trimmed returns a cell without spaces of all kinds and invisible characters at both
// ends, and without byte order marks inside.
func Trimmed(s string) string {
	if strings.Contains(s, mark8) {
		s = strings.ReplaceAll(s, mark8, "")
	}
	return clean(s)
}

// clean trims spaces of all kinds, including invisible characters, from both ends
// of a cell.
func clean(s string) string {
	if s == "" || edge(s[0]) && edge(s[len(s)-1]) {
		return s
	}
	first, _ := utf8.DecodeRuneInString(s)
	last, _ := utf8.DecodeLastRuneInString(s)
	if !nothing(first) && !nothing(last) {
		return s
	}
	return strings.TrimFunc(s, nothing)
}

// edge reports whether a byte is certainly not a space. It is a fast path for most
// cells.
func edge(c byte) bool { return c > ' ' && c < 0x7f }

// nothing reports whether r is a space or invisible.
func nothing(r rune) bool {
	return r < 0x3001 && unicode.IsSpace(r) || invisible(r) || r == endOfDOS
}

// endOfDOS is the end-of-file character of DOS.
const endOfDOS = 0x1a

// invisible reports whether r is a character without width: a joiner, a direction
// mark, a byte order mark.
func invisible(r rune) bool {
	return r >= 0x200b && r <= 0x200f || r >= 0x202a && r <= 0x202e || r >= 0x2060 && r <= 0x2064 || r == 0xfeff || r == 0xad
}

// fold converts what a Chinese keyboard or a typesetter produces to ASCII:
// full-width digits, letters and signs, spaces, minus signs. It removes invisible
// characters and composes letters with their accents.
func fold(s string) string {
	if isASCII(s) {
		return s
	}
	s = composed(s)
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

// noValue are the ways, apart from dashes and dots, to write that there is no
// number.
var noValue = []string{"n/a", "#n/a", "na", "nan"}

// numbers says how the values of a file are read.
type numbers struct {
	values
	decimal byte // the decimal mark
	groups  grouping
}

// number parses a value's cell: the digits for a Decimal, "" when there is no
// value, and whether a percent sign follows. open reports that the cell would be
// another number with the other decimal mark.
func (v *numbers) number(cell string) (digits string, percent, open bool, p *figure.Problem) {
	if v.decimal == '.' && plain(cell) {
		return cell, false, len(cell) > 4 && cell[len(cell)-4] == '.' && v.values.both.n > 0, nil
	}
	s := fold(cell)
	if strings.Trim(s, "-—―…") == "" || strings.Trim(s, ".") == "" || slices.Contains(noValue, strings.ToLower(s)) {
		return "", false, false, nil
	}
	s, percent = strings.CutSuffix(s, "%")
	s = trimSpace(apostrophes.Replace(s))
	end := numeralEnd(s)
	rest := s[end:]
	numeral := trimSpace(s[:end])
	r := v.values.readings(numeral)
	n, isNumber, other := r.point, r.isPoint, r.comma
	if v.decimal == ',' {
		n, isNumber, other = r.comma, r.isComma, r.point
	}
	isNumber = isNumber && (n.mark == 0 || n.groups&v.groups != 0)
	switch {
	case strings.HasPrefix(s, "#"):
		return "", false, false, spreadsheetError(s)
	case shortened(s):
		return "", false, false, &figure.Problem{Code: "sheet/rounded", Field: "value", Reason: "was shortened by a spreadsheet; digits are lost",
			Hint: "format the column as a number without exponent and save the file again"}
	case rest == "" && isNumber:
		return n.String(), percent, r.differ(), nil
	case rest == "" && plainExponent(numeral):
		return numeral, percent, false, nil // parsing it as a Decimal checks the rest
	case rest != "" && isNumber && unitLike(rest) && !isBound(s) && !footnoted.MatchString(s):
		return "", false, false, glued(v.written(n.String()), rest)
	}
	return "", false, false, v.noNumber(s, rest, numeral, other)
}

// noNumber returns the problem of a cell that is not a number.
func (v *numbers) noNumber(s, rest, numeral string, other numeral) *figure.Problem {
	p := &figure.Problem{Code: "figure/value", Field: "value", Reason: "is not a number",
		Hint: "write digits with an optional sign and point, like 2726.08"}
	decimal, grouping := "point", "1,234,567.8"
	if v.decimal == ',' {
		decimal, grouping = "comma", "1.234.567,8"
		p.Hint = "write digits with an optional sign and comma, like 2726,08"
	}
	if wrapped := v.wrapped(s); wrapped != nil {
		return wrapped
	}
	switch {
	case strings.HasPrefix(s, "="), strings.HasPrefix(s, "@"):
		p.Reason, p.Hint = "is a formula, not its result", "save the values of the formulas: copy the column and paste it as values"
	case isBound(s):
		p.Reason = "is a bound or an estimate, not a number"
		p.Hint = "write the number alone, status E (estimated) or P (provisional), and the wording in the note"
	case strings.Contains(strings.TrimLeft(numeral, "+-"), "-") || rest != "" && !unitLike(rest) && !chineseDigit(rest) && strings.ContainsAny(rest, "0123456789"):
		p.Reason = "is a date, a time, a range or a fraction, not a number"
	case rest == "" && v.other(numeral):
		p.Reason = "is not a number when the " + decimal + " marks decimals, as it does in the rest of the file"
		p.Hint = "write " + v.written(other.String())
	case rest == "" && strings.ContainsAny(strings.TrimLeft(numeral, "-+"), "., '"):
		p.Reason = "has commas, points or spaces that do not group digits"
		p.Hint = fmt.Sprintf("write 1234567.8 or 1,234,567.8, with a %s before the decimals", decimal)
		if v.decimal == ',' {
			p.Hint = fmt.Sprintf("write 1234567,8 or %s, with a %s before the decimals", grouping, decimal)
		}
	}
	return p
}

// chineseDigit reports whether the text begins with a digit in Chinese.
func chineseDigit(text string) bool {
	first, _ := utf8.DecodeRuneInString(text)
	return strings.ContainsRune("〇零一二三四五六七八九十", first)
}

// unitLike reports whether the text after a number may be its unit: it begins like
// a word or a unit sign, and has no digits except the power of a metre.
func unitLike(rest string) bool {
	first, _ := utf8.DecodeRuneInString(rest)
	begins := unicode.IsLetter(first) || unicode.Is(unicode.Sc, first) || strings.ContainsRune("%‰°(", first)
	return begins && !strings.ContainsFunc(strings.TrimRight(rest, "23"), unicode.IsDigit)
}

// isNumber reports whether a text by itself is a number in this file.
func (v *numbers) isNumber(s string) bool {
	if s == "" || s[0] < '0' || s[0] > '9' {
		return false
	}
	digits, percent, _, p := v.number(s)
	return p == nil && digits != "" && !percent
}

// other reports whether a numeral is a number with the other decimal mark.
func (v *numbers) other(s string) bool {
	r := readingsOf(s)
	return v.decimal == '.' && r.isComma || v.decimal == ',' && r.isPoint
}

// written formats a number with the file's decimal mark.
func (v *numbers) written(number string) string {
	if v.decimal == ',' {
		return strings.Replace(number, ".", ",", 1)
	}
	return number
}

// spreadsheetError returns the problem of a spreadsheet's error value, or of a
// number that a spreadsheet did not show.
func spreadsheetError(s string) *figure.Problem {
	if strings.Trim(s, "#") == "" {
		return &figure.Problem{Code: "sheet/rounded", Field: "value", Reason: "is what a spreadsheet shows when the column is too narrow for the number",
			Hint: "make the column wider and save the file again"}
	}
	return &figure.Problem{Code: "figure/value", Field: "value", Reason: "is a spreadsheet error, not a number",
		Hint: "fix the formula, or leave the cell empty and give a status that says why"}
}

// exponent matches a number shortened by a spreadsheet: 1.19E+05, 1,19E-05.
var exponent = regexp.MustCompile(`^[-+]?(?:[0-9]+[.,]?[0-9]*|[.,][0-9]+)[eE][-+][0-9]+$`)

func shortened(s string) bool {
	return strings.ContainsAny(s, "eE") && exponent.MatchString(s)
}

// plainExponent reports whether s is a number with an exponent without a sign,
// which programs use for exact numbers: 1.27e4.
func plainExponent(s string) bool {
	_, err := figure.ParseDecimal(s)
	return err == nil && strings.ContainsAny(s, "eE")
}

// plain reports whether a cell is only digits with an optional sign and point, as
// nearly all are.
func plain(cell string) bool {
	digits := strings.TrimPrefix(cell, "-")
	for i := range len(digits) {
		if c := digits[i]; (c < '0' || c > '9') && (c != '.' || i == 0) {
			return false
		}
	}
	return digits != ""
}

// numeralEnd returns the index in s at which the number ends and a unit may begin.
func numeralEnd(s string) int {
	for i := range len(s) {
		switch c := s[i]; {
		case strings.IndexByte("0123456789+-., '", c) >= 0:
		case (c == 'e' || c == 'E') && i > 0 && i+1 < len(s) && strings.IndexByte("0123456789+-", s[i+1]) >= 0:
		default:
			return i
		}
	}
	return len(s)
}

// apostrophes replaces the characters that people type for an apostrophe.
var apostrophes = strings.NewReplacer("’", "'", "‘", "'", "ʼ", "'", "′", "'", "´", "'", "`", "'")

// digitsOf returns the number in a value's cell, folded and without the text
// around it.
func digitsOf(cell string) string {
	s := apostrophes.Replace(fold(clean(cell)))
	first := strings.IndexAny(s, "0123456789")
	if first < 0 {
		return ""
	}
	s = s[len(strings.TrimRight(s[:first], "+-.,")):]
	return strings.TrimRight(s[:numeralEnd(s)], "-+ ")
}

// hasUnit reports whether a value's cell has more than flags and signs around its
// number.
func hasUnit(cell string) bool {
	outside := strings.Trim(strings.ReplaceAll(fold(raised(clean(cell))), digitsOf(cell), ""), " %()[]-+")
	return len(outside) > 3 && !beside(outside)
}

func trimSpace(s string) string { return strings.Trim(s, " ") }

// composed normalises a text to NFC, so that equal texts have equal bytes.
func composed(s string) string {
	if isASCII(s) {
		return s
	}
	return norm.NFC.String(s)
}

func isASCII(s string) bool {
	for i := range len(s) {
		if s[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

// glued returns the problem of a value that includes its unit.
func glued(digits, unit string) *figure.Problem {
	return &figure.Problem{Code: "sheet/unit-in-value", Field: "value", Reason: "includes a unit",
		Hint: fmt.Sprintf("write %s in the column value and %s in the column unit", digits, unit)}
}
