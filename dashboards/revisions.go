package dashboards

import (
	"fmt"

	"github.com/grafana/grafana-foundation-sdk/go/common"
	"github.com/grafana/grafana-foundation-sdk/go/dashboard"
	"github.com/grafana/grafana-foundation-sdk/go/stat"
	"github.com/grafana/grafana-foundation-sdk/go/table"
	"github.com/grafana/grafana-foundation-sdk/go/timeseries"

	"github.com/tidemark-stats/tidemark/book/derive"
	"github.com/tidemark-stats/tidemark/figure"
)

// revisions shows what was published more than once, and what was known on a
// given day.
func (m *maker) revisions() *board {
	b := m.begin(revisionsCode, m.in.of(m.cat.City)+m.say(" · 修订", ": revisions"),
		m.say("修订过的数据，以及在任何一天已知的数据。", "What was revised, and what was known on any day."), nineYears, yearsEnd).
		Annotation(m.releases(`{indicator="$indicator",area="$area"}`, false))
	for _, v := range m.revisionVariables() {
		b.WithVariable(v)
	}
	return b.WithRow(part(m.say("全部指标", "All indicators"))).
		WithPanel(m.revisedTiles()).
		WithPanel(m.revised()).
		WithRow(part("${area:text} · ${indicator:text}")).
		WithPanel(m.history()).
		WithPanel(m.thenAndNow()).
		WithPanel(m.changed())
}

// revisionVariables choose a cell. By default it is the one that was revised
// last: each variable lists its value first, and has no other default.
func (m *maker) revisionVariables() []*dashboard.QueryVariableBuilder {
	const indicator, area = `indicator="$indicator"`, `indicator="$indicator",area="$area"`
	const measure, freq = cells, cells + `,measure="$measure"`
	const period = freq + `,freq="$freq"`
	// Times of publication are larger than counts, and negative ones smaller than positions.
	counts := func(by, selector string, usual string) string {
		of := func(more string) string {
			return "count by (" + by + ") (" + newest("tidemark_figure_revision{"+selector+more+"}") + ")"
		}
		return revisedLast(by, selector) + " or on (" + by + ") 1e6 * " + of(","+by+`="`+usual+`"`) + " or on (" + by + ") " + of("")
	}
	return []*dashboard.QueryVariableBuilder{
		m.named("indicator", m.say("指标", "Indicator"), m.listed("-1 * "+revisedLast("indicator", "")+" or on (indicator) tidemark_indicator_position"), "indicator", "name").
			Sort(dashboard.VariableSortDisabled),
		m.named("area", m.say("地区", "Area"), "sort_desc(max by (area, area_en, area_zh) (tidemark_indicator_info{"+indicator+"}) * on (area) group_left () ("+
			revisedLast("area", indicator)+" or on (area) max by (area) (tidemark_indicator_info{"+indicator+"})))", "area", "area").
			Sort(dashboard.VariableSortDisabled),
		m.worded("category", m.say("分类", "Category"), counts("category", area, figure.Total)+" or on (category) count by (category) (tidemark_target_info{"+area+"})", ""),
		m.worded("measure", m.say("口径", "Measure"), counts("measure", measure, figure.Level.String()), ""),
		m.worded("freq", m.say("频率", "Frequency"), counts("freq", freq, m.first().Frequency().String()), ""),
		m.named("period", m.say("时期", "Period"), "sort_desc(max by (period, period_en, period_zh) (tidemark_figure_revision_period_timestamp_seconds{"+period+"})"+
			" + on (period) group_left () (1e6 * "+revisedLast("period", period)+" or on (period) max by (period) (tidemark_figure_revision_period_timestamp_seconds{"+period+"} * 0)))", "period", "period").
			Sort(dashboard.VariableSortDisabled),
		m.asOf(period),
	}
}

// revisedLast is when the value of a label was revised last that was so after
// all others, nothing if none was revised.
func revisedLast(by, selector string) string {
	of := "tidemark_figure_revision{" + selector + "}"
	return "topk(1, max by (" + by + ") (timestamp(" + of + ") and changes(" + inRange(of) + ") > 0))"
}

// asOf is the variable for the day whose knowledge is compared with that of
// now: those before publications, because as of the day itself nothing would
// differ, in the city's time zone. The first is the day before the newest
// revision of the selected figures, so that something is shown if there is one,
// or else before the newest publication. All measures count, because each
// changes derived values.
func (m *maker) asOf(selected string) *dashboard.QueryVariableBuilder {
	all, chosen := "tidemark_figure_revision{"+cells+"}", "tidemark_figure_revision{"+selected+"}"
	revised := m.eves("max(timestamp(" + chosen + ") and changes(" + inRange(chosen) + ") > 0)")
	text := func(days, text string) string {
		return `label_replace(` + days + `, "word", "` + text + `", "as_of", "(.+)")`
	}
	// Sorted by text, words are before the days.
	return variable("as_of", m.say("截至", "As of"), "query_result("+text(revised, m.say("最近一次修订前 $1", "before the last revision, $1"))+" or "+text(m.eves("timestamp("+all+")"), "$1")+")").
		Regex(`/\bas_of="(?<value>[^"]+)".*\bword="(?<text>[^"]+)"/`).Sort(dashboard.VariableSortAlphabeticalDesc)
}

// eves queries the days before times of publication, with the label as_of.
func (m *maker) eves(times string) string {
	before := fmt.Sprintf("(%s + %d)", times, ahead(m.cat.Location())-24*3600)
	return `label_replace(count_values("day", year` + before + " * 10000 + month" + before + " * 100 + day_of_month" + before +
		`), "as_of", "$1-$2-$3", "day", "(.{4})(.{2})(.{2})")`
}

// revisedCells selects the cells that were later published with a different
// value.
var revisedCells = "changes(" + inRange("tidemark_figure_revision") + ") > 0"

func (m *maker) revisedTiles() *stat.PanelBuilder {
	return m.tiles(pane{
		title: m.say("发布和修订", "Publications and revisions"), width: 24, height: 4,
		about: m.say("所选时间内发布过的数据个数、发布次数，以及其中修订过的个数。",
			"How many figures were published within the time range, in how many publications, and how many of them were revised."),
		asks: as(points,
			ask{ref: "cells", legend: m.say("发布的数据", "figures published"), expr: "count(count_over_time(" + inRange("tidemark_figure_revision") + "))"},
			ask{ref: "times", legend: m.say("发布次数", "publications"), expr: "sum(count_over_time(" + inRange("tidemark_figure_revision") + "))"},
			ask{ref: "revised", legend: m.say("修订过的", "revised"), expr: "count(" + revisedCells + ") or vector(0)"}),
	}, "none").WideLayout(false).Text(common.NewVizTextDisplayOptionsBuilder().TitleSize(14).ValueSize(34))
}

// revised lists the cells whose value changed.
func (m *maker) revised() *table.PanelBuilder {
	const by = "indicator, area, category, measure, freq, period"
	among := " and on (" + by + ") (" + revisedCells + ")"
	of := func(function string) string {
		return "max by (" + by + ") (" + function + "(" + inRange(`tidemark_figure_revision{scale="display"}`) + "))" + among
	}
	return m.list(pane{
		title: m.say("修订过的数据", "Revised figures"), width: 24, height: 10, goodEmpty: true,
		about: m.say("所选时间内改过值的数据：改过几次，最低、最高和现在的值。",
			"Figures whose value changed within the time range: how often, and the lowest, the highest and the current value."),
		asks: as(rows,
			ask{ref: "times", expr: coded(named("max by ("+by+") ("+revisedCells+")"), "category", "measure", "freq", "period")},
			ask{ref: "now", expr: "max by (" + by + ", basis) (" + everyBasis(func(t tint) string {
				return `tidemark_figure_revision{scale="display"` + t.matcher() + "}"
			}) + ")" + among},
			ask{ref: "low", expr: of("min_over_time")},
			ask{ref: "high", expr: of("max_over_time")},
			rowUnless(revisedCells, "area_en", "area_zh")),
	}, "period", true,
		append([]column{
			shown(m.label("name"), m.say("指标", "indicator"), atLeast(260),
				m.linked(revisionsCode, m.say("查看各次发布", "show its publications"), by6...)),
			shown(m.label("area"), m.say("地区", "area"), orNothing(m.say("没有修订", "none revised")), wide(m.pixels(90, 182))),
			shown("period", m.say("时期", "period"), m.inPeriods(), wide(100)),
			shown("measure", m.say("口径", "measure"), m.inWords("measure"), wide(m.pixels(90, 212))),
			shown(valueOf("times"), m.say("改过次数", "changes"), decimals(0), wide(90)),
			shown(valueOf("now"), m.say("现在", "now"), unit("locale"), decimals(2)),
			shown("basis", m.say("依据", "basis"), m.inTints(), tintedText(), wide(86)),
			shown(valueOf("low"), m.say("最低", "lowest"), unit("locale"), decimals(2)),
			shown(valueOf("high"), m.say("最高", "highest"), unit("locale"), decimals(2)),
		}, kept("indicator", "area", twin("category"), twin("measure"), twin("freq"), twin("period"))...)...)
}

// by6 are the variables that select a cell.
var by6 = []string{"indicator", "area", "category", "measure", "freq", "period"}

// everSince is longer than any time between two publications: a value holds until
// the next one.
const everSince = 100 * 366

// history draws the publications of a cell by time of publication.
func (m *maker) history() *timeseries.PanelBuilder {
	asks, looks := m.stored("", "tidemark_figure_revision", `,period="$period"`, "", func(t tint) []property {
		return append(asLine(t.hue, false), set("custom.lineInterpolation", "stepAfter"), set("custom.showPoints", "always"), set("custom.pointSize", 9), brokenAfter(everSince))
	})
	return m.chart(pane{
		title: m.say("${period:text}的各次发布", "Publications of ${period:text}"), width: 10, height: 10,
		about: m.say("所选时期的数据每次发布的值；横轴是发布的时间，不是数据的时期。",
			"Every published value of the selected period; the axis is the time of publication, not the period."),
		asks: as(points, asks...),
	}, "locale", looks...)
}

// thenAndNow draws what was known on a day and what is known now.
func (m *maker) thenAndNow() *timeseries.PanelBuilder {
	asks, looks := m.stored("now_", "tidemark_figure", "", m.say("现在，", "now, "), func(t tint) []property { return asBars(t.hue, t.opacity) })
	then, how := m.stored("then_", "tidemark_figure", `,as_of="$as_of"`, m.say("当时，", "then, "), func(t tint) []property {
		if t.basis == derive.Published {
			return asPoints(colorYearAgo, 9)
		}
		return asPoints(faded(colorYearAgo), 9)
	})
	return m.chart(pane{
		title: m.say("${as_of:raw} 时的数据与现在的数据", "As known on ${as_of:raw}, and now"), width: 14, height: 10,
		about: m.say("柱是现在的数据，圆点是在“截至”的那一天结束时已知的数据。两者不一致的是此后修订的；没有圆点的是此后发布的。",
			"Bars show what is known now, dots what was known at the end of the selected day. If they differ, the figure has been revised since; if there is no dot, it has been published since."),
		asks: as(points, append(asks, then...)...),
	}, "locale", append(looks, how...)...)
}

// stored queries the figures of the selected series as they were sent, a series
// for each basis, after one of all that is not visible: Grafana takes the width of
// all bars from the first.
func (m *maker) stored(ref, metric, more, prefix string, how func(tint) []property) (asks []ask, looks []drawn) {
	selector := metric + "{" + cells + `,measure="$measure",freq="$freq",scale="display"` + more
	all := maybe(ref+"all", inRange(selector+"}"), m.say("全部", "all"))
	asks = append(asks, all)
	looks = append(looks, drawn{all.ref, append(asBars("transparent", 0), set("custom.hideFrom", map[string]bool{"viz": false, "legend": true, "tooltip": true}))})
	for _, t := range tints {
		if t.basis == derive.Computed {
			continue // nothing derived is stored
		}
		a := maybe(ref+string(t.basis), inRange(selector+t.matcher()+"}"), prefix+m.basisWord(t.basis)+m.say("（{{unit}}）", " ({{unit}})"))
		asks, looks = append(asks, a), append(looks, drawn{a.ref, how(t)})
	}
	return asks, looks
}

// changed lists what was known then and is known now, with the difference.
func (m *maker) changed() *table.PanelBuilder {
	const of = `tidemark_figure_cell{` + cells + `,measure="$measure",freq="$freq",scale="display"`
	known := func(more string) string {
		return everyBasis(func(t tint) string { return newest(of + t.matcher() + more + "}") })
	}
	then := `max by (period, basis_then) (label_replace(` + known(`,as_of="$as_of"`) + `, "basis_then", "$1", "basis", "(.+)"))`
	now := "max by (period, unit, basis) (" + known("") + ")"
	difference := "(max by (period) (" + now + ") - on (period) max by (period) (" + then + ")) != 0"
	changed := " and on (period) (" + difference + ")"
	return m.list(pane{
		title: m.say("${as_of:raw} 以后的变化", "What changed since ${as_of:raw}"), width: 24, height: 10, goodEmpty: true,
		about: m.say("所选日期以后改了值的各期：当时已知的值、现在的值和两者之差（展示单位），公布的和推算的都在内。“截至”可选每次发布的前一天，默认是最近一次修订的前一天，没有修订则是最近一次发布的前一天；选得更早，可以看到其后全部修订。",
			"The periods whose value has changed since the selected day: the value known then, the current one, and the difference, in the display unit; published and derived figures together. Any day before a publication can be chosen, by default the one before the newest revision, or publication if nothing was revised; choose an earlier one to see all revisions since."),
		asks: as(rows,
			ask{ref: "now", expr: now + changed}, ask{ref: "then", expr: then + changed}, ask{ref: "difference", expr: difference},
			rowUnless(difference, "period")),
	}, "period", true,
		shown("period", m.say("时期", "period"), orNothing(m.say("没有变化", "nothing changed"), m.periodMappings()...), atLeast(120)),
		shown(valueOf("then"), m.say("当时", "then"), unit("locale"), decimals(2)),
		shown("basis_then", m.say("当时依据", "then basis"), m.inTints(), tintedText(), wide(90)),
		shown(valueOf("now"), m.say("现在", "now"), unit("locale"), decimals(2)),
		shown("basis", m.say("现在依据", "basis now"), m.inTints(), tintedText(), wide(90)),
		shown(valueOf("difference"), m.say("差", "difference"), unit("locale"), decimals(2)),
		shown("unit", m.say("单位", "unit"), m.units(100)...))
}
