package series

import (
	"math"
	"slices"
	"time"

	"github.com/prometheus/prometheus/model/value"

	"github.com/tidemark-stats/tidemark/book/derive"
	"github.com/tidemark-stats/tidemark/catalog"
	"github.com/tidemark-stats/tidemark/exporter/metric"
	"github.com/tidemark-stats/tidemark/figure"
	"github.com/tidemark-stats/tidemark/internal/lang"
	"github.com/tidemark-stats/tidemark/verdict"
)

// targetFamilies are the states of targets at any time, and the paths to their
// deadlines.
func targetFamilies() []family {
	all := []family{
		{metric.Family{Name: "tidemark_target_path", Help: "The plan and the projection of a target, at the start of each period up to the deadline, in the base unit."}, eachPath},
		{metric.TargetInfo, eachState(func(_ *snapshot, s *selection, st *judged, yield yieldValue) {
			pairs := metric.TargetInfoLabels(&st.State)
			if s.scale != "" {
				pairs[len(pairs)-1] = s.unitOf(st.Target)
			}
			yield(pairs, func(*judged) (float64, bool) { return 1, true })
		})},
		{metric.TargetSentence, eachTold((*snapshot).sentences, metric.TargetSentenceLabels)},
		{metric.Family{Name: "tidemark_target_reached_info", Help: "The period of the value that a target has reached, with its names, and what the verdict rests on."}, eachTold((*snapshot).reached, reachedLabels)},
		{metric.TargetVerdict, eachState(func(_ *snapshot, s *selection, st *judged, yield yieldValue) {
			for _, verdict := range verdict.Verdicts() {
				if !s.wants("verdict", string(verdict)) {
					continue
				}
				yield(metric.VerdictLabels(&st.State, verdict), func(st *judged) (float64, bool) { return metric.Bit(st.Verdict == verdict), true })
			}
		})},
		{metric.TargetRegressed, eachState(func(v *snapshot, _ *selection, st *judged, yield yieldValue) {
			yield(metric.TargetLabels(&st.State), func(st *judged) (float64, bool) { return metric.Bit(st.regressed(v.book) != lang.Text{}), true })
		})},
		{metric.Family{Name: "tidemark_target_urgency", Help: "How much attention a target needs, by its verdict: met 1, on_track 2, too_early 3, no_data 4, overdue 5, at_risk 6, slipping 7, missed 8."},
			eachState(func(_ *snapshot, _ *selection, st *judged, yield yieldValue) {
				yield(metric.TargetLabels(&st.State), func(st *judged) (float64, bool) { return float64(st.Verdict.Urgency()), true })
			})},
	}
	for _, number := range metric.TargetNumbers {
		all = append(all, family{number.Family, eachState(func(_ *snapshot, s *selection, st *judged, yield yieldValue) {
			pairs, factor := metric.TargetLabels(&st.State), 1.0
			if s.scale != "" && number.Amount {
				pairs = pairs.With("unit", s.unitOf(st.Target))
				factor = s.scaleOf(st.Target.Indicator, st.Target.Measure).factor
			}
			yield(pairs, func(st *judged) (float64, bool) {
				n := number.Of(&st.State)
				return n.Value / factor, n.Known
			})
		})})
	}
	return all
}

// yieldValue takes a series of a target and the function that gives its value
// in a state.
type yieldValue func(pairs metric.Labels, value func(*judged) (v float64, ok bool))

// unitOf is the unit of a target's amounts at the selection's scale.
func (m *manner) unitOf(t *catalog.Target) string {
	unit := m.scaleOf(t.Indicator, t.Measure).unit
	if t.PerDay {
		return unit + "/d"
	}
	return unit
}

// statesAt is where a target stood: judged at a given time by what was known
// then. Between two turns a state does not change, so one result serves all
// times up to the next turn and is cached. The steps that led to the verdict
// are not.
func (v *snapshot) statesAt(t *catalog.Target, at int64) []judged {
	key, turns := stateKey{t.ID, at}, v.turns(t, at)
	switch n, exactly := slices.BinarySearch(turns, at); {
	case len(turns) == 0:
		key.at = 0 // nothing was ever published, so the verdict is the same at any time
	case n == 0 && !exactly:
		return v.judge(t, at) // as_of is before the first publication
	case !exactly:
		key.at, at = turns[n-1], turns[n-1]
	}
	return v.states.get(key, func() []judged { return v.judge(t, at) })
}

func (v *snapshot) judge(t *catalog.Target, at int64) (states []judged) {
	for _, state := range verdict.OfAsOf(t, v.book, time.UnixMilli(at).In(v.catalog.Location())) {
		state.Steps, state.Needs = nil, nil
		states = append(states, judged{state, new(lookedBack)})
	}
	return states
}

// turns are the times at which a target's state can change: when something is
// published, when a month begins, when a figure becomes overdue, when its goal
// changes; in order, from the first publication to beyond at. There are none if
// nothing was published and no goal changed.
func (v *snapshot) turns(t *catalog.Target, at int64) []int64 {
	known := v.turnsOf.get(t.ID, func() turns { return v.findTurns(t, at) })
	if known.until <= at && len(known.moments) > 0 {
		known = v.findTurns(t, at)
		v.turnsOf.put(t.ID, known)
	}
	return known.moments
}

func (v *snapshot) findTurns(t *catalog.Target, at int64) turns {
	published := v.published(t.Indicator, t.Area.Code)
	if len(published) == 0 {
		return v.changesOnly(t)
	}
	zone := v.catalog.Location()
	first, last := time.UnixMilli(published[0]).In(zone), time.UnixMilli(max(at, published[len(published)-1])).In(zone).AddDate(1, 0, 0)
	all := slices.Clone(published)
	for p := figure.PeriodAt(figure.Monthly, first).Next(); ; p = p.Next() {
		begins := figure.DayAt(p.Start()).Start(zone)
		if begins.After(last) {
			break
		}
		all = append(all, begins.UnixMilli())
	}
	if calendar, f := t.Indicator.Calendar, t.Indicator.Frequency(); calendar != nil {
		for p := figure.PeriodAt(f, first).Add(-2 * f.PerYear()); p.Start().Before(last); p = p.Next() {
			if overdue, ok := calendar.Overdue(p); ok && overdue.After(first) {
				all = append(all, overdue.UnixMilli())
			}
		}
	}
	for _, change := range t.Changes() {
		if !change.Before(first) && !change.After(last) {
			all = append(all, change.UnixMilli())
		}
	}
	slices.Sort(all)
	return turns{slices.Compact(all), last.UnixMilli()}
}

// changesOnly are the turns of a target for which nothing was ever published:
// those of its goal.
func (v *snapshot) changesOnly(t *catalog.Target) (all turns) {
	if changes := t.Changes(); len(changes) > 0 {
		all = turns{[]int64{v.begins()}, math.MaxInt64}
		for _, change := range changes {
			all.moments = append(all.moments, change.UnixMilli())
		}
	}
	return all
}

// moments are the times in the selection at which a target's state could
// change. Unless samples of a range are wanted, the first is the turn whose
// state holds at the start.
func (v *snapshot) moments(t *catalog.Target, s *selection) []int64 {
	now := s.now.UnixMilli()
	all := v.turns(t, now)
	switch {
	case s.list != "": // labels only
		return []int64{now}
	case len(all) == 0:
		return []int64{v.begins()} // it never changes
	case now < all[0]: // as_of is before the first publication
		return []int64{now}
	}
	from, to := max(min(s.from, now), all[0]), min(s.to, now)
	first, exactly := slices.BinarySearch(all, from)
	end, _ := slices.BinarySearch(all, to+1)
	within := all[first:max(first, end)]
	if s.over || exactly {
		return within
	}
	return slices.Insert(slices.Clone(within), 0, max(all[first-1], s.start))
}

// targetsOf returns the targets a selector may match.
func (v *snapshot) targetsOf(s *selection, yield func(*catalog.Target)) {
	for _, t := range v.catalog.Targets {
		if s.wants("target", t.ID) && s.wants("indicator", t.Indicator.Code) && s.wants("area", t.Area.Code) && s.ctx.Err() == nil {
			yield(t)
		}
	}
}

// stateHistory is the states of a target in one category over time; nil if the
// category was not known.
type stateHistory struct {
	at     []int64
	states []*judged
}

// samples are the values of the states. A state without a value ends the one
// before it.
func (c *stateHistory) samples(of func(*judged) (float64, bool)) []Sample {
	return c.samplesAt(func(n int) (v float64, ok bool) {
		if c.states[n] == nil {
			return 0, false
		}
		return of(c.states[n])
	})
}

// samplesAt are the values at the times of the history.
func (c *stateHistory) samplesAt(of func(n int) (float64, bool)) []Sample {
	samples := make([]Sample, 0, len(c.at))
	for n, at := range c.at {
		v, ok := of(n)
		switch {
		case ok:
			samples = append(samples, Sample{at, v})
		case len(samples) > 0 && !value.IsStaleNaN(samples[len(samples)-1].Value):
			samples = append(samples, Sample{at, StaleMarker})
		}
	}
	return samples
}

// stateHistories returns the states over time of every category of a target.
func (v *snapshot) stateHistories(t *catalog.Target, s *selection, yield func(newest *judged, c *stateHistory)) {
	at, now := v.moments(t, s), s.now.UnixMilli()
	found := map[string]*stateHistory{}
	var order []*stateHistory
	for n := range at {
		// A value at a time in the far future has its sample as far back as
		// possible; it is judged as it is now.
		states := v.statesAt(t, min(at[n], now))
		for i := range states {
			c := found[states[i].Category]
			if c == nil {
				c = &stateHistory{at, make([]*judged, len(at))}
				found[states[i].Category] = c
				order = append(order, c)
			}
			c.states[n] = &states[i]
		}
	}
	for _, c := range order {
		newest := len(at) - 1
		for c.states[newest] == nil {
			newest--
		}
		yield(c.states[newest], c)
	}
}

// eachState passes the series that of makes from the states of targets. Labels
// are those of any state of a category: they do not change.
func eachState(of func(*snapshot, *selection, *judged, yieldValue)) func(*snapshot, *selection, func(metric.Labels, func() []Sample)) {
	return func(v *snapshot, s *selection, yield func(metric.Labels, func() []Sample)) {
		v.targetsOf(s, func(t *catalog.Target) {
			v.stateHistories(t, s, func(newest *judged, c *stateHistory) {
				of(v, s, newest, func(pairs metric.Labels, value func(*judged) (float64, bool)) {
					yield(pairs, func() []Sample { return c.samples(value) })
				})
			})
		})
	}
}

// eachTold passes a series for each thing told about each target, which is 1
// while it holds: of gives one for each state, and none where it is zero.
func eachTold[K comparable](of func(*snapshot, *stateHistory) []K, labelled func(*verdict.State, K) metric.Labels) func(*snapshot, *selection, func(metric.Labels, func() []Sample)) {
	return func(v *snapshot, s *selection, yield func(metric.Labels, func() []Sample)) {
		v.targetsOf(s, func(t *catalog.Target) {
			v.stateHistories(t, s, func(newest *judged, c *stateHistory) {
				var none K
				said, told := of(v, c), map[K]bool{none: true}
				for _, one := range said {
					if told[one] {
						continue
					}
					told[one] = true
					yield(labelled(&newest.State, one), func() []Sample {
						return c.samplesAt(func(n int) (float64, bool) { return 1, said[n] == one })
					})
				}
			})
		})
	}
}

// sentences are those on the states of a history, empty where there is none.
func (v *snapshot) sentences(c *stateHistory) []lang.Text {
	said := make([]lang.Text, len(c.states))
	for n, st := range c.states {
		switch {
		case st == nil:
		case n > 0 && st == c.states[n-1]:
			said[n] = said[n-1]
		default:
			said[n] = st.sentence(v.book)
		}
	}
	return said
}

func eachPath(v *snapshot, s *selection, yield func(metric.Labels, func() []Sample)) {
	v.targetsOf(s, func(t *catalog.Target) {
		states := v.statesAt(t, s.now.UnixMilli())
		for i := range states {
			v.path(&states[i].State, s, yield)
		}
	})
}

// path passes the lines of one state.
func (v *snapshot) path(state *verdict.State, s *selection, yield func(metric.Labels, func() []Sample)) {
	t := state.Target
	line := verdict.Line(*state, v.history(place{t.Indicator, t.Area.Code, state.Category}, &s.manner))
	if len(line) == 0 && state.Goal.Known {
		line = v.goalOnly(state, s) // there is a goal even without a plan
	}
	if len(line) == 0 {
		return
	}
	f := line[0].Period.Frequency()
	measure := pathMeasure(t, f)
	in := s.scaleOf(t.Indicator, t.Measure)
	for _, way := range ways {
		pairs := metric.Labels{"area", t.Area.Code, "category", state.Category, "freq", f.String(), "indicator", t.Indicator.Code,
			"line", way.name, "measure", measure, "target", t.ID, "unit", s.unitOf(t)}
		yield(pairs, func() []Sample {
			var samples []Sample
			for i := range line {
				if n := way.of(state, &line[i]); n.Known {
					samples = append(samples, Sample{start(line[i].Period), n.Value / in.factor})
				}
			}
			return mortal(samples, f, math.MinInt64)
		})
	}
}

// ways are the lines of a path.
var ways = []struct {
	name string
	of   func(*verdict.State, *verdict.Outlook) verdict.Number
}{
	{"goal", func(s *verdict.State, p *verdict.Outlook) verdict.Number { return verdict.GoalOf(*s, p.Period) }},
	{"high", func(_ *verdict.State, p *verdict.Outlook) verdict.Number { return p.High }},
	{"low", func(_ *verdict.State, p *verdict.Outlook) verdict.Number { return p.Low }},
	{"plan", func(s *verdict.State, p *verdict.Outlook) verdict.Number {
		if s.Target.Kind == catalog.Floor || s.Target.Kind == catalog.Ceiling {
			return verdict.Number{} // its goal, at any time
		}
		return p.Plan
	}},
	{"projection", func(_ *verdict.State, p *verdict.Outlook) verdict.Number { return p.Projection }},
}

// pathMeasure is the measure to plot a path against: within a year, the year to
// date.
func pathMeasure(t *catalog.Target, f figure.Frequency) string {
	switch {
	case t.PerDay:
		return "daily"
	case t.Kind == catalog.AnnualTotal || t.Kind == catalog.Multiple && t.Indicator.Kind == catalog.Flow:
		if f != figure.Annual {
			return figure.YTD.String()
		}
	}
	return t.Measure.String()
}

// reached is what a reader must know about the value of a target.
type reached struct {
	period figure.Period
	basis  derive.Basis // of the weakest figure that the verdict rests on
}

// reached is that of the states of a history, zero where nothing has been
// reached.
func (v *snapshot) reached(c *stateHistory) []reached {
	all := make([]reached, len(c.states))
	for n, st := range c.states {
		if st != nil && st.Value.Known {
			all[n] = reached{st.Period, st.Basis()}
		}
	}
	return all
}

func reachedLabels(s *verdict.State, r reached) metric.Labels {
	t, name := s.Target, r.period.Name()
	return metric.Labels{"area", t.Area.Code, "category", s.Category, "indicator", t.Indicator.Code,
		"period", r.period.String(), "period_en", name.EN, "period_zh", name.ZH, "rests_on", string(r.basis), "target", t.ID}
}
