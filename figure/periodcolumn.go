package figure

import (
	"slices"
	"strings"
)

// PeriodColumn reads the periods of one column once it has seen all of them: a
// text with two readings is read as the other texts of the column suggest. The
// zero value has seen nothing and reads as ReadPeriod does.
type PeriodColumn struct {
	seen  map[string]struct{}
	known map[string][]Reading // readings that Read has worked out

	padded, ten bool                  // 2023.01, 2023.10
	months      map[byte]bool         // separators between a year and a number that can only be a month: 2009-09
	fiscal      map[byte]bool         // separators between a year and a number that can only be the next year: 2012-13
	dual        map[byte]int          // how often each separator precedes a number that can be both: 2009-10
	named       map[int]int           // the month written with each number: Jan-23
	years       bool                  // the numbers written with months are years
	used        map[string]PeriodNote // for Says, by form
}

// maxSeen limits how many different texts of a column are kept. A column of
// periods has few.
const maxSeen = 1 << 14

// Add records a text of the column.
func (c *PeriodColumn) Add(text string) {
	if _, again := c.seen[text]; again || len(c.seen) >= maxSeen {
		return
	}
	if c.seen == nil {
		c.seen, c.named, c.used = map[string]struct{}{}, map[int]int{}, map[string]PeriodNote{}
		c.months, c.fiscal, c.dual = map[byte]bool{}, map[byte]bool{}, map[byte]int{}
	}
	c.seen[strings.Clone(text)] = struct{}{}
	if p, ok := parsePeriod(text); ok {
		if sep, month, next := yearAndNumber(text); p.Frequency() == Monthly && month {
			c.noteMonth(sep, next)
		}
		return // nearly always
	}
	s := normalPeriod(text)
	for _, f := range forms() {
		if g, ok := f.match(s); ok {
			c.note(f.name, s, g)
		}
	}
}

// note records what a text says about the others.
func (c *PeriodColumn) note(form, s string, g groups) {
	switch form {
	case pointForm:
		c.ten = c.ten || g["m"] == "10"
		c.padded = c.padded || g["m"][0] == '0'
	case nameForm:
		n, m := g.n("d"), g.n("m")
		before, known := c.named[n]
		c.years = c.years || known && before != m || len(g["d"]) == 2 && (n == 0 || n > 31)
		c.named[n] = m
	case yearMonthForm, fiscalForm:
		switch sep, month, next := yearAndNumber(s); {
		case month && form == yearMonthForm:
			c.noteMonth(sep, next)
		case next && !month:
			c.fiscal[sep] = true
		}
	}
}

// noteMonth records a number that can be a month and perhaps also the next
// year.
func (c *PeriodColumn) noteMonth(separator byte, next bool) {
	if next {
		c.dual[separator]++
		return
	}
	c.months[separator] = true
}

// yearAndNumber reports for a text like 2009-10 whether the number can be a
// month and whether it can be the next year.
func yearAndNumber(s string) (separator byte, month, next bool) {
	if len(s) < 6 || s[4] != '-' && s[4] != '/' {
		return 0, false, false
	}
	y, isYear := digits(s[:4])
	n, isNumber := digits(s[5:])
	if !isYear || !isNumber || len(s) > 7 {
		return 0, false, false
	}
	return s[4], n >= 1 && n <= 12, len(s) == 7 && n == (y+1)%100
}

// Read reads a text as ReadPeriod does, taking the rest of the column into
// account.
func (c *PeriodColumn) Read(text string, m Measure, own Frequency) (Period, error) {
	if p, ok := parsePeriod(text); ok && inRange(p) {
		if _, month, next := yearAndNumber(text); !month || !next {
			return p, nil // nearly always
		}
	}
	all := c.readings(text)
	if len(all) > 1 {
		all = c.settle(normalPeriod(text), all)
	}
	return settled(text, all, m, own)
}

// readings returns the readings of a text; they are cached because many rows
// of a column share a text.
func (c *PeriodColumn) readings(text string) []Reading {
	all, known := c.known[text]
	if known {
		return all
	}
	all = Readings(text)
	if c.known == nil {
		c.known = map[string][]Reading{}
	}
	if len(c.known) < maxSeen && len(text) <= longestPeriod {
		c.known[strings.Clone(text)] = all
	}
	return all
}

// settle removes the readings that the rest of the column rules out.
func (c *PeriodColumn) settle(s string, all []Reading) []Reading {
	keep := func(form string, says PeriodNote, wanted func(Reading) bool) []Reading {
		left := slices.DeleteFunc(slices.Clone(all), func(r Reading) bool { return !wanted(r) })
		if len(left) > 0 && len(left) < len(all) && c.used != nil {
			c.used[form] = says
		}
		return left
	}
	switch form := all[len(all)-1].Form; {
	case form == pointForm && c.ten != c.padded:
		if c.ten {
			return keep(form, PeriodNote{"2023.1 是一月，因为另有 2023.10", "2023.1 is January, because the column also has 2023.10"}, func(r Reading) bool { return r.Period.Number() == 1 })
		}
		return keep(form, PeriodNote{"2023.1 是十月，因为另有 2023.01", "2023.1 is October, because the column also has 2023.01"}, func(r Reading) bool { return r.Period.Number() == 10 })
	case form == nameForm && c.years:
		return keep(form, PeriodNote{"Jan-23 中的数字是年份", "the number in Jan-23 is the year"}, func(r Reading) bool { return r.Extent == Whole })
	case form == fiscalForm:
		return c.settleFiscal(s, all, keep)
	}
	return all
}

// settleFiscal decides whether a text like 2009-10 is a month or a fiscal
// year. The SDMX notation of a month wins, unless the column has fiscal years
// or consists of nothing but texts that could be one.
func (c *PeriodColumn) settleFiscal(s string, all []Reading, keep func(form string, says PeriodNote, wanted func(Reading) bool) []Reading) []Reading {
	sep, month, next := yearAndNumber(s)
	switch {
	case !month || !next:
	case c.fiscal[sep] && !c.months[sep]:
		return keep(fiscalForm, PeriodNote{"财政年度不予采用；2009/10 与 2012/13 一样是财政年度", "fiscal years are not accepted; 2009/10 is one, like 2012/13"}, func(r Reading) bool { return r.Extent == Other })
	case c.months[sep] && !c.fiscal[sep] && !all[0].Standard:
		return keep(fiscalForm, PeriodNote{"2009/10 是十月，因为其余都是月份", "2009/10 is October, because all the others are months"}, func(r Reading) bool { return r.Extent == Whole })
	case c.fiscal[sep] || c.dual[sep] > 1 && !c.months[sep]:
		all = slices.Clone(all)
		all[0].Standard = false
	}
	return all
}

// PeriodNote is a remark in both languages.
type PeriodNote struct{ ZH, EN string }

// Says describes how texts that would have two readings on their own were
// read, in the order of docs/periods.md.
func (c *PeriodColumn) Says() (all []PeriodNote) {
	for text := range c.seen {
		if _, month, next := yearAndNumber(text); month && !next {
			continue // nearly always
		}
		if readings := c.readings(text); len(readings) > 1 {
			c.settle(normalPeriod(text), readings)
		}
	}
	for _, form := range []string{pointForm, nameForm, fiscalForm} {
		if note, used := c.used[form]; used {
			all = append(all, note)
		}
	}
	return all
}
