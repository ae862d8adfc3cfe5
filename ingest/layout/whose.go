package layout

import (
	"cmp"
	"slices"
	"strings"

	"github.com/tidemark-stats/tidemark/figure"
	"github.com/tidemark-stats/tidemark/internal/lang"
)

// taken is what the values of a table have from its title, its sheet's name or the
// mapping, for the report.
type taken struct{ indicator, area, period string }

// say tells what was taken.
func (t *taken) say(l *labels) (zh, en string) {
	if ind, ok := l.cat.Indicator(t.indicator); ok {
		zh, en = zh+"，指标"+ind.Name.ZH, en+", the indicator "+ind.Code
	}
	if area, ok := l.cat.Area(t.area); ok {
		zh, en = zh+"，地区"+area.Name.ZH, en+", the area "+area.Code+" ("+area.Name.ZH+")"
	}
	if t.period != "" {
		zh, en = zh+"，时期"+t.period, en+", the period "+t.period
	}
	return strings.TrimPrefix(zh, "，"), strings.TrimPrefix(en, ", ")
}

// outside completes what the row and the column say with what stands above them.
func (b *block) outside(m meaning, section context) meaning {
	for i, wider := range []meaning{section.meaning, b.above} {
		m.unit, m.published = cmp.Or(m.unit, wider.unit), cmp.Or(m.published, wider.published)
		if m.period == "" {
			if m.period = ofLength(wider.period, m.of); i == 1 && m.period != "" {
				b.taken.period = wider.period
			}
		} else if undated(m.period) && wider.period != "" {
			if p, clash := inYear(wider.period, m.period); !clash {
				m.period = p
			}
		}
	}
	return m
}

// item is whose figure a value is: what the row and the column say together. known is
// false when one of them says something that is not in the catalogue.
func (b *block) item(column meaning, row said, section context) (it item, known bool) {
	it = row.item
	one, ok := b.labels.find(column.label)
	if row.unknown || section.part != "" || column.label != "" && !ok {
		return it, false
	}
	it = it.within(one)
	if it.indicator == "" {
		it.indicator = b.indicator
		b.taken.indicator = it.indicator
	}
	if it.indicator == "" { // the rows and columns are areas or periods
		it = it.within(item{indicator: section.indicator})
	}
	titled := false
	if it.indicator == "" && b.above.label != "" {
		one, _ := b.labels.find(b.above.label) // a table of one indicator, named in its title
		titled = it.area == "" && one.area != ""
		it = it.within(one)
		b.taken.indicator = it.indicator
	}
	if it.indicator == "" {
		return it, true
	}
	ind, ok := b.labels.cat.Indicator(it.indicator)
	if !ok {
		return it, true // a namesake, which is asked about
	}
	it.area = b.labels.areaOf(ind, it.area)
	for _, area := range []string{section.area, b.area} {
		if area = b.labels.areaOf(ind, area); it.area == "" && (ind.HasArea(area) || b.labels.namesakes[area] != nil) && (!it.whole || area == b.area) {
			it.area, titled = area, area == b.area
		}
	}
	if titled {
		b.taken.area = it.area
	}
	return it.settled(b.labels.cat), true
}

// strangers are the labels because of which a value is about nothing that is known.
func (b *block) strangers(column meaning, row said, section context) (all []string) {
	if section.part != "" {
		return []string{section.part}
	}
	if row.unknown {
		all = row.strange
	}
	if _, ok := b.labels.find(column.label); !ok && column.label != "" {
		all = append(slices.Clone(all), column.label)
	}
	if name := b.name(column, row); len(all) == 0 && name != "" {
		all = []string{name}
	}
	return all
}

// name is how a table calls what a value is about.
func (b *block) name(column meaning, row said) string {
	switch {
	case row.label == "" && row.unknown:
		return row.raw
	case row.label == "":
		return cmp.Or(column.label, b.above.label, b.grid.Name)
	case column.label == "":
		return row.label
	}
	return row.label + " / " + column.label
}

// measure is the measure of a value.
func (b *block) measure(it item, m meaning) string {
	ends := m.toDate || toDate(m.period)
	ind, ok := b.labels.cat.Indicator(it.indicator)
	if ok && !m.current && !ends && !m.growth && !ind.Publishes(figure.Level) && ind.Publishes(figure.YTD) {
		ends = true
	}
	switch {
	case m.growth && ends:
		return "ytd_yoy"
	case m.growth:
		return "yoy"
	case ends:
		return "ytd"
	}
	return "level"
}

// unit is the unit of a value: percent for growth, and of several units in the title
// the only one in which the indicator is measured.
func (b *block) unit(it item, m meaning, measure string) string {
	if measure == "yoy" || measure == "ytd_yoy" {
		return "%"
	}
	if !strings.Contains(m.unit, several) || b.labels.isUnit(m.unit) {
		return m.unit
	}
	ind, ok := b.labels.cat.Indicator(it.indicator)
	if !ok {
		return ""
	}
	fitting := slices.DeleteFunc(strings.Split(m.unit, several), func(u string) bool { _, ok := ind.Unit.Multiplier(u); return !ok })
	if len(fitting) != 1 {
		return ""
	}
	return fitting[0]
}

// whichArea asks for the area of an indicator that has several.
func (b *block) whichArea(it item, row, column int) *question {
	q := &question{what: "area", text: it.indicator, row: row, column: column, reason: lang.Text{ZH: "该指标有多个统计范围", EN: "is not given, and the indicator is reported for several"}}
	ind, ok := b.labels.cat.Indicator(it.indicator)
	if all := b.labels.namesakes[it.area]; all != nil {
		q.text, q.choices, q.reason = it.area[2:], all, lang.Text{ZH: "有多个地区同名", EN: "is the name of several areas"}
		q.choices = slices.DeleteFunc(slices.Clone(all), func(code string) bool { return !ind.HasArea(code) })
		if len(q.choices) == 0 {
			q.choices = all
		}
	} else if ok {
		q.choices = ind.Areas
	}
	return q
}
