package sheet

import (
	"errors"
	"io"
	"strings"

	"github.com/tidemark-stats/tidemark/figure"
)

// Reader reads the figures of one sheet row by row. It holds one row and a
// window of the file, however long the file is.
type Reader struct {
	survey *Survey
	rows   *rows
	header *header
	text   string // of the present row
	open   bool   // its value is another number where the other mark marks decimals
	err    error  // what reading ended with

	builder  builder
	meanings [fieldCount]map[string]string // of cells; see builder.meaning
	codes    map[string]string             // of cells that hold one
	periods  map[periodKey]figure.Period   // of cells that hold one
}

// Sender is what is known beforehand of how the sender of an indicator writes
// its figures. The zero value knows nothing.
type Sender struct {
	Frequency figure.Frequency // by which a year to date is that of a month or of a quarter
	Flags     figure.Flags     // what its agency's marks mean
}

// Row is one row of a sheet.
type Row struct {
	Figure   figure.Figure // complete only when there are no problems
	Line     int           // the line of the file on which the row begins, from 1
	Problems []*figure.Problem
}

// Open begins to read the file that was surveyed; src is its content from the
// beginning. The error is what src failed with.
func (s *Survey) Open(src io.Reader) (*Reader, error) {
	r := &Reader{survey: s, rows: newRows(src, s.charset), header: s.header,
		codes: map[string]string{}, periods: map[periodKey]figure.Period{}}
	r.builder.reader = r
	for f := range r.meanings {
		r.meanings[f] = map[string]string{}
	}
	for range s.header.line {
		if _, err := r.rows.lines.read(); err != nil && !errors.Is(err, errTooLong) {
			return nil, s.located(err)
		}
	}
	r.rows.start(s.header)
	return r, nil
}

// start makes ready to read the rows below a header.
func (r *rows) start(h *header) {
	r.separator = []byte(string(h.separator))
	r.columns, r.value = len(h.columns), h.column[value]
}

// Next is the next row with text in it, io.EOF after the last. A row with
// mistakes is a row with Problems. Any other error is what the source failed
// with; reading ends with it, and every later call repeats it.
func (r *Reader) Next() (Row, error) {
	for r.err == nil {
		err := r.rows.read()
		switch {
		case errors.Is(err, io.EOF):
			r.err = io.EOF
		case err != nil:
			r.err = r.survey.located(err)
		case r.rows.problem != nil:
			return r.unread(), nil
		case !r.rows.blank():
			return r.row(), nil
		}
	}
	return Row{}, r.err
}

// unread is a row whose text cannot be cut into cells.
func (r *Reader) unread() Row {
	p := r.rows.problem
	if i := r.rows.column; i >= 0 && i < len(r.header.columns) && r.header.columns[i] != unnamed {
		f := r.header.columns[i]
		p.Field = f.String()
		if p.Code == "sheet/quote" && f != note && f != source {
			p.Hint = "write " + clean(strings.ReplaceAll(p.Text, `"`, "")) // it means nothing in such a cell
		}
	}
	return Row{Line: r.rows.number, Problems: []*figure.Problem{p}}
}

// Where is the address of a cell: port-2024-05.csv:17:F. Without a field, or
// with one that the sheet has no column for, it is the row's. The line is
// that of the file, the letter that of a spreadsheet.
func (r *Reader) Where(line int, field string) string {
	column := -1
	if f, ok := fieldNamed(field); ok {
		column = r.header.column[f]
		if f == note && column < 0 {
			column = r.header.column[source]
		}
	}
	return place(r.survey.name, line, column)
}
