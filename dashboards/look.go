package dashboards

import (
	"slices"
	"strconv"
	"time"

	"github.com/grafana/grafana-foundation-sdk/go/dashboard"

	"github.com/tidemark-stats/tidemark/book/derive"
	"github.com/tidemark-stats/tidemark/catalog"
	"github.com/tidemark-stats/tidemark/figure"
	"github.com/tidemark-stats/tidemark/internal/lang"
	"github.com/tidemark-stats/tidemark/verdict"
	"github.com/tidemark-stats/tidemark/verdict/record"
)

// The colours: published figures are in full colour, derived ones let the
// background through, and the year before has a colour of its own; see tints.
const (
	colorPublished  = "#3274d9"
	colorDerived    = "rgba(50, 116, 217, 0.45)"
	colorYearAgo    = "#ff9830"
	colorPlan       = "#37872d"
	colorGoal       = "#c4162a"
	colorProjection = "#8f3bb8"
	colorBand       = "#ca95e5"
	colorQuiet      = "#8e8e8e"
)

// property is one setting of a field.
type property = dashboard.DynamicConfigValue

func set(id string, value any) property { return property{Id: id, Value: value} }

func color(fixed string) property {
	return set("color", map[string]any{"mode": "fixed", "fixedColor": fixed})
}

// faded is a colour, written with six digits, that lets half of the background
// through.
func faded(hue string) string { return hue + "80" }

// asBars, asLine and asPoints draw a series. The bars of two bases never cover
// each other, because a figure has one.
func asBars(hue string, opacity int) []property {
	return []property{color(hue), set("custom.drawStyle", "bars"), set("custom.fillOpacity", opacity), set("custom.lineWidth", 0),
		set("custom.showPoints", "never")}
}

func asLine(hue string, dashed bool) []property {
	style := map[string]any{"fill": "solid"}
	if dashed {
		style = map[string]any{"fill": "dash", "dash": []int{8, 6}}
	}
	return []property{color(hue), set("custom.drawStyle", "line"), set("custom.lineWidth", 2), set("custom.fillOpacity", 0),
		set("custom.lineStyle", style), set("custom.showPoints", "auto"), set("custom.pointSize", 5), set("custom.spanNulls", false)}
}

// brokenAfter ends a line where its points are further apart than that many
// days. Only settings of axes make a second one, and this is none.
func brokenAfter(days int) property {
	return set("custom.insertNulls", (time.Duration(days) * 24 * time.Hour).Milliseconds())
}

// lit colours the tile of a nonzero number; that of zero is as quiet as the panel.
func lit(hue string) []property {
	return []property{set("color", map[string]any{"mode": "thresholds"}), set("thresholds", map[string]any{"mode": "absolute",
		"steps": []any{map[string]any{"color": "panel-bg", "value": nil}, map[string]any{"color": hue, "value": 1}}})}
}

func asPoints(hue string, size int) []property {
	return []property{color(hue), set("custom.drawStyle", "points"), set("custom.showPoints", "always"), set("custom.pointSize", size)}
}

// mapping shows a value as a text, optionally in a colour; the index is the
// order in which the mappings are listed.
func mapping(text, hue string, index int) dashboard.ValueMappingResult {
	i := int32(index)
	r := dashboard.ValueMappingResult{Text: &text, Index: &i}
	if hue != "" {
		r.Color = &hue
	}
	return r
}

func values(options map[string]dashboard.ValueMappingResult) dashboard.ValueMapping {
	return dashboard.ValueMapping{ValueMap: &dashboard.ValueMap{Type: dashboard.MappingTypeValueToText, Options: options}}
}

// worstFirst are the verdicts from the one that needs most attention to the
// one that needs none.
func worstFirst() []verdict.Verdict {
	all := verdict.Verdicts()
	slices.SortFunc(all, func(v, o verdict.Verdict) int { return o.Urgency() - v.Urgency() })
	return all
}

// verdictColors are the colours of the verdicts.
var verdictColors = map[verdict.Verdict]string{
	verdict.Missed: "dark-red", verdict.Slipping: "red", verdict.AtRisk: "orange", verdict.Overdue: "purple",
	verdict.NoData: "#9fa7b3", verdict.TooEarly: "#6e9fff", verdict.OnTrack: "green", verdict.Met: "dark-green",
}

// verdictMappings shows urgencies as the names of verdicts.
func (m *maker) verdictMappings() []dashboard.ValueMapping {
	options := map[string]dashboard.ValueMappingResult{}
	for i, v := range worstFirst() {
		options[strconv.Itoa(v.Urgency())] = mapping(m.in.of(v.Name()), verdictColors[v], i)
	}
	return []dashboard.ValueMapping{values(options)}
}

// statusMappings shows the codes of CL_OBS_STATUS as words.
func (m *maker) statusMappings() []dashboard.ValueMapping {
	options := map[string]dashboard.ValueMappingResult{}
	for i, s := range figure.Statuses() {
		hue := ""
		switch {
		case s == figure.Provisional || s == figure.Estimated || s == figure.Forecast || s == figure.Imputed:
			hue = "orange"
		case s.Allows(true):
			hue = "purple"
		}
		options[s.String()] = mapping(s.String()+" "+m.say(s.NameZH(), s.NameEN()), hue, i)
	}
	return []dashboard.ValueMapping{values(options)}
}

// word is the display text of a code that is the value of a label.
type word struct {
	label, code string
	name        lang.Text
}

// words are the display texts of measures, frequencies and categories. A
// category of a catalogue is shown by its code.
var words = append([]word{
	{"measure", "level", lang.Text{ZH: "当期", EN: "level"}},
	{"measure", "ytd", lang.Text{ZH: "累计", EN: "year to date"}},
	{"measure", "yoy", lang.Text{ZH: "同比 %", EN: "growth, %"}},
	{"measure", "ytd_yoy", lang.Text{ZH: "累计同比 %", EN: "growth to date, %"}},
	{"freq", "M", lang.Text{ZH: "月", EN: "month"}},
	{"freq", "Q", lang.Text{ZH: "季", EN: "quarter"}},
	{"freq", "A", lang.Text{ZH: "年", EN: "year"}},
	{"category", figure.Total, lang.Text{ZH: "合计", EN: "total"}},
	{"category", catalog.AnyCategory, lang.Text{ZH: "每一类", EN: "each"}},
	{"basis", string(derive.Published), derive.Published.Name()},
	{"basis", string(derive.Computed), derive.Computed.Name()},
	{"basis", string(derive.Estimates), derive.Estimates.Name()},
	{"basis", string(derive.Imputes), derive.Imputes.Name()},
	{"outcome", string(record.Met), verdict.Met.Name()},
	{"outcome", string(record.Missed), verdict.Missed.Name()},
	{"outcome", string(record.Open), lang.Text{ZH: "尚无结果", EN: "open"}},
	{"outcome", string(record.Unknown), lang.Text{ZH: "无数据", EN: "no figure"}},
	{"verdict", string(verdict.Met), verdict.Met.Name()},
	{"verdict", string(verdict.OnTrack), verdict.OnTrack.Name()},
	{"verdict", string(verdict.AtRisk), verdict.AtRisk.Name()},
	{"verdict", string(verdict.Slipping), verdict.Slipping.Name()},
	{"verdict", string(verdict.Missed), verdict.Missed.Name()},
}, slices.Concat(alertNames, alertMeanings)...)

// wordOf is the display text of a code.
func wordOf(label, code string) lang.Text {
	for _, w := range words {
		if w.label == label && w.code == code {
			return w.name
		}
	}
	return lang.Text{ZH: code, EN: code}
}

// inWords shows the codes of the label as words.
func (m *maker) inWords(label string) property {
	return mapped([]dashboard.ValueMapping{m.wordMapping(label)})
}

func (m *maker) wordMapping(label string) dashboard.ValueMapping {
	options := map[string]dashboard.ValueMappingResult{}
	for i, w := range words {
		if w.label == label {
			options[w.code] = mapping(m.in.of(w.name), "", i)
		}
	}
	return values(options)
}

// withheld shows a value that is not a number as withheld.
func (m *maker) withheld() dashboard.ValueMapping {
	return dashboard.ValueMapping{SpecialValueMap: &dashboard.SpecialValueMap{
		Type: dashboard.MappingTypeSpecialValue,
		Options: dashboard.DashboardSpecialValueMapOptions{
			Match: dashboard.SpecialValueMatchNaN, Result: mapping(m.say("不公布", "withheld"), "purple", 0)},
	}}
}
