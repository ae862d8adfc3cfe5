package dashboards

import (
	"fmt"
	"time"

	"github.com/grafana/grafana-foundation-sdk/go/common"
	"github.com/grafana/grafana-foundation-sdk/go/dashboard"
	"github.com/grafana/grafana-foundation-sdk/go/stat"
	"github.com/grafana/grafana-foundation-sdk/go/table"

	"github.com/tidemark-stats/tidemark/book/derive"
)

// overview is the entry page: every target, what is new, what is overdue.
func (m *maker) overview() *board {
	city := m.in.of(m.cat.City)
	b := m.begin(overviewCode, city+m.say(" · 总览", ": overview"),
		m.say("每个目标的判断，最近发布的数据和逾期未报的数据。", "Every target with its verdict, what is new and what is overdue."), "now-5y", "now")
	figures := part(m.say("数据", "Figures"))
	if len(m.cat.Targets) == 0 {
		return b.WithRow(figures).WithPanel(m.news(24)).WithPanel(m.latest()).WithPanel(m.overdue())
	}
	return b.WithRow(part(m.say("目标", "Targets"))).
		WithPanel(m.verdictTiles(16, 5)).
		WithPanel(m.news(8)).
		WithPanel(m.targets(m.say("全部目标", "All targets"), 16, "", m.cat.Indicators)).
		WithRow(figures).
		WithPanel(m.latest()).
		WithPanel(m.overdue()).
		WithRow(part(m.say("历史", "History"))).
		WithPanel(m.verdictTimeline(20))
}

// news counts recent publications and overdue releases.
func (m *maker) news(width uint32) *stat.PanelBuilder {
	return m.tiles(pane{
		title: m.say("数据情况", "Figures"), width: width, height: 5,
		about: m.say("最近 31 天内有发布的指标数，逾期未报的指标数（分地区报送的各算一个），修订后不再达到的目标数。",
			"Indicators with publications within the last 31 days, overdue indicators (counted once per area), and targets that are no longer met because figures were revised."),
		asks: as(points,
			ask{ref: "new", legend: m.say("近 31 天发布", "recently published"),
				expr: `count(count by (indicator) (count_over_time(tidemark_release_timestamp_seconds[31d]))) or vector(0)`},
			ask{ref: "overdue", legend: m.say("逾期", "overdue"), expr: "count(" + late + ") or vector(0)"},
			ask{ref: "regressed", legend: m.say("修订后未达", "no longer met"), expr: "sum(tidemark_target_regressed)"}),
	}, "none", drawn{"new", lit(colorPublished)}, drawn{"overdue", lit("purple")},
		drawn{"regressed", lit("orange")}).ColorMode(common.BigValueColorModeValue)
}

// late selects the releases whose due day and grace period have passed. This
// is evaluated as of now, even if the time range ends in the future.
const late = "max by (indicator, area) (tidemark_release_overdue) == 1"

// overdue lists the figures that should have been published.
func (m *maker) overdue() *table.PanelBuilder {
	return m.list(pane{
		title: m.say("逾期未报", "Overdue"), width: 10, height: 14, goodEmpty: true,
		about: m.say("按发布日程应有而没有、并且已超出宽限期的数据，拖得最久的在前。有关目标在此之前不作判断。",
			"Figures that are past their release date and grace period, longest overdue first. Their targets are not judged until they arrive."),
		asks: as(rows, ask{ref: "due", expr: spanned(m.day("(max by (indicator, area) (tidemark_release_due_timestamp_seconds) and on (indicator, area) "+late+")") +
			" * on (indicator, area) group_left (name_en, name_zh, area_en, area_zh, agency_en, agency_zh)" +
			" max by (indicator, area, name_en, name_zh, area_en, area_zh, agency_en, agency_zh) (tidemark_indicator_info)")}),
	}, valueAlone, false,
		append([]column{
			shown(m.label("name"), m.say("指标", "indicator"), atLeast(180),
				m.linked(indicatorCode, m.say("查看指标", "show the indicator"), "indicator", "area", "from", "to")),
			shown(m.label("area"), m.say("地区", "area")),
			shown(valueAlone, m.say("应于", "due"), unit(asDay), wide(100)),
			shown(m.label("agency"), m.say("报送部门", "agency"), wide(130)),
		}, kept("indicator", "area", "from", "to")...)...)
}

// latest lists the newest releases.
func (m *maker) latest() *table.PanelBuilder {
	const by = "indicator, area"
	published := "max by (" + by + ") (" + newest("tidemark_release_timestamp_seconds") + ")"
	among := " and on (" + by + ") topk(40, " + published + ")"
	// The period of the total, if there is one.
	const period = headline + `_timestamp_seconds{category="_T"} or on (` + by + `) topk by (` + by + `) (1, ` + headline + `_timestamp_seconds{category!="_T"})`
	of := func(measure, more string) string {
		return headline + `{category="_T",measure="` + measure + `"` + more + "}"
	}
	return m.list(pane{
		title: m.say("最近发布", "Latest releases"), width: 14, height: 14,
		about: m.say("所选时间内最近发布的指标：发布日、最新公布的一期，以及这一期的当期值（展示单位）、它的依据和同比；这一期没有的、据插补数算出的同比为空。修订也是发布。",
			"The most recently published indicators within the time range: when, the newest period that was published, its level (in the display unit) with its basis, and its growth, if this period has them and growth does not rest on imputed figures. A revision also counts as a release."),
		asks: as(rows,
			ask{ref: "published", expr: spanned(m.day(named("topk(40, " + published + ")")))},
			ask{ref: "period", expr: "max by (" + by + ", " + periodNames + ") (" + period + ") * 1000" + among},
			ask{ref: "value", expr: "max by (" + by + ", unit, basis) (" + of("level", `,scale="display"`) + " or on (" + by + ") " + notANumber(`tidemark_figure_withheld{category="_T",measure="level"}`) + ")" + among},
			ask{ref: "growth", expr: "max by (" + by + ") (" + ofBases(func(t tint) string { return of("yoy", t.matcher()) }, derive.Published, derive.Computed) + ")" + among}),
	}, valueOf("published"), true,
		append([]column{
			shown(valueOf("published"), m.say("发布日", "published"), unit(asDay), wide(95)),
			shown(m.label("name"), m.say("指标", "indicator"), atLeast(170),
				m.linked(indicatorCode, m.say("查看指标", "show the indicator"), "indicator", "area", "from", "to")),
			shown(m.label("area"), m.say("地区", "area"), wide(80)),
			shown(m.label("period"), m.say("最新一期", "newest period"), wide(100)),
			shown(valueOf("value"), m.say("当期值", "level"), decimals(2), unit("locale"), mapped([]dashboard.ValueMapping{m.withheld()}), wide(90)),
			shown("unit", m.say("单位", "unit"), m.units(70)...),
			shown("basis", m.say("依据", "basis"), m.inTints(), tintedText(), wide(65)),
			shown(valueOf("growth"), m.say("同比", "growth"), unit("percent"), decimals(1), wide(60)),
		}, kept("indicator", "area", "from", "to")...)...)
}

// day converts times in seconds to what Grafana shows as the local date in the
// city: dashboards are in UTC, where the city's midnight is on the day before.
// The value is in milliseconds.
func (m *maker) day(seconds string) string {
	return fmt.Sprintf("(%s + %d) * 1000", seconds, ahead(m.cat.Location()))
}

// ahead is the maximum offset of a time zone from UTC in seconds since figures
// have been published, so that its midnights stay within the day, even if
// daylight saving time was in use or has been abolished.
func ahead(place *time.Location) int {
	most := -24 * 3600
	for year := 2000; year < 2030; year++ {
		for _, month := range []time.Month{time.January, time.July} {
			_, offset := time.Date(year, month, 1, 0, 0, 0, 0, place).Zone()
			most = max(most, offset)
		}
	}
	return most
}
