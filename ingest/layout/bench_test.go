package layout

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"

	"github.com/tidemark-stats/tidemark/ingest/sheet"
)

// BenchmarkWorkbook rewrites a sheet with 50,000 figures. It prints the time compared
// with that of excelize reading the cells; at most 1.5 is wanted.
func BenchmarkWorkbook(b *testing.B) { besideExcelize(b, longWorkbook(b, 50_000), 50_001) }

// BenchmarkWide does the same with tables of 16,384 columns, which is as wide as a sheet
// can be: of labels that are unknown, and of months.
func BenchmarkWide(b *testing.B) {
	b.Run("unknown", func(b *testing.B) {
		besideExcelize(b, wideWorkbook(b, 16_384, 35, func(c int) string { return fmt.Sprintf("系列%d同比增长(%%)", c) }), 36)
	})
	b.Run("months", func(b *testing.B) {
		besideExcelize(b, wideWorkbook(b, 1_600, 100, func(c int) string { return fmt.Sprintf("%d年%d月", 1890+c/12, c%12+1) }), 101)
	})
}

// besideExcelize rewrites a workbook, and reads it with excelize alone.
func besideExcelize(b *testing.B, content []byte, rows int) {
	b.Helper()
	cat := testCatalog(b)
	var own, floor time.Duration
	for b.Loop() {
		start := time.Now()
		f := &File{Name: "f.xlsx", Catalog: cat, Open: func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(content)), nil }}
		parts, err := f.Parts()
		var fault *sheet.Fault
		if err != nil && !errors.As(err, &fault) {
			b.Fatal(err)
		}
		for _, p := range parts {
			if err := p.Close(); err != nil {
				b.Fatal(err)
			}
		}
		own += time.Since(start)
		start = time.Now()
		if n := alone(b, content); n != rows {
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
	return streamed(b, func(put func(row int, cells ...any)) {
		put(1, "indicator", "area", "measure", "period", "value", "unit", "status", "note")
		for i := range rows {
			put(i+2, "containers", "BBW", "level", time.Date(1950+i%70, time.Month(i%12+1), 1, 0, 0, 0, 0, time.UTC).Format("2006-01"), 200+float64(i)/8, "万TEU", "P", "a note")
		}
	})
}

// wideWorkbook has a header and rows of numbers behind an area.
func wideWorkbook(b *testing.B, columns, rows int, heading func(column int) string) []byte {
	b.Helper()
	return streamed(b, func(put func(row int, cells ...any)) {
		cells := []any{"地区"}
		for c := 1; c < columns; c++ {
			cells = append(cells, heading(c))
		}
		put(1, cells...)
		for r := range rows {
			cells := []any{"北部湾港"}
			for c := 1; c < columns; c++ {
				cells = append(cells, float64(r*columns+c)/8)
			}
			put(r+2, cells...)
		}
	})
}

func streamed(b *testing.B, fill func(put func(row int, cells ...any))) []byte {
	b.Helper()
	f := excelize.NewFile()
	w, err := f.NewStreamWriter("Sheet1")
	if err != nil {
		b.Fatal(err)
	}
	fill(func(row int, cells ...any) {
		cell, _ := excelize.CoordinatesToCellName(1, row)
		if err := w.SetRow(cell, cells); err != nil {
			b.Fatal(err)
		}
	})
	var out bytes.Buffer
	if err := errors.Join(w.Flush(), f.Write(&out), f.Close()); err != nil {
		b.Fatal(err)
	}
	return out.Bytes()
}
