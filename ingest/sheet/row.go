package sheet

import (
	"errors"
	"fmt"
	"strings"

	"github.com/tidemark-stats/tidemark/figure"
)

// row makes a figure of a row's cells and collects all that is wrong with it.
func (r *Reader) row(cells []string) Row {
	line, _ := r.csv.FieldPos(0)
	row := Row{Line: r.header.line + line}
	row.Figure.Category = figure.Total
	if p := r.shape(cells); p != nil {
		// Its cells may stand in wrong columns, so nothing is said of them.
		row.Problems = []*figure.Problem{p}
		return row
	}
	b := builder{row: &row, reader: r}
	for i, f := range r.header.columns {
		if f != unnamed {
			b.cells[f] = clean(cells[i])
		}
	}
	if p := b.splitValue(); p != nil {
		row.Problems = []*figure.Problem{p}
		return row
	}
	b.codes()
	b.measure()
	b.period()
	b.value()
	b.rest()
	if !b.wrong[value] && !b.wrong[status] {
		b.refuse(status, b.cells[status], row.Figure.Settle())
	}
	return row
}

// shape holds a row's number of cells against the header's. Empty cells
// beyond it are Excel's.
func (r *Reader) shape(cells []string) *figure.Problem {
	want := len(r.header.columns)
	n := len(cells)
	for n > want && clean(cells[n-1]) == "" {
		n--
	}
	if n != want {
		hint := "write every separator, also before empty cells at the end"
		if n > want {
			hint = "put a text that holds the separator in quotation marks"
		}
		return &figure.Problem{Code: "sheet/row", Reason: fmt.Sprintf("has %d cells, the header has %d", n, want), Hint: hint}
	}
	for i, f := range r.header.columns {
		if f != unnamed {
			continue
		}
		if text := clean(cells[i]); text != "" {
			return &figure.Problem{Code: "sheet/row", Text: text, Reason: "stands in column " + letters(i) + ", which has no name",
				Hint: "name the column in the header or empty it"}
		}
	}
	return nil
}

// builder makes one figure.
type builder struct {
	row    *Row
	reader *Reader
	cells  [fieldCount]string
	wrong  [fieldCount]bool
	flag   figure.Flag // that stood with the value
}

// sender is what is known of how the row's indicator is written.
func (b *builder) sender() Sender {
	if b.reader.Sender == nil || b.wrong[indicator] {
		return Sender{}
	}
	return b.reader.Sender(b.row.Figure.Indicator)
}

// refuse notes that err is wrong with a field; the text is what its cell says.
func (b *builder) refuse(f field, text string, err error) {
	if err == nil {
		return
	}
	var p *figure.Problem
	if !errors.As(err, &p) {
		panic("sheet: a field's error is always a *figure.Problem: " + err.Error())
	}
	if text != "" {
		p.Text = text
	}
	b.wrong[f] = true
	b.row.Problems = append(b.row.Problems, p)
}

// filled tells whether a required cell has text, and notes it when not.
func (b *builder) filled(f field, hint string) bool {
	if b.cells[f] != "" {
		return true
	}
	b.refuse(f, "", &figure.Problem{Code: "sheet/empty-cell", Field: f.String(), Reason: "is empty", Hint: hint})
	return false
}

// set gives the figure's field the text that the cell means.
func (b *builder) set(f field, text string) {
	b.refuse(f, b.cells[f], b.row.Figure.SetField(f.String(), text))
}

// splitValue notices a thousands comma that was taken for a separator: the
// cells from the value on stand one column too far right, and the value
// would be 3 where 3,700 was meant.
func (b *builder) splitValue() *figure.Problem {
	h := b.reader.header
	rest := b.cells[unit]
	if rest == "" || !onlyDigits(strings.Replace(fold(rest), ".", "", 1)) || h.column[unit] != h.column[value]+1 {
		return nil
	}
	return &figure.Problem{Code: "sheet/split-value", Field: "value", Text: b.cells[value] + string(h.separator) + rest,
		Reason: "stands in two cells, so the unit is a number", Hint: "leave the thousands comma out, or put the value in quotation marks"}
}

func (b *builder) codes() {
	if b.filled(indicator, "write the indicator's code, like container_throughput") {
		b.set(indicator, b.reader.share(fold(b.cells[indicator])))
	}
	if b.filled(area, "write the area's code, like 330200") {
		b.set(area, b.reader.share(fold(b.cells[area])))
	}
	if b.cells[category] != "" {
		b.set(category, b.reader.share(fold(b.cells[category])))
	}
}

// measureNames are the names of bulletins for tidemark's measures.
var measureNames = map[string]string{
	"当期": "level", "本期": "level", "当月": "level", "本月": "level",
	"累计": "ytd", "同比": "yoy", "累计同比": "ytd_yoy",
}

func (b *builder) measure() {
	if !b.filled(measure, "write level, ytd, yoy or ytd_yoy (本期, 累计, 同比, 累计同比)") {
		return
	}
	text := strings.ToLower(fold(b.cells[measure]))
	if name, ok := measureNames[text]; ok {
		text = name
	}
	b.set(measure, text)
}

func (b *builder) period() {
	if !b.filled(period, "write a month as 2023-01, a quarter as 2023-Q1, a year as 2023") {
		return
	}
	f := &b.row.Figure
	var err error
	f.Period, err = b.reader.periods.Read(fold(b.cells[period]), f.Measure, b.sender().Frequency)
	b.refuse(period, b.cells[period], err)
}

// value sets value and unit, which are read together: 7.4% has both.
func (b *builder) value() {
	growth := b.wrong[measure] || b.row.Figure.Measure.Growth()
	unitText := b.reader.share(fold(b.cells[unit]))
	var digits string
	var percent bool
	cell, p := b.withoutFlag(b.cells[value])
	if p == nil {
		digits, percent, p = number(cell)
	}
	switch {
	case p != nil:
		b.refuse(value, b.cells[value], p)
	case percent && unitText == "" && growth:
		unitText = "%"
	case percent && unitText != "%":
		b.refuse(value, b.cells[value], glued(digits, "%"))
	}
	if !b.wrong[value] {
		b.set(value, digits)
	}
	if unitText == "" {
		b.filled(unit, "write the unit, like 万TEU or 亿元, and % for growth")
		return
	}
	b.set(unit, unitText)
}

// rest sets what a reader should know of the figure.
func (b *builder) rest() {
	b.status()
	b.set(confirmed, confirmedText(fold(b.cells[confirmed])))
	b.set(published, b.reader.share(dayText(fold(b.cells[published]))))
	text := b.cells[note]
	if s := b.cells[source]; s != "" {
		text = strings.TrimLeft(text+" ["+s+"]", " ")
	}
	b.refuse(note, text, b.row.Figure.SetField("note", strings.Clone(text)))
}
