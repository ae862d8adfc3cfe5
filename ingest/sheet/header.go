package sheet

import (
	"bufio"
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/tidemark-stats/tidemark/figure"
)

// field is a column that a sheet may have.
type field int

const (
	indicator field = iota
	area
	category
	measure
	period
	value
	unit
	status
	note
	confirmed
	published
	source
	fieldCount

	unnamed field = -1 // a column without a header
)

// fields gives the names of each column, first the one of the wire, and
// whether a sheet must have it.
var fields = [fieldCount]struct {
	names    []string
	required bool
}{
	indicator: {[]string{"indicator", "指标"}, true},
	area:      {[]string{"area", "地区"}, true},
	category:  {[]string{"category", "分类"}, false},
	measure:   {[]string{"measure", "口径"}, true},
	period:    {[]string{"period", "时间", "时期"}, true},
	value:     {[]string{"value", "数值"}, true},
	unit:      {[]string{"unit", "单位"}, true},
	status:    {[]string{"status", "状态"}, false},
	note:      {[]string{"note", "备注"}, false},
	confirmed: {[]string{"confirmed", "确认"}, false},
	published: {[]string{"published", "发布日期"}, false},
	source:    {[]string{"source", "来源"}, false},
}

const sampleHeader = "indicator,area,category,measure,period,value,unit,status,note,confirmed,published,source"

func (f field) String() string { return fields[f].names[0] }

// fieldNamed finds a column by one of its names.
func fieldNamed(name string) (field, bool) {
	name = strings.ToLower(name)
	for f := range fields {
		if slices.Contains(fields[f].names, name) {
			return field(f), true
		}
	}
	return unnamed, false
}

// header is what the first line of a sheet says.
type header struct {
	separator rune
	columns   []field         // the field of each column, up to the last with a name
	column    [fieldCount]int // the column of each field, -1 when there is none
	line      int             // where it stands, from 1
}

// separators in the order in which they are preferred. The full-width ones
// are what a Chinese keyboard types.
var separators = []rune{',', ';', '\t', '，', '；'}

// readHeader reads up to the first line with text, which is the header.
// Excel's line "sep=;" may stand before it.
func readHeader(name string, r *bufio.Reader) (*header, error) {
	candidates := separators
	for line := 1; ; line++ {
		raw, err := r.ReadSlice('\n')
		if errors.Is(err, bufio.ErrBufferFull) {
			return nil, &Fault{place(name, line, -1), &figure.Problem{Code: "sheet/too-long",
				Reason: fmt.Sprintf("is a header of more than %d bytes", r.Size()), Hint: "check whether this is a CSV file; the header is one line like " + sampleHeader}}
		}
		if err != nil && !errors.Is(err, io.EOF) {
			return nil, err
		}
		if c, ok := excelSeparator(raw); ok {
			candidates = []rune{c}
			continue
		}
		if strings.Trim(clean(string(raw)), `,;，；" `+"\t") != "" {
			return parseHeader(name, line, raw, candidates)
		}
		if err != nil {
			return nil, &Fault{name, &figure.Problem{Code: "sheet/empty", Reason: "the file holds no text",
				Hint: "write a header line like " + sampleHeader + " and one figure a line below it"}}
		}
	}
}

// excelSeparator reads Excel's line "sep=;".
func excelSeparator(line []byte) (rune, bool) {
	after, found := strings.CutPrefix(strings.ToLower(strings.TrimRight(string(line), "\n")), "sep=")
	c, n := utf8.DecodeRuneInString(after)
	return c, found && n > 0 && n == len(after) && c != '"' && c != utf8.RuneError
}

// parseHeader splits the line by the separator that gives the most known
// names, and by the one that gives the most cells when none is known.
func parseHeader(name string, line int, raw []byte, candidates []rune) (*header, error) {
	var best []string
	var bestErr error
	h := &header{line: line}
	for _, c := range candidates {
		cells, err := newCSV(bytes.NewReader(raw), c).Read()
		if h.separator == 0 || known(cells) > known(best) || known(cells) == known(best) && len(cells) > len(best) {
			h.separator, best, bestErr = c, cells, err
		}
	}
	if bestErr != nil {
		return nil, quoteFault(name, line-1, bestErr)
	}
	for i := range best {
		best[i] = clean(fold(best[i]))
	}
	for len(best) > 0 && best[len(best)-1] == "" {
		best = best[:len(best)-1]
	}
	if faults := h.assign(name, best); len(faults) > 0 {
		return nil, faults
	}
	return h, nil
}

// newCSV is the CSV reader for one separator.
func newCSV(r io.Reader, separator rune) *csv.Reader {
	c := csv.NewReader(r)
	c.Comma = separator
	c.FieldsPerRecord = -1
	c.ReuseRecord = true
	// A space may stand before a quotation mark. With tabs csv would take
	// empty cells for such spaces.
	c.TrimLeadingSpace = separator != '\t'
	return c
}

func known(cells []string) (n int) {
	for _, cell := range cells {
		if _, ok := fieldNamed(clean(fold(cell))); ok {
			n++
		}
	}
	return n
}

// assign finds the field of each column and says what is wrong with the names.
func (h *header) assign(name string, cells []string) (faults Faults) {
	blame := func(column int, code, reason, hint string) {
		faults = append(faults, &Fault{place(name, h.line, column), &figure.Problem{Code: code, Text: cells[column], Reason: reason, Hint: hint}})
	}
	for f := range h.column {
		h.column[f] = -1
	}
	var suggested [fieldCount]bool
	for i, cell := range cells {
		f, ok := fieldNamed(cell)
		switch {
		case ok && h.column[f] >= 0:
			blame(i, "sheet/duplicate-column", "is the same column as "+letters(h.column[f]), "keep one of the two")
		case ok:
			h.column[f] = i
		case cell != "":
			near := nearest(cell)
			hint := "the columns are " + sampleHeader
			if near != unnamed {
				hint = fmt.Sprintf("did you mean %q?", near)
				suggested[near] = true
			}
			blame(i, "sheet/unknown-column", "is not a column", hint)
		}
		h.columns = append(h.columns, f)
	}
	var missing []string
	for f := range fields {
		if fields[f].required && h.column[f] < 0 && !suggested[f] {
			missing = append(missing, field(f).String())
		}
	}
	if len(missing) == 0 {
		return faults
	}
	lacking := &Fault{place(name, h.line, -1), &figure.Problem{Code: "sheet/missing-column",
		Text: strings.Join(missing, ", "), Reason: "is not in the header", Hint: "the first line names the columns: " + sampleHeader}}
	if known(cells) == 0 {
		return Faults{lacking} // no header at all: what stands there are no misspelt names
	}
	return append(faults, lacking)
}

// nearest is the column that an unknown name was perhaps meant to be.
func nearest(name string) field {
	var all []string
	for f := range fields {
		all = append(all, fields[f].names...)
	}
	meant, ok := figure.Nearest(name, all)
	if !ok {
		return unnamed
	}
	f, _ := fieldNamed(meant)
	return f
}
