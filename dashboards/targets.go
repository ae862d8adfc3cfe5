package dashboards

import (
	"strconv"
	"strings"

	"github.com/grafana/grafana-foundation-sdk/go/common"
	"github.com/grafana/grafana-foundation-sdk/go/stat"
	"github.com/grafana/grafana-foundation-sdk/go/statetimeline"
	"github.com/grafana/grafana-foundation-sdk/go/table"
)

// targets is the table of all targets that match the selector, the most urgent
// first. The selector is empty or ends with a comma.
func (m *maker) targets(title string, height uint32, selector string) *table.PanelBuilder {
	const by = "target, indicator, area, category"
	amount := func(ref string) ask {
		return ask{ref: ref, expr: "max by (" + by + ") (tidemark_target_" + ref + `{` + selector + `scale="display"})`}
	}
	optional := func(ref string) ask {
		a := amount(ref)
		a.ref = OptionalPrefix + a.ref
		return a
	}
	bare := strings.TrimSuffix(selector, ",")
	asks := as(rows,
		ask{ref: "info", expr: coded("max by ("+by+", name_en, name_zh, deadline) (tidemark_target_info{"+bare+"})"+
			" * on (indicator, area) group_left (area_en, area_zh) max by (indicator, area, area_en, area_zh) (tidemark_indicator_info)", "category")},
		ask{ref: "sentence", expr: "max by (" + by + ", sentence_en, sentence_zh) (tidemark_target_sentence_info{" + bare + "})"},
		ask{ref: "verdict", expr: "max by (" + by + ") (tidemark_target_urgency{" + bare + "})"},
		// The goal provides the unit of all amounts in the row.
		ask{ref: "goal", expr: "max by (" + by + `, unit) (tidemark_target_goal{` + selector + `scale="display"})`},
		optional("value"), optional("plan"),
		ask{ref: OptionalPrefix + "calendar", expr: "max by (" + by + ") (tidemark_target_calendar_pace_ratio{" + bare + "})"},
		ask{ref: OptionalPrefix + "attainment", expr: "max by (" + by + ") (tidemark_target_attainment_ratio{" + bare + "})"},
		optional("projection"), optional("projection_low"), optional("projection_high"), optional("required_per_period"))
	number := []property{decimals(2), unit("locale")}
	maybeValue := func(ref string) string { return valueOf(OptionalPrefix + ref) }
	return m.list(pane{
		title: title, width: 24, height: height, asks: asks,
		about: m.say("每个目标的判断、完成率和预测，最需要关注的排在最前；“情况”用一句话说明全部数字。序时进度是时间已过的比例。预测的上下限是由历史误差估计的范围；“每期尚需”是到期限为止每一期要完成的数量。点击目标名称查看指标。",
			"Each target with its verdict, its progress and its projection, the most urgent first; the column “in words” says it all in one sentence. The calendar pace is the elapsed part of the time. The band of the projection is based on past errors; what is needed is what each remaining period must contribute. Click a name for the indicator."),
	}, valueOf("verdict"), true,
		append([]column{
			shown(valueOf("verdict"), m.say("判断", "verdict"), mapped(m.verdictMappings()), colored(), wide(110)),
			shown(m.label("name"), m.say("目标", "target"), wide(330),
				m.linked(indicatorCode, m.say("查看指标", "show the indicator"), "indicator", "area", "category", "target")),
			shown(m.label("area"), m.say("地区", "area"), wide(150)),
			shown("category", m.say("分类", "category"), m.inWords("category"), wide(80)),
			shown(m.label("sentence"), m.say("情况", "in words"), wide(480), set("custom.cellOptions", map[string]any{"type": "auto", "wrapText": true})),
			shown(maybeValue("attainment"), m.say("完成率", "attainment"), gauge()...),
			shown(maybeValue("calendar"), m.say("序时进度", "calendar pace"), gauge()...),
			shown(maybeValue("value"), m.say("已完成", "reached"), number...),
			shown(maybeValue("plan"), m.say("按计划应达", "plan by now"), number...),
			shown(valueOf("goal"), m.say("目标值", "goal"), number...),
			shown("unit", m.say("单位", "unit"), wide(80)),
			shown(maybeValue("projection"), m.say("预测", "projection"), number...),
			shown(maybeValue("projection_low"), m.say("预测下限", "projection, low"), number...),
			shown(maybeValue("projection_high"), m.say("预测上限", "projection, high"), number...),
			shown(maybeValue("required_per_period"), m.say("每期尚需", "needed per period"), number...),
			shown("deadline", m.say("期限", "deadline"), wide(80)),
		}, kept("target", "indicator", "area", twin("category"))...)...)
}

// verdictTiles counts the targets of each verdict, including verdicts without
// targets.
func (m *maker) verdictTiles(width, height uint32) *stat.PanelBuilder {
	var asks []ask
	var looks []drawn
	for _, v := range worstFirst() {
		ref := string(v)
		asks = append(asks, ask{ref: ref, legend: m.in.of(v.Name()), expr: `sum(tidemark_target_verdict{verdict="` + ref + `"})`})
		looks = append(looks, drawn{ref, lit(verdictColors[v])})
	}
	return m.tiles(pane{
		title: m.say("目标判断", "Verdicts"), width: width, height: height, asks: as(points, asks...),
		about: m.say("各种判断的目标个数。为时尚早、无数据和数据逾期不算滞后：没有依据就不作判断。",
			"The number of targets with each verdict. Too early, no data and overdue do not count as slipping: a verdict needs evidence."),
	}, "none", looks...).ColorMode(common.BigValueColorModeBackground)
}

// verdictTimeline shows how the verdicts changed, judged at each point in time
// by what was known then.
func (m *maker) verdictTimeline(height uint32) *statetimeline.PanelBuilder {
	history := ask{ref: "verdict", shape: steps, step: "7d", legend: "{{" + m.label("name") + "}} {{part}}",
		// The total is not named in the legend.
		expr: `label_replace(` + "max by (target, category) (tidemark_target_urgency)" +
			` * on (target) group_left (name_en, name_zh) max by (target, name_en, name_zh) (tidemark_target_info), "part", "$1", "category", "([^_].*)")`}
	return dress(m, statetimeline.NewPanelBuilder(), pane{
		title: m.say("判断的变化", "Verdicts over time"), width: 24, height: height, asks: []ask{history},
		about: m.say("每个目标在各个时点的判断，只依据当时已知的数据，每周一次。",
			"The verdict on each target, once a week, by what was known at the time."),
	}).Mappings(m.verdictMappings()).MergeValues(true).ShowValue(common.VisibilityModeNever).
		RowHeight(0.85).FillOpacity(85).LineWidth(0).
		Legend(common.NewVizLegendOptionsBuilder().ShowLegend(false).Placement(common.LegendPlacementBottom).DisplayMode(common.LegendDisplayModeHidden))
}

// ofIndicators is the selector for some indicators, followed by a comma.
func ofIndicators(all []string) string { return "indicator=~" + strconv.Quote(codes(all)) + "," }
