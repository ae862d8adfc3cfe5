//go:build unix && !race

// The race detector takes several times the memory that is measured here.

package main

import (
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
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
	check := exec.Command("tidemark", args...)
	check.Env = append(os.Environ(), "TMPDIR="+temporary)
	check.Stdin = rows(size)
	out, err := check.CombinedOutput()
	if err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	usage, ok := check.ProcessState.SysUsage().(*syscall.Rusage)
	if !ok {
		t.Fatal("the system does not tell the memory")
	}
	peak := usage.Maxrss // in KiB, on macOS in bytes
	if runtime.GOOS != "darwin" {
		peak <<= 10
	}
	t.Logf("%d MiB were checked in %d MiB", size>>20, peak>>20)
	if peak > size {
		t.Errorf("%d bytes were checked in %d bytes of memory", size, peak)
	}
	if left, err := os.ReadDir(temporary); err != nil || len(left) > 0 {
		t.Errorf("it leaves %v behind (%v)", left, err)
	}
}
