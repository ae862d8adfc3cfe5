package promapi

import (
	"slices"
	"strings"
	"time"

	"github.com/prometheus/prometheus/model/value"

	"github.com/tidemark-stats/tidemark/catalog"
	"github.com/tidemark-stats/tidemark/exporter/metric"
	"github.com/tidemark-stats/tidemark/exporter/target"
	"github.com/tidemark-stats/tidemark/figure"
)

// targetFamilies are the states of targets at any moment, and the paths that
// lead to their deadlines.
func targetFamilies() []family {
	all := []family{
		{metric.Family{Name: "tidemark_target_path", Help: "Where a target's plan and projection lead, at the start of each period up to the deadline, in the base unit."}, eachPath},
		{metric.TargetInfo, eachInfo},
		{metric.TargetVerdict, eachStand(func(st *stand, yield func(metric.Labels, float64)) {
			for _, verdict := range target.Verdicts() {
				yield(st.labels.With("verdict", string(verdict)), metric.Bit(st.verdict == verdict))
			}
		})},
		{metric.TargetUnmet, eachUnmet},
	}
	for n, number := range metric.TargetNumbers {
		all = append(all, family{number.Family, eachNumber(n, number)})
	}
	return all
}

// stand is what is kept of a target's State.
type stand struct {
	labels, info metric.Labels
	numbers      []target.Number // of metric.TargetNumbers
	verdict      target.Verdict
}

func standOf(s *target.State) stand {
	st := stand{labels: metric.TargetLabels(s), info: metric.TargetInfoLabels(s), verdict: s.Verdict}
	for _, number := range metric.TargetNumbers {
		st.numbers = append(st.numbers, number.Of(s))
	}
	return st
}

// standKey is a target at a moment.
type standKey struct {
	id string
	at int64
}

// standsAt is where a target stood: judged at that moment by what was known
// at it. Of moments at which it could change the answer is kept.
func (v *snapshot) standsAt(t *catalog.Target, at int64, keep bool) []stand {
	key := standKey{t.ID, at}
	v.mu.Lock()
	known, ok := v.stands[key]
	v.mu.Unlock()
	if ok {
		return known
	}
	states := target.OfAsOf(t, v.book, time.UnixMilli(at).In(v.catalog.Location()))
	stands := make([]stand, len(states))
	for i := range states {
		stands[i] = standOf(&states[i])
	}
	if keep {
		v.mu.Lock()
		v.stands[key] = stands
		v.mu.Unlock()
	}
	return stands
}

// moments are when a target's state could change between from and to: when
// something was published, when a figure became overdue, when a month began.
// Where what stands is asked for, the first is from itself, or the first
// publication if that is later.
func (v *snapshot) moments(t *catalog.Target, s *selection) []int64 {
	now := s.now.UnixMilli()
	from, to := min(s.from, now), min(s.to, now)
	all := v.publications(t.Indicator, t.Area.Code, s.now)
	if len(all) == 0 {
		return []int64{v.begins()} // and it stays as it is
	}
	from = max(from, all[0])
	first := time.UnixMilli(from).In(v.catalog.Location())
	for p := figure.PeriodAt(figure.Monthly, first); ; p = p.Next() {
		begins := time.Date(p.Year(), time.Month(p.Number()), 1, 0, 0, 0, 0, v.catalog.Location()).UnixMilli()
		if begins > to {
			break
		}
		all = append(all, begins)
	}
	if c := t.Indicator.Calendar; c != nil {
		f := t.Indicator.Frequency()
		for p := figure.PeriodAt(f, first).Add(-2 * f.PerYear()); p.Start().UnixMilli() <= to; p = p.Next() {
			if due, ok := c.Due(p); ok {
				all = append(all, due.Add(c.Grace).UnixMilli())
			}
		}
	}
	all = slices.DeleteFunc(all, func(at int64) bool { return at < from || at > to })
	if !s.over {
		all = append(all, from)
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// targetsOf gives the targets a selector can mean.
func (v *snapshot) targetsOf(s *selection, yield func(*catalog.Target)) {
	for _, t := range v.catalog.Targets {
		if s.wants("target", t.ID) && s.wants("indicator", t.Indicator.Code) && s.wants("area", t.Area.Code) && s.ctx.Err() == nil {
			yield(t)
		}
	}
}

// timeline gathers points of series that are found moment by moment.
type timeline struct {
	order []string
	found map[string]*track
}

type track struct {
	pairs  metric.Labels
	points []point
}

// add sets the value of a series from at on.
func (l *timeline) add(pairs metric.Labels, at int64, value float64) {
	key := strings.Join(pairs, "\xff")
	tr := l.found[key]
	if tr == nil {
		tr = &track{pairs: pairs}
		l.found[key] = tr
		l.order = append(l.order, key)
	}
	tr.points = append(tr.points, point{at, value})
}

// close ends the series that have no value at the moment at.
func (l *timeline) close(at int64) {
	for _, tr := range l.found {
		if last := tr.points[len(tr.points)-1]; last.t < at && !value.IsStaleNaN(last.v) {
			tr.points = append(tr.points, point{at, staleMarker})
		}
	}
}

func (l *timeline) yield(to func(metric.Labels, func() []point)) {
	for _, key := range l.order {
		tr := l.found[key]
		to(tr.pairs, func() []point { return tr.points })
	}
}

// eachStand passes what of gives of each state.
func eachStand(of func(*stand, func(metric.Labels, float64))) func(*snapshot, *selection, func(metric.Labels, func() []point)) {
	return func(v *snapshot, s *selection, yield func(metric.Labels, func() []point)) {
		v.targetsOf(s, func(t *catalog.Target) {
			line := timeline{found: map[string]*track{}}
			for _, at := range v.asked(t, s) {
				stands := v.standsAt(t, at, at != s.from && s.known.IsZero())
				for i := range stands {
					of(&stands[i], func(pairs metric.Labels, value float64) { line.add(pairs, at, value) })
				}
				line.close(at)
			}
			line.yield(yield)
		})
	}
}

// asked are the moments to judge a target at: of labels only, now.
func (v *snapshot) asked(t *catalog.Target, s *selection) []int64 {
	if s.list != "" {
		return []int64{s.now.UnixMilli()}
	}
	return v.moments(t, s)
}

func eachInfo(v *snapshot, s *selection, yield func(metric.Labels, func() []point)) {
	eachStand(func(st *stand, add func(metric.Labels, float64)) {
		pairs := slices.Clone(st.info)
		if t, known := v.catalog.Target(find(pairs, "target")); known && s.display {
			pairs[len(pairs)-1] = perDay(t, s.scaleOf(t.Indicator, t.Measure).unit)
		}
		add(pairs, 1)
	})(v, s, yield)
}

func eachNumber(n int, number metric.TargetNumber) func(*snapshot, *selection, func(metric.Labels, func() []point)) {
	return func(v *snapshot, s *selection, yield func(metric.Labels, func() []point)) {
		eachStand(func(st *stand, add func(metric.Labels, float64)) {
			if !st.numbers[n].Known {
				return
			}
			value, pairs := st.numbers[n].Value, st.labels
			if t, known := v.catalog.Target(find(pairs, "target")); known && s.display && number.Amount {
				in := s.scaleOf(t.Indicator, t.Measure)
				value, pairs = value/in.factor, pairs.With("unit", perDay(t, in.unit))
			}
			add(pairs, value)
		})(v, s, yield)
	}
}

// perDay is the unit of a target that is judged on daily averages.
func perDay(t *catalog.Target, unit string) string {
	if t.PerDay {
		return unit + "/d"
	}
	return unit
}

// eachUnmet looks back at revisions, which takes its time, so that it is done
// only for those who ask.
func eachUnmet(v *snapshot, s *selection, yield func(metric.Labels, func() []point)) {
	v.targetsOf(s, func(t *catalog.Target) {
		line := timeline{found: map[string]*track{}}
		for _, at := range v.asked(t, s) {
			for _, state := range target.OfAsOf(t, v.book, time.UnixMilli(at).In(v.catalog.Location())) {
				_, unmet := target.UnmetBy(state, v.book)
				line.add(metric.TargetLabels(&state), at, metric.Bit(unmet))
			}
			line.close(at)
		}
		line.yield(yield)
	})
}

func eachPath(v *snapshot, s *selection, yield func(metric.Labels, func() []point)) {
	v.targetsOf(s, func(t *catalog.Target) {
		var states []target.State
		if s.known.IsZero() {
			states = target.Of(t, v.book, s.now.In(v.catalog.Location()))
		} else {
			states = target.OfAsOf(t, v.book, s.now.In(v.catalog.Location()))
		}
		for _, state := range states {
			v.path(&state, s, yield)
		}
	})
}

// path passes the lines of one state.
func (v *snapshot) path(state *target.State, s *selection, yield func(metric.Labels, func() []point)) {
	t := state.Target
	line := target.Line(*state, v.history(place{t.Indicator, t.Area.Code, state.Category}, s.known))
	if len(line) == 0 && !t.By.IsZero() && state.Goal.Known {
		line = []target.Point{{Period: t.By}} // there is a goal, if no way
	}
	if len(line) == 0 {
		return
	}
	f := line[0].Period.Frequency()
	measure := pathMeasure(t, f)
	in := s.scaleOf(t.Indicator, t.Measure)
	for _, way := range ways {
		pairs := metric.Labels{"area", t.Area.Code, "category", state.Category, "freq", f.String(), "indicator", t.Indicator.Code,
			"line", way.name, "measure", measure, "target", t.ID, "unit", perDay(t, in.unit)}
		yield(pairs, func() []point {
			var points []point
			for i := range line {
				if n := way.of(state, &line[i]); n.Known {
					points = append(points, point{start(line[i].Period), n.Value / in.factor})
				}
			}
			return mortal(points, f)
		})
	}
}

// ways are the lines of a path.
var ways = []struct {
	name string
	of   func(*target.State, *target.Point) target.Number
}{
	{"goal", func(s *target.State, _ *target.Point) target.Number { return s.Goal }},
	{"high", func(_ *target.State, p *target.Point) target.Number { return p.High }},
	{"low", func(_ *target.State, p *target.Point) target.Number { return p.Low }},
	{"plan", func(_ *target.State, p *target.Point) target.Number { return p.Plan }},
	{"projection", func(_ *target.State, p *target.Point) target.Number { return p.Projection }},
}

// pathMeasure is the measure to draw a path beside: within a year that of the
// year to date.
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
