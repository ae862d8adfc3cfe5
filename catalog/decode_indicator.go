package catalog

import (
	"math/big"
	"slices"

	"go.yaml.in/yaml/v3"

	"github.com/tidemark-stats/tidemark/figure"
	"github.com/tidemark-stats/tidemark/internal/lang"
)

func (d *decoder) indicator(n *yaml.Node) {
	m, code := d.open(n, "indicator", "code")
	if code == "" {
		return
	}
	m.token("code", code)
	i := &Indicator{Code: code, Name: m.name("name"), Quotation: m.text("quotation"), Source: m.needText("source"), percent: d.percent(),
		ConstantPrices: m.yes("constant_prices")}
	i.Topic = lookup(m, "topic", d.cat.topics)
	i.Kind = Kind(m.oneOf("kind", kinds))
	i.Frequencies = d.frequencies(m)
	i.Unit = lookup(m, "unit", d.cat.units)
	i.Agency = lookup(m, "agency", d.cat.agencies)
	i.Areas = d.areasOf(m)
	i.Measures = d.measures(m)
	i.Categories = d.categories(m)
	if m.has("calendar") {
		i.Calendar = lookup(m, "calendar", d.cat.calendars)
	}
	i.LowerIsBetter = i.Kind == Rank
	if m.has("better") {
		i.LowerIsBetter = m.oneOf("better", []string{"higher", "lower"}) == "lower"
	}
	d.display(m, i)
	d.limits(m, i)
	d.ratio(m, i)
	for _, n := range m.list("breaks") {
		d.breakOf(m, n, i)
	}
	if keep(m, "code", d.cat.indicators, code, i) {
		d.cat.Indicators = append(d.cat.Indicators, i)
	}
}

// oneOf returns the value of a key that must be one of the known words, or ""
// after reporting that it is not.
func (m mapping) oneOf(key string, known []string) string {
	s := m.needText(key)
	if s != "" && !slices.Contains(known, s) {
		m.errorf(key, "%s %q is unknown%s", key, s, didYouMean(s, known))
		return ""
	}
	return s
}

func (d *decoder) frequencies(m mapping) []figure.Frequency {
	all := []figure.Frequency{figure.Monthly}
	if s := m.needText("frequency"); s != "" {
		f, err := figure.ParseFrequency(s)
		if err != nil {
			m.errorf("frequency", "frequency %s", because(err))
			return all
		}
		all[0] = f
	}
	m.words("accepts", func(n *yaml.Node, word string) {
		f, err := figure.ParseFrequency(word)
		switch {
		case err != nil:
			d.errorf(n, "%s: accepts %s", m.label, because(err))
		case f.PerYear() >= all[0].PerYear():
			d.errorf(n, "%s: accepts %s, which is not longer than its own frequency %s", m.label, f, all[0])
		default:
			all = append(all, f)
		}
	})
	return all
}

// areasOf reads area codes and kinds of areas, expands the kinds, and returns
// the codes in the order of the catalogue.
func (d *decoder) areasOf(m mapping) (codes []string) {
	m.need("areas")
	named := map[string]bool{}
	m.words("areas", func(n *yaml.Node, word string) {
		for _, code := range d.expand(m, n, word) {
			named[code] = true
		}
	})
	for _, a := range d.cat.Areas {
		if named[a.Code] {
			codes = append(codes, a.Code)
		}
	}
	return codes
}

// expand returns the area with that code or all areas of that kind.
func (d *decoder) expand(m mapping, n *yaml.Node, word string) (codes []string) {
	var known []string
	for _, a := range d.cat.Areas {
		if a.Code == word || a.Kind == word {
			codes = append(codes, a.Code)
		}
		known = append(known, a.Code, a.Kind)
	}
	if len(codes) == 0 {
		slices.Sort(known)
		d.errorf(n, "%s: area %q is unknown%s", m.label, word, didYouMean(word, slices.Compact(known)))
	}
	return codes
}

func (d *decoder) measures(m mapping) (all []figure.Measure) {
	m.need("measures")
	m.words("measures", func(n *yaml.Node, word string) {
		measure, err := figure.ParseMeasure(word)
		if err != nil {
			d.errorf(n, "%s: measures %s", m.label, because(err))
			return
		}
		all = append(all, measure)
	})
	return all
}

func (d *decoder) categories(m mapping) (codes []string) {
	if !m.has("categories") {
		return []string{figure.Total}
	}
	m.words("categories", func(n *yaml.Node, word string) {
		if !figure.IsCode(word) {
			d.errorf(n, "%s: category %q must be made of letters, digits, _ and -", m.label, word)
		}
		codes = append(codes, word)
	})
	if !slices.Contains(codes, figure.Total) && !slices.Contains(codes, AnyCategory) {
		codes = append(codes, figure.Total)
	}
	return codes
}

// display reads the display unit: one spelling, or one for each language. One
// spelling that is not English gets the nearest English one beside it.
func (d *decoder) display(m mapping, i *Indicator) {
	n := m.need("display")
	if n == nil {
		return
	}
	if n.Kind == yaml.MappingNode {
		both := m.name("display")
		i.Display, i.DisplayEN = both.ZH, both.EN
	} else {
		i.Display = m.text("display")
	}
	if i.Unit == nil || i.Display == "" {
		return
	}
	power, ok := m.spelled(i.Unit, i.Display)
	switch {
	case !ok:
	case i.DisplayEN != "":
		m.spelled(i.Unit, i.DisplayEN)
	case english(i.Display):
		i.DisplayEN = i.Display
	default:
		i.DisplayEN = i.Unit.English(power).Text
	}
}

// spelled reports a display unit that is not a spelling of the unit.
func (m mapping) spelled(unit *Unit, display string) (power int, ok bool) {
	power, ok = unit.Multiplier(display)
	if !ok {
		m.errorf("display", "display %q is not a spelling of the unit %s%s", display, unit.Code,
			didYouMean(display, unit.Spellings()))
	}
	return power, ok
}

// limits reads the plausible bounds. They are required for every indicator
// that can be sent: default bounds would catch no misprint.
func (d *decoder) limits(m mapping, i *Indicator) {
	level, growth := false, false
	for _, measure := range i.Measures {
		level = level || !measure.Growth()
		growth = growth || measure.Growth()
	}
	if len(i.Measures) == 0 {
		return // already reported; nothing below makes sense without them
	}
	sent := i.Kind != Ratio
	one := figure.NewDecimal(1, 0)
	if d.wanted(m, "max_jump", sent && level) {
		var ok bool
		if i.MaxJump, ok = m.number("max_jump"); ok && i.MaxJump.Cmp(one) <= 0 {
			m.errorf("max_jump", "max_jump %s must be above 1", i.MaxJump)
		}
	}
	if d.wanted(m, "max_growth", sent && growth) {
		var ok bool
		if i.MaxGrowth, ok = m.quantity("max_growth", i.percent); ok && i.MaxGrowth.Sign() <= 0 {
			m.errorf("max_growth", "max_growth %s must be above zero", m.text("max_growth"))
		}
		i.growth = growthRange(i.MaxGrowth)
	}
	if i.Kind == Ratio {
		d.wanted(m, "bounds", false)
		return
	}
	i.bounds = make(map[string]bounds, len(i.Areas))
	for _, area := range i.Areas {
		i.bounds[area] = bounds{}
	}
	if d.wanted(m, "bounds", level) {
		d.bounds(m, i)
	}
}

// wanted reports a key that is missing but required, or present but not
// allowed; it returns true if the key is to be read.
func (d *decoder) wanted(m mapping, key string, needed bool) bool {
	switch {
	case needed && !m.has(key):
		m.errorf(key, "lacks %q", key)
	case !needed && m.has(key):
		m.errorf(key, "%s is not allowed here, remove it", key)
	}
	return needed && m.has(key)
}

// percent is the unit of growth: as the catalogue spells it, or just %.
func (d *decoder) percent() *Unit {
	if u := d.cat.units[PercentUnit]; u != nil {
		return u
	}
	u := &Unit{Code: PercentUnit, Name: lang.Text{ZH: "百分比", EN: "percent"}, powers: map[string]int{}}
	u.spell(PercentUnit, 0)
	return u
}

// growthRange is most in both directions, except that nothing shrinks by more
// than 100 %.
func growthRange(most figure.Decimal) Range {
	low := figure.NewDecimal(-100, 0)
	if down, ok := times(most, -1); ok && down.Cmp(low) > 0 {
		low = down
	}
	return Range{low, most}
}

// bounds reads the bounds for all areas and the ones that replace them, first
// by kind of area, then by area.
func (d *decoder) bounds(m mapping, i *Indicator) {
	all, ok := d.mapping(m.values["bounds"], "bounds")
	if !ok {
		return
	}
	all.label = m.label + ": bounds"
	general := d.readRange(all, i)
	for area := range i.bounds {
		i.bounds[area] = general
	}
	exact := map[string]bool{}
	byArea := all.values["areas"]
	if byArea == nil || !d.is(byArea, yaml.MappingNode, all.label+": areas") {
		return
	}
	d.pairs(byArea, func(key, value *yaml.Node) {
		one, ok := d.mapping(value, "range")
		if !ok {
			return
		}
		one.label = all.label + ": " + key.Value
		b := d.readRange(one, i)
		codes := d.expand(all, key, key.Value)
		for _, code := range codes {
			itself := code == key.Value
			if !i.HasArea(code) {
				if itself {
					d.errorf(key, "%s: %s does not report this indicator", all.label, code)
				}
				continue
			}
			if itself || !exact[code] {
				i.bounds[code] = b
			}
			exact[code] = exact[code] || itself
		}
	})
}

func (d *decoder) readRange(m mapping, i *Indicator) (b bounds) {
	m.need("min")
	m.need("max")
	low, okMin := m.quantity("min", i.Unit)
	high, okMax := m.quantity("max", i.Unit)
	if okMin && okMax && low.Cmp(high) > 0 {
		m.errorf("min", "min %s is above max %s", m.text("min"), m.text("max"))
	}
	if i.Kind != Flow && i.Kind != "" {
		if m.has("year_max") {
			m.errorf("year_max", "year_max is not allowed for %s, remove it", i.Kind.article())
		}
		own := Range{low, high}
		return bounds{month: own, quarter: own, year: own, toDate: own}
	}
	b = flowBounds(m, Range{low, high}, i.Frequency().PerYear())
	if year, ok := m.quantity("year_max", i.Unit); ok {
		if year.Cmp(high) < 0 {
			m.errorf("year_max", "year_max %s is below max %s", m.text("year_max"), m.text("max"))
		}
		b.year.Max, b.toDate.Max = year, year
	}
	return b
}

// flowBounds derives the bounds of longer periods from those of one period, of
// which a year has perYear.
func flowBounds(m mapping, own Range, perYear int) bounds {
	longer := func(periods int) Range {
		low, okMin := times(own.Min, periods)
		high, okMax := times(own.Max, periods)
		if !okMin || !okMax {
			m.errorf("max", "the bounds of a year are too large to be figures")
		}
		return Range{low, high}
	}
	year := longer(perYear)
	return bounds{
		month:   own,
		quarter: longer(max(perYear/4, 1)),
		year:    year,
		toDate:  Range{own.Min, year.Max},
	}
}

// ratio resolves the parts once all indicators are known.
func (d *decoder) ratio(m mapping, i *Indicator) {
	if !d.wanted(m, "ratio", i.Kind == Ratio) {
		return
	}
	r, ok := d.mapping(m.values["ratio"], "ratio")
	if !ok {
		return
	}
	r.label = m.label + ": ratio"
	d.late = append(d.late, func() {
		i.Ratio = &Parts{d.part(r, "numerator"), d.part(r, "denominator")}
	})
}

func (d *decoder) part(r mapping, key string) *Indicator {
	part := lookup(r, key, d.cat.indicators)
	if part != nil && part.Kind == Ratio {
		r.errorf(key, "%s %s is itself a ratio", key, part.Code)
	}
	return part
}

// times is v × n, exactly; ok is false if that is too large for a Decimal.
func times(v figure.Decimal, n int) (product figure.Decimal, ok bool) {
	r, ok := new(big.Rat).SetString(v.String())
	if !ok {
		return v, false
	}
	r.Mul(r, new(big.Rat).SetInt64(int64(n)))
	const places = 40 // as many as a Decimal can have
	product, err := figure.ParseDecimal(r.FloatString(places))
	return product, err == nil
}
