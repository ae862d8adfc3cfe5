//go:build !race

// The race detector takes several times the memory that is measured here.

package main

import (
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/tidemark-stats/tidemark/ingest"
	"github.com/tidemark-stats/tidemark/internal/enginetest"
)

// rows returns a file of figures that is never in memory as a whole: as many rows of
// different cells as fit into size, each with a long note.
func rows(size int) io.Reader {
	note := strings.Repeat("n", 800)
	r, w := io.Pipe()
	go func() {
		written, _ := io.WriteString(w, "indicator,area,category,measure,period,value,unit,note\n")
		for i := 0; written < size; i++ {
			n, err := fmt.Fprintf(w, "unresolved_cases,330200,window_%d,level,%d-%02d,5,件,%s\n", i/120, 2015+i%120/12, i%12+1, note)
			if err != nil {
				break // the reader was closed
			}
			written += n
		}
		_ = w.Close() // never fails
	}()
	return r
}

func TestAFileIsCheckedInLessMemoryThanItTakes(t *testing.T) {
	checkLarge(t, "check", "-")
}

func TestAFileIsComparedInLessMemoryThanItTakes(t *testing.T) {
	url := enginetest.NATS(t).ClientURL()
	nc, err := nats.Connect(url)
	if err != nil {
		t.Fatal(err)
	}
	defer nc.Close()
	js, err := jetstream.New(nc)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := ingest.Setup(t.Context(), js, 1); err != nil {
		t.Fatal(err)
	}
	checkLarge(t, "check", "--nats", url, "--html", filepath.Join(t.TempDir(), "page.html"), "-")
}

// checkLarge runs a check of a large file on standard input.
func checkLarge(t *testing.T, args ...string) {
	t.Helper()
	const size = 128 << 20
	temporary := t.TempDir()
	peak := filepath.Join(t.TempDir(), "peak")
	check := exec.Command("tidemark-measured", args...)
	// Without the limit, how late garbage is collected depends on what else the
	// machine does.
	check.Env = append(os.Environ(), "TMPDIR="+temporary, "GOMEMLIMIT=100MiB", envPeak+"="+peak)
	check.Stdin = rows(size)
	out, err := check.CombinedOutput()
	if err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	text, err := os.ReadFile(peak)
	if err != nil {
		t.Fatal(err)
	}
	taken, err := strconv.Atoi(string(text))
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%d MiB were checked in %d MiB", size>>20, taken>>20)
	if taken > size {
		t.Errorf("%d bytes were checked in %d bytes of memory", size, taken)
	}
	if left, err := os.ReadDir(temporary); err != nil || len(left) > 0 {
		t.Errorf("it leaves %v behind (%v)", left, err)
	}
}
