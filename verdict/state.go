// Package verdict judges targets: where they should be by now, where they will
// end, and what that means. Everything is a pure function of the catalogue,
// the figures and a time; docs/targets.md explains it for the people whose
// targets are judged, with worked examples.
package verdict

import (
	"math"
	"slices"
	"time"

	"github.com/tidemark-stats/tidemark/book/derive"
	"github.com/tidemark-stats/tidemark/catalog"
	"github.com/tidemark-stats/tidemark/figure"
	"github.com/tidemark-stats/tidemark/internal/lang"
)

// Verdict is the outcome of judging a target.
type Verdict string

// The verdicts. The last three mean that there is nothing to judge by yet and
// never count as slipping.
const (
	Met      Verdict = "met"       // reached, or kept in the newest period
	OnTrack  Verdict = "on_track"  // will be reached by the projection, or has been kept so far
	AtRisk   Verdict = "at_risk"   // the projection falls short, but within its margin of error
	Slipping Verdict = "slipping"  // the projection falls short by more than its margin of error
	Missed   Verdict = "missed"    // by the final figure
	TooEarly Verdict = "too_early" // there is too little to project from
	NoData   Verdict = "no_data"   // there is no figure to judge, and none is expected
	Overdue  Verdict = "overdue"   // the figure to judge should have been published
)

// Verdicts lists all verdicts in the order in which they are shown.
func Verdicts() []Verdict {
	return []Verdict{Met, OnTrack, AtRisk, Slipping, Missed, TooEarly, NoData, Overdue}
}

var verdictNames = map[Verdict]lang.Text{
	Met:      {ZH: "已达成", EN: "met"},
	OnTrack:  {ZH: "进展正常", EN: "on track"},
	AtRisk:   {ZH: "有风险", EN: "at risk"},
	Slipping: {ZH: "滞后", EN: "slipping"},
	Missed:   {ZH: "未达成", EN: "missed"},
	TooEarly: {ZH: "为时尚早", EN: "too early to say"},
	NoData:   {ZH: "无数据", EN: "no data"},
	Overdue:  {ZH: "数据逾期", EN: "figures overdue"},
}

// Name is the display name of the verdict.
func (v Verdict) Name() lang.Text { return verdictNames[v] }

// Urgency is how much attention a target with that verdict needs: from 1 (met)
// to 8 (missed), 0 for an invalid verdict. Tables and timelines are sorted by
// it.
func (v Verdict) Urgency() int {
	return 1 + slices.Index([]Verdict{Met, OnTrack, TooEarly, NoData, Overdue, AtRisk, Slipping, Missed}, v)
}

// Number is a number that may be unknown. A known one is always finite.
type Number struct {
	Value float64
	Known bool
}

// number is v, unknown if it is not finite.
func number(v float64) Number {
	if math.IsNaN(v) || math.IsInf(v, 0) {
		return Number{}
	}
	return Number{v, true}
}

// State is the state of a target at one time. Values are in the base unit of
// the target's indicator and measure (percent for growth).
type State struct {
	Target   *catalog.Target
	Category string    // the one judged; catalog.AnyCategory if no category has a figure
	At       time.Time // the time of judgement
	Verdict  Verdict
	Reason   lang.Text // why, in a sentence
	Turned   *Turn     // the revision that turned the verdict, which Reason names; nil if there was none, and from Judge

	Goal       Number        // what is to be reached or kept; for a multiple, the factor times its base
	Least      Number        // what is sufficient: the goal less the tolerance
	Value      Number        // what has been reached: to date within the deadline's year, otherwise the newest value
	Period     figure.Period // of Value
	Plan       Number        // what Value should be by now
	Attainment Number        // Value divided by Goal, 1.1762 is 117.62 %; if lower is better, Goal divided by Value; unknown unless Goal is positive and Value not below zero
	Share      Number        // of the year in progress that past years had by now; unknown if there are none or no year is in progress
	Calendar   Number        // the elapsed part of the time for the goal (序时进度): of the year, of the years since the base, or of the years that add up
	Way        Number        // the part of the way from the base to the goal that has been covered; unknown without a base

	Projection Number // of the deadline's period
	Low, High  Number // the band around it; unknown if there are too few past years
	Method     Method // by which the year was projected; empty if it was not
	Pace       Pace   // the result of the method's back-test

	Required  Number           // what each remaining period must contribute: an amount for a flow, the mean of the remaining periods for an average within a year, their growth together for growth, an increase for anything else
	Remaining int              // how many periods remain to the deadline
	Every     figure.Frequency // of the remaining periods
	Needs     []Need           // what each remaining period must be, as they usually relate to each other; nil if the past does not tell
	LastRest  Number           // what each of the same periods of last year contributed, to compare with Required
	Ratio     Number           // actual over required growth since the base (R)

	Deadline                   figure.Period // zero without one
	Reached                    figure.Period // when the goal was first reached; zero if it was not
	Expected, Earliest, Latest figure.Period // without a deadline: when it would be reached, and the range

	Newest    figure.Period   // the newest period reported, including withheld but not imputed ones
	DuePeriod figure.Period   // the next one to be published; zero without a calendar
	Due       time.Time       // when
	Broken    []figure.Period // the periods in which a floor, a ceiling or a rank was not kept
	Record    *derive.Record  // set if the newest period is the highest ever for its month and the target has record: true

	Derived   bool // the verdict depends on derived figures
	Imputed   bool // the verdict depends on imputed figures as well as published ones
	Estimated bool // the verdict depends on estimates

	// Provisional means that Value is or depends on a provisional figure.
	Provisional bool

	// Regressed says by which revision the target has regressed; empty if it has
	// not. It takes all vintages to know, so Judge leaves it empty; see RegressedBy.
	Regressed lang.Text

	Steps []Step // every number used for the verdict, in order

	final   bool          // future figures do not change the verdict, but a revision may
	ground  lang.Text     // the reason without the numbers that Sentence has anyway; empty if there are none
	before  lang.Text     // the reason before the figures were overdue
	awaited figure.Period // the overdue figure
	overdue time.Time     // since when
}

// Step is one number used for a verdict.
type Step struct {
	Name      lang.Text
	Value     float64
	Unit      string        // code of the base unit, % for shares and growth, "" for dimensionless numbers
	Period    figure.Period // zero if the number has none
	Status    figure.Status // of a figure, otherwise 0
	Derived   bool
	Imputed   bool
	Estimated bool
	Formula   string // how it was computed; empty for a published figure

	figures []derive.Term // the published figures it is or was computed from
}

// Basis is the weakest of what the value and the verdict rest on.
func (s *State) Basis() derive.Basis {
	return derive.Value{Derived: s.Derived, Imputed: s.Imputed, Estimated: s.Estimated}.Basis()
}
