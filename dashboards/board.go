package dashboards

import (
	"github.com/grafana/grafana-foundation-sdk/go/cog"
	"github.com/grafana/grafana-foundation-sdk/go/dashboard"
)

// The codes of the dashboards that are no topics.
const (
	overviewCode  = "overview"
	indicatorCode = "indicator"
	revisionsCode = "revisions"
	pipelineCode  = "pipeline"
)

// The SDK would rather have dashboards of Grafana's second schema, but those
// are not what every Grafana that is in use reads from files. The first is.
type (
	board = dashboard.DashboardBuilder //nolint:staticcheck // see above
	built = dashboard.Dashboard        //nolint:staticcheck // see above
)

var newBuilder = dashboard.NewDashboardBuilder //nolint:staticcheck // see above

// begin starts a dashboard. Its time zone is UTC whatever the reader's is,
// because a figure stands at the start of its period in UTC: anywhere west of
// Greenwich a month would show as the one before.
func (m *maker) begin(code, title, about, from, to string) *board {
	b := newBuilder(title).Uid(m.in.uid(code)).Description(about).
		Tags([]string{"tidemark", m.in.tag()}).Timezone("utc").Time(from, to).
		Tooltip(dashboard.DashboardCursorSyncCrosshair)
	for _, l := range m.links(code) {
		b.Link(l)
	}
	return b
}

// Years of figures to the end of this one, so that the plan to its end shows;
// or two years on, where the way to a later deadline is to show.
const (
	nineYears  = "now-9y/y"
	yearsEnd   = "now/y"
	twoYearsOn = "now+2y/y"
)

// links lead to the overview, an indicator, the alerts that are firing, all
// others of the edition, and the same dashboard in the other language, which
// shows the same variables and time.
func (m *maker) links(code string) (all []cog.Builder[dashboard.DashboardLink]) {
	if code != overviewCode {
		all = append(all, dashboard.NewDashboardLinkBuilder(m.say("总览", "Overview")).
			Type(dashboard.DashboardLinkTypeLink).Icon("dashboard").Url("/d/"+m.in.uid(overviewCode)))
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
// The query gives the moment of a publication as its value.
func (m *maker) releases(selector string, enabled bool) *dashboard.AnnotationQueryBuilder {
	return dashboard.NewAnnotationQueryBuilder().Name(m.say("发布", "Releases")).Datasource(from(History)).
		Enable(enabled).Hide(false).IconColor(colorQuiet).UseValueForTime(true).Step("1d").
		Expr(named("tidemark_release_timestamp_seconds" + selector + " * 1000")).
		TitleFormat(m.say("发布", "Released")).TextFormat("{{" + m.label("area") + "}} {{" + m.label("name") + "}}")
}

// part begins a row of panels under a heading.
func part(title string) *dashboard.RowBuilder { return dashboard.NewRowBuilder(title) }
