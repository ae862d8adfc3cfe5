package verdict

import (
	"github.com/tidemark-stats/tidemark/book/derive"
	"github.com/tidemark-stats/tidemark/catalog"
	"github.com/tidemark-stats/tidemark/figure"
	"github.com/tidemark-stats/tidemark/verdict/projection"
)

// This file finds what a state rests on and no step shows: past years, of which
// the steps have only what follows from them. It asks the functions by which the
// state was judged which years they used.

// inProgress is the year in progress and the number of its periods that are known.
// It is zero if the state does not depend on a part of a year.
func (j *judge) inProgress() (year, k int) {
	switch s := &j.s; {
	case s.Method != "":
		return s.Pace.Year, s.Pace.Periods
	case s.Value.Known && s.Period.Frequency() != figure.Annual && (yearly(j.t) || j.t.Kind == catalog.Cumulative || j.t.Kind == catalog.Growth):
		return s.Period.Year(), s.Period.Number()
	case s.Value.Known && j.t.Kind == catalog.Cumulative:
		return s.Period.Year() + 1, 0
	}
	return 0, 0
}

// shares are what past years had by now, the newest first: those of which the
// usual share is the mean.
func (j *judge) shares() (all []YearShare) {
	year, k := j.inProgress()
	if !j.s.Share.Known && !j.s.Pace.Share.Known || k == 0 {
		return nil
	}
	c := byYear{j.h, j.t.Indicator.Frequency()}
	for _, ago := range c.series(year, k).Showing(k) {
		total, _ := c.total(year - ago)
		toDate, _ := c.toDate(year-ago, k)
		all = append(all, YearShare{Year: year - ago, ToDate: c.shown(toDate.Value, k), Total: total.Value, Share: toDate.Value / total.Value})
	}
	return all
}

// grounds are the values that a state rests on and no step shows.
func (j *judge) grounds() (all []derive.Value) {
	switch {
	case limits(j.t) && !j.t.By.IsZero():
		return j.keptPeriods()
	case j.t.Kind == catalog.RankBy && j.t.Kept:
		return j.ranks()
	case limits(j.t) || j.t.Kind == catalog.RankBy:
		return nil
	}
	if year, k := j.inProgress(); year > 0 {
		all = j.pastYears(year, k)
	}
	if !j.s.final && j.t.Kind != catalog.Growth {
		all = append(all, j.grownFrom()...)
	}
	return all
}

// pastYears are the values of past years beside a year in progress of which k
// periods are known.
func (j *judge) pastYears(year, k int) (all []derive.Value) {
	c := byYear{j.h, j.t.Indicator.Frequency()}
	add := func(v derive.Value, ok bool) {
		if ok {
			all = append(all, v)
		}
	}
	whole := func(y, from int) { // a year from a period on
		for n := from; n <= c.n() && (y < year || n <= k); n++ {
			add(c.toDate(y, n))
		}
		if y < year {
			add(c.total(y))
		}
	}
	if j.t.Kind == catalog.Growth {
		for _, r := range j.rates(j.s.Period) {
			all = append(all, r.year, r.toDate)
		}
		if j.s.Required.Known { // it follows from the levels of last year
			add(c.toDate(year-1, k))
			add(c.total(year - 1))
		}
		return all
	}
	if j.s.Method != "" { // each of them is projected as well, to test that
		for y := year - projection.Years + 1; y <= year; y++ {
			whole(y, 1)
		}
		return all
	}
	for _, s := range j.shares() {
		add(c.toDate(s.Year, k))
		add(c.total(s.Year))
	}
	if len(j.s.Needs) > 0 {
		for _, y := range c.usualYears(year, k) {
			whole(y, max(1, k))
		}
	}
	if j.s.LastRest.Known {
		add(c.total(year - 1))
	}
	if j.s.LastRest.Known && k > 0 {
		add(c.toDate(year-1, k))
	}
	return all
}

// pastRate is the growth of a past year and what it was by some period.
type pastRate struct{ year, toDate derive.Value }

// rates are the growth of years before the deadline's, where that by the same
// period is known as well, the newest first.
func (j *judge) rates(p figure.Period) (all []pastRate) {
	year := j.t.By.Year()
	for y := year - 1; y > year-projection.Years; y-- {
		full, ok := usable(j.h.Rate(figure.YoY, figure.Year(y)))
		part, known := usable(j.h.Rate(figure.YTDYoY, p.Add((y-year)*p.Frequency().PerYear())))
		if ok && known && full.Firm() && part.Firm() {
			all = append(all, pastRate{full, part})
		}
	}
	return all
}

// grownFrom are the values of past years from which the growth up to the newest
// one follows, if the deadline is in a later year.
func (j *judge) grownFrom() (all []derive.Value) {
	s := &j.s
	if s.Period.IsZero() {
		return nil
	}
	if !yearly(j.t) && j.t.Kind != catalog.Cumulative {
		p := s.Period
		for range j.levelGrowths(derive.Value{Period: p}, true) {
			p = p.YearAgo()
			v, _ := j.h.At(figure.Level, p)
			all = append(all, v)
		}
		return all
	}
	c, tip := byYear{j.h, j.t.Indicator.Frequency()}, s.Period.Year()
	switch {
	case s.Method != "":
		tip = s.Pace.Year
	case s.Period.Frequency() != figure.Annual:
		tip--
	}
	if !j.t.Open && j.t.By.Year() <= tip {
		return nil
	}
	for n := range c.growths(tip, 0, true) {
		v, _ := c.total(tip - 1 - n)
		all = append(all, v)
	}
	return all
}
