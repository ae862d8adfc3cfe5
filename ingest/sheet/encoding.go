package sheet

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/tidemark-stats/tidemark/figure"
)

// saveAsCSV is the hint for every file that is not readable text.
const saveAsCSV = "save it as CSV UTF-8 (in Excel: Save As, CSV UTF-8; 另存为 CSV UTF-8)"

// mark8 is the byte order mark of UTF-8.
const mark8 = "\xef\xbb\xbf"

// words are the distinct words of a file that are not ASCII. The encoding is
// recognised by words rather than single characters: 元 in GBK is also valid UTF-8
// (Ԫ), and most Korean text in EUC-KR is also Chinese text in GBK.
type words struct {
	seen map[string]bool // true for a word that was cut
	part []byte          // a word that continues in the next piece
	over bool            // that word is longer than what is kept of it
}

const (
	maxWords   = 4096 // number of distinct words
	maxWordLen = 64   // bytes kept of each
)

// encoding determines the file's encoding from a byte order mark, the sender's
// notation, or its words.
func (s *Survey) encoding() error {
	src, err := s.open()
	if err != nil {
		return err
	}
	defer func() { _ = src.Close() }() // only read from
	window := make([]byte, windowSize)
	n, err := io.ReadFull(src, window[:512])
	if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
		return err
	}
	head := window[:n]
	s.charset = asUTF8
	for mark, c := range map[string]*charset{"\xff\xfe": asUTF16LE, "\xfe\xff": asUTF16BE} {
		if bytes.HasPrefix(head, []byte(mark)) {
			s.charset = c
			return nil // zero bytes are normal in UTF-16
		}
	}
	if c := utf16Of(head, s.given.Notation.Encoding); c != nil {
		s.charset, s.unmarked = c, true
		return nil
	}
	if format, ok := FormatOf(head); ok {
		return &Fault{Where: s.name, Problem: format.notCSV()}
	}
	if zeros(head) {
		return &Fault{Where: s.name, Problem: &figure.Problem{Code: "sheet/not-csv", Reason: "is binary, or UTF-16 without a byte order mark, not CSV", Hint: saveAsCSV}}
	}
	marked := bytes.HasPrefix(head, []byte(mark8))
	w := words{seen: map[string]bool{}}
	for piece := bytes.TrimPrefix(head, []byte(mark8)); ; {
		w.scan(piece)
		if err != nil || len(w.seen) >= maxWords {
			break
		}
		n, err = src.Read(window)
		piece = window[:n]
	}
	if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
		return err
	}
	w.end()
	return s.decide(&w, marked)
}

// zeros reports whether the first line of a file has a zero byte, which no text does. In
// later lines one is a problem of its row.
func zeros(head []byte) bool {
	if n := bytes.IndexAny(head, "\r\n"); n >= 0 {
		head = head[:n]
	}
	return bytes.IndexByte(head, 0) >= 0
}

// utf16Of returns the UTF-16 byte order of a file without a byte order mark: the
// one that the sender says, or the one that fits its zero bytes; nil if it is not
// UTF-16.
func utf16Of(head []byte, said string) *charset {
	if c, ok := charsetNamed(said); ok && (c == asUTF16LE || c == asUTF16BE) {
		return c
	}
	var zeros [2]int
	for i, b := range head {
		if b == 0 {
			zeros[i%2]++
		}
	}
	enough := func(n, others int) bool { return others == 0 && n > 4 && n*8 > len(head)/2 }
	switch {
	case enough(zeros[1], zeros[0]):
		return asUTF16LE
	case enough(zeros[0], zeros[1]):
		return asUTF16BE
	}
	return nil
}

// scan collects the words of the next piece.
func (w *words) scan(piece []byte) {
	for len(piece) > 0 {
		if len(w.part) == 0 {
			high := firstHigh(piece)
			if high < 0 {
				high = len(piece)
			}
			from := high
			for from > 0 && inWord(piece[from-1]) {
				from--
			}
			piece = piece[from:]
		}
		n := 0
		for n < len(piece) && inWord(piece[n]) {
			n++
		}
		if room := maxWordLen - len(w.part); n > room {
			w.part = append(w.part, piece[:room]...)
			w.over = true
		} else {
			w.part = append(w.part, piece[:n]...)
		}
		if n < len(piece) {
			w.end()
			piece = piece[n:]
			continue
		}
		return
	}
}

// end ends a word.
func (w *words) end() {
	if firstNonASCII(w.part) >= 0 && len(w.seen) < maxWords {
		if _, known := w.seen[string(w.part)]; !known {
			w.seen[string(w.part)] = w.over
		}
	}
	w.part, w.over = w.part[:0], false
}

// inWord reports whether a byte may be part of a word: a letter, a digit, a byte
// outside ASCII, or the second byte of a longer character.
func inWord(c byte) bool { return c >= '@' || c >= '0' && c <= '9' }

// weight is how natural a file's words look in an encoding.
type weight struct {
	charset *charset
	share   float64 // mean over the characters
}

// clearly is the lead that an encoding needs over any other.
const clearly = 0.3

// decide chooses the encoding of the words.
func (s *Survey) decide(w *words, marked bool) error {
	if len(w.seen) == 0 {
		return nil
	}
	sure, not := w.surelyUTF8()
	s.certain = marked || sure > 0 && sure >= not
	if s.damage(w); s.charset != asUTF8 || s.certain || s.ruined && not == 0 {
		return nil
	}
	if name := cmp.Or(s.given.Notation.Encoding, s.given.Usual.Encoding); name != "" && (not > 0 || s.given.Notation.Encoding != "") {
		s.charset, _ = charsetNamed(name) // Notation.Check has validated it
		return nil
	}
	ranking := make([]weight, 0, len(charsets))
	for _, c := range charsets {
		ranking = append(ranking, s.weigh8(c, w))
	}
	slices.SortStableFunc(ranking, func(a, b weight) int { return cmp.Compare(b.share, a.share) })
	best, second := ranking[0], ranking[1]
	same := w.same(best.charset, second.charset)
	switch {
	case best.share < clearly && !same, best.charset == asLatin && w.doubtful():
		s.charset = w.unsettled() // each row with other bytes will report them
	case best.share-second.share < clearly && !same:
		return s.ambiguous(w, best.charset, second.charset)
	default:
		s.charset = best.charset
	}
	if s.charset == asUTF8 {
		return nil
	}
	s.damaged = nil
	if sure > 0 { // the file also has rows in UTF-8
		mixed := *s.charset
		mixed.mixed = true
		s.charset = &mixed
	}
	return nil
}

// doubtful reports whether so many words are unusual for a Western text that the
// file may be from Central Europe, Turkey or Russia, whose encodings have other
// letters in place of the accented ones.
func (w *words) doubtful() bool {
	n := 0
	for word := range w.seen {
		if doubtful([]byte(word)) {
			n++
		}
	}
	return n*10 > len(w.seen)
}

// surelyUTF8 returns how many words can only be UTF-8, and how many are not UTF-8.
func (w *words) surelyUTF8() (sure, not int) {
	for word, cut := range w.seen {
		switch {
		case !utf8.ValidString(word) && !cut:
			not++
		case wideUTF8(word):
			sure++
		}
	}
	return sure, not
}

// wideUTF8 reports whether a text has three-byte characters of UTF-8, which do not
// occur by chance in other encodings.
func wideUTF8(s string) bool {
	return strings.ContainsFunc(s, func(r rune) bool { return r >= 0x800 && r != utf8.RuneError }) && !usualGB(s)
}

// usualGB reports whether the bytes of a word outside ASCII are characters of
// GB2312, the set that covers nearly all simplified Chinese.
func usualGB(word string) bool {
	for i := 0; i < len(word); {
		if word[i] < utf8.RuneSelf {
			i++
			continue
		}
		if i+1 >= len(word) || word[i+1] < 0xa1 || word[i] < 0xa1 || word[i] > 0xf7 || word[i] > 0xa9 && word[i] < 0xb0 {
			return false
		}
		i += 2
	}
	return true
}

// weigh8 returns how natural the words look in an encoding.
func (s *Survey) weigh8(c *charset, w *words) weight {
	var sum float64
	all := 0
	out := weight{charset: c}
	for word, cut := range w.seen {
		score, n := c.natural([]byte(word), cut)
		if decoded, bad := c.decode(nil, []byte(word)); bad < 0 && s.given.Word != nil && s.given.Word(string(decoded)) {
			n = max(n, 1)
			score = fromCat * float64(n)
		}
		sum += score
		all += n
	}
	if all > 0 {
		out.share = sum / float64(all)
	}
	return out
}

// same reports whether all words decode to the same text in two encodings.
func (w *words) same(a, b *charset) bool {
	for word := range w.seen {
		one, badOne := a.decode(nil, []byte(word))
		other, badOther := b.decode(nil, []byte(word))
		if badOne >= 0 || badOther >= 0 || !bytes.Equal(one, other) {
			return false
		}
	}
	return true
}

// ambiguous returns the fault of a file that may be in one of two encodings. It
// quotes the longest word.
func (s *Survey) ambiguous(w *words, a, b *charset) error {
	longest := w.longest()
	one, _ := a.decode(nil, []byte(longest))
	other, _ := b.decode(nil, []byte(longest))
	return &Fault{s.name, &figure.Problem{Code: "sheet/ambiguous-encoding",
		Reason: fmt.Sprintf("a word in it is %q in %s and %q in %s, and nothing in the file shows which is right", one, a.name, other, b.name),
		Hint: fmt.Sprintf("specify it with --encoding %s or --encoding %s (or another one, like windows-1251), or for an agency in the catalogue: files: {encoding: %s}; or %s",
			a.label, b.label, a.label, saveAsCSV)}}
}

// damage finds words in UTF-8 that were read in another encoding and saved again:
// ConstruÃ§Ã£o. If all words are like that, the file is read accordingly.
func (s *Survey) damage(w *words) {
	for _, c := range []*charset{asTwice1252, asTwiceGBK} {
		n, lost := 0, 0
		for word := range w.seen {
			if _, ok := c.repaired(word); ok {
				n++
			} else if c.ruined(word) {
				s.ruined = true
				lost++
			} else if strings.ContainsRune(word, utf8.RuneError) && utf8.ValidString(word) {
				lost++ // some of its letters are lost
			}
		}
		switch {
		case n > 0 && n+lost == len(w.seen):
			s.charset = c
			return
		case n > 0:
			s.damaged = append(s.damaged, c)
		}
	}
}

// repaired returns the original of a word that was read in the wrong encoding; ok is
// false when there is no sign of that.
func (c *charset) repaired(word string) (meant string, ok bool) {
	b, bad := c.decode(nil, []byte(word))
	if bad >= 0 || len(b) >= len(word) {
		return "", false
	}
	meant = string(b)
	if c.undo == asLatin.enc {
		return meant, true
	}
	before, after := 0, 0
	for _, r := range word {
		if simplified()[r] {
			before++
		}
	}
	for _, r := range meant {
		if simplified()[r] {
			after++
		}
	}
	return meant, after > before
}

// firstHigh returns the index of the first byte outside ASCII, -1 when there is
// none.
func firstHigh(b []byte) int {
	i := 0
	for ; i+8 <= len(b); i += 8 {
		if (b[i]|b[i+1]|b[i+2]|b[i+3]|b[i+4]|b[i+5]|b[i+6]|b[i+7])&0x80 != 0 {
			break
		}
	}
	for ; i < len(b); i++ {
		if b[i] >= utf8.RuneSelf {
			return i
		}
	}
	return -1
}
