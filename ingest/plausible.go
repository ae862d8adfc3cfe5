package ingest

import (
	"fmt"
	"math"
	"slices"

	"github.com/tidemark-stats/tidemark/figure"
)

// enough neighbours are needed before a value is called implausible: one of
// them could itself be the wrong one.
const enough = 2

// plausible compares the candidate with what is known of its series. A value
// beyond the catalogue's jump from the median of its neighbours is refused,
// as a slipped unit when it is close to a power of ten off. The sender's
// confirmation overrides it. Growth rates are held within the catalogue's
// bounds instead, because their ratios mean nothing.
func (k *known) plausible(c *candidate) *figure.Problem {
	f := c.figure
	if f.Confirmed || f.Withheld || f.Measure.Growth() || c.base.Sign() <= 0 || c.indicator.MaxJump.Sign() <= 0 {
		return nil
	}
	var buf [16]float64
	near := k.neighbours(f.Cell, buf[:0])
	if len(near) < enough {
		return nil
	}
	usual := median(near)
	if f.Measure == figure.YTD {
		usual *= float64(f.Period.Number())
	}
	ratio, limit := c.base.Float64()/usual, c.indicator.MaxJump.Float64()
	if ratio <= limit && ratio >= 1/limit {
		return nil
	}
	return implausible(c, usual, ratio)
}

// slipTolerance is how far from a power of ten, in powers of ten, a ratio
// still looks like a slipped unit: a factor of two.
const slipTolerance = 0.301

func implausible(c *candidate, usual, ratio float64) *figure.Problem {
	f := c.figure
	power, _ := c.indicator.UnitOf(f.Measure).Multiplier(f.Unit)
	around := fmt.Sprintf("%.4g %s", usual/math.Pow10(power), f.Unit)
	p := &figure.Problem{Code: "figure/jump", Field: "value", Text: f.Value.String(),
		Reason: fmt.Sprintf("is %.3g times what is known around it (about %s); the catalogue allows %s times", ratio, around, c.indicator.MaxJump),
		Hint:   "check it; if it is right send it again with confirmed: true (--confirm)"}
	exponent := math.Log10(ratio)
	places := math.Round(exponent)
	if places != 0 && math.Abs(exponent-places) <= slipTolerance {
		p.Code = "figure/unit-slip"
		p.Reason = fmt.Sprintf("is 10^%+d off what is known around it (about %s)", int(places), around)
		p.Hint = fmt.Sprintf("did you mean %s? If it is right send it again with confirmed: true (--confirm)", c.meant(int(places)))
	}
	return p
}

// meant is what the sender probably meant: the same digits in another unit
// when there is one that is so many powers of ten off, else another value.
func (c *candidate) meant(places int) string {
	f := c.figure
	unit := c.indicator.UnitOf(f.Measure)
	power, _ := unit.Multiplier(f.Unit)
	for _, s := range unit.Written {
		if s.Power == power-places {
			return written(f.Value, s.Text)
		}
	}
	return written(f.Value.Shift(-places), f.Unit)
}

func median(values []float64) float64 {
	slices.Sort(values)
	middle := len(values) / 2
	if len(values)%2 == 1 {
		return values[middle]
	}
	return (values[middle-1] + values[middle]) / 2
}
