package sheet

import (
	"bytes"
	"fmt"

	"github.com/tidemark-stats/tidemark/figure"
)

// tally counts cells of one kind and keeps the first.
type tally struct {
	n    int
	text string
	line int
}

func (t *tally) add(text string, line int) {
	if t.n++; t.n == 1 {
		t.text, t.line = text, line
	}
}

// values collects the evidence in the column of values for what its points and
// commas mean.
type values struct {
	point  tally // numbers only if the point marks decimals
	comma  tally // numbers only if the comma marks decimals
	both   tally // two different numbers: 39.576 is 39576 or 39.576
	fours  tally // two different numbers if commas may group by four: 1,2345
	groups [8]int
	proof  bool  // there are groups of four that can be nothing else
	long   int   // whole numbers of at least four digits without a mark
	short  int   // whole numbers of fewer digits
	zeros  int   // cells in both whose last digit is a zero
	points int   // cells in both with a point
	cjk    int   // cells in both or fours in a row with Chinese, Japanese or Korean
	sample tally // a number with grouped digits, for the report

	thousands byte // the only grouping mark that the sender allows, 0 for any
	none      bool // the sender says that digits are not grouped
}

// observe records a value's cell. It reports whether the cell can be read as two
// different numbers.
func (v *values) observe(cell []byte, line int) (open bool) {
	cell = bytes.TrimPrefix(cell, []byte{'-'})
	dot := -1
	for i, c := range cell {
		switch {
		case c >= '0' && c <= '9':
		case c == '.' && dot < 0:
			dot = i
		default:
			return v.other(string(cell), line)
		}
	}
	switch {
	case len(cell) == 0:
	case dot < 0 && len(cell) > 3:
		v.long++
	case dot < 0:
		v.short++
	case len(cell)-dot != 4 || dot == 0 || dot > 3 || cell[0] == '0':
		if v.point.n++; v.point.n == 1 {
			v.point.text, v.point.line = string(cell), line
		}
	default:
		return v.other(string(cell), line)
	}
	return false
}

// other records a cell that has more marks or is not a number.
func (v *values) other(cell string, line int) (open bool) {
	digits := digitsOf(cell)
	r := v.readings(digits)
	switch {
	case !r.isPoint && !r.isComma:
		return false
	case r.isPoint && r.point.mark != 0:
		v.groups[r.point.groups]++
		v.sample.add(cell, line)
		v.proof = v.proof || r.point.groups == byMyriads && r.point.many
	case r.isComma && r.comma.mark != 0:
		v.groups[r.comma.groups]++
		v.sample.add(cell, line)
	}
	switch {
	case !r.isComma:
		v.point.add(cell, line)
	case !r.isPoint:
		v.comma.add(cell, line)
	case !r.differ() || hasUnit(cell):
		return false // the same either way, or refused because it includes a unit
	case r.point.groups == byMyriads:
		v.fours.add(cell, line)
		return true
	default:
		v.both.add(cell, line)
		if r.comma.mark == '.' {
			v.points++
		}
		if digits[len(digits)-1] == '0' {
			v.zeros++
		}
		return true
	}
	return false
}

// readings returns the readings of a numeral that the sender allows.
func (v *values) readings(s string) readings {
	r := readingsOf(s)
	allowed := func(n numeral) bool {
		return n.mark == 0 || !v.none && (v.thousands == 0 || v.thousands == n.mark)
	}
	r.isPoint = r.isPoint && allowed(r.point)
	r.isComma = r.isComma && allowed(r.comma)
	return r
}

// The ratio from which the cells of one kind make those of the other kind typos:
// more when every cell shows by itself which it is, and overwhelming when others
// depend on the decision.
const (
	more         = 2
	overwhelming = 20
)

// proven returns the decimal mark that the cells themselves prove, 0 when they
// prove none. contradiction reports that they prove both.
func (v *values) proven() (decimal byte, contradiction bool) {
	point, comma := v.point.n, v.comma.n
	if v.proof {
		point += v.fours.n
	}
	times := more
	if v.both.n+v.fours.n > 0 {
		times = overwhelming
	}
	switch {
	case point > times*comma:
		return '.', false
	case comma > times*point:
		return ',', false
	}
	return 0, point > 0 || comma > 0
}

// undecided returns the cells that need other evidence to be read.
func (v *values) undecided() tally {
	if v.both.n == 0 {
		return v.fours
	}
	return v.both
}

// language returns the decimal mark of the file's language, 0 when it is unknown:
// in Chinese, Japanese and Korean it is the point.
func (v *values) language() byte {
	if all := v.both.n + v.fours.n; v.cjk == all && v.fours.n == 0 && all > 0 {
		return '.'
	}
	return 0
}

// look returns the decimal mark that the column as a whole suggests, 0 when it
// suggests none.
func (v *values) look() byte {
	if v.both.n == 0 || v.points != 0 && v.points != v.both.n {
		return 0
	}
	mark, other := byte('.'), byte(',')
	if v.points == 0 {
		mark, other = other, mark
	}
	switch {
	case v.long > 0: // a file that grouped digits would group those of all long numbers
		return mark
	case v.short > 0 && v.zeros > 0: // a file that pads decimals, as in 43.500, would write 951.000 and not 951
		return other
	}
	return 0
}

// grouped returns how the column groups digits.
func (v *values) grouped() grouping {
	best, most := byThousands, 0
	for _, way := range []grouping{byThousands, byLakhs, byMyriads} {
		n := 0
		for mask, count := range v.groups {
			if grouping(mask)&way != 0 {
				n += count
			}
		}
		if n > most {
			best, most = way, n
		}
	}
	if best == byMyriads && !v.proof && most < 2 && v.point.n > 0 {
		return byThousands // one number like 1,2345 among 12.5 and 13.5 is a typo
	}
	return best
}

// contradiction returns the problem of a column that proves both decimal marks.
func (v *values) contradiction() *figure.Problem {
	return &figure.Problem{Code: "sheet/ambiguous-number", Field: "value", Text: v.comma.text,
		Reason: fmt.Sprintf("is a number only where the comma marks decimals, and %q on line %d only where the point does", v.point.text, v.point.line),
		Hint:   "specify which with --decimal . or --decimal , and the values written the other way are refused one by one"}
}

// open returns the problem of a column that can be read as two sets of numbers.
func (v *values) open() *figure.Problem {
	t := v.undecided()
	r := readingsOf(digitsOf(t.text))
	mark, name := ",", "comma"
	if r.comma.mark == '.' {
		mark, name = ".", "point"
	}
	grouped, decimal := r.point, r.comma
	if mark == "." {
		grouped, decimal = decimal, grouped
	}
	n := ""
	if all := v.both.n + v.fours.n; all > 1 {
		n = fmt.Sprintf(" (%d such values)", all)
	}
	other := map[string]string{".": ",", ",": "."}[mark]
	return &figure.Problem{Code: "sheet/ambiguous-number", Field: "value", Text: t.text,
		Reason: fmt.Sprintf("is %s if the %s groups digits and %s if it marks decimals, and nothing else in the file shows which is right%s", grouped, name, decimal, n),
		Hint: fmt.Sprintf("specify it with --thousands %s (%s) or --decimal %s (%s), or for an agency in the catalogue: files: {decimal: %q} or files: {decimal: %q}",
			mark, grouped, mark, decimal, other, mark)}
}

// disputed returns the problem of a column in which some cells prove a decimal mark
// and the catalogue contradicts it for the others.
func (v *values) disputed(decimal byte) *figure.Problem {
	p := v.open()
	proof, name := v.point, "point"
	if decimal == ',' {
		proof, name = v.comma, "comma"
	}
	r := readingsOf(digitsOf(p.Text))
	shown, other := r.point, r.comma
	if decimal == ',' {
		shown, other = other, shown
	}
	p.Reason = fmt.Sprintf("is %s where the %s marks decimals, as %q on line %d says, but according to the catalogue only %s is possible",
		shown, name, proof.text, proof.line, other)
	return p
}
