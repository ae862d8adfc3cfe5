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

// lines gives a file line by line, as bytes and without their endings: a line
// feed, CRLF, or the lone carriage return of old Macs. None of these bytes is
// part of a longer character in any encoding but UTF-16, which is turned into
// UTF-8 before.
type lines struct {
	src   io.Reader
	buf   []byte
	kept  int   // buf from here on is not given up
	next  int   // where in buf the next line begins
	end   int   // buf is filled up to here
	at    int64 // the offset of buf in the file
	line  int   // lines given so far
	ended error // what src ended with, mostly io.EOF

	// What was seen so far, so that it is not looked for in every line of a
	// file that has none.
	returns, quotes, zeros bool

	unended bool // the last line has no ending
}

func newLines(src io.Reader) *lines { return &lines{src: src, buf: make([]byte, windowSize)} }

// errTooLong is given for a line of more than maxRow bytes, which is passed
// over.
var errTooLong = errors.New("a line is too long")

// mark is where in the file a line begins, so that reading can go back there.
type mark struct {
	next int64
	line int
}

// mark keeps what comes from here on until the next mark.
func (l *lines) mark() mark {
	l.kept = l.next
	return mark{l.at + int64(l.next), l.line}
}

// back returns to a mark, or to a place after the last one.
func (l *lines) back(m mark) { l.next, l.line = int(m.next-l.at), m.line }

// here is the place of the next line; it may be used as long as the last mark.
func (l *lines) here() mark { return mark{l.at + int64(l.next), l.line} }

// read gives the next line, valid until the next call, and io.EOF or another
// error of the source after the last. Lines are counted from the first.
func (l *lines) read() ([]byte, error) {
	passed := false // the beginning of the line is given up, it is too long
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

// last gives what stands behind the last line ending.
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

// lineEnd is where the first line of b ends and how many bytes its ending
// has; -1 when there is no ending.
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

// fill reads on. What comes before the mark is given up for it.
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

// see looks for what is rare in text.
func (l *lines) see(text []byte) {
	l.returns = l.returns || bytes.IndexByte(text, '\r') >= 0
	l.quotes = l.quotes || bytes.IndexByte(text, '"') >= 0
	l.zeros = l.zeros || bytes.IndexByte(text, 0) >= 0
}
