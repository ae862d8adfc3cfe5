package sheet

import (
	"strconv"
	"strings"

	"github.com/tidemark-stats/tidemark/figure"
)

// Fault is why a file cannot be read, or not beyond a place. A mistake
// within one row is no fault: the row carries it and reading goes on.
type Fault struct {
	Where   string // port.csv, port.csv:17 or port.csv:1:C
	Problem *figure.Problem
}

// Error gives the place and the problem on one line.
func (f *Fault) Error() string { return f.Where + ": " + f.Problem.Error() }

// Unwrap lets errors.As reach the problem.
func (f *Fault) Unwrap() error { return f.Problem }

// Faults are all that is wrong with a file's header, in the order of the
// columns.
type Faults []*Fault

// Error gives one line for each fault.
func (fs Faults) Error() string {
	lines := make([]string, len(fs))
	for i, f := range fs {
		lines[i] = f.Error()
	}
	return strings.Join(lines, "\n")
}

// Unwrap lets errors.As reach the single faults.
func (fs Faults) Unwrap() []error {
	errs := make([]error, len(fs))
	for i, f := range fs {
		errs[i] = f
	}
	return errs
}

// place is file:line:COLUMN; line counts from 1 and column from 0, and a
// column below 0 is left out.
func place(name string, line, column int) string {
	name += ":" + strconv.Itoa(line)
	if column >= 0 {
		name += ":" + letters(column)
	}
	return name
}

// letters is what spreadsheets call a column: A to Z, AA, AB and so on.
func letters(column int) string {
	s := ""
	for column++; column > 0; column = (column - 1) / 26 {
		s = string(rune('A'+(column-1)%26)) + s
	}
	return s
}
