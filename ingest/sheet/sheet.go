package sheet

import (
	"errors"
	"io"
	"strings"

	"github.com/tidemark-stats/tidemark/figure"
)

// Reader reads the figures of a sheet row by row. Its memory does not depend on
// the length of the file: it holds one row and a window of the file.
type Reader struct {
	survey *Survey
	rows   *rows
	header *header
	text   string // of the current row
	open   bool   // the current value has two readings, depending on the decimal mark
	err    error  // that ended reading

	builder  builder
	meanings [fieldCount]map[string]string // of cells, see builder.meaning
	codes    map[string]string             // by cell
	periods  map[periodKey]figure.Period
}

// Sender is what is known in advance about how an indicator's figures are
// written. The zero value knows nothing.
type Sender struct {
	Frequency figure.Frequency // decides whether a year to date ends with a month or a quarter
	Flags     figure.Flags     // what its agency's flags mean
}

// Row is one row of a sheet.
type Row struct {
	Figure   figure.Figure // complete only when there are no problems
	Line     int           // the line of the file on which the row begins, from 1
	Problems []*figure.Problem
}

// Open begins reading the surveyed file; src is its content from the beginning.
// The error is from src.
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

// start prepares for reading the rows below a header.
func (r *rows) start(h *header) {
	r.separator = []byte(string(h.separator))
	r.columns, r.value = len(h.columns), h.column[value]
}

// Next returns the next row that is not blank, and io.EOF after the last. A row
// with mistakes has Problems and no error. Any other error is from the source; it
// ends reading, and every later call returns it again.
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

// unread returns a row whose text cannot be split into cells.
func (r *Reader) unread() Row {
	p := r.rows.problem
	if i := r.rows.column; i >= 0 && i < len(r.header.columns) && r.header.columns[i] != unnamed {
		f := r.header.columns[i]
		p.Field = f.String()
		if p.Code == "sheet/quote" && f != note && f != source {
			p.Hint = "write " + clean(strings.ReplaceAll(p.Text, `"`, "")) // such a cell never contains quotation marks
		}
	}
	return Row{Line: r.rows.number, Problems: []*figure.Problem{p}}
}

// Where returns the address of a cell, like port-2024-05.csv:17:F: the line in the
// file and the column's letter in a spreadsheet. Without a field, or when the sheet
// has no column for it, it returns the address of the row.
func (r *Reader) Where(line int, field string) string {
	column := -1
	if f, ok := fieldNamed(field); ok {
		column = r.header.column[f]
		if f == note && column < 0 {
			column = r.header.column[source]
		}
	}
	return r.survey.place(line, column)
}
