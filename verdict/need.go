package verdict

import (
	"math"

	"github.com/tidemark-stats/tidemark/book/derive"
	"github.com/tidemark-stats/tidemark/figure"
	"github.com/tidemark-stats/tidemark/verdict/projection"
)

// Need is what one remaining period must contribute so that the goal is reached
// exactly, if the remaining periods relate to each other as they usually do.
type Need struct {
	Period figure.Period
	Amount float64 // an amount of a flow, a level of anything else
	Usual  float64 // the usual part of a year's total that a flow has in this period; 0 for anything else
	Last   Number  // what the same period of last year was
}

// needs spreads what the remaining periods of a year must contribute over them:
// a flow by the mean shares of these periods in past years, an average by the
// mean distances of these periods from their mean. The spread amounts add up to
// rest. later is how many years follow, which have their part of a flow's rest.
// Without past years there is no spread.
func (j *judge) needs(c byYear, year, k int, rest float64, later int) {
	usual, years := c.usual(year, k)
	if years == 0 || k >= c.n() {
		return
	}
	total := float64(later)
	for _, u := range usual {
		total += u
	}
	for n, u := range usual {
		p := c.period(year, k+1+n)
		need := Need{Period: p}
		if c.averages() {
			need.Amount = rest/float64(len(usual)) + u
		} else {
			need.Amount, need.Usual = rest*u/total, u
		}
		if v, ok := usable(c.h.At(figure.Level, p.YearAgo())); ok {
			need.Last = number(v.Value)
		}
		if math.IsNaN(need.Amount) || math.IsInf(need.Amount, 0) {
			j.s.Needs = nil
			return
		}
		j.s.Needs = append(j.s.Needs, need)
	}
}

// usual is what the periods after the k-th usually are: parts of the year's total
// for a flow, distances from their own mean for an average. It is the mean of
// usualYears.
func (c byYear) usual(year, k int) (mean []float64, years int) {
	mean = make([]float64, c.n()-k)
	for _, y := range c.usualYears(year, k) {
		years++
		total, _ := c.total(y)
		parts, _ := c.partsAfter(y, k)
		middle := 0.0
		for _, v := range parts {
			middle += v / float64(len(parts))
		}
		for n, v := range parts {
			if c.averages() {
				mean[n] += v - middle
			} else {
				mean[n] += v / total.Value
			}
		}
	}
	for n := range mean {
		mean[n] /= float64(max(1, years))
	}
	return mean, years
}

// usualYears are up to five years before the given one of which every period after
// the k-th is known, the newest first.
func (c byYear) usualYears(year, k int) (years []int) {
	for y := year - 1; y > year-projection.Years && len(years) < projection.SharesBack; y-- {
		total, ok := c.total(y)
		if !ok || !c.averages() && total.Value <= 0 {
			continue
		}
		if _, ok = c.partsAfter(y, k); ok {
			years = append(years, y)
		}
	}
	return years
}

// partsAfter are the periods of a year after the k-th, by differences of the
// year to date.
func (c byYear) partsAfter(year, k int) (parts []float64, ok bool) {
	before := derive.Value{}
	if k > 0 {
		if before, ok = c.toDate(year, k); !ok {
			return nil, false
		}
	}
	for n := k + 1; n <= c.n(); n++ {
		now, known := c.toDate(year, n)
		if !known || !c.averages() && now.Value < before.Value {
			return nil, false
		}
		part := now.Value - before.Value
		if c.averages() {
			part *= float64(c.n())
		}
		parts = append(parts, part)
		before = now
	}
	return parts, true
}

// yearlyNeeds are the levels of the coming years on a path of constant growth to
// the goal.
func (j *judge) yearlyNeeds(last estimate, by float64) {
	years := int(math.Ceil(by - last.year - 1e-9))
	if !(last.value > 0) || !(j.s.Goal.Value > 0) || years < 1 || years > horizon {
		return
	}
	rate := math.Log(j.s.Goal.Value/last.value) / (by - last.year)
	first := int(math.Floor(last.year + 1e-9))
	for n := 1; n <= years; n++ {
		at := math.Min(float64(first+n), by)
		amount := number(last.value * math.Exp(rate*(at-last.year)))
		if !amount.Known {
			j.s.Needs = nil
			return
		}
		p := figure.Year(first + n)
		if n == years {
			p = j.t.By
		}
		j.s.Needs = append(j.s.Needs, Need{Period: p, Amount: amount.Value})
	}
}

// growthNeeded is the growth of the remaining periods of a year together that
// makes the year's growth reach the goal, given the growth to date. It follows
// from last year's levels, so it is exact where growth follows from levels, and
// unknown at constant prices.
func (j *judge) growthNeeded(now derive.Value) {
	if j.t.Indicator.ConstantPrices || j.t.By.Frequency() != figure.Annual {
		return
	}
	c := byYear{j.h, now.Period.Frequency()}
	year, k := now.Period.Year(), now.Period.Number()
	whole, ok := c.total(year - 1)
	part, known := c.toDate(year-1, k)
	rest := whole.Value - part.Value
	if !ok || !known || !(rest > 0) || k >= c.n() || c.averages() {
		return
	}
	needed := (1+j.s.Goal.Value/100)*whole.Value - (1+now.Value/100)*part.Value
	j.s.Every, j.s.Remaining = c.f, c.n()-k
	j.s.Required = number((needed/rest - 1) * 100)
	if j.s.Required.Known {
		j.step(say("余下各期合计需增长", "growth required of the remaining periods together"), j.s.Required.Value, figure.Period{},
			"((1 + goal) × last year − (1 + growth to date) × last year to date) ÷ rest of last year − 1")
	}
}
