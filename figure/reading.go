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

// Reading is one thing that a text may mean where a period is asked for.
type Reading struct {
	Form     string // how such a text is written, a row of docs/periods.md
	Extent   Extent
	Period   Period // that, or the one that ends or lies there; zero where Extent has none
	Means    string // for people: October 2009, the fiscal year 2009/10
	Standard bool   // written as SDMX writes it, which goes before other readings of the text

	advice string // what to do about what there are no figures of, if not the usual
}

// longestPeriod is the longest text that is looked at, in bytes.
const longestPeriod = 64

// Extent is what a reading covers.
type Extent uint8

// What a reading covers.
const (
	Whole   Extent = iota // the period
	ToDate                // January to the end of the period: 累计
	OneDay                // a day of the period
	Other                 // what tidemark keeps no figures of: half a year, a fiscal year, a week
	Undated               // a part of a year that is not named
)

// Readings gives everything that a text may mean as a period, in every
// spelling that statistical offices and spreadsheets use; docs/periods.md
// lists them. It gives none for what is no period in any of them.
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

// same tells whether another reading means the same.
func (r Reading) same(o Reading) bool {
	return r.Extent == o.Extent && r.Period == o.Period && (r.Extent <= ToDate || r.Means == o.Means)
}

// ReadPeriod reads a period as people write it. What can be read in two ways
// is refused with both, unless one of them is SDMX's. A year to date is the
// period at its end where the measure is one to date, and is answered with
// that otherwise; own is the indicator's frequency, by which such an end is a
// month or a quarter, 0 when it is not known. The error is a *Problem.
func ReadPeriod(text string, m Measure, own Frequency) (Period, error) {
	if p, ok := parsePeriod(text); ok && inRange(p) {
		return p, nil // as nearly all are
	}
	return settled(text, Readings(text), m, own)
}

// settled is the period that the readings of a text leave.
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
			p.Reason, p.Hint = fmt.Sprintf("lies outside the years %d to %d", firstYear, lastYear), "check the year"
			if thai := at.Year(); thai > 1900+buddhist && thai < 2100+buddhist {
				p.Hint = fmt.Sprintf("write %s if the year is one of Thailand", strings.Replace(at.String(), strconv.Itoa(thai), strconv.Itoa(thai-buddhist), 1))
			}
		} else if inner := bare(text); inner != text {
			if within := Readings(inner); len(within) == 1 && within[0].Extent == Whole {
				p.Reason, p.Hint = "has something with it that is no part of a period", fmt.Sprintf("write %s; a mark goes into the column status", within[0].Period)
			}
		}
		return p
	}
	switch r := readings[0]; r.Extent {
	case Whole:
		p.Reason = "is not written as SDMX writes a period"
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
		p.Reason = "is " + r.Means + ", and no month, quarter or year"
		p.Hint = cmp.Or(r.advice, "send its months, its quarters or the calendar year, like 2023-01, 2023-Q1, 2023; the year up to a month is that month with measure ytd")
	case Undated:
		p.Reason = "is " + r.Means + ", and does not say of which year"
		p.Hint = "write the year, too, like 2023-01, 2023-Q1 or 2023"
	}
	return p
}

// withMark is a text in quotation marks, or with a sender's mark behind it.
var withMark = regexp.MustCompile(`^['"‘’“”]?(.*?\d|.*?[^\d\s]{2,}?)(?:['"‘’“”]| ?[(\[]?[\pL*†‡§¹²³][)\]]?)?$`)

// bare is a text without quotation marks and a mark.
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

// way is one of several readings with what to write for it.
func (r Reading) way(m Measure, own Frequency) string {
	switch r.Extent {
	case Other:
		return "for " + r.Means + " there are no figures here"
	case Undated:
		return "for " + r.Means + " it lacks the year"
	}
	return r.correction(m, own) + " if " + r.Means + " is meant"
}

func inRange(p Period) bool { return p.Year() >= firstYear && p.Year() <= lastYear }

// inWords is a period as a sentence names it.
func inWords(p Period) string {
	switch p.Frequency() {
	case Quarterly:
		return fmt.Sprintf("quarter %d of %d", p.Number(), p.Year())
	case Monthly:
		return fmt.Sprintf("%s %d", time.Month(p.Number()), p.Year())
	}
	return fmt.Sprintf("the year %d", p.Year())
}
