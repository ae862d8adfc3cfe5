package layout

import (
	"cmp"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"github.com/tidemark-stats/tidemark/catalog"
	"github.com/tidemark-stats/tidemark/figure"
	"github.com/tidemark-stats/tidemark/ingest/grid"
	"github.com/tidemark-stats/tidemark/ingest/sheet"
	"github.com/tidemark-stats/tidemark/internal/lang"
	"github.com/tidemark-stats/tidemark/internal/spool"
)

// File is a file of figures in any layout.
type File struct {
	Name    string
	Open    func() (io.ReadCloser, error)
	Catalog *catalog.Catalog
	// Notation is what the sender says about how the file is written.
	Notation sheet.Notation
	// Sheet is the only sheet of a workbook to be read; empty for all.
	Sheet string
	// Map is what the sender says about labels and sheets; nil for nothing.
	Map *Map

	unread int
}

// Unread returns the number of rows of the tables because of which Parts has failed.
func (f *File) Unread() int { return f.unread }

// Part is a table of a file, rewritten as a sheet with one figure per row.
type Part struct {
	Name string      // file, or file:sheet
	Read []lang.Text // how it was understood

	text   spool.Spool
	file   string // in addresses
	places []spot // by line, from the second; nil when lines are rows of the grid
	stored []bool // by line, up to the last with a value that is stored as a number
}

// spot is where a value stands in the file.
type spot struct{ row, column int32 }

// Open opens the rewritten sheet, which is CSV in UTF-8.
func (p *Part) Open() (io.ReadCloser, error) { return p.text.Open() }

// Place returns the address in the file of a line of the rewritten sheet, like
// port.xlsx:港口:7:C; nil when the line has the same number in both.
func (p *Part) Place() func(line int) string {
	if p.places == nil {
		return nil
	}
	return func(line int) string {
		if line < 2 || line-2 >= len(p.places) {
			return p.Name
		}
		return sheet.Place(p.file, int(p.places[line-2].row), int(p.places[line-2].column))
	}
}

// keep notes whether the value of a line is stored as a number.
func (p *Part) keep(line int, stored bool) {
	if !stored {
		return
	}
	p.stored = append(p.stored, make([]bool, line+1-len(p.stored))...)
	p.stored[line] = true
}

// Stored reports whether the value of a line of the rewritten sheet is stored as a
// number in the file.
func (p *Part) Stored(line int) bool { return line < len(p.stored) && p.stored[line] }

// Close removes temporary files.
func (p *Part) Close() error { return p.text.Close() }

// Parts rewrites the tables of a file. It returns none for a text file that is a
// sheet already, or that is no table either: package sheet says what is wrong with
// it. The error is a *sheet.Fault, or one from reading.
func (f *File) Parts() (parts []*Part, err error) {
	head, all, err := f.head()
	if err != nil {
		return nil, err
	}
	kind, err := grid.KindOf(head, all)
	if err != nil {
		return nil, f.fault(err)
	}
	if kind == grid.Workbook {
		return f.workbook(all)
	}
	if parts, err := f.sdmx(); parts != nil || err != nil {
		return parts, err
	}
	if f.Map == nil && sheet.Recognised(f.Name, f.Open, f.Notation) {
		return nil, nil
	}
	return f.text()
}

// head returns the beginning of the file, and a function that reads all of it.
func (f *File) head() (head []byte, all func() ([]byte, error), err error) {
	src, err := f.Open()
	if err != nil {
		return nil, nil, err
	}
	defer func() { _ = src.Close() }() // only read from
	head = make([]byte, 4096)
	n, err := io.ReadFull(src, head)
	if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
		return nil, nil, fmt.Errorf("read %s: %w", f.Name, err)
	}
	return head[:n], func() ([]byte, error) {
		src, err := f.Open()
		if err != nil {
			return nil, err
		}
		defer func() { _ = src.Close() }() // only read from
		return grid.ReadAll(src)
	}, nil
}

// fault gives a fault of the file or one of its sheets its address.
func (f *File) fault(err error) error {
	var g *grid.Fault
	if !errors.As(err, &g) {
		return err
	}
	return &sheet.Fault{Where: f.Name, Problem: &figure.Problem{Code: g.Code, Text: g.Text, Reason: g.Reason, Hint: g.Hint}}
}

// text rewrites a text file.
func (f *File) text() ([]*Part, error) {
	rows, separated, read, err := sheet.Rows(f.Name, f.Open, sheet.Given{Notation: f.Notation})
	if err != nil || len(rows) == 0 {
		return nil, nil //nolint:nilerr // package sheet reads the file again and says it better
	}
	g := grid.OfText(rows, separated)
	parts, err := f.unfold(f.Name, g)
	switch {
	case len(parts) > 0:
		parts[0].Read = append(read, parts[0].Read...)
	case err == nil && !slices.ContainsFunc(rows, sheetLike):
		f.unread = len(rows)
		return nil, f.noTable("")
	}
	return parts, err
}

// sheetLike reports whether the reader of sheets has more to say about a row than that
// it is part of no table: it is broken, names columns in other marks, or has a measure,
// as the figures of a sheet without a header have.
func sheetLike(row sheet.Plain) bool {
	_, is := sheet.Header(strings.FieldsFunc(row.Text, func(r rune) bool { return strings.ContainsRune(",;|\t\"", r) }))
	return is || row.Broken || slices.ContainsFunc(row.Cells, func(c string) bool { _, err := figure.ParseMeasure(c); return err == nil })
}

// workbook rewrites the sheets of a workbook.
func (f *File) workbook(all func() ([]byte, error)) (parts []*Part, err error) {
	book, sheets, err := f.book(all)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, book.Close()) }()
	var unread []string
	var empty error
	for _, s := range sheets {
		tables, err := f.worksheet(book, s)
		if isNothing(err) && len(sheets) > 1 {
			empty, err = cmp.Or(empty, err), nil
		}
		if err != nil {
			return nil, errors.Join(f.fault(err), closeAll(parts))
		}
		if len(tables) == 0 {
			unread = append(unread, s.Name)
			continue
		}
		if s.Hidden {
			tables[0].Read = append(tables[0].Read, lang.Text{ZH: "该工作表是隐藏的：同样读取", EN: "the sheet is hidden; it was read like the others"})
		}
		parts = append(parts, tables...)
	}
	if len(parts) == 0 && empty != nil {
		return nil, empty
	}
	if len(parts) == 0 {
		return nil, f.noTable(strings.Join(unread, ", "))
	}
	parts[0].Read = append(slices.Clone(book.Said), parts[0].Read...)
	if len(unread) > 0 {
		names := strings.Join(unread, ", ")
		parts[0].Read = append(parts[0].Read, lang.Text{ZH: "没有可报送的数据表、未读取的工作表：" + names, EN: "sheets without a table of which something is taken, not read: " + names})
	}
	if strangers := f.Map.strangers(book.Sheets); len(strangers) > 0 {
		names := strings.Join(strangers, ", ")
		parts[0].Read = append(parts[0].Read, lang.Text{ZH: "映射文件中有、而工作簿中没有的工作表：" + names, EN: "sheets of the mapping that the workbook does not have: " + names})
	}
	return parts, nil
}

// book opens the workbook and chooses the sheets that are to be read.
func (f *File) book(all func() ([]byte, error)) (book *grid.Book, sheets []grid.Sheet, err error) {
	content, err := all()
	if err == nil {
		book, err = grid.OpenBook(content)
	}
	if err != nil {
		return nil, nil, f.fault(err)
	}
	sheets = slices.DeleteFunc(slices.Clone(book.Sheets), func(s grid.Sheet) bool { return f.Sheet != "" && s.Name != f.Sheet })
	switch {
	case len(sheets) == 0 && f.Sheet == "": // only charts
		return nil, nil, errors.Join(f.noTable(""), book.Close())
	case len(sheets) == 0:
		return nil, nil, errors.Join(f.noSheet(book), book.Close())
	}
	return book, sheets, nil
}

// maxAbove is the number of rows in which the header of a sheet is looked for.
const maxAbove = 20

var errEnough = errors.New("seen enough")

// worksheet rewrites a sheet of a workbook; nil when it has no table.
func (f *File) worksheet(book *grid.Book, s grid.Sheet) ([]*Part, error) {
	value, width, long, seen := -1, 0, false, 0
	err := book.Each(s, func(r *grid.Row) error {
		seen++
		width = len(r.Cells)
		if value, long = sheet.Header(r.Cells); long || seen > maxAbove {
			return errEnough
		}
		return nil
	})
	if err != nil && !errors.Is(err, errEnough) {
		return nil, err
	}
	name := f.Name + ":" + s.Name
	if long {
		part, err := f.stream(book, s, name, value, width)
		return []*Part{part}, err
	}
	g, err := book.Grid(s)
	if err != nil || len(g.Rows) == 0 {
		return nil, err
	}
	parts, err := f.unfold(name, g)
	if len(parts) > 0 {
		parts[0].Read = append(slices.Clone(g.Said), parts[0].Read...)
	}
	return parts, err
}

// stream copies a sheet that has one figure per row already. Its line numbers are
// the rows of the workbook.
func (f *File) stream(book *grid.Book, s grid.Sheet, name string, value, width int) (*Part, error) {
	part := &Part{Name: name}
	out := csv.NewWriter(&part.text)
	line := 0
	err := book.Each(s, func(r *grid.Row) error {
		for line++; line < r.Number; line++ {
			if err := out.Write([]string{""}); err != nil {
				return err
			}
		}
		part.keep(line, value >= 0 && r.IsStored(value))
		for len(r.Cells) < width {
			r.Cells = append(r.Cells, "") // a workbook leaves out empty cells at the end
		}
		return out.Write(oneLines(r.Cells))
	})
	out.Flush()
	if err = errors.Join(err, out.Error()); err != nil {
		return nil, errors.Join(err, part.Close())
	}
	return part, nil
}

// oneLines replaces the line ends in cells.
func oneLines(cells []string) []string {
	for i, c := range cells {
		cells[i] = oneLine(c)
	}
	return cells
}

// oneLine replaces line ends, so that a cell does not change the number of lines.
func oneLine(s string) string {
	if !strings.ContainsAny(s, "\r\n") {
		return s
	}
	return strings.Join(strings.FieldsFunc(s, func(r rune) bool { return r == '\n' || r == '\r' }), " ")
}

// unfold rewrites a grid, each of several vintages as a part of its own, the oldest
// first; none when it has no table. The error is a *sheet.Fault when a table leaves
// something open, or sheet.Faults.
func (f *File) unfold(name string, g *grid.Grid) ([]*Part, error) {
	given := f.Map.of(g.Name)
	blocks, more := tables(g, newLabels(f.Catalog, given.Labels), len(given.Columns) > 0)
	if more {
		return nil, severalTables(name, given)
	}
	var said, why []lang.Text
	var records []record
	var faults sheet.Faults
	var unnamed error
	for _, b := range blocks {
		given.apply(b)
		out := b.unfold()
		switch {
		case len(out.open) > 0:
			f.unread += len(b.body)
			faults = append(faults, out.ambiguous(name)...)
		case len(out.records) == 0 && len(out.unknown) > 0:
			f.unread += len(b.body)
			unnamed = cmp.Or(unnamed, out.unnamed(name))
			said = append(said, b.say(out)...)
		case len(out.records) == 0 && len(out.dropped) == 0:
		default:
			records = append(records, out.records...)
			said = append(said, b.say(out)...)
			why = slices.AppendSeq(why, maps.Keys(out.dropped))
		}
	}
	switch {
	case len(faults) > 0:
		return nil, faults
	case len(records) == 0 && unnamed != nil:
		return nil, unnamed
	case len(records) == 0 && len(why) > 0:
		return nil, nothingTaken(name, why)
	case len(records) == 0:
		return nil, nil
	}
	vintages := map[string][]record{}
	for _, r := range records {
		vintages[r.published] = append(vintages[r.published], r)
	}
	var parts []*Part
	for _, published := range slices.Sorted(maps.Keys(vintages)) {
		part := &Part{Name: name, file: name}
		if parts = append(parts, part); len(vintages) > 1 {
			part.Name += " " + published
		}
		if err := part.write(vintages[published]); err != nil {
			return nil, errors.Join(err, closeAll(parts))
		}
	}
	parts[0].Read = said
	return parts, nil
}

// write writes the records as a sheet.
func (p *Part) write(records []record) error {
	w := csv.NewWriter(&p.text)
	_ = w.Write(columns) // Flush reports it
	for _, r := range records {
		_ = w.Write(oneLines([]string{r.indicator, r.area, r.category, r.measure, r.period, r.value, r.unit, r.mark, r.note, r.published}))
		p.places = append(p.places, spot{int32(r.row), int32(r.column)})
		p.keep(len(p.places)+1, r.stored)
	}
	w.Flush()
	return w.Error()
}

// columns are those of a rewritten sheet.
var columns = []string{"indicator", "area", "category", "measure", "period", "value", "unit", "status", "note", "published"}

func closeAll(parts []*Part) (err error) {
	for _, p := range parts {
		err = errors.Join(err, p.Close())
	}
	return err
}
