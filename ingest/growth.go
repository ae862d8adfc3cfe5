package ingest

import (
	"fmt"
	"strconv"

	"github.com/tidemark-stats/tidemark/catalog"
	"github.com/tidemark-stats/tidemark/figure"
	"github.com/tidemark-stats/tidemark/ingest/plausible"
)

// doubtRate holds a growth rate against the levels it is the growth of.
func (k *known) doubtRate(c *candidate, b beside) doubt {
	v := k.againstLevels(c, b, c.figure.Cell, c.base.Float64())
	if v.Level == plausible.Fine {
		return doubt{}
	}
	return doubt{c.worded(&v), v.Level == plausible.Refusal}
}

// againstLevels gives the verdict on a rate by the levels that are known and the
// candidate, which is the rate itself or one of the levels.
func (k *known) againstLevels(c *candidate, b beside, rate figure.Cell, value float64) plausible.Verdict {
	if c.indicator.ConstantPrices {
		return plausible.Verdict{}
	}
	level := rate
	level.Measure = figure.Level
	if rate.Measure == figure.YTDYoY {
		level.Measure = figure.YTD
	}
	earlier := level
	earlier.Period = level.Period.YearAgo()
	now, ok := k.amount(c, level)
	before, had := k.amount(c, earlier)
	if !ok || !had {
		return plausible.Verdict{}
	}
	cuts := k.cuts(c.indicator, c.figure.Cell, c.figure.Status, b)
	over := catalog.StretchOf(level.Measure, level.Period).And(catalog.StretchOf(level.Measure, earlier.Period))
	if cuts.Across(false, over) || cuts.Across(true, over) {
		return plausible.Verdict{}
	}
	return plausible.JudgeGrowth(value, now, before)
}

// amount is the value of a cell: that of the candidate of its own.
func (k *known) amount(c *candidate, cell figure.Cell) (value float64, ok bool) {
	if cell == c.figure.Cell {
		return c.base.Float64(), true
	}
	p, ok := k.current(cell)
	return p.value, ok && !p.withheld
}

// unlikeStoredGrowth holds the growth that is stored against a level that
// arrives behind it, so that it is told of in either order. Nil when nothing is
// strange.
func (k *known) unlikeStoredGrowth(c *candidate, b beside) *figure.Problem {
	rate := c.figure.Cell
	switch rate.Measure {
	case figure.Level:
		rate.Measure = figure.YoY
	case figure.YTD:
		rate.Measure = figure.YTDYoY
	default:
		return nil
	}
	if c.indicator.ConstantPrices || !c.indicator.Publishes(rate.Measure) {
		return nil
	}
	for range 2 { // the growth to this level, and from it
		if stored, ok := k.current(rate); ok && !stored.withheld {
			if v := k.againstLevels(c, b, rate, stored.value); v.Level == plausible.Refusal {
				return &figure.Problem{Code: "figure/rate-form", Field: "value", Text: c.figure.Value.String(),
					Reason: fmt.Sprintf("makes a growth of %s %%, and %s is stored as %s %%, which looks like %s", rounded(v.Expected), rate, strconv.FormatFloat(stored.value, 'f', -1, 64), formOf(v.Doubt)),
					Hint:   "check that growth and send it again in percent; nothing needs to be done with this figure when it is right"}
			}
		}
		rate.Period = rate.Period.Add(rate.Period.Frequency().PerYear())
	}
	return nil
}

// formOf is what a rate was written as instead of percent.
func formOf(d plausible.Doubt) string {
	if d == plausible.AsShare {
		return "a fraction"
	}
	return "an index on the same period of last year = 100"
}
