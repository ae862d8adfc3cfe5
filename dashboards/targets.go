package dashboards

import (
	"slices"
	"strconv"
	"strings"

	"github.com/grafana/grafana-foundation-sdk/go/common"
	"github.com/grafana/grafana-foundation-sdk/go/dashboard"
	"github.com/grafana/grafana-foundation-sdk/go/stat"
	"github.com/grafana/grafana-foundation-sdk/go/statetimeline"
	"github.com/grafana/grafana-foundation-sdk/go/table"

	"github.com/tidemark-stats/tidemark/catalog"
)

// targets is the table of the targets of some indicators, all of which match
// the selector, the most urgent first. The selector is empty or ends with a
// comma.
func (m *maker) targets(title string, height uint32, selector string, of []*catalog.Indicator) *table.PanelBuilder {
	const by = "target, indicator, area, category"
	bare := strings.TrimSuffix(selector, ",")
	optional := func(ref, name string) ask {
		return maybe(ref, "max by ("+by+") (tidemark_target_"+name+"{"+bare+"})", "")
	}
	asks := as(rows,
		ask{ref: "info", expr: coded(withRows("max by ("+by+", name_en, name_zh, deadline) (tidemark_target_info{"+bare+"})"+
			" * on (indicator, area) group_left (area_en, area_zh) max by (indicator, area, area_en, area_zh) (tidemark_indicator_info)"+spannedTargets), "category")},
		ask{ref: "verdict", expr: "max by (" + by + ") (tidemark_target_urgency{" + bare + "})"},
		ask{ref: "amounts", expr: amounts(by, selector)},
		ask{ref: "reached", expr: reachedWhen(by, bare)},
		optional("calendar", "calendar_pace_ratio"), optional("attainment", "attainment_ratio"))
	if selector != "" {
		asks[1].expr, asks[2].expr = orElse(asks[1].expr, "stand"), orElse(asks[2].expr, "stand")
	}
	return m.list(pane{
		title: title, width: 24, height: height, asks: asks,
		about: m.say("每个目标的判断、完成率和预测，最需要关注的排在最前；各数的单位同目标值，斜线后是按计划现在应完成的数。“截至”是已完成数的时期和判断所依据的最弱的数据。预测的区间是由历史误差估计的范围；“每期尚需”是到期限为止每一期要完成的数量；序时进度是时间已过的比例。点击目标名称查看指标；下面的“情况”用一句话说明。",
			"Each target with its verdict, its progress and its projection, the most urgent first; all amounts are in the unit of the goal, and after the stroke is what the plan says should be reached by now. “Up to” is the period of what was reached, and the weakest figures that the verdict rests on. The band of the projection is based on past errors; what is needed is what each remaining period must contribute; the calendar pace is the elapsed part of the time. Click a name for the indicator; “In words” below says it in a sentence."),
	}, valueOf("verdict"), true, m.targetColumns(of)...)
}

// spannedTargets adds to each target the time range of its chart, up to the
// deadline; see spanned.
const spannedTargets = " * on (target, indicator, area, category) group_left (from, to) tidemark_target_span_info"

// targetColumns are those of a table of the targets of some indicators: first
// what fits a phone, where the name leaves room for a number. The area is a column only where there are several.
func (m *maker) targetColumns(of []*catalog.Indicator) []column {
	maybeValue := func(ref string) string { return valueOf(OptionalPrefix + ref) }
	all := append(m.judged(valueOf("verdict"), atLeast(m.pixels(190, 200))),
		shown(maybeValue("attainment"), m.say("完成率", "attained"), share(m.pixels(66, 74))...),
		m.amount("stand", m.say("已完成／计划", "reached / plan"), m.pixels(134, 120), orNothing(m.noTargets())),
		m.amount("goal", m.say("目标值", "goal"), m.pixels(124, 108), m.perDay()), // with the unit of all amounts
		shown(m.label("reached"), m.say("截至", "up to"), m.basisAfter(), wide(m.pixels(118, 132))),
		shown("deadline", m.say("期限", "deadline"), m.deadlines(76)...),
		m.amount("projection", m.say("预测", "projection"), m.pixels(82, 90)),
		m.amount("band", m.say("区间", "band"), m.pixels(140, 96)),
		m.amount("required_per_period", m.say("每期尚需", "needed per period"), m.pixels(78, 74)),
		shown(maybeValue("calendar"), m.say("序时进度", "calendar pace"), share(m.pixels(74, 78))...))
	if m.severalAreas(of) {
		all = append(all, shown(m.label("area"), m.say("地区", "area"), wide(m.pixels(88, 142))))
	}
	return append(all, kept("target", "indicator", "area", twin("category"), "from", "to")...)
}

// judged are the columns of the verdict on a target and of its name, with its
// category, which leads to its indicator.
func (m *maker) judged(urgency string, width property) []column {
	return []column{
		shown(urgency, m.say("判断", "verdict"), mapped(append(m.verdictMappings(), nothingAt("0"))), colored(), set("custom.align", "center"), wide(m.pixels(74, 112))),
		shown(m.row(), m.say("目标", "target"), width, m.inRows(),
			m.linked(indicatorCode, m.say("查看指标", "show the indicator"), "indicator", "area", "category", "target", "from", "to")),
	}
}

// sentences is the table that says of each target in a sentence where it stands.
// It takes the width of the page: in a column between others, rows would be as
// high as the table.
func (m *maker) sentences(height uint32, selector string) *table.PanelBuilder {
	const by = "target, indicator, area, category"
	bare := strings.TrimSuffix(selector, ",")
	urgency := "max by (" + by + ") (tidemark_target_urgency{" + bare + "})"
	text := "max by (" + by + ", name_en, name_zh, text_en, text_zh) (tidemark_target_text_info{" + bare + "})" + spannedTargets
	if selector != "" {
		text, urgency = orElse(text, "text_en", "text_zh"), orElse(urgency, "text_en", "text_zh")
	}
	return m.list(pane{
		title: m.say("情况", "In words"), width: 24, height: height,
		about: m.say("每个目标用一句话说明：完成多少，与计划和序时进度相比如何，预计结果，还差多少；最需要关注的排在最前。点击目标名称查看指标。",
			"Each target in one sentence: what was reached, beside the plan and the calendar, how it will end, and what is still needed; the most urgent first. Click a name for the indicator."),
		asks: as(rows,
			ask{ref: "text", expr: coded(withRows(text), "category")},
			ask{ref: "verdict", expr: urgency}),
	}, valueOf("verdict"), true, append(append(m.judged(valueOf("verdict"), wide(m.pixels(264, 250))),
		shown(m.label("text"), m.say("情况", "in words"), atLeast(240), wrapped(), orNothing(m.noTargets()))),
		kept("target", "indicator", "area", twin("category"), "from", "to")...)...)
}

// noTargets is the text of a table without targets.
func (m *maker) noTargets() string { return m.say("没有目标", "no targets") }

// severalAreas reports whether the targets of some indicators are in more than
// one area.
func (m *maker) severalAreas(of []*catalog.Indicator) bool {
	var first *catalog.Area
	for _, t := range m.cat.Targets {
		if !slices.Contains(of, t.Indicator) {
			continue
		}
		if first == nil {
			first = t.Area
		}
		if t.Area != first {
			return true
		}
	}
	return false
}

// reachedWhen has the period of what was reached and the basis of the verdict
// in one label for each language; see basisAfter. A target that has reached
// nothing has a dash, so that a table has the column even if none has.
func reachedWhen(by, bare string) string {
	expr := "tidemark_target_reached_info{" + bare + "}"
	for _, l := range []string{"_en", "_zh"} {
		expr = `label_join(` + expr + `, "reached` + l + `", " ", "period` + l + `", "rests_on")`
	}
	return "max by (" + by + ", reached_en, reached_zh) (" + expr + ")" +
		" or on (" + by + `) label_replace(label_replace(max by (` + by + `) (tidemark_target_urgency{` + bare + `}), "reached_en", "–", "", ""), "reached_zh", "–", "", "")`
}

// amounts has the amounts of the targets as texts, whose decimals are even in each
// unit, and in the label stand what was reached with what should be by now. The goal
// has the unit of all of them.
func amounts(by, selector string) string {
	expr := `label_join(tidemark_target_amounts_info{` + selector + `scale="display"}, "stand", " / ", "value", "plan")`
	expr = `label_replace(` + expr + `, "stand", "$1", "stand", "(.+) / –")` // there is no plan
	expr = `label_replace(label_join(` + expr + `, "goal", " ", "goal", "unit"), "goal", "–", "goal", "– .*")`
	return "max by (" + by + ", stand, goal, projection, band, required_per_period) (" + expr + ")"
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

// everyTarget is more than a catalogue has, so that all are on one page.
const everyTarget = 1000

// verdictTimeline shows how the verdicts changed, judged at each point in time
// by what was known then.
func (m *maker) verdictTimeline(height uint32) *statetimeline.PanelBuilder {
	const of = "target, category"
	// Answers are in the order of their labels, so the first of them has to begin
	// with what counts, as it is at the end. Names and order are asked for once,
	// not at every step.
	ahead := "count_values by (" + of + `) ("ahead", 9 - max by (` + of + ") (tidemark_target_urgency @ end()))"
	names := withRows(ahead + " * on (target) group_left (name_en, name_zh) max by (target, name_en, name_zh) (tidemark_target_info @ end())")
	history := ask{ref: "verdict", shape: steps, step: "2d", legend: "{{" + m.row() + "}}",
		expr: "tidemark_target_urgency * on (" + of + ") group_left (ahead, row_en, row_zh) " + names}
	pattern, text := m.anyRow()
	return dress(m, statetimeline.NewPanelBuilder(), pane{
		title: m.say("判断的变化", "Verdicts over time"), width: 24, height: height, asks: []ask{history},
		about: m.say("每个目标在各个时点的判断，只依据当时已知的数据，每两日一次；现在最需要关注的在最上面。",
			"The verdict on each target, every two days, by what was known at the time; those that need most attention now come first."),
	}).WithTransformation(transformation("renameByRegex", map[string]any{"regex": pattern, "renamePattern": text})).
		Mappings(m.verdictMappings()).MergeValues(true).ShowValue(common.VisibilityModeNever).
		ColorScheme(dashboard.NewFieldColorBuilder().Mode(dashboard.FieldColorModeIdFixed)). // another mode has no legend
		Tooltip(common.NewVizTooltipOptionsBuilder().Mode(common.TooltipDisplayModeSingle).Sort(common.SortOrderNone)).
		RowHeight(0.85).FillOpacity(85).LineWidth(0).PerPage(everyTarget).
		Legend(common.NewVizLegendOptionsBuilder().ShowLegend(true).Placement(common.LegendPlacementBottom).DisplayMode(common.LegendDisplayModeList))
}

// row is the label with the name of a row in the language of the edition; see
// withRows.
func (m *maker) row() string { return m.label("row") }

// inRows shows such names.
func (m *maker) inRows() property {
	pattern, text := m.anyRow()
	return mapped([]dashboard.ValueMapping{matching(pattern, text, "", 0)})
}

// rowWidth is the width of a column of such names, in pixels.
func (m *maker) rowWidth() int { return m.pixels(240, 200) }

// withRows adds to targets, or indicators, with their names and categories a label
// for each language that has both. The total is left out.
func withRows(expr string) string {
	expr = `label_replace(` + expr + `, "part", "$1", "category", "([^_].*)")`
	for _, l := range []string{"_en", "_zh"} {
		expr = `label_replace(label_join(` + expr + `, "row` + l + `", " ", "name` + l + `", "part"), "row` + l + `", "$1", "row` + l + `", "(.*) ")`
	}
	return expr
}

// anyRow is the name of a row of each category, and how it is shown.
func (m *maker) anyRow() (pattern, text string) {
	return "^(.*) " + catalog.AnyCategory + "$", "$1 " + m.in.of(wordOf("category", catalog.AnyCategory))
}

// ofIndicators is the selector for some indicators, followed by a comma.
func ofIndicators(all []string) string { return "indicator=~" + strconv.Quote(codes(all)) + "," }
