package sender

import (
	"bytes"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/tidemark-stats/tidemark/catalog"
)

var updateReadings = flag.Bool("update-readings", false, "write testdata/readings/*.golden anew")

// TestFilesOfOtherOfficesReadAsTheyWereRead compares every row of testdata/readings
// with what was read from it once and checked by a person.
func TestFilesOfOtherOfficesReadAsTheyWereRead(t *testing.T) {
	cat, err := catalog.Load("testdata/readings/catalog.yaml")
	if err != nil {
		t.Fatal(err)
	}
	files, err := filepath.Glob("testdata/readings/*.csv")
	if err != nil || len(files) == 0 {
		t.Fatal(files, err)
	}
	for _, file := range files {
		name := strings.TrimSuffix(filepath.Base(file), ".csv")
		t.Run(name, func(t *testing.T) {
			var got bytes.Buffer
			input := Input{Name: name + ".csv", Open: func() (io.ReadCloser, error) { return os.Open(file) }}
			f, err := newInspector(cat, false).load(input)
			if err != nil {
				t.Fatal(err)
			}
			tell := func(found Finding) { fmt.Fprintf(&got, "%s: %s\n", found.Where, found.Error()) }
			err = f.each(func(row *judgedRow) error {
				if len(row.Findings) == 0 {
					fmt.Fprintf(&got, "%s:%d: %s\n", input.Name, row.Line, row.Figure.AppendJSON(nil))
				}
				for _, found := range row.Findings {
					tell(found)
				}
				return nil
			}, tell)
			if err != nil {
				t.Fatal(err)
			}
			golden := strings.TrimSuffix(file, ".csv") + ".golden"
			if *updateReadings {
				if err := os.WriteFile(golden, got.Bytes(), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(golden)
			if err != nil {
				t.Fatal(err)
			}
			if got.String() != string(want) {
				t.Errorf("got\n%s\nwant\n%s", got.String(), want)
			}
		})
	}
}
