package dashboards

import (
	"strconv"
	"strings"

	"github.com/grafana/grafana-foundation-sdk/go/common"
	"github.com/grafana/grafana-foundation-sdk/go/dashboard"
	"github.com/grafana/grafana-foundation-sdk/go/stat"
	"github.com/grafana/grafana-foundation-sdk/go/table"
	"github.com/grafana/grafana-foundation-sdk/go/timeseries"

	"github.com/tidemark-stats/tidemark/book/derive"
	"github.com/tidemark-stats/tidemark/catalog"
	"github.com/tidemark-stats/tidemark/figure"
	"github.com/tidemark-stats/tidemark/internal/lang"
)

// rhythm is a frequency of publication. Each has a part of the topic's
// dashboard that repeats for every indicator with enough periods for a chart.
type rhythm struct {
	freq     figure.Frequency
	variable string
	name     lang.Text
}

var rhythms = []rhythm{
	{figure.Monthly, "monthly", lang.Text{ZH: "月度指标", EN: "Monthly"}},
	{figure.Quarterly, "quarterly", lang.Text{ZH: "季度指标", EN: "Quarterly"}},
	{figure.Annual, "annual", lang.Text{ZH: "年度指标", EN: "Yearly"}},
}

// topic shows all the indicators of a topic in an area.
func (m *maker) topic(t *catalog.Topic, all []*catalog.Indicator) *board {
	of := ofIndicators(codesOf(all))
	b := m.begin(t.Code, m.in.of(m.cat.City)+m.say(" · ", ": ")+m.in.of(t.Name),
		m.say("专题：", "Topic: ")+m.in.of(t.Name)+m.say("。目标、最新数据和每个指标的走势。", ". Targets, newest figures and every indicator over the years."), nineYears, yearsEnd).
		Annotation(m.releases(`{`+of+`area="$area"}`, false))
	home := m.home(all[0])
	b.WithVariable(m.named("area", m.say("地区", "Area"),
		`max by (area, area_en, area_zh) (tidemark_indicator_info{`+of[:len(of)-1]+`})`, "area", "area").Current(one(m.in.of(home.Name), home.Code)))
	for _, r := range rhythms {
		if some := inRhythm(all, r.freq); len(some) > 0 {
			b.WithVariable(m.having(r, some)).WithVariable(m.fewOf(r)).WithVariable(m.thinOf(r)).WithVariable(m.drawnOf(r))
		}
	}
	if some := m.withTargets(all); len(some) > 0 {
		b.WithRow(part(m.say("目标", "Targets"))).WithPanel(m.targets(m.say("本专题的目标", "Targets of this topic"), 9, ofIndicators(codesOf(some)), some)).
			WithPanel(m.sentences(8, ofIndicators(codesOf(some))))
	}
	b.WithRow(part(m.say("最新数据", "Newest figures"))).WithPanel(m.newestOf(of))
	if ranks := ofKind(all, catalog.Rank); len(ranks) > 0 {
		b.WithPanel(m.ranks(ofIndicators(codesOf(ranks))))
	}
	for _, r := range rhythms {
		if some := inRhythm(all, r.freq); len(some) > 0 {
			m.each(b, r, some)
		}
	}
	return b
}

// inRhythm returns the indicators of a frequency that are drawn individually;
// ranks have a table.
func inRhythm(all []*catalog.Indicator, freq figure.Frequency) (some []*catalog.Indicator) {
	for _, i := range all {
		if i.Frequency() == freq && i.Kind != catalog.Rank {
			some = append(some, i)
		}
	}
	return some
}

func ofKind(all []*catalog.Indicator, kinds ...catalog.Kind) (some []*catalog.Indicator) {
	for _, i := range all {
		for _, k := range kinds {
			if i.Kind == k {
				some = append(some, i)
			}
		}
	}
	return some
}

func codesOf(all []*catalog.Indicator) (codes []string) {
	for _, i := range all {
		codes = append(codes, i.Code)
	}
	return codes
}

// withTargets returns the indicators that have a target.
func (m *maker) withTargets(all []*catalog.Indicator) (some []*catalog.Indicator) {
	for _, i := range all {
		if m.targeted(i) != nil {
			some = append(some, i)
		}
	}
	return some
}

// having returns the variable for the indicators that have something to draw
// in the area, at their own frequency. All are selected by default.
func (m *maker) having(r rhythm, some []*catalog.Indicator) *dashboard.QueryVariableBuilder {
	of := `{` + ofIndicators(codesOf(some)) + `area="$area",category="_T",measure=~"level|yoy|ytd_yoy",freq="` + r.freq.String() + `"}`
	known := "count by (indicator, area) (" + newest("tidemark_figure_newest"+of) + ") * 0 + 1" // the newest may be withheld
	return m.named(r.variable, m.in.of(r.name), "sort(("+named(known)+") * on (indicator) group_left () tidemark_indicator_position)", "indicator", "name").
		Sort(dashboard.VariableSortDisabled).Multi(true).IncludeAll(true).Current(m.everything()).
		Hide(dashboard.VariableHideHideVariable) // Grafana would call its option for all of them All, in every language
}

// enough is how many periods a chart has at least: fewer are a number.
const enough = 3

// drawn is the variable for the indicators of a rhythm that have a chart.
func (r rhythm) drawn() string { return r.variable + "_drawn" }

// few is the variable for the indicator that is shown if none has a chart.
func (r rhythm) few() string { return r.variable + "_few" }

// nobody is in place of an indicator where there is none.
const nobody = "-"

// enoughOf selects the indicators of a rhythm with enough figures for a chart.
func (m *maker) enoughOf(r rhythm) string {
	periods := "count_over_time(" + inRange(`tidemark_figure_best{indicator=~"$`+r.variable+`",area="$area",category="_T",measure=~"level|yoy|ytd_yoy",freq="`+r.freq.String()+`"}`) + ")"
	return "max by (indicator, area) (" + periods + ") >= " + strconv.Itoa(enough)
}

// fewOf returns the variable for the first indicator that has figures, if all
// have too few for a chart: its part has the number alone. Without a value
// Grafana would show the part once, without an indicator.
func (m *maker) fewOf(r rhythm) *dashboard.QueryVariableBuilder {
	first := `bottomk(1, tidemark_indicator_position{indicator=~"$` + r.variable + `"}) unless on () (` + m.enoughOf(r) + `)`
	return variable(r.few(), r.few(), "query_result("+first+` or on () label_replace(vector(0), "indicator", "`+nobody+`", "", ""))`).
		Regex(`/\bindicator="([^"]+)"/`).Hide(dashboard.VariableHideHideVariable)
}

// thin is the variable for the indicators with too few levels for bars or points,
// which may have growth for a chart.
func (r rhythm) thin() string { return r.variable + "_thin" }

func (m *maker) thinOf(r rhythm) *dashboard.QueryVariableBuilder {
	levels := "count_over_time(" + inRange(`tidemark_figure_best{indicator=~"$`+r.variable+`",area="$area",category="_T",measure="level",freq="`+r.freq.String()+`"}`) + ")"
	return several(r.thin(), "count by (indicator) ("+levels+" < "+strconv.Itoa(enough)+`) or on () label_replace(vector(0), "indicator", "`+nobody+`", "", "")`, "indicator")
}

// drawnOf returns the variable for the indicators, of those that have figures,
// with enough of them for a chart, or for the one that is shown without.
func (m *maker) drawnOf(r rhythm) *dashboard.QueryVariableBuilder {
	drawn := "sort(" + named("("+m.enoughOf(r)+`) * 0 + 1 or tidemark_indicator_info{indicator="$`+r.few()+`",area="$area"}`) + " * on (indicator) group_left () tidemark_indicator_position)"
	none := `label_replace(label_replace(vector(0), "indicator", "` + nobody + `", "", ""), "word", "` + m.noFigures() + `", "", "")`
	return variable(r.drawn(), m.in.of(r.name), "query_result("+drawn+" or on () "+none+")").
		Regex(`/\bindicator="(?<value>[^"]+)".*\b(?:` + m.label("name") + `|word)="(?<text>[^"]+)"/`).
		Sort(dashboard.VariableSortDisabled).Multi(true).IncludeAll(true).Current(m.everything()).
		Hide(dashboard.VariableHideHideVariable)
}

// each adds the part that repeats for every indicator of a frequency: the
// newest figures, and next to them the bars or the line of all years with
// growth.
func (m *maker) each(b *board, r rhythm, some []*catalog.Indicator) {
	cell := `indicator="$` + r.drawn() + `",area="$area",category="_T"`
	row := part(m.in.of(r.name) + m.say("：", ": ") + "${" + r.drawn() + ":text}").Repeat(r.drawn())
	tiles, chart := m.newestFew(cell), m.valuesAndGrowth(`indicator!="$`+r.few()+`",`+cell+`,freq="`+r.freq.String()+`"`, r, some)
	if len(some) > manyCharts {
		b.WithRow(row.Collapsed(true).WithPanel(tiles).WithPanel(chart))
		return
	}
	b.WithRow(row).WithPanel(tiles).WithPanel(chart)
}

// tooFew is the text of a chart that would have one or two periods.
func (m *maker) tooFew() string {
	return m.say("不足三期，不画图，数见表", "fewer than three periods: no chart, see the tables")
}

// manyCharts are more than a page loads with all of them unfolded.
const manyCharts = 20

// broken ends a line where periods are missing. January has no figures of its
// own where it is published with February.
func (r rhythm) broken() property {
	days := map[figure.Frequency]int{figure.Monthly: 70, figure.Quarterly: 100, figure.Annual: 400}
	return brokenAfter(days[r.freq])
}

// newestFew shows the newest values of the indicator of a row.
func (m *maker) newestFew(of string) *stat.PanelBuilder {
	return m.headline(pane{
		title: m.say("最新数值", "Newest figures"), width: 5, height: 9,
		about: m.say("最新公布的一期的当期值、累计值和同比；名称里有时期、单位和依据。插补的数据只在没有其他数据时才用。这一期没有的不显示。",
			"Level, year to date and growth of the newest period that was published, with the period, the unit and the basis. Imputed figures are used only where there are no others. Values that this period does not have are not shown."),
		asks: as(points, m.headlineMeasures(of)...),
		none: m.noFigures(),
	}, 30).Orientation(common.VizOrientationHorizontal)
}

// valuesAndGrowth draws flows as bars, since they add up, and stocks, averages and
// ratios as points on a thin line, with growth on the right axis. An indicator
// that is published only as growth has nothing else. Growth that rests on
// estimated or imputed figures is left out.
func (m *maker) valuesAndGrowth(of string, r rhythm, some []*catalog.Indicator) *timeseries.PanelBuilder {
	const suffix = " ({{unit}})"
	var asks []ask
	var looks []drawn
	draw := func(more []ask, how []drawn) { asks, looks = append(asks, more...), append(looks, how...) }
	levels := `,measure="level",scale="display",indicator!~"$` + r.thin() + `"`
	if flows := ofKind(some, catalog.Flow); len(flows) > 0 {
		draw(m.bars("flow_", ofIndicators(codesOf(flows))+of+levels, suffix))
	}
	if stocks := ofKind(some, catalog.Stock, catalog.Average, catalog.Ratio); len(stocks) > 0 {
		only := ofIndicators(codesOf(stocks)) + of + levels
		thin := maybe("stock_line", inRange("tidemark_figure_best{"+only+"}"), m.say("走势", "trend"))
		draw([]ask{thin}, []drawn{{thin.ref, append(asLine(colorQuiet, false), set("custom.lineWidth", 1), set("custom.showPoints", "never"),
			set("custom.hideFrom", map[string]bool{"viz": false, "legend": true, "tooltip": true}))}})
		more, how := m.byBasis("stock_", only, "", func(t tint) []property { return asPoints(t.hue, 6) })
		for i := range more {
			more[i].legend += suffix
		}
		draw(more, how)
	}
	draw(m.yearBefore(of+levels, suffix))
	grow := func(measure, name string, t tint, how []property) {
		a := maybe(measure+"_"+string(t.basis), inRange("tidemark_figure_best{"+of+`,measure="`+measure+`"`+t.matcher()+"}"), name+m.basisWord(t.basis)+m.say("（右轴）", " (right axis)"))
		draw([]ask{a}, []drawn{{a.ref, append(how, unit("percent"), decimals(1), set("custom.axisPlacement", "right"), set("custom.lineWidth", 1), r.broken())}})
	}
	grow("yoy", m.say("同比，", "growth, "), tints[0], asLine(colorProjection, false))
	grow("yoy", m.say("同比，", "growth, "), tints[1], asLine(colorBand, true))
	grow("ytd_yoy", m.say("累计同比，", "growth to date, "), tints[0], asPoints(colorQuiet, 5))
	return m.chart(pane{
		title: m.say("逐期数值和增速", "Figures by period, and growth"), width: 19, height: 9, asks: as(points, asks...),
		about: m.say("发生额用柱，时点数和平均数用点；深色是公布的，浅色是推算的，绿色是估计的，褐色是插补的（不是公布数），橙色点是上年同期；紫色线（虚线为推算）和灰点是增速，用右轴，据估计数或插补数算出的增速不画。单位见图例。",
			"Bars are flows, points are stocks and averages; full colour is published, lighter is derived, green is estimated, brown is imputed (not published); orange dots are the same period a year before. Purple lines (dashed where derived) and grey dots are growth, on the right axis; growth that rests on estimated or imputed figures is left out. The legend names the unit."),
		none: m.tooFew(),
	}, "locale", looks...)
}

// newestOf is the table of the newest published figure of every series.
func (m *maker) newestOf(of string) *table.PanelBuilder {
	const by = "indicator, area, category, measure, freq"
	// The codes, which may be hundreds, are written once.
	among := " and on (indicator) tidemark_indicator_position{" + strings.TrimSuffix(of, ",") + "}"
	// firmest takes the firmest basis of which a series has a figure.
	firmest := func(expr func(selector string) string) string {
		var all []string
		for _, t := range tints {
			if t.basis != derive.Computed {
				all = append(all, expr(t.matcher()[1:]))
			}
		}
		return "(" + strings.Join(all, " or on ("+by+") ") + ")"
	}
	own := newest("tidemark_figure_period_timestamp_seconds") // what is stored, not all that can be derived
	return m.list(pane{
		title: m.say("每个序列的最新数据", "The newest figure of every series"), width: 24, height: 10,
		about: m.say("本专题所有指标、地区、分类和口径最新公布的数据；从未公布过的才用估计或插补的，依据一列写明。点击指标名称查看全部。",
			"The newest published figure of every indicator, area, category and measure of this topic; one that was never published is estimated or imputed, as the column basis says. Click a name for all its figures."),
		asks: as(rows,
			ask{ref: "value", expr: coded(spanned(named("("+firmest(func(selector string) string {
				return newest("tidemark_figure{" + selector + `,scale="display"}`)
			})+" or on ("+by+") "+notANumber(newest(`tidemark_figure_withheld{scale="display"}`))+")"+among)), "category")},
			ask{ref: "period", expr: "max by (" + by + ", " + periodNames + ") (" + firmest(func(selector string) string {
				return "(" + withPeriod(newestPeriod, selector, "") + ")"
			}) + " or on (" + by + ") (" + own + " * on (" + by + ") group_left (" + periodNames + ") tidemark_figure_newest_info)) * 1000 and on (" + by + ") " + own + among},
			ask{ref: "published", expr: m.day("max by (" + by + ") (" + firmest(func(selector string) string {
				return newest("tidemark_figure_published_timestamp_seconds{" + selector + "}")
			}) + among + ")")},
			rowUnless(own+among, "area_en", "area_zh")),
	}, valueOf("period"), true,
		append([]column{
			shown(m.label("name"), m.say("指标", "indicator"), atLeast(200),
				m.linked(indicatorCode, m.say("查看指标", "show the indicator"), "indicator", "area", "category", "from", "to")),
			shown(m.label("area"), m.say("地区", "area"), orNothing(m.noFigures()), wide(m.pixels(110, 182))),
			shown("category", m.say("分类", "category"), m.inWords("category"), wide(84)),
			shown("measure", m.say("口径", "measure"), m.inWords("measure"), wide(m.pixels(100, 212))),
			shown("freq", m.say("频率", "frequency"), m.inWords("freq"), wide(86)),
			shown(m.label("period"), m.say("时期", "period"), wide(110)),
			shown(valueOf("value"), m.say("数值", "value"), decimals(2), unit("locale"), mapped([]dashboard.ValueMapping{m.withheld()}), wide(110)),
			shown("unit", m.say("单位", "unit"), m.units(80)...),
			shown("basis", m.say("依据", "basis"), m.inTints(), tintedText(), wide(86)),
			shown(valueOf("published"), m.say("发布日", "published"), unit(asDay), wide(100)),
		}, kept("indicator", "area", twin("category"), valueOf("period"), "from", "to")...)...)
}

// ranks is a table of ranks by year. A chart would have to be upside down,
// because the first rank is the best.
func (m *maker) ranks(of string) *table.PanelBuilder {
	const line = "who"
	cell := named(everyBasis(func(t tint) string {
		return newest("tidemark_figure_cell{" + of + `measure="level",freq="A"` + t.matcher() + "}")
	}))
	for _, l := range []string{`_zh", " ", "area_zh", "name_zh")`, `_en", ", ", "name_en", "area_en")`} {
		cell = `label_join(` + cell + `, "` + line + l
	}
	for _, l := range []string{line + "_zh", line + "_en"} {
		cell = `label_join(` + cell + `, "` + l + `", " ", "` + l + `", "basis")` // see basisAfter
	}
	heading := m.label(line) + `\year`
	b := dress(m, table.NewPanelBuilder(), pane{
		title: m.say("排名", "Ranks"), width: 24, height: 5,
		about: m.say("各年的名次或档次，数字越小越好；不是公布的另成一行，行名里写明。", "The rank or grade in each year; smaller is better. Those that were not published have a row of their own, which says so."),
		asks:  as(rows, ask{ref: "places", expr: cell}),
	}).WithTransformation(sorted("year", false)).
		WithTransformation(transformation("groupingToMatrix", map[string]any{
			"columnField": "year", "rowField": m.label(line), "valueField": "Value", "emptyValue": "null"}))
	if m.in == Chinese {
		b.WithTransformation(transformation("renameByRegex", map[string]any{"regex": `^(\d{4})$`, "renamePattern": "$1年"}))
	}
	return b.OverrideByRegexp(`/^\d{4}/`, []property{wide(90), decimals(0), unit(m.say("suffix: 位", "none")), set("noValue", "–")}).
		OverrideByName(heading, []property{set("displayName", m.say("排名", "Rank")), m.basisAfter(), atLeast(260)})
}
