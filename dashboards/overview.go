package dashboards

import (
	"fmt"
	"time"

	"github.com/grafana/grafana-foundation-sdk/go/common"
	"github.com/grafana/grafana-foundation-sdk/go/stat"
	"github.com/grafana/grafana-foundation-sdk/go/table"

	"github.com/tidemark-stats/tidemark/verdict"
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
		WithPanel(m.sentences(12, "")).
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
			ask{ref: "new", legend: m.say("近 31 天发布", "new in 31 days"),
				expr: `count(max by (indicator) (tidemark_release_figures_timestamp_seconds) > scalar(tidemark_now_timestamp_seconds) - 31 * 86400) or vector(0)`},
			ask{ref: "overdue", legend: m.say("逾期", "overdue"), expr: "count(" + late + ") or vector(0)"},
			ask{ref: "regressed", legend: m.say("修订后未达", "no longer met"), expr: "sum(tidemark_target_regressed)"}),
	}, "none", drawn{"new", lit(colorPublished)}, drawn{"overdue", lit(verdictColors[verdict.Overdue])},
		drawn{"regressed", lit(verdictColors[verdict.AtRisk])}).ColorMode(common.BigValueColorModeBackground)
}

// late selects the releases whose due day and grace period have passed. This
// is evaluated as of now, even if the time range ends in the future.
const late = "max by (indicator, area) (tidemark_release_overdue) == 1"

// overdue lists the figures that should have been published.
func (m *maker) overdue() *table.PanelBuilder {
	return m.list(pane{
		title: m.say("逾期未报", "Overdue"), width: 24, height: 9, goodEmpty: true,
		about: m.say("按发布日程应有而没有、并且已超出宽限期的数据，拖得最久的在前。有关目标在此之前不作判断。",
			"Figures that are past their release date and grace period, longest overdue first. Their targets are not judged until they arrive."),
		asks: as(rows, ask{ref: "due", expr: spanned(m.day("(max by (indicator, area) (tidemark_release_due_timestamp_seconds) and on (indicator, area) "+late+")") +
			" * on (indicator, area) group_left (name_en, name_zh, area_en, area_zh, agency_en, agency_zh)" +
			" max by (indicator, area, name_en, name_zh, area_en, area_zh, agency_en, agency_zh) (tidemark_indicator_info)")}),
	}, valueAlone, false,
		append([]column{
			shown(m.label("name"), m.say("指标", "indicator"), atLeast(240),
				m.linked(indicatorCode, m.say("查看指标", "show the indicator"), "indicator", "area", "from", "to")),
			shown(m.label("area"), m.say("地区", "area"), wide(m.pixels(150, 240))),
			shown(valueAlone, m.say("应于", "due"), unit(asDay), wide(120)),
			shown(m.label("agency"), m.say("报送部门", "agency"), wide(m.pixels(300, 380))),
		}, kept("indicator", "area", "from", "to")...)...)
}

// latest lists the newest releases.
func (m *maker) latest() *table.PanelBuilder {
	newest := withRows(named(`topk(40, tidemark_release_figures_timestamp_seconds{scale="display"})`))
	return m.list(pane{
		title: m.say("最近发布", "Latest releases"), width: 24, height: 12,
		about: m.say("最近发布的指标：发布日和当天公布的最新一期：数值（展示单位）、依据和增速。只公布增速的，数值就是增速；据估计数、插补数算出的增速不列。备注是报送部门随这个数附上的。修订也是发布。",
			"The most recently published indicators: the day, and the newest period of what was published then, with its value (in the display unit), its basis and its growth. If only growth was published, it is the value; growth that rests on estimated or imputed figures is left out. The note is what the agency sent with the figure. A revision also counts as a release."),
		asks: as(rows, ask{ref: "published", expr: spanned(m.day(newest))}),
	}, valueAlone, true,
		append([]column{
			shown(valueAlone, m.say("发布日", "published"), unit(asDay), wide(96)),
			shown(m.row(), m.say("指标", "indicator"), atLeast(m.rowWidth()), m.inRows(),
				m.linked(indicatorCode, m.say("查看指标", "show the indicator"), "indicator", "area", "from", "to")),
			shown(m.label("area"), m.say("地区", "area"), wide(m.pixels(150, 180))),
			shown(m.label("period"), m.say("时期", "period"), wide(120)),
			shown("measure", m.say("口径", "measure"), m.inWords("measure"), wide(m.pixels(110, 140))),
			m.amount("amount", m.say("数值", "figure"), 120, m.asWithheld()),
			shown("unit", m.say("单位", "unit"), m.units(110)...),
			shown("basis", m.say("依据", "basis"), m.inTints(), tintedText(), wide(m.pixels(80, 90))),
			m.amount("growth", m.say("增速", "growth"), 80),
			shown("note", m.say("备注", "note"), wrapped(), wide(m.pixels(190, 160))),
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
