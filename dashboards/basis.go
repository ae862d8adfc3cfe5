package dashboards

import (
	"strings"

	"github.com/grafana/grafana-foundation-sdk/go/dashboard"

	"github.com/tidemark-stats/tidemark/book/derive"
)

// tint is how figures with a basis are drawn: nothing that was derived,
// estimated or filled in may look like what the agency published.
type tint struct {
	basis   derive.Basis
	hue     string
	opacity int    // of bars, in percent
	ink     string // of texts, which have to be read on a dark page as well as on a light one
}

// tints are those of all bases, the firmest first. The weaker ones let the
// background through, so that they are weaker on a dark page as well as on a
// light one.
var tints = []tint{
	{derive.Published, colorPublished, 90, colorPublished},
	{derive.Computed, colorDerived, 45, "#6a7f9c"},
	{derive.Estimates, "rgba(26, 156, 138, 0.55)", 55, "#178a7a"},
	{derive.Imputes, "rgba(160, 110, 70, 0.55)", 55, "#a8743f"},
}

func (t tint) matcher() string { return `,basis="` + string(t.basis) + `"` }

// basisWord is the word for a basis, which stands in legends and tables.
func (m *maker) basisWord(b derive.Basis) string { return m.in.of(wordOf("basis", string(b))) }

// byBasis queries the best known figures of a selector, a series for each
// basis, with the names of the bases after the prefix.
func (m *maker) byBasis(ref, selector, prefix string, how func(tint) []property) (asks []ask, looks []drawn) {
	for _, t := range tints {
		a := maybe(ref+string(t.basis), inRange("tidemark_figure_best{"+selector+t.matcher()+"}"), prefix+m.basisWord(t.basis))
		asks, looks = append(asks, a), append(looks, drawn{a.ref, how(t)})
	}
	return asks, looks
}

// bars draws figures as bars in the colours of their bases. Grafana takes the
// width of all bars from the first series, which should be the densest: that
// of all figures, which is not visible.
func (m *maker) bars(ref, selector, suffix string) (asks []ask, looks []drawn) {
	asks, looks = m.byBasis(ref, selector, "", func(t tint) []property { return asBars(t.hue, t.opacity) })
	for i := range asks {
		asks[i].legend += suffix
	}
	whole := maybe(ref+"all", inRange("tidemark_figure_best{"+selector+"}"), m.say("全部", "all"))
	unseen := append(asBars("transparent", 0), set("custom.hideFrom", map[string]bool{"viz": false, "legend": true, "tooltip": true}))
	return append([]ask{whole}, asks...), append([]drawn{{whole.ref, unseen}}, looks...)
}

// yearBefore draws the same periods of the year before as points, because a
// line would also be drawn where there are none. Those that were filled in are
// left out.
func (m *maker) yearBefore(selector, suffix string) (asks []ask, looks []drawn) {
	for _, t := range tints {
		if t.basis == derive.Imputes {
			continue
		}
		legend, hue := m.say("上年同期", "year before")+suffix, colorYearAgo
		if t.basis != derive.Published {
			legend, hue = legend+m.say("，", ", ")+m.basisWord(t.basis), faded(colorYearAgo)
		}
		a := maybe("year_ago_"+string(t.basis), inRange("tidemark_figure_compared{"+selector+t.matcher()+"}"), legend)
		asks, looks = append(asks, a), append(looks, drawn{a.ref, asPoints(hue, 5)})
	}
	return asks, looks
}

// ofBases joins an expression for each basis; the answers keep the label.
func ofBases(of func(tint) string, bases ...derive.Basis) string {
	var all []string
	for _, t := range tints {
		for _, b := range bases {
			if t.basis == b {
				all = append(all, of(t))
			}
		}
	}
	return strings.Join(all, " or ")
}

// everyBasis is ofBases for all of them.
func everyBasis(of func(tint) string) string { return ofBases(of, derive.Bases()...) }

// periodNames are the labels with the names of a period, and onCell those by
// which a newest figure finds its period.
const (
	periodNames = "period_en, period_zh"
	onCell      = "indicator, area, category, measure, freq, basis"
)

// withPeriod adds the names of the newest period to the newest figure, or its
// time, of a selector.
func withPeriod(metric, selector, scale string) string {
	return metric + "{" + selector + scale + "} * on (" + onCell + ") group_left (" + periodNames + ") tidemark_figure_newest_info{" + selector + "}"
}

// inTints shows the values of the label basis as words in their colours.
func (m *maker) inTints() property {
	options := map[string]dashboard.ValueMappingResult{}
	for i, t := range tints {
		options[string(t.basis)] = mapping(m.basisWord(t.basis), t.ink, i)
	}
	return mapped([]dashboard.ValueMapping{values(options)})
}

// translated writes the bases in the names of fields as words of the edition.
func (m *maker) translated() (all []dashboard.DataTransformerConfig) {
	for _, t := range tints {
		if word := m.basisWord(t.basis); word != string(t.basis) {
			all = append(all, transformation("renameByRegex", map[string]any{
				"regex": "^(.*)\\b" + string(t.basis) + "$", "renamePattern": "$1" + word}))
		}
	}
	return all
}

// tinted gives every field whose name ends with a basis its colour.
func (m *maker) tinted(t tint) (name string, how []property) {
	return "/" + m.basisWord(t.basis) + "$/", []property{color(t.ink)}
}
