package dashboards

import (
	"github.com/grafana/grafana-foundation-sdk/go/stat"
	"github.com/grafana/grafana-foundation-sdk/go/table"
)

// noCase is the text of a panel while no past year could be projected.
func (m *maker) noCase() string { return m.say("尚无可检验的年份", "no year to test yet") }

func (m *maker) projectionTiles() *stat.PanelBuilder {
	const cases = "tidemark_indicator_projection_cases"
	overall := func(of string) string { return "sum(" + of + " * " + cases + ") / sum(" + cases + ")" }
	return m.tiles(pane{
		title: m.say("以往各年的推算", "Projections of past years"), width: 8, height: 10, none: m.noCase(),
		about: m.say("指标以往各年，用当年前几期首次公布时已知的数据推算全年，与后来的全年数相比；与目标无关。数据须在年内陆续发布过，没有发布日的旧档不算。",
			"Each past year of an indicator, projected when its first periods were first published, by what was known then, and compared with the year's total; targets do not matter. Figures must have been published during the year: an archive without days of publication does not count."),
		asks: as(points,
			ask{ref: "cases", legend: m.say("推算次数", "projections"), expr: "sum(" + cases + ") or vector(0)"},
			maybe("held", overall("tidemark_indicator_projection_held_ratio"), m.say("区间包含全年数", "band held")),
			maybe("error", overall("tidemark_indicator_projection_error_ratio"), m.say("平均误差", "mean error"))),
	}, "none", drawn{OptionalPrefix + "held", asPart()}, drawn{OptionalPrefix + "error", asPart()})
}

// projectionRecords lists every indicator whose years are projected, also those
// without a case.
func (m *maker) projectionRecords() *table.PanelBuilder {
	const by, cases = "max by (indicator, area) ", "tidemark_indicator_projection_cases"
	const none = by + `(tidemark_indicator_info{kind=~"flow|average",freq=~"M|Q"} * 0)`
	maybeValue := func(ref string) string { return valueOf(OptionalPrefix + ref) }
	of := func(ref string) ask {
		return ask{ref: OptionalPrefix + ref, expr: by + "(tidemark_indicator_projection_" + ref + "_ratio)"}
	}
	return m.list(pane{
		title: m.say("各指标的推算", "By indicator"), width: 16, height: 10, none: m.noCase(),
		about: m.say("逐月或逐季公布的指标：推算过几次、区间包含全年数的比例、平均误差、区间宽度的中位数。0 次即还没有一年的数据在年内发布并等到全年数。",
			"Indicators published monthly or quarterly: how often they were projected, the part of the bands that held, the mean error and the median width. Zero means that no year's figures were published during the year and followed by its total."),
		asks: as(rows,
			ask{ref: "cases", expr: spanned(named("(" + by + "(" + cases + ")) or " + none))},
			ask{ref: "kept", expr: "(" + by + "(tidemark_indicator_projection_held_ratio * " + cases + ")) or " + none},
			of("held"), of("error"), of("width")),
	}, valueOf("cases"), true,
		append([]column{
			shown(m.label("name"), m.say("指标", "indicator"), atLeast(220),
				m.linked(indicatorCode, m.say("查看指标", "show the indicator"), "indicator", "area", "from", "to")),
			shown(m.label("area"), m.say("地区", "area"), wide(m.pixels(88, 100))),
			shown(valueOf("cases"), m.say("推算次数", "projections"), decimals(0), wide(100)),
			shown(valueOf("kept"), m.say("区间包含全年数", "band held"), decimals(0), wide(120)),
			shown(maybeValue("held"), m.say("比例", "part"), share(80)...),
			shown(maybeValue("error"), m.say("平均误差", "mean error"), asPart()...),
			shown(maybeValue("width"), m.say("区间宽度", "band width"), asPart()...),
		}, kept("indicator", "area", "from", "to")...)...)
}

func (m *maker) revisionTiles() *stat.PanelBuilder {
	const revised, all = "sum(tidemark_indicator_revision_revised_figures)", "sum(tidemark_indicator_revision_figures)"
	return m.tiles(pane{
		title: m.say("修订的多少", "How much is revised"), width: 24, height: 4, none: m.noFigures(),
		about: m.say("公布过的数据个数、其中修订过的个数和比例。单位更正、先不公布后补、撤回都不算修订。",
			"Published figures, and how many of them were revised. A unit put right, a figure withheld at first or withdrawn is no revision."),
		asks: as(points,
			ask{ref: "figures", legend: m.say("公布的数据", "figures"), expr: all},
			ask{ref: "revised", legend: m.say("修订过的", "revised"), expr: revised},
			ask{ref: "part", legend: m.say("比例", "part"), expr: revised + " / " + all}),
	}, "none", drawn{"part", asPart()})
}

// revisionQuality lists the indicators of which a figure was revised.
func (m *maker) revisionQuality() *table.PanelBuilder {
	const by = "max by (indicator, area, measure) "
	const revised = by + "(tidemark_indicator_revision_revised_figures > 0)"
	narrow := wide(m.pixels(88, 74))
	maybeValue := func(ref string) string { return valueOf(OptionalPrefix + ref) }
	of := func(ref, expr string) ask { return ask{ref: OptionalPrefix + ref, expr: by + "(" + expr + ")"} }
	ratio := func(statistic string) ask {
		return of("ratio_"+statistic, `tidemark_indicator_revision_size_ratio{statistic="`+statistic+`"}`)
	}
	difference := func(statistic string) ask {
		return of("difference_"+statistic, `tidemark_indicator_revision_size_difference{statistic="`+statistic+`"}`)
	}
	days := func(statistic string) ask {
		return of("days_"+statistic, `tidemark_indicator_revision_final_seconds{statistic="`+statistic+`"} / 86400`)
	}
	return m.list(pane{
		title: m.say("各指标修订的质量", "The quality of revisions by indicator"), width: 24, height: 10, none: m.say("尚无修订", "nothing was revised"),
		about: m.say("首次公布值与最新值之差：金额和数量相对最新值，百分数指标为百分点，名次为位。中位数和九成不超过的幅度、平均偏差（正为首次偏低）、从首次公布到最后一次改动的天数。",
			"The newest value less the first published: amounts relative to the newest, percentages in percentage points, ranks in places. The median, what nine of ten do not exceed, the bias (positive if first values were too low), and the days from the first publication to the last change."),
		asks: as(rows,
			ask{ref: OptionalPrefix + "revised", expr: coded(orElse(spanned(named(revised)), "measure"), "measure")},
			of("figures", "tidemark_indicator_revision_figures and on (indicator, area, measure) "+revised),
			ratio("median"), ratio("high"), ratio("bias"), difference("median"), difference("high"), difference("bias"), days("median"), days("high")),
	}, maybeValue("revised"), true,
		append([]column{
			shown(m.label("name"), m.say("指标", "indicator"), atLeast(140),
				m.linked(revisionsCode, m.say("查看各次发布", "show the publications"), "indicator", "area", "measure", "from", "to")),
			shown(m.label("area"), m.say("地区", "area"), wide(m.pixels(88, 100))),
			shown("measure", m.say("口径", "measure"), orNothing(m.say("尚无修订", "none revised"), m.wordMapping("measure")), wide(m.pixels(92, 132))),
			shown(maybeValue("figures"), m.say("数据", "figures"), decimals(0), wide(70)),
			shown(maybeValue("revised"), m.say("修订过", "revised"), decimals(0), wide(74)),
			shown(maybeValue("ratio_median"), m.say("幅度中位数", "median size"), append(asPart(), narrow)...),
			shown(maybeValue("ratio_high"), m.say("九成不超过", "nine in ten below"), append(asPart(), narrow)...),
			shown(maybeValue("ratio_bias"), m.say("平均偏差", "bias"), append(asPart(), narrow)...),
			shown(maybeValue("difference_median"), m.say("中位（点）", "points: median"), decimals(2), narrow),
			shown(maybeValue("difference_high"), m.say("九成（点）", "points: nine in ten"), decimals(2), narrow),
			shown(maybeValue("difference_bias"), m.say("偏差（点）", "points: bias"), decimals(2), narrow),
			shown(maybeValue("days_median"), m.say("定值天数", "days until final"), decimals(0), narrow),
			shown(maybeValue("days_high"), m.say("九成天数", "days: nine in ten"), decimals(0), narrow),
		}, kept("indicator", "area", twin("measure"), "from", "to")...)...)
}
