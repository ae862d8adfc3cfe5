package dashboards

import (
	"slices"

	"github.com/grafana/grafana-foundation-sdk/go/cog"
	"github.com/grafana/grafana-foundation-sdk/go/dashboard"
)

// The codes of the dashboards that are not topics.
const (
	overviewCode  = "overview"
	indicatorCode = "indicator"
	revisionsCode = "revisions"
	recordCode    = "record"
	pipelineCode  = "pipeline"
)

// The SDK prefers dashboards of Grafana's second schema, but not every Grafana
// in use reads those from files. All of them read the first schema.
type (
	board = dashboard.DashboardBuilder //nolint:staticcheck // see above
	built = dashboard.Dashboard        //nolint:staticcheck // see above
)

var newBuilder = dashboard.NewDashboardBuilder //nolint:staticcheck // see above

// begin starts a dashboard. Its time zone is UTC regardless of the reader's,
// because the timestamp of a figure is the start of its period in UTC: west of
// Greenwich a month would be shown as the one before.
func (m *maker) begin(code, title, about, from, to string) *board {
	b := newBuilder(title).Uid(m.in.uid(code)).Description(about).
		Tags([]string{"tidemark", m.in.tag()}).Timezone("utc").Time(from, to).
		Tooltip(dashboard.DashboardCursorSyncCrosshair).Timepicker(m.ranges(from, to))
	if code != pipelineCode { // which shows the processes as they are now
		b.WithVariable(m.shownDay())
	}
	for _, l := range m.links(code) {
		b.Link(l)
	}
	return b
}

// shownDay is the day that the dashboard shows, for its reader; there is nothing to choose.
func (m *maker) shownDay() *dashboard.QueryVariableBuilder {
	return m.named("day", m.say("展示日期", "as on"), "tidemark_now_info", "day", "day")
}

// ranges are the time ranges that can be chosen by name, the first being that of
// the dashboard. Grafana's own are in the language of its user interface.
func (m *maker) ranges(from, to string) *dashboard.TimePickerBuilder {
	all := []dashboard.TimeOption{
		{Display: m.say("近 7 天", "7 days"), From: "now-7d", To: "now"},
		{Display: m.say("近 1 年", "1 year"), From: "now-1y", To: "now"},
		{Display: m.say("近 3 年", "3 years"), From: "now-3y", To: "now"},
		{Display: m.say("近 5 年", "5 years"), From: "now-5y", To: "now"},
		{Display: m.say("今年", "this year"), From: "now/y", To: "now/y"},
	}
	name := m.say("默认时段", "default range")
	switch {
	case from == nineYears:
		name = m.say("近九年", "nine years")
	case from == "now-24h":
		name = m.say("近 24 小时", "24 hours")
	}
	own := dashboard.TimeOption{Display: name, From: from, To: to}
	all = slices.DeleteFunc(all, func(o dashboard.TimeOption) bool {
		same := o.From == from && o.To == to
		if same {
			own.Display = o.Display
		}
		return same
	})
	b := dashboard.NewTimePickerBuilder()
	var chosen []cog.Builder[dashboard.TimeOption]
	for _, o := range append([]dashboard.TimeOption{own}, all...) {
		chosen = append(chosen, dashboard.NewTimeOptionBuilder().Display(o.Display).From(o.From).To(o.To))
	}
	return b.QuickRanges(chosen)
}

// Nine calendar years up to the end of the current one, so that its whole plan
// is visible and little is empty. Links to the page of an indicator set a range
// from its first figure to the deadline.
const (
	nineYears = "now-8y/y"
	yearsEnd  = "now/y"
)

// links lead to the overview, an indicator, the firing alerts, all other
// dashboards of the edition, and the same dashboard in the other language,
// with the same variables and time.
func (m *maker) links(code string) (all []cog.Builder[dashboard.DashboardLink]) {
	if code != overviewCode {
		all = append(all, dashboard.NewDashboardLinkBuilder(m.say("总览", "Overview")).
			Type(dashboard.DashboardLinkTypeLink).Icon("dashboard").Url("/d/"+m.in.uid(overviewCode)))
	}
	if code == overviewCode {
		all = append(all, dashboard.NewDashboardLinkBuilder(m.say("履历", "Track record")).
			Type(dashboard.DashboardLinkTypeLink).Icon("dashboard").Url("/d/"+m.in.uid(recordCode)))
	}
	if code != indicatorCode {
		all = append(all, dashboard.NewDashboardLinkBuilder(m.say("单项指标", "Indicator")).
			Type(dashboard.DashboardLinkTypeLink).Icon("dashboard").Url("/d/"+m.in.uid(indicatorCode)))
	}
	if code != pipelineCode {
		all = append(all, dashboard.NewDashboardLinkBuilder(m.say("管道和告警", "Pipeline and alerts")).
			Type(dashboard.DashboardLinkTypeLink).Icon("bolt").Url("/d/"+m.in.uid(pipelineCode)))
	}
	other := &maker{m.cat, m.in.other()}
	return append(all,
		dashboard.NewDashboardLinkBuilder(m.say("其他看板", "Other dashboards")).
			Type(dashboard.DashboardLinkTypeDashboards).Tags([]string{m.in.tag()}).AsDropdown(true),
		dashboard.NewDashboardLinkBuilder(other.say("中文", "English")).
			Type(dashboard.DashboardLinkTypeLink).Icon("external link").Url("/d/"+other.in.uid(code)).
			IncludeVars(true).KeepTime(true))
}

// releases marks the publications of the selected figures on the time axis.
// The value of the query is the time of publication.
func (m *maker) releases(selector string, enabled bool) *dashboard.AnnotationQueryBuilder {
	return dashboard.NewAnnotationQueryBuilder().Name(m.say("发布", "Releases")).Datasource(from(History)).
		Enable(enabled).Hide(false).IconColor(colorQuiet).UseValueForTime(true).Step("1d").
		Expr(named("tidemark_release_timestamp_seconds" + selector + " * 1000")).
		TitleFormat(m.say("发布", "Released")).TextFormat("{{" + m.label("area") + "}} {{" + m.label("name") + "}}")
}

// part begins a row of panels with a heading.
func part(title string) *dashboard.RowBuilder { return dashboard.NewRowBuilder(title) }
