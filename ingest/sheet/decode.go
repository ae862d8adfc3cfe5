package sheet

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"unicode/utf16"
	"unicode/utf8"

	"golang.org/x/text/encoding/simplifiedchinese"

	"github.com/tidemark-stats/tidemark/figure"
)

const (
	windowSize = 64 << 10 // what is held of the file at a time, and what decides its encoding
	maxRow     = 1 << 20  // bytes of one row, in UTF-8
)

// saveAsCSV is the way out of every file that is no text.
const saveAsCSV = "save it as CSV UTF-8 (in Excel: Save As, CSV UTF-8; 另存为 CSV UTF-8)"

// decoder turns a file's bytes into UTF-8 with line feeds. It holds one
// window of the file, and stops with a *Fault where the bytes are no text or
// a row does not end.
type decoder struct {
	name    string
	src     io.Reader
	raw     []byte // read and not yet decoded, a part of window
	ended   error  // what src ended with, mostly io.EOF
	at      int64  // offset of raw in the file
	enc     encoding
	afterCR bool // the text so far ended with a carriage return

	window [windowSize]byte
	wide   [2 * windowSize]byte // room for text that is longer than its bytes
	text   []byte               // decoded and not yet handed on
	err    error                // comes after text

	rows rowScanner
}

// start reads the beginning of the file and settles what a byte order mark
// or a foreign format's magic number says.
func (d *decoder) start() error {
	d.more(512)
	for _, mark := range [...]struct {
		bytes string
		enc   encoding
	}{{"\xef\xbb\xbf", asUTF8}, {"\xff\xfe", asUTF16LE}, {"\xfe\xff", asUTF16BE}} {
		if bytes.HasPrefix(d.raw, []byte(mark.bytes)) {
			d.raw = d.raw[len(mark.bytes):]
			d.at += int64(len(mark.bytes))
			d.enc = mark.enc
		}
	}
	if d.enc == asUTF16LE || d.enc == asUTF16BE {
		return nil // its zero bytes are as they should be
	}
	if what := foreign(d.raw); what != "" {
		return &Fault{Where: d.name, Problem: &figure.Problem{Code: "sheet/not-csv", Reason: "is " + what + ", not CSV", Hint: saveAsCSV}}
	}
	return nil
}

// foreign names what a file is that starts with head, empty when it may be
// CSV.
func foreign(head []byte) string {
	for _, magic := range [...]struct{ bytes, name string }{
		{"PK\x03\x04", "an Excel workbook (XLSX) or another ZIP file"},
		{"\xd0\xcf\x11\xe0", "an old Excel workbook (XLS)"},
		{"%PDF", "a PDF file"},
		{"\x1f\x8b", "a gzip file"},
		{"<", "HTML or XML"},
		{"{", "JSON"},
		{"[", "JSON"},
	} {
		if bytes.HasPrefix(head, []byte(magic.bytes)) {
			return magic.name
		}
	}
	if bytes.IndexByte(head, 0) >= 0 {
		return "binary, or UTF-16 without a byte order mark"
	}
	return ""
}

// Read hands on decoded text.
func (d *decoder) Read(p []byte) (int, error) {
	for len(d.text) == 0 {
		if d.err != nil {
			return 0, d.err
		}
		d.advance()
	}
	n := copy(p, d.text)
	d.text = d.text[n:]
	return n, nil
}

// more reads on until raw has at least n bytes or the file ends.
func (d *decoder) more(n int) {
	if len(d.raw) >= n || d.ended != nil {
		return
	}
	filled := copy(d.window[:], d.raw)
	for idle := 0; filled < n && d.ended == nil; {
		got, err := d.src.Read(d.window[filled:])
		if filled += got; got > 0 {
			idle = 0
		} else if idle++; idle == 100 && err == nil {
			err = io.ErrNoProgress
		}
		d.ended = err
	}
	d.raw = d.window[:filled]
}

// advance decodes the next piece of the file into text, or sets err.
func (d *decoder) advance() {
	d.more(4) // the longest character
	if len(d.raw) == 0 {
		d.err = d.ended
		return
	}
	piece := d.raw
	if d.enc == undecided {
		piece = d.decide()
	}
	text, used, bad := d.decode(piece)
	if bad == nil && used == 0 {
		// The file ends, or its source failed, within a character.
		if !errors.Is(d.ended, io.EOF) {
			d.err = d.ended
			return
		}
		bad = d.badByte(0)
	}
	if bad == nil {
		d.raw, d.at = d.raw[used:], d.at+int64(used)
	}
	text = d.endLines(text)
	kept, tooLong := d.rows.scan(text)
	d.text = text[:kept]
	switch {
	case tooLong != nil:
		d.err = &Fault{Where: place(d.name, d.rows.first+1, -1), Problem: tooLong}
	case bad != nil:
		d.err = &Fault{Where: place(d.name, d.rows.line+1, -1), Problem: bad}
	}
}

// decide gives the next piece of a file that was all ASCII so far: another
// piece of ASCII, or all there is once the encoding is known.
func (d *decoder) decide() []byte {
	switch first := firstNonASCII(d.raw); {
	case first < 0:
		return d.raw
	case first > 0:
		return d.raw[:first]
	}
	d.more(windowSize)
	d.enc = guess(d.raw, len(d.raw) < windowSize)
	return d.raw
}

func firstNonASCII(b []byte) int {
	for i, c := range b {
		if c >= utf8.RuneSelf {
			return i
		}
	}
	return -1
}

// decode gives the text of as much of piece as makes whole characters, and
// how many bytes that was; bad is about the byte after these. The text is
// valid until the next call.
func (d *decoder) decode(piece []byte) (text []byte, used int, bad *figure.Problem) {
	switch d.enc {
	case asUTF16LE, asUTF16BE:
		text, used, bad = d.decodeUTF16(piece)
	case asGB18030:
		text, used, bad = d.decodeGB(piece)
	default:
		text, used, bad = d.decodeUTF8(piece)
	}
	if i := bytes.IndexByte(text, 0); i >= 0 {
		return text[:i], used, &figure.Problem{Code: "sheet/not-csv", Reason: "holds a zero byte, as no text does", Hint: saveAsCSV}
	}
	return text, used, bad
}

func (d *decoder) decodeUTF8(piece []byte) ([]byte, int, *figure.Problem) {
	if d.enc == undecided || utf8.Valid(piece) {
		return piece, len(piece), nil
	}
	for i := 0; i < len(piece); {
		r, w := utf8.DecodeRune(piece[i:])
		if r == utf8.RuneError && w == 1 {
			if !utf8.FullRune(piece[i:]) {
				return piece[:i], i, nil
			}
			return piece[:i], i, d.badByte(i)
		}
		i += w
	}
	return piece, len(piece), nil
}

func (d *decoder) decodeGB(piece []byte) (text []byte, used int, bad *figure.Problem) {
	for used < len(piece) {
		if piece[used] < utf8.RuneSelf {
			used++
			continue
		}
		n, whole := lengthGB(piece[used:])
		if n == 0 {
			bad = d.badByte(used)
		}
		if !whole {
			break
		}
		used += n
	}
	text = d.fromGB(piece[:used])
	if !bytes.ContainsRune(text, utf8.RuneError) {
		return text, used, bad
	}
	// A code point that GB18030 leaves empty: find it, one by one.
	for i := 0; i < used; {
		n := 1
		if piece[i] >= utf8.RuneSelf {
			n, _ = lengthGB(piece[i:])
		}
		if r, _ := utf8.DecodeRune(d.fromGB(piece[i : i+n])); r == utf8.RuneError {
			return d.fromGB(piece[:i]), i, d.badByte(i)
		}
		i += n
	}
	return text, used, bad
}

// fromGB decodes whole characters of GB18030.
func (d *decoder) fromGB(b []byte) []byte {
	n, _, err := simplifiedchinese.GB18030.NewDecoder().Transform(d.wide[:], b, true)
	if err != nil {
		panic("sheet: no character of GB18030 is twice as long in UTF-8: " + err.Error())
	}
	return d.wide[:n]
}

func (d *decoder) decodeUTF16(piece []byte) ([]byte, int, *figure.Problem) {
	unit := func(i int) rune {
		if d.enc == asUTF16BE {
			return rune(piece[i])<<8 | rune(piece[i+1])
		}
		return rune(piece[i+1])<<8 | rune(piece[i])
	}
	text := d.wide[:0]
	for i := 0; i+1 < len(piece); i += 2 {
		r := unit(i)
		if utf16.IsSurrogate(r) {
			if i+3 >= len(piece) {
				return text, i, nil
			}
			if r = utf16.DecodeRune(r, unit(i+2)); r == utf8.RuneError {
				return text, i, d.badByte(i)
			}
			i += 2
		}
		text = utf8.AppendRune(text, r)
	}
	return text, len(piece) &^ 1, nil
}

// badByte is the problem of the byte raw[i].
func (d *decoder) badByte(i int) *figure.Problem {
	reason := map[encoding]string{
		asUTF8:    "is not UTF-8, and the file does not read as GBK either",
		asGB18030: "is not GBK (GB18030), as the text before it is",
		asUTF16LE: "is not UTF-16, as the file's first bytes promise",
		asUTF16BE: "is not UTF-16, as the file's first bytes promise",
	}[d.enc]
	return &figure.Problem{Code: "sheet/encoding", Text: fmt.Sprintf("0x%02X", d.raw[i]),
		Reason: fmt.Sprintf("at byte offset %d %s", d.at+int64(i), reason), Hint: saveAsCSV}
}

// endLines makes one line feed of every line ending: of CRLF, and of the
// lone carriage return of old Macs.
func (d *decoder) endLines(text []byte) []byte {
	if d.afterCR && len(text) > 0 && text[0] == '\n' {
		text = text[1:]
		d.afterCR = false
	}
	if len(text) == 0 {
		return text
	}
	d.afterCR = text[len(text)-1] == '\r'
	n := bytes.IndexByte(text, '\r')
	if n < 0 {
		return text
	}
	for i := n; i < len(text); i++ {
		c := text[i]
		if c == '\r' {
			if i+1 < len(text) && text[i+1] == '\n' {
				i++
			}
			c = '\n'
		}
		text[n] = c
		n++
	}
	return text[:n]
}

// rowScanner follows the rows of a CSV text piece by piece, so that one that
// does not end is noticed before it fills the memory.
type rowScanner struct {
	line   int  // lines that are complete
	first  int  // of these, those before the present row
	size   int  // bytes of the present row
	quoted bool // within quotation marks
}

// scan follows text. When a row becomes too long it says how much of text
// comes before that.
func (s *rowScanner) scan(text []byte) (kept int, tooLong *figure.Problem) {
	for kept < len(text) {
		n := bytes.IndexAny(text[kept:], "\n\"")
		if n < 0 {
			n = len(text) - kept
		}
		if s.size+n >= maxRow {
			return kept + maxRow - s.size, s.tooLong()
		}
		if s.size, kept = s.size+n, kept+n; kept == len(text) {
			break
		}
		if text[kept] == '"' {
			s.quoted = !s.quoted // a doubled one does so twice
			s.size++
		} else {
			s.line++
			if s.size++; !s.quoted {
				s.first, s.size = s.line, 0
			}
		}
		kept++
	}
	return kept, nil
}

func (s *rowScanner) tooLong() *figure.Problem {
	p := &figure.Problem{Code: "sheet/too-long", Reason: fmt.Sprintf("is a row of more than %d bytes", maxRow),
		Hint: "check whether this is a CSV file; a row is one line"}
	if s.quoted {
		p.Hint = "a quotation mark that is opened here or below is never closed: close it, or double it where it is part of a text"
	}
	return p
}
