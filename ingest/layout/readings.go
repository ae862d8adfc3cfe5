package layout

import (
	"strings"
	"sync"

	"github.com/tidemark-stats/tidemark/figure"
)

// maxRead is the number of texts whose readings are remembered.
const maxRead = 20_000

// read has the readings of texts as periods. A text is compared with many forms, and the
// period of a column comes with every value below it.
var read = struct {
	sync.Mutex
	texts map[string][]figure.Reading
}{texts: map[string][]figure.Reading{}}

// readings is figure.Readings. The result is not to be changed.
func readings(text string) []figure.Reading {
	if number(text) {
		return nil
	}
	read.Lock()
	defer read.Unlock()
	all, known := read.texts[text]
	if !known {
		if len(read.texts) >= maxRead {
			clear(read.texts)
		}
		all = figure.Readings(text)
		read.texts[strings.Clone(text)] = all
	}
	return all
}

// number reports whether a text is a number that is no period in any form: those have
// the digits of a year, a month, a day, or of its number in a spreadsheet.
func number(text string) bool {
	unsigned := strings.TrimPrefix(text, "-")
	whole, fraction, _ := strings.Cut(unsigned, ".")
	for _, part := range [...]string{whole, fraction} {
		for i := range len(part) {
			if part[i] < '0' || part[i] > '9' {
				return false
			}
		}
	}
	switch {
	case whole == "":
		return false
	case len(unsigned) < len(text): // a minus sign
		return true
	case fraction == "":
		return len(whole) > 8
	case len(whole) == 5: // 45413.5
		return whole > "80000"
	case len(fraction) < 2, len(fraction) == 2 && fraction <= "12": // 2024.5, 113.05
		return len(whole) > 4 || len(whole) == 4 && (whole < "1000" || whole > "3000")
	}
	return len(whole) > 2 || len(fraction) == 3 || len(fraction) > 4 // 05.2024, 5.24
}
