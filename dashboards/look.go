package dashboards

import (
	"slices"
	"strconv"

	"github.com/grafana/grafana-foundation-sdk/go/dashboard"

	"github.com/tidemark-stats/tidemark/exporter/target"
	"github.com/tidemark-stats/tidemark/figure"
)

// The colours: what is published is strong, what is derived is the same hue
// and lighter, the year before is a line of its own.
const (
	colorPublished  = "#3274d9"
	colorDerived    = "#a3c4f3"
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

// asBars, asLine and asPoints draw a series; bars of figures that are both
// there never cover each other, because a cell is published or derived.
func asBars(hue string) []property {
	return []property{color(hue), set("custom.drawStyle", "bars"), set("custom.fillOpacity", 85), set("custom.lineWidth", 0),
		set("custom.showPoints", "never")}
}

func asLine(hue string, dashed bool) []property {
	style := map[string]any{"fill": "solid"}
	if dashed {
		style = map[string]any{"fill": "dash", "dash": []int{8, 6}}
	}
	return []property{color(hue), set("custom.drawStyle", "line"), set("custom.lineWidth", 2), set("custom.fillOpacity", 0),
		set("custom.lineStyle", style), set("custom.showPoints", "auto"), set("custom.pointSize", 5), set("custom.spanNulls", true)}
}

func asPoints(hue string) []property {
	return []property{color(hue), set("custom.drawStyle", "points"), set("custom.pointSize", 9)}
}

// mapping shows a value as a text, in a colour if there is one; the index
// keeps the order in which people read the mappings.
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
func worstFirst() []target.Verdict {
	all := target.Verdicts()
	slices.SortFunc(all, func(v, o target.Verdict) int { return o.Urgency() - v.Urgency() })
	return all
}

// verdictColors are what they look like.
var verdictColors = map[target.Verdict]string{
	target.Missed: "dark-red", target.Slipping: "red", target.AtRisk: "orange", target.Overdue: "purple",
	target.NoData: "#9fa7b3", target.TooEarly: "#6e9fff", target.OnTrack: "green", target.Met: "dark-green",
}

// verdictMappings show urgencies as the names of verdicts.
func (m *maker) verdictMappings() []dashboard.ValueMapping {
	options := map[string]dashboard.ValueMappingResult{}
	for i, v := range worstFirst() {
		options[strconv.Itoa(v.Urgency())] = mapping(m.in.of(v.Name()), verdictColors[v], i)
	}
	return []dashboard.ValueMapping{values(options)}
}

// statusMappings show the codes of CL_OBS_STATUS as words.
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

// measureNames are the words for measures, frequencies and origins; the
// columns that hold them share no code.
func (m *maker) measureNames() []dashboard.ValueMapping {
	words := [][3]string{
		{"level", "当期", "level"}, {"ytd", "累计", "year to date"},
		{"yoy", "同比 %", "growth on the year, %"}, {"ytd_yoy", "累计同比 %", "growth of the year to date, %"},
		{"M", "月", "month"}, {"Q", "季", "quarter"}, {"A", "年", "year"},
		{"published", "公布", "published"}, {"derived", "推算", "derived"},
		{"_T", "合计", "total"}, {"any", "每一类", "each"},
	}
	options := map[string]dashboard.ValueMappingResult{}
	for i, w := range words {
		options[w[0]] = mapping(m.say(w[1], w[2]), "", i)
	}
	return []dashboard.ValueMapping{values(options)}
}

// withheld shows a value that is no number as what it is.
func (m *maker) withheld() dashboard.ValueMapping {
	return dashboard.ValueMapping{SpecialValueMap: &dashboard.SpecialValueMap{
		Type: dashboard.MappingTypeSpecialValue,
		Options: dashboard.DashboardSpecialValueMapOptions{
			Match: dashboard.SpecialValueMatchNaN, Result: mapping(m.say("不公布", "withheld"), "purple", 0)},
	}}
}
