package sheet

import (
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// rivals are the single-byte encodings that are never chosen automatically, because
// they use the same bytes: the sender has to name one. A hint shows how a word of
// the file reads in the likeliest ones.
var rivals = []struct {
	label   string
	letters string // the usual letters outside ASCII; empty for all of the script
	script  *unicode.RangeTable
}{
	{"windows-1250", "ąćęłńóśźżáčďéěíňřšťúůýžőűöüäăâîşţđë", unicode.Latin},
	{"windows-1251", "", unicode.Cyrillic},
	{"windows-1252", "àáâäåæçèéêëíîïñòóôöøùúûüßðþýœ", unicode.Latin},
	{"windows-1253", "", unicode.Greek},
	{"windows-1254", "çğıİöşüâîû", unicode.Latin},
	{"windows-1255", "", unicode.Hebrew},
	{"windows-1256", "", unicode.Arabic},
	{"windows-1257", "āčēģīķļņšūžąęėįųõäöü", unicode.Latin},
	{"windows-874", "", unicode.Thai},
	{"iso-8859-2", "ąćęłńóśźżáčďéěíňřšťúůýžőűöüäăâîşţđë", unicode.Latin},
	{"koi8-r", "", unicode.Cyrillic},
	{"ibm866", "", unicode.Cyrillic},
	{"macintosh", "àáâäãåæçèéêëíîïñòóôöõøùúûüß", unicode.Latin},
	{"cp850", "àáâäãåæçèéêëíîïñòóôöõøùúûüß", unicode.Latin},
	{"cp852", "ąćęłńóśźżáčďéěíňřšťúůýžőűöüäăâîşţđë", unicode.Latin},
}

// shown is how many of them the hint shows.
const shown = 3

// unsettled returns a charset that accepts only ASCII, with the flags worth trying
// as its hint.
func (w *words) unsettled() *charset {
	type try struct {
		label, text string
		score       float64
	}
	longest := w.longest()
	var tries []try
	for _, r := range rivals {
		c, _ := charsetNamed(r.label)
		t, letters := try{label: r.label}, 0.0
		for word := range w.seen {
			decoded, bad := c.decode(nil, []byte(word))
			if bad >= 0 {
				t.score -= float64(len(word))
				continue
			}
			if word == longest {
				t.text = string(decoded)
			}
			runes := []rune(string(decoded))
			t.score += plausible(runes, r.letters, r.script)
			for _, c := range runes {
				if c >= utf8.RuneSelf {
					letters++
				}
			}
		}
		known := slices.ContainsFunc(tries, func(o try) bool { return o.text == t.text && o.score >= t.score })
		if t.score*2 > letters && t.text != "" && !known {
			tries = append(tries, t)
		}
	}
	slices.SortStableFunc(tries, func(a, b try) int {
		switch {
		case a.score > b.score:
			return -1
		case a.score < b.score:
			return 1
		}
		return 0
	})
	if len(tries) == 0 {
		return &charset{name: "ASCII", ascii: true, perhaps: "specify the encoding, for example --encoding windows-1251, or "}
	}
	var ways []string
	for _, t := range tries[:min(shown, len(tries))] {
		ways = append(ways, fmt.Sprintf("use --encoding %s if %q is right", t.label, t.text))
	}
	return &charset{name: "ASCII", ascii: true, perhaps: strings.Join(ways, ", ") + ", or "}
}

// plausible sums up how usual the letters of a word outside ASCII are.
func plausible(runes []rune, letters string, script *unicode.RangeTable) (sum float64) {
	for i, r := range runes {
		after := i > 0 && unicode.IsLower(runes[i-1])
		switch {
		case r < utf8.RuneSelf:
		case !unicode.IsLetter(r) && !unicode.IsMark(r), !unicode.Is(script, r), unicode.IsUpper(r) && after:
			sum--
		case script != unicode.Latin && besideASCII(runes, i):
			sum--
		case letters == "", strings.ContainsRune(letters, unicode.ToLower(r)), strings.ContainsRune(letters, r):
			sum++
		default:
			sum += 0.3
		}
	}
	return sum
}

// besideASCII reports whether a letter is next to an ASCII letter.
func besideASCII(runes []rune, i int) bool {
	letter := func(k int) bool {
		return k >= 0 && k < len(runes) && runes[k] < utf8.RuneSelf && unicode.IsLetter(runes[k])
	}
	return letter(i-1) || letter(i+1)
}

// longest returns the longest word, which is the most telling example.
func (w *words) longest() (longest string) {
	for word := range w.seen {
		if len(word) > len(longest) || len(word) == len(longest) && word < longest {
			longest = word
		}
	}
	return longest
}

// ruined reports whether a word is UTF-8 that was misread in this encoding and lost
// letters, so that it cannot be repaired: most of what is left still forms
// three-byte characters.
func (c *charset) ruined(word string) bool {
	var b []byte
	for _, r := range word {
		if one, ok := undo(c.undo, nil, utf8.AppendRune(nil, r)); ok {
			b = append(b, one...)
		}
	}
	whole, broken := 0, 0
	for i := 0; i < len(b); {
		r, size := utf8.DecodeRune(b[i:])
		switch {
		case size == 3 && simplified()[r]:
			whole++
		case b[i] >= utf8.RuneSelf:
			broken++
		}
		i += size
	}
	return whole >= 2 && whole > broken
}
