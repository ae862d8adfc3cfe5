// Package record is the track record of the verdicts: what was said of a target
// at every release by what was known then, and what came of it. It is pure: the
// vintages of the book are judged again as of the moments at which they were
// published, never loaded, so nothing of the future is in a verdict.
package record

import (
	"math"
	"slices"
	"time"

	"github.com/tidemark-stats/tidemark/book"
	"github.com/tidemark-stats/tidemark/book/revision"
	"github.com/tidemark-stats/tidemark/catalog"
	"github.com/tidemark-stats/tidemark/figure"
	"github.com/tidemark-stats/tidemark/verdict"
)

// Track is the record of one target in one category.
type Track struct {
	Target   *catalog.Target
	Category string

	Outcome Outcome
	Settled time.Time // the release that settled it; zero while it is open

	// Said is what was said at each release before it was settled, oldest first,
	// from the first time that there was anything to say.
	Said []Judgement

	Verdicts map[verdict.Verdict]int // how many of the judgements had each verdict

	Bands  int       // judgements with a band around the projection, if the deadline's value is known
	Held   int       // of them, those whose band contained it
	Widths []float64 // of all bands, high less low relative to the projection; none for percentages

	Alarms    int       // how often the target began to slip
	Withdrawn int       // of them, those that went away again
	Slipping  time.Time // since when it was slipping until it was missed, or is slipping now; zero if it was not
	Warning   Warning   // of a target that was missed
}

// Outcome is what became of a target, by what is known now.
type Outcome string

// The outcomes. A target that is met before its deadline is Met; were it to fall
// short again, its record would follow.
const (
	Met     Outcome = "met"
	Missed  Outcome = "missed"
	Open    Outcome = "open"    // the deadline or its figure is still to come, or there is no deadline
	Unknown Outcome = "unknown" // the deadline is past, and its figure was never published
)

// Outcomes lists all outcomes in the order in which they are shown.
func Outcomes() []Outcome { return []Outcome{Met, Missed, Open, Unknown} }

// Judgement is what was said at one release. Values are in the base unit. It is
// a small part of a verdict.State, because thousands of them are kept.
type Judgement struct {
	At                    time.Time
	Verdict               verdict.Verdict
	Projection, Low, High verdict.Number
	settles               Outcome // it decides the target for good; otherwise empty
}

// Warning is how early a miss was seen. It is negative if it was seen after the
// event.
type Warning struct {
	Known      bool          // the target was missed and had been called slipping
	ToDeadline time.Duration // from the alarm that stayed to the end of the deadline
	ToOutcome  time.Duration // from that alarm to the release that settled it
}

// Of is the record of a target by what was published up to at: one Track or, for
// a target on any category, one for each category with a figure, in order.
// Releases without a figure of a period up to the deadline do not change what is
// said of it.
func Of(t *catalog.Target, b *book.Book, at time.Time) (all []*Track) {
	tracks := map[string]*Track{}
	now := verdict.OfAsOf(t, b, at)
	for _, s := range now {
		tracks[s.Category] = &Track{Target: t, Category: s.Category}
		all = append(all, tracks[s.Category])
	}
	deadline := time.Time{}
	if !t.By.IsZero() {
		deadline = t.By.End()
	}
	for _, moment := range verdict.Releases(b, t.Indicator, t.Area.Code, t.Category, deadline, at) {
		if moment.Before(begins(t)) {
			continue
		}
		for _, s := range verdict.OfAsOf(t, b, moment.In(at.Location())) {
			if k := tracks[s.Category]; k != nil {
				k.Said = append(k.Said, Judgement{s.At, s.Verdict, s.Projection, s.Low, s.High, settles(&s)})
			}
		}
	}
	for i := range now {
		all[i].conclude(&now[i], became(&now[i]))
	}
	return all
}

// begins is from when a target is judged: a plan for one year in that year, a
// plan for several after its base.
func begins(t *catalog.Target) time.Time {
	switch {
	case !t.From.IsZero():
		return t.From.Start()
	case !t.Base.IsZero():
		return t.Base.End()
	case !t.By.IsZero() && (t.Kind == catalog.AnnualTotal || t.Kind == catalog.Growth):
		return t.By.Start()
	}
	return time.Time{}
}

// became is what became of a target whose state now is given.
func became(now *verdict.State) Outcome {
	if o := settles(now); o != "" {
		return o
	}
	if now.Final() && now.Verdict == verdict.NoData && !now.Deadline.IsZero() && now.At.After(now.Deadline.End()) {
		return Unknown
	}
	return Open
}

// conclude compares what was said with what became of the target; now is its
// state now.
func (k *Track) conclude(now *verdict.State, outcome Outcome) {
	k.Outcome = outcome
	if k.decided() {
		k.Settled = now.At
		for n := len(k.Said); n > 0 && k.Said[n-1].settles == outcome; n-- {
			k.Settled = k.Said[n-1].At
			k.Said = k.Said[:n-1]
		}
	}
	for len(k.Said) > 0 && silent(k.Said[0].Verdict) {
		k.Said = k.Said[1:]
	}
	k.Verdicts = map[verdict.Verdict]int{}
	for i := range k.Said {
		k.Verdicts[k.Said[i].Verdict]++
	}
	k.bands(now)
	k.alarms()
	if k.Outcome == Missed && !k.Slipping.IsZero() {
		deadline := figure.DayAt(k.Target.By.End()).Start(now.At.Location())
		k.Warning = Warning{true, deadline.Sub(k.Slipping), k.Settled.Sub(k.Slipping)}
	}
}

// decided reports whether the outcome is known.
func (k *Track) decided() bool { return k.Outcome == Met || k.Outcome == Missed }

// settles is the outcome if a state decides a target for good, otherwise empty.
func settles(s *verdict.State) Outcome {
	if !s.Final() || s.Deadline.IsZero() {
		return ""
	}
	switch s.Verdict {
	case verdict.Met:
		return Met
	case verdict.Missed:
		return Missed
	}
	return ""
}

// silent reports whether a verdict says nothing about the target.
func silent(v verdict.Verdict) bool {
	return v == verdict.TooEarly || v == verdict.NoData || v == verdict.Overdue
}

// bands compares the projections with the value of the deadline, if it is known.
func (k *Track) bands(now *verdict.State) {
	known := k.decided() && now.Value.Known && now.Period.End().Equal(now.Deadline.End())
	for i := range k.Said {
		s := &k.Said[i]
		if !s.Low.Known || !s.High.Known || !s.Projection.Known {
			continue
		}
		width := (s.High.Value - s.Low.Value) / math.Abs(s.Projection.Value)
		if revision.Relative(k.Target.Indicator, k.Target.Measure) && !math.IsInf(width, 0) && !math.IsNaN(width) {
			k.Widths = append(k.Widths, width)
		}
		if known {
			k.Bands++
			if held(s.Low.Value, now.Value.Value, s.High.Value) {
				k.Held++
			}
		}
	}
	slices.Sort(k.Widths)
}

// held reports whether a band contains a value. Sums of decimals are inexact in
// their last bits.
func held(low, v, high float64) bool {
	slack := 1e-12 * math.Abs(v)
	return v >= low-slack && v <= high+slack
}

// alarms counts how often the target began to slip and stopped again. What says
// nothing does not end an alarm.
func (k *Track) alarms() {
	for i := range k.Said {
		s := &k.Said[i]
		switch {
		case silent(s.Verdict):
		case s.Verdict != verdict.Slipping && s.Verdict != verdict.Missed:
			k.withdraw()
		case s.Verdict == verdict.Slipping && k.Slipping.IsZero():
			k.Alarms++
			k.Slipping = s.At
		}
	}
	if k.Outcome == Met {
		k.withdraw()
	}
}

func (k *Track) withdraw() {
	if !k.Slipping.IsZero() {
		k.Withdrawn++
		k.Slipping = time.Time{}
	}
}
