package dashboards

import (
	"fmt"
	"time"

	"github.com/grafana/grafana-foundation-sdk/go/common"
	"github.com/grafana/grafana-foundation-sdk/go/stat"
	"github.com/grafana/grafana-foundation-sdk/go/table"
)

// overview is where everybody begins: every target, what is new, what is
// overdue.
func (m *maker) overview() *board {
	city := m.in.of(m.cat.City)
	return m.sheet(overviewCode, city+m.say(" · 总览", ": overview"),
		m.say("每个目标的判断，最近发布的数据和逾期未报的数据。", "Every target with its verdict, what is new and what is overdue."), "now-5y", "now").
		WithRow(part(m.say("目标", "Targets"))).
		WithPanel(m.verdictTiles(16, 5)).
		WithPanel(m.news()).
		WithPanel(m.targets(m.say("全部目标", "All targets"), 16, "")).
		WithRow(part(m.say("数据", "Figures"))).
		WithPanel(m.latest()).
		WithPanel(m.overdue()).
		WithRow(part(m.say("历史", "History"))).
		WithPanel(m.verdictTimeline(20))
}

// news counts what came in lately and what should have.
func (m *maker) news() *stat.PanelBuilder {
	return m.tiles(pane{
		title: m.say("数据情况", "Figures"), width: 8, height: 5,
		about: m.say("最近 31 天有发布的指标数，逾期未报的指标数，修订后不再达到的目标数。",
			"Indicators published within 31 days, indicators overdue, targets that were met until figures were revised."),
		asks: as(points,
			ask{ref: "new", legend: m.say("近 31 天发布", "published lately"),
				expr: `count(count by (indicator, area) (count_over_time(tidemark_release_timestamp_seconds[31d]))) or vector(0)`},
			ask{ref: "overdue", legend: m.say("逾期", "overdue"), expr: "count(" + late + ") or vector(0)"},
			ask{ref: "unmet", legend: m.say("修订后未达", "taken back"), expr: "sum(tidemark_target_unmet)"}),
	}, "none", drawn{"new", []property{color(colorPublished)}}, drawn{"overdue", []property{color("purple")}},
		drawn{"unmet", []property{color("orange")}}).ColorMode(common.BigValueColorModeValue)
}

// late is by how much figures are late beyond the days of grace.
const late = `(time() - max by (indicator, area) (tidemark_release_due_timestamp_seconds) - max by (indicator, area) (tidemark_release_grace_seconds)) > 0`

// overdue lists the figures that should have been published.
func (m *maker) overdue() *table.PanelBuilder {
	return m.list(pane{
		title: m.say("逾期未报", "Overdue"), width: 10, height: 14, goodEmpty: true,
		about: m.say("按发布日程和宽限期应有而没有的数据，拖得最久的在前。有关目标在此之前不作判断。",
			"Figures that the release calendar and its days of grace say should be here, the longest overdue first. Targets on them are not judged until they come."),
		asks: as(rows,
			ask{ref: "late", expr: named(late)},
			ask{ref: "due", expr: m.day("max by (indicator, area) (tidemark_release_due_timestamp_seconds)") + " and on (indicator, area) " + late},
			ask{ref: "agency", expr: "max by (indicator, area, agency) (tidemark_indicator_info) and on (indicator, area) " + late}),
	}, valueOf("late"), true,
		append([]column{
			shown(m.label("name"), m.say("指标", "indicator"),
				m.linked(indicatorCode, m.say("查看指标", "show the indicator"), "indicator", "area")),
			shown(m.label("area"), m.say("地区", "area")),
			shown(valueOf("due"), m.say("应于", "due"), unit(asDay), wide(100)),
			shown(valueOf("late"), m.say("超过宽限", "beyond grace"), unit("dtdurations"), decimals(0)),
			shown("agency", m.say("报送部门", "agency"), wide(120)),
		}, kept("indicator", "area")...)...)
}

// latest lists the newest releases.
func (m *maker) latest() *table.PanelBuilder {
	const by = "indicator, area"
	published := "max by (" + by + ") (" + newest("tidemark_release_timestamp_seconds") + ")"
	among := " and on (indicator, area) topk(40, " + published + ")"
	const own = " and on (indicator, area, freq) max by (indicator, area, freq) (tidemark_indicator_info)"
	return m.list(pane{
		title: m.say("最近发布", "Latest releases"), width: 14, height: 14,
		about: m.say("所选时间内最近发布的指标：发布日、最新一期和当期值（展示单位）。修订也是发布。",
			"The indicators published last within the time range: when, the newest period, and its level in the unit people read. A revision is a release too."),
		asks: as(rows,
			ask{ref: "published", expr: m.day(named("topk(40, " + published + ")"))},
			ask{ref: "period", expr: "max by (" + by + ") (" + "tidemark_figure_newest_timestamp_seconds" + own + ") * 1000" + among},
			ask{ref: "value", expr: "max by (" + by + ", unit) (" + `tidemark_figure_newest{measure="level",category="_T",scale="display"}` + own + ")" + among},
			ask{ref: "growth", expr: "max by (" + by + ") (" + `tidemark_figure_newest{measure="yoy",category="_T"}` + own + ")" + among}),
	}, valueOf("published"), true,
		append([]column{
			shown(valueOf("published"), m.say("发布日", "published"), unit(asDay), wide(100)),
			shown(m.label("name"), m.say("指标", "indicator"), wide(230),
				m.linked(indicatorCode, m.say("查看指标", "show the indicator"), "indicator", "area")),
			shown(m.label("area"), m.say("地区", "area")),
			shown(valueOf("period"), m.say("最新一期（起）", "newest period from"), unit(asMonth), wide(120)),
			shown(valueOf("value"), m.say("当期值", "level"), decimals(2), unit("locale")),
			shown("unit", m.say("单位", "unit"), wide(80)),
			shown(valueOf("growth"), m.say("同比", "growth on the year"), unit("percent"), decimals(1)),
		}, kept("indicator", "area")...)...)
}

// day turns moments in seconds into what Grafana shows as the day that it was
// in the city: dashboards are in UTC, where the city's midnight is on the day
// before. The value is in milliseconds.
func (m *maker) day(seconds string) string {
	return fmt.Sprintf("(%s + %d) * 1000", seconds, ahead(m.cat.Location()))
}

// ahead is by how many seconds a place is ahead of UTC at the most: with
// summer time its midnights stay within the day.
func ahead(place *time.Location) int {
	most := -24 * 3600
	for _, month := range []time.Month{time.January, time.July} {
		_, offset := time.Date(2024, month, 1, 0, 0, 0, 0, place).Zone()
		most = max(most, offset)
	}
	return most
}
