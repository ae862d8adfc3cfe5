package sheet

import (
	"bytes"
	"strings"
	"unicode"

	"github.com/tidemark-stats/tidemark/figure"
)

// span is the position of a cell in a row's text.
type span struct {
	from, to int
	quoted   bool
}

// splitter splits rows into cells. Cells in quotation marks may contain separators,
// doubled quotation marks and line ends. ="06037", which keeps a spreadsheet from
// reading a code as a number, is the cell 06037.
type splitter struct {
	separator []byte
	text      []byte // of the current row, in which the cells are
	cells     []span
	open      bool // the line ends within quotation marks
	enough    int  // stop after this many cells, 0 for all

	own   []byte // buffer for the text of rows with quotation marks
	begin int    // where in own the open cell begins
}

func (s *splitter) reset() {
	s.text, s.cells, s.open = nil, s.cells[:0], false
	s.own = s.own[:0]
}

// cell returns the i-th cell's text.
func (s *splitter) cell(i int) []byte { return s.text[s.cells[i].from:s.cells[i].to] }

// line splits a line, or the next line of a row with an open cell. ok is false when
// a quotation mark is misplaced.
func (s *splitter) line(line []byte) (ok bool) {
	if !s.open && bytes.IndexByte(line, '"') < 0 {
		s.plain(line)
		return true
	}
	ok = s.marked(line)
	s.text = s.own
	return ok
}

// plain splits a line without quotation marks.
func (s *splitter) plain(line []byte) {
	s.text = line
	from := 0
	if len(s.separator) == 1 {
		c, cells := s.separator[0], s.cells
		for i, b := range line { // faster than bytes.Index, because cells are short
			if b != c {
				continue
			}
			cells = append(cells, span{from: from, to: i})
			if from = i + 1; len(cells) == s.enough {
				s.cells = cells
				return
			}
		}
		s.cells = append(cells, span{from: from, to: len(line)})
		return
	}
	for {
		n := bytes.Index(line[from:], s.separator)
		if n < 0 {
			s.cells = append(s.cells, span{from: from, to: len(line)})
			return
		}
		s.cells = append(s.cells, span{from: from, to: from + n})
		from += n + len(s.separator)
	}
}

// marked splits a line with quotation marks.
func (s *splitter) marked(line []byte) (ok bool) {
	if s.open {
		s.own = append(s.own, '\n')
	}
	for {
		if !s.open {
			rest, opens := s.opening(line)
			if !opens {
				cell, after, more := bytes.Cut(line, s.separator)
				if bytes.IndexByte(cell, '"') >= 0 {
					return false
				}
				s.cells = append(s.cells, span{from: len(s.own), to: len(s.own) + len(cell)})
				s.own = append(s.own, cell...)
				if !more {
					return true
				}
				line = after
				continue
			}
			s.begin, s.open, line = len(s.own), true, rest
		}
		inside, after, closed := bytes.Cut(line, []byte{'"'})
		s.own = append(s.own, inside...)
		if !closed {
			return true
		}
		if bytes.HasPrefix(after, []byte{'"'}) {
			s.own = append(s.own, '"')
			line = after[1:]
			continue
		}
		s.close()
		rest := s.trim(after)
		if len(rest) == 0 {
			return true
		}
		if !bytes.HasPrefix(rest, s.separator) {
			return false
		}
		line = rest[len(s.separator):]
	}
}

// opening reports whether a cell begins with a quotation mark, and returns what
// follows it.
func (s *splitter) opening(line []byte) (rest []byte, opens bool) {
	rest = bytes.TrimPrefix(s.trim(line), []byte{'='})
	if bytes.HasPrefix(rest, []byte{'"'}) {
		return rest[1:], true
	}
	return line, false
}

// close ends the cell in quotation marks.
func (s *splitter) close() {
	s.open = false
	cell := s.own[s.begin:]
	if len(cell) >= 3 && bytes.HasPrefix(cell, []byte(`="`)) && cell[len(cell)-1] == '"' {
		cell = append(cell[:0], bytes.ReplaceAll(cell[2:len(cell)-1], []byte(`""`), []byte{'"'})...)
		s.own = s.own[:s.begin+len(cell)]
	}
	s.cells = append(s.cells, span{from: s.begin, to: len(s.own), quoted: true})
}

// trim removes spaces from the beginning of b, unless they are separators. Spaces
// may surround a quotation.
func (s *splitter) trim(b []byte) []byte {
	for len(b) > 0 && !bytes.HasPrefix(b, s.separator) {
		trimmed := bytes.TrimLeftFunc(b[:1], unicode.IsSpace)
		if len(trimmed) > 0 {
			break
		}
		b = b[1:]
	}
	return b
}

// stray returns the problem of a row with a misplaced quotation mark, and the column
// of the first cell that contains or opens it. columns is the number of cells that a
// row should have, 0 when no cell contains a separator.
func (s *splitter) stray(line []byte, columns int) (p *figure.Problem, column int) {
	for rest, more := line, true; more; column++ {
		var cell []byte
		cell, rest, more = s.first(rest)
		inner := bytes.TrimPrefix(s.trim(cell), []byte{'='})
		switch opens := bytes.HasPrefix(inner, []byte{'"'}); {
		case opens && !more && bytes.Count(inner, []byte{'"'})%2 == 1:
			if columns == 0 || column+1+bytes.Count(cell, s.separator) == columns {
				cell, _, _ = bytes.Cut(cell, s.separator) // the rest are cells of their own
			}
			text := string(bytes.TrimSpace(cell))
			return &figure.Problem{Code: "sheet/quote", Text: text, Reason: "opens a quotation that is not closed on its line",
				Hint: write(strings.ReplaceAll(strings.TrimLeft(text, `="`), `""`, `"`))}, column
		case bytes.IndexByte(cell, '"') >= 0 && (!opens || !closesAtEnd(inner)):
			text := string(bytes.TrimSpace(cell))
			return &figure.Problem{Code: "sheet/quote", Text: text, Reason: "has a quotation mark inside it", Hint: write(text)}, column
		}
	}
	return &figure.Problem{Code: "sheet/quote", Reason: "opens a quotation that runs over lines that look like rows", Hint: quoteHint}, -1
}

const quoteHint = `put the whole cell in quotation marks and double those inside: "the ""fifth"" port"`

// write returns the hint that says how to write a cell with this text.
func write(text string) string {
	if len(text) > maxTextLen {
		return quoteHint
	}
	return "write " + quoted(text)
}

// first returns the first cell of a line as written, with its quotation marks.
func (s *splitter) first(line []byte) (cell, after []byte, more bool) {
	from := 0
	if rest, opens := s.opening(line); opens {
		from = len(line) - len(rest)
		for from < len(line) {
			n := bytes.IndexByte(line[from:], '"')
			if n < 0 {
				return line, nil, false
			}
			if from += n + 1; from == len(line) || line[from] != '"' {
				break
			}
			from++
		}
	}
	n := bytes.Index(line[from:], s.separator)
	if n < 0 {
		return line, nil, false
	}
	return line[:from+n], line[from+n+len(s.separator):], true
}

// closesAtEnd reports whether a cell that begins with a quotation mark ends with the
// closing one.
func closesAtEnd(cell []byte) bool {
	body := bytes.TrimRight(cell[1:], " \t")
	body = bytes.ReplaceAll(body, []byte(`""`), nil)
	return len(body) > 0 && bytes.IndexByte(body, '"') == len(body)-1
}

// quoted returns a text as a cell in quotation marks.
func quoted(text string) string { return `"` + strings.ReplaceAll(text, `"`, `""`) + `"` }
