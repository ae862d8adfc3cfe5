package sheet

import "strings"

// The marks in a numeral are points, commas, apostrophes and spaces. In a file either
// the point or the comma marks decimals, and the other groups digits; apostrophes and
// spaces always group. So a numeral has at most two readings, and a file has one.

// grouping is a set of ways to group digits.
type grouping uint8

const (
	byThousands grouping = 1 << iota // 1,234,567
	byLakhs                          // 12,34,567: India
	byMyriads                        // 123,4567: 万, China
	noGroups    grouping = 0
	anyGroups            = byThousands | byLakhs | byMyriads
)

// numeral is the reading of a cell's digits with one of the two decimal marks.
type numeral struct {
	whole, fraction string
	negative, plus  bool
	point           bool     // there is a decimal mark
	mark            byte     // the grouping mark: '.', ',', '\'' or ' '; 0 when there is none
	groups          grouping // the possible groupings
	many            bool     // there are several grouping marks
}

// readNumeral parses s, which must be folded, with the given decimal mark. ok is
// false when it is not a number with that mark.
func readNumeral(s string, decimal byte) (n numeral, ok bool) {
	if s != "" && (s[0] == '-' || s[0] == '+') {
		n.negative, n.plus = s[0] == '-', s[0] == '+'
		s = s[1:]
	}
	n.whole, n.fraction, n.point = strings.Cut(s, string(rune(decimal)))
	if !onlyDigits(n.fraction) {
		return n, false
	}
	first := strings.IndexAny(n.whole, ".,' ")
	if first < 0 {
		return n, onlyDigits(n.whole) && (n.whole != "" || n.fraction != "")
	}
	n.mark = n.whole[first]
	groups := strings.Split(n.whole, n.whole[first:first+1])
	for _, g := range groups {
		if g == "" || !onlyDigits(g) {
			return n, false // empty, or with another mark in it
		}
	}
	n.many = len(groups) > 2
	n.groups = groupings(groups)
	n.whole = strings.Join(groups, "")
	return n, n.groups != noGroups
}

// groupings returns the ways of grouping that result in these groups.
func groupings(groups []string) grouping {
	g := anyGroups
	last := len(groups) - 1
	for i, digits := range groups {
		n := len(digits)
		fits := func(first, between, end int) bool {
			switch i {
			case 0:
				return n <= first
			case last:
				return n == end
			}
			return n == between
		}
		for _, way := range [...]struct {
			grouping
			first, between, end int
		}{{byThousands, 3, 3, 3}, {byLakhs, 2, 2, 3}, {byMyriads, 4, 4, 4}} {
			if !fits(way.first, way.between, way.end) {
				g &^= way.grouping
			}
		}
	}
	if groups[0][0] == '0' {
		return noGroups // no number begins with a group of zeros
	}
	return g
}

// String returns the number in ASCII digits, with a decimal point.
func (n numeral) String() string {
	s := n.whole
	if n.point {
		s += "." + n.fraction
	}
	switch {
	case n.negative:
		return "-" + s
	case n.plus:
		return "+" + s
	}
	return s
}

// readings are the two readings of a cell.
type readings struct {
	point, comma     numeral
	isPoint, isComma bool
}

func readingsOf(s string) (r readings) {
	r.point, r.isPoint = readNumeral(s, '.')
	r.comma, r.isComma = readNumeral(s, ',')
	if r.comma.mark == '.' && r.comma.groups&byThousands == 0 {
		r.isComma = false // where points group digits, they group thousands
	}
	return r
}

// differ reports whether the two readings are different numbers.
func (r readings) differ() bool {
	return r.isPoint && r.isComma && r.point.String() != r.comma.String()
}

func onlyDigits(s string) bool {
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return true
}
