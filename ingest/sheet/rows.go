package sheet

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"slices"

	text "golang.org/x/text/encoding"

	"github.com/tidemark-stats/tidemark/figure"
)

// rows reads a file row by row. A row with broken text gets a problem, and reading
// continues with the next line.
type rows struct {
	lines   *lines
	charset *charset
	decoder *text.Decoder // of the charset, nil when it needs none
	utf16   *utf16Reader  // nil unless the file is UTF-16
	splitter

	columns int // number of cells that a row should have, 0 until known
	value   int // the column of the value
	number  int // the line on which the row begins, from 1
	problem *figure.Problem
	column  int // the problem's column, -1 for the whole row

	room  []byte // buffer for decoded text
	first []byte // the first line of a row that spans several
	ahead int    // bytes read so far in vain search for the end of a quotation
}

// maxAhead limits how many bytes of a file are read in vain search for the ends of
// quotations.
const maxAhead = 64 << 20

// newRows returns rows that read r, which is text in the encoding.
func newRows(r io.Reader, c *charset) *rows {
	in := &rows{charset: c, value: -1}
	if c == asUTF16LE || c == asUTF16BE {
		in.utf16 = &utf16Reader{src: r, big: c == asUTF16BE}
		in.charset, r = asUTF8, in.utf16
	}
	if in.charset.enc != nil {
		in.decoder = in.charset.enc.NewDecoder()
	}
	in.lines = newLines(r)
	return in
}

// read reads the next row, or returns the error that ended the source. A row that
// cannot be split into cells has a problem and no cells.
func (r *rows) read() error {
	begin := r.lines.mark()
	r.reset()
	r.problem, r.column = nil, -1
	r.number = begin.line + 1
	raw, err := r.lines.read()
	if err != nil {
		return r.tooLong(err)
	}
	line := r.decoded(raw, begin.next)
	if r.problem != nil {
		return nil
	}
	if !r.lines.quotes {
		r.plain(line)
		return nil
	}
	if !r.line(line) {
		r.problem, r.column = r.stray(line, r.columns)
		return nil
	}
	if r.open {
		return r.wide(append(r.first[:0], line...))
	}
	return nil
}

// wide reads on to the end of a row that spans several lines. If it finds no end,
// the quotation mark was not meant to open a quotation, and its line alone is the
// row.
func (r *rows) wide(line []byte) error {
	r.first = line
	second := r.lines.here()
	for r.open && r.ahead < maxAhead {
		at := r.lines.here()
		before := len(r.own)
		raw, err := r.lines.read()
		if err != nil && !errors.Is(err, errTooLong) && !errors.Is(err, io.EOF) {
			return err
		}
		if err != nil || at.next-second.next > maxRow {
			break
		}
		next := r.decoded(raw, at.next)
		if !r.line(next) || r.swallowed(before) {
			r.open = true
			break
		}
	}
	if !r.open {
		return nil
	}
	r.ahead += int(r.lines.here().next - second.next)
	r.lines.back(second)
	r.reset()
	r.problem, r.column = r.stray(r.first, r.columns)
	return nil
}

// swallowed reports whether the line just added to a quotation looks like a row of
// its own: as many cells, and a number in the value's column.
func (r *rows) swallowed(from int) bool {
	if r.columns < 3 || r.value < 0 {
		return false
	}
	end := len(r.own)
	if !r.open {
		end = r.cells[len(r.cells)-1].to
		for _, c := range r.cells {
			if c.quoted && c.from <= from && c.to >= from {
				end = c.to
			}
		}
	}
	inner := splitter{separator: r.separator}
	inner.plain(bytes.TrimLeft(r.own[min(from, end):end], "\n"))
	return len(inner.cells) >= r.columns-1 && r.value < len(inner.cells) && plain(clean(string(inner.cell(r.value))))
}

// decoded returns a line's text. A byte that is not valid text sets the row's
// problem.
func (r *rows) decoded(raw []byte, at int64) []byte {
	if r.charset.decodes() {
		r.room = slices.Grow(r.room[:0], 4*len(raw))
	}
	line, bad := r.charset.decodeBy(r.decoder, r.room, raw)
	if r.problem != nil {
		return line
	}
	if r.lines.zeros && bad < 0 && bytes.IndexByte(line, 0) >= 0 {
		r.problem = &figure.Problem{Code: "sheet/not-csv", Reason: "contains a zero byte, which no text does", Hint: saveAsCSV}
		return line
	}
	if bad >= 0 {
		r.problem = r.badByte(raw[bad], at+int64(bad))
	}
	return line
}

// badByte returns the problem of a byte that is not valid text.
func (r *rows) badByte(b byte, at int64) *figure.Problem {
	p := &figure.Problem{Code: "sheet/encoding", Hint: saveAsCSV}
	where := fmt.Sprintf("at byte offset %d ", at)
	name := r.charset.name
	if r.utf16 != nil {
		name, where = "UTF-16", ""
		for _, unit := range r.utf16.bad {
			if unit.out == at {
				b, where = unit.first, fmt.Sprintf("at byte offset %d ", unit.in)
			}
		}
	}
	p.Text, p.Reason = fmt.Sprintf("0x%02X", b), where+"is not "+name+", unlike the rest of the file"
	if r.charset.ascii {
		p.Reason = where + "is not valid in any encoding that the file appears to use"
		p.Hint = r.charset.perhaps + saveAsCSV
	}
	return p
}

// tooLong sets the problem of a line that is too long; it returns any other error.
func (r *rows) tooLong(err error) error {
	if !errors.Is(err, errTooLong) {
		return err
	}
	r.problem = &figure.Problem{Code: "sheet/too-long", Reason: fmt.Sprintf("is a row of more than %d bytes", maxRow),
		Hint: "check whether this is a CSV file; a row is one line"}
	return nil
}

// blank reports whether the row has no text.
func (r *rows) blank() bool {
	if r.problem != nil {
		return false
	}
	for i := range r.cells {
		if c := r.cell(i); len(c) > 0 && clean(string(c)) != "" {
			return false
		}
	}
	if r.enough == 0 || len(r.cells) < r.enough {
		return true
	}
	rest := r.splitter.text[r.cells[len(r.cells)-1].to:]
	return clean(string(bytes.ReplaceAll(rest, r.separator, nil))) == ""
}
