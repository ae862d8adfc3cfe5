package sheet

import "strings"

// dayText gives ISO's spelling of a day that a spreadsheet has written in
// its own: 2023/1/8 is 2023-01-08. Days with the year last are ambiguous and
// stay as they are.
func dayText(s string) string {
	s = fold(s)
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
