package figure

import (
	"cmp"
	"strconv"
	"strings"
	"time"
)

// Frequency is how often a figure is published, by its SDMX code (CL_FREQ).
type Frequency byte

// The frequencies tidemark keeps.
const (
	Annual    Frequency = 'A'
	Quarterly Frequency = 'Q'
	Monthly   Frequency = 'M'
)

// ParseFrequency reads an SDMX frequency code: A, Q or M.
func ParseFrequency(s string) (Frequency, error) {
	if len(s) == 1 {
		if f := Frequency(s[0]); f.PerYear() > 0 {
			return f, nil
		}
	}
	return 0, &Problem{Code: "figure/frequency", Field: "freq", Text: s,
		Reason: "is not a frequency", Hint: "write A (annual), Q (quarterly) or M (monthly)"}
}

// String returns the SDMX code.
func (f Frequency) String() string { return string(rune(f)) }

// PerYear is how many periods of this frequency a year has, 0 for an unknown
// code.
func (f Frequency) PerYear() int {
	switch f {
	case Annual:
		return 1
	case Quarterly:
		return 4
	case Monthly:
		return 12
	}
	return 0
}

// Period is a calendar month, quarter or year (SDMX TIME_PERIOD). Its zero
// value is not a period. Periods of one frequency are ordered and can be
// compared with ==.
type Period struct {
	freq Frequency
	n    int32 // periods of freq since the year 0
}

// The years a period may be in. InfluxDB's nanoseconds reach from 1677 to
// 2262; a year outside these four centuries is a typo.
const (
	firstYear = 1800
	lastYear  = 2199
)

// Year is the period of the whole year y.
func Year(y int) Period { return Period{Annual, int32(y)} }

// Quarter is the q-th quarter (1 to 4) of the year y.
func Quarter(y, q int) Period { return Period{Quarterly, int32(y*4 + q - 1)} }

// Month is the m-th month (1 to 12) of the year y.
func Month(y, m int) Period { return Period{Monthly, int32(y*12 + m - 1)} }

// PeriodAt is the period of the given frequency that contains t, by the
// calendar of t's location.
func PeriodAt(f Frequency, t time.Time) Period {
	y, m := t.Year(), int(t.Month())
	switch f {
	case Annual:
		return Year(y)
	case Quarterly:
		return Quarter(y, (m+2)/3)
	}
	return Month(y, m)
}

// ParsePeriod reads every SDMX notation of a month, quarter or year: 2023-01,
// 2023-M01, 2023-Q1, 2023, 2023-A1, and 2023-01-01/P1M, …/P3M, …/P1Y. Other
// spellings are refused with the SDMX notation as the hint; ReadPeriod accepts
// them. The error is a *Problem.
func ParsePeriod(s string) (Period, error) {
	if p, ok := parsePeriod(s); ok && inRange(p) {
		return p, nil
	}
	return Period{}, periodProblem(s, Readings(s), Level, 0)
}

func parsePeriod(s string) (Period, bool) {
	if len(s) < 4 {
		return Period{}, false
	}
	y, ok := digits(s[:4])
	if !ok {
		return Period{}, false
	}
	rest := s[4:]
	switch {
	case rest == "" || rest == "-A1":
		return Year(y), true
	case len(rest) == 3 && rest[0] == '-' && rest[1] == 'Q':
		q, ok := digits(rest[2:])
		return Quarter(y, q), ok && q >= 1 && q <= 4
	case len(rest) == 3 && rest[0] == '-', len(rest) == 4 && rest[:2] == "-M":
		m, ok := digits(rest[len(rest)-2:])
		return Month(y, m), ok && m >= 1 && m <= 12
	}
	first, months, ok := parseSpan(s)
	if !ok {
		return Period{}, false
	}
	switch m := first.Number(); {
	case months == 1:
		return first, true
	case months == 3 && m%3 == 1:
		return Quarter(y, (m+2)/3), true
	case months == 12 && m == 1:
		return Year(y), true
	}
	return Period{}, false
}

// parseSpan reads SDMX's time range, 2023-01-01/P2M: the first month and how
// many there are.
func parseSpan(s string) (first Period, months int, ok bool) {
	day, length, found := strings.Cut(s, "/P")
	if !found || len(length) < 2 || len(length) > 3 {
		return Period{}, 0, false
	}
	t, err := time.Parse(time.DateOnly, day)
	if err != nil || t.Day() != 1 {
		return Period{}, 0, false
	}
	n, ok := digits(length[:len(length)-1])
	switch unit := length[len(length)-1]; {
	case !ok || length[0] == '0':
		return Period{}, 0, false
	case unit == 'M':
		return PeriodAt(Monthly, t), n, true
	case unit == 'Y':
		return PeriodAt(Monthly, t), 12 * n, true
	}
	return Period{}, 0, false
}

// digits reads an unsigned number of ASCII digits only.
func digits(s string) (int, bool) {
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return 0, false
		}
	}
	n, err := strconv.Atoi(s)
	return n, err == nil
}

// String writes the period in SDMX's shortest form: 2023-01, 2023-Q1, 2023.
func (p Period) String() string { return string(p.AppendTo(nil)) }

// AppendTo appends what String returns.
func (p Period) AppendTo(b []byte) []byte {
	if p.freq == 0 {
		return b
	}
	b = appendPadded(b, p.Year(), 4)
	switch p.freq {
	case Quarterly:
		b = append(b, "-Q"...)
		b = appendPadded(b, p.Number(), 1)
	case Monthly:
		b = append(b, '-')
		b = appendPadded(b, p.Number(), 2)
	}
	return b
}

func appendPadded(b []byte, n, width int) []byte {
	for limit := 10; width > 1; width-- {
		if n < limit {
			b = append(b, '0')
		}
		limit *= 10
	}
	return strconv.AppendInt(b, int64(n), 10)
}

// IsZero reports whether p is the zero value, which is not a period.
func (p Period) IsZero() bool { return p.freq == 0 }

// Frequency is M for a month, Q for a quarter, A for a year, 0 for none.
func (p Period) Frequency() Frequency { return p.freq }

// Year is the calendar year that contains the period.
func (p Period) Year() int {
	if p.freq == 0 {
		return 0
	}
	return int(p.n) / p.freq.PerYear()
}

// Number is the period's position in its year, from 1: the month, the quarter,
// or 1 for a year.
func (p Period) Number() int {
	if p.freq == 0 {
		return 0
	}
	return int(p.n)%p.freq.PerYear() + 1
}

// Start is the first instant of the period, in UTC: the time at which its
// figures are stored and drawn.
func (p Period) Start() time.Time {
	month := 1
	if f := p.freq.PerYear(); f > 0 {
		month += (p.Number() - 1) * (12 / f)
	}
	return time.Date(p.Year(), time.Month(month), 1, 0, 0, 0, 0, time.UTC)
}

// End is the first instant after the period, in UTC.
func (p Period) End() time.Time { return p.Next().Start() }

// Add is the period n periods of the same frequency later.
func (p Period) Add(n int) Period { return Period{p.freq, p.n + int32(n)} }

// Next is the period that follows.
func (p Period) Next() Period { return p.Add(1) }

// Prev is the period before.
func (p Period) Prev() Period { return p.Add(-1) }

// YearAgo is the same period a year earlier.
func (p Period) YearAgo() Period { return p.Add(-p.freq.PerYear()) }

// Ordinal numbers the periods of one frequency: it is how many of them are
// between the beginning of the year 0 and p.
func (p Period) Ordinal() int32 { return p.n }

// NthPeriod is the period of the given frequency whose ordinal is n.
func NthPeriod(f Frequency, n int32) Period { return Period{f, n} }

// Compare orders periods by their start, then the shorter one first.
func (p Period) Compare(o Period) int {
	if p.freq == o.freq {
		return cmp.Compare(p.n, o.n)
	}
	if c := p.Start().Compare(o.Start()); c != 0 {
		return c
	}
	return cmp.Compare(o.freq.PerYear(), p.freq.PerYear())
}
