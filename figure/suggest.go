package figure

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// DidYouMean returns the end of a message about an unknown word: `did you mean
// "x"?` when a known word is close to it, otherwise the list of known words if
// it is short, otherwise nothing.
func DidYouMean(written string, known []string) string {
	const few = 12
	best, ok := Nearest(written, known)
	switch {
	case ok:
		return fmt.Sprintf("did you mean %q?", best)
	case len(known) == 1:
		return fmt.Sprintf("only %q is known", known[0])
	case len(known) > 0 && len(known) <= few:
		return "use one of " + strings.Join(known, ", ")
	}
	return ""
}

// Nearest finds the known word that was probably meant by what was written. A
// typo changes up to two letters, or a third of a long word, but never all
// letters of a short one.
func Nearest(written string, known []string) (nearest string, ok bool) {
	length := utf8.RuneCountInString(written)
	limit := min(max(2, length/3)+1, length)
	for _, k := range known {
		if d := distance(strings.ToLower(written), strings.ToLower(k)); d < limit {
			nearest, limit = k, d
		}
	}
	return nearest, nearest != ""
}

// distance is the Levenshtein distance: the fewest runes to insert, delete or
// replace to turn a into b.
func distance(a, b string) int {
	from, to := []rune(a), []rune(b)
	row := make([]int, len(to)+1)
	for j := range row {
		row[j] = j
	}
	for i, r := range from {
		diagonal := row[0]
		row[0] = i + 1
		for j, s := range to {
			replace := diagonal
			if r != s {
				replace++
			}
			diagonal = row[j+1]
			row[j+1] = min(replace, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(to)]
}
