package catalog

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/tidemark-stats/tidemark/figure"
)

// Definition is what figures of an indicator mean: without it a stored number
// says nothing. It is stored beside the figures.
type Definition struct {
	Unit      string `json:"unit"` // the base unit
	Kind      Kind   `json:"kind"`
	Frequency string `json:"frequency"` // the indicator's own
	// Becoming is the unit into which the figures are being put; while they
	// are, they have none.
	Becoming string `json:"becoming,omitempty"`
}

// Definition is what figures of the indicator mean today.
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

// A ConflictError says that the figures of an indicator were stored under
// another definition than the catalogue's, so that nobody may read them as the
// catalogue says.
type ConflictError struct {
	Indicator      string
	Stored, Listed Definition
}

// Error names what differs and the ways out.
func (e *ConflictError) Error() string { return e.Reason() + ": " + e.WayOut() }

// Reason names what differs.
func (e *ConflictError) Reason() string {
	if e.Stored.Becoming != "" {
		return fmt.Sprintf("the figures of %s are being put into the unit %s, and that has not ended", e.Indicator, e.Stored.Becoming)
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

// WayOut says what to do.
func (e *ConflictError) WayOut() string {
	if e.Stored.Becoming != "" {
		return "wait for `tidemark migrate " + e.Indicator + "`, or run it again if it was ended early"
	}
	return "run `tidemark migrate " + e.Indicator + "`, or give the catalogue its old definition back"
}

// Conflict holds the stored definition of an indicator against the catalogue's.
// It is nil where they agree, and where either does not know the indicator. A
// definition that cannot be read is one that this catalogue does not have.
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

// Goal is what a target asked for, as it is stored when it changes.
type Goal struct {
	Value   string `json:"value"` // in the base unit, of a multiple the factor
	Unit    string `json:"unit"`
	Written string `json:"written"`
	Wording string `json:"wording"`
	Source  string `json:"source"`
}

// Goal is what the target asks for.
func (t *Target) Goal() Goal {
	return Goal{t.Value.String(), t.unit(), t.Written, t.Wording, t.Source}
}

func (t *Target) unit() string { return t.Indicator.UnitOf(t.Measure).Code }

// String is the goal as it is stored.
func (g Goal) String() string { return asJSON(g) }

// Past is what was stored of a target at a moment, see Goal.
type Past struct {
	Since time.Time
	Goal  string
}

// Remembering is the catalogue with the goals that were stored, by the ids of
// targets and in the order of time: each held until the next, and the first
// ever before. A target whose versions the catalogue tells itself (since) is
// as the catalogue tells. What is now in the catalogue and not the last that
// was stored holds from now on.
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

// inUnit is a goal that was stored in another unit in that of today; ok is
// false where the catalogue does not say how many of the one are the other.
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
			return // of no use, or said again
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
	if add(t.Goal(), now.Truncate(time.Millisecond)); len(versions) == 1 { // moments are told in milliseconds
		return t
	}
	become(versions)
	return versions[len(versions)-1]
}
