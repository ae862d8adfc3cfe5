package series

import (
	"slices"
	"strconv"
	"time"

	"github.com/tidemark-stats/tidemark/book/release"
	"github.com/tidemark-stats/tidemark/catalog"
	"github.com/tidemark-stats/tidemark/exporter/metric"
	"github.com/tidemark-stats/tidemark/figure"
)

// spanFamilies are the time ranges of charts, which links set because that of a
// dashboard is fixed.
func spanFamilies() []family {
	return []family{
		{metric.Family{Name: "tidemark_indicator_span_info", Help: "The time range of a chart of an indicator, in milliseconds since 1970: from its first figure to the end of the year of its newest publication, at most ten years."}, eachIndicatorSpan},
		{metric.Family{Name: "tidemark_target_span_info", Help: "The time range of a chart of a target, in milliseconds since 1970: from the first figure of its indicator to the end of the year of its deadline, at most ten years."}, eachTargetSpan},
	}
}

// longestSpan is the number of years in which the bars of months can be told
// apart on half of a page.
const longestSpan = 10

// span is a number of whole years, except that it begins with the first figure.
type span struct{ from, to time.Time }

func (s span) labels() metric.Labels {
	in := func(t time.Time) string { return strconv.FormatInt(t.UnixMilli(), 10) }
	return metric.Labels{"from", in(s.from), "to", in(s.to)}
}

func eachIndicatorSpan(v *snapshot, s *selection, yield func(metric.Labels, func() []Sample)) {
	v.reportsOf(s, func(r *release.Release) {
		last := v.lastYear(s, r.Indicator, r.Area)
		yield(slices.Concat(metric.ReleaseLabels(r), v.span(s, r.Indicator, r.Area, last).labels()), v.standing(1))
	})
}

func eachTargetSpan(v *snapshot, s *selection, yield func(metric.Labels, func() []Sample)) {
	v.targetsOf(s, func(t *catalog.Target) {
		last := t.By.Year()
		if t.Open || t.By.IsZero() {
			last = v.lastYear(s, t.Indicator, t.Area.Code)
		}
		states := v.statesAt(t, s.now.UnixMilli())
		for i := range states {
			yield(slices.Concat(metric.TargetLabels(&states[i].State), v.span(s, t.Indicator, t.Area.Code, last).labels()), v.standing(1))
		}
	})
}

// lastYear is that of the newest publication that is known to the selection, or
// that of the selection if there is none.
func (v *snapshot) lastYear(s *selection, i *catalog.Indicator, area string) int {
	all, last := v.published(i, area), s.now
	n, exactly := slices.BinarySearch(all, s.now.UnixMilli())
	if !exactly && n > 0 {
		last = time.UnixMilli(all[n-1])
	}
	return last.In(v.catalog.Location()).Year()
}

// span is the range that ends with a year.
func (v *snapshot) span(s *selection, i *catalog.Indicator, area string, last int) span {
	from := figure.Year(last - longestSpan + 1).Start()
	to := figure.Year(last + 1).Start().Add(-time.Millisecond)
	if first, ok := v.first(s, i, area); ok && first.After(from) && first.Before(to) {
		from = first
	}
	return span{from, to}
}

// first is the start of the first period that is known to the selection.
func (v *snapshot) first(s *selection, i *catalog.Indicator, area string) (first time.Time, ok bool) {
	now := s.now.UnixMilli()
	for _, part := range i.Reported() {
		for _, b := range v.book.Of(part.Code) {
			if b.Key.Area != area {
				continue
			}
			for p := range b.Periods() {
				if firstPublished(b, p) > now {
					continue
				}
				if begins := p.Start(); !ok || begins.Before(first) {
					first, ok = begins, true
				}
				break
			}
		}
	}
	return first, ok
}
