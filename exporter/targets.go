package exporter

import (
	"sync"
	"time"

	"github.com/tidemark-stats/tidemark/exporter/target"
)

// targets is the targets' part of the page. A verdict changes with the
// figures and with the calendar, so it is judged again for a new view, and
// otherwise once in judgeEvery.
type targets struct {
	now func() time.Time

	mu    sync.Mutex
	of    *view
	at    time.Time
	page  []byte
	unmet map[unmetKey]bool // by the figures of the view
}

// unmetKey is what the answer to "was it met until a revision" depends on,
// beside the figures.
type unmetKey struct {
	target, category string
	met              bool
}

const judgeEvery = time.Minute

// The families of the targets' part; all are gauges.
var (
	familyTargetInfo       = family{"tidemark_target_info", "Names and properties of a target."}
	familyTargetValue      = family{"tidemark_target_value", "What a target has reached, in the base unit: to date within the year of its deadline, else the newest."}
	familyTargetGoal       = family{"tidemark_target_goal", "What a target is to reach or to keep, in the base unit."}
	familyTargetPlan       = family{"tidemark_target_plan", "What the value of a target would have to be by now, in the base unit."}
	familyTargetAttainment = family{"tidemark_target_attainment_ratio", "Value over goal of a target; goal over value where lower is better."}
	familyTargetProjection = family{"tidemark_target_projection", "Where a target will end, in the base unit."}
	familyTargetLow        = family{"tidemark_target_projection_low", "The lower end of the band of the projection."}
	familyTargetHigh       = family{"tidemark_target_projection_high", "The upper end of the band of the projection."}
	familyTargetRequired   = family{"tidemark_target_required_per_period", "What each remaining period has to bring to reach a target, in the base unit."}
	familyTargetVerdict    = family{"tidemark_target_verdict", "The verdict on a target: 1 for the one that holds, 0 for the others."}
	familyTargetUnmet      = family{"tidemark_target_unmet", "Whether a target was met until figures were revised (1) or not (0)."}

	targetFamilies = []family{familyTargetInfo, familyTargetValue, familyTargetGoal, familyTargetPlan, familyTargetAttainment,
		familyTargetProjection, familyTargetLow, familyTargetHigh, familyTargetRequired, familyTargetVerdict, familyTargetUnmet}
)

// pageFor is the part for a view, as it is now.
func (t *targets) pageFor(v *view) []byte {
	t.mu.Lock()
	defer t.mu.Unlock()
	now := t.now()
	if t.of != v || now.Sub(t.at) >= judgeEvery || now.Before(t.at) {
		if t.of != v {
			t.unmet = map[unmetKey]bool{} // looking back at every revision takes its time
		}
		t.of, t.at = v, now
		t.page = v.writeTargets(now.In(v.catalog.Location()), t.unmet)
	}
	return t.page
}

// writeTargets judges every target and writes the states.
func (v *view) writeTargets(at time.Time, unmet map[unmetKey]bool) []byte {
	states := target.All(v.catalog, v.book, at)
	labels := make([][]byte, len(states))
	for i := range states {
		labels[i] = targetLabels(&states[i])
	}
	var b []byte
	b = familyTargetInfo.appendHead(b)
	for i := range states {
		b = familyTargetInfo.appendSample(b, targetInfoLabels(&states[i]), 1)
	}
	number := func(f family, of func(*target.State) target.Number) {
		b = f.appendHead(b)
		for i := range states {
			if n := of(&states[i]); n.Known {
				b = f.appendSample(b, labels[i], n.Value)
			}
		}
	}
	number(familyTargetValue, func(s *target.State) target.Number { return s.Value })
	number(familyTargetGoal, func(s *target.State) target.Number { return s.Goal })
	number(familyTargetPlan, func(s *target.State) target.Number { return s.Plan })
	number(familyTargetAttainment, func(s *target.State) target.Number { return s.Attainment })
	number(familyTargetProjection, func(s *target.State) target.Number { return s.Projection })
	number(familyTargetLow, func(s *target.State) target.Number { return s.Low })
	number(familyTargetHigh, func(s *target.State) target.Number { return s.High })
	number(familyTargetRequired, func(s *target.State) target.Number { return s.Required })
	b = familyTargetVerdict.appendHead(b)
	for i := range states {
		for _, verdict := range target.Verdicts() {
			b = familyTargetVerdict.appendSample(b, targetLabels(&states[i], "verdict", string(verdict)), bit(states[i].Verdict == verdict))
		}
	}
	b = familyTargetUnmet.appendHead(b)
	for i := range states {
		key := unmetKey{states[i].Target.ID, states[i].Category, states[i].Verdict == target.Met}
		was, known := unmet[key]
		if !known {
			_, was = target.UnmetBy(states[i], v.book)
			unmet[key] = was
		}
		b = familyTargetUnmet.appendSample(b, labels[i], bit(was))
	}
	return b
}

// bit is a truth as Prometheus writes it.
func bit(holds bool) float64 {
	if holds {
		return 1
	}
	return 0
}

func targetLabels(s *target.State, more ...string) []byte {
	return appendLabels(nil, append([]string{"area", s.Target.Area.Code, "category", s.Category,
		"indicator", s.Target.Indicator.Code, "target", s.Target.ID}, more...)...)
}

func targetInfoLabels(s *target.State) []byte {
	t := s.Target
	deadline := ""
	if !s.Deadline.IsZero() {
		deadline = s.Deadline.String()
	}
	unit := t.Indicator.UnitOf(t.Measure).Code
	if t.PerDay {
		unit += "/d"
	}
	return targetLabels(s, "deadline", deadline, "kind", string(t.Kind), "name_en", t.Name.EN, "name_zh", t.Name.ZH, "unit", unit)
}
