package output_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/tidemark-stats/tidemark/book"
	"github.com/tidemark-stats/tidemark/book/booktest"
	"github.com/tidemark-stats/tidemark/catalog"
	"github.com/tidemark-stats/tidemark/internal/lang"
	"github.com/tidemark-stats/tidemark/verdict/output"
	"github.com/tidemark-stats/tidemark/verdict/record"
	"github.com/tidemark-stats/tidemark/verdict/record/recordtest"
)

var update = flag.Bool("update", false, "rewrite the golden files")

func report(t *testing.T, c *catalog.Catalog, b *book.Book, at time.Time) record.Report {
	t.Helper()
	r, err := new(record.Keeper).Report(t.Context(), c, b, at)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(path, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("got\n%s\nwant\n%s\n(-update rewrites it)", got, want)
	}
}

func TestTheRecordIsToldInBothLanguages(t *testing.T) {
	today := time.Date(2026, 11, 23, 9, 0, 0, 0, catalog.Ningbo().Location())
	for name, of := range map[string]struct {
		c  *catalog.Catalog
		b  *book.Book
		at time.Time
	}{
		"sample":  {catalog.Ningbo(), booktest.Sample(), today},
		"harbour": {recordtest.City(), booktest.Of(t, recordtest.Vintages()...), recordtest.Today()},
		"nothing": {recordtest.City(), new(book.Book), recordtest.Today()},
	} {
		r := report(t, of.c, of.b, of.at)
		for _, l := range []lang.Language{lang.Chinese, lang.English} {
			t.Run(name+" "+string(l), func(t *testing.T) {
				var b bytes.Buffer
				if err := (output.Printer{Language: l}).Record(&b, of.c, r); err != nil {
					t.Fatal(err)
				}
				golden(t, "record_"+name+"_"+string(l)+".txt", b.Bytes())
			})
		}
	}
}

func TestTheRecordForProgramsIsOneObject(t *testing.T) {
	var b bytes.Buffer
	if err := output.RecordJSON(&b, report(t, recordtest.City(), booktest.Of(t, recordtest.Vintages()...), recordtest.Today())); err != nil {
		t.Fatal(err)
	}
	golden(t, "record_harbour.json", b.Bytes())
	var back struct{ Targets, Projections, Revisions []any }
	if err := json.Unmarshal(b.Bytes(), &back); err != nil || len(back.Targets) != 5 {
		t.Errorf("%d targets, %v", len(back.Targets), err)
	}
}
