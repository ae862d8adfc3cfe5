package verdict

import (
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/tidemark-stats/tidemark/book"
	"github.com/tidemark-stats/tidemark/book/booktest"
	"github.com/tidemark-stats/tidemark/catalog"
)

// sampleBook is the sample as the exporter has it once everything is ingested.
func sampleBook() *book.Book { return booktest.Sample() }

func day(s string) time.Time {
	t, err := time.ParseInLocation(time.DateOnly, s, catalog.Ningbo().Location())
	if err != nil {
		panic(err)
	}
	return t.Add(12 * time.Hour)
}

var update = flag.Bool("update", false, "rewrite testdata/sample.golden and what is computed on docs/targets.md")

// TestTheVerdictsOnTheSample compares all verdicts at four dates, by what was
// known then, so that a change of rules shows its effects.
func TestTheVerdictsOnTheSample(t *testing.T) {
	var b strings.Builder
	for _, on := range []string{"2023-03-31", "2023-11-23", "2024-06-25", "2026-11-23"} {
		fmt.Fprintln(&b, on)
		for _, s := range AllAsOf(catalog.Ningbo(), sampleBook(), day(on)) {
			fmt.Fprintf(&b, "  %-24s %-9s %s\n", s.Target.ID, s.Verdict, s.Reason.EN)
		}
	}
	golden(t, "testdata/sample.golden", b.String())
}

// golden compares a text with a file, line by line.
func golden(t *testing.T, file, text string) {
	t.Helper()
	if *update {
		if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	got := strings.Split(text, "\n")
	for i, line := range strings.Split(string(want), "\n") {
		if i >= len(got) || got[i] != line {
			t.Fatalf("line %d of %s is\n%s\nwant\n%s\n(-update rewrites it)", i+1, file, got[min(i, len(got)-1)], line)
		}
	}
}
