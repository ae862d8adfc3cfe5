// Package derive computes what follows from published figures: single months
// from 累计 and vice versa, quarters and years, averages, growth, a base
// calculated back from growth, the sum of the last twelve months, daily averages,
// ratios and records. It is pure: no clock, no I/O.
//
// Published figures always take precedence. A derived value is marked as derived,
// names the figures it was computed from, and says whether any of them was imputed
// or estimated. It is recomputed from whatever is known, so it disappears as soon
// as the published figure arrives. No sum includes a withheld figure, and nothing
// replaces one. Nothing is computed from figures on both sides of a break of the
// series.
package derive

import (
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/tidemark-stats/tidemark/figure"
)

// Value is a figure, or a value derived from figures, in the base unit of its
// measure.
type Value struct {
	Measure  figure.Measure
	Period   figure.Period
	Value    float64       // 0 if Withheld; never NaN or infinite
	Withheld bool          // published without a number; never set on derived values
	Status   figure.Status // for a derived value, that of the weakest figure it depends on

	// Published is when the value became known: for a derived one, when the
	// last figure it depends on did. It is zero if unknown.
	Published time.Time

	Derived   bool // not published, but computed from Terms
	Imputed   bool // is, or depends on, a figure that was filled in (status I)
	Estimated bool // is, or depends on, an estimate, a forecast or an unreliable figure
	Early     bool // is, or depends on, a figure published before its period had ended

	terms []Term
	form  form
}

// Term is one figure that a derived value depends on.
type Term struct {
	Minus   bool // it is subtracted
	Measure figure.Measure
	Period  figure.Period
	Value   float64
	Of      string // the indicator, if it is a different one
}

// form is how a value is computed from terms.
type form uint8

const (
	given  form = iota
	sum         // terms added and subtracted
	growth      // the first divided by the second, minus one, in percent
	back        // the first divided by one plus the second, a growth rate
	ratio       // the first divided by the second
	daily       // the first divided by the days of its period
	mean        // the sum of the terms divided by their number
)

// Terms returns the figures that a derived value depends on, nil for a
// published one.
func (v Value) Terms() []Term { return slices.Clone(v.terms) }

// Formula says how a derived value was computed, in symbols that need no
// translation: "ytd 2023-09 − ytd 2023-08". It is empty for a published one.
func (v Value) Formula() string {
	names := make([]string, len(v.terms))
	for i, t := range v.terms {
		names[i] = t.String()
	}
	switch v.form {
	case growth:
		return "(" + names[0] + " ÷ " + names[1] + " − 1) × 100"
	case back:
		return names[0] + " ÷ (1 + " + names[1] + " ÷ 100)"
	case ratio:
		return names[0] + " ÷ " + names[1]
	case daily:
		return names[0] + " ÷ days"
	case mean:
		return "(" + strings.Join(names, " + ") + ") ÷ " + strconv.Itoa(len(names))
	}
	var b strings.Builder
	for i, t := range v.terms {
		switch {
		case t.Minus && i > 0:
			b.WriteString(" − ")
		case t.Minus:
			b.WriteString("−")
		case i > 0:
			b.WriteString(" + ")
		}
		b.WriteString(names[i])
	}
	return b.String()
}

// String names the term: "ytd 2023-09", preceded by its indicator if that is a
// different one.
func (t Term) String() string {
	name := t.Measure.String() + " " + t.Period.String()
	if t.Of != "" {
		return t.Of + " " + name
	}
	return name
}

// Firm reports whether a verdict may depend on the value: it is a number, and
// nothing in it is imputed, estimated or published before the end of its
// period.
func (v Value) Firm() bool { return !v.Withheld && !v.Imputed && !v.Estimated && !v.Early }

// weakness orders statuses by how unreliable a value with them is: one imputed
// value weighs more than any number of estimates on a path.
func (v *Value) weakness() int {
	switch {
	case v.Imputed:
		return 10000
	case v.Estimated || v.Early:
		return 100
	case v.Status != figure.Normal:
		return 2
	}
	return 1
}

// estimated lists the statuses of numbers that do not count what happened:
// estimates, forecasts, experimental, not significant, unreliable and
// unvalidated values (CL_OBS_STATUS). A provisional value (P) is published and
// counts until it is revised.
func estimated(s figure.Status) bool {
	switch s {
	case figure.Estimated, figure.Forecast, 'G', 'N', 'U', 'V':
		return true
	}
	return false
}

// mark sets what follows from the status and publication of a published
// figure.
func (v Value) mark() Value {
	if v.Status == 0 {
		v.Status = figure.Normal
	}
	v.Derived, v.terms, v.form = false, nil, given
	v.Imputed = v.Status == figure.Imputed
	v.Estimated = estimated(v.Status)
	// Half a day: time zones east of Greenwich end their months before UTC.
	v.Early = !v.Published.IsZero() && v.Published.Before(v.Period.End().Add(-24*time.Hour))
	if v.Withheld {
		v.Value = 0
	}
	return v
}

// rests marks v as derived from the given values.
func (v Value) rests(f form, terms []Term, on ...Value) (Value, bool) {
	if math.IsNaN(v.Value) || math.IsInf(v.Value, 0) {
		return Value{}, false
	}
	v.Derived, v.form, v.terms = true, f, terms
	weakest := 0
	for i := range on {
		v.inherit(&on[i], &weakest)
	}
	return v, true
}

// inherit marks v as derived from o. weakest is the weakness of the weakest
// value so far.
func (v *Value) inherit(o *Value, weakest *int) {
	v.Imputed = v.Imputed || o.Imputed
	v.Estimated = v.Estimated || o.Estimated
	v.Early = v.Early || o.Early
	if o.Published.After(v.Published) {
		v.Published = o.Published
	}
	if w := o.weakness(); w > *weakest {
		*weakest, v.Status = w, o.Status
	}
}

// term is v as a term of another value: a value derived from a single figure
// is named after that figure.
func (v Value) term(minus bool) Term {
	if len(v.terms) == 1 && v.form == sum && !v.terms[0].Minus {
		t := v.terms[0]
		t.Minus = minus
		return t
	}
	return Term{Minus: minus, Measure: v.Measure, Period: v.Period, Value: v.Value}
}
