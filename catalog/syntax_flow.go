package catalog

import (
	"regexp"
	"slices"
	"strings"
	"unicode"
)

// quoted reads a text in quotation marks and returns the column after it, in
// the line in which it ends. A text that ends in another line was rarely meant
// to.
func (s *syntax) quoted(column int) (m *mistake, after int) {
	mark, opened := s.row()[column], s.line
	open := s.here(column, "the quotation mark that opens here is not closed on this line; write %c at the end of the text", mark)
	for i := column + 1; ; i++ {
		row := s.row()
		for i >= len(row) {
			if s.line+1 == len(s.lines) || begins(s.lines[s.line+1]) {
				return open, 0
			}
			s.line, i = s.line+1, 0
			row = s.row()
		}
		if mark == '"' && row[i] == '\\' {
			if i+1 < len(row) && !strings.ContainsRune("0abt\tnvfre \"/\\N_LPxuU", row[i+1]) {
				return s.here(i, `\%c is not an escape sequence in double quotation marks; write \\ for a backslash, or use single quotation marks`, row[i+1]), 0
			}
			i++
			continue
		}
		if row[i] != mark {
			continue
		}
		if mark == '\'' && i+1 < len(row) && row[i+1] == '\'' {
			i++
			continue
		}
		if follows := strings.TrimLeft(string(row[i+1:]), " \t"); s.line > opened && follows != "" && !strings.ContainsAny(follows[:1], ",:}]#") {
			return open, 0
		}
		return nil, i + 1
	}
}

var keyOrDash = regexp.MustCompile(`^\s*(- |-$|[\pL\pN_"'][^\s{}\[\],:]*:(\s|$))`)

// begins reports whether a line looks like a new entry, with a key or a dash.
func begins(row []rune) bool { return keyOrDash.MatchString(string(row)) }

// bracket is an open bracket.
type bracket struct {
	line, column int
	mark         rune
	value        bool // a key and its colon have been read
}

var closing = map[rune]rune{'{': '}', '[': ']'}

// flow reads text in brackets and returns the column after it, in the line in
// which it ends.
func (s *syntax) flow(column int) (m *mistake, after int) {
	var open []bracket
	key := s.levels[len(s.levels)-1].column
	last := ' ' // last significant character
	for i := column; ; {
		row := s.row()
		if i >= len(row) || comment(row, i) {
			if s.unclosed(key, last) {
				top := open[len(open)-1]
				return s.at(top.line, top.column, "the %c that opens here is not closed; write %c at its end, or a comma if it continues", top.mark, closing[top.mark]), 0
			}
			s.line, i = s.line+1, 0
			continue
		}
		switch r := row[i]; {
		case unicode.IsSpace(r):
			i++
			continue
		case (r == '{' || r == '[') && last == 'x':
			return s.here(i, "a colon or a comma is missing before this %c", r), 0
		case r == '{' || r == '[':
			open = append(open, bracket{s.line, i, r, false})
			i++
		case r == '}' || r == ']':
			top := open[len(open)-1]
			if r != closing[top.mark] {
				return s.here(i, "%c was found where %c must close the %c of column %d", r, closing[top.mark], top.mark, top.column+1), 0
			}
			if open = open[:len(open)-1]; len(open) == 0 {
				return nil, i + 1
			}
			i++
		case r == ',':
			open[len(open)-1].value = false
			i++
		case r == ':':
			open[len(open)-1].value = true
			i++
		default:
			if m, i = s.word(&open[len(open)-1], i, last); m != nil {
				return m, 0
			}
			last = 'x'
			continue
		}
		last = row[i-1]
	}
}

// unclosed reports whether brackets that were opened at or below a key in that
// column cannot continue in the next line.
func (s *syntax) unclosed(key int, last rune) bool {
	if s.line+1 == len(s.lines) {
		return true
	}
	next := s.lines[s.line+1]
	text := strings.TrimLeft(string(next), " ")
	if ends(next, 0) {
		return false
	}
	if strings.HasPrefix(text, "- ") || len([]rune(text)) >= len(next)-key && begins(next) {
		return true
	}
	return begins(next) && !strings.ContainsRune(",{[:", last)
}

// word reads a text within brackets, with or without quotation marks, and
// returns the column after it.
func (s *syntax) word(in *bracket, column int, last rune) (m *mistake, after int) {
	row := s.row()
	if last == 'x' {
		return s.here(column, "there is text after the closing quotation mark; write a comma between the two, or put quotation marks around the whole"), 0
	}
	if row[column] == '"' || row[column] == '\'' {
		return s.quoted(column)
	}
	if special(row, column) {
		return s.here(column, "a text that begins with %c needs quotation marks around it", row[column]), 0
	}
	i := column
	for i < len(row) && !strings.ContainsRune(",[]{}", row[i]) && !comment(row, i) {
		if row[i] == ':' && (i+1 == len(row) || strings.ContainsRune(" ,[]{}", row[i+1])) {
			break
		}
		i++
	}
	if i == len(row) || row[i] != ':' || !in.value || in.mark != '{' {
		return nil, i
	}
	// A second colon before the comma.
	if wide := slices.Index(row[column:i], '，'); wide >= 0 {
		return s.here(column+wide, `this is a full-width comma; write ", "`), 0
	}
	words := strings.Fields(string(row[column:i]))
	if len(words) < 2 {
		return s.here(i, "a text with a colon and a space in it needs quotation marks around it"), 0
	}
	name := words[len(words)-1]
	return s.here(i-len([]rune(name)), "a comma is missing before %q; or put quotation marks around a text with a colon in it", name), 0
}
