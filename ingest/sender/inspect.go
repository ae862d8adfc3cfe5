package sender

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"

	"github.com/tidemark-stats/tidemark/catalog"
	"github.com/tidemark-stats/tidemark/figure"
	"github.com/tidemark-stats/tidemark/ingest"
	"github.com/tidemark-stats/tidemark/ingest/layout"
	"github.com/tidemark-stats/tidemark/ingest/rules"
	"github.com/tidemark-stats/tidemark/ingest/sheet"
	"github.com/tidemark-stats/tidemark/internal/lang"
)

// Input is a file of figures. It is opened several times, because figures are
// compared with each other before the first one is sent.
type Input struct {
	Name string
	Open func() (io.ReadCloser, error)
	// As is what the sender says about how the file is written.
	As As

	table  int                   // its number among the tables of a report
	read   []lang.Text           // how it was rewritten as a sheet
	place  func(line int) string // see sheet.Given
	stored func(line int) bool   // see sheet.Given
	usual  *sheet.Notation       // how such files usually are; nil until it was looked up
	fault  error                 // why it could not be
	unread int                   // the rows that it then has
	book   workbook              // of the sheets of one workbook; nil for one sheet
}

// As is what a sender says about files. The zero value says nothing.
type As struct {
	Notation sheet.Notation
	Sheet    string      // the only sheet of workbooks to be read
	Map      *layout.Map // what labels and sheets mean
	// Amend is called for every row whenever it has been read, with the name of its
	// file or sheet. It may correct the figure and add or remove problems; a row for
	// which it returns false is left out. It must always do the same, because files
	// are read several times. It may be nil.
	Amend func(file string, row *sheet.Row) (keep bool)
}

// until returns the input with reads that fail once ctx ends.
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

// Finding is a problem and its location.
type Finding struct {
	Where string `json:"where"`          // file:line:COLUMN
	Cell  string `json:"cell,omitempty"` // the figure's cell, empty when it could not be read
	figure.Problem

	at  place // of its row; the line is 0 when it is about a whole file
	ref int64 // the figure's reference in findings from the worker, until Cell is filled in
}

// inspector checks files against the catalogue and their figures against each
// other.
type inspector struct {
	validator *rules.Validator
	confirm   bool
	reason    string          // for figures that are confirmed without one
	words     map[string]bool // words of the catalogue, which help to recognise encodings
	rewritten []*layout.Part  // of the files inspected so far
}

// newInspector returns an inspector. With confirm the sender stands by every
// value that is merely implausible.
func newInspector(cat *catalog.Catalog, confirm bool) *inspector {
	return &inspector{validator: rules.NewValidator(cat), confirm: confirm, words: wordsOf(cat)}
}

// file is an inspected file.
type file struct {
	inspector *inspector
	input     Input
	survey    *sheet.Survey
	broken    error                               // why the file cannot be read
	cells     *rules.Known                        // the figures of this file; a moment is minus the line
	repeated  map[int]*figure.Figure              // figures that later lines repeat, by line
	where     func(line int, field string) string // sheet.Reader.Where
	claims    []claim                             // the first good figure of each agency
	texts     map[figure.Series]string            // header values of rules.Beside, by series
	ends      map[int]string                      // rules.Known.EndsOfBalances, nil until first used
	unsent    lines                               // lines that are refused or repeat others, set by each
	leftOut   int                                 // rows that As.Amend leaves out, set by read
}

// lines is a set of lines of a file, as a bitmap.
type lines []uint64

func (l *lines) set(line int, in bool) {
	for len(*l) <= line/64 {
		*l = append(*l, 0)
	}
	if (*l)[line/64] &^= 1 << (line % 64); in {
		(*l)[line/64] |= 1 << (line % 64)
	}
}

func (l lines) has(line int) bool { return line/64 < len(l) && l[line/64]&(1<<(line%64)) != 0 }

// claim is the first good figure of an agency in a file.
type claim struct {
	agency string
	line   int
}

// claim notes an agency whose figure is to be sent.
func (f *file) claim(row *judgedRow) {
	if !slices.ContainsFunc(f.claims, func(c claim) bool { return c.agency == row.Agency }) {
		f.claims = append(f.claims, claim{row.Agency, row.Line})
	}
}

// stand confirms a figure if the sender stands by all values; a reason of its own
// stays.
func (in *inspector) stand(f *figure.Figure) {
	if !in.confirm {
		return
	}
	f.Confirmed, f.Reason = true, cmp.Or(f.Reason, in.reason)
}

// judgedRow is a judged row of a file.
type judgedRow struct {
	Line     int
	Figure   figure.Figure
	Agency   string    // the indicator's agency
	Repeats  int       // the line of an identical earlier row, which counts for both; else 0
	Findings []Finding // why the row is refused
	Unusual  []Finding // warnings

	asked     bool            // confirming the figure would lift its refusal
	readable  bool            // the row says of which cell it is
	candidate rules.Candidate // when nothing is wrong with it
}

// rows returns the number of rows of the file that are not left out, even of one that
// cannot be read.
func (f *file) rows() int { return f.survey.Rows - f.leftOut }

// unreadable reports whether the file cannot be read, so that none of its rows
// counts.
func (f *file) unreadable() bool { return f.broken != nil }

// readingNotes says how the file is read, where that is not obvious.
func (f *file) readingNotes() []lang.Text {
	return append(slices.Clone(f.input.read), f.survey.Read...)
}

// load surveys the file and reads it once, so that its figures can be compared
// with each other. The error is an I/O error; problems with the content are
// reported by each.
func (in *inspector) load(input Input) (*file, error) {
	f := &file{inspector: in, input: input, cells: rules.NewKnown(), repeated: map[int]*figure.Figure{},
		texts: map[figure.Series]string{}}
	f.cells.File = true
	if err := f.look(); err != nil || f.unreadable() {
		return f, err
	}
	err := f.read(func(r *sheet.Reader, row *sheet.Row) error {
		if len(row.Problems) > 0 {
			return nil
		}
		first, again := f.cells.Current(row.Figure.Cell)
		if again {
			f.repeated[int(-first.Moment)] = nil
		}
		in.stand(&row.Figure)
		c, problems := in.validator.Check(&row.Figure)
		// The moment is minus the line, so that the first of two rows counts. A
		// value that is wrong by itself says nothing about its neighbours.
		p := rules.Vintage{Value: c.Base.Float64(), Status: row.Figure.Status,
			Withheld: row.Figure.Withheld || len(problems) > 0 || c.Question != nil, Moment: -int64(row.Line)}
		if row.Figure.Confirmed {
			p.Opinion = rules.Believed
		}
		if !again { // only the first counts, and keeping many for one cell would take long
			f.cells.Put(row.Figure.Cell, p)
		}
		f.input.book.tell(f.input.Name, f.where(row.Line, "value"), &c)
		return nil
	})
	f.cells.JudgeAll(in.validator.Cat)
	return f, err
}

// each calls row for every row of the file, and finding for problems that do not
// belong to a row. An error from row ends the reading.
func (f *file) each(row func(*judgedRow) error, finding func(Finding)) error {
	if f.unreadable() {
		f.fault(finding)
		return nil
	}
	return f.read(func(r *sheet.Reader, read *sheet.Row) error {
		out := f.judge(r, read)
		err := row(&out)
		f.unsent.set(out.Line, out.Repeats > 0 || len(out.Findings) > 0)
		return err
	})
}

// good calls row for the figures that each found to be good, without judging
// them again.
func (f *file) good(row func(line int, good *figure.Figure, agency string) error) error {
	if f.unreadable() {
		return nil
	}
	return f.read(func(_ *sheet.Reader, read *sheet.Row) error {
		if f.unsent.has(read.Line) {
			return nil
		}
		ind, ok := f.inspector.validator.Cat.Indicator(read.Figure.Indicator)
		if !ok || len(read.Problems) > 0 {
			return fmt.Errorf("%s changed while it was being read; push it again", f.input.Name)
		}
		f.inspector.stand(&read.Figure)
		return row(read.Line, &read.Figure, ind.Agency.Code)
	})
}

// judge judges a row by the catalogue and the rest of the file.
func (f *file) judge(r *sheet.Reader, read *sheet.Row) judgedRow {
	row := judgedRow{Line: read.Line, Figure: read.Figure}
	f.inspector.stand(&row.Figure)
	find := func(p *figure.Problem) Finding {
		finding := Finding{Where: r.Where(read.Line, p.Field), Problem: *p, at: place{f.input.table, read.Line}}
		if len(read.Problems) == 0 {
			finding.Cell = row.Figure.Cell.String()
		}
		return finding
	}
	problems := read.Problems
	if row.readable = len(problems) == 0; row.readable {
		var c rules.Candidate
		c, problems = f.inspector.validator.Check(&row.Figure)
		if len(problems) == 0 {
			row.Agency, row.candidate = c.Indicator.Agency.Code, c
		}
		repeats, p := f.duplicate(r, read)
		switch {
		case repeats > 0:
			row.Repeats = repeats
			return row
		case len(problems) > 0:
		case p != nil:
			problems = append(problems, p)
		case f.input.book.against(f.input.Name, &c) != nil:
			problems = append(problems, f.input.book.against(f.input.Name, &c))
		case f.inspector.validator.ClosedNow(&c) != nil:
			problems, row.asked = append(problems, f.inspector.validator.ClosedNow(&c)), true
		default:
			if d := f.cells.Doubt(&c, rules.Beside{}); d.Refused {
				problems, row.asked = append(problems, d.Problem), true
			} else if d.Problem != nil {
				row.Unusual = append(row.Unusual, find(d.Problem))
			} else if p := f.cells.Unbalanced(f.inspector.validator.Cat, &c); p != nil {
				row.Unusual = append(row.Unusual, find(p))
			}
		}
	}
	for _, p := range problems {
		row.Findings = append(row.Findings, find(p))
	}
	return row
}

// beside returns the header ingest.HeaderBeside for the figure of a line; empty
// when the file has only one figure.
func (f *file) beside(s figure.Series, line int) string {
	text, ok := f.texts[s]
	if !ok {
		if f.cells.Size() > 1 {
			b := rules.BesideOf(f.cells.Series[s], f.cells.Size())
			if ind, ok := f.inspector.validator.Cat.Indicator(s.Indicator); ok {
				b.Marked = f.cells.Breaks(ind, s)
			}
			text = b.Text(s.Frequency)
		}
		f.texts[s] = text
	}
	if f.ends == nil {
		f.ends = f.cells.EndsOfBalances(f.inspector.validator.Cat)
	}
	if ends := f.ends[line]; text != "" && len(text)+len(ends) <= ingest.MaxBeside {
		text += ends
	}
	return text
}

// duplicate refuses a row whose cell is already on an earlier line. If the row is
// identical to that line it is not refused, and repeats is the earlier line.
func (f *file) duplicate(r *sheet.Reader, read *sheet.Row) (repeats int, p *figure.Problem) {
	if _, others := f.repeated[read.Line]; others {
		copied := read.Figure
		f.repeated[read.Line] = &copied
	}
	first, ok := f.cells.Current(read.Figure.Cell)
	line := int(-first.Moment)
	if !ok || line == read.Line {
		return 0, nil
	}
	if f.repeated[line] != nil && *f.repeated[line] == read.Figure {
		return line, nil
	}
	return 0, &figure.Problem{Code: "figure/duplicate-cell", Field: "period", Text: read.Figure.Period.String(),
		Reason: "appears twice in this file for this figure, first at " + r.Where(line, "period"),
		Hint:   "keep one of the two; send a revision in a file of its own"}
}

// read streams the rows of the file.
func (f *file) read(each func(*sheet.Reader, *sheet.Row) error) error {
	src, err := f.input.Open()
	if err != nil {
		return err
	}
	defer func() { _ = src.Close() }() // only read from
	reader, err := f.survey.Open(src)
	if err != nil {
		return fmt.Errorf("read %w", err)
	}
	if f.where == nil { // set only once: it is used while the file is read again
		f.where = reader.Where
	}
	f.leftOut = 0
	for {
		row, err := reader.Next()
		switch {
		case errors.Is(err, io.EOF):
			return nil
		case err != nil:
			return fmt.Errorf("read %w", err) // the reader has added the name
		}
		if amend := f.input.As.Amend; amend != nil && !amend(f.input.Name, &row) {
			f.leftOut++
			continue
		}
		if err := each(reader, &row); err != nil {
			return err
		}
	}
}

// fault reports why the file cannot be read.
func (f *file) fault(finding func(Finding)) {
	var many sheet.Faults
	var one *sheet.Fault
	if !errors.As(f.broken, &many) && errors.As(f.broken, &one) {
		many = sheet.Faults{one}
	}
	for _, fault := range many {
		finding(Finding{Where: fault.Where, Problem: *fault.Problem, at: place{table: f.input.table}})
	}
}
