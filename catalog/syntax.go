package catalog

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// mistake is a syntax error, at the position where a person made it.
type mistake struct {
	line, column int // from 0
	text         string
}

// unreadable finds the first byte that is not allowed in a catalogue, or nil.
func unreadable(data []byte) *mistake {
	for _, mark := range []string{"\xff\xfe", "\xfe\xff"} {
		if strings.HasPrefix(string(data), mark) {
			return &mistake{text: "the file is in UTF-16; save it as UTF-8"}
		}
	}
	for at := 0; at < len(data); {
		r, size := utf8.DecodeRune(data[at:])
		text := ""
		switch {
		case r == utf8.RuneError && size == 1:
			text = fmt.Sprintf("the byte 0x%02x is not UTF-8; save the file as UTF-8 (an editor set to GBK writes such bytes)", data[at])
		case r != '\t' && r != '\n' && r != '\r' && r != 0x85 && unicode.IsControl(r):
			text = fmt.Sprintf("there is a control character (%U) here; remove it", r)
		}
		if text != "" {
			line := strings.Count(string(data[:at]), "\n")
			return &mistake{line, utf8.RuneCount(data[strings.LastIndexByte(string(data[:at]), '\n')+1 : at]), text}
		}
		at += size
	}
	return nil
}

// syntax finds the mistake in a text that the YAML parser has refused. The
// parser reports where it could not continue, which is several lines further
// down if a quotation mark or a bracket is not closed; people need the line in
// which they forgot it. It knows the subset of YAML used in catalogues, and
// finds nothing in a valid text.
type syntax struct {
	lines  [][]rune
	line   int     // the current line
	levels []level // the open levels, the deepest last
	before []int   // the columns in which the previous lines begin
	opened bool    // the value of the last key is in the lines below
	plain  bool    // the last value was text without quotation marks, which may continue
	listed int     // the column of that text if it is an entry of a list, or -1
	folded int     // the column of the key whose text began with | or >, or -1
}

// level is the column in which the keys of a mapping, or the dashes of a list,
// begin.
type level struct {
	column, line int // the line that opened it
	dash         bool
}

func findMistake(text string) *mistake {
	text = strings.TrimPrefix(text, "\ufeff")
	text = strings.NewReplacer("\r\n", "\n", "\r", "\n").Replace(text)
	s := &syntax{listed: -1, folded: -1}
	for line := range strings.SplitSeq(text, "\n") {
		s.lines = append(s.lines, []rune(line))
	}
	for s.line < len(s.lines) {
		if m := s.block(); m != nil {
			return m
		}
		s.line++
	}
	return nil
}

func (s *syntax) at(line, column int, format string, args ...any) *mistake {
	return &mistake{line, column, fmt.Sprintf(format, args...)}
}

// here is a mistake in the current line.
func (s *syntax) here(column int, format string, args ...any) *mistake {
	return s.at(s.line, column, format, args...)
}

func (s *syntax) row() []rune { return s.lines[s.line] }

// comment reports whether a comment begins in a column.
func comment(row []rune, column int) bool {
	return row[column] == '#' && (column == 0 || row[column-1] == ' ' || row[column-1] == '\t')
}

// ends reports whether only a comment follows in the line.
func ends(row []rune, column int) bool {
	for column < len(row) && (row[column] == ' ' || row[column] == '\t') {
		column++
	}
	return column >= len(row) || comment(row, column)
}

// colon is the column of the colon that ends a key starting at a column, or
// -1.
func colon(row []rune, from int) int {
	for i := from; i < len(row); i++ {
		switch {
		case comment(row, i):
			return -1
		case row[i] == ':' && (i+1 == len(row) || row[i+1] == ' ' || row[i+1] == '\t'):
			return i
		}
	}
	return -1
}

// block reads a line outside brackets and quotation marks, and everything that
// it opens.
func (s *syntax) block() *mistake {
	row := s.row()
	column := 0
	for column < len(row) && row[column] == ' ' {
		column++
	}
	if ends(row, column) {
		return nil
	}
	if s.folded >= 0 && column > s.folded {
		return nil
	}
	s.folded = -1
	if line := strings.TrimRight(string(row), " "); line == "---" || line == "..." {
		s.levels, s.opened, s.plain = nil, false, false
		return nil
	}
	if unicode.IsSpace(row[column]) {
		name := "a tab"
		if row[column] != '\t' {
			name = fmt.Sprintf("%U, which is not a space in YAML", row[column])
		}
		return s.here(column, "this line is indented with %s; indent it with spaces", name)
	}
	if s.goesOn(row, column) {
		return nil
	}
	dash := row[column] == '-'
	if dash && column+1 < len(row) && (unicode.IsLetter(row[column+1]) || strings.ContainsRune(`{["'`, row[column+1])) {
		return s.here(column, `a space is missing after the dash; write "- %s"`, short(row[column+1:]))
	}
	if m := s.place(column, dash && (column+1 == len(row) || row[column+1] == ' ')); m != nil {
		return m
	}
	s.before = append(s.before, column)
	s.opened, s.plain, s.listed = true, false, -1
	value, listed := s.dashes(column)
	if ends(row, value) {
		return nil
	}
	return s.entry(value, listed)
}

// dashes reads the dashes of a line and returns the column of what they list.
func (s *syntax) dashes(column int) (value int, listed bool) {
	row := s.row()
	for column < len(row) && row[column] == '-' && (column+1 == len(row) || row[column+1] == ' ') {
		listed = true
		for column++; column < len(row) && row[column] == ' '; {
			column++
		}
		if column < len(row) && colon(row, column) >= 0 && !strings.ContainsRune("{[", row[column]) {
			s.levels = append(s.levels, level{column: column, line: s.line})
		}
	}
	return column, listed
}

// goesOn reports whether a line continues the text of the one before it.
func (s *syntax) goesOn(row []rune, column int) bool {
	return s.plain && len(s.levels) > 0 && column > s.levels[len(s.levels)-1].column && colon(row, column) < 0
}

// place determines the level of a line.
func (s *syntax) place(column int, dash bool) *mistake {
	if len(s.levels) == 0 {
		s.levels = []level{{column, s.line, dash}}
		return nil
	}
	top := s.levels[len(s.levels)-1]
	if column > top.column {
		if s.opened {
			s.levels = append(s.levels, level{column, s.line, dash})
			return nil
		}
		if s.listed >= 0 {
			return s.at(s.lastLine(), s.listed, "a colon is missing after the key; write \"key: value\"")
		}
		// Was one line shifted to the left, between two that were not?
		if n := len(s.before); n >= 2 && s.before[n-2] >= column && s.before[n-1] < column {
			return s.at(s.lastLine(), s.before[n-1], "this line is indented by %s, unlike those around it; indent it by %d", spaces(s.before[n-1]), column)
		}
		return s.here(column, "this line is indented by %s but the line before it, which already has its value, by %d; indent it by %d", spaces(column), top.column, top.column)
	}
	var left level
	for len(s.levels) > 0 && s.levels[len(s.levels)-1].column > column {
		if l := s.levels[len(s.levels)-1]; left.column == 0 || l.dash == dash {
			left = l
		}
		s.levels = s.levels[:len(s.levels)-1]
	}
	if len(s.levels) > 0 && s.levels[len(s.levels)-1].column == column {
		return nil
	}
	if left.line == s.lastLine() && !left.dash {
		return s.at(left.line, left.column, "the key begins in column %d, but that of the next line in column %d; keys that belong together must begin in the same column", left.column+1, column+1)
	}
	return s.here(column, "this line is indented by %s but what it belongs to by %d; indent it by %d", spaces(column), left.column, left.column)
}

// lastLine is the last non-empty line before this one.
func (s *syntax) lastLine() int {
	for line := s.line - 1; line >= 0; line-- {
		if !ends(s.lines[line], 0) {
			return line
		}
	}
	return 0
}

func spaces(n int) string {
	if n == 1 {
		return "1 space"
	}
	return fmt.Sprintf("%d spaces", n)
}

// short is the beginning of a text, for an example.
func short(text []rune) string {
	if len(text) > 20 {
		return string(text[:20]) + "…"
	}
	return string(text)
}

// entry reads a key with its value, or an entry of a list.
func (s *syntax) entry(column int, listed bool) *mistake {
	row := s.row()
	if strings.ContainsRune("{[", row[column]) {
		return s.value(column)
	}
	end := colon(row, column)
	if row[column] == '"' || row[column] == '\'' {
		m, after := s.quoted(column)
		if m != nil {
			return m
		}
		row, column = s.row(), after
		if end = after; after >= len(row) || row[after] != ':' {
			return s.rest(after, "quotation mark")
		}
	}
	if end < 0 {
		if wide := slices.Index(row, '：'); wide > 0 {
			return s.here(wide, `this is a full-width colon; write ": "`)
		}
		if narrow := slices.Index(row[column:], ':'); narrow > 0 && !strings.Contains(string(row), "://") {
			return s.here(column+narrow, `a space is missing after the colon; write "%s: %s"`, string(row[column:column+narrow]), short(row[column+narrow+1:]))
		}
		if listed {
			s.listed = column
			return s.value(column)
		}
		return s.here(column, `%q is neither a key with a colon nor an entry of a list; write "key: value"`, short(row[column:]))
	}
	if bracket := strings.Index(string(row[column:end]), " {"); bracket > 0 {
		return s.here(end-len([]rune(string(row[column:end])[bracket+1:])), "a colon is missing before this {")
	}
	for end++; end < len(row) && (row[end] == ' ' || row[end] == '\t'); {
		end++
	}
	if ends(row, end) {
		return nil
	}
	return s.value(end)
}

var foldedText = regexp.MustCompile(`^[|>][0-9+-]*\s*(#.*)?$`)

// value reads what follows a key or a dash.
func (s *syntax) value(column int) *mistake {
	row := s.row()
	s.opened = false
	switch first := row[column]; {
	case first == '"' || first == '\'':
		m, after := s.quoted(column)
		if m != nil {
			return m
		}
		return s.rest(after, "quotation mark")
	case first == '{' || first == '[':
		m, after := s.flow(column)
		if m != nil {
			return m
		}
		return s.rest(after, "bracket")
	case foldedText.MatchString(string(row[column:])):
		s.folded = s.levels[len(s.levels)-1].column
		return nil
	case special(row, column):
		return s.here(column, "a text that begins with %c needs quotation marks around it", first)
	}
	s.plain = true
	if at := colon(row, column); at >= 0 {
		if text := strings.TrimRight(string(row[column:]), " "); strings.HasSuffix(text, "}") && !strings.Contains(text, "{") {
			return s.here(column, "an opening { is missing here")
		}
		return s.here(at, "a text with a colon and a space in it needs quotation marks around it")
	}
	return nil
}

// special reports whether a text begins with a character that is special in
// YAML.
func special(row []rune, column int) bool {
	if strings.ContainsRune("@`%*&!|>,]}", row[column]) {
		return true
	}
	return strings.ContainsRune("-?", row[column]) && column+1 < len(row) && row[column+1] == ' '
}

// rest checks that nothing follows a closing character.
func (s *syntax) rest(column int, closed string) *mistake {
	row := s.row()
	s.opened = false
	if ends(row, column) {
		return nil
	}
	for row[column] == ' ' {
		column++
	}
	if strings.ContainsRune("}]", row[column]) {
		return s.here(column, "this %c closes nothing; remove it, or add the bracket that it closes", row[column])
	}
	return s.here(column, `there is text after the closing %s; remove it, or put quotation marks around the whole`, closed)
}
