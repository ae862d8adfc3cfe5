package layout

import (
	"bufio"
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/tidemark-stats/tidemark/figure"
	"github.com/tidemark-stats/tidemark/ingest/sheet"
	"github.com/tidemark-stats/tidemark/internal/lang"
)

// concepts are the identifiers of SDMX-CSV columns with what they are in a sheet, by
// the names of the cross-domain concepts (SDMX content-oriented guidelines) and those
// that offices commonly use.
var concepts = map[string]string{
	"TIME_PERIOD": "period", "OBS_VALUE": "value", "OBS_STATUS": "status", "FREQ": "frequency", "TRANSFORMATION": "transformation", "UNIT_MEASURE": "unit", "UNIT": "unit", "UNIT_MULT": "multiplier", "ACTION": "action",
	"REF_AREA": "area", "GEO": "area", "REPORTING_AREA": "area", "INDICATOR": "indicator", "SERIES": "indicator", "SUBJECT": "indicator", "ITEM": "indicator",
	"MEASURE": "measure", "CATEGORY": "category", "OBS_COMMENT": "note", "COMMENT_OBS": "note", "COMMENT": "note", "PUBLISHED": "published",
}

// maxHead is how much of a file is looked at to find out whether it is SDMX-CSV.
const maxHead = 64 << 10

// sdmxFile is an SDMX-CSV file, version 1.0 or 2.x.
type sdmxFile struct {
	*File
	given     *SheetMap
	separator rune
	columns   map[string]int // by what they are in a sheet
	labelled  bool           // cells have the form ID: Name
	width     int
	names     []string            // of the columns
	again     map[string][]string // the columns that say the same, where there are several

	none, withdrawn int // rows without a value, and with the action Delete
}

// sdmx rewrites an SDMX-CSV file; nil when the file is something else.
func (f *File) sdmx() ([]*Part, error) {
	src, err := f.Open()
	if err != nil {
		return nil, err
	}
	defer func() { _ = src.Close() }() // only read from
	in := bufio.NewReaderSize(src, maxHead)
	head, err := in.Peek(maxHead)
	if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, bufio.ErrBufferFull) {
		return nil, err
	}
	if mark := []byte("\xef\xbb\xbf"); bytes.HasPrefix(head, mark) {
		_, _ = in.Discard(len(mark)) // it is in the buffer
		head = head[len(mark):]
	}
	s := &sdmxFile{File: f, given: f.Map.of("")}
	if !s.header(head) {
		return nil, nil
	}
	if err := s.byContent(head); err != nil {
		return nil, err
	}
	part := &Part{Name: f.Name, file: f.Name}
	if err := s.rewrite(in, part); err != nil {
		return nil, errors.Join(err, part.Close())
	}
	part.Read = s.said()
	return []*Part{part}, nil
}

// header reads the first line, and reports whether it is that of SDMX-CSV: it begins
// with DATAFLOW or STRUCTURE, or has both a TIME_PERIOD and an OBS_VALUE.
func (s *sdmxFile) header(head []byte) bool {
	line, _, _ := bytes.Cut(head, []byte("\n"))
	if !utf8.Valid(line) {
		return false
	}
	for _, c := range []rune{',', ';', '\t'} {
		r := csv.NewReader(bytes.NewReader(line))
		r.Comma, r.LazyQuotes = c, true
		cells, err := r.Read()
		if err != nil || len(cells) < 3 {
			continue
		}
		s.separator, s.columns, s.width = c, map[string]int{}, len(cells)
		s.names, s.again = nil, map[string][]string{}
		for i, cell := range cells {
			id, _, labelled := strings.Cut(strings.TrimSpace(cell), ":")
			s.labelled = s.labelled || labelled
			id = strings.TrimSpace(strings.ToUpper(id))
			s.names = append(s.names, id)
			if field, ok := concepts[id]; ok {
				if _, twice := s.columns[field]; !twice {
					s.columns[field] = i
				}
				s.again[field] = append(s.again[field], id)
			}
		}
		first, _, _ := strings.Cut(strings.ToUpper(cells[0]), "[")
		_, period := s.columns["period"]
		_, value := s.columns["value"]
		if value && period || first == "DATAFLOW" || first == "STRUCTURE" && s.names[1] == "STRUCTURE_ID" {
			return true
		}
	}
	return false
}

// byContent finds the columns of indicators and areas that have other names, by the
// codes in them.
func (s *sdmxFile) byContent(head []byte) error {
	rows, _ := s.reader(bytes.NewReader(head)).ReadAll() // the last row may be cut
	for _, known := range []struct {
		field string
		is    func(string) bool
	}{
		{"indicator", func(code string) bool { _, ok := s.Catalog.Indicator(code); return ok }},
		{"area", func(code string) bool { _, ok := s.Catalog.Area(code); return ok }},
	} {
		if c, named := s.columns[known.field]; named && s.holds(rows, c, known.is) {
			continue
		}
		for c := range s.width {
			if !slices.Contains(s.used(), c) && s.holds(rows, c, known.is) {
				s.columns[known.field] = c
				break
			}
		}
	}
	for _, field := range slices.Sorted(maps.Keys(s.again)) {
		if twice := s.again[field]; len(twice) > 1 {
			return &sheet.Fault{Where: s.Name + ":1", Problem: &figure.Problem{Code: "sheet/open", Field: field, Text: strings.Join(twice, ", "),
				Reason: "are several columns that say the same thing", Hint: "keep one of them, or name the others otherwise"}}
		}
	}
	if _, ok := s.columns["indicator"]; !ok && s.given.Indicator == "" {
		return &sheet.Fault{Where: s.Name + ":1", Problem: &figure.Problem{Code: "sheet/open", Field: "indicator", Reason: "no column has codes of indicators of the catalogue",
			Hint: "name the column INDICATOR, or write a mapping with tidemark map and push with --map"}}
	}
	if _, ok := s.columns["period"]; !ok {
		return &sheet.Fault{Where: s.Name + ":1", Problem: &figure.Problem{Code: "sheet/missing-column", Text: "TIME_PERIOD", Reason: "is not in the header",
			Hint: "write the periods into a column TIME_PERIOD"}}
	}
	if _, ok := s.columns["value"]; !ok {
		return &sheet.Fault{Where: s.Name + ":1", Problem: &figure.Problem{Code: "sheet/missing-column", Text: "OBS_VALUE", Reason: "is not in the header",
			Hint: "write the values into a column OBS_VALUE"}}
	}
	return nil
}

func (s *sdmxFile) used() (all []int) {
	for _, c := range s.columns {
		all = append(all, c)
	}
	return all
}

// holds reports whether the codes of a column are known, those of the mapping too.
func (s *sdmxFile) holds(rows [][]string, column int, is func(string) bool) bool {
	n := 0
	for i, row := range rows {
		if i == 0 || column >= len(row) || row[column] == "" {
			continue
		}
		if code := s.code(row[column]); !is(code) && s.given.Labels[code] == (Meant{}) {
			return false
		}
		n++
	}
	return n > 0
}

// code returns the identifier of a cell that may have a name behind it.
func (s *sdmxFile) code(cell string) string {
	if s.labelled {
		cell, _, _ = strings.Cut(cell, ":")
	}
	return strings.Trim(cell, " \t\u00a0\ufeff")
}

func (s *sdmxFile) reader(r io.Reader) *csv.Reader {
	c := csv.NewReader(r)
	c.Comma, c.FieldsPerRecord, c.ReuseRecord = s.separator, -1, false
	return c
}

// rewrite copies the rows.
func (s *sdmxFile) rewrite(src io.Reader, part *Part) error {
	in, out := s.reader(src), csv.NewWriter(&part.text)
	in.ReuseRecord = true
	_ = out.Write(columns) // Flush reports it
	for first := true; ; first = false {
		row, err := in.Read()
		var wrong *csv.ParseError
		switch {
		case errors.Is(err, io.EOF):
			out.Flush()
			return out.Error()
		case errors.As(err, &wrong):
			return s.refuse(wrong.Line, "sheet/quote", "", wrong.Err.Error(), "put text with separators or quotation marks into quotation marks, and double those inside")
		case err != nil:
			return err
		case first:
			continue
		}
		line, _ := in.FieldPos(0)
		if len(row) != s.width {
			return s.refuse(line, "sheet/row", "", fmt.Sprintf("has %d cells, the header has %d", len(row), s.width), "write every separator, including those before empty cells at the end")
		}
		for _, cell := range row {
			if !utf8.ValidString(cell) {
				return s.refuse(line, "sheet/encoding", cell, "is not UTF-8, in which SDMX-CSV is written", "save the file as UTF-8")
			}
		}
		record, ok, err := s.record(row, line)
		if err != nil {
			return err
		}
		if !ok {
			continue
		}
		part.places = append(part.places, spot{int32(line), int32(s.columns["value"])})
		_ = out.Write(oneLines(record))
	}
}

func (s *sdmxFile) refuse(line int, code, text, reason, hint string) error {
	return &sheet.Fault{Where: sheet.Place(s.Name, line, -1), Problem: &figure.Problem{Code: code, Text: text, Reason: reason, Hint: hint}}
}

// get returns the cell of a row that is a field of a sheet.
func (s *sdmxFile) get(row []string, field string) string {
	c, ok := s.columns[field]
	if !ok {
		return ""
	}
	return sheet.Unquoted(s.code(row[c]))
}

// record returns a row as one of a sheet; ok is false when it has no value to send.
func (s *sdmxFile) record(row []string, line int) (record []string, ok bool, err error) {
	value, status := s.get(row, "value"), s.get(row, "status")
	if c, has := s.columns["note"]; has && s.labelled {
		row[c] = strings.TrimSpace(row[c]) // a text, not a code
	}
	switch action := strings.ToUpper(s.get(row, "action")); action {
	case "", "I", "M", "R", "A", "INFORMATION", "MERGE", "REPLACE", "APPEND":
	case "D", "DELETE":
		s.withdrawn++
		value, status = "", string(rune(figure.Suppressed))
	default:
		return nil, false, s.refuse(line, "sheet/open", action, "is not an action of SDMX-CSV", "write I, A, M, R or D")
	}
	if strings.EqualFold(value, "nan") {
		value = ""
		if status == "" || status == string(rune(figure.Normal)) {
			status = string(rune(figure.Missing))
		}
	}
	if flag, ok := s.given.flag(status); ok {
		status = flag
	}
	if value == "" && status == "" {
		s.none++
		return nil, false, nil
	}
	it := item{indicator: s.get(row, "indicator"), area: s.get(row, "area"), category: s.get(row, "category")}
	it = s.mapped(it)
	unit := s.given.Unit
	if u := s.get(row, "unit"); u != "" {
		unit = u
	}
	if own := s.given.Labels[s.get(row, "indicator")]; own.Unit != "" {
		unit = own.Unit
	}
	measure := strings.ToLower(s.get(row, "measure"))
	if measure == "" {
		measure = figure.Level.String()
	}
	if unit == "" {
		unit = s.baseUnit(it.indicator, measure)
	}
	if err := s.otherwise(row, line); err != nil {
		return nil, false, err
	}
	if value, err = s.multiplied(value, s.get(row, "multiplier"), it.indicator, measure, unit, line); err != nil {
		return nil, false, err
	}
	note := ""
	if c, has := s.columns["note"]; has {
		note = row[c]
	}
	return []string{it.indicator, it.area, it.category, measure, s.get(row, "period"), value, unit, status, note, s.get(row, "published")}, true, nil
}

// mapped applies the mapping to the codes of a row.
func (s *sdmxFile) mapped(it item) item {
	if own, ok := s.given.Labels[it.indicator]; ok {
		it = item{indicator: own.Indicator, area: own.Area, category: own.Category}.within(item{area: it.area, category: it.category})
	}
	if own, ok := s.given.Labels[it.area]; ok && own.Area != "" {
		it.area = own.Area
	}
	it = it.within(item{indicator: s.given.Indicator, area: s.given.Area})
	return it.settled(s.Catalog)
}

// baseUnit is the unit of a figure that names none: SDMX then gives it in the base
// unit of the structure, which for tidemark is that of the catalogue.
func (s *sdmxFile) baseUnit(indicator, measure string) string {
	ind, ok := s.Catalog.Indicator(indicator)
	m, err := figure.ParseMeasure(measure)
	switch {
	case !ok:
		return "unknown" // so that the indicator is what is refused
	case err != nil:
		return ""
	}
	return ind.UnitOf(m).Code
}

// otherwise refuses a row of which a dimension that tidemark does not have says
// something that the other columns do not say: another frequency, or growth.
func (s *sdmxFile) otherwise(row []string, line int) error {
	if t := s.get(row, "transformation"); t != "" && t != "N" && t != "_Z" && t != "_T" {
		return s.refuse(line, "sheet/open", t, "is a transformation of the values, which TRANSFORMATION names", "write the measure into a column MEASURE (level, ytd, yoy, ytd_yoy), and remove TRANSFORMATION")
	}
	freq := strings.ToUpper(s.get(row, "frequency"))
	if all := readings(s.get(row, "period")); len(all) == 1 && all[0].Extent == figure.Whole && len(freq) == 1 && strings.Contains("AQM", freq) {
		if is := all[0].Period.Frequency().String(); is != freq {
			return s.refuse(line, "sheet/open", freq, "is not the frequency of the period "+s.get(row, "period"), "correct FREQ or TIME_PERIOD")
		}
	}
	return nil
}

// multiplied applies UNIT_MULT, the power of ten by which the value is to be
// multiplied (SDMX code list CL_UNIT_MULT).
func (s *sdmxFile) multiplied(value, multiplier, indicator, measure, unit string, line int) (string, error) {
	if value == "" || multiplier == "" || multiplier == "0" {
		return value, nil
	}
	power, err := strconv.Atoi(multiplier)
	if err != nil || power < -15 || power > 15 {
		return "", s.refuse(line, "sheet/open", multiplier, "is not a multiplier of CL_UNIT_MULT", "write the power of ten in UNIT_MULT: 3 for thousands, 6 for millions")
	}
	if m, err := figure.ParseMeasure(measure); err == nil && power != 0 {
		ind, ok := s.Catalog.Indicator(indicator)
		if own, known := 0, false; ok {
			if own, known = ind.UnitOf(m).Multiplier(unit); m.Growth() || known && own != 0 {
				return "", s.refuse(line, "sheet/open", multiplier, fmt.Sprintf("multiplies values in %q, which is no base unit", unit), "write UNIT_MULT 0, or the base unit in UNIT_MEASURE")
			}
		}
	}
	v, err := figure.ParseDecimal(value)
	if err != nil {
		return "", s.refuse(line, "sheet/open", value, "is not a number as SDMX-CSV writes it, and cannot be multiplied by UNIT_MULT", "write it like 1234.5, with a point and without other characters")
	}
	return v.Shift(power).String(), nil
}

// said tells how the file was read.
func (s *sdmxFile) said() []lang.Text {
	var fields []string
	for _, field := range []string{"indicator", "area", "category", "measure", "period", "value", "unit", "multiplier", "status", "note", "published"} {
		if c, ok := s.columns[field]; ok {
			fields = append(fields, sheet.Letters(c)+" "+field)
		}
	}
	all := []lang.Text{{ZH: "SDMX-CSV：" + strings.Join(fields, "，"), EN: "SDMX-CSV: " + strings.Join(fields, ", ")}}
	if unread := s.unread(); len(unread) > 0 {
		list := listed(unread)
		all = append(all, lang.Text{ZH: "未读取的列：" + list, EN: "columns that are not read: " + list})
	}
	if s.none > 0 {
		all = append(all, lang.Text{ZH: fmt.Sprintf("没有数值、也没有状态的行：%d 行", s.none), EN: fmt.Sprintf("rows with neither a value nor a status: %d", s.none)})
	}
	if s.withdrawn > 0 {
		all = append(all, lang.Text{ZH: fmt.Sprintf("ACTION 为 D 的行：%d 行，按撤回（状态 Q）处理，历史保留", s.withdrawn), EN: fmt.Sprintf("rows with the action D: %d, sent as withheld (status Q); their history stays", s.withdrawn)})
	}
	return all
}

// unread names the columns that say nothing to tidemark.
func (s *sdmxFile) unread() (names []string) {
	for c, name := range s.names {
		if !slices.Contains(s.used(), c) && !strings.HasPrefix(name, "DATAFLOW") && !strings.HasPrefix(name, "STRUCTURE") && name != "" {
			names = append(names, name)
		}
	}
	return names
}
