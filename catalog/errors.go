package catalog

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/tidemark-stats/tidemark/figure"
)

// Error is one mistake in a catalogue file, with its position.
type Error struct {
	File         string
	Line, Column int // from 1; 0 if the position is not known
	Text         string
}

// Error writes file:line:column and the text, as compilers do, so that editors
// find the position.
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

// Errors holds all mistakes of a catalogue file in the order of their
// positions.
type Errors []*Error

// Error writes one line for each mistake.
func (es Errors) Error() string {
	lines := make([]string, len(es))
	for i, e := range es {
		lines[i] = e.Error()
	}
	return strings.Join(lines, "\n")
}

// Unwrap lets errors.As find the individual mistakes.
func (es Errors) Unwrap() []error {
	errs := make([]error, len(es))
	for i, e := range es {
		errs[i] = e
	}
	return errs
}

// inOrder sorts by position and removes duplicates.
func (es Errors) inOrder() Errors {
	slices.SortStableFunc(es, func(a, b *Error) int {
		return cmp.Or(cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column))
	})
	return slices.CompactFunc(es, func(a, b *Error) bool { return *a == *b })
}

// didYouMean is figure.DidYouMean as the end of a sentence.
func didYouMean(written string, known []string) string {
	if hint := figure.DidYouMean(written, known); hint != "" {
		return ", " + hint
	}
	return ""
}
