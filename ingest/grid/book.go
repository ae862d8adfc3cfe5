package grid

import (
	"archive/zip"
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/xuri/excelize/v2"

	"github.com/tidemark-stats/tidemark/internal/lang"
)

// Book is a workbook. Its formulas are never computed and its macros never run: it
// has the values with which it was saved.
type Book struct {
	Sheets []Sheet
	Said   []lang.Text // what is unusual about the whole workbook

	file    *excelize.File
	parts   map[string]*zip.File
	formats []format // by the index of a cell's style
	texts   int      // the number of texts that cells can share, at most
}

// Sheet is a sheet with cells.
type Sheet struct {
	Name   string
	Hidden bool

	part string // its part in the package
}

// OpenBook opens a workbook. The error is a *Fault, or that of closing a temporary
// file.
func OpenBook(content []byte) (*Book, error) {
	z, err := zip.NewReader(bytes.NewReader(content), int64(len(content)))
	if err != nil {
		return nil, damaged
	}
	b := &Book{parts: map[string]*zip.File{}}
	var whole uint64
	for _, f := range z.File {
		b.parts[strings.ToLower(strings.ReplaceAll(f.Name, `\`, "/"))] = f
		if whole += f.UncompressedSize64; f.UncompressedSize64 > maxPart || whole > 2*maxPart {
			return nil, &Fault{Code: "sheet/too-long", Reason: fmt.Sprintf("unpacks to more than %d MiB", maxPart>>20), Hint: "check whether this is a table of figures; remove sheets and empty rows that are not needed"}
		}
	}
	b.file, err = excelize.OpenReader(bytes.NewReader(content), excelize.Options{RawCellValue: true, UnzipSizeLimit: 2 * maxPart})
	if err != nil {
		return nil, damaged
	}
	if b.Sheets, err = b.sheets(); err == nil {
		b.formats, err = b.styles()
	}
	if err == nil {
		b.texts, err = b.countTexts()
	}
	if err != nil {
		return nil, errors.Join(damaged, b.Close())
	}
	b.look()
	return b, nil
}

// Close removes the temporary files.
func (b *Book) Close() error { return b.file.Close() }

// look notes what is unusual.
func (b *Book) look() {
	links, macros := false, false
	for name := range b.parts {
		links = links || strings.HasPrefix(name, "xl/externallinks/externallink")
		macros = macros || name == "xl/vbaproject.bin" || strings.HasPrefix(name, "xl/macrosheets/")
	}
	if macros {
		b.Said = append(b.Said, lang.Text{ZH: "工作簿含宏：未运行", EN: "the workbook has macros; they were not run"})
	}
	if links {
		b.Said = append(b.Said, lang.Text{ZH: "工作簿链接到其他文件：读取的是保存时的数值", EN: "the workbook has links to other files; their values are those with which it was saved"})
	}
}

// Each calls row for the rows of a sheet that have text, in their order. An error
// from row ends the reading. The Row is valid until row returns.
func (b *Book) Each(s Sheet, row func(*Row) error) error {
	_, err := b.each(s, row)
	return err
}

// each is Each, and returns what the sheet says besides its cells when it was read to
// its end.
func (b *Book) each(s Sheet, row func(*Row) error) (besides facts, err error) {
	rows, err := b.file.Rows(s.Name)
	if err != nil {
		return besides, damaged
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	part, err := b.parts[s.part].Open()
	if err != nil {
		return besides, damaged
	}
	all, stopped := make(chan marks, ahead), make(chan struct{})
	defer close(stopped)
	reader := markReader{xml: xml.NewDecoder(io.LimitReader(part, maxPart)), formats: b.formats, texts: b.texts, besides: facts{rows: map[int]bool{}}}
	go func() {
		defer func() { _ = part.Close() }() // only read from
		reader.read(all, stopped)
	}()
	next, more := <-all
	out := Row{}
	for rows.Next() {
		out.Number++
		cells, err := rows.Columns()
		for more && next.err == nil && next.number < out.Number {
			next, more = <-all
		}
		if err != nil || next.err != nil {
			return besides, damaged
		}
		m := marks{}
		if more && next.number == out.Number {
			m = next
		}
		if !m.fill(&out, cells) {
			continue
		}
		if err := row(&out); err != nil {
			return besides, err
		}
	}
	for more && next.err == nil {
		next, more = <-all // what follows the rows is read as well
	}
	if rows.Error() != nil || next.err != nil {
		return besides, damaged
	}
	return reader.besides, nil
}

// Grid reads a sheet with what is special about its layout.
func (b *Book) Grid(s Sheet) (*Grid, error) {
	g := &Grid{Name: s.Name}
	cells := 0
	besides, err := b.each(s, func(r *Row) error {
		g.Rows = append(g.Rows, Row{Number: r.Number, Cells: append([]string(nil), r.Cells...), Stored: append([]bool(nil), r.Stored...)})
		if cells += len(r.Cells); cells > maxCells {
			return tooManyCells(s.Name)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	g.Merged = besides.merged
	g.Said = besides.say(g)
	return g, nil
}

func tooManyCells(sheet string) *Fault {
	return &Fault{Code: "sheet/too-long", Text: sheet, Reason: fmt.Sprintf("has more than %d cells", maxCells),
		Hint: "divide the table, or write one figure per row, which may be longer"}
}
