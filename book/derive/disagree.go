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

// Disagreement is a published growth rate that differs from the published
// levels by more than rounding explains.
type Disagreement struct {
	Published Value // the rate, which is shown
	Derived   Value // the rate computed from the levels of the two periods
}

// By is by how many percentage points the published rate exceeds the one
// computed from the levels.
func (d Disagreement) By() float64 { return d.Published.Value - d.Derived.Value }

// Disagreements returns the published growth rates of a measure and frequency
// that do not agree with the levels, in the order of periods. It returns none
// if growth is at constant prices, since that never follows from levels, and
// none across a break.
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

// rounding is by how much rounding may have changed a published rate: half a
// unit of the last decimal that any rate of the measure has, as no rate is
// rounded to tens of percents.
func (h *History) rounding(m figure.Measure) float64 {
	return math.Pow10(min(0, h.finest(func(c cell) bool { return c.measure == m }))) / 2
}

// roundingOf is by how much the rounding of the levels may have changed a
// growth rate computed from them, in percentage points.
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

// finest is the power of ten of the last digit of the most precise of the
// selected figures. One figure alone does not show how it was rounded, because
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

// lastDigit is the power of ten of the last nonzero digit.
func lastDigit(v float64) int {
	mantissa, exponent, _ := strings.Cut(strconv.FormatFloat(math.Abs(v), 'e', -1, 64), "e")
	power, _ := strconv.Atoi(exponent)
	return power - max(0, len(mantissa)-len("1."))
}
