package layout

import (
	"bytes"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/tidemark-stats/tidemark/ingest/sheet"
)

// fuzz checks that any text is rewritten as CSV of which every value stands in the
// file, or refused with a fault.
func fuzz(f *testing.F, seeds string) {
	paths, err := filepath.Glob(seeds)
	if err != nil || len(paths) == 0 {
		f.Fatal("no seeds", err)
	}
	for _, p := range paths {
		text, err := os.ReadFile(p)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(text)
	}
	cat := testCatalog(f)
	f.Fuzz(func(t *testing.T, text []byte) {
		parts, err := (&File{Name: "f", Catalog: cat, Open: func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(text)), nil }}).Parts()
		var one *sheet.Fault
		var many sheet.Faults
		if err != nil && !errors.As(err, &one) && !errors.As(err, &many) {
			t.Fatal(err)
		}
		for _, p := range parts {
			rows := shownRows(t, p)
			if strings.Count(rows, "\n") != len(p.places) {
				t.Errorf("%d places of\n%s", len(p.places), rows)
			}
			if err := p.Close(); err != nil {
				t.Error(err)
			}
		}
	})
}

func FuzzText(f *testing.F) { fuzz(f, "testdata/tables/*.[ct][sx][vt]") }

func FuzzSDMX(f *testing.F) { fuzz(f, "testdata/tables/sdmx-*.csv") }
