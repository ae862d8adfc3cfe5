package verdict

import (
	"math"

	"github.com/tidemark-stats/tidemark/book/derive"
	"github.com/tidemark-stats/tidemark/figure"
	"github.com/tidemark-stats/tidemark/verdict/projection"
)

// rateRounding is half the last digit of published growth, in percentage points.
const rateRounding = 0.05

// growth judges by published growth alone. If growth is published at constant
// prices, levels would give a different number that nobody would recognise.
//
// Within the deadline's year the published growth of the year to date is the
// projection; the band is how far it was from the year's growth in earlier
// years, in percentage points, by the quantile of projection.Reach, and never
// less than the rounding of published growth.
func (j *judge) growth() {
	by := j.t.By
	if v, ok := j.h.Rate(j.t.Measure, by); ok && j.ended(by) && !v.Imputed {
		if v.Withheld {
			j.settled(NoData, say("%s的数据不公布（%s）", "the figure for %s is withheld (%s)", by, withheldName(v)))
			return
		}
		j.value(say("公布的增速", "published growth"), v)
		j.closing(v)
		return
	}
	if j.over(by) {
		j.missing(by)
		return
	}
	if j.ended(by) {
		defer func() { // what was known of the year does not replace its end
			if j.s.Verdict == TooEarly {
				j.missing(by)
			}
		}()
	}
	now, ok := j.rateToDate()
	if !ok {
		j.verdict(TooEarly, say("%s尚无公布的增速", "no growth for %s is published yet", by))
		return
	}
	j.value(say("公布的累计增速", "published growth of the year to date"), now)
	j.growthNeeded(now)
	misses := j.rateMisses(now.Period)
	half, known := projection.Reach(asPublished(misses))
	if !known {
		j.verdict(TooEarly, fewYears(projection.Least, len(misses)))
		return
	}
	half = math.Hypot(half, j.unsettled(now))
	mean := 0.0
	for _, m := range misses {
		mean += math.Abs(m) / float64(len(misses))
	}
	j.s.Projection, j.s.Low, j.s.High = number(now.Value), number(now.Value-half), number(now.Value+half)
	j.step(say("往年同期与全年增速之差的平均值", "mean difference from the year's growth in earlier years"), mean, now.Period, "")
	j.ratioStep(say("检验年数", "years tested"), float64(len(misses)), "")
	j.ratioStep(say("区间应包含结果的比例", "part of outcomes that the band is to contain"), projection.Level, "")
	j.ratioStep(say("仅凭检验年数可保证的比例", "part that the years tested can claim alone"), projection.Claim(len(misses)), "years ÷ (years + 1), at most the part above")
	j.step(say("区间半宽", "half-width of the band"), half, now.Period, "quantile of earlier differences, widened if they are few")
	v := j.band(now.Period)
	j.verdict(v, j.bandReason(v, by))
}

// asPublished are misses as far as published growth can tell them: none is known to be
// smaller than its rounding.
func asPublished(misses []float64) []float64 {
	sizes := make([]float64, len(misses))
	for i, m := range misses {
		sizes[i] = max(math.Abs(m), rateRounding)
	}
	return sizes
}

// rateToDate is the newest published growth of the year to date in the
// deadline's year, if the deadline is a year. January alone is not used.
func (j *judge) rateToDate() (now derive.Value, ok bool) {
	if j.t.By.Frequency() != figure.Annual {
		return now, false
	}
	f := j.t.Indicator.Frequency()
	c := byYear{j.h, f}
	for k := 1; k < c.n(); k++ {
		if f == figure.Monthly && k == 1 {
			continue
		}
		if v, known := usable(j.h.Rate(figure.YTDYoY, c.period(j.t.By.Year(), k))); known && !v.Imputed {
			now, ok = v, true
		}
	}
	return now, ok
}

// rateMisses returns the differences between the year's growth and the growth
// to date in earlier years.
func (j *judge) rateMisses(p figure.Period) (misses []float64) {
	for _, v := range j.rates(p) {
		misses = append(misses, v.year.Value-v.toDate.Value)
	}
	return misses
}
