package sheet

import (
	"bytes"
	"errors"
	"io"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/tidemark-stats/tidemark/internal/lang"
)

// Plain is a row of a text file whose columns have no meaning yet.
type Plain struct {
	Line   int // from 1
	Text   string
	Cells  []string // as the separator divides them; the whole text when there is none
	Broken bool     // a byte or a quotation mark is wrong, and the text may be incomplete
}

// maxPlain is the size in bytes, and the number of lines, up to which a file without
// the columns of a sheet is read: a table for people is shorter.
const (
	maxPlain      = 8 << 20
	maxPlainLines = 200_000
)

// Rows reads a text file without looking for the columns of a sheet. separated is
// false when no character separates cells. read says how the text was decoded. The
// error is a *Fault or one from open or reading; a file that is too long gives no
// rows.
func Rows(name string, open func() (io.ReadCloser, error), given Given) (all []Plain, separated bool, read []lang.Text, err error) {
	s := &Survey{name: name, open: open, given: given}
	if err := s.encoding(); err != nil {
		return nil, false, nil, s.located(err)
	}
	var first [][]byte
	err = s.each(func(r *rows) error { first = r.sample(); return nil })
	if err != nil {
		return nil, false, nil, s.located(err)
	}
	separator := separatorOf(first)
	err = s.each(func(r *rows) error {
		if all, err = r.all(separator); err != nil {
			all = nil
		}
		return err
	})
	if errors.Is(err, errTooLong) {
		return nil, false, nil, nil
	}
	s.header = &header{}
	s.tell()
	return all, separator != 0, s.Read, s.located(err)
}

// sample returns the first lines of the file.
func (r *rows) sample() (lines [][]byte) {
	for len(lines) < 200 {
		begin := r.lines.mark()
		raw, err := r.lines.read()
		if err != nil {
			return lines
		}
		r.problem = nil
		lines = append(lines, bytes.Clone(r.decoded(raw, begin.next)))
	}
	return lines
}

// separatorOf returns the separator that divides the most lines into at least as
// many cells as the lines before, 0 when none divides two lines.
func separatorOf(lines [][]byte) (best rune) {
	most := 1
	spaced := spacedNumbers(lines)
	for _, c := range separators {
		if c == ',' && spaced {
			continue
		}
		divided := max(cellsOf(lines, c, false), cellsOf(lines, c, true))
		if divided > most*5/4 {
			best, most = c, divided
		}
	}
	if best == 0 && !spaced {
		return pairing(lines)
	}
	return best
}

// cellsOf counts the cells of lines with more than two. quoted takes lines within
// quotation marks together, one of which can also be a stray.
func cellsOf(lines [][]byte, separator rune, quoted bool) (n int) {
	s := splitter{separator: utf8.AppendRune(nil, separator)}
	for _, line := range lines {
		if !quoted || !s.open {
			s.reset()
		}
		if s.line(line); (!quoted || !s.open) && len(s.cells) > 2 {
			n += len(s.cells)
		}
	}
	return n
}

// pairing returns the separator of a table of two columns, 0 when there is none: it
// divides most lines into two cells, the second with a digit. A comma between two
// numbers can be that of a decimal.
func pairing(lines [][]byte) rune {
	for _, c := range []rune{'\t', ';', '；', '|', '，', ','} {
		pairs, divided, filled, open := 0, 0, 0, false
		for _, line := range lines {
			s := splitter{separator: utf8.AppendRune(nil, c)}
			if s.line(line); len(bytes.TrimSpace(line)) > 0 {
				filled++
			}
			if len(s.cells) != 2 {
				continue
			}
			divided++
			first, second := clean(string(s.cell(0))), clean(string(s.cell(1)))
			if strings.ContainsAny(second, "0123456789") {
				pairs++
				open = open || c == ',' && strings.ContainsFunc(first, unicode.IsSpace) && digitAt(first, len(first)-1)
			}
		}
		if pairs > 0 && divided > 1 && divided*2 >= filled && !open {
			return c
		}
	}
	return 0
}

func digitAt(s string, i int) bool { return s[i] >= '0' && s[i] <= '9' }

// spacedNumbers reports whether most lines end with numbers that stand a space apart, as
// in Shanghai, China 36.54 35.29. A comma in them is part of a name.
func spacedNumbers(lines [][]byte) bool {
	filled, spaced := 0, 0
	for _, line := range lines {
		text := string(bytes.TrimSpace(line))
		words := strings.Fields(text[strings.LastIndexByte(text, ',')+1:])
		n := len(words)
		if text != "" {
			filled++
		}
		if n > 2 && digitAt(words[n-1], 0) && digitAt(words[n-2], 0) && strings.Contains(words[n-2], ".") {
			spaced++
		}
	}
	return spaced > 1 && spaced*2 > filled
}

// all reads all rows.
func (r *rows) all(separator rune) (all []Plain, err error) {
	if separator != 0 {
		r.separator = utf8.AppendRune(nil, separator)
	} else {
		r.separator = []byte{0}
	}
	size := 0
	for {
		switch err := r.read(); {
		case errors.Is(err, io.EOF):
			return all, nil
		case err != nil:
			return nil, err
		}
		p := Plain{Line: r.number, Broken: r.problem != nil}
		if r.problem == nil {
			p.Text = clean(string(r.text))
			for i := range r.cells {
				p.Cells = append(p.Cells, clean(string(r.cell(i))))
			}
		}
		if size += len(p.Text); size > maxPlain || len(all) > maxPlainLines {
			return nil, errTooLong
		}
		if p.Broken || p.Text != "" {
			all = append(all, p)
		}
	}
}

// Recognised reports whether a text file has the columns of a sheet, or is meant to
// have them: what else is wrong with it is then the sheet's to say.
func Recognised(name string, open func() (io.ReadCloser, error), n Notation) bool {
	s := &Survey{name: name, given: Given{Notation: n}, open: func() (io.ReadCloser, error) {
		src, err := open()
		if err != nil {
			return nil, err
		}
		return struct {
			io.Reader
			io.Closer
		}{io.LimitReader(src, maxHeader), src}, nil
	}}
	if len(n.Columns) > 0 || s.encoding() != nil {
		return len(n.Columns) > 0
	}
	is := false
	_ = s.each(func(r *rows) error { // only what was read counts
		h, err := readHeader(name, r, nil, nil)
		is = err == nil || h != nil && h.meant()
		return nil
	})
	return is
}

// meant reports whether a header has the columns that tables of other layouts do not
// have together.
func (h *header) meant() bool {
	n := 0
	for _, f := range []field{indicator, measure, value, period} {
		if len(h.columns) > 0 && h.column[f] >= 0 {
			n++
		}
	}
	return n >= 3
}

// Header reports whether cells are the header of a sheet, or meant to be one, and which
// of them heads the values, -1 for none.
func Header(cells []string) (values int, is bool) {
	h := &header{}
	texts := make([]string, len(cells))
	known := 0
	for i, c := range cells {
		texts[i] = clean(fold(c))
		if _, is := fieldNamed(texts[i]); is {
			known++
		}
	}
	if known < 3 {
		return -1, false // what other names are meant for is not asked of every row of a wide table
	}
	if len(h.assign("", texts)) > 0 && !h.meant() {
		return -1, false
	}
	return h.column[value], true
}
