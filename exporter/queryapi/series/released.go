package series

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"github.com/tidemark-stats/tidemark/book"
	"github.com/tidemark-stats/tidemark/book/derive"
	"github.com/tidemark-stats/tidemark/book/release"
	"github.com/tidemark-stats/tidemark/exporter/metric"
	"github.com/tidemark-stats/tidemark/figure"
	"github.com/tidemark-stats/tidemark/verdict"
)

// releasedFamilies tell what a release had, for lists of the newest ones.
func releasedFamilies() []family {
	return []family{{metric.Family{Name: "tidemark_release_figures_timestamp_seconds",
		Help: "When something was last published for an indicator in an area, with the newest of the figures in the labels, as texts."}, eachReleased}}
}

// firm reports whether a sheet has a number that was published.
func firm(h *sheet) bool {
	for _, f := range h.figures {
		if !f.Withheld && derive.BasisOf(f.Status) == derive.Published {
			return true
		}
	}
	return false
}

// sheets lists the first lines of all releases, in the order of time.
func (v *snapshot) sheets(r *release.Release) []*sheet {
	return v.released.get(area{r.Indicator, r.Area}, func() (all []*sheet) {
		type cell struct {
			day      figure.Day
			category string
			period   figure.Period
		}
		known := map[cell]*sheet{}
		for _, b := range v.book.In(r.Indicator.Code, r.Area) {
			for p := range b.Periods() {
				for f := range b.Vintages(p) {
					key := cell{figure.DayAt(f.Published.In(v.catalog.Location())), b.Key.Category, p}
					if known[key] == nil {
						known[key] = &sheet{f.Published.UnixMilli(), b.Key.Category, p, map[figure.Measure]book.Figure{}}
					}
					known[key].at = min(known[key].at, f.Published.UnixMilli())
					known[key].figures[b.Key.Measure] = f
				}
			}
		}
		first := map[figure.Day]*sheet{}
		for key, h := range known {
			if o := first[key.day]; o == nil || before(h, o, r.Indicator.Frequency()) {
				first[key.day] = h
			}
		}
		for _, h := range first {
			all = append(all, h)
		}
		slices.SortFunc(all, func(h, o *sheet) int { return cmp.Compare(h.at, o.at) })
		return all
	})
}

// before reports whether a sheet is shown rather than another of the same day:
// totals first, what was published before what was filled in, the newest period,
// and of those that end together the one of the indicator's own frequency.
func before(h, o *sheet, own figure.Frequency) bool {
	rank := func(h *sheet) []int64 {
		return []int64{int64(metric.Bit(h.category == figure.Total)), int64(metric.Bit(firm(h))), h.period.End().Unix(),
			int64(metric.Bit(h.period.Frequency() == own)), int64(h.period.Frequency().PerYear())}
	}
	return cmp.Or(slices.Compare(rank(h), rank(o)), strings.Compare(o.category, h.category)) > 0
}

// eachReleased passes a series for each release that was the newest at a time
// that is queried.
func eachReleased(v *snapshot, s *selection, yield func(metric.Labels, func() []Sample)) {
	v.reportsOf(s, func(r *release.Release) {
		all := v.sheets(r)
		if known, _ := slices.BinarySearchFunc(all, s.now.UnixMilli()+1, func(h *sheet, at int64) int { return cmp.Compare(h.at, at) }); known < len(all) {
			all = all[:known]
		}
		told := map[string]int{} // releases may have the same texts
		type saying struct {
			labels  metric.Labels
			samples []Sample
		}
		var said []saying
		for n, h := range all {
			until := int64(endless)
			if n+1 < len(all) {
				until = all[n+1].at
			}
			if s.list == "" && (h.at > s.to || until <= s.start) {
				continue
			}
			known := s.known
			if until != endless {
				known = time.UnixMilli(until - 1)
			}
			pairs := v.releasedLabels(r, h, known, s)
			key := strings.Join(pairs, "\x00")
			if _, again := told[key]; !again {
				told[key], said = len(said), append(said, saying{labels: pairs})
			}
			one := &said[told[key]]
			one.samples = append(one.samples, Sample{h.at, float64(h.at) / 1000})
			if until != endless {
				one.samples = append(one.samples, Sample{until, StaleMarker})
			}
		}
		for _, one := range said {
			if s.basis == "" || labelOf(one.labels, basisLabel) == "" {
				yield(one.labels, func() []Sample { return one.samples })
			}
		}
	})
}

// releasedLabels are the texts of a sheet: its value, which is growth if nothing
// else was published, and the growth of the value if it was published too, or is
// known now and follows from what was.
// The note is the one that was known before the next release, at a time that is zero
// for the newest one.
func (v *snapshot) releasedLabels(r *release.Release, h *sheet, known time.Time, s *selection) metric.Labels {
	name := h.period.Name()
	var measure figure.Measure
	var shown book.Figure
	for _, m := range figure.Measures() {
		if f, ok := h.figures[m]; ok && (shown.Period.IsZero() || shown.Withheld && !f.Withheld) {
			measure, shown = m, f
		}
	}
	in, basis := s.scaleOf(r.Indicator, measure), string(derive.BasisOf(shown.Status))
	amount := "withheld"
	if !shown.Withheld {
		amount = verdict.Fixed(shown.Value/in.factor, s.decimalsOf(r.Indicator, measure))
	}
	if basis == string(s.basis) {
		basis = "" // the answer has it as it has that of the other metrics
	}
	return metric.Labels{"amount", amount, "area", r.Area, basisLabel, basis, "category", h.category, "freq", h.period.Frequency().String(),
		"growth", v.growthOf(r, h, measure, known.Equal(s.known), s), "indicator", r.Indicator.Code, "measure", measure.String(),
		"note", v.noteOn(r, h, measure, known), "period", h.period.String(), "period_en", name.EN, "period_zh", name.ZH, "unit", in.unit}
}

// noteOn is the note on the figure of a sheet.
func (v *snapshot) noteOn(r *release.Release, h *sheet, of figure.Measure, known time.Time) string {
	b, ok := v.book.Find(figure.Series{Indicator: r.Indicator.Code, Area: r.Area, Category: h.category, Measure: of, Frequency: h.period.Frequency()})
	if !ok {
		return ""
	}
	return onOneLine(b.Note(h.period, known), maxNote)
}

// growthOf is the growth of a measure, a dash where it is not known or rests on
// figures that were filled in.
func (v *snapshot) growthOf(r *release.Release, h *sheet, of figure.Measure, newest bool, s *selection) string {
	const none = "–"
	growth := figure.YoY
	switch of {
	case figure.YTD:
		growth = figure.YTDYoY
	case figure.YoY, figure.YTDYoY:
		return none
	}
	if f, ok := h.figures[growth]; ok && !f.Withheld && derive.BasisOf(f.Status) == derive.Published {
		return verdict.Fixed(f.Value, 1) + "%"
	}
	if !newest {
		return none
	}
	history := v.history(place{r.Indicator, r.Area, h.category}, &s.manner)
	if f, ok := history.At(growth, h.period); ok && !f.Withheld && (f.Basis() == derive.Published || f.Basis() == derive.Computed) {
		return verdict.Fixed(f.Value, 1) + "%"
	}
	return none
}
