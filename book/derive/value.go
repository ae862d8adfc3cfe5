// Package derive works out what follows from published figures: single
// months from 累计 and back, quarters and years, averages, growth, a base worked back
// from growth, the sum of the last twelve months, daily averages, ratios and
// records. It is pure: no clock, no I/O.
//
// Published always wins. What is derived says so, says from what, and says
// whether any of it was imputed or estimated; it gives way as soon as the
// published figure arrives, because it is worked out anew from whatever is
// known. A withheld figure is a hole: no sum reaches across it, and nothing
// takes its place. A break of the series is a border: nothing rests on figures
// of both sides.
package derive

import (
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/tidemark-stats/tidemark/figure"
)

// Value is a figure, or what follows from figures, in the base unit of its
// measure.
type Value struct {
	Measure  figure.Measure
	Period   figure.Period
	Value    float64       // 0 when Withheld; never NaN or infinite
	Withheld bool          // it is published that there is no number; never set on what is derived
	Status   figure.Status // of a derived value that of the weakest figure it rests on

	// Published is when the value became known: of a derived one, when the
	// last figure it rests on did. It is zero where nobody said.
	Published time.Time

	Derived   bool // not published: worked out from Terms
	Imputed   bool // is, or rests on, a figure that was filled in (status I)
	Estimated bool // is, or rests on, an estimate, a forecast or an unreliable figure
	Early     bool // is, or rests on, a figure published before its period had ended

	terms []Term
	form  form
}

// Term is one figure that a derived value rests on.
type Term struct {
	Minus   bool // it is taken off
	Measure figure.Measure
	Period  figure.Period
	Value   float64
	Of      string // the indicator, where it is another one
}

// form is how terms make a value.
type form uint8

const (
	given  form = iota
	sum         // terms added and taken off
	growth      // the first over the second, less one, in percent
	back        // the first divided by one plus the growth that is the second
	ratio       // the first over the second
	daily       // the first over the days of its period
	mean        // the sum of the terms over their number
)

// Terms are the figures a derived value rests on, none of a published one.
func (v Value) Terms() []Term { return slices.Clone(v.terms) }

// Formula says how a derived value came about, in symbols that need no
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

// String names the term: "ytd 2023-09", with its indicator in front where it
// is another one's.
func (t Term) String() string {
	name := t.Measure.String() + " " + t.Period.String()
	if t.Of != "" {
		return t.Of + " " + name
	}
	return name
}

// Firm tells whether a verdict may rest on the value: it is a number, and
// nothing in it is imputed, estimated or from before the end of its period.
func (v Value) Firm() bool { return !v.Withheld && !v.Imputed && !v.Estimated && !v.Early }

// weakness orders statuses by how little a value of them bears: a number to
// be imputed weighs more than any number of estimates on a path.
func (v Value) weakness() int {
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

// estimated are the statuses of numbers that are no count of what happened:
// estimates, forecasts, experimental, not significant, unreliable and
// unvalidated values (CL_OBS_STATUS). A provisional one (P) is published and
// stands until it is revised.
func estimated(s figure.Status) bool {
	switch s {
	case figure.Estimated, figure.Forecast, 'G', 'N', 'U', 'V':
		return true
	}
	return false
}

// mark fills in what status and publication say of a published figure.
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

// rests makes v derived from the given values.
func (v Value) rests(f form, terms []Term, on ...Value) (Value, bool) {
	if math.IsNaN(v.Value) || math.IsInf(v.Value, 0) {
		return Value{}, false
	}
	v.Derived, v.form, v.terms = true, f, terms
	weakest := 0
	for _, o := range on {
		v.Imputed = v.Imputed || o.Imputed
		v.Estimated = v.Estimated || o.Estimated
		v.Early = v.Early || o.Early
		if o.Published.After(v.Published) {
			v.Published = o.Published
		}
		if w := o.weakness(); w > weakest {
			weakest, v.Status = w, o.Status
		}
	}
	return v, true
}

// term is v as a term of something else: what stands only under another name
// here is called by its own.
func (v Value) term(minus bool) Term {
	if len(v.terms) == 1 && v.form == sum && !v.terms[0].Minus {
		t := v.terms[0]
		t.Minus = minus
		return t
	}
	return Term{Minus: minus, Measure: v.Measure, Period: v.Period, Value: v.Value}
}
