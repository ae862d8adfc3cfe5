package dashboards

import (
	"net/url"
	"slices"
	"unicode"
	"unicode/utf8"

	"github.com/grafana/grafana-foundation-sdk/go/common"
	"github.com/grafana/grafana-foundation-sdk/go/dashboard"
	"github.com/grafana/grafana-foundation-sdk/go/table"
)

// column is a field of a table. A column without a heading is hidden; links
// need such columns.
type column struct {
	field, heading string
	how            []property
}

func shown(field, heading string, how ...property) column { return column{field, heading, how} }

func kept(fields ...string) (all []column) {
	for _, f := range fields {
		all = append(all, column{field: f})
	}
	return all
}

// nothing is the code of a row that says why a table is empty.
const nothing = "nothing"

// orElse returns the expression, or if it is empty one row of 0 with the code
// nothing in some labels. Grafana shows the text of an empty panel only if it has
// one query.
func orElse(expr string, labels ...string) string {
	return "(" + expr + ") or (" + nothingUnless(expr, labels) + ")"
}

// rowUnless returns a query of its own for that row, in a table of several queries.
func rowUnless(unless string, labels ...string) ask {
	return maybe(nothing, nothingUnless(unless, labels), "")
}

func nothingUnless(expr string, labels []string) string {
	row := "vector(0)"
	for _, l := range labels {
		row = `label_replace(` + row + `, "` + l + `", "` + nothing + `", "", "")`
	}
	return row + " unless on () (" + expr + ")"
}

// orNothing shows that code as a text, in a column with mappings of its own or none.
func orNothing(text string, own ...dashboard.ValueMapping) property {
	return mapped(append(own, values(map[string]dashboard.ValueMappingResult{nothing: mapping(text, "", 0)})))
}

// nothingAt shows the value of such a row as a dash.
func nothingAt(value string) dashboard.ValueMapping {
	return values(map[string]dashboard.ValueMappingResult{value: mapping("–", "transparent", 0)})
}

// valueOf is the field with the values of a query, if a panel has several.
func valueOf(ref string) string { return "Value #" + ref }

// valueAlone is that field if a panel has one query.
const valueAlone = "Value"

// list draws a table of the given columns from the results of all queries of
// the panel, joined by the labels they share.
func (m *maker) list(p pane, by string, falling bool, columns ...column) *table.PanelBuilder {
	b := dress(m, table.NewPanelBuilder(), p).ShowHeader(true)
	var names []string
	order := map[string]int{}
	for i, c := range columns {
		names = append(names, c.field)
		order[c.field] = i
	}
	b.WithTransformation(transformation("merge", map[string]any{})).
		WithTransformation(transformation("filterFieldsByName", map[string]any{"include": map[string]any{"names": names}})).
		WithTransformation(sorted(by, falling)).
		WithTransformation(transformation("organize", map[string]any{
			"indexByName": order, "excludeByName": map[string]bool{}, "renameByName": map[string]string{}}))
	breaking := 0
	for _, c := range columns {
		how := append([]property{set("displayName", heading(c.heading)), set("noValue", "–")}, c.how...)
		if long := []string{m.label("name"), m.label("area"), m.label("agency"), m.label("target"), m.row()}; slices.Contains(long, c.field) {
			how = append(how, wrapped())
		}
		if m.in == English {
			how = append(how, set("custom.wrapHeaderText", true))
		}
		if !slices.ContainsFunc(c.how, func(p property) bool { return p.Id == "custom.width" || p.Id == "custom.minWidth" }) {
			how = append(how, wide(usual))
		}
		if c.heading == "" {
			// Grafana 12 calls hidden what it called custom.hidden before.
			how = []property{set("custom.hidden", true), set("custom.hideFrom", map[string]bool{"viz": true, "legend": true, "tooltip": true})}
		}
		if slices.ContainsFunc(how, wraps) {
			breaking++
		}
		b.OverrideByName(c.field, how)
	}
	if m.in == English && breaking > 1 {
		// Grafana measures one text of a row, the one that seems the longest; the
		// others may have two lines.
		b.CellHeight(common.TableCellHeightLg)
	}
	return b
}

// wraps reports whether a setting breaks texts into lines.
func wraps(p property) bool {
	cell, _ := p.Value.(map[string]any)
	return p.Id == "custom.cellOptions" && cell["wrapText"] == true
}

// heading is the text above a column. Grafana applies the settings of a field to
// every other field that is displayed by its name: a column called indicator
// would be hidden with the label indicator, and lose its link. Labels have no
// capitals.
func heading(text string) string {
	first, size := utf8.DecodeRuneInString(text)
	return string(unicode.ToUpper(first)) + text[size:]
}

// usual is the width of a column that does not say its own, in pixels.
const usual = 85

// Display options of columns. One column of each table takes the width that is
// left, and all others have theirs, so that a table fits a small page.
func wide(pixels int) property                     { return set("custom.width", pixels) }
func atLeast(pixels int) property                  { return set("custom.minWidth", pixels) } // and all the width that is left
func decimals(n int) property                      { return set("decimals", n) }
func unit(name string) property                    { return set("unit", name) }
func mapped(all []dashboard.ValueMapping) property { return set("mappings", all) }

// wrapped breaks a text that is wider than its column. Grafana makes a row as high
// as the lines that it counts, and counts only breaks at spaces, hyphens and line
// feeds: the rest of a Chinese text without any would be cut.
func wrapped() property {
	return set("custom.cellOptions", map[string]any{"type": "auto", "wrapText": true})
}

// pixels is a width in each edition.
func (m *maker) pixels(zh, en int) int {
	if m.in == Chinese {
		return zh
	}
	return en
}

// amount is a column of numbers that are written as texts, so that those of a
// unit have the same number of decimals.
func (m *maker) amount(label, heading string, pixels int, how ...property) column {
	return shown(label, heading, append(how, wrapped(), set("custom.align", "right"), wide(pixels))...)
}

// asWithheld shows the text withheld as a word.
func (m *maker) asWithheld() property {
	return mapped([]dashboard.ValueMapping{values(map[string]dashboard.ValueMappingResult{"withheld": mapping(m.say("不公布", "withheld"), "", 0)})})
}

// colored fills the cell with the colour of its mapping.
func colored() property {
	return set("custom.cellOptions", map[string]any{"type": "color-background", "mode": "basic"})
}

// tintedText writes the cell in the colour of its mapping.
func tintedText() property {
	return set("custom.cellOptions", map[string]any{"type": "color-text"})
}

// share shows a fraction from 0 to 1 as a percentage. It is not drawn as a bar,
// because Grafana draws one of 0 % where there is no value.
func share(pixels int) []property {
	return []property{unit("percentunit"), decimals(1), wide(pixels)}
}

// perDay shows a unit per day, 家/d, as people write it.
func (m *maker) perDay() property {
	return mapped([]dashboard.ValueMapping{matching("^(.*)/d$", m.say("$1/日", "$1/day"), "", 0)})
}

// units shows the unit of a row, as people write it. English ones are longer than
// Chinese ones, and break into lines between their words.
func (m *maker) units(pixels int) []property {
	if m.in == Chinese {
		return []property{m.perDay(), wide(pixels)}
	}
	return []property{m.perDay(), wide(max(pixels, englishUnit)), wrapped()}
}

// englishUnit is the width of the longest word of an English unit, in pixels.
const englishUnit = 88

// linked makes a cell a link to a dashboard of this edition; the values of the
// variables are fields of the row. Grafana inserts the displayed text of a
// field into a link, so a label that is displayed as words needs a duplicate;
// see coded. The fields from and to are its time range; see spanOf.
func (m *maker) linked(code, title string, variables ...string) property {
	to := "/d/" + m.in.uid(code)
	for i, name := range variables {
		mark := "&"
		if i == 0 {
			mark = "?"
		}
		field, as := name, "var-"
		if name == "from" || name == "to" {
			as = ""
		}
		if slices.ContainsFunc(words, func(w word) bool { return w.label == name }) || name == "period" {
			field = twin(name)
		}
		to += mark + as + url.QueryEscape(name) + "=${__data.fields." + field + ":percentencode}"
	}
	return set("links", []any{map[string]any{"title": title, "url": to}})
}

// asMinute shows a time to the minute.
const asMinute = "time:YYYY-MM-DD HH:mm"

// asDay shows a time as a day in UTC, the time zone of the dashboards.
const asDay = "time:YYYY-MM-DD"
