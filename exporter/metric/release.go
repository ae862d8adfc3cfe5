package metric

import (
	"github.com/tidemark-stats/tidemark/book/release"
	"github.com/tidemark-stats/tidemark/catalog"
)

// ReleaseNumber is a metric that is one number about the next release.
type ReleaseNumber struct {
	Family
	Of func(*catalog.Catalog, *release.Release) (value float64, ok bool)
}

// The metrics of releases.
var (
	IndicatorInfo = Family{"tidemark_indicator_info", "Names and properties of an indicator, for each area that reports it or has a target that needs it."}
	ReleaseInfo   = Family{"tidemark_release_info", "Which period of an indicator and area is to be published next according to its release calendar."}
	Now           = Family{"tidemark_now_timestamp_seconds", "What is taken for the current time: the real time, or that of the day shown."}
	WorkingDay    = Family{"tidemark_working_day", "Whether today is a working day in the city according to the catalogue's holidays (1) or not (0)."}

	ReleaseNumbers = []ReleaseNumber{
		{Family{"tidemark_release_due_timestamp_seconds", "When the figures after the newest period of an indicator and area are due according to its release calendar."},
			func(_ *catalog.Catalog, r *release.Release) (float64, bool) {
				due, ok := r.Due()
				return Seconds(due), ok
			}},
		{Family{"tidemark_release_reminder_timestamp_seconds", "When the agency is reminded of those figures: two working days before they are due."},
			func(c *catalog.Catalog, r *release.Release) (float64, bool) {
				at, ok := r.Reminder(c)
				return Seconds(at), ok
			}},
		{Family{"tidemark_release_grace_seconds", "How long after the due day figures count as late but not yet as overdue."},
			func(_ *catalog.Catalog, r *release.Release) (float64, bool) {
				grace, ok := r.Grace()
				return grace.Seconds(), ok
			}},
	}
)

// ReleaseLabels returns the labels of the release metrics.
func ReleaseLabels(r *release.Release) Labels {
	return Labels{"area", r.Area, "indicator", r.Indicator.Code}
}

// ReleaseInfoLabels returns the labels of ReleaseInfo; ok is false where no
// calendar defines the next release.
func ReleaseInfoLabels(r *release.Release) (labels Labels, ok bool) {
	p, ok := r.Next()
	return ReleaseLabels(r).With("period", p.String()), ok
}

// IndicatorLabels returns the labels of IndicatorInfo.
func IndicatorLabels(c *catalog.Catalog, r *release.Release) Labels {
	i := r.Indicator
	area := c.AreaName(r.Area)
	return Labels{"agency", i.Agency.Code, "agency_en", i.Agency.Name.EN, "agency_zh", i.Agency.Name.ZH, "area", r.Area, "area_en", area.EN, "area_zh", area.ZH,
		"display_unit", i.Display, "freq", i.Frequency().String(), "indicator", i.Code, "kind", string(i.Kind),
		"name_en", i.Name.EN, "name_zh", i.Name.ZH, "unit", i.Unit.Code}
}
