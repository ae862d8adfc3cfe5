package sheet

import (
	"errors"
	"io"
	"unicode/utf16"
	"unicode/utf8"
)

// utf16Reader converts a UTF-16 source to UTF-8. A lone surrogate becomes a byte
// that never occurs in UTF-8, so that only its row is refused, and its position is
// noted.
type utf16Reader struct {
	src   io.Reader
	big   bool // big-endian
	raw   [8 << 10]byte
	have  int   // bytes in raw
	in    int64 // offset of raw in the file
	out   int64 // bytes of text so far
	text  []byte
	ended error     // that ended src
	bad   []badUnit // the first maxNotes ones
}

// badUnit is the position of a lone surrogate.
type badUnit struct {
	out, in int64 // offsets in the text and in the file
	first   byte
}

const (
	notUTF8  = 0xff
	maxNotes = 1000
)

func (r *utf16Reader) Read(p []byte) (int, error) {
	for len(r.text) == 0 {
		if r.ended != nil && r.have == 0 {
			return 0, r.ended
		}
		r.advance()
	}
	n := copy(p, r.text)
	r.text = r.text[n:]
	return n, nil
}

// advance decodes the next piece.
func (r *utf16Reader) advance() {
	for r.ended == nil && r.have < 4 {
		n, err := r.src.Read(r.raw[r.have:])
		r.have += n
		r.ended = err
	}
	if r.ended != nil && !errors.Is(r.ended, io.EOF) {
		r.have = 0
		return
	}
	unit := func(i int) rune {
		if r.big {
			return rune(r.raw[i])<<8 | rune(r.raw[i+1])
		}
		return rune(r.raw[i+1])<<8 | rune(r.raw[i])
	}
	text := make([]byte, 0, 2*r.have)
	i := 0
	for i < r.have {
		left := r.have - i
		if left < 4 && r.ended == nil {
			break
		}
		c, size := rune(utf8.RuneError), min(left, 2)
		if left >= 2 {
			c = unit(i)
		}
		if left >= 4 && utf16.IsSurrogate(c) {
			if pair := utf16.DecodeRune(c, unit(i+2)); pair != utf8.RuneError {
				c, size = pair, 4
			}
		}
		if left < 2 || utf16.IsSurrogate(c) {
			if len(r.bad) < maxNotes {
				r.bad = append(r.bad, badUnit{r.out + int64(len(text)), r.in + int64(i), r.raw[i]})
			}
			text = append(text, notUTF8)
		} else {
			text = utf8.AppendRune(text, c)
		}
		i += size
	}
	r.text = text
	r.out += int64(len(text))
	r.in += int64(i)
	r.have = copy(r.raw[:], r.raw[i:r.have])
}
