package rules

import (
	"fmt"
	"strconv"

	"github.com/tidemark-stats/tidemark/catalog"
	"github.com/tidemark-stats/tidemark/figure"
	"github.com/tidemark-stats/tidemark/ingest/rules/plausible"
)

// doubtRate compares a growth rate with the levels that it relates.
func (k *Known) doubtRate(c *Candidate, b Beside) Doubt {
	v := k.againstLevels(c, b, c.Figure.Cell, c.Base.Float64())
	if v.Level == plausible.Fine {
		return Doubt{}
	}
	return Doubt{c.worded(&v), v.Level == plausible.Refusal}
}

// againstLevels judges a rate by the two levels that it relates. The candidate
// is the rate itself or one of the levels.
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

// amount returns the value of a cell: the candidate's, or the stored one.
func (k *Known) amount(c *Candidate, cell figure.Cell) (value float64, ok bool) {
	if cell == c.Figure.Cell {
		return c.Base.Float64(), true
	}
	p, ok := k.Current(cell)
	return p.Value, ok && !p.Withheld
}

// unlikeStoredGrowth compares a stored growth rate with a level that arrives
// after it, so that a mistake is reported in either order. It returns nil when
// there is nothing to report.
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
	for range 2 { // the growth up to this level, then the growth from it
		if stored, ok := k.Current(rate); ok && !stored.Withheld {
			if v := k.againstLevels(c, b, rate, stored.Value); v.Level == plausible.Refusal {
				return &figure.Problem{Code: "figure/rate-form", Field: "value", Text: c.Figure.Value.String(),
					Reason: fmt.Sprintf("implies growth of %s %%, but %s is stored as %s %%, which looks like %s", rounded(v.Expected), rate, strconv.FormatFloat(stored.Value, 'f', -1, 64), formOf(v.Doubt)),
					Hint:   "check the stored growth and send it again in percent; if this figure is right, nothing needs to be done with it"}
			}
		}
		rate.Period = rate.Period.Add(rate.Period.Frequency().PerYear())
	}
	return nil
}

// formOf names the form in which a rate was written instead of percent.
func formOf(d plausible.Doubt) string {
	if d == plausible.AsShare {
		return "a fraction"
	}
	return "an index (same period of last year = 100)"
}
