package figure

import (
	"cmp"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Reading is one possible meaning of a text where a period is expected.
type Reading struct {
	Form     string // how the text is written: a row of docs/periods.md
	Extent   Extent
	Period   Period // the period itself, or the one at its end or around it; zero if Extent has none
	Means    string // for people: October 2009, the fiscal year 2009/10
	Standard bool   // in SDMX notation, which takes precedence over other readings

	advice string // what to do if tidemark keeps no such figures, empty for the usual hint
}

// longestPeriod is the length in bytes above which a text is not examined.
const longestPeriod = 64

// Extent is what a reading covers.
type Extent uint8

// What a reading covers.
const (
	Whole   Extent = iota // the period
	ToDate                // January to the end of the period: 累计
	OneDay                // a day of the period
	Other                 // something for which tidemark keeps no figures: half a year, a fiscal year, a week
	Undated               // part of an unnamed year
)

// Readings returns every possible meaning of a text as a period, in every
// spelling that statistical offices and spreadsheets use (see
// docs/periods.md); none for a text that is not a period in any of them.
func Readings(text string) (all []Reading) {
	if len(text) > longestPeriod {
		return nil
	}
	s := normalPeriod(text)
	if p, ok := parsePeriod(strings.ToUpper(s)); ok && inRange(p) {
		all = append(all, Reading{Form: standardForm, Period: p, Means: inWords(p), Standard: true})
	}
	for _, f := range forms() {
		g, ok := f.match(s)
		if !ok {
			continue
		}
		for _, r := range f.read(g) {
			r.Form = f.name
			if !slices.ContainsFunc(all, r.same) {
				all = append(all, r)
			}
		}
	}
	return all
}

// same reports whether another reading means the same.
func (r Reading) same(o Reading) bool {
	return r.Extent == o.Extent && r.Period == o.Period && (r.Extent <= ToDate || r.Means == o.Means)
}

// ReadPeriod reads a period as people write it. A text with two readings is
// refused with both, unless one of them is SDMX notation. A year to date is
// read as the period at its end if the measure is to date, and otherwise
// refused with that as the hint. own is the indicator's frequency, which
// decides whether that end is a month or a quarter; it is 0 if unknown. The
// error is a *Problem.
func ReadPeriod(text string, m Measure, own Frequency) (Period, error) {
	if p, ok := parsePeriod(text); ok && inRange(p) {
		return p, nil // nearly always
	}
	return settled(text, Readings(text), m, own)
}

// settled returns the period on which the readings of a text agree.
func settled(text string, readings []Reading, m Measure, own Frequency) (Period, error) {
	if len(readings) > 0 && (len(readings) == 1 || readings[0].Standard) {
		switch r := readings[0]; {
		case r.Extent == Whole:
			return r.Period, nil
		case r.Extent == ToDate && m.ToDate():
			return r.end(own), nil
		}
	}
	return Period{}, periodProblem(text, readings, m, own)
}

// end is the period at the end of a year to date.
func (r Reading) end(own Frequency) Period {
	if m := r.Period.Number(); own == Quarterly && r.Period.Frequency() == Monthly && m%3 == 0 {
		return Quarter(r.Period.Year(), m/3)
	}
	return r.Period
}

// periodProblem says why the readings of a text are not one period, and what
// to write for each of them.
func periodProblem(text string, readings []Reading, m Measure, own Frequency) *Problem {
	p := &Problem{Code: "figure/period", Field: "period", Text: text}
	if len(readings) > 1 {
		p.Reason = fmt.Sprintf("can be read in %d ways", len(readings))
		ways := make([]string, len(readings))
		for i, r := range readings {
			ways[i] = r.way(m, own)
		}
		p.Hint = strings.Join(ways, "; ")
		return p
	}
	p.Reason, p.Hint = "is not a month, quarter or year", "write a month as 2023-01, a quarter as 2023-Q1, a year as 2023"
	if len(readings) == 0 {
		if at, ok := parsePeriod(text); ok && !inRange(at) {
			p.Reason, p.Hint = fmt.Sprintf("is outside the years %d to %d", firstYear, lastYear), "check the year"
			if thai := at.Year(); thai > 1900+buddhist && thai < 2100+buddhist {
				p.Hint = fmt.Sprintf("write %s if the year is in the Thai calendar", strings.Replace(at.String(), strconv.Itoa(thai), strconv.Itoa(thai-buddhist), 1))
			}
		} else if inner := bare(text); inner != text {
			if within := Readings(inner); len(within) == 1 && within[0].Extent == Whole {
				p.Reason, p.Hint = "contains text that is not part of a period", fmt.Sprintf("write %s; put a mark in the column status", within[0].Period)
			}
		}
		return p
	}
	switch r := readings[0]; r.Extent {
	case Whole:
		p.Reason = "is not in SDMX period format"
		p.Hint = "write " + r.Period.String()
	case ToDate:
		p.Reason = "is the year to date, " + r.Means
		p.Hint = r.correction(m, own)
		switch {
		case r.Period.Number() == 3:
			p.Hint += fmt.Sprintf("; for the quarter alone write %s", Quarter(r.Period.Year(), 1))
		case r.Period.Number() == 12:
			p.Hint += fmt.Sprintf("; for the whole year write %s", Year(r.Period.Year()))
		}
	case OneDay:
		p.Reason = "is a day, not a month, quarter or year"
		p.Hint = fmt.Sprintf("write %s if the month of %s is meant", r.Period, r.Means)
	case Other:
		p.Reason = "is " + r.Means + ", not a month, quarter or year"
		p.Hint = cmp.Or(r.advice, "send months, quarters or calendar years, like 2023-01, 2023-Q1, 2023; for a year to date write its last month with measure ytd")
	case Undated:
		p.Reason = "is " + r.Means + ", but the year is missing"
		p.Hint = "add the year, like 2023-01, 2023-Q1 or 2023"
	}
	return p
}

// withMark matches a text in quotation marks or followed by a sender's mark.
var withMark = regexp.MustCompile(`^['"‘’“”]?(.*?\d|.*?[^\d\s]{2,}?)(?:['"‘’“”]| ?[(\[]?[\pL*†‡§¹²³][)\]]?)?$`)

// bare strips quotation marks and a mark.
func bare(text string) string {
	if parts := withMark.FindStringSubmatch(text); parts != nil {
		return parts[1]
	}
	return text
}

// correction is what to write for a reading.
func (r Reading) correction(m Measure, own Frequency) string {
	switch {
	case r.Extent != ToDate:
		return "write " + r.Period.String()
	case m.Growth():
		return fmt.Sprintf("write %s, measure %s", r.end(own), YTDYoY)
	}
	return fmt.Sprintf("write %s, measure %s", r.end(own), YTD)
}

// way describes one of several readings and what to write for it.
func (r Reading) way(m Measure, own Frequency) string {
	switch r.Extent {
	case Other:
		return "tidemark keeps no figures for " + r.Means
	case Undated:
		return "the year is missing if " + r.Means + " is meant"
	}
	return r.correction(m, own) + " if " + r.Means + " is meant"
}

func inRange(p Period) bool { return p.Year() >= firstYear && p.Year() <= lastYear }

// inWords writes a period as in a sentence.
func inWords(p Period) string {
	switch p.Frequency() {
	case Quarterly:
		return fmt.Sprintf("quarter %d of %d", p.Number(), p.Year())
	case Monthly:
		return fmt.Sprintf("%s %d", time.Month(p.Number()), p.Year())
	}
	return fmt.Sprintf("the year %d", p.Year())
}
