package dashboards

import (
	"strconv"
	"strings"

	"github.com/grafana/grafana-foundation-sdk/go/dashboard"

	"github.com/tidemark-stats/tidemark/figure"
	"github.com/tidemark-stats/tidemark/internal/lang"
)

// spelt is the code of periods, as a regular expression with the year as its
// group, and how people write them.
type spelt struct {
	code string
	name lang.Text
}

// spellings are those of all periods: 2025-12, 2025-Q4 and 2025.
func spellings() (all []spelt) {
	const any, group = 2000, "$1"
	add := func(p figure.Period, code string) {
		year := strconv.Itoa(any)
		name := lang.Text{ZH: strings.Replace(p.Name().ZH, year, group, 1), EN: strings.Replace(p.Name().EN, year, group, 1)}
		all = append(all, spelt{strings.Replace(code, year, `(\d{4})`, 1), name})
	}
	for n := 1; n <= 12; n++ {
		add(figure.Month(any, n), figure.Month(any, n).String())
	}
	for n := 1; n <= 4; n++ {
		add(figure.Quarter(any, n), figure.Quarter(any, n).String())
	}
	add(figure.Year(any), figure.Year(any).String())
	return all
}

// matching shows the texts that match a regular expression as another text.
func matching(pattern, text, hue string, index int) dashboard.ValueMapping {
	return dashboard.ValueMapping{RegexMap: &dashboard.RegexMap{Type: dashboard.MappingTypeRegexToText,
		Options: dashboard.DashboardRegexMapOptions{Pattern: "/" + pattern + "/", Result: mapping(text, hue, index)}}}
}

// inPeriods shows the codes of periods as people write them.
func (m *maker) inPeriods() property { return mapped(m.periodMappings()) }

func (m *maker) periodMappings() (all []dashboard.ValueMapping) {
	for i, s := range spellings() {
		all = append(all, matching("^"+s.code+"$", m.in.of(s.name), "", i))
	}
	return all
}

// inPeriodWords adds to each sample the label word: the name of the period
// whose code is in a label.
func (m *maker) inPeriodWords(expr, label string) string {
	for _, s := range spellings() {
		expr = `label_replace(` + expr + `, "word", "` + strings.Replace(m.in.of(s.name), "$1", "${1}", 1) + `", "` + label + `", "` + strings.ReplaceAll(s.code, `\`, `\\`) + `")`
	}
	return expr
}

// deadlines shows the deadlines of targets; one without is not missing.
func (m *maker) deadlines(pixels int) []property {
	return []property{m.inPeriods(), set("noValue", m.say("无期限", "none")), wide(pixels)}
}

// basisAfter shows the basis at the end of a text as a word, in its colour, and
// leaves out that something was published.
func (m *maker) basisAfter() property {
	var all []dashboard.ValueMapping
	for i, t := range tints {
		word, hue := " "+m.basisWord(t.basis), t.ink
		if i == 0 {
			word, hue = "", ""
		}
		all = append(all, matching("^(.*) "+string(t.basis)+"$", "$1"+word, hue, i))
	}
	return mapped(all)
}
