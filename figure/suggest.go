package figure

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// DidYouMean is the end of a message about a word that is none of the known
// ones: `did you mean "x"?` when one of them is close to what was written,
// else the list of them while it is short, else nothing.
func DidYouMean(written string, known []string) string {
	const few = 12
	// A slip changes two letters, a third of a long word, and never all of a
	// short one: 外贸 is no slip for 出口.
	n := utf8.RuneCountInString(written)
	best, nearest := "", max(n/3, min(2, n/2))+1
	for _, k := range known {
		if d := distance(strings.ToLower(written), strings.ToLower(k)); d < nearest {
			best, nearest = k, d
		}
	}
	switch {
	case best != "":
		return fmt.Sprintf("did you mean %q?", best)
	case len(known) > 0 && len(known) <= few:
		return "known are " + strings.Join(known, ", ")
	}
	return ""
}

// distance is Levenshtein's: the fewest runes to insert, delete or replace
// to make b of a.
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
