package ledger

import (
	"slices"
	"strconv"
	"strings"

	"github.com/tidemark-stats/tidemark/store"
)

// Rescaling says that the figures of an indicator are in another unit from an
// entry on: what was decided before is to be multiplied by ten to the Power.
// Growth rates stay.
type Rescaling struct {
	Indicator string `json:"indicator"`
	Power     int    `json:"power"`
}

// Rescalings are those of the entries that were read. They are never changed;
// nil has none.
type Rescalings struct {
	all []rescaled
}

type rescaled struct {
	Rescaling
	floor uint64 // decisions up to this message were made before
}

// And gives those of another entry too.
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

// Last is the power of an indicator's last one, 0 where there is none.
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

// AppendPoints appends the vintages that InfluxDB holds because of the
// decision, in the unit of today.
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

// Shifted is the number whose decimal digits are those of v, the point moved by
// power places: 2726.08 by 4 is 27260800, to the last bit.
func Shifted(v float64, power int) float64 {
	mantissa, exponent, _ := strings.Cut(strconv.FormatFloat(v, 'e', -1, 64), "e")
	e, err := strconv.Atoi(exponent)
	if err != nil {
		return v // no number
	}
	shifted, _ := strconv.ParseFloat(mantissa+"e"+strconv.Itoa(e+power), 64) // beyond a float64 it is infinite
	return shifted
}
