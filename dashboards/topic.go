package dashboards

import (
	"strings"

	"github.com/grafana/grafana-foundation-sdk/go/dashboard"
	"github.com/grafana/grafana-foundation-sdk/go/stat"
	"github.com/grafana/grafana-foundation-sdk/go/table"
	"github.com/grafana/grafana-foundation-sdk/go/timeseries"

	"github.com/tidemark-stats/tidemark/catalog"
	"github.com/tidemark-stats/tidemark/figure"
	"github.com/tidemark-stats/tidemark/internal/lang"
)

// rhythm is a frequency of publication. Each has a part of the topic's
// dashboard that repeats for every indicator that has figures. If none has,
// Grafana still shows the part once, without an indicator, and the panels say
// that there are no figures.
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
			b.WithVariable(m.having(r, some))
		}
	}
	if m.anyTarget(all) {
		b.WithRow(part(m.say("目标", "Targets"))).WithPanel(m.targets(m.say("本专题的目标", "Targets of this topic"), 9, of))
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

func (m *maker) anyTarget(all []*catalog.Indicator) bool {
	for _, i := range all {
		if m.targeted(i) != nil {
			return true
		}
	}
	return false
}

// having returns the variable for the indicators that have something to draw
// in the area, at their own frequency. All are selected by default.
func (m *maker) having(r rhythm, some []*catalog.Indicator) *dashboard.QueryVariableBuilder {
	of := `{` + ofIndicators(codesOf(some)) + `area="$area",category="_T",measure=~"level|yoy|ytd_yoy",freq="` + r.freq.String() + `"}`
	known := "count by (indicator, area) (" + newest("tidemark_figure_newest"+of) + ")" // the newest may be withheld
	return m.named(r.variable, m.in.of(r.name), named(known), "indicator", "name").
		Multi(true).IncludeAll(true).Current(m.everything())
}

// each adds the part that repeats for every indicator of a frequency: the
// newest figures, and next to them the bars or the line of all years with
// growth.
func (m *maker) each(b *board, r rhythm, some []*catalog.Indicator) {
	here := "$" + r.variable
	of := `indicator="` + here + `",area="$area",category="_T",freq="` + r.freq.String() + `"`
	b.WithRow(part("${" + r.variable + ":text}").Repeat(r.variable)).
		WithPanel(m.newestFew(of)).
		WithPanel(m.valuesAndGrowth(of, some))
}

// newestFew shows the newest values of the indicator of a row.
func (m *maker) newestFew(of string) *stat.PanelBuilder {
	return m.tiles(pane{
		title: m.say("最新数值", "Newest figures"), width: 5, height: 9,
		about: m.say("最新一期的当期值、累计值和同比，公布的优先，没有公布的用推算值；这一期没有的不显示。",
			"Level, year to date and growth of the newest period, as published or otherwise derived. Values that this period does not have are not shown."),
		asks: as(points, append(m.standingMeasures(of),
			maybe("period", "max(tidemark_figure_newest_timestamp_seconds{"+of+"}) * 1000", m.say("最新一期", "newest period")))...),
		none: m.noFigures(),
	}, "locale", drawn{OptionalPrefix + "period", []property{unit(asMonth)}},
		drawn{OptionalPrefix + "yoy", []property{decimals(1)}}, drawn{OptionalPrefix + "ytd_yoy", []property{decimals(1)}})
}

// valuesAndGrowth draws flows as bars, since they add up, and stocks, averages and
// ratios as lines, with growth on the right axis. An indicator that is
// published only as growth has nothing else.
func (m *maker) valuesAndGrowth(of string, some []*catalog.Indicator) *timeseries.PanelBuilder {
	var asks []ask
	var looks []drawn
	draw := func(ref, metric, selector, measure, legend string, how []property) {
		a := maybe(ref, inRange(metric+"{"+selector+`,measure="`+measure+`",scale="display"}`), legend)
		asks, looks = append(asks, a), append(looks, drawn{a.ref, how})
	}
	published, derived := m.say("公布（{{unit}}）", "published ({{unit}})"), m.say("推算（{{unit}}）", "derived ({{unit}})")
	if flows := ofKind(some, catalog.Flow); len(flows) > 0 {
		only := ofIndicators(codesOf(flows)) + of
		draw("flow", "tidemark_figure", only, "level", published, asBars(colorPublished))
		draw("flow_derived", "tidemark_figure_derived", only, "level", derived, asBars(colorDerived))
	}
	if stocks := ofKind(some, catalog.Stock, catalog.Average, catalog.Ratio); len(stocks) > 0 {
		only := ofIndicators(codesOf(stocks)) + of
		draw("stock", "tidemark_figure", only, "level", published, asLine(colorPublished, false))
		draw("stock_derived", "tidemark_figure_derived", only, "level", derived, asLine(colorDerived, true))
	}
	draw("year_ago", "tidemark_figure_year_ago", of, "level", m.say("上年同期（{{unit}}）", "year before ({{unit}})"), asLine(colorYearAgo, false))
	right := func(how []property) []property {
		return append(how, unit("percent"), decimals(1), set("custom.axisPlacement", "right"), set("custom.lineWidth", 1))
	}
	draw("yoy", "tidemark_figure", of, "yoy", m.say("同比（右轴）", "growth (right axis)"), right(asLine(colorProjection, false)))
	draw("yoy_derived", "tidemark_figure_derived", of, "yoy", m.say("同比，推算（右轴）", "growth, derived (right axis)"), right(asLine(colorBand, true)))
	draw("ytd_yoy", "tidemark_figure", of, "ytd_yoy", m.say("累计同比（右轴）", "growth of the year to date (right axis)"), right(asPoints(colorQuiet)))
	return m.chart(pane{
		title: m.say("逐期数值和增速", "Figures by period, and growth"), width: 19, height: 9, asks: as(points, asks...),
		about: m.say("发生额用柱，时点数和平均数用线；深色是公布的，浅色是推算的，橙色线是上年同期；紫色线（虚线为推算）和灰点是增速，用右轴。单位见图例。",
			"Bars are flows, lines are stocks and averages; full colour is published, lighter is derived, the orange line is the same period a year before. Purple lines (dashed where derived) and grey dots are growth, on the right axis. The legend names the unit."),
		none: m.noFigures(),
	}, "locale", looks...)
}

// newestOf is the table of the newest published figure of every series.
func (m *maker) newestOf(of string) *table.PanelBuilder {
	const by = "indicator, area, category, measure, freq"
	series := func(metric, scale string) string {
		return newest(metric + "{" + strings.TrimSuffix(of+scale, ",") + "}")
	}
	return m.list(pane{
		title: m.say("每个序列最新公布的数据", "The newest published figure of every series"), width: 24, height: 10,
		about: m.say("本专题所有指标、地区、分类和口径最新公布的数据。点击指标名称查看全部。",
			"The newest published figure of every indicator, area, category and measure of this topic. Click a name for all its figures."),
		asks: as(rows,
			ask{ref: "value", expr: coded(named(series("tidemark_figure", `scale="display"`)), "category")},
			ask{ref: "period", expr: "max by (" + by + ") (" + series("tidemark_figure_period_timestamp_seconds", "") + ") * 1000"},
			ask{ref: "published", expr: m.day("max by (" + by + ") (" + series("tidemark_figure_published_timestamp_seconds", "") + ")")}),
	}, valueOf("period"), true,
		append([]column{
			shown(m.label("name"), m.say("指标", "indicator"), wide(260),
				m.linked(indicatorCode, m.say("查看指标", "show the indicator"), "indicator", "area", "category")),
			shown(m.label("area"), m.say("地区", "area")),
			shown("category", m.say("分类", "category"), m.inWords("category"), wide(90)),
			shown("measure", m.say("口径", "measure"), m.inWords("measure")),
			shown("freq", m.say("频率", "frequency"), m.inWords("freq"), wide(90)),
			shown(valueOf("period"), m.say("时期（起）", "period from"), unit(asMonth), wide(100)),
			shown(valueOf("value"), m.say("数值", "value"), decimals(2), unit("locale")),
			shown("unit", m.say("单位", "unit"), wide(90)),
			shown(valueOf("published"), m.say("发布日", "published"), unit(asDay), wide(110)),
		}, kept("indicator", "area", twin("category"))...)...)
}

// ranks is a table of ranks by year. A chart would have to be upside down,
// because the first rank is the best.
func (m *maker) ranks(of string) *table.PanelBuilder {
	const line = "who"
	cell := named(newest("tidemark_figure_cell{" + of + `measure="level",freq="A"}`))
	heading := m.label(line) + `\year`
	return dress(m, table.NewPanelBuilder(), pane{
		title: m.say("排名", "Ranks"), width: 24, height: 5,
		about: m.say("各年的名次或档次，数字越小越好。", "The rank or grade in each year; smaller is better."),
		asks:  as(rows, ask{ref: "places", expr: `label_join(label_join(` + cell + `, "` + line + `_zh", " ", "area_zh", "name_zh"), "` + line + `_en", ", ", "name_en", "area_en")`}),
	}).WithTransformation(sorted("year", false)).
		WithTransformation(transformation("groupingToMatrix", map[string]any{
			"columnField": "year", "rowField": m.label(line), "valueField": "Value", "emptyValue": "null"})).
		OverrideByName(heading, []property{set("displayName", m.say("排名", "Rank"))})
}
