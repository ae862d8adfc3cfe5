package metric

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"github.com/tidemark-stats/tidemark/book"
	"github.com/tidemark-stats/tidemark/catalog"
	"github.com/tidemark-stats/tidemark/figure"
	"github.com/tidemark-stats/tidemark/internal/lang"
)

// The metrics of what is reported where.
var (
	IndicatorInfo = Family{"tidemark_indicator_info", "Names and properties of an indicator in an area that reports it or is to be judged by it."}
	ReleaseDue    = Family{"tidemark_release_due_timestamp_seconds", "When the figures after the newest period of an indicator and area are due by its release calendar."}
	ReleaseGrace  = Family{"tidemark_release_grace_seconds", "How long after the due day figures count as late but not yet as overdue."}
)

// Release is an indicator in an area.
type Release struct {
	Indicator *catalog.Indicator
	Area      string
	// Newest is the newest period of the indicator's own frequency, in any
	// measure and category, withheld or not; zero when there is none.
	Newest figure.Period
}

// Due is when the period after the newest one is to be published; ok is false
// where no calendar says so.
func (r *Release) Due() (at time.Time, ok bool) {
	if p, ok := nextRelease(r.Indicator, r.Newest); ok {
		return r.Indicator.Calendar.Due(p)
	}
	return time.Time{}, false
}

// Overdue is when that period becomes overdue: the due day and the grace of
// the calendar have passed.
func (r *Release) Overdue() (at time.Time, ok bool) {
	if p, ok := nextRelease(r.Indicator, r.Newest); ok {
		return r.Indicator.Calendar.Overdue(p)
	}
	return time.Time{}, false
}

// Grace is how long after Due that period becomes overdue. Its days are those
// of the city's clock, which may have 23 or 25 hours.
func (r *Release) Grace() (grace time.Duration, ok bool) {
	due, ok := r.Due()
	overdue, _ := r.Overdue()
	return overdue.Sub(due), ok
}

// nextRelease is the period that is released next after p; ok is false where
// no calendar says so.
func nextRelease(i *catalog.Indicator, p figure.Period) (next figure.Period, ok bool) {
	if i.Calendar == nil || p.IsZero() {
		return next, false
	}
	// A period that is not released on its own comes with the one after it.
	for range p.Frequency().PerYear() {
		p = p.Next()
		if _, ok = i.Calendar.Due(p); ok {
			return p, true
		}
	}
	return next, false
}

// OverdueAfter is when what follows a period becomes overdue: the due day and
// the grace of the calendar have passed. Of a ratio it is when the first of its
// parts does. ok is false where no calendar says so.
func OverdueAfter(i *catalog.Indicator, p figure.Period) (at time.Time, ok bool) {
	for _, part := range i.Reported() {
		r := Release{Indicator: part, Newest: p}
		if overdue, known := r.Overdue(); known && (!ok || overdue.Before(at)) {
			at, ok = overdue, true
		}
	}
	return at, ok
}

// Labels are those of the release metrics.
func (r *Release) Labels() Labels { return Labels{"area", r.Area, "indicator", r.Indicator.Code} }

// InfoLabels are those of IndicatorInfo.
func (r *Release) InfoLabels(c *catalog.Catalog) Labels {
	i := r.Indicator
	area := lang.Text{ZH: r.Area, EN: r.Area}
	if a, known := c.Area(r.Area); known {
		area = a.Name
	}
	return Labels{"agency", i.Agency.Code, "agency_en", i.Agency.Name.EN, "agency_zh", i.Agency.Name.ZH, "area", r.Area, "area_en", area.EN, "area_zh", area.ZH,
		"display_unit", i.Display, "freq", i.Frequency().String(), "indicator", i.Code, "kind", string(i.Kind),
		"name_en", i.Name.EN, "name_zh", i.Name.ZH, "unit", i.Unit.Code}
}

// Releases lists what is reported where, by what was known at that moment (the
// zero time asks for what is known now): all that has a figure the catalogue
// knows, and all that a target needs one of, ordered by indicator and area.
// That an area may report an indicator is no reason to expect it to.
func Releases(c *catalog.Catalog, b *book.Book, known time.Time) []*Release {
	reports := map[[2]string]*Release{}
	at := func(i *catalog.Indicator, area string) *Release {
		key := [2]string{i.Code, area}
		r := reports[key]
		if r == nil {
			r = &Release{Indicator: i, Area: area}
			reports[key] = r
		}
		return r
	}
	for s := range b.All() {
		i, listed := c.Indicator(s.Key.Indicator)
		if !listed {
			continue
		}
		newest, any := newestPeriod(s, known)
		if !any {
			continue
		}
		r := at(i, s.Key.Area)
		if s.Key.Frequency == i.Frequency() && (r.Newest.IsZero() || newest.Compare(r.Newest) > 0) {
			r.Newest = newest
		}
	}
	for _, t := range c.Targets {
		if t.Indicator.Kind != catalog.Ratio { // is worked out, not reported
			at(t.Indicator, t.Area.Code)
		}
	}
	sorted := make([]*Release, 0, len(reports))
	for _, r := range reports {
		sorted = append(sorted, r)
	}
	slices.SortFunc(sorted, func(r, o *Release) int {
		return cmp.Or(strings.Compare(r.Indicator.Code, o.Indicator.Code), strings.Compare(r.Area, o.Area))
	})
	return sorted
}

// newestPeriod is the newest period of which something was known.
func newestPeriod(s *book.Series, known time.Time) (newest figure.Period, any bool) {
	if known.IsZero() {
		return s.Latest().Period, true
	}
	for f := range s.AsOf(known) {
		newest, any = f.Period, true
	}
	return newest, any
}
