package export

import (
	"fmt"
	"io"
	"iter"
	"math"

	"github.com/xuri/excelize/v2"
)

// sheetName is the name of the only sheet of a workbook.
const sheetName = "figures"

// workbook writes the sheet as an XLSX workbook: values are numbers, everything else
// is text, so that Excel takes no period for a date and no code for a number.
func workbook(w io.Writer, figures iter.Seq2[*Series, Figure]) (n int, err error) {
	book := excelize.NewFile()
	defer func() { _ = book.Close() }() // temporary files
	if err := book.SetSheetName(book.GetSheetName(0), sheetName); err != nil {
		return 0, err
	}
	out, err := book.NewStreamWriter(sheetName)
	if err != nil {
		return 0, err
	}
	if err := arrange(out); err != nil {
		return 0, err
	}
	whole, err := book.NewStyle(&excelize.Style{NumFmt: 1}) // 0: Excel shows long numbers as 1.24E+12 otherwise
	if err != nil {
		return 0, err
	}
	for s, f := range figures {
		if n++; n >= excelize.TotalRows {
			return 0, fmt.Errorf("a workbook has room for %d figures; choose fewer by indicator, area or period, or write csv", excelize.TotalRows-1)
		}
		cells := texts(sheetRow(s, f))
		if cells[valueColumn] = nil; !f.Withheld {
			cells[valueColumn] = valueCell(f.Value, whole)
		}
		at, err := excelize.CoordinatesToCellName(1, n+1)
		if err != nil {
			return 0, err
		}
		if err := out.SetRow(at, cells); err != nil {
			return 0, err
		}
	}
	if err := out.Flush(); err != nil {
		return 0, err
	}
	_, err = book.WriteTo(w)
	return n, err
}

// arrange writes the header, which stays visible, and sets the widths of columns.
func arrange(out *excelize.StreamWriter) error {
	for column, width := range map[int]float64{1: 28, valueColumn + 1: 18, noteColumn + 1: 60} {
		if err := out.SetColWidth(column, column, width); err != nil {
			return err
		}
	}
	if err := out.SetPanes(&excelize.Panes{Freeze: true, YSplit: 1, TopLeftCell: "A2", ActivePane: "bottomLeft"}); err != nil {
		return err
	}
	return out.SetRow("A1", texts(sheetHeader))
}

// valueCell is the cell of a number; whole is the style of those without a fraction.
func valueCell(v float64, whole int) any {
	if v != math.Trunc(v) {
		return v
	}
	return excelize.Cell{StyleID: whole, Value: v}
}

func texts(cells []string) []any {
	out := make([]any, len(cells))
	for i, cell := range cells {
		out[i] = cell
	}
	return out
}
