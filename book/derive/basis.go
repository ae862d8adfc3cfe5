package derive

import (
	"github.com/tidemark-stats/tidemark/figure"
	"github.com/tidemark-stats/tidemark/internal/lang"
)

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

// Name is the word for a basis that people read beside a value.
func (b Basis) Name() lang.Text {
	switch b {
	case Computed:
		return lang.Text{ZH: "推算", EN: "derived"}
	case Estimates:
		return lang.Text{ZH: "估计", EN: "estimated"}
	case Imputes:
		return lang.Text{ZH: "插补", EN: "imputed"}
	}
	return lang.Text{ZH: "公布", EN: "published"}
}

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
