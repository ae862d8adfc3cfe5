package catalog

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/tidemark-stats/tidemark/figure"
)

// Definition is what the figures of an indicator mean: a stored number alone
// says nothing. It is stored with the figures.
type Definition struct {
	Unit      string `json:"unit"` // the base unit
	Kind      Kind   `json:"kind"`
	Frequency string `json:"frequency"` // the indicator's own
	// Becoming is the unit to which the figures are being migrated; during a
	// migration they have no valid unit.
	Becoming string `json:"becoming,omitempty"`
}

// Definition is what figures of the indicator mean according to this
// catalogue.
func (i *Indicator) Definition() Definition {
	return Definition{Unit: i.Unit.Code, Kind: i.Kind, Frequency: i.Frequency().String()}
}

// ParseDefinition reads what String wrote.
func ParseDefinition(s string) (d Definition, err error) {
	err = json.Unmarshal([]byte(s), &d)
	return d, err
}

// String is the definition as it is stored.
func (d Definition) String() string { return asJSON(d) }

func asJSON(v any) string {
	text, err := json.Marshal(v)
	if err != nil {
		panic("catalog: " + err.Error()) // strings only
	}
	return string(text)
}

// A ConflictError reports that the figures of an indicator were stored under a
// definition other than the catalogue's, so they must not be read under the
// catalogue's.
type ConflictError struct {
	Indicator      string
	Stored, Listed Definition
}

// Error names the difference and how to fix it.
func (e *ConflictError) Error() string { return e.Reason() + ": " + e.WayOut() }

// Reason names the difference.
func (e *ConflictError) Reason() string {
	if e.Stored.Becoming != "" {
		return fmt.Sprintf("the migration of the figures of %s to the unit %s has not finished", e.Indicator, e.Stored.Becoming)
	}
	var differs []string
	for _, x := range []struct{ name, stored, listed string }{
		{"unit", e.Stored.Unit, e.Listed.Unit},
		{"kind", string(e.Stored.Kind), string(e.Listed.Kind)},
		{"frequency", e.Stored.Frequency, e.Listed.Frequency},
	} {
		if x.stored != x.listed {
			differs = append(differs, fmt.Sprintf("%s %s and the catalogue now says %s", x.name, x.stored, x.listed))
		}
	}
	return fmt.Sprintf("the figures of %s were stored with %s", e.Indicator, strings.Join(differs, ", "))
}

// WayOut says how to fix it.
func (e *ConflictError) WayOut() string {
	if e.Stored.Becoming != "" {
		return "wait for `tidemark migrate " + e.Indicator + "` to finish, or run it again if it was interrupted"
	}
	return "run `tidemark migrate " + e.Indicator + "`, or restore the old definition in the catalogue"
}

// Conflict compares the stored definition of an indicator with the
// catalogue's. It returns nil if they agree or if either does not know the
// indicator. A stored definition that cannot be read is a conflict.
func (c *Catalog) Conflict(indicator, stored string) error {
	i, listed := c.indicators[indicator]
	if !listed || stored == "" {
		return nil
	}
	d, err := ParseDefinition(stored)
	if err != nil {
		return fmt.Errorf("the stored definition of %s cannot be read: %w", indicator, err)
	}
	if d == i.Definition() {
		return nil
	}
	return &ConflictError{indicator, d, i.Definition()}
}

// Goal is the goal of a target, as stored when it changes.
type Goal struct {
	Value   string `json:"value"` // in the base unit; for a multiple, the factor
	Unit    string `json:"unit"`
	Written string `json:"written"`
	Wording string `json:"wording"`
	Source  string `json:"source"`
}

// Goal is the target's goal.
func (t *Target) Goal() Goal {
	return Goal{t.Value.String(), t.unit(), t.Written, t.Wording, t.Source}
}

func (t *Target) unit() string { return t.Indicator.UnitOf(t.Measure).Code }

// String is the goal as it is stored.
func (g Goal) String() string { return asJSON(g) }

// Past is a goal stored for a target and when it began to hold, see Goal.
type Past struct {
	Since time.Time
	Goal  string
}

// Remembering returns the catalogue with the stored goals, which are given by
// target id in chronological order: each held until the next one, and the
// first also before it was stored. If the catalogue lists a target's versions
// itself (since), those are used instead. A goal of the catalogue that differs
// from the last stored one holds from now on.
func (c *Catalog) Remembering(past map[string][]Past, now time.Time) *Catalog {
	remembering := *c
	remembering.Targets = slices.Clone(c.Targets)
	remembering.targets = make(map[string]*Target, len(c.targets))
	for n, t := range remembering.Targets {
		if t.versions == nil {
			remembering.Targets[n] = t.remembering(past[t.ID], now)
		}
		remembering.targets[t.ID] = remembering.Targets[n]
	}
	return &remembering
}

// inUnit converts a goal that was stored in another unit; ok is false if the
// catalogue does not give the factor between the two units.
func (t *Target) inUnit(g Goal) (Goal, bool) {
	if g.Unit == t.unit() || t.Kind == Multiple {
		g.Unit = t.unit()
		return g, true
	}
	power, ok := t.Indicator.UnitOf(t.Measure).Multiplier(g.Unit)
	value, err := figure.ParseDecimal(g.Value)
	if !ok || err != nil {
		return g, false
	}
	g.Value, g.Unit = value.Shift(power).String(), t.unit()
	return g, true
}

func (t *Target) remembering(past []Past, now time.Time) *Target {
	var versions []*Target
	add := func(g Goal, since time.Time) {
		v := *t
		value, err := figure.ParseDecimal(g.Value)
		if last := len(versions) - 1; err != nil || last >= 0 && versions[last].Goal() == g {
			return // unusable, or a repetition
		}
		v.Value, v.Written, v.Wording, v.Source, v.Since = value, g.Written, g.Wording, g.Source, since
		if len(versions) == 0 {
			v.Since = time.Time{}
		}
		versions = append(versions, &v)
	}
	for _, p := range past {
		var g Goal
		if json.Unmarshal([]byte(p.Goal), &g) != nil {
			continue
		}
		if g, ok := t.inUnit(g); ok {
			add(g, p.Since)
		}
	}
	if add(t.Goal(), now.Truncate(time.Millisecond)); len(versions) == 1 { // stored times have milliseconds
		return t
	}
	become(versions)
	return versions[len(versions)-1]
}
