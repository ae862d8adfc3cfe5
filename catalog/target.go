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
	RankBy      TargetKind = "rank"         // the place is Value or better by By
	Cumulative  TargetKind = "cumulative"   // the flow of From to By adds up to Value
	Multiple    TargetKind = "multiple"     // the value of By is Value times that of Base
	Floor       TargetKind = "floor"        // no period lies below Value
	Ceiling     TargetKind = "ceiling"      // no period lies above Value
)

// Target is a line that figures are meant to reach or to keep.
type Target struct {
	ID        string
	Name      lang.Text
	Wording   string // as the plan says it
	Source    string
	Kind      TargetKind
	Indicator *Indicator
	Area      *Area
	Category  string // AnyCategory: each category by itself
	Measure   figure.Measure
	Value     figure.Decimal // in the base unit of Measure; of a Multiple the factor
	Written   string         // Value as the file writes it, e.g. 4000 万TEU
	Since     time.Time      // from when Value and Wording hold; zero for those that held first, see At
	From, By  figure.Period  // the first and last period that count; zero when not bounded
	Open      bool           // there is no deadline: what is asked is when it will be reached
	Base      figure.Period  // from which progress is measured; zero when not given
	BaseValue figure.Decimal // the value of Base, in the base unit; 0 when the figures say it
	Tolerance figure.Decimal // of an approximate target: the share of Value that may be missing, e.g. 0.05
	Kept      bool           // holds in every period up to By, not only at By
	PerDay    bool           // Value is a daily average; a period's figure is divided by its days
	Record    bool           // a value that is the highest ever for its calendar month is an event of its own
	// EachMonth says that January and February are judged one by one, because
	// the Spring Festival moves nothing between them. Otherwise a floor or a
	// ceiling on a monthly flow judges the two together.
	EachMonth bool

	versions []*Target // by Since, this one among them; nil when there was never another
}

// At is the target as it was at a moment: with the goal and the wording that
// held then. What held first also stands for the time before.
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

// Changes are the moments at which the goal or the wording changed, in order.
func (t *Target) Changes() (moments []time.Time) {
	for _, v := range t.versions {
		if !v.Since.IsZero() {
			moments = append(moments, v.Since)
		}
	}
	return moments
}

// become makes the versions those of the target, in their order: At finds them
// from any of them.
func become(versions []*Target) {
	for _, v := range versions {
		v.versions = versions
	}
}

// Approximate tells whether the target is met by coming close.
func (t *Target) Approximate() bool { return !t.Tolerance.IsZero() }

// Days is the number of days of p, by which a daily average is judged.
func Days(p figure.Period) int { return int(p.End().Sub(p.Start()) / (24 * time.Hour)) }
