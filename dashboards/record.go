package dashboards

import (
	"fmt"

	"github.com/grafana/grafana-foundation-sdk/go/common"
	"github.com/grafana/grafana-foundation-sdk/go/dashboard"
	"github.com/grafana/grafana-foundation-sdk/go/stat"
	"github.com/grafana/grafana-foundation-sdk/go/table"

	"github.com/tidemark-stats/tidemark/verdict"
	"github.com/tidemark-stats/tidemark/verdict/record"
)

// record shows how verdicts, bands and alarms fared, and beside them how the
// figures on which they rest were revised.
func (m *maker) record() *board {
	b := m.begin(recordCode, m.in.of(m.cat.City)+m.say(" · 履历", ": track record"),
		m.say("判断后来是否成真、区间是否包含结果、滞后提前多久看出，以及数据修订的质量。",
			"Whether verdicts came true, whether bands held, how early misses were seen, and the quality of revisions."), "now-5y", "now").
		WithRow(part(m.say("目标的判断", "Verdicts on targets"))).
		WithPanel(m.outcomes()).
		WithPanel(m.bandsHeld()).
		WithPanel(m.alarmsRaised()).
		WithPanel(m.cameTrue()).
		WithPanel(m.tracks()).
		WithRow(part(m.say("预测本身（与目标无关）", "The projection itself, without regard to targets"))).
		WithPanel(m.projectionTiles()).
		WithPanel(m.projectionRecords()).
		WithRow(part(m.say("数据的修订", "Revisions of figures"))).
		WithPanel(m.revisionTiles()).
		WithPanel(m.revisionQuality())
	if len(m.cat.Targets) == 0 {
		return b
	}
	return b.WithRow(part(m.say("历史", "History"))).WithPanel(m.verdictTimeline(16))
}

// noOutcome is the text of a panel while no outcome is known.
func (m *maker) noOutcome() string { return m.say("尚无已知结果", "no outcome yet") }

// outcomeColors are the colours of the outcomes.
var outcomeColors = map[record.Outcome]string{
	record.Met: verdictColors[verdict.Met], record.Missed: verdictColors[verdict.Missed], record.Open: verdictColors[verdict.TooEarly], record.Unknown: verdictColors[verdict.NoData],
}

func (m *maker) outcomes() *stat.PanelBuilder {
	var asks []ask
	var looks []drawn
	for _, o := range record.Outcomes() {
		asks = append(asks, ask{ref: string(o), legend: m.in.of(wordOf("outcome", string(o))), expr: `sum(tidemark_target_record_outcome{outcome="` + string(o) + `"})`})
		looks = append(looks, drawn{string(o), lit(outcomeColors[o])})
	}
	return m.tiles(pane{
		title: m.say("目标的结果", "Outcomes"), width: 8, height: 5, asks: as(points, asks...),
		about: m.say("目标最终如何：达成、未达成、尚无结果，或期限已过而一直没有数据。只有结果已知的目标可以检验判断。",
			"What became of the targets: met, missed, still open, or past the deadline without a figure. Only targets whose outcome is known can test the verdicts."),
	}, "none", looks...).ColorMode(common.BigValueColorModeBackground)
}

// bandsHeld is the part of all bands that held, for all targets together.
func (m *maker) bandsHeld() *stat.PanelBuilder {
	return m.tiles(pane{
		title: m.say("预测区间", "Bands"), width: 8, height: 5, none: m.noOutcome(),
		about: m.say("结果公布前给出的预测区间有多少次、其中包含后来结果的比例、区间宽度（上限减下限，相对预测值）的中位数。",
			"How many bands were given before the outcome was known, the part of them that contained it, and the median of their widths, from low to high, relative to the projection."),
		asks: as(points,
			ask{ref: "bands", legend: m.say("区间次数", "bands"), expr: "sum(tidemark_target_record_bands)"},
			maybe("held", "sum(tidemark_target_record_band_held_ratio * tidemark_target_record_bands) / sum(tidemark_target_record_bands)", m.say("包含结果", "held the outcome")),
			maybe("width", "quantile(0.5, tidemark_target_record_band_width_ratio)", m.say("宽度", "width"))),
	}, "none", drawn{OptionalPrefix + "held", asPart()}, drawn{OptionalPrefix + "width", asPart()})
}

// asPart shows a number from 0 to 1 as a percentage.
func asPart() []property { return []property{unit("percentunit"), decimals(1)} }

func (m *maker) alarmsRaised() *stat.PanelBuilder {
	const missed = `tidemark_target_record_outcome{outcome="missed"} == 1`
	return m.tiles(pane{
		title: m.say("滞后的警报", "Alarms"), width: 8, height: 5, none: m.noOutcome(),
		about: m.say("目标转为滞后的次数、其中后来解除的次数、未达成而事先没有判为滞后的目标数，以及预警距期限的中位数。",
			"How often targets began to slip, how many of these alarms went away again, missed targets that had not been called slipping, and the median time from the warning to the deadline."),
		asks: as(points,
			ask{ref: "alarms", legend: m.say("警报", "alarms"), expr: "sum(tidemark_target_record_alarms)"},
			ask{ref: "withdrawn", legend: m.say("解除", "went away"), expr: "sum(tidemark_target_record_alarms_withdrawn)"},
			ask{ref: "uncalled", legend: m.say("未预警", "not called"),
				expr: "count((" + missed + ") unless on (target, category) tidemark_target_record_warning_seconds) or vector(0)"},
			maybe("warning", "quantile(0.5, tidemark_target_record_warning_seconds)", m.say("提前", "warning"))),
	}, "none", drawn{OptionalPrefix + "warning", []property{unit("s"), decimals(1)}})
}

// cameTrue counts what followed each verdict.
func (m *maker) cameTrue() *table.PanelBuilder {
	const speaking = `verdict=~"met|on_track|at_risk|slipping|missed"`
	count := func(outcome string) string {
		return "sum by (verdict) (tidemark_target_record_verdicts{" + speaking + `,outcome="` + outcome + `"})`
	}
	decided := "sum by (verdict) (tidemark_target_record_verdicts{" + speaking + `,outcome=~"met|missed"})`
	return m.list(pane{
		title: m.say("判断后来成真的比例", "How often verdicts came true"), width: 24, height: 6, none: m.noOutcome(),
		about: m.say("每次发布时按当时已知的数据判断，结果公布前的每次发布计一次：其后达成和未达成各多少次。进展正常之后应当达成，滞后之后应当未达成，有风险则两者都有。",
			"Judged at each release by what was known then, every release before the outcome counts once: how often the target was then met or missed. On track should be followed by met, slipping by missed, at risk by both."),
		asks: as(rows,
			ask{ref: OptionalPrefix + "said", expr: orElse(decided, "verdict")},
			ask{ref: OptionalPrefix + "met", expr: count("met") + " or " + decided + " * 0"},
			ask{ref: OptionalPrefix + "missed", expr: count("missed") + " or " + decided + " * 0"},
			ask{ref: OptionalPrefix + "part", expr: "(" + count("met") + " or " + decided + " * 0) / " + decided}),
	}, valueOf(OptionalPrefix+"said"), true,
		shown("verdict", m.say("判断", "verdict"), orNothing(m.noOutcome(), m.wordMapping("verdict")), atLeast(160)),
		shown(valueOf(OptionalPrefix+"said"), m.say("次数", "times"), decimals(0)),
		shown(valueOf(OptionalPrefix+"met"), m.say("其后达成", "then met"), decimals(0)),
		shown(valueOf(OptionalPrefix+"missed"), m.say("其后未达成", "then missed"), decimals(0)),
		shown(valueOf(OptionalPrefix+"part"), m.say("达成的比例", "part met"), share(96)...))
}

// tracks is the record of each target.
func (m *maker) tracks() *table.PanelBuilder {
	const by = "target, indicator, area, category"
	of := func(ref, expr string) ask {
		return ask{ref: OptionalPrefix + ref, expr: "sum by (" + by + ") (" + expr + ")"}
	}
	said := func(v verdict.Verdict) ask {
		return of(string(v), fmt.Sprintf("tidemark_target_record_verdicts{verdict=%q}", v))
	}
	maybeValue := func(ref string) string { return valueOf(OptionalPrefix + ref) }
	count := func(ref, zh, en string) column {
		return shown(maybeValue(ref), m.say(zh, en), decimals(0), wide(80))
	}
	return m.list(pane{
		title: m.say("各目标的履历", "The record of each target"), width: 24, height: 12,
		about: m.say("每个目标的结果，结果公布前各种判断的次数，区间是否包含结果及其宽度，警报与解除，未达成的目标提前多久判为滞后。",
			"What became of each target, how often it had which verdict before, how often its bands held and how wide they were, alarms and those that went away, and how long before its deadline a missed target was called slipping."),
		asks: as(rows,
			ask{ref: "outcome", expr: coded(withRows("max by ("+by+", outcome) (tidemark_target_record_outcome == 1) * on (target, category) group_left (name_en, name_zh, deadline)"+
				" max by (target, category, name_en, name_zh, deadline) (tidemark_target_info)"+spannedTargets), "category")},
			said(verdict.OnTrack), said(verdict.AtRisk), said(verdict.Slipping),
			of("bands", "tidemark_target_record_bands"), of("held", "tidemark_target_record_band_held_ratio"), of("width", "tidemark_target_record_band_width_ratio"),
			of("alarms", "tidemark_target_record_alarms"), of("withdrawn", "tidemark_target_record_alarms_withdrawn"), of("warning", "tidemark_target_record_warning_seconds")),
	}, maybeValue("bands"), true,
		append([]column{
			shown("outcome", m.say("结果", "outcome"), m.outcomeWords(), colored(), wide(86)),
			shown(m.row(), m.say("目标", "target"), atLeast(m.rowWidth()), m.inRows(),
				m.linked(indicatorCode, m.say("查看指标", "show the indicator"), "indicator", "area", "category", "target", "from", "to")),
			shown("deadline", m.say("期限", "deadline"), m.deadlines(84)...),
			count("on_track", "正常", "on track"), count("at_risk", "有风险", "at risk"), count("slipping", "滞后", "slipping"),
			count("bands", "区间次数", "bands"),
			shown(maybeValue("held"), m.say("包含结果", "held"), share(80)...),
			shown(maybeValue("width"), m.say("宽度", "width"), asPart()...),
			count("alarms", "警报", "alarms"), count("withdrawn", "解除", "went away"),
			shown(maybeValue("warning"), m.say("提前", "warning"), unit("s"), decimals(1)),
		}, kept("target", "indicator", "area", twin("category"), "from", "to")...)...)
}

// outcomeWords shows outcomes as words in their colours.
func (m *maker) outcomeWords() property {
	options := map[string]dashboard.ValueMappingResult{}
	for i, o := range record.Outcomes() {
		options[string(o)] = mapping(m.in.of(wordOf("outcome", string(o))), outcomeColors[o], i)
	}
	return mapped([]dashboard.ValueMapping{values(options)})
}
