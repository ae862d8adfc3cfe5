package layout

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/tidemark-stats/tidemark/figure"
)

// joined returns the period that two texts give together: the only one, or a part of
// a year in the year that the other gives. clash reports that they are two different
// periods.
func joined(far, near string) (period string, clash bool) {
	switch {
	case far == "" || far == near:
		return near, false
	case near == "":
		return far, false
	case same(far, near), contains(far, near):
		return near, false
	case contains(near, far):
		return far, false
	case undated(near):
		return inYear(far, near)
	case undated(far):
		return inYear(near, far)
	}
	return near, true
}

// same reports whether two texts are the same period.
func same(a, b string) bool {
	x, y := readings(a), readings(b)
	return len(x) == 1 && len(y) == 1 && x[0].Period == y[0].Period && x[0].Extent == y[0].Extent && !x[0].Period.IsZero()
}

// undated reports whether a text is a part of a year that it does not name.
func undated(text string) bool {
	all := readings(text)
	return len(all) > 0 && all[0].Extent == figure.Undated
}

// yearOf is the year of a period, 0 when it has none or several.
func yearOf(text string) (year int) {
	for _, r := range readings(text) {
		if r.Extent == figure.Undated || r.Period.IsZero() || year != 0 && r.Period.Year() != year {
			return 0
		}
		year = r.Period.Year()
	}
	return year
}

// inYear puts a part of a year into the year of another text.
func inYear(dated, part string) (period string, clash bool) {
	year := yearOf(dated)
	if year == 0 || undated(dated) {
		return part, true
	}
	for _, form := range []string{"%d年%s", "%d %s"} {
		if s := fmt.Sprintf(form, year, strings.TrimSpace(part)); len(readings(s)) > 0 {
			return s, false
		}
	}
	return part, true
}

// toDate reports whether a period is the part of a year up to its end.
func toDate(period string) bool {
	all := readings(period)
	return len(all) > 0 && all[0].Extent == figure.ToDate
}

// ofLength returns the month or the quarter at the end of a period: 本月 in a table of
// 1-5月 is May. Any other text, or no length, leaves the period as it is.
func ofLength(text string, of figure.Frequency) string {
	all := readings(text)
	if of == 0 || len(all) != 1 || all[0].Extent != figure.ToDate && all[0].Period.Frequency() == of {
		return text
	}
	switch p := all[0].Period; {
	case p.Frequency() == of:
		return p.String()
	case p.Frequency() == figure.Monthly && of == figure.Quarterly && p.Number()%3 == 0:
		return fmt.Sprintf("%d-Q%d", p.Year(), p.Number()/3)
	}
	return text
}

// frequencies are the words by which files of statistical databases say how long the
// periods of a column are.
var frequencies = map[string]figure.Frequency{"month": figure.Monthly, "monthly": figure.Monthly, "m": figure.Monthly, "月": figure.Monthly, "月度": figure.Monthly,
	"quarter": figure.Quarterly, "quarterly": figure.Quarterly, "q": figure.Quarterly, "季": figure.Quarterly, "季度": figure.Quarterly,
	"year": figure.Annual, "annual": figure.Annual, "annually": figure.Annual, "yearly": figure.Annual, "a": figure.Annual, "年": figure.Annual, "年度": figure.Annual}

// inside returns the month in which a day is, and the quarter or year that ends with a
// month, when the table says that its periods are so long. Any other text is left as
// it is: a quarter that ends in August is none of the calendar.
func inside(text string, of figure.Frequency) string {
	all := readings(text)
	if of == 0 || len(all) != 1 || all[0].Period.Frequency() != figure.Monthly {
		return text
	}
	p := all[0].Period
	switch a := all[0]; {
	case a.Extent == figure.OneDay && of == figure.Monthly:
		return p.String()
	case of == figure.Quarterly && p.Number()%3 == 0:
		return fmt.Sprintf("%d-Q%d", p.Year(), p.Number()/3)
	case of == figure.Annual && p.Number() == 12:
		return fmt.Sprint(p.Year())
	}
	return text
}

// fits reports whether a period is a month or a quarter, if it has to be one.
func fits(text string, of figure.Frequency) bool {
	all := readings(text)
	return of == 0 || len(all) == 0 || all[0].Period.IsZero() || all[0].Period.Frequency() == of
}

// day matches a day, which in a title is that of publication, and base the year of an
// index: neither is the period of the values.
var (
	day = regexp.MustCompile(`(?i)\d{4}\s*年\s*\d{1,2}\s*月\s*\d{1,2}\s*日?|\b\d{4}([-/.])\d{1,2}[-/.]\d{1,2}\b|\b\d{1,2}\.\d{1,2}\.\d{4}\b|` +
		`\b\d{1,2}(?:st|nd|rd|th)?\s+` + monthNames + `,?\s+\d{4}\b|\b` + monthNames + `\s+\d{1,2},\s*\d{4}\b`)
	base = regexp.MustCompile(`(?i)(?:\d{4}\s*年?(?:\s*\d{1,2}\s*月)?|` + monthNames + `\s+\d{4})\s*[=＝]\s*100|(?:以|按)\s*\d{4}\s*年[^,，。;；]{0,6}(?:100|价格|基期|不变价)`)
)

const monthNames = `(?:jan|feb|mar|apr|may|jun|jul|aug|sept?|oct|nov|dec)[a-z]*\.?`

// titled returns the period that titles give. unclear reports that they give several,
// none of which is a part of another.
func titled(texts []string) (period string, unclear bool) {
	for _, text := range texts {
		for _, found := range periodIn.FindAllString(base.ReplaceAllString(day.ReplaceAllString(text, " "), " "), -1) {
			switch {
			case len(readings(found)) == 0:
			case period == "" || same(period, found) || undated(period) && yearOf(found) != 0 || contains(period, found):
				period = nearer(period, found)
			case undated(found) || contains(found, period):
			default:
				return "", true
			}
		}
	}
	return period, false
}

// nearer returns what two texts of one title say together.
func nearer(before, found string) string {
	if undated(before) {
		if p, clash := inYear(found, before); !clash {
			return p
		}
	}
	return found
}

// contains reports whether a text is a year in which the period of another is.
func contains(year, part string) bool {
	all := readings(year)
	return len(all) == 1 && all[0].Period.Frequency() == figure.Annual && yearOf(year) == yearOf(part)
}
