package sheet

import (
	"fmt"
	"strings"

	"github.com/tidemark-stats/tidemark/figure"
)

// dayText gives ISO's spelling of a day that is written in another way and can
// be no other day: 2023/1/8 and 2023年1月8日 are 2023-01-08. The number that a
// spreadsheet has for a day is none of them: there are two ways to count.
func dayText(s string) string {
	s = fold(s)
	if isoDay(s) {
		return s
	}
	if days := daysIn(s); len(days) == 1 && len(s) > len("45292") && !strings.Contains(s, ":") {
		return days[0]
	}
	return s
}

// daysIn are the days that a text can be.
func daysIn(s string) (days []string) {
	for _, r := range figure.Readings(s) {
		if r.Extent == figure.OneDay {
			days = append(days, r.Means)
		}
	}
	return days
}

// unclearDay is the error of a text that is one of several days, or a number
// for one; nil for others.
func unclearDay(s string) error {
	if isoDay(s) || strings.Contains(s, ":") {
		return nil
	}
	var ways []string
	for _, day := range daysIn(s) {
		ways = append(ways, fmt.Sprintf("write %s if that day is meant", day))
	}
	if ways == nil {
		return nil // what it is else others tell
	}
	return &figure.Problem{Code: "figure/published", Field: published.String(), Reason: "is not written as a date", Hint: strings.Join(ways, "; ")}
}

// isoDay tells whether a text is written as 2023-01-08, as nearly all days are.
func isoDay(s string) bool { return len(s) == len("2023-01-08") && s[4] == '-' && s[7] == '-' }

// confirmedText gives true or false for the ways to say so.
func confirmedText(s string) string {
	s = fold(s)
	switch lower := strings.ToLower(s); lower {
	case "true", "yes", "y", "1", "是":
		return "true"
	case "false", "no", "n", "0", "否":
		return "false"
	}
	return s
}
