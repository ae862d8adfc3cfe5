package dashboards

import (
	"fmt"
	"slices"
	"strings"

	"github.com/grafana/grafana-foundation-sdk/go/dashboard"

	"github.com/tidemark-stats/tidemark/catalog"
	"github.com/tidemark-stats/tidemark/figure"
)

// variable begins a query variable. Its options are refreshed when the time
// range changes, because what is known depends on it.
func variable(name, label, query string) *dashboard.QueryVariableBuilder {
	return dashboard.NewQueryVariableBuilder(name).Label(label).Datasource(from(History)).
		Query(dashboard.StringOrMap{String: &query}).Definition(query).
		Refresh(dashboard.VariableRefreshOnTimeRangeChanged).Sort(dashboard.VariableSortAlphabeticalAsc)
}

// named returns a variable whose options are shown by name: the expression
// returns series with the labels value and text, which appear in a row of the
// result in alphabetical order.
func (m *maker) named(name, label, expr, value, text string) *dashboard.QueryVariableBuilder {
	parts := []string{
		fmt.Sprintf(`\b%s="(?<value>[^"]+)"`, value),
		fmt.Sprintf(`\b%s="(?<text>[^"]+)"`, m.label(text)),
	}
	if value > m.label(text) {
		slices.Reverse(parts)
	}
	return variable(name, label, "query_result("+expr+")").Regex("/" + strings.Join(parts, ".*") + "/")
}

// worded returns a variable whose options are the codes of the label with the
// given name, shown as words. The most frequent code comes first and is chosen
// if the usual one is not among them, or empty.
func (m *maker) worded(name, label, counts, usual string) *dashboard.QueryVariableBuilder {
	expr := `label_replace(` + counts + `, "word", "$1", "` + name + `", "(.+)")` // a code without a word is kept
	text := usual
	for _, w := range words {
		if w.label != name {
			continue
		}
		expr = `label_replace(` + expr + `, "word", "` + m.in.of(w.name) + `", "` + name + `", "` + w.code + `")`
		if w.code == usual {
			text = m.in.of(w.name)
		}
	}
	v := variable(name, label, "query_result(sort_desc("+expr+"))").
		Regex(`/\b` + name + `="(?<value>[^"]+)".*\bword="(?<text>[^"]+)"/`).Sort(dashboard.VariableSortDisabled)
	if usual != "" {
		v.Current(one(text, usual))
	}
	return v
}

// hidden returns an invisible variable: the values of a label.
func hidden(name, selector, label string) *dashboard.QueryVariableBuilder {
	return variable(name, name, "label_values("+selector+", "+label+")").Hide(dashboard.VariableHideHideVariable)
}

// several returns an invisible variable with all values of a label of the answer
// to an expression.
func several(name, expr, label string) *dashboard.QueryVariableBuilder {
	all := []string{everyOption}
	return variable(name, name, "query_result("+expr+")").Regex(`/\b` + label + `="([^"]+)"/`).
		Multi(true).IncludeAll(true).Hide(dashboard.VariableHideHideVariable).
		Current(dashboard.VariableOption{Text: dashboard.StringOrArrayOfString{ArrayOfString: all}, Value: dashboard.StringOrArrayOfString{ArrayOfString: all}})
}

// one selects an option by default.
func one(text, value string) dashboard.VariableOption {
	return dashboard.VariableOption{
		Text:  dashboard.StringOrArrayOfString{String: &text},
		Value: dashboard.StringOrArrayOfString{String: &value}}
}

// everyOption is Grafana's value for selecting everything.
const everyOption = "$__all"

// everything selects all options.
func (m *maker) everything() dashboard.VariableOption {
	return dashboard.VariableOption{
		Text:  dashboard.StringOrArrayOfString{ArrayOfString: []string{m.say("全部", "All")}},
		Value: dashboard.StringOrArrayOfString{ArrayOfString: []string{everyOption}}}
}

// indicatorVariables are indicator and area, category within them, and,
// hidden, the frequency and unit of the indicator itself. Alerts link to them.
func (m *maker) indicatorVariables() []*dashboard.QueryVariableBuilder {
	indicator := m.first()
	area := m.home(indicator)
	const of = `{indicator="$indicator",area="$area"}`
	return []*dashboard.QueryVariableBuilder{
		m.named("indicator", m.say("指标", "Indicator"),
			m.listed("tidemark_indicator_position"), "indicator", "name").
			Sort(dashboard.VariableSortDisabled).Current(one(m.in.of(indicator.Name), indicator.Code)),
		m.named("area", m.say("地区", "Area"),
			`max by (area, area_en, area_zh) (tidemark_indicator_info{indicator="$indicator"})`, "area", "area").
			Current(one(m.in.of(area.Name), area.Code)),
		// A target may need categories that have no figures yet.
		m.worded("category", m.say("分类", "Category"), "count by (category) ("+newest("tidemark_figure_newest"+of)+
			") or count by (category) (tidemark_target_info"+of+")", figure.Total),
		hidden("freq", "tidemark_indicator_info"+of, "freq"),
		hidden("unit", m.inOwnUnits(`tidemark_indicator_display_scale{indicator="$indicator",scale="display"}`), "display_unit"),
	}
}

// listed has the indicators that have figures, by a number of each.
func (m *maker) listed(order string) string {
	return "sort((max by (indicator, name_en, name_zh) (tidemark_indicator_info) and on (indicator) count by (indicator) (" + newest("tidemark_figure_newest") +
		")) * on (indicator) group_left () (" + order + "))"
}

// first is the indicator that is selected by default: the first one that has a
// target and adds up over months, or else the first one.
func (m *maker) first() *catalog.Indicator {
	for _, i := range m.cat.Indicators {
		if i.Kind == catalog.Flow && m.targeted(i) != nil {
			return i
		}
	}
	return m.cat.Indicators[0]
}

// targeted is the first target of the indicator, nil if it has none.
func (m *maker) targeted(i *catalog.Indicator) *catalog.Target {
	for _, t := range m.cat.Targets {
		if t.Indicator == i {
			return t
		}
	}
	return nil
}

// home is the default area of the indicator: that of its first target, or the
// first that reports it.
func (m *maker) home(i *catalog.Indicator) *catalog.Area {
	if t := m.targeted(i); t != nil {
		return t.Area
	}
	area, _ := m.cat.Area(i.Areas[0]) // the catalogue has been checked
	return area
}
