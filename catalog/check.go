package catalog

import (
	"maps"
	"slices"

	"github.com/tidemark-stats/tidemark/figure"
)

// lookup returns what the value of a key refers to. If there is no such thing,
// it reports that and returns the zero T.
func lookup[T any](m mapping, key string, known map[string]*T) *T {
	code := m.needText(key)
	if code == "" {
		return nil
	}
	found := known[code]
	if found == nil && len(known) > 0 { // a missing section is reported only once
		m.errorf(key, "%s %q is unknown%s", key, code, didYouMean(code, slices.Sorted(maps.Keys(known))))
	}
	return found
}

// conflicts reports contradictions between parts that are valid by themselves.
func (d *decoder) conflicts() {
	for _, a := range d.cat.Areas {
		if d.cat.areas[a.Kind] != nil {
			d.errorf(d.places[a], "area %s: kind %q is also the code of an area", a.Code, a.Kind)
		}
	}
	type line struct {
		indicator      *Indicator
		area, category string
		measure        figure.Measure
		kind           TargetKind
		by             figure.Period
	}
	first := map[line]*Target{}
	for _, t := range d.cat.Targets {
		if t.Indicator == nil || t.Area == nil {
			continue
		}
		l := line{t.Indicator, t.Area.Code, t.Category, t.Measure, t.Kind, t.By}
		if other := first[l]; other != nil {
			d.errorf(d.places[t], "target %s: %s is already the %s target for these figures and this deadline", t.ID, other.ID, other.Kind)
			continue
		}
		first[l] = t
	}
}
