package figure

import (
	"strings"
	"time"
)

// Total is the SDMX code of the category that covers all categories.
const Total = "_T"

// Cell identifies one cell of the statistical tables, whose value a revision
// replaces.
type Cell struct {
	Indicator string // what is measured
	Area      string // REF_AREA, where
	Category  string // a breakdown, Total when there is none
	Measure   Measure
	Period    Period
}

// Series is a cell without its period. A yearly and a monthly figure belong to
// different series, as in SDMX.
type Series struct {
	Indicator string
	Area      string
	Category  string
	Measure   Measure
	Frequency Frequency
}

// Series is the series to which the cell belongs.
func (c Cell) Series() Series {
	return Series{c.Indicator, c.Area, c.Category, c.Measure, c.Period.Frequency()}
}

// At returns the series' cell for the period p, which must have the series'
// frequency.
func (s Series) At(p Period) Cell {
	return Cell{s.Indicator, s.Area, s.Category, s.Measure, p}
}

// Compare orders series by indicator, area, category, measure and frequency.
func (s Series) Compare(o Series) int {
	if c := strings.Compare(s.Indicator, o.Indicator); c != 0 {
		return c
	}
	if c := strings.Compare(s.Area, o.Area); c != 0 {
		return c
	}
	if c := strings.Compare(s.Category, o.Category); c != 0 {
		return c
	}
	if s.Measure != o.Measure {
		return int(s.Measure) - int(o.Measure)
	}
	return int(s.Frequency) - int(o.Frequency)
}

// String names the cell for people: container_throughput 330200 level 2023-01,
// with the category when it is not the total.
func (c Cell) String() string {
	parts := []string{c.Indicator, c.Area, c.Category, c.Measure.String(), c.Period.String()}
	if c.Category == Total {
		parts = append(parts[:2], parts[3:]...)
	}
	return strings.Join(parts, " ")
}

// Figure is one value as its agency sends it: in the unit it was written in,
// not yet checked against a catalogue.
type Figure struct {
	Cell
	Value     Decimal // in Unit; 0 when Withheld
	Withheld  bool    // there is no number; Status says why
	Unit      string  // as written, e.g. 万TEU; for growth measures %
	Status    Status
	Note      string // for people; at most MaxNote characters
	Confirmed bool   // the sender has checked an implausible value and stands by it
	Reason    string // why, when Confirmed; empty if the sender does not say; at most MaxNote characters
	Published string // date or timestamp of publication when an archive is loaded, otherwise empty
}

// Subject is the NATS subject on which agency publishes the figure:
// figures.<agency>.<indicator>.<area>.<category>.<measure>.<period>.
func (c Cell) Subject(agency string) string {
	return strings.Join([]string{SubjectPrefix, agency, c.Indicator, c.Area, c.Category, c.Measure.String(), c.Period.String()}, ".")
}

// SubjectPrefix is the first token of every figure's subject.
const SubjectPrefix = "figures"

// MaxNote is the longest note or reason a figure may carry, in characters.
const MaxNote = 4096

// ParsePublished reads when an archived figure was published: a date in the
// given location, or a timestamp with its offset (RFC 3339). exact is true for
// a timestamp.
func ParsePublished(s string, loc *time.Location) (at time.Time, exact bool, err error) {
	if day, ok := ParseDay(s); ok {
		if !day.In(loc) {
			return time.Time{}, false, &Problem{Code: "figure/published", Field: "published", Text: s,
				Reason: "is a day that was skipped in " + loc.String(), Hint: "write " + day.Add(1).String()}
		}
		return day.Start(loc), false, nil
	}
	// time.Parse is lenient and would also accept 9:30 and a decimal comma.
	if at, err = time.Parse(time.RFC3339, s); err == nil && s[len("2006-01-02T15")] == ':' && !strings.Contains(s, ",") {
		return at, true, nil
	}
	return time.Time{}, false, &Problem{Code: "figure/published", Field: "published", Text: s,
		Reason: "is neither a date nor a timestamp", Hint: "write 2023-10-18 or 2023-10-18T09:30:00+08:00, or leave it out"}
}
