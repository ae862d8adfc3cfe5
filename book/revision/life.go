package revision

import (
	"math"
	"time"

	"github.com/tidemark-stats/tidemark/book"
	"github.com/tidemark-stats/tidemark/figure"
)

// life is what became of one figure.
type life struct {
	relative bool // the numbers are amounts, so that a power of ten is a unit

	began     time.Time // first publication, with or without a number
	published time.Time // first publication of a number
	changed   time.Time // last change of the number
	first     float64   // the first number, in the unit of the newest
	newest    float64

	numbered bool // there was a number
	withheld bool // there is none now
	awaited  bool // there was none at first
	revised  bool // the number changed
	rescaled bool // it changed by a power of ten
}

// publish adds the next publication. What was filled in by others (status I) was
// not published.
func (l *life) publish(v book.Figure) {
	if v.Status == figure.Imputed {
		return
	}
	if l.began.IsZero() {
		l.began = v.Published
	}
	if v.Withheld {
		l.awaited = l.awaited || !l.numbered
		l.withheld = true
		return
	}
	l.withheld = false
	if !l.numbered {
		l.numbered, l.published, l.first, l.newest = true, v.Published, v.Value, v.Value
		return
	}
	if v.Value == l.newest {
		return
	}
	if l.relative {
		if factor, ok := rescaling(l.newest, v.Value); ok {
			l.rescaled = true
			l.first *= factor
			l.newest *= factor
		}
	}
	// Multiplying floats is inexact in the last bits.
	if math.Abs(v.Value-l.newest) > 1e-12*math.Abs(v.Value) {
		l.revised, l.changed = true, v.Published
	} else if !l.revised {
		l.first = v.Value
	}
	l.newest = v.Value
}

// rescaling is the power of ten by which an amount was corrected: 万 were
// published as 亿, or a decimal point was misplaced. From a factor of 100 on the
// rest may be a revision of up to a twentieth. A factor of ten must be exact,
// because a small number may grow tenfold.
func rescaling(from, to float64) (factor float64, ok bool) {
	if from == 0 || to == 0 || math.Signbit(from) != math.Signbit(to) {
		return 0, false
	}
	power := math.Round(math.Log10(to / from))
	factor = math.Pow(10, power)
	rest := math.Abs(to/from/factor - 1)
	if math.Abs(power) == 1 {
		return factor, rest < 1e-9
	}
	return factor, power != 0 && rest <= 0.05
}

// archived is how long after its period a figure can have been published for
// the first time. Yearbooks take a year and a half.
const archived = 2 * 366 * 24 * time.Hour

// archived reports whether the figure comes from an archive without the days of
// publication: what tidemark knows first of it is not what was published first.
func (l *life) archived(p figure.Period) bool {
	return l.began.Sub(p.End()) > archived
}
