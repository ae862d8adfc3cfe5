package sheet

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io"
	"slices"
	"unicode"

	"github.com/tidemark-stats/tidemark/figure"
	"github.com/tidemark-stats/tidemark/internal/lang"
)

// Given is what is known about a file apart from its content.
type Given struct {
	// Notation is what the sender says about the file. It overrides everything
	// else.
	Notation Notation
	// Usual is how such files usually are, according to the catalogue. It decides
	// what the file leaves open.
	Usual Notation
	// Word reports whether the catalogue contains a text: as an area, a category
	// or a unit. It may be nil.
	Word func(text string) bool
	// Possible reports whether the catalogue allows a figure. It may be nil.
	Possible func(*figure.Figure) bool
	// Sender returns what is known about the sender of an indicator. It is called
	// when the indicator changes from one row to the next, and may be nil.
	Sender func(indicator string) Sender
	// Place is the address of a line in the file that the text was made from. It is
	// nil when the lines are the file's own.
	Place func(line int) string
	// Stored reports whether the value on a line was stored as a number, as in a
	// workbook. Its point marks decimals, and it says nothing about how texts are
	// written. It may be nil.
	Stored func(line int) bool
}

func (g *Given) stored(line int) bool { return g.Stored != nil && g.Stored(line) }

// Survey is a file that was read from beginning to end once, so that all its cells
// are then read in the same way. What can be read in two ways is not decided by a
// single cell.
type Survey struct {
	// Read says how the file is read, where that is not obvious.
	Read []lang.Text
	// Rows is the number of rows with text below the header, or the number of
	// lines when the header cannot be read.
	Rows int

	name     string
	open     func() (io.ReadCloser, error)
	given    Given
	charset  *charset
	certain  bool // the file can be in no other encoding
	cut      bool // its last value may be incomplete
	unmarked bool // it is UTF-16 without a byte order mark
	ruined   bool // words in UTF-8 lost letters when they were read in another encoding
	header   *header
	numbers
	periods figure.PeriodColumn
	seen    map[string]bool // cells already added to periods
	next    nextColumn
	damaged []*charset // encodings in which some words in UTF-8 were misread
}

// Look surveys a file, which it opens several times. The error is a *Fault, Faults
// when several things are wrong with the header, or an error from open or reading;
// errors.As finds a *Fault in the first two. Even when a file cannot be read, the
// survey has its number of rows.
func Look(name string, open func() (io.ReadCloser, error), given Given) (*Survey, error) {
	s := &Survey{name: name, open: open, given: given, seen: map[string]bool{}, numbers: numbers{decimal: '.', groups: byThousands}}
	err := s.encoding()
	if err == nil {
		err = s.each(s.look)
	} else if s.charset != nil {
		err = errors.Join(err, s.each(func(r *rows) error { s.count(r); return nil }))
		s.Rows = max(0, s.Rows-1) // the header
	}
	if err == nil {
		err = s.settle()
	}
	return s, s.located(err)
}

// each opens the file and calls do with its rows from the header on.
func (s *Survey) each(do func(*rows) error) (err error) {
	src, err := s.open()
	if err != nil {
		return err
	}
	defer func() { _ = src.Close() }() // only read from
	return do(newRows(src, s.charset))
}

// look reads the header and the rows.
func (s *Survey) look(r *rows) error {
	h, err := readHeader(s.name, r, s.given.Notation.Columns, s.given.Usual.Columns)
	if err != nil {
		if h != nil && h.nameless {
			s.Rows++
		}
		s.count(r)
		return err
	}
	s.header = h
	r.start(h)
	r.enough = max(h.column[period], h.column[value]+1) + 1
	s.values.allow(s.given.Notation.or(s.given.Usual))
	cjk := h.cjk
	for {
		err := r.read()
		switch {
		case errors.Is(err, io.EOF) && s.Rows == 0:
			return &Fault{s.name, &figure.Problem{Code: "sheet/no-rows", Reason: "the file has a header but no figures",
				Hint: "write one figure per line below the header"}}
		case errors.Is(err, io.EOF):
			s.cut = r.lines.unended && h.column[value] == len(h.columns)-1
			return nil
		case err != nil:
			return err
		case r.blank():
			continue
		}
		s.Rows++
		if r.problem == nil {
			s.observe(r, cjk)
		}
	}
}

// observe records what a row shows about the file's notation.
func (s *Survey) observe(r *rows, cjk bool) {
	if i := s.header.column[period]; i < len(r.cells) && !s.seen[string(r.cell(i))] && len(s.seen) < maxTexts {
		cell := string(r.cell(i))
		s.seen[cell] = true
		s.periods.Add(fold(clean(cell)))
	}
	s.next.observe(r, s.header)
	i := s.header.column[value]
	if i >= len(r.cells) || s.given.stored(r.number) {
		return
	}
	if s.values.observe(r.cell(i), r.number) && (cjk || hasCJK(r.text)) {
		s.values.cjk++
	}
}

// count counts the remaining lines with text of a file that cannot be read.
func (s *Survey) count(r *rows) {
	for {
		line, err := r.lines.read()
		switch {
		case errors.Is(err, errTooLong) || err == nil && len(bytes.TrimSpace(line)) > 0:
			s.Rows++
		case err != nil:
			return
		}
	}
}

// settle decides how to read what can be read in two ways.
func (s *Survey) settle() error {
	decimal, contradiction := s.values.proven()
	usual := s.given.Usual.decimal()
	switch {
	case s.given.Notation.decimal() != 0:
		decimal = s.given.Notation.decimal()
	case decimal == 0 && usual != 0 && (contradiction || s.values.undecided().n > 0):
		decimal = usual
	case contradiction:
		return &Fault{s.place(s.values.comma.line, s.header.column[value]), s.values.contradiction()}
	case decimal == 0 && s.values.undecided().n > 0:
		var err error
		if decimal, err = s.weigh(); err != nil {
			return err
		}
	}
	if proven, _ := s.values.proven(); proven != 0 && proven == decimal && s.given.Notation.decimal() == 0 {
		if err := s.dispute(decimal); err != nil {
			return err
		}
	}
	if decimal != 0 {
		s.decimal = decimal
	}
	s.groups = s.values.grouped()
	s.tell()
	return nil
}

// dispute refuses a file in which some values prove the decimal mark, while the
// values that can be read either way are possible only with the other one.
func (s *Survey) dispute(decimal byte) error {
	if s.values.undecided().n == 0 {
		return nil
	}
	possible, _, err := s.compare()
	if err != nil || possible == 0 || possible == decimal {
		return err
	}
	return &Fault{s.place(s.values.undecided().line, s.header.column[value]), s.values.disputed(decimal)}
}

// weigh decides on the decimal mark of a column in which every cell is open. The
// evidence is which reading the catalogue allows, which fits the other figures of
// the series, and the language; without any, the look of the column.
func (s *Survey) weigh() (decimal byte, err error) {
	possible, near, err := s.compare()
	if err != nil {
		return 0, err
	}
	none := func(mark byte) bool { return mark == 0 }
	marks := slices.DeleteFunc([]byte{possible, near, s.values.language()}, none)
	if len(marks) == 0 {
		marks = slices.DeleteFunc([]byte{s.values.look()}, none)
	}
	if len(marks) > 0 && slices.Min(marks) == slices.Max(marks) {
		return marks[0], nil
	}
	return 0, &Fault{s.place(s.values.undecided().line, s.header.column[value]), s.values.open()}
}

// tell sets Read.
func (s *Survey) tell() {
	if named := s.given.Notation.Encoding; s.charset == asUTF8 && s.certain && named != "" && named != asUTF8.label {
		s.Read = append(s.Read, lang.Text{ZH: "编码：UTF-8，而非所指的" + named, EN: "encoding: UTF-8, although " + named + " was specified"})
	}
	switch {
	case s.unmarked:
		s.Read = append(s.Read, lang.Text{ZH: "编码：UTF-16，无字节顺序标记", EN: "encoding: UTF-16 without a byte order mark"})
	case s.charset != asUTF8 && !s.charset.ascii && s.charset != asUTF16LE && s.charset != asUTF16BE:
		s.Read = append(s.Read, lang.Text{ZH: "编码：" + cmp.Or(s.charset.chinese, s.charset.name), EN: "encoding: " + s.charset.name})
	}
	if first, last := s.header.above, s.header.line-1; first > 0 {
		s.Read = append(s.Read, titleWords(first, last))
	}
	if w, ok := s.values.words(s.decimal, s.groups); ok {
		s.Read = append(s.Read, w)
	}
	s.Read = append(s.Read, s.periodWords()...)
	if s.cut {
		s.Read = append(s.Read, lang.Text{ZH: "文件末尾没有换行：若文件不完整，最后一个数值也不完整", EN: "the last line has no line end: if the file was cut off, its last value is incomplete"})
	}
}

// titleWords says which lines above the header are not read.
func titleWords(first, last int) lang.Text {
	if first == last {
		return lang.Text{ZH: fmt.Sprintf("表头之上的第%d行是标题，未读取", first), EN: fmt.Sprintf("line %d above the header is a title and was not read", first)}
	}
	return lang.Text{ZH: fmt.Sprintf("表头之上的第%d至%d行是标题，未读取", first, last), EN: fmt.Sprintf("lines %d to %d above the header are a title and were not read", first, last)}
}

// place is the address of a cell.
func (s *Survey) place(line, column int) string {
	if s.given.Place != nil {
		return s.given.Place(line)
	}
	return Place(s.name, line, column)
}

// located adds the file's name to an error from the source.
func (s *Survey) located(err error) error {
	var fault *Fault
	if err == nil || errors.As(err, &fault) {
		return err
	}
	return fmt.Errorf("%s: %w", s.name, err)
}

// hasCJK reports whether a text has Chinese, Japanese or Korean letters.
func hasCJK(text []byte) bool {
	if firstNonASCII(text) < 0 {
		return false
	}
	return bytes.ContainsFunc(text, func(r rune) bool {
		return unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Hangul)
	})
}
