package grid

import (
	"fmt"
	"io"

	"github.com/tidemark-stats/tidemark/internal/lang"
)

// Grid is a table of cells: a sheet of a workbook, or the text of a file.
type Grid struct {
	Name   string      // the sheet's name; empty for text
	Rows   []Row       // those with text, in their order
	Merged []Range     // cells that a spreadsheet shows as one
	Said   []lang.Text // what is unusual, for the report
}

// Row is a row of a grid.
type Row struct {
	Number int      // in the spreadsheet, or the line in the file, from 1
	Cells  []string // without spaces around them; those at the end may be missing
	Stored []bool   // whether each cell is stored as a number; nil for text
}

// IsStored reports whether a cell is stored as a number.
func (r *Row) IsStored(column int) bool { return column < len(r.Stored) && r.Stored[column] }

// Range is a rectangle of cells, its first and last row and column included. Rows
// count from 1 as Row.Number does, columns from 0.
type Range struct {
	FirstRow, LastRow, FirstColumn, LastColumn int
}

// Cell returns the text of a column, empty when the row is shorter.
func (r *Row) Cell(column int) string {
	if column < len(r.Cells) {
		return r.Cells[column]
	}
	return ""
}

// Width is the number of columns.
func (g *Grid) Width() (n int) {
	for i := range g.Rows {
		n = max(n, len(g.Rows[i].Cells))
	}
	return n
}

// Fault is why a file, or a part of it, cannot be read as a grid.
type Fault struct {
	Code, Reason, Hint string
	Text               string // what is wrong, for example the name of a sheet; may be empty
}

func (f *Fault) Error() string {
	if f.Text != "" {
		return fmt.Sprintf("%q %s; %s", f.Text, f.Reason, f.Hint)
	}
	return f.Reason + "; " + f.Hint
}

// Limits of what is read. A table of figures is far smaller; a file made to exhaust
// memory is not.
const (
	maxBytes = 256 << 20 // of a file
	maxPart  = 1 << 30   // of a part of a workbook, unpacked
	maxCells = 2_000_000 // of a grid
)

// ReadAll reads a file up to the size of the largest workbook that is read.
func ReadAll(r io.Reader) ([]byte, error) {
	content, err := io.ReadAll(io.LimitReader(r, maxBytes+1))
	if err == nil && len(content) > maxBytes {
		return nil, &Fault{Code: "sheet/too-long", Reason: fmt.Sprintf("is a workbook of more than %d MiB", maxBytes>>20), Hint: "divide it"}
	}
	return content, err
}
