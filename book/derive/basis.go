package derive

import "github.com/tidemark-stats/tidemark/figure"

// Basis says what a value rests on, which readers must see beside it: nothing
// that was filled in may look official.
type Basis string

// The bases, from the firmest to the weakest. Each value has exactly one.
const (
	Published Basis = "published" // by the agency, also if provisional or withheld
	Computed  Basis = "derived"   // from published figures only
	Estimates Basis = "estimated" // is, or depends on, an estimate, a forecast or an unreliable figure
	Imputes   Basis = "imputed"   // is, or depends on, a figure that was filled in (status I)
)

// Bases lists all of them in that order.
func Bases() []Basis { return []Basis{Published, Computed, Estimates, Imputes} }

// Basis is what the value rests on.
func (v Value) Basis() Basis {
	switch {
	case v.Imputed:
		return Imputes
	case v.Estimated:
		return Estimates
	case v.Derived:
		return Computed
	}
	return Published
}

// BasisOf is the basis of a figure with that status.
func BasisOf(s figure.Status) Basis { return Value{Status: s}.mark().Basis() }
