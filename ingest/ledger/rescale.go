package ledger

import (
	"slices"
	"strconv"
	"strings"

	"github.com/tidemark-stats/tidemark/store"
)

// Rescaling says that the unit of an indicator changes with an entry: figures
// decided before it must be multiplied by 10^Power. Growth rates stay the same.
type Rescaling struct {
	Indicator string `json:"indicator"`
	Power     int    `json:"power"`
}

// Rescalings are the changes of unit in a series of entries. They are immutable;
// nil is the empty list.
type Rescalings struct {
	all []rescaled
}

type rescaled struct {
	Rescaling
	floor uint64 // it applies to the messages up to this one
}

// And returns the list extended by those of the next entry.
func (r *Rescalings) And(e *Entry) *Rescalings {
	if len(e.Rescaled) == 0 {
		return r
	}
	more := &Rescalings{}
	if r != nil {
		more.all = slices.Clone(r.all)
	}
	for _, one := range e.Rescaled {
		more.all = append(more.all, rescaled{one, e.Floor})
	}
	return more
}

// Last returns the power of an indicator's last rescaling, 0 when there is none.
func (r *Rescalings) Last(indicator string) (power int) {
	if r == nil {
		return 0
	}
	for _, one := range r.all {
		if one.Indicator == indicator {
			power = one.Power
		}
	}
	return power
}

// AppendPoints appends the vintages that InfluxDB must hold because of the
// decision, in the current unit.
func (r *Rescalings) AppendPoints(to []store.Vintage, d *Decision) []store.Vintage {
	first := len(to)
	if to = d.AppendPoints(to); r == nil {
		return to
	}
	for _, one := range r.all {
		for i := first; i < len(to); i++ {
			if v := &to[i]; d.Seq <= one.floor && v.Indicator == one.Indicator && !v.Measure.Growth() {
				v.Value = Shifted(v.Value, one.Power)
			}
		}
	}
	return to
}

// Shifted returns v with its decimal point moved by power places, exactly:
// 2726.08 shifted by 4 is 27260800, to the last bit.
func Shifted(v float64, power int) float64 {
	mantissa, exponent, _ := strings.Cut(strconv.FormatFloat(v, 'e', -1, 64), "e")
	e, err := strconv.Atoi(exponent)
	if err != nil {
		return v // NaN or infinite
	}
	shifted, _ := strconv.ParseFloat(mantissa+"e"+strconv.Itoa(e+power), 64) // beyond a float64 it is infinite
	return shifted
}
