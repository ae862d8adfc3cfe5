package figure

import "strings"

// Measure says which number of an indicator a figure is.
type Measure uint8

// The measures: a level or a growth rate, of the period alone or of the year
// to date, January to the end of the period (累计).
const (
	Level  Measure = iota // the period alone
	YTD                   // January to this period, 累计
	YoY                   // published year-on-year growth of the level, in %, 同比
	YTDYoY                // published year-on-year growth of the year to date, in %, 累计同比
)

var measures = [...]string{"level", "ytd", "yoy", "ytd_yoy"}

// Measures lists all measures in order.
func Measures() []Measure { return []Measure{Level, YTD, YoY, YTDYoY} }

// ParseMeasure reads a measure's name: level, ytd, yoy or ytd_yoy.
func ParseMeasure(s string) (Measure, error) {
	for i, name := range measures {
		if s == name {
			return Measure(i), nil
		}
	}
	return 0, &Problem{Code: "figure/measure", Field: "measure", Text: s,
		Reason: "is not a measure", Hint: "write one of " + strings.Join(measures[:], ", ")}
}

// String is the measure's name on the wire.
func (m Measure) String() string { return measures[m] }

// Growth reports whether the measure is a growth rate in percent.
func (m Measure) Growth() bool { return m == YoY || m == YTDYoY }

// ToDate reports whether the measure covers the year up to the period's end.
func (m Measure) ToDate() bool { return m == YTD || m == YTDYoY }
