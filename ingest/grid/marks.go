package grid

import (
	"encoding/xml"
	"errors"
	"io"
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/xuri/excelize/v2"

	"github.com/tidemark-stats/tidemark/ingest/sheet"
)

// marks tell, beside the values of a row, how they are meant: their number formats,
// and whether they are formulas without a result.
type marks struct {
	number int // of the row
	cells  []cellMark
	err    error // in place of a row
}

// cellMark is what is known about a cell apart from its value.
type cellMark struct {
	format
	isNumber bool
	formula  bool // has a formula
	value    bool // has a value
	truth    bool // is TRUE or FALSE
	shared   bool // has the number of a text that cells share
}

// markReader reads the marks of a sheet.
type markReader struct {
	xml     *xml.Decoder
	formats []format
	texts   int // see Book
	besides facts
}

// ahead is how many rows of marks are read before the values of those rows.
const ahead = 256

// read sends the marks of all rows, in their order, until it is stopped. It runs
// beside the reading of the values, which takes longer.
func (r *markReader) read(rows chan<- marks, stopped <-chan struct{}) {
	defer close(rows)
	send := func(m marks) bool {
		select {
		case rows <- m:
			return m.err == nil
		case <-stopped:
			return false
		}
	}
	last := 0
	for {
		token, err := r.xml.RawToken()
		if errors.Is(err, io.EOF) {
			return
		}
		if err != nil {
			send(marks{err: err})
			return
		}
		e, ok := token.(xml.StartElement)
		if !ok {
			continue
		}
		if e.Name.Local != "row" {
			r.besides.add(&e)
			continue
		}
		m := r.row(last+1, e.Attr)
		if last = m.number; !send(m) {
			return
		}
	}
}

// row reads the row that has begun. Its number is the next one unless it says
// otherwise.
func (r *markReader) row(number int, attributes []xml.Attr) marks {
	m := marks{number: number}
	hidden := false
	for _, a := range attributes {
		switch a.Name.Local {
		case "r":
			if m.number, m.err = strconv.Atoi(a.Value); m.err != nil {
				return m
			}
		case "hidden":
			hidden = truth(a.Value)
		}
	}
	if hidden {
		r.besides.rows[m.number] = true
	}
	at, inValue := -1, false
	for {
		token, err := r.xml.RawToken()
		if err != nil {
			m.err = err
			return m
		}
		switch e := token.(type) {
		case xml.StartElement:
			switch e.Name.Local {
			case "c":
				if at, m.err = m.cell(at+1, e.Attr, r.formats); m.err != nil {
					return m
				}
			case "f":
				if at >= 0 {
					m.cells[at].formula = true
				}
			}
			inValue = e.Name.Local == "v" || e.Name.Local == "t"
		case xml.CharData:
			if inValue && at >= 0 && len(e) > 0 {
				m.cells[at].value = true
				if m.err = r.missing(&m.cells[at], e); m.err != nil {
					return m
				}
			}
		case xml.EndElement:
			if inValue = false; e.Name.Local == "row" {
				return m
			}
		}
	}
}

// missing refuses a cell with the number of a text that is not there: the number would
// be taken for its content.
func (r *markReader) missing(mark *cellMark, number []byte) error {
	if !mark.shared {
		return nil
	}
	if n, err := strconv.Atoi(string(number)); err != nil || n < 0 || n >= r.texts {
		return errNoText
	}
	return nil
}

var errNoText = errors.New("a cell has a text that the workbook does not have")

// cell adds the marks of a cell, which is in the next column unless it says
// otherwise.
func (m *marks) cell(column int, attributes []xml.Attr, formats []format) (int, error) {
	mark := cellMark{isNumber: true}
	for _, a := range attributes {
		switch a.Name.Local {
		case "r":
			c, _, err := excelize.CellNameToCoordinates(a.Value)
			if err != nil {
				return 0, err
			}
			column = c - 1
		case "s":
			if n, err := strconv.Atoi(a.Value); err == nil && n >= 0 && n < len(formats) {
				mark.format = formats[n]
			}
		case "t":
			mark.isNumber, mark.truth, mark.shared = a.Value == "n", a.Value == "b", a.Value == "s"
		}
	}
	for len(m.cells) <= column {
		m.cells = append(m.cells, cellMark{})
	}
	m.cells[column] = mark
	return column, nil
}

// text returns what a cell of the row means, given its stored value.
func (m *marks) text(column int, stored string) string {
	if column >= len(m.cells) || stored == "" {
		return stored
	}
	switch mark := m.cells[column]; {
	case mark.truth && stored == "1":
		return "TRUE"
	case mark.truth:
		return "FALSE"
	case !mark.isNumber:
		return stored
	case mark.date:
		return dateText(stored, mark.format)
	case mark.percent:
		return percentText(stored)
	}
	return numberText(stored)
}

// fill gives a row its cells as they are meant, and reports whether it has text.
func (m *marks) fill(r *Row, cells []string) (text bool) {
	r.Cells, r.Stored = r.Cells[:0], r.Stored[:0]
	for i, cell := range cells {
		r.Cells = append(r.Cells, sheet.Trimmed(m.text(i, cell)))
		r.Stored = append(r.Stored, i < len(m.cells) && m.cells[i].isNumber && !m.cells[i].date)
		text = text || r.Cells[i] != ""
	}
	return m.uncomputed(r) || text
}

// uncomputedText stands in place of a formula that no program has computed. It is
// what the reader of values already refuses as a formula without a result.
const uncomputedText = "=…"

// uncomputed marks formulas without a value, and reports whether there are any.
func (m *marks) uncomputed(r *Row) (any bool) {
	for i, mark := range m.cells {
		if !mark.formula || mark.value {
			continue
		}
		for len(r.Cells) <= i {
			r.Cells = append(r.Cells, "")
		}
		r.Cells[i], any = uncomputedText, true
	}
	return any
}

// significant is the number of digits of a number that a spreadsheet keeps; what
// follows in the file is the error of binary fractions.
const significant = 15

// numberText returns a stored number as digits without an exponent.
func numberText(stored string) string {
	if len(stored) <= significant && !strings.ContainsAny(stored, "eE") {
		return stored
	}
	return plainNumber(stored, 0)
}

// percentText returns a stored fraction, shown with a percent sign, as a percentage.
func percentText(stored string) string {
	if n := plainNumber(stored, 2); n != stored {
		return n + "%"
	}
	return stored
}

// plainNumber returns a number times a power of ten.
func plainNumber(stored string, shift int) string {
	v, err := strconv.ParseFloat(stored, 64)
	if err != nil || math.IsInf(v, 0) || math.IsNaN(v) {
		return stored
	}
	mantissa, exponent, _ := strings.Cut(strconv.FormatFloat(v, 'e', significant-1, 64), "e")
	e, err := strconv.Atoi(exponent)
	if err != nil {
		return stored
	}
	sign, digits := "", strings.Replace(mantissa, ".", "", 1)
	if digits, sign = strings.TrimPrefix(digits, "-"), digits[:len(digits)-len(strings.TrimPrefix(digits, "-"))]; v == 0 {
		return "0"
	}
	point := e + shift + 1 // digits before the point
	switch {
	case point <= 0:
		digits = strings.Repeat("0", 1-point) + digits
		point = 1
	case point > len(digits):
		digits += strings.Repeat("0", point-len(digits))
	}
	fraction := strings.TrimRight(digits[point:], "0")
	if fraction != "" {
		fraction = "." + fraction
	}
	return sign + digits[:point] + fraction
}

// dateText returns a stored day as a period or a day, whichever the cell's number
// format shows.
func dateText(stored string, f format) string {
	v, err := strconv.ParseFloat(stored, 64)
	if err != nil || v < 1 || v > 2_958_465 { // 9999-12-31
		return stored
	}
	t, err := excelize.ExcelDateToTime(v, f.from1904)
	if err != nil {
		return stored
	}
	switch t = t.Round(time.Second); {
	case f.yearOnly:
		return t.Format("2006")
	case f.noDay:
		return t.Format("2006-01")
	}
	return t.Format(time.DateOnly)
}
