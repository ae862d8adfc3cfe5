package target

import (
	"encoding/csv"
	"flag"
	"fmt"
	"io"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/tidemark-stats/tidemark/catalog"
	"github.com/tidemark-stats/tidemark/catalog/sample"
	"github.com/tidemark-stats/tidemark/exporter/book"
	"github.com/tidemark-stats/tidemark/figure"
	"github.com/tidemark-stats/tidemark/store"
)

// sampleBook is the sample as the exporter holds it once all is ingested.
var sampleBook = sync.OnceValue(func() *book.Book {
	b := new(book.Book)
	for _, name := range sample.Files() {
		vintages, err := readSample(name)
		if err == nil {
			b, err = b.Merge(vintages.sequence)
		}
		if err != nil {
			panic(name + ": " + err.Error())
		}
	}
	return b
})

type vintages []store.Vintage

func (vs vintages) sequence(yield func(*store.Vintage, error) bool) {
	for i := range vs {
		if !yield(&vs[i], nil) {
			return
		}
	}
}

func readSample(name string) (all vintages, err error) {
	f, err := sample.FS.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	reader := csv.NewReader(f)
	header, err := reader.Read()
	if err != nil {
		return nil, err
	}
	for {
		record, err := reader.Read()
		if err == io.EOF {
			return all, nil
		}
		if err != nil {
			return nil, err
		}
		var row figure.Figure
		for i, text := range record {
			if header[i] == "source" {
				continue
			}
			if err := row.SetField(header[i], text); err != nil {
				return nil, err
			}
		}
		v, err := vintage(row)
		if err != nil {
			return nil, err
		}
		all = append(all, v)
	}
}

func vintage(row figure.Figure) (store.Vintage, error) {
	i, ok := catalog.Ningbo().Indicator(row.Indicator)
	if !ok {
		return store.Vintage{}, fmt.Errorf("indicator %s is unknown", row.Indicator)
	}
	value, err := i.ToBase(row.Value, row.Unit, row.Measure)
	if err != nil {
		return store.Vintage{}, err
	}
	published, _, err := figure.ParsePublished(row.Published, catalog.Ningbo().Location())
	if err != nil {
		return store.Vintage{}, err
	}
	return store.Vintage{Cell: row.Cell, Agency: i.Agency.Code, Status: row.Status, Value: value.Float64(),
		Withheld: row.Withheld, Moment: published.UnixMilli()}, nil
}

func day(s string) time.Time {
	t, err := time.ParseInLocation(time.DateOnly, s, catalog.Ningbo().Location())
	if err != nil {
		panic(err)
	}
	return t.Add(12 * time.Hour)
}

var update = flag.Bool("update", false, "write testdata/sample.golden anew")

// TestTheVerdictsOnTheSample holds all verdicts at four dates, by what was
// known then, so that a change of rules shows what it changes.
func TestTheVerdictsOnTheSample(t *testing.T) {
	var b strings.Builder
	for _, on := range []string{"2023-03-31", "2023-11-23", "2024-06-25", "2026-11-23"} {
		fmt.Fprintln(&b, on)
		for _, s := range AllAsOf(catalog.Ningbo(), sampleBook(), day(on)) {
			fmt.Fprintf(&b, "  %-24s %-9s %s\n", s.Target.ID, s.Verdict, s.Reason.EN)
		}
	}
	const golden = "testdata/sample.golden"
	if *update {
		if err := os.WriteFile(golden, []byte(b.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	got := strings.Split(b.String(), "\n")
	for i, line := range strings.Split(string(want), "\n") {
		if i >= len(got) || got[i] != line {
			t.Fatalf("line %d is\n%s\nwant\n%s\n(-update writes them anew)", i+1, got[min(i, len(got)-1)], line)
		}
	}
}
