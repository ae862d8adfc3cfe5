package catalog

import (
	"slices"

	"go.yaml.in/yaml/v3"

	"github.com/tidemark-stats/tidemark/figure"
)

// breakOf reads a break in the series of an indicator.
func (d *decoder) breakOf(of mapping, n *yaml.Node, i *Indicator) {
	m, ok := d.mapping(n, "break")
	if !ok {
		return
	}
	m.label = of.label + ": break"
	m.need("period")
	b := Break{Period: m.period("period"), Category: m.text("category"), Note: m.name("note")}
	if m.has("area") {
		if word := m.text("area"); word != "" {
			b.Areas = d.expand(m, m.values["area"], word)
		}
		for _, code := range b.Areas {
			if code == m.text("area") && !i.HasArea(code) {
				m.errorf("area", "area %s does not report this indicator", code)
			}
		}
	}
	if b.Category != "" && len(i.Categories) > 0 && !i.HasCategory(b.Category) {
		m.errorf("category", "category %q is not a category of %s%s", b.Category, i.Code, didYouMean(b.Category, i.Categories))
	}
	if s := m.text("measure"); s != "" {
		measure, err := figure.ParseMeasure(s)
		switch {
		case err != nil:
			m.errorf("measure", "measure %s", because(err))
		case len(i.Measures) > 0 && !slices.Contains(i.Measures, measure):
			m.errorf("measure", "measure %s is not published for %s", measure, i.Code)
		default:
			b.Measures = []figure.Measure{measure}
		}
	}
	i.Breaks = append(i.Breaks, b)
}
