package sheet

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// Scores of characters, which add up to how natural a text looks in an encoding: 1
// for frequent characters, less for rare ones, and negative for what nobody writes,
// like an ideograph within a Latin word.
const (
	usual     = 1.0
	possible  = 0.4
	rare      = 0.1
	odd       = -0.3
	absurd    = -1.0
	certain   = 1.5 // UTF-8 of three or more bytes does not occur by chance
	fromCat   = 2.0 // a word of the catalogue
	noOpinion = 0.0
)

// natural returns how natural a word looks in the encoding, as the sum of the scores
// of its characters outside ASCII, and the weight n of that sum. A word that was cut
// may end within a character.
func (c *charset) natural(word []byte, cut bool) (sum float64, n int) {
	decoded, bad := c.decode(nil, word)
	if bad >= 0 && cut && len(word)-bad < utf8.UTFMax {
		word = word[:bad]
		decoded, bad = c.decode(nil, word)
	}
	high := 0
	for _, b := range word {
		if b >= utf8.RuneSelf {
			high++
		}
	}
	if bad >= 0 {
		return absurd * float64(high), high
	}
	runes := []rune(string(decoded))
	var each func(i int) (float64, bool)
	switch c {
	case asUTF8:
		return naturalUTF8(runes, high)
	case asLatin:
		each = func(i int) (float64, bool) { return latin(runes, i), true }
	default:
		each = c.ideographs(word, runes)
	}
	for i, r := range runes {
		if r < utf8.RuneSelf {
			continue
		}
		if score, counts := each(i); counts {
			sum += score
			n++
		}
	}
	if n == 0 {
		return noOpinion, 0
	}
	return sum * float64(high) / float64(n), high
}

// doubtful reports whether a word has a character that Western texts do not have.
func doubtful(word []byte) bool {
	decoded, _ := asLatin.decode(nil, word)
	runes := []rune(string(decoded))
	for i, r := range runes {
		if r >= utf8.RuneSelf && latin(runes, i) < clearly {
			return true
		}
	}
	return false
}

// naturalUTF8 is natural for valid UTF-8.
func naturalUTF8(runes []rune, high int) (sum float64, n int) {
	wide, total, own := false, 0.0, 0
	for i, r := range runes {
		if r < utf8.RuneSelf {
			continue
		}
		own++
		wide = wide || r >= 0x800
		switch {
		case r == 0xa0 || r >= 0x800 && unicode.IsGraphic(r):
			total += certain
		case r >= 0x370 && unicode.IsLetter(r) && sameScript(runes, i), r >= 0x600 && unicode.IsDigit(r):
			total += usual
		case r >= 0x300 && r < 0x370: // combining marks, after a letter
			total += usual
			if i == 0 || !unicode.IsLetter(runes[i-1]) {
				total += odd - usual
			}
		case r < 0x250:
			score := latin(runes, i)
			if !unicode.IsLetter(r) && r >= 0xa0 {
				score = max(score, possible) // such signs are plausible in any script
			}
			total += score
		default:
			total += odd
		}
	}
	return total * float64(high) / float64(max(own, 1)), high
}

// sameScript reports whether a letter has a neighbour of its own script, if that is
// one in daily use.
func sameScript(runes []rune, i int) bool {
	for _, script := range []*unicode.RangeTable{unicode.Cyrillic, unicode.Greek, unicode.Hebrew, unicode.Arabic, unicode.Armenian} {
		if unicode.Is(script, runes[i]) && runes[i] < 0x500 || unicode.In(runes[i], unicode.Hebrew, unicode.Arabic, unicode.Armenian) {
			return i > 0 && unicode.Is(script, runes[i-1]) || i+1 < len(runes) && unicode.Is(script, runes[i+1])
		}
	}
	return false
}

// Signs in Latin texts: after digits and words, or around them.
const (
	signsAfter  = "°ºª€½¼¾®™"
	powers      = "¹²³" // after digits and m; elsewhere these bytes are Polish letters
	signsAround = "«»“”‘’–—…•·§±×÷£¥€¢\u00a0¿¡„‹›µ©"
)

// latin scores a character as part of a Latin text.
func latin(runes []rune, i int) float64 {
	near := func(k int) rune {
		if k < 0 || k >= len(runes) {
			return ' '
		}
		return runes[k]
	}
	before, after := near(i-1), near(i+1)
	if !unicode.IsLetter(runes[i]) || strings.ContainsRune(signsAfter, runes[i]) {
		return latinSign(runes[i], before, after)
	}
	return latinLetter(runes, i, before, after)
}

// latinSign scores a sign between two characters.
func latinSign(r, before, after rune) float64 {
	fits := false
	switch {
	case strings.ContainsRune(signsAfter, r):
		fits = before < utf8.RuneSelf && (!unicode.IsLetter(after) || r == '°')
	case strings.ContainsRune(powers, r):
		fits = !unicode.IsLetter(after) && (before == 'm' || before < 'A')
	case strings.ContainsRune(signsAround, r):
		if !unicode.IsLetter(before) || !unicode.IsLetter(after) || strings.ContainsRune("’·\u00a0–", r) {
			return possible
		}
	default:
		return absurd
	}
	if fits {
		return usual
	}
	return odd
}

// latinLetter scores an accented letter: its case should fit the word, and words
// have few accented letters in a row.
func latinLetter(runes []rune, i int, before, after rune) float64 {
	r := runes[i]
	first, last := i, i
	accents, ascii := 1, 0
	for ; first > 0 && unicode.IsLetter(runes[first-1]); first-- {
		if runes[first-1] < utf8.RuneSelf {
			ascii++
		}
	}
	for ; last+1 < len(runes) && unicode.IsLetter(runes[last+1]); last++ {
		if runes[last+1] < utf8.RuneSelf {
			ascii++
		}
	}
	for k := i - 1; k >= first && runes[k] >= utf8.RuneSelf; k-- {
		accents++
	}
	for k := i + 1; k <= last && runes[k] >= utf8.RuneSelf; k++ {
		accents++
	}
	wrongCase := unicode.IsUpper(r) && unicode.IsLower(before) || unicode.IsLower(r) && unicode.IsUpper(before) && unicode.IsUpper(after)
	switch {
	case wrongCase, accents > 2, ascii == 0 && last > first:
		return absurd
	case notPortuguese(r, after):
		return odd
	case strings.ContainsRune("ðÐþÞýÝÿŽžƒ", r), strings.ContainsRune("ëï", r) && first == i, strings.ContainsRune("œæ", r) && accents > 1:
		return odd // Icelandic, or Turkish, Central European or old Mac text in its own encoding
	case r == 'ñ' && !strings.ContainsRune("aeiouáéíóúAEIOU", after), ascii == 0:
		return possible / 2 // ñ precedes vowels in Spanish; the Polish ń has the same byte and precedes others
	}
	return usual
}

// notPortuguese reports whether a letter with a tilde is where Portuguese has none.
// In the Central European encoding the same byte is a Hungarian or Romanian letter.
func notPortuguese(r, after rune) bool {
	switch r {
	case 'õ', 'Õ':
		return !strings.ContainsRune("eE", after)
	case 'ã', 'Ã':
		return unicode.IsLetter(after) && !strings.ContainsRune("oeOEsS", after)
	}
	return false
}

// ideographs returns a function that scores the characters of a word in a two-byte
// encoding. It does not count signs that all of these encodings share.
func (c *charset) ideographs(word []byte, runes []rune) func(i int) (float64, bool) {
	at := make([]int, len(runes)) // the index in word of each character
	for i, k := 0, 0; i < len(runes) && k < len(word); i++ {
		at[i] = k
		k += c.length(word[k:])
	}
	return func(i int) (float64, bool) {
		r := runes[i]
		if r >= 0x3000 && r < 0x3040 || r >= 0xff01 && r <= 0xff5e || r < 0x2e80 {
			return noOpinion, false
		}
		if within(runes, i) {
			return absurd, true
		}
		pair := [2]byte{word[at[i]], word[min(at[i]+1, len(word)-1)]}
		return c.ideograph(r, pair[0], pair[1]), true
	}
}

// length returns the number of bytes of the first character of b.
func (c *charset) length(b []byte) int {
	switch {
	case b[0] < utf8.RuneSelf, c == asShiftJIS && b[0] >= 0xa1 && b[0] <= 0xdf:
		return 1
	case c == asGB18030 && len(b) > 1 && b[1] >= '0' && b[1] <= '9':
		return 4
	case c == asEUCJP && b[0] == 0x8f:
		return 3
	}
	return 2
}

// tables describe how the two-byte encodings arrange their characters: frequent ones
// have first bytes in one range, others in another.
var tables = map[*charset]struct {
	frequent            func() map[rune]bool
	usualLow, usualHigh byte
	otherLow, otherHigh byte
	trail               byte // the lowest second byte in both ranges
	kana                bool // the encoding is Japanese
}{
	asGB18030:  {simplified, 0xb0, 0xd7, 0xd8, 0xf7, 0xa1, false},
	asBig5:     {traditional, 0xa4, 0xc6, 0xc9, 0xf9, 0x40, false},
	asEUCKR:    {hangul, 0xb0, 0xc8, 0xff, 0xff, 0xa1, false},
	asShiftJIS: {kanji, 0x88, 0x98, 0x99, 0xea, 0x40, true},
	asEUCJP:    {kanji, 0xb0, 0xcf, 0xd0, 0xf4, 0xa1, true},
}

// ideograph scores a character by how its language uses it.
func (c *charset) ideograph(r rune, lead, trail byte) float64 {
	t, known := tables[c]
	kana := r >= 0x3040 && r < 0x3100
	switch {
	case !known, kana && !t.kana:
		return odd
	case kana, t.frequent()[r]:
		return usual
	case trail < t.trail, r >= 0xff61 && r <= 0xff9f: // the latter are half-width kana
		return odd
	case lead >= t.usualLow && lead <= t.usualHigh:
		return possible
	case lead >= t.otherLow && lead <= t.otherHigh:
		return rare
	}
	return odd
}

// within reports whether a single character outside ASCII is within an ASCII word,
// where ideographs never are: Constru玢o.
func within(runes []rune, i int) bool {
	letter := func(k int) bool {
		return k >= 0 && k < len(runes) && runes[k] < utf8.RuneSelf && unicode.IsLetter(runes[k])
	}
	lower := func(k int) bool { return letter(k) && unicode.IsLower(runes[k]) }
	other := func(k int) bool { return k >= 0 && k < len(runes) && runes[k] >= utf8.RuneSelf }
	if other(i-1) || other(i+1) {
		return false
	}
	both := letter(i-1) && letter(i+1) && (letter(i-2) || letter(i+2))
	return both || lower(i-1) && lower(i-2) || lower(i+1) && lower(i+2)
}
