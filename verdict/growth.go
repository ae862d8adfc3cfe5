package verdict

import (
	"math"

	"github.com/tidemark-stats/tidemark/book/derive"
	"github.com/tidemark-stats/tidemark/figure"
)

// growth judges by published growth alone. If growth is published at constant
// prices, levels would give a different number that nobody would recognise.
//
// Within the deadline's year the published growth of the year to date is the
// projection; the band is the largest difference between it and the year's
// growth in earlier years, in percentage points, widened as in Project.
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
	largest, mean, cases := j.rateMisses(now.Period)
	if cases < casesLeast {
		j.verdict(TooEarly, say("可供检验的往年数据不足%d年，无法推算全年增速", "fewer than %d earlier years are available to test a projection", casesLeast))
		return
	}
	half := largest * max(1, casesWide/float64(cases))
	j.s.Projection, j.s.Low, j.s.High = number(now.Value), number(now.Value-half), number(now.Value+half)
	j.step(say("往年同期与全年增速之差的平均值", "mean difference from the year's growth in earlier years"), mean, now.Period, "")
	j.step(say("区间半宽（往年最大之差）", "half-width of the band (largest difference in earlier years)"), half, now.Period, "")
	j.ratioStep(say("检验年数", "years tested"), float64(cases), "")
	v := j.band()
	j.verdict(v, j.bandReason(v, by))
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

// rateMisses returns the differences between the growth to date and the year's
// growth in earlier years.
func (j *judge) rateMisses(p figure.Period) (largest, mean float64, cases int) {
	year := j.t.By.Year()
	for y := year - 1; y >= year-2*casesBack && cases < casesBack; y-- {
		full, ok := usable(j.h.Rate(figure.YoY, figure.Year(y)))
		part, known := usable(j.h.Rate(figure.YTDYoY, p.Add((y-year)*p.Frequency().PerYear())))
		if ok && known && full.Firm() && part.Firm() {
			size := math.Abs(full.Value - part.Value)
			largest = max(largest, size)
			mean += size
			cases++
		}
	}
	return largest, mean / float64(max(1, cases)), cases
}
