package sheet

import (
	"bytes"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/tidemark-stats/tidemark/figure"
)

// FuzzRead checks what is true of every file: reading ends, every row is within the
// file and after the one before, a row without problems is a figure that survives
// encoding, and every problem has a code, a reason and a hint.
func FuzzRead(f *testing.F) {
	names, err := filepath.Glob("testdata/*.csv")
	if err != nil {
		f.Fatal(err)
	}
	for _, name := range names {
		file, err := os.ReadFile(name)
		if err != nil {
			f.Fatal(err)
		}
		for _, e := range encodings {
			if e == nil {
				f.Add(file)
			} else if b, err := e.NewEncoder().Bytes(file); err == nil {
				f.Add(b)
			}
		}
	}
	f.Add([]byte("sep=|\nindicator|area\n\"\r\r\n\xff"))
	f.Fuzz(func(t *testing.T, file []byte) {
		lines := 1 + bytes.Count(file, []byte("\n")) + bytes.Count(file, []byte("\r"))
		sheet, err := open("f.csv", bytes.NewReader(file), Given{})
		if err != nil {
			checkFault(t, err)
			return
		}
		for last := 0; ; {
			row, err := sheet.Next()
			if errors.Is(err, io.EOF) {
				return
			}
			if err != nil {
				checkFault(t, err)
				return
			}
			if row.Line <= last || row.Line > lines {
				t.Fatalf("row on line %d after %d, of %d", row.Line, last, lines)
			}
			last = row.Line
			for _, p := range row.Problems {
				checkProblem(t, p)
				if where := sheet.Where(row.Line, p.Field); !strings.HasPrefix(where, "f.csv:") {
					t.Fatalf("a problem stands at %q", where)
				}
			}
			if len(row.Problems) == 0 {
				checkTravels(t, &row.Figure)
			}
		}
	})
}

func checkFault(t *testing.T, err error) {
	t.Helper()
	var fault *Fault
	if !errors.As(err, &fault) {
		t.Fatalf("%v is no fault", err)
	}
	checkProblem(t, fault.Problem)
}

func checkProblem(t *testing.T, p *figure.Problem) {
	t.Helper()
	if p.Code == "" || p.Reason == "" || p.Hint == "" || !utf8.ValidString(p.Error()) {
		t.Fatalf("not a helpful problem: %#v", p)
	}
}

// checkTravels encodes and decodes a figure.
func checkTravels(t *testing.T, f *figure.Figure) {
	t.Helper()
	body := f.AppendJSON(nil)
	got, err := figure.Decode(body)
	if err != nil && len(body) <= figure.MaxBody {
		t.Fatalf("%s: %v", body, err)
	}
	if err == nil && got != *f {
		t.Fatalf("sent %v, received %v", *f, got)
	}
}

func FuzzNumber(f *testing.F) {
	for _, s := range []string{"1,234.5", "−5", "889.,748.15", "1.2E+04", "万", "7.4 ％", "1 2", "1e", "1.234,5", "1'234", "1,23,456", "12,3456,7890", "(5)"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, cell string) {
		for _, decimal := range []byte{'.', ','} {
			s := &numbers{decimal: decimal, groups: byThousands}
			digits, _, _, p := s.number(clean(cell))
			if p != nil {
				checkProblem(t, p)
				continue
			}
			d, err := figure.ParseDecimal(digits)
			if err != nil {
				continue
			}
			written := strings.Replace(d.String(), ".", string(rune(decimal)), 1)
			if again, _, _, p := s.number(written); p != nil || again != d.String() {
				t.Fatalf("%q is read as %s, and that as %q, %v", cell, d, again, p)
			}
		}
	})
}

func FuzzPeriod(f *testing.F) {
	for _, s := range []string{"2023年1月", "2023年第1季度", "2023/1", "2023-q1", "２０２３", "2023-M01"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, cell string) {
		p, err := figure.ReadPeriod(fold(cell), figure.YTD, 0)
		if err != nil {
			var problem *figure.Problem
			if !errors.As(err, &problem) {
				t.Fatalf("%q: %v", cell, err)
			}
			checkProblem(t, problem)
			return
		}
		if again, err := figure.ReadPeriod(p.String(), figure.Level, 0); err != nil || again != p {
			t.Fatalf("%q is read as %s, and that as %s, %v", cell, p, again, err)
		}
	})
}
