package grid

import (
	"archive/zip"
	"bytes"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"
)

// made returns the content of a workbook.
func made(t testing.TB, fill func(f *excelize.File)) []byte {
	t.Helper()
	f := excelize.NewFile()
	fill(f)
	var b bytes.Buffer
	if err := errors.Join(f.Write(&b), f.Close()); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// put writes values into a column of the first sheet from row 1 on, in a number
// format.
func put(t testing.TB, f *excelize.File, column, format string, values ...any) {
	t.Helper()
	for i, v := range values {
		cell := fmt.Sprint(column, i+1)
		err := f.SetCellValue("Sheet1", cell, v)
		if format != "" {
			style, serr := f.NewStyle(&excelize.Style{CustomNumFmt: &format})
			err = errors.Join(err, serr, f.SetCellStyle("Sheet1", cell, cell, style))
		}
		if err != nil {
			t.Fatal(err)
		}
	}
}

// rowsOf returns the cells of the first sheet, with | between them.
func rowsOf(t testing.TB, content []byte) (lines []string) {
	t.Helper()
	b, err := OpenBook(content)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = b.Close() }()
	g, err := b.Grid(b.Sheets[0])
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range g.Rows {
		lines = append(lines, fmt.Sprintf("%d: %s", r.Number, strings.Join(r.Cells, "|")))
	}
	return lines
}

func TestACellIsReadAsWhatItMeansAndNotAsItIsShown(t *testing.T) {
	day := time.Date(2024, 5, 31, 0, 0, 0, 0, time.UTC)
	for _, c := range []struct {
		name, format string
		value        any
		want         string
	}{
		{"a number keeps the digits that its format hides", "0", 346.25, "346.25"},
		{"a number has the 15 digits that a spreadsheet keeps", "", 346.20000000000005, "346.2"},
		{"a large number has no exponent", "", 1.5e15, "1500000000000000"},
		{"a small number has no exponent", "", 0.00000012, "0.00000012"},
		{"a percentage is in percent", "0.0%", 0.052, "5.2%"},
		{"a negative percentage is in percent", "0.00%", -0.004, "-0.4%"},
		{"a day shown as a month is a month", `yyyy"年"m"月"`, day, "2024-05"},
		{"a day shown as month and short year is a month", "mmm-yy", day, "2024-05"},
		{"a day shown as a year is a year", "yyyy", day, "2024"},
		{"a day is a day", "yyyy-mm-dd", day, "2024-05-31"},
		{"a day in the format of a country is a day", "[$-804]yyyy/m/d;@", day, "2024-05-31"},
		{"a format with a word is a number", `0.0"万吨"`, 12.5, "12.5"},
		{"a currency is a number", `[$¥-804]#,##0.00`, 12.5, "12.5"},
		{"a text stays as it is", "0.0%", "约300万", "约300万"},
		{"a text that looks like a formula is never one", "", "=cmd|' /C calc'!A0", "=cmd|' /C calc'!A0"},
		{"a truth is a word", "", true, "TRUE"},
	} {
		t.Run(c.name, func(t *testing.T) {
			content := made(t, func(f *excelize.File) { put(t, f, "A", c.format, c.value) })
			if got := rowsOf(t, content); len(got) != 1 || got[0] != "1: "+c.want {
				t.Errorf("%q", got)
			}
		})
	}
}

func TestAFormulaHasTheValueWithWhichItWasSavedOrNone(t *testing.T) {
	content := made(t, func(f *excelize.File) {
		put(t, f, "A", "", 1, 2, "x")
		for cell, formula := range map[string]string{"B1": "A1+1", "B2": "A2+1"} {
			if err := f.SetCellFormula("Sheet1", cell, formula); err != nil {
				t.Fatal(err)
			}
		}
	})
	content = edited(t, content, "xl/worksheets/sheet1.xml", `<f>A1+1</f>`, `<f>A1+1</f><v>2</v>`)
	if got, want := rowsOf(t, content), []string{"1: 1|2", "2: 2|=…", "3: x"}; !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
}

// edited returns a workbook with a text in one of its parts replaced.
func edited(t testing.TB, content []byte, part, from, to string) []byte {
	t.Helper()
	in, err := zip.NewReader(bytes.NewReader(content), int64(len(content)))
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	out := zip.NewWriter(&b)
	for _, f := range in.File {
		r, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		text, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		if f.Name == part {
			if !bytes.Contains(text, []byte(from)) {
				t.Fatalf("%s is\n%s", part, text)
			}
			text = bytes.ReplaceAll(text, []byte(from), []byte(to))
		}
		w, err := out.Create(f.Name)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write(text); err != nil {
			t.Fatal(err)
		}
	}
	if err := out.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestHiddenRowsAndColumnsAreReadAndTold(t *testing.T) {
	content := made(t, func(f *excelize.File) {
		put(t, f, "A", "", "a", "b", "c")
		put(t, f, "B", "", 1, 2, 3)
		if err := errors.Join(f.SetRowVisible("Sheet1", 2, false), f.SetColVisible("Sheet1", "B", false)); err != nil {
			t.Fatal(err)
		}
	})
	b, err := OpenBook(content)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = b.Close() }()
	g, err := b.Grid(b.Sheets[0])
	if err != nil || len(g.Rows) != 3 || len(g.Said) != 2 {
		t.Errorf("%v %+v", err, g)
	}
}

func TestMergedCellsAreKnown(t *testing.T) {
	content := made(t, func(f *excelize.File) {
		put(t, f, "A", "", "title", "x")
		if err := f.MergeCell("Sheet1", "A1", "C1"); err != nil {
			t.Fatal(err)
		}
	})
	b, err := OpenBook(content)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = b.Close() }()
	g, err := b.Grid(b.Sheets[0])
	if want := []Range{{FirstRow: 1, LastRow: 1, LastColumn: 2}}; err != nil || !slices.Equal(g.Merged, want) {
		t.Errorf("%v %+v", err, g.Merged)
	}
}

func TestWhatIsNoWorkbookIsRefusedWithAWayOut(t *testing.T) {
	workbook := made(t, func(f *excelize.File) { put(t, f, "A", "", 1) })
	locked := excelize.NewFile()
	var protected bytes.Buffer
	if err := errors.Join(locked.Write(&protected, excelize.Options{Password: "secret"}), locked.Close()); err != nil {
		t.Fatal(err)
	}
	archive := func(names ...string) []byte {
		var b bytes.Buffer
		z := zip.NewWriter(&b)
		for _, n := range names {
			if _, err := z.Create(n); err != nil {
				t.Fatal(err)
			}
		}
		if err := z.Close(); err != nil {
			t.Fatal(err)
		}
		return b.Bytes()
	}
	for _, c := range []struct {
		name    string
		content []byte
		code    string
	}{
		{"half a workbook", workbook[:len(workbook)/2], "sheet/damaged"},
		{"a workbook with a broken sheet", edited(t, workbook, "xl/worksheets/sheet1.xml", "<sheetData>", "<sheetData><row r=\"1\"><c"), "sheet/damaged"},
		{"a password", protected.Bytes(), "sheet/protected"},
		{"an OpenDocument file", archive("mimetype", "content.xml"), "sheet/format"},
		{"a binary workbook", archive("[Content_Types].xml", "xl/workbook.bin"), "sheet/format"},
		{"a Word document", archive("[Content_Types].xml", "word/document.xml"), "sheet/format"},
		{"an archive", archive("port.csv"), "sheet/format"},
		{"an old workbook", []byte("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + strings.Repeat("\x00", 600)), "sheet/format"},
		{"a PDF", []byte("%PDF-1.7\n"), "sheet/format"},
		{"a picture", []byte("\x89PNG\r\n\x1a\n"), "sheet/format"},
		{"a web page named .xls", []byte("\r\n<html xmlns:x=\"urn:schemas-microsoft-com:office:excel\"><table>"), "sheet/format"},
		{"XML", []byte("\ufeff<?xml version=\"1.0\"?><message/>"), "sheet/format"},
		{"an archive of another kind", []byte("7z\xbc\xaf\x27\x1c\x00"), "sheet/format"},
	} {
		t.Run(c.name, func(t *testing.T) {
			kind, err := KindOf(c.content, func() ([]byte, error) { return c.content, nil })
			if err == nil && kind == Workbook {
				err = readAll(c.content)
			}
			var fault *Fault
			if !errors.As(err, &fault) || fault.Code != c.code || fault.Hint == "" {
				t.Errorf("%v", err)
			}
		})
	}
}

func readAll(content []byte) error {
	b, err := OpenBook(content)
	if err != nil {
		return err
	}
	for _, s := range b.Sheets {
		_, gerr := b.Grid(s)
		err = errors.Join(err, gerr)
	}
	return errors.Join(err, b.Close())
}

func TestAWorkbookThatUnpacksToTooMuchIsRefusedBeforeItIsUnpacked(t *testing.T) {
	var b bytes.Buffer
	out := zip.NewWriter(&b)
	for _, name := range []string{"xl/workbook.xml", "xl/worksheets/sheet1.xml"} {
		w, err := out.CreateRaw(&zip.FileHeader{Name: name, Method: zip.Deflate, UncompressedSize64: maxPart + 1, CompressedSize64: 2})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write([]byte{3, 0}); err != nil {
			t.Fatal(err)
		}
	}
	if err := out.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := OpenBook(b.Bytes()); err == nil || !strings.Contains(err.Error(), "unpacks to more than") {
		t.Errorf("%v", err)
	}
}

func TestMacrosAndLinksToOtherFilesAreTold(t *testing.T) {
	content := made(t, func(f *excelize.File) { put(t, f, "A", "", 1) })
	in, err := zip.NewReader(bytes.NewReader(content), int64(len(content)))
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	out := zip.NewWriter(&b)
	for _, f := range in.File {
		if err := out.Copy(f); err != nil {
			t.Fatal(err)
		}
	}
	for _, name := range []string{"xl/vbaProject.bin", "xl/externalLinks/externalLink1.xml"} {
		if _, err := out.Create(name); err != nil {
			t.Fatal(err)
		}
	}
	if err := out.Close(); err != nil {
		t.Fatal(err)
	}
	book, err := OpenBook(b.Bytes())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = book.Close() }()
	if len(book.Said) != 2 {
		t.Errorf("%v", book.Said)
	}
}

func TestASheetOfManyColumnsIsRead(t *testing.T) {
	content := made(t, func(f *excelize.File) {
		if err := f.SetCellValue("Sheet1", "XFD1", 7); err != nil {
			t.Fatal(err)
		}
	})
	got := rowsOf(t, content)
	if len(got) != 1 || !strings.HasSuffix(got[0], "|7") || strings.Count(got[0], "|") != 16383 {
		t.Errorf("%d rows", len(got))
	}
}

func FuzzOpenBook(f *testing.F) {
	f.Add(made(f, func(x *excelize.File) { put(f, x, "A", "", 1, "a", 2.5) }))
	f.Fuzz(func(_ *testing.T, content []byte) {
		_ = readAll(content) // must neither panic nor hang
	})
}
