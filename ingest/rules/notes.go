package rules

import (
	"maps"
	"slices"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// notes are the notes of the known figures. Most figures have none, and many of the
// others have the same, so a vintage has its number: 0 for none.
type notes struct {
	texts   []string
	numbers map[string]uint32
}

func (n *notes) number(note string) uint32 {
	if note == "" {
		return 0
	}
	number, known := n.numbers[note]
	if !known {
		if n.numbers == nil {
			n.numbers = map[string]uint32{}
		}
		n.texts = append(n.texts, note)
		number = uint32(len(n.texts))
		n.numbers[note] = number
	}
	return number
}

// copy returns a copy that may be changed.
func (n *notes) copy() notes {
	return notes{slices.Clip(n.texts), maps.Clone(n.numbers)}
}

func (n *notes) text(number uint32) string {
	if number == 0 {
		return ""
	}
	return n.texts[number-1]
}

// sameNote reports whether two notes say the same: white space and characters that
// cannot be seen do not count, because files and programs do not keep them.
func sameNote(a, b string) bool {
	return a == b || bare(a) == bare(b)
}

func bare(note string) string {
	return strings.Join(strings.Fields(strings.Map(func(r rune) rune {
		switch {
		case unicode.IsSpace(r), unicode.IsControl(r), r == unicode.ReplacementChar:
			return ' '
		case unicode.Is(unicode.Cf, r):
			return -1
		}
		return r
	}, norm.NFC.String(note))), " ")
}
