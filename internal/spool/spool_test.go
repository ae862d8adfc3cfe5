package spool

import (
	"bytes"
	"io"
	"os"
	"runtime"
	"testing"
)

func TestALongTextIsReadAgainAndLeavesNoFile(t *testing.T) {
	folder := t.TempDir()
	t.Setenv("TMPDIR", folder)
	s := &Spool{}
	line := bytes.Repeat([]byte("a line\n"), 1000)
	want := 0
	for want <= InMemory {
		n, err := s.Write(line)
		if err != nil {
			t.Fatal(err)
		}
		want += n
	}
	for range 2 {
		r, err := s.Open()
		if err != nil {
			t.Fatal(err)
		}
		text, err := io.ReadAll(r)
		if err != nil || len(text) != want || !bytes.HasPrefix(text, line) {
			t.Fatal(len(text), err)
		}
		if err := r.Close(); err != nil {
			t.Fatal(err)
		}
	}
	names := func() int {
		entries, err := os.ReadDir(folder)
		if err != nil {
			t.Fatal(err)
		}
		return len(entries)
	}
	if n := names(); n > 0 && runtime.GOOS != "windows" {
		t.Errorf("%d files while the text is kept, which a killed process would leave", n)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if n := names(); n > 0 {
		t.Errorf("%d files are left", n)
	}
}
