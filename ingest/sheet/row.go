package sheet

import (
	"errors"
	"fmt"
	"regexp"
	"strings"

	"github.com/tidemark-stats/tidemark/figure"
)

// row builds the figure of the current row and collects all its problems.
func (r *Reader) row() Row {
	r.text = string(r.rows.text)
	r.open = false
	b := &r.builder
	b.row, b.wrong, b.flag = Row{Line: r.rows.number}, [fieldCount]bool{}, figure.Flag{}
	b.row.Figure.Category = figure.Total
	if p := r.shape(); p != nil {
		// The cells may be in the wrong columns, so nothing else is reported.
		b.row.Problems = []*figure.Problem{p}
		return b.row
	}
	for i, f := range r.header.columns {
		if f != unnamed {
			b.cells[f] = clean(r.cell(i))
		}
	}
	for _, f := range [...]field{area, category, unit, note, source} {
		b.cells[f] = Unquoted(b.cells[f])
	}
	if b.letters(); len(b.row.Problems) > 0 {
		return b.row
	}
	b.codes()
	b.measure()
	b.period()
	b.value()
	b.rest()
	if !b.wrong[value] && !b.wrong[status] {
		b.refuse(status, b.cells[status], b.row.Figure.Settle())
	}
	return b.row
}

// cell returns the text of the row's i-th cell.
func (r *Reader) cell(i int) string {
	c := r.rows.cells[i]
	return r.text[c.from:c.to]
}

// shape checks a row's number of cells against the header's. It ignores surplus
// empty cells, which Excel writes.
func (r *Reader) shape() *figure.Problem {
	want, all := len(r.header.columns), len(r.rows.cells)
	if s := r.split(); s != nil {
		beside := unnamed
		if i := r.header.column[value] + 1; i < want {
			beside = r.header.columns[i]
		}
		return s.problem(r.survey.decimal, beside)
	}
	usual := all == want && startsWithDigit(r.cell(r.header.column[period])) // as nearly all are
	if !usual {
		if p := r.noRow(); p != nil {
			return p
		}
	}
	n := all
	for n > want && clean(r.cell(n-1)) == "" {
		n--
	}
	if n != want {
		hint := "write every separator, including those before empty cells at the end"
		switch {
		case n > want:
			hint = "put text that contains the separator in quotation marks"
		case n == 1 && strings.Count(r.cell(0), string(r.header.separator)) >= want-1:
			hint = "remove the quotation marks around the whole row"
		}
		return &figure.Problem{Code: "sheet/row", Reason: fmt.Sprintf("has %s, the header has %d", counted(n, "cell"), want), Hint: hint}
	}
	if !usual && r.headerAgain() {
		return &figure.Problem{Code: "sheet/row", Reason: "is a header, not a figure", Hint: "delete the line"}
	}
	for _, i := range r.header.unnamed {
		if text := clean(r.cell(i)); text != "" {
			return &figure.Problem{Code: "sheet/row", Text: text, Reason: "is in column " + Letters(i) + ", which has no name",
				Hint: "name the column in the header or empty it"}
		}
	}
	return nil
}

// sender returns what is known about how the row's indicator is written.
func (b *builder) sender() Sender {
	if b.reader.survey.given.Sender == nil || b.wrong[indicator] {
		return Sender{}
	}
	if code := b.row.Figure.Indicator; code != b.known.indicator {
		b.known.indicator, b.known.sender = code, b.reader.survey.given.Sender(code)
	}
	return b.known.sender
}

// counted formats a number of things.
func counted(n int, thing string) string {
	if n == 1 {
		return "1 " + thing
	}
	return fmt.Sprintf("%d %ss", n, thing)
}

// lost is the replacement character U+FFFD, which a program writes for a letter
// that it could not read.
const lost = "\xef\xbf\xbd"

// letters refuses a row with letters that were lost, or read in the wrong encoding,
// before the file was saved.
func (b *builder) letters() {
	r := b.reader
	if len(r.survey.damaged) == 0 && !r.survey.ruined && (strings.IndexByte(r.text, lost[0]) < 0 || !strings.Contains(r.text, lost)) {
		return
	}
	for f, cell := range b.cells {
		if strings.Contains(cell, lost) {
			b.refuse(field(f), cell, &figure.Problem{Code: "sheet/encoding", Field: field(f).String(),
				Reason: "has a replacement character (\ufffd) in place of a letter that was lost earlier", Hint: "copy the text from the original again"})
			continue
		}
		if r.survey.ruined && (asTwiceGBK.ruined(cell) || asTwice1252.ruined(cell)) {
			b.refuse(field(f), cell, &figure.Problem{Code: "sheet/encoding", Field: field(f).String(),
				Reason: "was read in the wrong encoding and saved again, which lost some of its letters", Hint: "copy the text from the original again"})
			continue
		}
		for _, c := range r.survey.damaged {
			if meant, ok := c.repaired(cell); ok {
				b.refuse(field(f), cell, &figure.Problem{Code: "sheet/encoding", Field: field(f).String(),
					Reason: "is " + c.name + ", unlike the rest of the file", Hint: "write " + meant})
				break
			}
		}
	}
}

// builder builds one figure after another.
type builder struct {
	reader *Reader
	row    Row
	cells  [fieldCount]string // fields without a column stay empty
	wrong  [fieldCount]bool   // fields with a problem
	last   [fieldCount]meant
	flag   figure.Flag // from the value's cell
	known  struct {    // caches the last indicator's sender
		indicator string
		sender    Sender
	}
}

// periodKey is everything that the meaning of a period's cell depends on.
type periodKey struct {
	cell    string
	measure figure.Measure
	own     figure.Frequency
}

// meant caches the meaning of a cell, because most cells are like the one above.
type meant struct{ cell, text string }

// refuse adds err as the problem of a field; text is the content of its cell.
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

// filled reports whether a required cell has text, and adds a problem if not.
func (b *builder) filled(f field, hint string) bool {
	if b.cells[f] != "" {
		return true
	}
	b.refuse(f, "", &figure.Problem{Code: "sheet/empty-cell", Field: f.String(), Reason: "is empty", Hint: hint})
	return false
}

// set sets a field of the figure to a text.
func (b *builder) set(f field, text string) {
	b.refuse(f, b.cells[f], b.row.Figure.SetField(f.String(), text))
}

// meaning returns what a field's cell means according to of. Equal texts are
// interpreted once and share their memory, as codes do, so that a caller can keep a
// million figures of a few series without keeping their rows in memory.
func (b *builder) meaning(f field, of func(string) string) string {
	cell := b.cells[f]
	if cell == b.last[f].cell {
		return b.last[f].text
	}
	known := b.reader.meanings[f]
	text, ok := known[cell]
	if !ok {
		text = strings.Clone(of(cell))
		if len(known) < maxTexts && len(cell) <= maxTextLen {
			known[strings.Clone(cell)] = text
		}
	}
	b.last[f] = meant{cell, text}
	return text
}

// Limits of the cache in meaning: there are few series, and codes and units are
// short.
const (
	maxTexts   = 1 << 14
	maxTextLen = 64
)

func (b *builder) codes() {
	f := &b.row.Figure
	if b.filled(indicator, "write the indicator's code, like container_throughput") {
		b.code(indicator, &f.Indicator)
	}
	if b.filled(area, "write the area's code, like 330200") {
		b.code(area, &f.Area)
	}
	if b.cells[category] != "" {
		b.code(category, &f.Category)
	}
}

// code sets a field that is a code. A cell seen before needs no further check.
func (b *builder) code(f field, to *string) {
	cell, known := b.cells[f], b.reader.codes
	if cell == b.last[f].cell {
		*to = b.last[f].text
		return
	}
	if text, ok := known[cell]; ok {
		*to, b.last[f] = text, meant{cell, text}
		return
	}
	text := strings.Clone(fold(cell))
	b.set(f, text)
	if bare := bareCode(text); b.wrong[f] && bare != text && figure.IsCode(bare) {
		b.row.Problems[len(b.row.Problems)-1].Hint = "write " + bare
	}
	if !b.wrong[f] && len(known) < maxTexts {
		known[strings.Clone(cell)] = *to
	}
}

// codeNumber matches a code that a spreadsheet has formatted as a number.
var codeNumber = regexp.MustCompile(`^(\d{1,3}(?:,\d{3})+|\d+)(?:\.0+)?$`)

// bareCode returns a code without the apostrophe by which spreadsheets mark text,
// and without their number formatting.
func bareCode(text string) string {
	bare := strings.Trim(text, "'")
	if parts := codeNumber.FindStringSubmatch(bare); parts != nil {
		return strings.ReplaceAll(parts[1], ",", "")
	}
	return bare
}

// measureNames are the names that bulletins use for tidemark's measures.
var measureNames = map[string]string{
	"当期": "level", "本期": "level", "当月": "level", "本月": "level",
	"当期值": "level", "当月值": "level", "本月值": "level", "本期值": "level",
	"累计": "ytd", "累计值": "ytd", "本月累计": "ytd", "自年初累计": "ytd", "本年累计": "ytd", "1-本月": "ytd",
	"同比": "yoy", "同比增长": "yoy", "同比增速": "yoy", "当月同比": "yoy",
	"累计同比": "ytd_yoy", "累计增长": "ytd_yoy", "累计增速": "ytd_yoy", "累计同比增长": "ytd_yoy",
}

func measureText(cell string) string {
	text := strings.ToLower(fold(cell))
	if name, ok := measureNames[text]; ok {
		return name
	}
	return text
}

func (b *builder) measure() {
	if b.filled(measure, "write level, ytd, yoy or ytd_yoy (本期, 累计, 同比, 累计同比)") {
		b.set(measure, b.meaning(measure, measureText))
	}
}

func (b *builder) period() {
	cell := b.cells[period]
	if !b.filled(period, "write a month as 2023-01, a quarter as 2023-Q1, a year as 2023") {
		return
	}
	f := &b.row.Figure
	key := periodKey{cell, f.Measure, b.sender().Frequency}
	if p, ok := b.reader.periods[key]; ok {
		f.Period = p
		return
	}
	var err error
	f.Period, err = b.reader.survey.periods.Read(fold(cell), f.Measure, key.own)
	if b.refuse(period, cell, err); err == nil && len(b.reader.periods) < maxTexts {
		key.cell = strings.Clone(cell)
		b.reader.periods[key] = f.Period
	}
}

// value sets value and unit. They are read together, because 7.4% has both.
func (b *builder) value() {
	growth := b.wrong[measure] || b.row.Figure.Measure.Growth()
	unitText := b.meaning(unit, fold)
	s := b.reader.survey
	var digits string
	var percent bool
	cell, p := b.withoutFlag(b.cells[value])
	if number, share := strings.CutSuffix(cell, "%"); s.given.stored(b.row.Line) && plain(number) {
		digits, percent = number, share
	} else if p == nil {
		digits, percent, b.reader.open, p = s.number(cell)
	}
	switch {
	case p != nil:
		b.refuse(value, b.cells[value], p)
	case percent && unitText == "" && growth:
		unitText = "%"
	case percent && unitText != "%":
		b.refuse(value, b.cells[value], glued(s.written(digits), "%"))
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

// rest sets status, confirmed, published and note.
func (b *builder) rest() {
	b.status()
	if b.cells[confirmed] != "" {
		b.set(confirmed, b.meaning(confirmed, confirmedText))
	}
	if b.cells[published] != "" {
		day := b.meaning(published, dayText)
		if b.set(published, day); !b.wrong[published] {
			b.refuse(published, b.cells[published], unclearDay(day))
		}
	}
	text := composed(b.cells[note])
	switch s := composed(b.cells[source]); {
	case s == "":
		text = strings.Clone(text) // otherwise it would keep the whole row in memory
	case text == "":
		text = "[" + s + "]"
	default:
		text += " [" + s + "]"
	}
	b.refuse(note, text, b.row.Figure.SetField("note", text))
}
