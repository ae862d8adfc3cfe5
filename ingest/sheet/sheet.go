package sheet

import (
	"bufio"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/tidemark-stats/tidemark/figure"
)

// Reader reads the figures of one sheet row by row. It holds one row and a
// window of the file, however long the file is.
type Reader struct {
	name   string
	src    *bufio.Reader // the decoded text
	csv    *csv.Reader
	header *header
	rows   int
	err    error // what reading ended with

	// Sender, if it is set, tells what is known of the sender of an indicator.
	// It is asked for every row.
	Sender func(indicator string) Sender

	periods figure.PeriodColumn

	texts map[string]string // texts that many rows share; see share
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

// Open reads the beginning of a sheet: its encoding, separator and header.
// The name is for messages. The error is a *Fault, Faults when several things
// are wrong with the header, or what r failed with; errors.As finds a *Fault
// in both of the former.
func Open(name string, r io.Reader) (*Reader, error) {
	d := &decoder{name: name, src: r}
	if err := d.start(); err != nil {
		return nil, err
	}
	sheet := &Reader{name: name, src: bufio.NewReaderSize(d, windowSize), texts: map[string]string{}}
	h, err := readHeader(name, sheet.src)
	if err != nil {
		return nil, sheet.located(err)
	}
	sheet.header = h
	sheet.csv = newCSV(sheet.src, h.separator)
	return sheet, nil
}

// Next is the next row with text in it, io.EOF after the last. A row with
// mistakes is a row with Problems. Any other error is a *Fault, or what the
// source failed with; reading ends with it, and every later call repeats it.
func (r *Reader) Next() (Row, error) {
	for r.err == nil {
		cells, err := r.csv.Read()
		switch {
		case err != nil:
			r.err = r.failure(err)
		case !blank(cells):
			r.rows++
			return r.row(cells), nil
		}
	}
	return Row{}, r.err
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
	return place(r.name, line, column)
}

// failure makes of csv's error the one to tell.
func (r *Reader) failure(err error) error {
	var wrong *csv.ParseError
	switch {
	case errors.Is(err, io.EOF) && r.rows == 0:
		return &Fault{r.name, &figure.Problem{Code: "sheet/no-rows", Reason: "the file holds a header and no figures",
			Hint: "write one figure a line below the header"}}
	case errors.Is(err, io.EOF):
		return io.EOF
	case errors.As(err, &wrong):
		return quoteFault(r.name, r.header.line, wrong)
	}
	return r.located(err)
}

// located adds the file's name to what the source failed with.
func (r *Reader) located(err error) error {
	var fault *Fault
	if errors.As(err, &fault) {
		return err
	}
	return fmt.Errorf("%s: %w", r.name, err)
}

const quoteHint = `put the whole cell in quotation marks and double those within: "the ""fifth"" port"`

// quoteFault is the fault of a broken quotation, the one mistake of syntax
// that CSV knows. It ends reading: where a quotation is broken, the rest of
// the file may belong to it.
func quoteFault(name string, linesBefore int, err error) error {
	p := &figure.Problem{Code: "sheet/quote", Reason: "a quotation mark stands within a text or is never closed", Hint: quoteHint}
	line := linesBefore
	var wrong *csv.ParseError
	if errors.As(err, &wrong) {
		line += wrong.Line
		if wrong.StartLine < wrong.Line {
			p.Reason += fmt.Sprintf(", in the row that begins on line %d", linesBefore+wrong.StartLine)
		}
	}
	return &Fault{place(name, line, -1), p}
}

// What is shared is bounded: few texts, as there are few series, and short
// ones, as codes and units are.
const (
	maxTexts   = 1 << 14
	maxTextLen = 64
)

// share gives equal texts the same memory, and frees the row they stand in:
// a caller may keep a million figures of a few series.
func (r *Reader) share(s string) string {
	if shared, ok := r.texts[s]; ok {
		return shared
	}
	shared := strings.Clone(s)
	if len(r.texts) < maxTexts && len(shared) <= maxTextLen {
		r.texts[shared] = shared
	}
	return shared
}

func blank(cells []string) bool {
	for _, cell := range cells {
		if cell != "" && clean(cell) != "" {
			return false
		}
	}
	return true
}
