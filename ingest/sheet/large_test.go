package sheet

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"runtime"
	"testing"

	text "golang.org/x/text/encoding"
	"golang.org/x/text/transform"
)

// largeSheet is a sheet of a given number of bytes, made while it is read.
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
			s.row++
			s.next = fmt.Appendf(s.next[:0], "container_throughput,NBZS,,level,%d-%02d,%d.%d,万TEU,P,,,2024-06-12,https://example.org/port/%d\n",
				1900+s.row%200, 1+s.row%12, s.row, s.row%10, s.row)
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

func TestALargeSheetIsReadInLittleMemory(t *testing.T) {
	const size, limit = 64 << 20, 32 << 20
	sheet, err := Open("f.csv", newLargeSheet(size))
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

// BenchmarkRead reads 200 MB a round where the time allows; rows/s is what
// to look at.
func BenchmarkRead(b *testing.B) {
	const size = 200_000_000
	for _, name := range []string{"UTF-8", "GBK", "UTF-16LE"} {
		b.Run(name, func(b *testing.B) {
			benchmarkRows(b, func() int {
				sheet, err := Open("f.csv", inEncoding(encodings[name], newLargeSheet(size)))
				if err != nil {
					b.Fatal(err)
				}
				for rows := 0; ; rows++ {
					row, err := sheet.Next()
					if errors.Is(err, io.EOF) {
						return rows
					}
					if err != nil || len(row.Problems) > 0 {
						b.Fatal(err, row.Problems)
					}
				}
			})
		})
	}
	// The floor: encoding/csv over the same bytes, looking at nothing.
	b.Run("encoding/csv alone", func(b *testing.B) {
		benchmarkRows(b, func() int {
			c := csv.NewReader(newLargeSheet(size))
			c.ReuseRecord = true
			for rows := 0; ; rows++ {
				if _, err := c.Read(); errors.Is(err, io.EOF) {
					return rows
				} else if err != nil {
					b.Fatal(err)
				}
			}
		})
	})
}

func inEncoding(e text.Encoding, r io.Reader) io.Reader {
	if e == nil {
		return r
	}
	return transform.NewReader(r, e.NewEncoder())
}

func benchmarkRows(b *testing.B, read func() int) {
	b.ReportAllocs()
	rows := 0
	for b.Loop() {
		rows += read()
	}
	b.ReportMetric(float64(rows)/b.Elapsed().Seconds(), "rows/s")
}
