package layout

import (
	"bytes"
	"errors"
	"io"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"
)

// BenchmarkWorkbook rewrites a sheet with 50,000 figures. It prints the time compared
// with that of excelize reading the cells; at most 1.5 is wanted.
func BenchmarkWorkbook(b *testing.B) {
	const rows = 50_000
	content := longWorkbook(b, rows)
	cat := testCatalog(b)
	var own, floor time.Duration
	for b.Loop() {
		start := time.Now()
		f := &File{Name: "long.xlsx", Catalog: cat, Open: func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(content)), nil }}
		parts, err := f.Parts()
		if err != nil || len(parts) != 1 {
			b.Fatal(err, len(parts))
		}
		if err := parts[0].Close(); err != nil {
			b.Fatal(err)
		}
		own += time.Since(start)
		start = time.Now()
		if n := alone(b, content); n != rows+1 {
			b.Fatal(n)
		}
		floor += time.Since(start)
	}
	b.ReportMetric(own.Seconds()/floor.Seconds(), "of-excelize")
}

// alone reads all cells with excelize and returns the number of rows.
func alone(b *testing.B, content []byte) (n int) {
	b.Helper()
	f, err := excelize.OpenReader(bytes.NewReader(content))
	if err != nil {
		b.Fatal(err)
	}
	rows, err := f.Rows("Sheet1")
	if err != nil {
		b.Fatal(err)
	}
	for rows.Next() {
		if _, err := rows.Columns(); err != nil {
			b.Fatal(err)
		}
		n++
	}
	if err := errors.Join(rows.Error(), rows.Close(), f.Close()); err != nil {
		b.Fatal(err)
	}
	return n
}

func longWorkbook(b *testing.B, rows int) []byte {
	b.Helper()
	f := excelize.NewFile()
	w, err := f.NewStreamWriter("Sheet1")
	if err != nil {
		b.Fatal(err)
	}
	put := func(row int, cells ...any) {
		cell, _ := excelize.CoordinatesToCellName(1, row)
		if err := w.SetRow(cell, cells); err != nil {
			b.Fatal(err)
		}
	}
	put(1, "indicator", "area", "measure", "period", "value", "unit", "status", "note")
	for i := range rows {
		put(i+2, "containers", "BBW", "level", time.Date(1950+i%70, time.Month(i%12+1), 1, 0, 0, 0, 0, time.UTC).Format("2006-01"), 200+float64(i)/8, "万TEU", "P", "a note")
	}
	var out bytes.Buffer
	if err := errors.Join(w.Flush(), f.Write(&out), f.Close()); err != nil {
		b.Fatal(err)
	}
	return out.Bytes()
}
