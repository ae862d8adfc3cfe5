package derive

import (
	"iter"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/tidemark-stats/tidemark/figure"
)

// Disagreement is a published growth rate that the published levels do not
// give, beyond what rounding explains.
type Disagreement struct {
	Published Value // the rate, which is what is shown
	Derived   Value // what the levels of the two periods give
}

// By is by how many percentage points the published rate lies above what the
// levels give.
func (d Disagreement) By() float64 { return d.Published.Value - d.Derived.Value }

// Disagreements gives the published growth rates of a measure and frequency
// that the levels do not give, in the order of periods. There are none where
// growth is at constant prices, since levels never give that, and none across
// a break.
func (h *History) Disagreements(m figure.Measure, f figure.Frequency) iter.Seq[Disagreement] {
	return func(yield func(Disagreement) bool) {
		if !m.Growth() || h.Indicator.ConstantPrices || h.parts[0] != nil {
			return
		}
		for _, c := range slices.SortedFunc(maps.Keys(h.given), compareCells) {
			published := h.given[c]
			if c.measure != m || c.period.Frequency() != f || published.Withheld || published.Imputed {
				continue
			}
			derived, ok := h.levelGrowth(m, c.period)
			if !ok || derived.Imputed {
				continue
			}
			d := Disagreement{published, derived.as(m, c.period)}
			if math.Abs(d.By()) > h.rounding(m)+h.roundingOf(derived)+1e-9 && !yield(d) {
				return
			}
		}
	}
}

// rounding is by how much rounding can have moved a published rate: half a
// unit of the last decimal that any rate of the measure has, and no rate is
// rounded to tens of percents.
func (h *History) rounding(m figure.Measure) float64 {
	return math.Pow10(min(0, h.finest(func(c cell) bool { return c.measure == m }))) / 2
}

// roundingOf is by how much the rounding of the levels can have moved a growth
// that is worked out from them, in percentage points.
func (h *History) roundingOf(v Value) float64 {
	now, base := v.terms[0], v.terms[1]
	half := func(t Term) float64 {
		of, _ := h.At(t.Measure, t.Period)
		parts := of.terms
		if len(parts) == 0 {
			parts = []Term{t}
		}
		sum := 0.0
		for _, part := range parts {
			sum += math.Pow10(h.finest(func(c cell) bool {
				return c.measure == part.Measure && c.period.Frequency() == part.Period.Frequency()
			})) / 2
		}
		if of.form == mean {
			return sum / float64(len(parts))
		}
		return sum
	}
	return 100 * now.Value / base.Value * (half(now)/math.Abs(now.Value) + half(base)/base.Value)
}

// finest is the power of ten of the last digit of the most exact of the given
// figures that are meant. One figure alone does not tell how it was rounded:
// it may end in a zero.
func (h *History) finest(meant func(cell) bool) int {
	least := math.MaxInt
	for c, v := range h.given {
		if meant(c) && !v.Withheld && v.Value != 0 {
			least = min(least, lastDigit(v.Value))
		}
	}
	if least == math.MaxInt {
		return 0
	}
	return least
}

// lastDigit is the power of ten of the last digit that is not zero.
func lastDigit(v float64) int {
	mantissa, exponent, _ := strings.Cut(strconv.FormatFloat(math.Abs(v), 'e', -1, 64), "e")
	power, _ := strconv.Atoi(exponent)
	return power - max(0, len(mantissa)-len("1."))
}
