package catalog

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// Error is one mistake in a catalogue file, with the place where it stands.
type Error struct {
	File         string
	Line, Column int // from 1; 0 when the place is not known
	Text         string
}

// Error gives file:line:column and the text, as compilers do, so that
// editors find the place.
func (e *Error) Error() string {
	place := e.File
	if e.Line > 0 {
		place += fmt.Sprintf(":%d", e.Line)
	}
	if e.Column > 0 {
		place += fmt.Sprintf(":%d", e.Column)
	}
	return place + ": " + e.Text
}

// Errors are all mistakes of a catalogue file in the order of their places.
type Errors []*Error

// Error gives one line for each mistake.
func (es Errors) Error() string {
	lines := make([]string, len(es))
	for i, e := range es {
		lines[i] = e.Error()
	}
	return strings.Join(lines, "\n")
}

// Unwrap lets errors.As reach the single mistakes.
func (es Errors) Unwrap() []error {
	errs := make([]error, len(es))
	for i, e := range es {
		errs[i] = e
	}
	return errs
}

// inOrder sorts by place; what was noticed twice is told once.
func (es Errors) inOrder() Errors {
	slices.SortStableFunc(es, func(a, b *Error) int {
		return cmp.Or(cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column))
	})
	return slices.CompactFunc(es, func(a, b *Error) bool { return *a == *b })
}

// didYouMean is `, did you mean "x"?` when one of the known words is close
// to the written one, and otherwise names them all while they are few.
func didYouMean(written string, known []string) string {
	const few = 12
	length := len([]rune(written))
	best, nearest := "", min(max(2, length/3)+1, length)
	for _, k := range known {
		if d := distance(strings.ToLower(written), strings.ToLower(k)); d < nearest {
			best, nearest = k, d
		}
	}
	switch {
	case best != "":
		return fmt.Sprintf(", did you mean %q?", best)
	case len(known) == 0:
		return ""
	case len(known) == 1:
		return fmt.Sprintf(", known is only %q", known[0])
	case len(known) <= few:
		return ", known are " + strings.Join(known, ", ")
	}
	return ""
}

// distance is Levenshtein's: the fewest runes to insert, delete or replace
// to make b of a.
func distance(a, b string) int {
	from, to := []rune(a), []rune(b)
	row := make([]int, len(to)+1)
	for j := range row {
		row[j] = j
	}
	for i, r := range from {
		diagonal := row[0]
		row[0] = i + 1
		for j, s := range to {
			replace := diagonal
			if r != s {
				replace++
			}
			diagonal = row[j+1]
			row[j+1] = min(replace, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(to)]
}
