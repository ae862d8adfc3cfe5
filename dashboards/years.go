package dashboards

import (
	"strconv"
	"strings"

	"github.com/grafana/grafana-foundation-sdk/go/common"
	"github.com/grafana/grafana-foundation-sdk/go/dashboard"
	"github.com/grafana/grafana-foundation-sdk/go/timeseries"
	"github.com/grafana/grafana-foundation-sdk/go/trend"

	"github.com/tidemark-stats/tidemark/book/derive"
)

// comparedYears is how many years are drawn over each other.
const comparedYears = 5

// yearsOver overlays the newest years, by month, with a dot on every figure that
// was not published. The month is the first number of a row, which a trend uses
// as its axis.
func (m *maker) yearsOver() *trend.PanelBuilder {
	const rowAndColumn = `month\line`
	b := dress(m, trend.NewPanelBuilder(), pane{
		title: m.say("历年同月对比（$unit）", "Years compared by month ($unit)"), width: 12, height: 10,
		about: m.say("最近五年，每年一条线，横轴是月份（季度在其最后一个月）；不是公布的数据上有圆点，颜色是它的依据：推算、估计或插补。",
			"The newest five years, one line each, by month (a quarter at its last); a figure that was not published has a dot in the colour of its basis: derived, estimated or imputed."),
		asks: as(rows, ask{ref: "cells", expr: overYears()}),
		none: m.tooFew(),
	})
	b.WithTransformation(sorted("period", false)).
		WithTransformation(transformation("groupingToMatrix", map[string]any{
			"columnField": "line", "rowField": "month", "valueField": "Value", "emptyValue": "null"})).
		WithTransformation(transformation("convertFieldType", map[string]any{
			"fields": map[string]any{}, "conversions": []any{map[string]any{"targetField": rowAndColumn, "destinationType": "number"}}})).
		WithTransformation(sorted(rowAndColumn, false))
	b.WithTransformation(transformation("renameByRegex", map[string]any{"regex": "^" + nobody + "$", "renamePattern": m.tooFew()}))
	for _, t := range m.translated() {
		b.WithTransformation(t)
	}
	b.OverrideByRegexp(`/^\d{4}$/`, []property{set("custom.lineWidth", 2), set("custom.showPoints", "never")})
	for _, t := range tints[1:] {
		word := m.basisWord(t.basis)
		b.OverrideByRegexp("/^\\d{4} "+word+"$/", append(asPoints(t.hue, 7), set("custom.hideFrom", map[string]bool{"viz": false, "legend": true, "tooltip": false})))
		b.OverrideByRegexp("/^"+word+"$/", append(asPoints(t.hue, 7), set("custom.hideFrom", map[string]bool{"viz": false, "legend": false, "tooltip": true})))
	}
	return b.Unit("locale").LineWidth(2).ShowPoints(common.VisibilityModeAlways).PointSize(5).
		OverrideByName(rowAndColumn, []property{set("displayName", m.say("月份", "Month")), unit("none"), decimals(0),
			// Of fewer months, the axis has halves, which are shown as the next.
			set("min", 1), set("max", 12)}).
		Legend(common.NewVizLegendOptionsBuilder().ShowLegend(true).Placement(common.LegendPlacementBottom).DisplayMode(common.LegendDisplayModeList)).
		Tooltip(common.NewVizTooltipOptionsBuilder().Mode(common.TooltipDisplayModeMulti).Sort(common.SortOrderNone))
}

// compared is the variable for the newest years with figures.
func compared() *dashboard.QueryVariableBuilder {
	newestYear := `year(max(` + newest(newestPeriod+`{`+cells+`,measure="level",freq="$freq"}`) + `))`
	var years []string
	for n := range comparedYears {
		years = append(years, `count_values("year", `+newestYear+` - `+strconv.Itoa(n)+`)`)
	}
	return several("compared", strings.Join(years, " or "), "year")
}

// overYears has the figures of the newest years with the label line: the year,
// once more with its basis for each that was not published, and the basis alone
// for the legend, at one of its dots. If there are too few figures it still has a
// row, or a trend would say in English that no field is numeric.
func overYears() string {
	of := func(t tint) string {
		return newest(`tidemark_figure_cell{` + cells + `,measure="level",freq="$freq",scale="display",year=~"$compared"` + t.matcher() + ifDrawn(drawnHere) + `}`)
	}
	weak := "(" + ofBases(of, derive.Computed, derive.Estimates, derive.Imputes) + ")"
	lines := `label_replace(` + everyBasis(of) + `, "line", "$1", "year", "(.+)") or label_join(` + weak + `, "line", " ", "year", "basis")`
	legend := `label_replace(topk by (basis) (1, ` + weak + `), "line", "$1", "basis", "(.+)")`
	none := `label_replace(label_replace(vector(NaN), "month", "12", "", ""), "line", "` + nobody + `", "", "")`
	return "(" + lastMonth("("+lines+" or "+legend+")") + ") or on () " + none
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
	asks, looks := m.bars("", cells+`,measure="level",freq="A",scale="display"`+ifDrawn(drawnYears), "")
	return m.chart(pane{
		title: m.say("年度数值（$unit）", "Years ($unit)"), width: 24, height: 8,
		about: m.say("每年的数值，公布的为深色，由月度推算的为浅色，估计的为绿色，插补的为褐色；线是最近十二个月之和，其中有插补数的不画。",
			"Each year's figure, in full colour if published, lighter if derived from months, green if estimated, brown if imputed; the line is the sum of the last twelve months, where none of them was imputed."),
		asks: as(points, append(asks,
			maybe("last_twelve", inRange(`tidemark_figure_derived{`+cells+`,measure="last_twelve",freq="$freq",scale="display",basis="derived"}`), m.say("最近十二个月之和，推算", "last twelve months, derived")))...),
		none: m.say("没有年度数值，或不足三年", "no yearly figures, or of fewer than three years"),
	}, "locale", append(looks, drawn{OptionalPrefix + "last_twelve", asLine(colorProjection, false)})...)
}
