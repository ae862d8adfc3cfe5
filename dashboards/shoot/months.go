package main

import (
	"regexp"
	"slices"
	"strings"
	"time"
)

var (
	chineseMonth = regexp.MustCompile(`(\d{4})\s*年\s*(\d{1,2})\s*月`)
	englishMonth = regexp.MustCompile(`\b(Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]*\.?\s+(?:\d{1,2},\s+)?(\d{4})\b`)
	dayMonth     = regexp.MustCompile(`\b(\d{4})[-/](\d{2})\b`)
)

// monthsIn lists the months that a text names, as 2025-12, sorted and each once.
// Years and quarters are none.
func monthsIn(text string) (all []string) {
	for _, m := range chineseMonth.FindAllStringSubmatch(text, -1) {
		month := m[2]
		if len(month) == 1 {
			month = "0" + month
		}
		all = append(all, m[1]+"-"+month)
	}
	for _, m := range englishMonth.FindAllStringSubmatch(text, -1) {
		if t, err := time.Parse("Jan 2006", m[1]+" "+m[2]); err == nil {
			all = append(all, t.Format("2006-01"))
		}
	}
	for _, m := range dayMonth.FindAllStringSubmatch(text, -1) {
		if m[2] >= "01" && m[2] <= "12" {
			all = append(all, m[1]+"-"+m[2])
		}
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// mixed says which months a tooltip puts beside each other; "" if there is one at
// the most. times are those of the points that the cursor chose, in milliseconds
// since 1970: their months are mixed even where the text names only one.
func mixed(text string, times []int64) string {
	if months := monthsIn(text); len(months) > 1 {
		return "its text names " + strings.Join(months, " and ")
	}
	var chosen []string
	for _, t := range times {
		chosen = append(chosen, time.UnixMilli(t).UTC().Format("2006-01"))
	}
	slices.Sort(chosen)
	if chosen = slices.Compact(chosen); len(chosen) > 1 {
		return "its numbers are from " + strings.Join(chosen, " and ")
	}
	return ""
}
