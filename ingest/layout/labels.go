package layout

import (
	"cmp"
	"maps"
	"slices"
	"strings"

	"golang.org/x/text/unicode/norm"

	"github.com/tidemark-stats/tidemark/catalog"
)

// item is whose figures a label announces. Empty codes are not said by it.
type item struct {
	indicator, area, category string
	whole                     bool // of the whole city or country, so that no heading of rows gives the area
}

func (i item) empty() bool { return i == item{} }

// labels finds the catalogue's indicators and areas by their names.
type labels struct {
	cat        *catalog.Catalog
	indicators map[string]*catalog.Indicator // by every name
	areas      map[string]string             // codes by every name, or a namesake
	namesakes  map[string][]string           // codes of several areas or indicators, by the namesake
	order      []string                      // names of areas, the longest first
	names      []string                      // names of indicators and labels of the mapping in lower case, the longest first
	units      map[string]bool
	found      map[string]found // by label
	own        map[string]Meant // what the sender's mapping says, by key
}

func newLabels(cat *catalog.Catalog, own map[string]Meant) *labels {
	l := &labels{cat: cat, indicators: map[string]*catalog.Indicator{}, areas: map[string]string{}, namesakes: map[string][]string{}, units: map[string]bool{"%": true, "％": true}, own: map[string]Meant{}, found: map[string]found{}}
	for _, i := range cat.Indicators {
		for _, name := range []string{i.Code, i.Name.ZH, i.Name.EN} {
			l.indicators[key(name)] = i
			l.share("i", key(name), i.Code)
		}
	}
	for _, a := range cat.Areas {
		for _, name := range []string{a.Code, a.Name.ZH, a.Name.EN} {
			l.areas[key(name)] = l.share("a", key(name), a.Code)
			l.order = append(l.order, key(name))
		}
	}
	for label := range own {
		_, own, under := strings.Cut(label, " / ")
		if !under {
			own = label
		}
		l.names = append(l.names, lower(own))
	}
	for _, i := range cat.Indicators {
		l.names = append(l.names, lower(i.Code), lower(i.Name.ZH), lower(i.Name.EN))
	}
	longest := func(a, b string) int { return cmp.Or(len(b)-len(a), strings.Compare(a, b)) }
	l.names = slices.DeleteFunc(l.names, func(name string) bool { return strings.TrimSpace(name) == "" })
	l.order = slices.DeleteFunc(l.order, func(name string) bool { return name == "" })
	slices.SortFunc(l.order, longest)
	slices.SortFunc(l.names, longest)
	for _, u := range cat.Units {
		for _, s := range u.Spellings() {
			l.units[key(s)] = true
		}
	}
	for label, meant := range own {
		l.own[key(label)] = meant
	}
	for _, label := range slices.Sorted(maps.Keys(own)) {
		if as := l.asRead(label); as != "" && !l.has(as) {
			l.own[key(as)] = own[label]
		}
	}
	return l
}

// asRead is a label of the mapping, which may be written as in the table, as the table
// is read: without its unit and numbering.
func (l *labels) asRead(label string) string {
	parts := strings.Split(label, " / ")
	for i, p := range parts {
		parts[i] = l.read(p).label
	}
	return strings.Trim(strings.Join(parts, " / "), " /")
}

// key is a label in the form in which labels are compared: compatible characters
// (NFKC), lower case, without spaces between Chinese characters and underscores.
func key(s string) string {
	s = strings.ToLower(norm.NFKC.String(s))
	s = strings.Map(func(r rune) rune {
		if r == '_' || r == '\u200b' || r == '\ufeff' {
			return ' '
		}
		return r
	}, s)
	fields := strings.Fields(s)
	if strings.ContainsFunc(s, func(r rune) bool { return r >= 0x2e80 }) {
		return strings.Join(fields, "")
	}
	return strings.Join(fields, " ")
}

// has reports whether the mapping says what a label means.
func (l *labels) has(label string) bool {
	_, ok := l.own[key(label)]
	return ok
}

func (l *labels) isUnit(s string) bool { return l.units[key(s)] }

// found is what find returned.
type found struct {
	item
	ok bool
}

// maxFound is the number of labels that are remembered, more than a sheet has columns.
const maxFound = 20_000

// find returns what a label announces, and remembers it: a label of a column comes with
// every value below it.
func (l *labels) find(label string) (it item, ok bool) {
	if f, again := l.found[label]; again {
		return f.item, f.ok
	}
	it, ok = l.search(label)
	if len(l.found) < maxFound {
		l.found[label] = found{it, ok}
	}
	return it, ok
}

// share notes that an area or an indicator has a name, and returns its code, or a
// namesake when the name is that of several.
func (l *labels) share(kind, name, code string) string {
	namesake := "?" + kind + name
	if all := l.namesakes[namesake]; !slices.Contains(all, code) {
		l.namesakes[namesake] = append(all, code)
	}
	return l.code(kind, name, code)
}

// code returns the code of the only area or indicator with a name, or its namesake.
func (l *labels) code(kind, name, code string) string {
	if namesake := "?" + kind + name; len(l.namesakes[namesake]) > 1 {
		return namesake
	}
	return code
}

// areaOf returns the area that an indicator has of those with one name. Any other code
// is returned as it is.
func (l *labels) areaOf(ind *catalog.Indicator, code string) string {
	only := code
	for _, c := range l.namesakes[code] {
		switch {
		case ind == nil || !ind.HasArea(c):
		case only != code:
			return code // several
		default:
			only = c
		}
	}
	return only
}

// search returns what a label announces. A label may have the name of an area before
// or after that of an indicator.
func (l *labels) search(label string) (it item, ok bool) {
	k := key(label)
	if k == "" {
		return it, false
	}
	if m, ok := l.own[k]; ok && (m.Indicator != "" || m.Area != "" || m.Category != "") {
		return item{indicator: m.Indicator, area: m.Area, category: m.Category}, true
	}
	if i := l.indicators[k]; i != nil {
		return item{indicator: l.code("i", k, i.Code)}, true
	}
	if code, ok := l.areas[k]; ok {
		return item{area: code}, true
	}
	for _, name := range l.order {
		rest, cut := strings.CutPrefix(k, name)
		if !cut {
			rest, cut = strings.CutSuffix(k, name)
		}
		rest = strings.TrimSuffix(strings.Trim(rest, " 的,，:：-—"), " of")
		if i := l.indicators[rest]; cut && i != nil {
			return item{indicator: l.code("i", rest, i.Code), area: l.areas[name]}, true
		}
	}
	for _, noise := range []string{"全市", "全省", "全国", "总计", "合计", "total"} {
		if rest := strings.Trim(strings.TrimSuffix(strings.TrimPrefix(k, noise), noise), " "); rest != k && rest != "" {
			it, ok = l.search(rest)
			it.whole = true
			return it, ok
		}
	}
	return it, false
}

// areaIn returns the only area that a text names, the longest name at a place
// counting; "" when it names none or several.
func (l *labels) areaIn(text string) (code string) {
	k := key(text)
	for _, name := range l.order {
		if len(name) < 4 || !strings.Contains(k, name) {
			continue
		}
		if code != "" && code != l.areas[name] {
			return ""
		}
		code = l.areas[name]
		k = strings.ReplaceAll(k, name, " ")
	}
	return code
}

// cut takes the longest name of an indicator, or label of the mapping, out of a text
// that has one, so that no word in it is taken for another.
func (l *labels) cut(s string) (name, rest string) {
	low := lower(s)
	for _, n := range l.names {
		if i := wordIndex(low, n); i >= 0 {
			return s[i : i+len(n)], s[:i] + " " + s[i+len(n):]
		}
	}
	return "", s
}

// within adds what a wider text says about an item.
func (i item) within(wider item) item {
	if i.indicator == "" {
		i.indicator = wider.indicator
	}
	if i.area == "" {
		i.area = wider.area
	}
	if i.category == "" {
		i.category = wider.category
	}
	i.whole = i.whole || wider.whole
	return i
}

// against reports whether two texts name different indicators, areas or categories.
func (l *labels) against(i, other item) bool {
	differ := func(a, b string) bool {
		return a != "" && b != "" && a != b && !slices.Contains(l.namesakes[a], b) && !slices.Contains(l.namesakes[b], a)
	}
	return differ(i.indicator, other.indicator) || differ(i.area, other.area) || differ(i.category, other.category)
}

// settled completes an item with the area, when the indicator has only one.
func (i item) settled(cat *catalog.Catalog) item {
	if ind, ok := cat.Indicator(i.indicator); ok && i.area == "" && len(ind.Areas) == 1 {
		i.area = ind.Areas[0]
	}
	return i
}
