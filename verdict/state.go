// Package verdict judges targets: where we should be by now, where we will
// end, and what to call that. Everything is a pure function of the catalogue,
// the figures and a moment; docs/targets.md explains it to those who are
// judged, with worked examples.
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

// Verdict is what is to be said of a target.
type Verdict string

// The verdicts. The last three say that there is nothing to be said yet and
// never count as slipping.
const (
	Met      Verdict = "met"       // reached, or kept in the newest period
	OnTrack  Verdict = "on_track"  // will be reached by the projection, or has been kept so far
	AtRisk   Verdict = "at_risk"   // the projection falls short, by no more than it may err
	Slipping Verdict = "slipping"  // falls short by more than it may err
	Missed   Verdict = "missed"    // by the final figure
	TooEarly Verdict = "too_early" // there is too little to project from
	NoData   Verdict = "no_data"   // there is no figure to judge, and none is to come
	Overdue  Verdict = "overdue"   // the figure to judge should have been published
)

// Verdicts lists all verdicts in the order in which they are told.
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

// Name is what people call the verdict.
func (v Verdict) Name() lang.Text { return verdictNames[v] }

// Urgency is how much a target with that verdict needs attention: from 1 (met)
// to 8 (missed), 0 for what is no verdict. By it tables are sorted and
// timelines drawn.
func (v Verdict) Urgency() int {
	return 1 + slices.Index([]Verdict{Met, OnTrack, TooEarly, NoData, Overdue, AtRisk, Slipping, Missed}, v)
}

// Number is a number that may be unknown. A known one is always finite.
type Number struct {
	Value float64
	Known bool
}

// number is v, unknown when it is not finite.
func number(v float64) Number {
	if math.IsNaN(v) || math.IsInf(v, 0) {
		return Number{}
	}
	return Number{v, true}
}

// State is where a target stands at one moment. Values are in the base unit
// of the target's indicator and measure (percent for growth).
type State struct {
	Target   *catalog.Target
	Category string    // the one judged; catalog.AnyCategory when no category has a figure
	At       time.Time // the moment of judgement
	Verdict  Verdict
	Reason   lang.Text // why, in a sentence

	Goal       Number        // what is to be reached or kept; of a multiple the factor times its base
	Least      Number        // what is enough: the goal less the tolerance
	Value      Number        // what has been reached: to date within the deadline's year, else the newest
	Period     figure.Period // of Value
	Plan       Number        // what Value would have to be by now
	Attainment Number        // Value over Goal, 1.1762 is 117.62 %; where lower is better Goal over Value

	Projection Number // of the deadline's period
	Low, High  Number // the band around it; unknown where the past says too little
	Method     Method // by which the year was projected; empty where it was not
	Pace       Pace   // what the back-test of the method said

	Required  Number           // what each remaining period has to bring: an amount of a flow to date, of an average in a year the mean of what is left, a rise of anything else
	Remaining int              // how many periods remain to the deadline
	Every     figure.Frequency // of the remaining periods
	Ratio     Number           // actual over required growth since the base (R)

	Deadline                   figure.Period // zero without one
	Reached                    figure.Period // when it was first reached; zero if it was not
	Expected, Earliest, Latest figure.Period // without a deadline: when it would be reached, and between when and when

	Newest    figure.Period   // the newest period reported, withheld ones included, imputed ones not
	DuePeriod figure.Period   // the next to be published; zero without a calendar
	Due       time.Time       // when
	Broken    []figure.Period // in which a floor or ceiling or a kept rank was not kept
	Record    *derive.Record  // the newest period is the highest ever for its month, and the target asks for that

	Derived   bool // the verdict rests on derived figures
	Imputed   bool // on imputed ones beside published ones
	Estimated bool // on estimates

	Steps []Step // every number that went into the verdict, in order

	final bool // no figure to come changes the verdict, a revision may
}

// Step is one number that went into a verdict.
type Step struct {
	Name      lang.Text
	Value     float64
	Unit      string        // code of the base unit, % for shares and growth, "" for pure numbers
	Period    figure.Period // zero where the number belongs to none
	Status    figure.Status // of a figure, else 0
	Derived   bool
	Imputed   bool
	Estimated bool
	Formula   string // how it came about; empty for a published figure
}
