package rules

import (
	"fmt"
	"strconv"

	"github.com/tidemark-stats/tidemark/catalog"
	"github.com/tidemark-stats/tidemark/figure"
	"github.com/tidemark-stats/tidemark/ingest/plausible"
)

// doubtRate holds a growth rate against the levels it is the growth of.
func (k *Known) doubtRate(c *Candidate, b Beside) doubt {
	v := k.againstLevels(c, b, c.Figure.Cell, c.Base.Float64())
	if v.Level == plausible.Fine {
		return doubt{}
	}
	return doubt{c.worded(&v), v.Level == plausible.Refusal}
}

// againstLevels gives the verdict on a rate by the levels that are known and the
// candidate, which is the rate itself or one of the levels.
func (k *Known) againstLevels(c *Candidate, b Beside, rate figure.Cell, value float64) plausible.Verdict {
	if c.Indicator.ConstantPrices {
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
	cuts := k.cuts(c.Indicator, c.Figure.Cell, c.Figure.Status, b)
	over := catalog.StretchOf(level.Measure, level.Period).And(catalog.StretchOf(level.Measure, earlier.Period))
	if cuts.Across(false, over) || cuts.Across(true, over) {
		return plausible.Verdict{}
	}
	return plausible.JudgeGrowth(value, now, before)
}

// amount is the value of a cell: that of the candidate of its own.
func (k *Known) amount(c *Candidate, cell figure.Cell) (value float64, ok bool) {
	if cell == c.Figure.Cell {
		return c.Base.Float64(), true
	}
	p, ok := k.Current(cell)
	return p.Value, ok && !p.Withheld
}

// unlikeStoredGrowth holds the growth that is stored against a level that
// arrives behind it, so that it is told of in either order. Nil when nothing is
// strange.
func (k *Known) unlikeStoredGrowth(c *Candidate, b Beside) *figure.Problem {
	rate := c.Figure.Cell
	switch rate.Measure {
	case figure.Level:
		rate.Measure = figure.YoY
	case figure.YTD:
		rate.Measure = figure.YTDYoY
	default:
		return nil
	}
	if c.Indicator.ConstantPrices || !c.Indicator.Publishes(rate.Measure) {
		return nil
	}
	for range 2 { // the growth to this level, and from it
		if stored, ok := k.Current(rate); ok && !stored.Withheld {
			if v := k.againstLevels(c, b, rate, stored.Value); v.Level == plausible.Refusal {
				return &figure.Problem{Code: "figure/rate-form", Field: "value", Text: c.Figure.Value.String(),
					Reason: fmt.Sprintf("makes a growth of %s %%, and %s is stored as %s %%, which looks like %s", rounded(v.Expected), rate, strconv.FormatFloat(stored.Value, 'f', -1, 64), formOf(v.Doubt)),
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
