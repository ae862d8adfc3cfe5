package layout

import (
	"bytes"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"

	"github.com/tidemark-stats/tidemark/catalog"
	"github.com/tidemark-stats/tidemark/ingest/sheet"
)

var update = flag.Bool("update", false, "write the golden files")

func testCatalog(t testing.TB) *catalog.Catalog {
	t.Helper()
	cat, err := catalog.Load("testdata/catalog.yaml")
	if err != nil {
		t.Fatal(err)
	}
	return cat
}

func file(cat *catalog.Catalog, path string) *File {
	return &File{Name: filepath.Base(path), Catalog: cat, Open: func() (io.ReadCloser, error) { return os.Open(path) }}
}

// rewritten returns what became of a file: how its tables were understood and what
// they say, or why not.
func rewritten(t *testing.T, f *File) string {
	t.Helper()
	var b strings.Builder
	parts, err := f.Parts()
	var one *sheet.Fault
	var many sheet.Faults
	switch {
	case errors.As(err, &many):
	case errors.As(err, &one):
		many = sheet.Faults{one}
	case err != nil:
		t.Fatal(err)
	case len(parts) == 0:
		b.WriteString("not a table\n")
	}
	for _, fault := range many {
		fmt.Fprintf(&b, "%s: %s %q: %s\n    → %s\n", fault.Where, fault.Problem.Code, fault.Problem.Text, fault.Problem.Reason, fault.Problem.Hint)
	}
	for _, p := range parts {
		fmt.Fprintf(&b, "== %s\n", p.Name)
		for _, said := range p.Read {
			fmt.Fprintf(&b, "%s\n%s\n", said.ZH, said.EN)
		}
		src, err := p.Open()
		if err != nil {
			t.Fatal(err)
		}
		text, err := io.ReadAll(src)
		if err = errors.Join(err, src.Close(), p.Close()); err != nil {
			t.Fatal(err)
		}
		for i, line := range strings.Split(strings.TrimSuffix(string(text), "\n"), "\n") {
			where := ""
			if place := p.Place(); place != nil && i > 0 {
				where = "  ← " + place(i+1)
			}
			b.WriteString(line + where + "\n")
		}
	}
	return b.String()
}

func TestATableOfEachLayoutIsReadAsTheGoldenFileSays(t *testing.T) {
	cat := testCatalog(t)
	paths, err := filepath.Glob("testdata/tables/*.[ct][sx][vt]")
	if err != nil || len(paths) == 0 {
		t.Fatal("no tables", err)
	}
	for _, path := range paths {
		t.Run(filepath.Base(path), func(t *testing.T) {
			f := file(cat, path)
			if text, err := os.ReadFile(path + ".map.yaml"); err == nil {
				if f.Map, err = ParseMap(text, cat); err != nil {
					t.Fatal(err)
				}
			}
			golden(t, path+".golden", rewritten(t, f))
		})
	}
}

func golden(t *testing.T, path, got string) {
	t.Helper()
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(want, []byte(got)) {
		t.Errorf("%s is\n%s\nnow\n%s", path, want, got)
	}
}

func TestARowOfAWorkbookMayEndBeforeItsEmptyCells(t *testing.T) {
	book := excelize.NewFile()
	defer func() { _ = book.Close() }()
	for at, row := range map[string][]any{
		"A1": {"indicator", "area", "measure", "period", "value", "unit", "status", "note"},
		"A2": {"cargo_throughput", "NBZS", "level", "2024-05", 11700.5, "万吨"},
		"A3": {"cargo_throughput", "NBZS", "level", "2024-06", 11600, "万吨", "P", "flash"},
	} {
		if err := book.SetSheetRow("Sheet1", at, &row); err != nil {
			t.Fatal(err)
		}
	}
	path := filepath.Join(t.TempDir(), "figures.xlsx")
	if err := book.SaveAs(path); err != nil {
		t.Fatal(err)
	}
	want := "== figures.xlsx:Sheet1\nindicator,area,measure,period,value,unit,status,note\n" +
		"cargo_throughput,NBZS,level,2024-05,11700.5,万吨,,\ncargo_throughput,NBZS,level,2024-06,11600,万吨,P,flash\n"
	if got := rewritten(t, file(testCatalog(t), path)); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}
