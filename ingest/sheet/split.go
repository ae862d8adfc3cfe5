package sheet

import (
	"bytes"
	"strings"
	"unicode"

	"github.com/tidemark-stats/tidemark/figure"
)

// span is where in a row's text a cell stands.
type span struct {
	from, to int
	quoted   bool
}

// splitter cuts rows into cells. Cells in quotation marks may hold
// separators, doubled quotation marks and line ends. ="06037", by which a
// spreadsheet is kept from making a number of a code, is the cell 06037.
type splitter struct {
	separator []byte
	text      []byte // of the present row; the cells are parts of it
	cells     []span
	open      bool // within quotation marks at the end of the line
	enough    int  // how many cells are looked at, 0 for all

	own   []byte // the text of rows with quotation marks
	begin int    // where in own the open cell begins
}

func (s *splitter) reset() {
	s.text, s.cells, s.open = nil, s.cells[:0], false
	s.own = s.own[:0]
}

// cell is the i-th cell's text.
func (s *splitter) cell(i int) []byte { return s.text[s.cells[i].from:s.cells[i].to] }

// line cuts a line, or the next one of a row with an open cell. ok is false
// when a quotation mark stands where it means nothing.
func (s *splitter) line(line []byte) (ok bool) {
	if !s.open && bytes.IndexByte(line, '"') < 0 {
		s.plain(line)
		return true
	}
	ok = s.marked(line)
	s.text = s.own
	return ok
}

// plain cuts a line without quotation marks.
func (s *splitter) plain(line []byte) {
	s.text = line
	from := 0
	if len(s.separator) == 1 {
		c, cells := s.separator[0], s.cells
		for i, b := range line { // cells are short: a call for each would cost more
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

// marked cuts a line with quotation marks.
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

// opening tells whether a cell begins with a quotation mark, and what stands
// behind it.
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

// trim takes the spaces away that may stand around a quotation, unless they
// are separators.
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

// stray explains the quotation mark that makes no sense of a row: the first
// cell of its first line that holds or opens it, and how to write it. columns
// is how many cells a row should have, 0 when none of them holds a separator.
func (s *splitter) stray(line []byte, columns int) (p *figure.Problem, column int) {
	for rest, more := line, true; more; column++ {
		var cell []byte
		cell, rest, more = s.first(rest)
		inner := bytes.TrimPrefix(s.trim(cell), []byte{'='})
		switch opens := bytes.HasPrefix(inner, []byte{'"'}); {
		case opens && !more && bytes.Count(inner, []byte{'"'})%2 == 1:
			if columns == 0 || column+1+bytes.Count(cell, s.separator) == columns {
				cell, _, _ = bytes.Cut(cell, s.separator) // the others are cells by themselves
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

// write is how a cell with this text is to be written.
func write(text string) string {
	if len(text) > maxTextLen {
		return quoteHint
	}
	return "write " + quoted(text)
}

// first is the first cell of a line as it is written, with its marks.
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

// closesAtEnd tells whether a cell that begins with a quotation mark ends
// with its closing one.
func closesAtEnd(cell []byte) bool {
	body := bytes.TrimRight(cell[1:], " \t")
	body = bytes.ReplaceAll(body, []byte(`""`), nil)
	return len(body) > 0 && bytes.IndexByte(body, '"') == len(body)-1
}

// quoted writes a text as a cell in quotation marks.
func quoted(text string) string { return `"` + strings.ReplaceAll(text, `"`, `""`) + `"` }
