package sheet

import (
	"bytes"
	"errors"
	"io"
)

const (
	windowSize = 64 << 10 // what is read of the file at a time
	maxRow     = 1 << 20  // bytes of one row
)

// lines reads a file line by line, as bytes without the line ending: LF, CRLF, or
// the lone CR of old Macs. These bytes are part of a longer character only in
// UTF-16, which is converted to UTF-8 beforehand.
type lines struct {
	src   io.Reader
	buf   []byte
	kept  int   // buf must be kept from here on
	next  int   // index in buf of the next line
	end   int   // buf is filled up to here
	at    int64 // offset of buf in the file
	line  int   // number of lines read
	ended error // that ended src, mostly io.EOF

	// Whether the file has had any carriage returns, quotation marks and zero
	// bytes, to save looking for them in every line.
	returns, quotes, zeros bool

	unended bool // the last line has no line ending
}

func newLines(src io.Reader) *lines { return &lines{src: src, buf: make([]byte, windowSize)} }

// errTooLong is returned for a line of more than maxRow bytes, which is skipped.
var errTooLong = errors.New("a line is too long")

// mark is the beginning of a line, to which reading can go back.
type mark struct {
	next int64
	line int
}

// mark returns the position of the next line, and keeps everything from there on
// until the next call of mark.
func (l *lines) mark() mark {
	l.kept = l.next
	return mark{l.at + int64(l.next), l.line}
}

// back goes back to the last mark, or to a position after it.
func (l *lines) back(m mark) { l.next, l.line = int(m.next-l.at), m.line }

// here returns the position of the next line. It is valid as long as the last mark.
func (l *lines) here() mark { return mark{l.at + int64(l.next), l.line} }

// read returns the next line, valid until the next call, and after the last line
// io.EOF or another error from the source.
func (l *lines) read() ([]byte, error) {
	passed := false // the line is too long and its beginning was dropped
	for from := 0; ; {
		rest := l.buf[l.next:l.end]
		if n, ending := l.lineEnd(rest[from:]); n >= 0 {
			ending += n
			if from+ending == len(rest) && rest[from+n] == '\r' && l.ended == nil {
				from += n // a line feed may follow
				l.fill()
				continue
			}
			line := rest[:from+n]
			l.next += from + ending
			l.line++
			if passed || len(line) >= maxRow {
				return nil, errTooLong
			}
			return line, nil
		}
		if l.ended != nil {
			return l.last(rest, passed)
		}
		from = len(rest)
		if from >= maxRow {
			passed = true
			l.next += from
			l.kept = max(l.kept, l.next-maxRow)
			from = 0
		}
		l.fill()
	}
}

// last returns what follows the last line ending.
func (l *lines) last(rest []byte, passed bool) ([]byte, error) {
	if len(rest) == 0 && !passed || !errors.Is(l.ended, io.EOF) {
		return nil, l.ended
	}
	l.next, l.unended = l.end, true
	l.line++
	if passed || len(rest) >= maxRow {
		return nil, errTooLong
	}
	return rest, nil
}

// lineEnd returns the index at which the first line of b ends and the number of
// bytes of its ending; -1 when there is no ending.
func (l *lines) lineEnd(b []byte) (n, size int) {
	n = bytes.IndexByte(b, '\n')
	if !l.returns {
		return n, 1
	}
	before := b
	if n >= 0 {
		before = b[:n]
	}
	r := bytes.IndexByte(before, '\r')
	switch {
	case r < 0:
		return n, 1
	case r+1 < len(b) && b[r+1] == '\n':
		return r, 2
	}
	return r, 1
}

// fill reads more into buf, dropping what precedes the mark.
func (l *lines) fill() {
	if l.kept > 0 {
		copy(l.buf, l.buf[l.kept:l.end])
		l.at += int64(l.kept)
		l.next, l.end, l.kept = l.next-l.kept, l.end-l.kept, 0
	}
	if l.end == len(l.buf) {
		l.buf = append(l.buf, make([]byte, len(l.buf))...)
	}
	for idle := 0; l.ended == nil; {
		n, err := l.src.Read(l.buf[l.end:])
		l.see(l.buf[l.end : l.end+n])
		l.end += n
		if idle++; n == 0 && err == nil && idle == 100 {
			err = io.ErrNoProgress
		}
		l.ended = err
		if n > 0 {
			return
		}
	}
}

// see updates returns, quotes and zeros.
func (l *lines) see(text []byte) {
	l.returns = l.returns || bytes.IndexByte(text, '\r') >= 0
	l.quotes = l.quotes || bytes.IndexByte(text, '"') >= 0
	l.zeros = l.zeros || bytes.IndexByte(text, 0) >= 0
}
