package ingest

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"

	"github.com/tidemark-stats/tidemark/catalog"
	"github.com/tidemark-stats/tidemark/figure"
	"github.com/tidemark-stats/tidemark/ingest/sheet"
)

// Input is a file of figures. It is opened several times: figures are held
// against each other before the first one is sent.
type Input struct {
	Name string
	Open func() (io.ReadCloser, error)
}

// until gives an input whose reading ends with ctx.
func (in Input) until(ctx context.Context) Input {
	open := in.Open
	in.Open = func() (io.ReadCloser, error) {
		f, err := open()
		if err != nil {
			return nil, err
		}
		return &untilReader{f, ctx}, nil
	}
	return in
}

type untilReader struct {
	io.ReadCloser
	ctx context.Context
}

func (r *untilReader) Read(p []byte) (int, error) {
	if err := r.ctx.Err(); err != nil {
		return 0, err
	}
	return r.ReadCloser.Read(p)
}

// Finding is one problem with the place where it stands.
type Finding struct {
	Where string `json:"where"`          // file:line:COLUMN
	Cell  string `json:"cell,omitempty"` // the figure, when it could be read
	figure.Problem
}

// Inspector checks people's files against the catalogue and themselves.
type Inspector struct {
	validator *Validator
	confirm   bool
}

// NewInspector makes an Inspector. With confirm the sender stands by every
// value that is merely implausible.
func NewInspector(cat *catalog.Catalog, confirm bool) *Inspector {
	return &Inspector{validator: NewValidator(cat), confirm: confirm}
}

// File is a file that was looked through.
type File struct {
	inspector *Inspector
	input     Input
	cells     *known // of this file; the moment is the line
	Broken    bool   // the file could not be read to its end, Rows are those before
	Rows      int
	where     func(line int, field string) string // as sheet.Reader has it
	claims    []claim                             // of the agencies with good figures, by their first
}

// claim is the first good figure of an agency in a file.
type claim struct {
	agency string
	line   int
}

// claim notes an agency whose figure is to be sent.
func (f *File) claim(row *Row) {
	if !slices.ContainsFunc(f.claims, func(c claim) bool { return c.agency == row.Agency }) {
		f.claims = append(f.claims, claim{row.Agency, row.Line})
	}
}

// Row is a figure of a file.
type Row struct {
	Line     int
	Figure   figure.Figure
	Agency   string // whose it is
	Findings []Finding
}

// Load reads the file once, to know its figures from each other. The error
// is one of the operating system's, not the file's content.
func (in *Inspector) Load(input Input) (*File, error) {
	f := &File{inspector: in, input: input, cells: newKnown()}
	err := f.read(func(r *sheet.Reader, row *sheet.Row) error {
		if len(row.Problems) > 0 {
			return nil
		}
		c, problems := in.validator.check(&row.Figure)
		// Minus the line, so that of two the first counts. A value that is
		// wrong by itself says nothing about its neighbours.
		f.cells.put(row.Figure.Cell, point{value: c.base.Float64(), withheld: len(problems) > 0, moment: -int64(row.Line)})
		return nil
	}, func(Finding) {})
	return f, err
}

// Each calls row for every row of the file and finding for what concerns no
// single row. An error of row ends the reading.
func (f *File) Each(row func(*Row) error, finding func(Finding)) error {
	f.Rows = 0
	return f.read(func(r *sheet.Reader, read *sheet.Row) error {
		f.Rows++
		out := f.judge(r, read)
		return row(&out)
	}, finding)
}

// judge holds a row against the catalogue and the rest of the file.
func (f *File) judge(r *sheet.Reader, read *sheet.Row) Row {
	row := Row{Line: read.Line, Figure: read.Figure}
	row.Figure.Confirmed = row.Figure.Confirmed || f.inspector.confirm
	problems := read.Problems
	if len(problems) == 0 {
		var c candidate
		c, problems = f.inspector.validator.check(&row.Figure)
		if len(problems) == 0 {
			row.Agency = c.indicator.Agency.Code
			if p := f.duplicate(r, read); p != nil {
				problems = append(problems, p)
			} else if p := f.cells.plausible(&c); p != nil {
				problems = append(problems, p)
			}
		}
	}
	for _, p := range problems {
		finding := Finding{Where: r.Where(read.Line, p.Field), Problem: *p}
		if len(read.Problems) == 0 {
			finding.Cell = row.Figure.Cell.String()
		}
		row.Findings = append(row.Findings, finding)
	}
	return row
}

// duplicate refuses a cell that the file has on an earlier line.
func (f *File) duplicate(r *sheet.Reader, read *sheet.Row) *figure.Problem {
	first, ok := f.cells.current(read.Figure.Cell)
	if line := int(-first.moment); ok && line != read.Line {
		return &figure.Problem{Code: "figure/duplicate-cell", Field: "period", Text: read.Figure.Period.String(),
			Reason: "stands in this file twice, first at " + r.Where(line, "period"),
			Hint:   "keep one of the two; a revision goes into a file of its own"}
	}
	return nil
}

// read streams the file. Faults of the file become findings.
func (f *File) read(each func(*sheet.Reader, *sheet.Row) error, finding func(Finding)) error {
	src, err := f.input.Open()
	if err != nil {
		return err
	}
	defer func() { _ = src.Close() }() // only read from
	reader, err := sheet.Open(f.input.Name, src)
	if err != nil {
		return f.fault(err, finding)
	}
	reader.Sender = f.inspector.validator.sender
	if f.where == nil { // asked for while the file is read again
		f.where = reader.Where
	}
	for {
		row, err := reader.Next()
		switch {
		case errors.Is(err, io.EOF):
			return nil
		case err != nil:
			return f.fault(err, finding)
		}
		if err := each(reader, &row); err != nil {
			return err
		}
	}
}

// fault reports what made a file unreadable, unless the file is not to blame.
func (f *File) fault(err error, finding func(Finding)) error {
	var many sheet.Faults
	var one *sheet.Fault
	switch {
	case errors.As(err, &many):
	case errors.As(err, &one):
		many = sheet.Faults{one}
	default:
		return fmt.Errorf("read %w", err) // the reader has put the name to it
	}
	f.Broken = true
	for fault := range slices.Values(many) {
		finding(Finding{Where: fault.Where, Problem: *fault.Problem})
	}
	return nil
}
