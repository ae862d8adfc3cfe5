package sheet

import (
	"bytes"
	"slices"
	"strings"
	"unicode/utf8"

	text "golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/htmlindex"
	"golang.org/x/text/encoding/japanese"
	"golang.org/x/text/encoding/korean"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/traditionalchinese"
)

// charset is the encoding of a file. UTF-16 is converted to UTF-8 beforehand.
type charset struct {
	name    string        // for people
	chinese string        // the same in Chinese, where that differs
	label   string        // the value of --encoding
	enc     text.Encoding // nil when the bytes are UTF-8
	undo    text.Encoding // the encoding as which the UTF-8 was misread and saved again
	ascii   bool          // no encoding fits the bytes outside ASCII
	mixed   bool          // some rows of the file are in UTF-8 nevertheless
	perhaps string        // with ascii: the flags to try, and how a word reads with each
}

var (
	asUTF8      = &charset{name: "UTF-8", label: "utf-8"}
	asUTF16LE   = &charset{name: "UTF-16", label: "utf-16le"}
	asUTF16BE   = &charset{name: "UTF-16", label: "utf-16be"}
	asGB18030   = &charset{name: "GB18030", label: "gb18030", enc: simplifiedchinese.GB18030}
	asBig5      = &charset{name: "Big5", label: "big5", enc: traditionalchinese.Big5}
	asShiftJIS  = &charset{name: "Shift-JIS", label: "shift_jis", enc: japanese.ShiftJIS}
	asEUCJP     = &charset{name: "EUC-JP", label: "euc-jp", enc: japanese.EUCJP}
	asEUCKR     = &charset{name: "EUC-KR", label: "euc-kr", enc: korean.EUCKR}
	asLatin     = &charset{name: "Windows-1252", label: "windows-1252", enc: charmap.Windows1252}
	asTwice1252 = &charset{name: "UTF-8 that was read as Windows-1252 and saved again", chinese: "UTF-8，曾被误作Windows-1252读取并再次保存", undo: charmap.Windows1252}
	asTwiceGBK  = &charset{name: "UTF-8 that was read as GBK and saved again", chinese: "UTF-8，曾被误作GBK读取并再次保存", undo: simplifiedchinese.GBK}
)

// charsets are the encodings tried on a file without a byte order mark.
var charsets = []*charset{asUTF8, asGB18030, asBig5, asShiftJIS, asEUCJP, asEUCKR, asLatin}

// codePages are those of DOS, which Excel uses for "CSV (MS-DOS)". The WHATWG
// encoding standard has no names for them.
var codePages = map[string]text.Encoding{"cp437": charmap.CodePage437, "cp850": charmap.CodePage850, "cp852": charmap.CodePage852}

// charsetNamed returns the encoding with one of the names that browsers know.
func charsetNamed(name string) (*charset, bool) {
	name = strings.ToLower(strings.TrimSpace(name))
	if enc, ok := codePages[name]; ok {
		return &charset{name: name, label: name, enc: enc}, true
	}
	enc, err := htmlindex.Get(name)
	if err != nil {
		return nil, false
	}
	label, err := htmlindex.Name(enc)
	if err != nil || label == "replacement" || label == "x-user-defined" || label == "iso-2022-jp" {
		return nil, false
	}
	if label == "gbk" {
		label = asGB18030.label
	}
	for _, c := range append(charsets, asUTF16LE, asUTF16BE) {
		if c.label == label {
			return c, true
		}
	}
	return &charset{name: label, label: label, enc: enc}, true
}

// decodes reports whether decoding produces new text rather than a part of the
// input.
func (c *charset) decodes() bool { return c.enc != nil || c.undo != nil }

// decode returns the text of bytes that end with a complete character, and the
// index of the first invalid byte, -1 when there is none. The text is valid until
// room is used again.
func (c *charset) decode(room, b []byte) (decoded []byte, bad int) {
	return c.decodeBy(nil, room, b)
}

// decodeBy is decode with a decoder to reuse.
func (c *charset) decodeBy(dec *text.Decoder, room, b []byte) (decoded []byte, bad int) {
	switch {
	case utf8.Valid(b) && (c.enc == nil && c.undo == nil && !c.ascii || firstHigh(b) < 0):
		return b, -1
	case c.ascii, c.mixed && utf8.Valid(b) && wideUTF8(string(b)):
		return b, firstHigh(b)
	case c.undo != nil:
		return c.undone(room, b)
	case c.enc == nil:
		return b, firstInvalid(b)
	}
	if dec == nil {
		dec = c.enc.NewDecoder()
	}
	dec.Reset()
	room = slices.Grow(room[:0], 4*len(b))
	room = room[:cap(room)]
	n, _, err := dec.Transform(room, b, true)
	if err != nil {
		return nil, c.firstBad(b)
	}
	if decoded = room[:n]; bytes.Contains(decoded, []byte(lost)) {
		return decoded, c.firstBad(b)
	}
	return decoded, -1
}

// firstBad returns the index of the first byte that the encoding has no character
// for. Such bytes are rare, so it can afford to try the characters one by one.
func (c *charset) firstBad(b []byte) int {
	var one [utf8.UTFMax]byte
	for i := 0; i < len(b); {
		if b[i] < utf8.RuneSelf {
			i++
			continue
		}
		size := 0
		for n := 1; n <= 4 && i+n <= len(b); n++ {
			d := c.enc.NewDecoder().Transformer
			got, used, err := d.Transform(one[:], b[i:i+n], true)
			if r, w := utf8.DecodeRune(one[:got]); err == nil && used == n && r != utf8.RuneError && w == got {
				size = n
				break
			}
		}
		if size == 0 {
			return i
		}
		i += size
	}
	return len(b) - 1
}

// undone restores UTF-8 that was read in another encoding and saved again.
func (c *charset) undone(room, b []byte) (decoded []byte, bad int) {
	if !utf8.Valid(b) {
		return b, firstInvalid(b)
	}
	decoded, ok := undo(c.undo, room[:0], b)
	if !ok || !utf8.Valid(decoded) {
		return b, firstNonASCII(b)
	}
	for firstHigh(decoded) >= 0 { // it may have happened several times
		again, ok := undo(c.undo, nil, decoded)
		if !ok || !utf8.Valid(again) {
			break
		}
		decoded = again
	}
	return decoded, -1
}

// undo returns the bytes that a program read in the encoding enc to get this text.
// ok is false when the encoding cannot represent the text.
func undo(enc text.Encoding, room, s []byte) (b []byte, ok bool) {
	single, isSingle := enc.(*charmap.Charmap)
	if !isSingle {
		room = slices.Grow(room, 4*len(s))
		n, _, err := enc.NewEncoder().Transform(room[:cap(room)], s, true)
		return room[:n], err == nil
	}
	for _, r := range string(s) {
		c, known := single.EncodeRune(r)
		switch {
		case known:
		case r >= 0x80 && r <= 0x9f: // control characters in Latin-1
			c = byte(r)
		default:
			return nil, false
		}
		room = append(room, c)
	}
	return room, true
}

// firstNonASCII is firstHigh for short texts.
func firstNonASCII(b []byte) int {
	for i, c := range b {
		if c >= utf8.RuneSelf {
			return i
		}
	}
	return -1
}

// firstInvalid returns the index of the first byte that is not UTF-8, -1 when there
// is none.
func firstInvalid(b []byte) int {
	for i := 0; i < len(b); {
		r, w := utf8.DecodeRune(b[i:])
		if r == utf8.RuneError && w == 1 {
			return i
		}
		i += w
	}
	return -1
}
