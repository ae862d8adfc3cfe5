package sheet

import (
	"strconv"
	"strings"

	"github.com/tidemark-stats/tidemark/figure"
)

// Fault says why a file cannot be read. A mistake within one row is not a Fault but
// one of the row's Problems, and reading continues.
type Fault struct {
	Where   string // port.csv, port.csv:17 or port.csv:1:C
	Problem *figure.Problem
}

// Error returns the location and the problem on one line.
func (f *Fault) Error() string { return f.Where + ": " + f.Problem.Error() }

// Unwrap lets errors.As reach the problem.
func (f *Fault) Unwrap() error { return f.Problem }

// Faults are all the faults of a file's header, in the order of the columns.
type Faults []*Fault

// Error returns one line for each fault.
func (fs Faults) Error() string {
	lines := make([]string, len(fs))
	for i, f := range fs {
		lines[i] = f.Error()
	}
	return strings.Join(lines, "\n")
}

// Unwrap lets errors.As reach the individual faults.
func (fs Faults) Unwrap() []error {
	errs := make([]error, len(fs))
	for i, f := range fs {
		errs[i] = f
	}
	return errs
}

// Place returns file:line:COLUMN. The line counts from 1 and the column from 0; a
// negative column is left out.
func Place(name string, line, column int) string {
	name += ":" + strconv.Itoa(line)
	if column >= 0 {
		name += ":" + Letters(column)
	}
	return name
}

// Letters returns a column's name in spreadsheets: A to Z, AA, AB and so on.
func Letters(column int) string {
	s := ""
	for column++; column > 0; column = (column - 1) / 26 {
		s = string(rune('A'+(column-1)%26)) + s
	}
	return s
}
