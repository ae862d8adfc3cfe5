package sheet

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"runtime"
	"testing"
	"time"
)

// largeSheet is a sheet of a given number of bytes, generated while it is read.
type largeSheet struct {
	left int
	row  int
	next []byte
}

func newLargeSheet(size int) *largeSheet {
	return &largeSheet{left: size, next: []byte(sampleHeader + "\n")}
}

func (s *largeSheet) Read(p []byte) (n int, err error) {
	for n < len(p) {
		if len(s.next) == 0 {
			if s.left <= 0 {
				break
			}
			s.advance()
		}
		c := copy(p[n:], s.next)
		s.next = s.next[c:]
		n, s.left = n+c, s.left-c
	}
	if n == 0 {
		return 0, io.EOF
	}
	return n, nil
}

func (s *largeSheet) advance() {
	s.row++
	s.next = fmt.Appendf(s.next[:0], "container_throughput,NBZS,,level,%d-%02d,%d.%d,万TEU,P,,,2024-06-12,https://example.org/port/%d\n",
		1900+s.row%200, 1+s.row%12, s.row, s.row%10, s.row)
}

func TestALargeSheetIsReadInLittleMemory(t *testing.T) {
	const size, limit = 64 << 20, 32 << 20
	survey, err := Look("f.csv", func() (io.ReadCloser, error) { return io.NopCloser(newLargeSheet(size)), nil }, Given{})
	if err != nil {
		t.Fatal(err)
	}
	sheet, err := survey.Open(newLargeSheet(size))
	if err != nil {
		t.Fatal(err)
	}
	var most uint64
	rows := 0
	for ; ; rows++ {
		if _, err := sheet.Next(); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			t.Fatal(err)
		}
		if rows%50_000 == 0 {
			var m runtime.MemStats
			runtime.ReadMemStats(&m)
			most = max(most, m.HeapAlloc)
		}
	}
	if rows < size/200 {
		t.Errorf("only %d rows", rows)
	}
	if most > limit {
		t.Errorf("%d MiB held while reading %d MiB", most>>20, size>>20)
	}
}

// BenchmarkRead reads a million rows per iteration, once for the survey and once for
// the figures. It prints the speed compared with encoding/csv, which interprets
// nothing.
func BenchmarkRead(b *testing.B) {
	const rows = 1_000_000
	sheet := manyRows(b, rows)
	alone := func() {
		c := csv.NewReader(bytes.NewReader(sheet))
		c.ReuseRecord = true
		for {
			if _, err := c.Read(); errors.Is(err, io.EOF) {
				return
			} else if err != nil {
				b.Fatal(err)
			}
		}
	}
	for _, name := range []string{"UTF-8", "GBK", "UTF-16LE"} {
		file := encoded(b, encodings[name], string(sheet))
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			var own, floor time.Duration
			for b.Loop() {
				start := time.Now()
				readAllRows(b, file, rows)
				own += time.Since(start)
				start = time.Now()
				alone()
				floor += time.Since(start)
			}
			b.ReportMetric(float64(rows*b.N)/own.Seconds(), "rows/s")
			b.ReportMetric(floor.Seconds()/own.Seconds(), "of-csv")
		})
	}
}

// manyRows returns a sheet of so many rows.
func manyRows(b *testing.B, rows int) []byte {
	b.Helper()
	source := newLargeSheet(1 << 40)
	var sheet bytes.Buffer
	for source.row <= rows {
		sheet.Write(source.next)
		source.advance()
	}
	return sheet.Bytes()
}

func readAllRows(b *testing.B, file []byte, want int) {
	b.Helper()
	survey, err := Look("f.csv", func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(file)), nil }, Given{})
	if err != nil {
		b.Fatal(err)
	}
	sheet, err := survey.Open(bytes.NewReader(file))
	if err != nil {
		b.Fatal(err)
	}
	for rows := 0; ; rows++ {
		row, err := sheet.Next()
		if errors.Is(err, io.EOF) && rows == want {
			return
		}
		if err != nil || len(row.Problems) > 0 {
			b.Fatal(rows, err, row.Problems)
		}
	}
}
