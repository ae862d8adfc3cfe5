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

// The metrics of releases.
var (
	IndicatorInfo = Family{"tidemark_indicator_info", "Names and properties of an indicator, for each area that reports it or has a target that needs it."}
	ReleaseDue    = Family{"tidemark_release_due_timestamp_seconds", "When the figures after the newest period of an indicator and area are due according to its release calendar."}
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

// Due returns when the period after the newest one is to be published; ok is
// false where no calendar defines that.
func (r *Release) Due() (at time.Time, ok bool) {
	if p, ok := nextRelease(r.Indicator, r.Newest); ok {
		return r.Indicator.Calendar.Due(p)
	}
	return time.Time{}, false
}

// Overdue returns when that period becomes overdue: the due day and the grace
// of the calendar have passed.
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

// nextRelease returns the period that is released next after p; ok is false
// where no calendar defines one.
func nextRelease(i *catalog.Indicator, p figure.Period) (next figure.Period, ok bool) {
	if i.Calendar == nil || p.IsZero() {
		return next, false
	}
	// A period without a release of its own is released with the one after it.
	for range p.Frequency().PerYear() {
		p = p.Next()
		if _, ok = i.Calendar.Due(p); ok {
			return p, true
		}
	}
	return next, false
}

// OverdueAfter returns when the period after p becomes overdue: the due day and
// the grace of the calendar have passed. A ratio becomes overdue with the first
// of its parts. ok is false where no calendar defines that.
func OverdueAfter(i *catalog.Indicator, p figure.Period) (at time.Time, ok bool) {
	for _, part := range i.Reported() {
		r := Release{Indicator: part, Newest: p}
		if overdue, known := r.Overdue(); known && (!ok || overdue.Before(at)) {
			at, ok = overdue, true
		}
	}
	return at, ok
}

// Labels returns the labels of the release metrics.
func (r *Release) Labels() Labels { return Labels{"area", r.Area, "indicator", r.Indicator.Code} }

// InfoLabels returns the labels of IndicatorInfo.
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

// Releases lists the indicators and areas that are reported, as known at the
// given moment (the zero time means now), ordered by indicator and area: all
// with a figure the catalogue knows, and all that a target needs. An area that
// merely may report an indicator is not expected to.
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
		if t.Indicator.Kind != catalog.Ratio { // a ratio is computed, not reported
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

// newestPeriod returns the newest period of which anything was known.
func newestPeriod(s *book.Series, known time.Time) (newest figure.Period, any bool) {
	if known.IsZero() {
		return s.Latest().Period, true
	}
	for f := range s.AsOf(known) {
		newest, any = f.Period, true
	}
	return newest, any
}
