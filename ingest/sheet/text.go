package sheet

import (
	"strings"

	"github.com/tidemark-stats/tidemark/figure"
)

var chineseQuarters = strings.NewReplacer("一季度", "1季度", "二季度", "2季度", "三季度", "3季度", "四季度", "4季度")

// periodText gives the SDMX spelling of a period as people and spreadsheets
// write it: 2023年1月, 2023/1, 2023-1, 2023Q1, 2023年第1季度,
// 2023年一季度. What it does not
// know it leaves as it is.
func periodText(s string) string {
	if len(s) < 5 || !onlyDigits(s[:4]) {
		return s
	}
	year, rest := s[:4], s[4:]
	if rest == "年" {
		return year
	}
	if rest[0] == '-' && len(rest) == 3 && onlyDigits(rest[1:]) {
		return s
	}
	rest = chineseQuarters.Replace(rest)
	for _, way := range [...]struct{ before, after, letter string }{
		{"年第", "季度", "Q"}, {"年", "季度", "Q"}, {"-q", "", "Q"}, {"-Q", "", "Q"}, {"q", "", "Q"}, {"Q", "", "Q"},
		{"年", "月", ""}, {"/", "", ""}, {"-", "", ""},
	} {
		number, before := strings.CutPrefix(rest, way.before)
		number, after := strings.CutSuffix(number, way.after)
		if !before || !after || number == "" || len(number) > 2 || !onlyDigits(number) {
			continue
		}
		if way.letter == "" && len(number) == 1 {
			number = "0" + number
		}
		return year + "-" + way.letter + number
	}
	return s
}

// namesMonth tells whether a text that is no period names a month in
// letters: Jan-23 is what Excel makes of 2023-01.
func namesMonth(s string) bool {
	s = strings.ToLower(s)
	for _, name := range [...]string{"jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"} {
		if strings.Contains(s, name) {
			return true
		}
	}
	return false
}

// dayText gives ISO's spelling of a day that a spreadsheet has written in
// its own: 2023/1/8 is 2023-01-08. Days with the year last are ambiguous and
// stay as they are.
func dayText(s string) string {
	parts := strings.Split(s, "/")
	if len(parts) != 3 || len(parts[0]) != 4 {
		return s
	}
	for i, part := range parts {
		if part == "" || len(part) > 4-2*min(i, 1) || !onlyDigits(part) {
			return s
		}
		if len(part) == 1 {
			parts[i] = "0" + part
		}
	}
	return strings.Join(parts, "-")
}

// statusText gives the code of a status that is written small or by its name.
func statusText(s string) string {
	if len(s) < 2 {
		return strings.ToUpper(s)
	}
	for _, known := range figure.Statuses() {
		if s == known.NameZH() || strings.EqualFold(s, known.NameEN()) {
			return known.String()
		}
	}
	return s
}

// confirmedText gives true or false for the ways to say so.
func confirmedText(s string) string {
	switch lower := strings.ToLower(s); lower {
	case "true", "yes", "y", "1", "是":
		return "true"
	case "false", "no", "n", "0", "否":
		return "false"
	}
	return s
}
