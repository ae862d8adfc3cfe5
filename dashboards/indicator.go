package dashboards

import (
	"slices"
	"strconv"
	"strings"

	"github.com/grafana/grafana-foundation-sdk/go/common"
	"github.com/grafana/grafana-foundation-sdk/go/dashboard"
	"github.com/grafana/grafana-foundation-sdk/go/stat"
	"github.com/grafana/grafana-foundation-sdk/go/table"
	"github.com/grafana/grafana-foundation-sdk/go/timeseries"
	"github.com/grafana/grafana-foundation-sdk/go/trend"

	"github.com/tidemark-stats/tidemark/book/derive"
)

// cells is the selector for the figures chosen by the variables, without its
// braces.
const cells = `indicator="$indicator",area="$area",category="$category"`

// indicator shows everything about one indicator of one area.
func (m *maker) indicator() *board {
	b := m.begin(indicatorCode, m.in.of(m.cat.City)+m.say(" · 单项指标", ": indicator"),
		m.say("任何一个指标和地区：逐期数值、累计、增速、历年对比、预测、修订。",
			"Any indicator and area: figures, year to date, growth, years side by side, projection, revisions."), nineYears, twoYearsOn).
		Annotation(m.releases(`{indicator="$indicator",area="$area"}`, false))
	for _, v := range m.indicatorVariables() {
		b.WithVariable(v)
	}
	const way = `tidemark_target_path{target="$target",category="$category"}`
	b.WithVariable(m.target()).WithVariable(hidden("path_measure", way, "measure")).WithVariable(hidden("path_freq", way, "freq")).
		WithVariable(m.until())

	return b.WithRow(part("${area:text} · ${indicator:text}")).
		WithPanel(m.newestTiles()).
		WithPanel(m.datesTiles()).
		WithPanel(m.monthly()).
		WithPanel(m.toDate()).
		WithPanel(m.growth()).
		WithRow(part(m.say("目标与历年", "Target and years"))).
		WithPanel(m.way()).
		WithPanel(m.yearsOver()).
		WithPanel(m.years()).
		WithPanel(m.targets(m.say("本指标的目标", "Targets of this indicator"), 8, `indicator="$indicator",area="$area",`, m.cat.Indicators)).
		WithRow(part(m.say("数据表", "Figures"))).
		WithPanel(m.figures()).
		WithPanel(m.publications())
}

// target chooses one of the indicator's targets. By default it is one that is
// still open, so that there is a path to draw: those with a projection come
// first, and within both groups the most urgent.
func (m *maker) target() *dashboard.QueryVariableBuilder {
	const of = `{indicator="$indicator",area="$area"}`
	const urgency = "max by (target) (tidemark_target_urgency" + of + ")"
	return m.named("target", m.say("目标", "Target"),
		"sort_desc((10 * count by (target) (tidemark_target_projection"+of+") + "+urgency+" or "+urgency+")"+
			" * on (target) group_left (name_en, name_zh) max by (target, name_en, name_zh) (tidemark_target_info"+of+"))", "target", "name").
		Sort(dashboard.VariableSortDisabled)
}

// until is the deadline of the target in words, which may be none.
func (m *maker) until() *dashboard.QueryVariableBuilder {
	expr := `label_replace(max by (deadline) (tidemark_target_info{target="$target"}), "word", "` + m.say("无期限", "no deadline") + `", "deadline", "")`
	expr = m.inPeriodWords(expr, "deadline")
	return variable("until", "until", "query_result("+expr+")").Regex(`/\bword="([^"]+)"/`).Hide(dashboard.VariableHideHideVariable)
}

// newestTiles shows the newest value of each measure.
func (m *maker) newestTiles() *stat.PanelBuilder {
	return m.headline(pane{
		title: m.say("最新数值", "Newest figures"), width: 15, height: 5,
		about: m.say("最新公布的一期的当期值、累计值和同比；名称里有时期、单位和依据（公布、推算、估计、插补）。插补的数据只在没有其他数据时才用。这一期没有的不显示。",
			"Level, year to date and growth of the newest period that was published, with the period, the unit and what the value rests on (published, derived, estimated, imputed). Imputed figures are used only where there are no others. Values that this period does not have are not shown."),
		asks: as(points, m.headlineMeasures(cells)...), none: m.noFigures(),
	}, drawn{OptionalPrefix + "level", []property{decimals(2)}}, drawn{OptionalPrefix + "ytd", []property{decimals(2)}},
		drawn{OptionalPrefix + "yoy", []property{decimals(1)}}, drawn{OptionalPrefix + "ytd_yoy", []property{decimals(1)}})
}

// headlineMeasures returns queries for each measure of one cell.
func (m *maker) headlineMeasures(cell string) []ask {
	of := func(measure, legend string) ask {
		return maybe(measure, headline+"{"+cell+`,measure="`+measure+`",scale="display"}`, legend)
	}
	const period, basis = "{{period_", " {{basis}}"
	name := func(zh, en string) string { return period + string(m.in) + "}} " + m.say(zh, en) + basis }
	return []ask{
		of("level", name("当期（{{unit}}）", "level ({{unit}}),")),
		of("ytd", name("累计（{{unit}}）", "year to date ({{unit}}),")),
		of("yoy", name("同比（%）", "growth (%),")),
		of("ytd_yoy", name("累计同比（%）", "growth to date (%),")),
	}
}

// headline shows the newest values large, with their names small below, in the
// colours of their bases.
func (m *maker) headline(p pane, looks ...drawn) *stat.PanelBuilder {
	b := m.tiles(p, "locale", looks...).ColorMode(common.BigValueColorModeValue).WideLayout(false).
		Text(common.NewVizTextDisplayOptionsBuilder().TitleSize(12).ValueSize(24))
	for _, t := range m.translated() {
		b.WithTransformation(t)
	}
	for _, t := range tints {
		b.OverrideByRegexp(m.tinted(t))
	}
	return b
}

// datesTiles shows when the newest period was published, and when the next one
// is due.
func (m *maker) datesTiles() *stat.PanelBuilder {
	const of = `{` + cells + `}`
	return m.tiles(pane{
		title: m.say("日期", "Dates"), width: 9, height: 5,
		about: m.say("最新一期的发布日和下一期的应发布日（按发布日程；没有日程的指标没有）。",
			"The day the newest period was published, and the day the next one is due if there is a release calendar."),
		asks: as(points,
			maybe("published", m.day("max("+newest("tidemark_figure_published_timestamp_seconds"+of)+")"), m.say("发布日", "published")),
			maybe("due", m.day(`max(tidemark_release_due_timestamp_seconds{indicator="$indicator",area="$area"})`), m.say("下一期应于", "next due"))),
	}, asDay)
}

// monthly draws the figures as bars with those of the year before.
func (m *maker) monthly() *timeseries.PanelBuilder {
	return m.levels(m.say("逐期数值（$unit）", "Figures by period ($unit)"), 24, 10, cells+`,freq="$freq"`)
}

// levels draws published and derived figures as bars and those of the year
// before as a line, each at its own date.
func (m *maker) levels(title string, width, height uint32, selector string) *timeseries.PanelBuilder {
	of := selector + `,measure="level",scale="display"`
	asks, looks := m.bars("", of, "")
	before, pale := m.yearBefore(of, "")
	asks = append(append(asks, before...),
		maybe("record", inRange(`tidemark_figure_derived{`+selector+`,measure="record",scale="display"`+tints[0].matcher()+`}`), m.say("同月新高", "record for the month")))
	return m.chart(pane{
		title: title, width: width, height: height, none: m.noFigures(),
		about: m.say("深色是公布的数值，浅色是由累计或其他口径推算的，绿色是估计的，褐色是插补的（由维护者补入，不是公布数）；橙色点是上年同期，红点是历年同月新高。单位是展示单位。",
			"Bars in full colour are published, lighter ones derived from other figures, green ones estimated, brown ones imputed (filled in by the maintainers, not published); orange dots are the same period a year before, red ones the highest ever for their month. In the display unit."),
		asks: as(points, asks...),
	}, "locale", append(append(looks, pale...), drawn{OptionalPrefix + "record", asPoints(colorGoal, 7)})...)
}

// toDate draws the year to date with the plan and the year before.
func (m *maker) toDate() *timeseries.PanelBuilder {
	const of = cells + `,measure="ytd",freq="$freq",scale="display"`
	asks, looks := m.bars("", of, "")
	before, pale := m.yearBefore(of, "")
	asks = append(append(asks, before...),
		maybe("plan", inRange(`tidemark_target_path{target="$target",category="$category",line="plan",measure="ytd",scale="display"}`), m.say("计划", "plan")))
	return m.chart(pane{
		title: m.say("年初至今累计（$unit）", "Year to date ($unit)"), width: 12, height: 9,
		about: m.say("每年从 1 月起的累计，与上年同期和所选目标的计划线对比。计划线只在目标期限的那一年有。",
			"January to the period in each year, compared with the year before and the plan of the selected target. The plan line exists only in the year of the target's deadline."),
		asks: as(points, asks...),
		none: m.say("没有累计数", "no year to date"),
	}, "locale", append(append(looks, pale...), drawn{OptionalPrefix + "plan", asLine(colorPlan, true)})...)
}

// growth draws year-on-year growth, as published and as derived.
func (m *maker) growth() *timeseries.PanelBuilder {
	return m.growthOf(m.say("增速（%）", "Growth (%)"), 12, 9, cells+`,freq="$freq"`)
}

func (m *maker) growthOf(title string, width, height uint32, selector string) *timeseries.PanelBuilder {
	var asks []ask
	var looks []drawn
	for _, g := range []struct{ measure, name, hue string }{
		{"yoy", m.say("同比，", "growth, "), colorPublished}, {"ytd_yoy", m.say("累计同比，", "year to date, "), colorYearAgo}} {
		some, how := m.byBasis(g.measure+"_", selector+`,measure="`+g.measure+`"`, g.name, func(t tint) []property {
			switch t.basis {
			case derive.Published:
				return asLine(g.hue, false)
			case derive.Computed:
				return asLine(faded(g.hue), true)
			}
			return asPoints(t.hue, 5)
		})
		asks, looks = append(asks, some...), append(looks, how...)
	}
	asks = append(asks, maybe("disagreement", inRange(`tidemark_growth_disagreement{`+selector+`}`), m.say("公布的增速与数值不符（百分点）", "published growth minus that of the levels (points)")))
	return m.chart(pane{
		title: title, width: width, height: height, asks: as(points, asks...),
		about: m.say("同比和累计同比。公布的（实线）和由数值推算的（虚线）分开，公布的不会被推算的取代；据估计数或插补数算出的增速是绿点和褐点，不是公布数。按可比价发布的指标不作推算。红点是公布的增速与数值算出的增速之差，差异在四舍五入之内的不显示。",
			"Year-on-year growth of the period and of the year to date. Published growth (solid) is never replaced by growth derived from levels (dashed); growth that rests on estimated or imputed figures has green and brown dots and is not official. Nothing is derived if growth is at constant prices. Red dots show by how much published growth differs from that of the levels, beyond rounding."),
		none: m.say("没有增速", "no growth rates"),
	}, "percent", append(looks, drawn{OptionalPrefix + "disagreement", asPoints(colorGoal, 9)})...)
}

// way draws what has been reached and the path to the target.
func (m *maker) way() *timeseries.PanelBuilder {
	asks, looks := m.bars("reached_", cells+`,measure="$path_measure",freq="$path_freq",scale="display"`, "")
	line := func(name, legend string) ask {
		return maybe(name, inRange(`tidemark_target_path{target="$target",category="$category",line="`+name+`",scale="display"}`), legend)
	}
	return m.chart(pane{
		title: m.say("目标：${target:text}（$unit）", "Target: ${target:text} ($unit)"), width: 12, height: 10,
		about: m.say("已完成的数值、计划线、目标线，以及预测和它的上下限。目标值改过的，目标线在改的那一期成台阶。期限在今年的目标按年内累计（平均数按年初至今平均），更远的按年度总量；期限更远的，把时间范围延长到期限可以看到整条线。",
			"What has been reached, the plan, the goal, and the projection with its band. A change of the goal is a step in its line. A target for this year uses the year to date (the mean for an average), a later one yearly totals; if the deadline is beyond the time range, extend it to see the whole path."),
		asks: as(points, append(asks,
			line("plan", m.say("计划", "plan")), line("goal", m.say("目标值（$until）", "goal ($until)")),
			line("projection", m.say("预测", "projection")),
			line("low", m.say("预测下限", "projection, low")), line("high", m.say("预测上限", "projection, high")))...),
		none: m.say("没有目标，或目标还没有数据", "no target, or no figures for it yet"),
	}, "locale", append(looks,
		drawn{OptionalPrefix + "plan", asLine(colorPlan, true)},
		drawn{OptionalPrefix + "goal", append(asLine(colorGoal, true), set("custom.lineInterpolation", "stepAfter"))},
		drawn{OptionalPrefix + "projection", asLine(colorProjection, false)},
		drawn{OptionalPrefix + "low", asLine(colorBand, true)},
		drawn{OptionalPrefix + "high", append(asLine(colorBand, true), set("custom.fillBelowTo", m.say("预测下限", "projection, low")), set("custom.fillOpacity", 20))})...)
}

// yearsOver overlays the years, by month. The month is the first number of a
// row, which a trend uses as its axis. If there are no figures it still needs a
// row, or it would say in English that no field is numeric; its legend then says
// that there are none.
func (m *maker) yearsOver() *trend.PanelBuilder {
	const rowAndColumn = `month\line`
	const nothing = "nothing"
	b := dress(m, trend.NewPanelBuilder(), pane{
		title: m.say("历年同月对比（$unit）", "Years compared by month ($unit)"), width: 12, height: 10,
		about: m.say("每年一条线，横轴是月份（季度在其最后一个月）；公布、推算、估计和插补的分开，插补和估计的是虚线。",
			"One line per year, by month (a quarter at its last); published, derived, estimated and imputed figures are apart, and those estimated or imputed dashed."),
		asks: as(rows, ask{ref: "cells", expr: "(" + lastMonth(everyBasis(func(t tint) string {
			return `label_join(` + newest(`tidemark_figure_cell{`+cells+`,measure="level",freq="$freq",scale="display"`+t.matcher()+`}`) + `, "line", " ", "year", "basis")`
		})) + `) or on () label_replace(label_replace(vector(NaN), "month", "12", "", ""), "line", "` + nothing + `", "", "")`}),
		none: m.noFigures(),
	})
	b.WithTransformation(sorted("period", false)).
		WithTransformation(transformation("groupingToMatrix", map[string]any{
			"columnField": "line", "rowField": "month", "valueField": "Value", "emptyValue": "null"})).
		WithTransformation(transformation("convertFieldType", map[string]any{
			"fields": map[string]any{}, "conversions": []any{map[string]any{"targetField": rowAndColumn, "destinationType": "number"}}})).
		WithTransformation(sorted(rowAndColumn, false))
	b.WithTransformation(transformation("renameByRegex", map[string]any{"regex": "^" + nothing + "$", "renamePattern": m.noFigures()}))
	for _, t := range m.translated() {
		b.WithTransformation(t)
	}
	for _, t := range tints[2:] {
		name, _ := m.tinted(t)
		b.OverrideByRegexp(name, []property{set("custom.lineStyle", map[string]any{"fill": "dash", "dash": []int{4, 6}})})
	}
	return b.Unit("locale").LineWidth(2).ShowPoints(common.VisibilityModeAlways).PointSize(5).
		OverrideByName(rowAndColumn, []property{set("displayName", m.say("月份", "Month")), unit("none"), decimals(0)}).
		Legend(common.NewVizLegendOptionsBuilder().ShowLegend(true).Placement(common.LegendPlacementRight).DisplayMode(common.LegendDisplayModeList)).
		Tooltip(common.NewVizTooltipOptionsBuilder().Mode(common.TooltipDisplayModeMulti).Sort(common.SortOrderNone))
}

// lastMonth adds the last month of a month or quarter: an axis of four quarters
// would have each number twice.
func lastMonth(cells string) string {
	expr := `label_replace(label_join(` + cells + `, "part", "", "freq", "number"), "month", "$1", "part", "M(.+)")`
	for _, q := range []string{"1", "2", "3", "4"} {
		n, _ := strconv.Atoi(q)
		expr = `label_replace(` + expr + `, "month", "` + strconv.Itoa(3*n) + `", "part", "Q0` + q + `")`
	}
	return expr
}

// years draws the yearly totals, and the sum of the last twelve months.
func (m *maker) years() *timeseries.PanelBuilder {
	asks, looks := m.bars("", cells+`,measure="level",freq="A",scale="display"`, "")
	return m.chart(pane{
		title: m.say("年度数值（$unit）", "Years ($unit)"), width: 24, height: 8,
		about: m.say("每年的数值，公布的为深色，由月度推算的为浅色，估计的为绿色，插补的为褐色；线是最近十二个月之和，其中有插补数的不画。",
			"Each year's figure, in full colour if published, lighter if derived from months, green if estimated, brown if imputed; the line is the sum of the last twelve months, where none of them was imputed."),
		asks: as(points, append(asks,
			maybe("last_twelve", inRange(`tidemark_figure_derived{`+cells+`,measure="last_twelve",freq="$freq",scale="display",basis="derived"}`), m.say("最近十二个月之和，推算", "last twelve months, derived")))...),
		none: m.say("没有年度数值", "no yearly figures"),
	}, "locale", append(looks, drawn{OptionalPrefix + "last_twelve", asLine(colorProjection, false)})...)
}

// figures is the table of all figures with their status.
func (m *maker) figures() *table.PanelBuilder {
	return m.list(pane{
		title: m.say("全部数据和状态（$unit）", "All figures with their status ($unit)"), width: 14, height: 14,
		about: m.say("每一个数据：时期、口径、数值、状态（SDMX 观测状态）和依据：公布，由公布数推算，估计或据估计数推算，插补或据插补数推算。不公布的数据照样列出。",
			"Every figure: period, measure, value, status (SDMX OBS_STATUS) and basis: published, derived from what was, estimated or derived from estimates, imputed or derived from imputed figures. Withheld ones are listed too."),
		asks: as(rows, ask{ref: "cells", expr: inOrder(func(t tint) string {
			return newest(`tidemark_figure_cell{` + cells + `,scale="display"` + t.matcher() + `}`)
		})}),
		none: m.noFigures(),
	}, "order", true, append([]column{
		shown("period", m.say("时期", "period"), m.inPeriods(), wide(90)),
		shown("freq", m.say("频率", "frequency"), m.inWords("freq"), wide(80)),
		shown("measure", m.say("口径", "measure"), m.inWords("measure"), wide(140)),
		shown("Value", m.say("数值", "value"), unit("locale"), decimals(2), mapped([]dashboard.ValueMapping{m.withheld()})),
		shown("unit", m.say("单位", "unit"), m.units(80)...),
		shown("status", m.say("状态", "status"), mapped(m.statusMappings()), atLeast(150)),
		shown("basis", m.say("依据", "basis"), m.inTints(), tintedText(), wide(90)),
	}, kept("order")...)...)
}

// inOrder adds to cells a label by which they sort: the newest first, at the
// same time the indicator's own frequency first, and of those the firmest.
func inOrder(cells func(tint) string) string {
	expr := everyBasis(func(t tint) string {
		return `label_replace(` + cells(t) + `, "firmness", "` + strconv.Itoa(len(tints)-slices.Index(tints, t)) + `", "", "")`
	})
	expr = `label_replace(label_replace(` + lastMonth(expr) + `, "month", "12", "part", "A.+"), "month", "0$1", "month", "(.)")`
	return `label_join(label_replace(label_replace(` + expr + `, "own", "0", "", ""), "own", "1", "freq", "$freq"), "order", "", "year", "month", "own", "firmness")`
}

// publications is the table of how often cells were published.
func (m *maker) publications() *table.PanelBuilder {
	const of = `tidemark_figure_revision{` + cells + `,scale="display"}`
	const by = "indicator, area, category, measure, freq, period"
	times := "max by (" + by + ") (count_over_time(" + inRange(of) + "))"
	known := " and on (" + by + ") (" + times + ")"
	return m.list(pane{
		title: m.say("发布次数和修订（$unit）", "Publications and revisions ($unit)"), width: 10, height: 14,
		about: m.say("所选时间内每个数据发布过几次，其间最低、最高和现在的值。次数多于一次的是修订过的。",
			"How often each figure was published within the time range, its lowest, highest and current value. More than once means that it was revised."),
		asks: as(rows,
			ask{ref: "times", expr: coded(times, "category", "measure", "freq", "period")},
			ask{ref: "now", expr: "max by (" + by + ", basis) (" + everyBasis(func(t tint) string {
				return strings.TrimSuffix(of, "}") + t.matcher() + "}"
			}) + ")" + known},
			ask{ref: "low", expr: "max by (" + by + ") (min_over_time(" + inRange(of) + "))"},
			ask{ref: "high", expr: "max by (" + by + ") (max_over_time(" + inRange(of) + "))"}),
		none: m.say("没有发布过", "never published"),
	}, valueOf("times"), true,
		append([]column{
			shown("period", m.say("时期", "period"), m.inPeriods(), wide(90),
				m.linked(revisionsCode, m.say("查看修订", "show the revisions"), by6...)),
			shown("measure", m.say("口径", "measure"), m.inWords("measure"), atLeast(80)),
			shown(valueOf("times"), m.say("次数", "times"), decimals(0), wide(50)),
			shown(valueOf("now"), m.say("现在", "now"), unit("locale"), decimals(2), wide(74)),
			shown("basis", m.say("依据", "basis"), m.inTints(), tintedText(), wide(70)),
			shown(valueOf("low"), m.say("最低", "lowest"), unit("locale"), decimals(2), wide(74)),
			shown(valueOf("high"), m.say("最高", "highest"), unit("locale"), decimals(2), wide(74)),
		}, kept("indicator", "area", twin("category"), twin("measure"), twin("freq"), twin("period"))...)...)
}
