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

	"github.com/tidemark-stats/tidemark/book/derive"
	"github.com/tidemark-stats/tidemark/figure"
)

// cells is the selector for the figures chosen by the variables, without its
// braces.
const cells = `indicator="$indicator",area="$area",category="$category"`

// indicator shows everything about one indicator of one area.
func (m *maker) indicator() *board {
	b := m.begin(indicatorCode, m.in.of(m.cat.City)+m.say(" · 单项指标", ": indicator"),
		m.say("任何一个指标和地区：逐期数值、累计、增速、历年对比、预测、修订。",
			"Any indicator and area: figures, year to date, growth, years side by side, projection, revisions."), nineYears, yearsEnd).
		Annotation(m.releases(`{indicator="$indicator",area="$area"}`, false))
	for _, v := range m.indicatorVariables() {
		b.WithVariable(v)
	}
	const way = `tidemark_target_path{target="$target",category="$category"}`
	b.WithVariable(m.target()).WithVariable(hidden("path_measure", way, "measure")).WithVariable(hidden("path_freq", way, "freq")).
		WithVariable(hidden("path_unit", m.inOwnUnits(strings.TrimSuffix(way, "}")+`,scale="display"}`), "unit")).WithVariable(m.until()).
		WithVariable(compared()).WithVariable(drawnMeasures(drawnHere, "$freq")).WithVariable(drawnMeasures(drawnYears, "A"))

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
		WithPanel(m.sentences(6, `indicator="$indicator",area="$area",`)).
		WithRow(part(m.say("数据表", "Figures"))).
		WithPanel(m.figures()).
		WithPanel(m.notes()).
		WithPanel(m.publications())
}

// The variables for the measures with enough periods for a chart: of the
// indicator's own frequency, and of years.
const (
	drawnHere  = "drawn"
	drawnYears = "drawn_years"
)

// drawnMeasures is the variable for the measures of a frequency that have enough
// periods for a chart.
func drawnMeasures(name, freq string) *dashboard.QueryVariableBuilder {
	const nothing = `label_replace(vector(0), "measure", "` + nobody + `", "", "")`
	known := "count_over_time(" + inRange("tidemark_figure_best{"+cells+`,freq="`+freq+`"}`) + ") >= " + strconv.Itoa(enough)
	return several(name, known+" or on () "+nothing, "measure")
}

// ifDrawn is a matcher for the measures of such a variable.
func ifDrawn(name string) string { return `,measure=~"$` + name + `"` }

// target chooses one of the indicator's targets. By default it is one that is
// still open, so that there is a path to draw: those with a projection come
// first, then those with a goal within the time range, and within these groups
// the most urgent.
func (m *maker) target() *dashboard.QueryVariableBuilder {
	const of = `{indicator="$indicator",area="$area"}`
	const urgency = "max by (target) (tidemark_target_urgency" + of + ")"
	projected, within := "100 * (count by (target) (tidemark_target_projection"+of+") > bool 0)",
		"10 * (count by (target) ("+newest(`tidemark_target_path{indicator="$indicator",area="$area",line="goal"}`)+") > bool 0)"
	return m.named("target", m.say("目标", "Target"),
		"sort_desc(("+urgency+" + ("+projected+" or "+within+" or "+urgency+" * 0))"+
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
		title: m.say("最新数值", "Newest figures"), width: 17, height: 5,
		about: m.say("最新公布的一期的当期值、累计值和同比；名称里有时期、单位和依据（公布、推算、估计、插补）。插补的数据只在没有其他数据时才用。这一期没有的不显示。",
			"Level, year to date and growth of the newest period that was published, with the period, the unit and what the value rests on (published, derived, estimated, imputed). Imputed figures are used only where there are no others. Values that this period does not have are not shown."),
		asks: as(points, m.headlineMeasures(cells)...), none: m.noFigures(),
	}, 38)
}

// weaker ends the ref of a query for values that were not published.
const weaker = "_weaker"

// headlineMeasures returns queries for each measure of one cell, those of
// published values first.
func (m *maker) headlineMeasures(cell string) (asks []ask) {
	const period, basis = "{{period_", " {{basis}}"
	name := func(zh, en string) string { return period + string(m.in) + "}} " + m.say(zh, en) + basis }
	names := []struct{ measure, legend string }{
		{"level", name("当期（{{unit}}）", "level ({{unit}}),")}, {"ytd", name("累计（{{unit}}）", "year to date ({{unit}}),")},
		{"yoy", name("同比", "growth,")}, {"ytd_yoy", name("累计同比", "growth to date,")},
	}
	for _, n := range names {
		asks = append(asks, maybe(n.measure, headline+"{"+cell+`,measure="`+n.measure+`",scale="display"`+tints[0].matcher()+"}", n.legend))
	}
	for _, n := range names {
		asks = append(asks, maybe(n.measure+weaker, ofBases(func(t tint) string {
			return headline + "{" + cell + `,measure="` + n.measure + `",scale="display"` + t.matcher() + "}"
		}, derive.Computed, derive.Estimates, derive.Imputes), n.legend))
	}
	return asks
}

// headline shows the newest values large, with their names small, in the colours
// of their bases. The sizes are fixed, because Grafana would make long names as
// large as their values.
func (m *maker) headline(p pane, size float64) *stat.PanelBuilder {
	b := m.tiles(p, "locale").ColorMode(common.BigValueColorModeValue).WideLayout(false).
		Text(common.NewVizTextDisplayOptionsBuilder().TitleSize(12).ValueSize(size))
	for _, t := range m.translated() {
		b.WithTransformation(t)
	}
	for _, t := range tints {
		b.OverrideByRegexp(m.tinted(t))
	}
	for _, a := range p.asks {
		how := []property{decimals(2)}
		if strings.Contains(a.ref, "yoy") {
			how = []property{unit("percent"), decimals(1)}
		}
		b.OverrideByQuery(a.ref, how)
	}
	return b
}

// datesTiles shows when the newest period was published, and when the next one
// is due.
func (m *maker) datesTiles() *stat.PanelBuilder {
	const of = `{` + cells + `}`
	return m.tiles(pane{
		title: m.say("日期", "Dates"), width: 7, height: 5,
		about: m.say("最新一期的发布日和下一期的应发布日（按发布日程；没有日程的指标没有）。",
			"The day the newest period was published, and the day the next one is due if there is a release calendar."),
		asks: as(points,
			maybe("published", m.day("max("+newest("tidemark_figure_published_timestamp_seconds"+of)+")"), m.say("发布日", "published")),
			maybe("due", m.day(`max(tidemark_release_due_timestamp_seconds{indicator="$indicator",area="$area"})`), m.say("下一期应于", "next due"))),
	}, asDay).WideLayout(false).Text(common.NewVizTextDisplayOptionsBuilder().TitleSize(12).ValueSize(26))
}

// monthly draws the figures as bars with those of the year before.
func (m *maker) monthly() *timeseries.PanelBuilder {
	return m.levels(m.say("逐期数值（$unit）", "Figures by period ($unit)"), 24, 10, cells+`,freq="$freq"`+ifDrawn(drawnHere))
}

// levels draws published and derived figures as bars and those of the year
// before as a line, each at its own date.
func (m *maker) levels(title string, width, height uint32, selector string) *timeseries.PanelBuilder {
	of := selector + `,measure="level",scale="display"`
	asks, looks := m.bars("", of, "")
	before, pale := m.yearBefore(of, "")
	asks = append(append(asks, before...),
		maybe("record", inRange(`tidemark_figure_derived{`+cells+`,freq="$freq",measure="record",scale="display"`+tints[0].matcher()+`}`), m.say("同月新高", "record for the month")))
	return m.chart(pane{
		title: title, width: width, height: height, none: m.tooFew(),
		about: m.say("深色是公布的数值，浅色是由累计或其他口径推算的，绿色是估计的，褐色是插补的（由维护者补入，不是公布数）；橙色点是上年同期，红点是历年同月新高。单位是展示单位。",
			"Bars in full colour are published, lighter ones derived from other figures, green ones estimated, brown ones imputed (filled in by the maintainers, not published); orange dots are the same period a year before, red ones the highest ever for their month. In the display unit."),
		asks: as(points, asks...),
	}, "locale", append(append(looks, pale...), drawn{OptionalPrefix + "record", asPoints(colorGoal, 7)})...)
}

// toDate draws the year to date with the plan and the year before.
func (m *maker) toDate() *timeseries.PanelBuilder {
	of := cells + `,measure="ytd",freq="$freq",scale="display"` + ifDrawn(drawnHere)
	asks, looks := m.bars("", of, "")
	before, pale := m.yearBefore(of, "")
	asks = append(append(asks, before...),
		maybe("plan", inRange(`tidemark_target_path{target="$target",category="$category",line="plan",measure="ytd",scale="display"}`), m.say("计划", "plan")))
	return m.chart(pane{
		title: m.say("年初至今累计（$unit）", "Year to date ($unit)"), width: 12, height: 9,
		about: m.say("每年从 1 月起的累计，与上年同期和所选目标的计划线对比。计划线只在目标期限的那一年有。",
			"January to the period in each year, compared with the year before and the plan of the selected target. The plan line exists only in the year of the target's deadline."),
		asks: as(points, asks...),
		none: m.say("没有累计数，或不足三期", "no year to date, or of fewer than three periods"),
	}, "locale", append(append(looks, pale...), drawn{OptionalPrefix + "plan", asLine(colorPlan, true)})...)
}

// aQuarter is as many days as there are between two figures of an indicator of
// any frequency whose growth is drawn as a line; that of years is points.
const aQuarter = 100

// growth draws year-on-year growth, as published and as derived.
func (m *maker) growth() *timeseries.PanelBuilder {
	return m.growthOf(m.say("增速（%）", "Growth (%)"), 12, 9, cells+`,freq="$freq"`+ifDrawn(drawnHere))
}

func (m *maker) growthOf(title string, width, height uint32, selector string) *timeseries.PanelBuilder {
	var asks []ask
	var looks []drawn
	for _, g := range []struct{ measure, name, hue string }{
		{"yoy", m.say("同比，", "growth, "), colorPublished}, {"ytd_yoy", m.say("累计同比，", "year to date, "), colorYearAgo}} {
		some, how := m.byBasis(g.measure+"_", selector+`,measure="`+g.measure+`"`, g.name, func(t tint) []property {
			switch t.basis {
			case derive.Published:
				return append(asLine(g.hue, false), brokenAfter(aQuarter), set("custom.showPoints", "always"))
			case derive.Computed:
				return append(asLine(faded(g.hue), true), brokenAfter(aQuarter), set("custom.showPoints", "always"))
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
		none: m.say("没有增速，或不足三期", "no growth rates, or of fewer than three periods"),
	}, "percent", append(looks, drawn{OptionalPrefix + "disagreement", asPoints(colorGoal, 9)})...)
}

// way draws what has been reached and the path to the target.
func (m *maker) way() *timeseries.PanelBuilder {
	asks, looks := m.bars("reached_", cells+`,measure="$path_measure",freq="$path_freq",scale="display"`, "")
	line := func(name, legend string) ask {
		return maybe(name, inRange(`tidemark_target_path{target="$target",category="$category",line="`+name+`",scale="display"}`), legend)
	}
	return m.chart(pane{
		title: m.say("目标：${target:text}（$path_unit）", "Target: ${target:text} ($path_unit)"), width: 12, height: 10,
		about: m.say("已完成的数值、计划线、目标线，以及预测和它的上下限。目标值改过的，目标线在改的那一期成台阶。期限在今年的目标按年内累计（平均数按年初至今平均），更远的按年度总量；期限更远的，把时间范围延长到期限可以看到整条线。",
			"What has been reached, the plan, the goal, and the projection with its band. A change of the goal is a step in its line. A target for this year uses the year to date (the mean for an average), a later one yearly totals; if the deadline is beyond the time range, extend it to see the whole path."),
		asks: as(points, append(asks,
			line("plan", m.say("计划", "plan")), line("goal", m.say("目标值（$until）", "goal ($until)")),
			line("projection", m.say("预测", "projection")),
			line("low", m.say("预测下限", "projection, low")), line("high", m.say("预测上限", "projection, high")))...),
		none: m.say("没有目标，或目标还没有数据", "no target, or no figures for it yet"),
	}, "locale", append(looks,
		drawn{OptionalPrefix + "plan", asLine(colorPlan, true)},
		drawn{OptionalPrefix + "goal", append(asLine(colorGoal, true), set("custom.lineInterpolation", "stepAfter"), set("custom.lineWidth", 3))},
		drawn{OptionalPrefix + "projection", asLine(colorProjection, false)},
		drawn{OptionalPrefix + "low", asLine(colorBand, true)},
		drawn{OptionalPrefix + "high", append(asLine(colorBand, true), set("custom.fillBelowTo", m.say("预测下限", "projection, low")), set("custom.fillOpacity", 20))})...)
}

// figures is the table of all figures with their status.
func (m *maker) figures() *table.PanelBuilder {
	return m.list(pane{
		title: m.say("全部数据和状态（$unit）", "All figures with their status ($unit)"), width: 24, height: 13,
		about: m.say("每一个数据：时期、口径、数值、状态（SDMX 观测状态）和依据：公布，由公布数推算，估计或据估计数推算，插补或据插补数推算。不公布的数据照样列出。",
			"Every figure: period, measure, value, status (SDMX OBS_STATUS) and basis: published, derived from what was, estimated or derived from estimates, imputed or derived from imputed figures. Withheld ones are listed too."),
		asks: as(rows, ask{ref: "cells", expr: inOrder(func(t tint) string {
			return newest(`tidemark_figure_cell{` + cells + `,scale="display"` + t.matcher() + `}`)
		})}),
		none: m.noFigures(),
	}, "order", true, append([]column{
		shown("period", m.say("时期", "period"), m.inPeriods(), wide(120)),
		shown("freq", m.say("频率", "frequency"), m.inWords("freq"), wide(m.pixels(60, 90))),
		shown("measure", m.say("口径", "measure"), m.inWords("measure"), wide(m.pixels(120, 215))),
		shown("Value", m.say("数值", "value"), unit("locale"), decimals(2), mapped([]dashboard.ValueMapping{m.withheld()})),
		shown("unit", m.say("单位", "unit"), m.units(80)...),
		shown("status", m.say("状态", "status"), mapped(m.statusMappings()), atLeast(280)),
		shown("basis", m.say("依据", "basis"), m.inTints(), tintedText(), wide(90)),
	}, kept("order")...)...)
}

// notes is the table of what people said about figures.
func (m *maker) notes() *table.PanelBuilder {
	return m.list(pane{
		title: m.say("备注", "Notes"), width: 24, height: 8,
		about: m.say("报送部门随数据附上的备注和来源，每个有备注的数据一行，最长 300 字。全文和历次的备注用 tidemark history 查看。",
			"Notes and sources that agencies sent with their figures, one row for each figure that has one, up to 300 characters. tidemark history shows them whole, and earlier ones."),
		asks: as(rows, ask{ref: "notes", expr: newest(`tidemark_figure_note{` + cells + `}`)}),
		none: m.say("没有备注", "no notes"),
	}, "period", true,
		shown("period", m.say("时期", "period"), m.inPeriods(), wide(120)),
		shown("measure", m.say("口径", "measure"), m.inWords("measure"), wide(m.pixels(120, 215))),
		shown("note", m.say("备注", "note"), atLeast(400), wrapped()))
}

// inOrder adds to cells a label by which they sort: the newest first, at the
// same time the indicator's own frequency first, of those the firmest, and of
// those the period itself before its sums and growth.
func inOrder(cells func(tint) string) string {
	expr := everyBasis(func(t tint) string {
		return `label_replace(` + cells(t) + `, "firmness", "` + strconv.Itoa(len(tints)-slices.Index(tints, t)) + `", "", "")`
	})
	expr = `label_replace(label_replace(` + lastMonth(expr) + `, "month", "12", "part", "A.+"), "month", "0$1", "month", "(.)")`
	for i, measure := range []figure.Measure{figure.YoY, figure.YTD, figure.Level} { // growth of the year to date has none
		expr = `label_replace(` + expr + `, "rank", "` + strconv.Itoa(i+1) + `", "measure", "` + measure.String() + `")`
	}
	return `label_join(label_replace(label_replace(` + expr + `, "own", "0", "", ""), "own", "1", "freq", "$freq"), "order", "", "year", "month", "own", "firmness", "rank")`
}

// publications is the table of how often cells were published.
func (m *maker) publications() *table.PanelBuilder {
	const of = `tidemark_figure_revision{` + cells + `,scale="display"}`
	const by = "indicator, area, category, measure, freq, period"
	times := "max by (" + by + ") (count_over_time(" + inRange(of) + "))"
	known := " and on (" + by + ") (" + times + ")"
	return m.list(pane{
		title: m.say("发布次数和修订（$unit）", "Publications and revisions ($unit)"), width: 24, height: 11,
		about: m.say("所选时间内每个数据发布过几次，其间最低、最高和现在的值。次数多于一次的是修订过的。",
			"How often each figure was published within the time range, its lowest, highest and current value. More than once means that it was revised."),
		asks: as(rows,
			ask{ref: "times", expr: coded(times, "category", "measure", "freq", "period")},
			ask{ref: "now", expr: "max by (" + by + ", basis) (" + everyBasis(func(t tint) string {
				return strings.TrimSuffix(of, "}") + t.matcher() + "}"
			}) + ")" + known},
			ask{ref: "low", expr: "max by (" + by + ") (min_over_time(" + inRange(of) + "))"},
			ask{ref: "high", expr: "max by (" + by + ") (max_over_time(" + inRange(of) + "))"},
			rowUnless(times, "measure")),
	}, valueOf("times"), true,
		append([]column{
			shown("period", m.say("时期", "period"), m.inPeriods(), wide(120),
				m.linked(revisionsCode, m.say("查看修订", "show the revisions"), by6...)),
			shown("measure", m.say("口径", "measure"), orNothing(m.say("没有发布过", "never published"), m.wordMapping("measure")), atLeast(215)),
			shown(valueOf("times"), m.say("次数", "times"), decimals(0), wide(70)),
			shown(valueOf("now"), m.say("现在", "now"), unit("locale"), decimals(2), wide(110)),
			shown("basis", m.say("依据", "basis"), m.inTints(), tintedText(), wide(86)),
			shown(valueOf("low"), m.say("最低", "lowest"), unit("locale"), decimals(2), wide(110)),
			shown(valueOf("high"), m.say("最高", "highest"), unit("locale"), decimals(2), wide(110)),
		}, kept("indicator", "area", twin("category"), twin("measure"), twin("freq"), twin("period"))...)...)
}
