package catalog

import (
	"slices"
	"time"

	"github.com/tidemark-stats/tidemark/figure"
	"github.com/tidemark-stats/tidemark/internal/lang"
)

// TargetKind says how a target is judged.
type TargetKind string

// The kinds of targets.
const (
	AnnualTotal TargetKind = "annual_total" // a year's flow reaches Value by the year By
	LevelBy     TargetKind = "level_by"     // a stock or ratio reaches Value by By
	Growth      TargetKind = "growth"       // published growth of By reaches Value percent
	RankBy      TargetKind = "rank"         // the rank is Value or better by By
	Cumulative  TargetKind = "cumulative"   // the flow of From to By adds up to Value
	Multiple    TargetKind = "multiple"     // the value of By is Value times that of Base
	Floor       TargetKind = "floor"        // no period is below Value
	Ceiling     TargetKind = "ceiling"      // no period is above Value
)

// Target is a value that figures are meant to reach or to keep to.
type Target struct {
	ID        string
	Name      lang.Text
	Wording   string // as in the plan
	Source    string
	Kind      TargetKind
	Indicator *Indicator
	Area      *Area
	Category  string // AnyCategory: each category separately
	Measure   figure.Measure
	Value     figure.Decimal // in the base unit of Measure; for a Multiple, the factor
	Written   string         // Value as written in the file, e.g. 4000 万TEU
	Since     time.Time      // when Value and Wording begin to hold; zero for the first version, see At
	From, By  figure.Period  // the first and last period that count; zero if unbounded
	Open      bool           // there is no deadline: the question is when the target will be reached
	Base      figure.Period  // from which progress is measured; zero if not given
	BaseValue figure.Decimal // the value of Base, in the base unit; 0 if it is taken from the figures
	Tolerance figure.Decimal // for an approximate target, the fraction of Value that may be missing, e.g. 0.05
	Kept      bool           // holds in every period up to By, not only at By
	PerDay    bool           // Value is a daily average; a period's figure is divided by its days
	Record    bool           // the highest value ever for a calendar month is reported as a record
	// EachMonth means that January and February are judged separately, because
	// the Spring Festival does not shift the figures between them. Otherwise a
	// floor or ceiling on a monthly flow judges the two together.
	EachMonth bool

	versions []*Target // by Since, including this one; nil if there is only one
}

// At returns the version of the target, with its goal and wording, that held
// at a given time. The first version also applies before its own time.
func (t *Target) At(at time.Time) *Target {
	for _, v := range slices.Backward(t.versions) {
		if !v.Since.After(at) {
			return v
		}
	}
	if len(t.versions) > 0 {
		return t.versions[0]
	}
	return t
}

// Changes returns when the goal or the wording changed, in order.
func (t *Target) Changes() (moments []time.Time) {
	for _, v := range t.versions {
		if !v.Since.IsZero() {
			moments = append(moments, v.Since)
		}
	}
	return moments
}

// become links the versions of a target, in order, so that At works on each of
// them.
func become(versions []*Target) {
	for _, v := range versions {
		v.versions = versions
	}
}

// Days is the number of days of p, by which a daily average is judged.
func Days(p figure.Period) int { return int(p.End().Sub(p.Start()) / (24 * time.Hour)) }
