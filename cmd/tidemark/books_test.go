package main

import (
	"archive/zip"
	"bytes"
	"compress/flate"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"
)

// Each strange workbook or table is made by a function, and has its command and
// complete output in a file of testdata/books. The indicators are those of the
// catalogue of ingest/layout.
const (
	books       = "testdata/books"
	bookCatalog = "../../ingest/layout/testdata/catalog.yaml"
)

// madeFile is a file of figures that is strange in one way.
type madeFile struct {
	name string
	args []string // of check
	make func(testing.TB) []byte
}

// plainFile is a file with a content.
func plainFile(name, content string, args ...string) madeFile {
	return madeFile{name, args, func(testing.TB) []byte { return []byte(content) }}
}

// cells is the content of a sheet.
type cells [][]any

// monthly is a table of one month that is read without a question, with other rows
// below it.
func monthly(more ...[]any) cells {
	return append(cells{{"2024年5月北部湾港生产情况"}, {"指标", "单位", "本月", "累计"}, {"港口货物吞吐量", "万吨", 2809.5, 13201.25}}, more...)
}

// sheetFile is a workbook with one sheet, which change alters.
func sheetFile(name string, rows cells, change func(f *excelize.File), args ...string) madeFile {
	return madeFile{name, args, func(t testing.TB) []byte { return packed(t, bookOf(t, rows, change)) }}
}

// bookOf makes a workbook with one sheet.
func bookOf(t testing.TB, rows cells, change func(f *excelize.File)) *excelize.File {
	t.Helper()
	f := excelize.NewFile()
	if err := f.SetSheetName("Sheet1", "港口"); err != nil {
		t.Fatal(err)
	}
	fillSheet(t, f, "港口", rows)
	if change != nil {
		change(f)
	}
	return f
}

func fillSheet(t testing.TB, f *excelize.File, sheet string, rows cells) {
	t.Helper()
	for i, row := range rows {
		if err := f.SetSheetRow(sheet, fmt.Sprintf("A%d", i+1), &row); err != nil {
			t.Fatal(err)
		}
	}
}

func packed(t testing.TB, f *excelize.File, options ...excelize.Options) []byte {
	t.Helper()
	var out bytes.Buffer
	if err := errors.Join(f.Write(&out, options...), f.Close()); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// rebuilt packs a zip archive again, with each part as change returns it; nil leaves
// it out. More parts by name and text follow.
func rebuilt(t testing.TB, content []byte, change func(part string, text []byte) []byte, more ...string) []byte {
	t.Helper()
	in, err := zip.NewReader(bytes.NewReader(content), int64(len(content)))
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	w := zip.NewWriter(&out)
	for _, f := range in.File {
		r, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		text, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		if text = change(f.Name, text); text == nil {
			continue
		}
		addPart(t, w, f.Name, string(text))
	}
	for i := 0; i < len(more); i += 2 {
		addPart(t, w, more[i], more[i+1])
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func addPart(t testing.TB, w *zip.Writer, name, text string) {
	t.Helper()
	part, err := w.Create(name)
	if err == nil {
		_, err = io.WriteString(part, text)
	}
	if err != nil {
		t.Fatal(err)
	}
}

// rebuiltFile is a good workbook of which a part is changed.
func rebuiltFile(name, part string, change func(text string) string) madeFile {
	return madeFile{name, nil, func(t testing.TB) []byte {
		return rebuilt(t, packed(t, bookOf(t, monthly(), nil)), func(p string, text []byte) []byte {
			if p != part {
				return text
			}
			if s := change(string(text)); s != "" {
				return []byte(s)
			}
			return nil
		})
	}}
}

// archive is a zip archive of texts by name, in the order given.
func archive(name string, parts ...string) madeFile {
	return madeFile{name, nil, func(t testing.TB) []byte {
		var out bytes.Buffer
		w := zip.NewWriter(&out)
		for i := 0; i < len(parts); i += 2 {
			addPart(t, w, parts[i], parts[i+1])
		}
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
		return out.Bytes()
	}}
}

// bomb is a workbook with a sheet that claims another unpacked size than it has.
func bomb(name string, claimed uint64, text string) madeFile {
	return madeFile{name, nil, func(t testing.TB) []byte {
		var squeezed, out bytes.Buffer
		d, err := flate.NewWriter(&squeezed, flate.BestCompression)
		if err != nil {
			t.Fatal(err)
		}
		_, err = io.WriteString(d, text)
		if err = errors.Join(err, d.Close()); err != nil {
			t.Fatal(err)
		}
		w := zip.NewWriter(&out)
		content := packed(t, bookOf(t, monthly(), nil))
		in, err := zip.NewReader(bytes.NewReader(content), int64(len(content)))
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range in.File {
			if f.Name != "xl/worksheets/sheet1.xml" {
				if err := w.Copy(f); err != nil {
					t.Fatal(err)
				}
			}
		}
		part, err := w.CreateRaw(&zip.FileHeader{Name: "xl/worksheets/sheet1.xml", Method: zip.Deflate,
			CompressedSize64: uint64(squeezed.Len()), UncompressedSize64: claimed})
		if err == nil {
			_, err = part.Write(squeezed.Bytes())
		}
		if err = errors.Join(err, w.Close()); err != nil {
			t.Fatal(err)
		}
		return out.Bytes()
	}}
}

// protected is a workbook with a password. In it the name of a stream can be changed,
// which makes a file of another kind: old workbooks have the same container.
func protected(name, stream string) madeFile {
	return madeFile{name, nil, func(t testing.TB) []byte {
		content := packed(t, bookOf(t, monthly(), nil), excelize.Options{Password: "secret"})
		if stream == "" {
			return content
		}
		wide := func(s string) (b []byte) {
			for _, c := range []byte(s) {
				b = append(b, c, 0)
			}
			return b
		}
		at := bytes.Index(content, wide("EncryptedPackage"))
		if at < 0 {
			t.Fatal("no stream EncryptedPackage")
		}
		entry := content[at : at+66] // a directory entry begins with the name and its size
		clear(entry)
		copy(entry, wide(stream))
		entry[64] = byte(2*len(stream) + 2)
		return content
	}}
}

func TestEveryStrangeWorkbookAndTableHasItsReport(t *testing.T) {
	all := slices.Concat(strangeBooks, strangeSheets, strangeTables)
	if len(all) < 90 {
		t.Errorf("only %d files", len(all))
	}
	known := map[string]bool{}
	for _, f := range all {
		golden := filepath.Join(books, f.name+".txt")
		if known[golden] {
			t.Fatalf("two files %s", f.name)
		}
		known[golden] = true
		t.Run(f.name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), f.name)
			if err := os.WriteFile(path, f.make(t), 0o600); err != nil {
				t.Fatal(err)
			}
			args := append(append([]string{"check", "--catalog", bookCatalog}, f.args...), path)
			var out, errs bytes.Buffer
			code := execute(args, strings.NewReader(""), &out, &errs)
			said := strings.ReplaceAll(out.String()+errs.String(), filepath.Dir(path)+"/", "")
			got := fmt.Sprintf("$ tidemark check %s\n%s[exit code %d]\n", strings.Join(append(slices.Clone(f.args), f.name), " "), said, code)
			if *update {
				if err := os.WriteFile(golden, []byte(got), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(golden)
			if err != nil {
				t.Fatal(err)
			}
			if got != string(want) {
				t.Errorf("got\n%s\nwant\n%s", got, want)
			}
		})
	}
	goldens, err := filepath.Glob(filepath.Join(books, "*.txt"))
	if err != nil {
		t.Fatal(err)
	}
	for _, golden := range goldens {
		if !known[golden] {
			t.Errorf("%s is of no file", golden)
		}
	}
}
