package sheet

import (
	"fmt"
	"regexp"
	"strings"
	"unicode/utf8"

	"github.com/tidemark-stats/tidemark/figure"
)

// dayText converts a day to ISO 8601 if it can be only that day: 2023/1/8 and
// 2023年1月8日 are 2023-01-08. It does not convert a spreadsheet's day number, because
// there are two ways to count.
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

// daysIn returns the days that a text can mean.
func daysIn(s string) (days []string) {
	for _, r := range figure.Readings(s) {
		if r.Extent == figure.OneDay {
			days = append(days, r.Means)
		}
	}
	return days
}

// unclearDay returns the problem of a text that can mean several days or is a
// spreadsheet's day number; nil for others.
func unclearDay(s string) error {
	if isoDay(s) || strings.Contains(s, ":") {
		return nil
	}
	var ways []string
	for _, day := range daysIn(s) {
		ways = append(ways, fmt.Sprintf("write %s if that day is meant", day))
	}
	if ways == nil {
		return nil // other checks report it
	}
	return &figure.Problem{Code: "figure/published", Field: published.String(), Reason: "is not written as a date", Hint: strings.Join(ways, "; ")}
}

// isoDay reports whether a text has the form 2023-01-08, as nearly all days do.
func isoDay(s string) bool { return len(s) == len("2023-01-08") && s[4] == '-' && s[7] == '-' }

// confirmedText converts the ways to write true and false; anything else may be
// the reason.
func confirmedText(cell string) string {
	s := fold(cell)
	switch lower := strings.ToLower(s); lower {
	case "true", "yes", "y", "1", "是":
		return "true"
	case "false", "no", "n", "0", "否":
		return "false"
	}
	if notConfirmed.MatchString(s) {
		return "false"
	}
	return composed(cell)
}

// notConfirmed matches ways to say in several words that a value is not confirmed,
// which would otherwise be taken for a reason.
var notConfirmed = regexp.MustCompile(`(?i)^(?:(?:尚|暂|还|仍|目前)*(?:未|没有?|不|待|有待|等待|需要?|无法|不能)(?:经|再|进一步)*(?:确认|確認|核实|核實|核对|核對|复核|覆核|证实)[。！!?？.]*` +
	`|(?:still |has |is |was )*(?:not|never|to be|needs? to be|awaiting|waiting for|no) (?:be |been )?(?:yet )?(?:confirm(?:ed|ation)|check(?:ed)?|verif(?:ied|ication)|sure|certain|known|yet|idea)(?: yet)?[.!?]*)$`)

// Unquoted removes the apostrophe by which a cell is marked as text that a
// spreadsheet would take for a formula.
func Unquoted(cell string) string {
	if len(cell) < 2 || cell[0] != '\'' {
		return cell
	}
	if rest := strings.TrimLeft(cell, "'"); rest != "" {
		if first, _ := utf8.DecodeRuneInString(rest); strings.ContainsRune("=+-@＝＋－＠", first) {
			return cell[1:]
		}
	}
	return cell
}
