package catalog

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"

	"github.com/tidemark-stats/tidemark/figure"
	"github.com/tidemark-stats/tidemark/internal/lang"
)

// decoder reads a catalogue from YAML nodes rather than into structs. yaml/v3
// was chosen over the other YAML library because its nodes have line and
// column and the text as written: 330200, 1e3 and 2023-01 stay unchanged, and
// every mistake has a position. Decoding does not stop at the first mistake;
// all of them are collected.
type decoder struct {
	file   string
	cat    *Catalog
	errs   Errors
	places map[any]*yaml.Node // the position of each part's code
	late   []func()           // resolves references to indicators that are further down
}

// partKeys lists every key of every part of a catalogue file. The decoder
// accepts these keys and docs/catalog.md explains them.
var partKeys = map[string][]string{
	"catalogue":    {"city", "timezone", "agencies", "areas", "units", "calendars", "holidays", "topics", "indicators", "balances", "targets"},
	"name":         {"zh", "en"},
	"agency":       {"code", "name", "files", "flags", "review"},
	"files":        {"decimal", "thousands", "encoding", "columns"},
	"area":         {"code", "name", "kind", "occasional"},
	"unit":         {"code", "name", "written", "whole"},
	"calendar":     {"code", "name", "source", "monthly", "quarterly", "annual", "dates", "grace_days", "closes"},
	"holiday":      {"from", "to", "name", "work"},
	"release rule": {"months_later", "day", "with_next"},
	"closing":      {"after", "months_later", "day"},
	"topic":        {"code", "name"},
	"indicator": {"code", "name", "topic", "kind", "frequency", "accepts", "unit", "display", "agency", "areas", "measures",
		"categories", "better", "constant_prices", "bounds", "max_jump", "max_growth", "calendar", "quotation", "source", "ratio", "breaks"},
	"break":   {"period", "area", "category", "measure", "note"},
	"bounds":  {"min", "max", "year_max", "areas"},
	"range":   {"min", "max", "year_max"},
	"ratio":   {"numerator", "denominator"},
	"balance": {"left", "operator", "right", "tolerance"},
	"target": {"id", "name", "wording", "source", "kind", "indicator", "area", "category", "measure", "value", "from",
		"by", "base", "base_value", "tolerance", "kept", "per", "record", "each_month", "since"},
	"version": {"day", "value", "wording", "source"},
}

func (d *decoder) errorf(n *yaml.Node, format string, args ...any) {
	d.errs = append(d.errs, &Error{d.file, n.Line, n.Column, fmt.Sprintf(format, args...)})
}

// mapping is a YAML mapping with known keys.
type mapping struct {
	d      *decoder
	node   *yaml.Node
	label  string // its name in messages, e.g. "indicator trade_exports"
	values map[string]*yaml.Node
}

// mapping reads n as the given part of the catalogue. It reports nodes that
// are not mappings, unknown keys and keys given twice; ok is false only if
// there is nothing to read.
func (d *decoder) mapping(n *yaml.Node, part string) (m mapping, ok bool) {
	if n == nil || !d.is(n, yaml.MappingNode, part) {
		return mapping{}, false
	}
	known := partKeys[part]
	m = mapping{d, n, part, make(map[string]*yaml.Node, len(n.Content)/2)}
	d.pairs(n, func(key, value *yaml.Node) {
		if !slices.Contains(known, key.Value) {
			hint := unknownKeyHint(n, key, value, known)
			d.errorf(key, "%s: unknown key %q%s", part, key.Value, hint)
			return
		}
		if value.Tag == "!!null" { // the comment may have been meant as the text
			value.LineComment += key.LineComment
		}
		m.values[key.Value] = value
	})
	return m, true
}

// unknownKeyHint guesses what was meant by an unknown key of a mapping.
func unknownKeyHint(mapping, key, value *yaml.Node, known []string) string {
	if key.Tag == "!!merge" {
		return ", write the keys out"
	}
	if strings.Contains(key.Value, "：") {
		return `, this is a full-width colon; write ": "`
	}
	if name, rest, found := strings.Cut(key.Value, ":"); found && slices.Contains(known, name) {
		return fmt.Sprintf(", a space is missing after the colon; write \"%s: %s\"", name, rest)
	}
	if mapping.Style&yaml.FlowStyle != 0 && value.Tag == "!!null" {
		return ", a text with a comma in it needs quotation marks here"
	}
	return didYouMean(key.Value, known)
}

// pairs calls f for each key and value of a mapping; a key given twice is
// reported and its second value ignored.
func (d *decoder) pairs(n *yaml.Node, f func(key, value *yaml.Node)) {
	first := make(map[string]int, len(n.Content)/2)
	for i := 0; i+1 < len(n.Content); i += 2 {
		key, value := n.Content[i], n.Content[i+1]
		if !d.is(key, yaml.ScalarNode, "key") {
			continue
		}
		if line, twice := first[key.Value]; twice {
			d.errorf(key, "key %q is given twice, first on line %d", key.Value, line)
			continue
		}
		first[key.Value] = key.Line
		f(key, value)
	}
}

// is reports n if it is not of the expected kind.
func (d *decoder) is(n *yaml.Node, want yaml.Kind, what string) bool {
	names := map[yaml.Kind]string{yaml.MappingNode: "a mapping of keys", yaml.SequenceNode: "a list", yaml.ScalarNode: "one value"}
	switch {
	case n.Kind == want:
		return true
	case n.Kind == yaml.AliasNode:
		d.errorf(n, "%s: aliases are not allowed in a catalogue, write the value out", what)
	default:
		d.errorf(n, "%s: must be %s", what, names[want])
	}
	return false
}

// errorf reports a mistake in the value of key, or in the whole mapping if the
// key is missing.
func (m mapping) errorf(key, format string, args ...any) {
	n := m.values[key]
	if n == nil {
		n = m.node
	}
	m.d.errorf(n, m.label+": "+format, args...)
}

// has reports whether the key is present.
func (m mapping) has(key string) bool { return m.values[key] != nil }

// need returns the node of a required key.
func (m mapping) need(key string) *yaml.Node {
	n := m.values[key]
	if n == nil {
		m.errorf(key, "lacks %q", key)
	}
	return n
}

// text is the value of an optional key as written, without surrounding spaces;
// "" if it is absent or was reported as empty.
func (m mapping) text(key string) string {
	n := m.values[key]
	if n == nil || !m.d.is(n, yaml.ScalarNode, m.label+": "+key) {
		return ""
	}
	s := strings.TrimSpace(n.Value)
	if s == "" || n.Tag == "!!null" {
		hint := ""
		if strings.HasPrefix(n.LineComment, "#") && !strings.HasPrefix(n.LineComment, "# ") {
			hint = "; a text that begins with # needs quotation marks around it"
		}
		m.errorf(key, "%s is empty%s", key, hint)
		return ""
	}
	return s
}

// needText is the value of a required key.
func (m mapping) needText(key string) string {
	if m.need(key) == nil {
		return ""
	}
	return m.text(key)
}

// list returns the elements of a key's list.
func (m mapping) list(key string) []*yaml.Node {
	n := m.values[key]
	if n == nil || !m.d.is(n, yaml.SequenceNode, m.label+": "+key) {
		return nil
	}
	if len(n.Content) == 0 {
		m.errorf(key, "%s is an empty list, remove it", key)
	}
	return n.Content
}

// words calls f for each scalar of a key's list, once per distinct word.
func (m mapping) words(key string, f func(n *yaml.Node, word string)) {
	seen := map[string]bool{}
	for _, n := range m.list(key) {
		switch {
		case !m.d.is(n, yaml.ScalarNode, m.label+": "+key):
		case seen[n.Value]:
			m.d.errorf(n, "%s: %s names %q twice", m.label, key, n.Value)
		default:
			seen[n.Value] = true
			f(n, n.Value)
		}
	}
}

// whole is the whole number of a required key, between low and high.
func (m mapping) whole(key string, low, high int) int {
	s := m.needText(key)
	if s == "" {
		return low
	}
	v, err := strconv.Atoi(s)
	if err != nil || v < low || v > high {
		m.errorf(key, "%s %q is not a whole number from %d to %d", key, s, low, high)
		return low
	}
	return v
}

// yes reads an optional key that is true or false.
func (m mapping) yes(key string) bool {
	switch s := m.text(key); s {
	case "true":
		return true
	case "", "false":
	default:
		m.errorf(key, "%s %q is neither true nor false", key, s)
	}
	return false
}

// name reads the mapping of both languages under "name" or another key.
func (m mapping) name(key string) (name lang.Text) {
	n := m.need(key)
	if n == nil {
		return name
	}
	if names, ok := m.d.mapping(n, "name"); ok {
		names.label = m.label + ": " + key
		name = lang.Text{ZH: names.needText("zh"), EN: names.needText("en")}
	}
	return name
}

// period is the value of an optional key, zero if there is none.
func (m mapping) period(key string) figure.Period {
	s := m.text(key)
	if s == "" {
		return figure.Period{}
	}
	p, err := figure.ParsePeriod(s)
	if err != nil {
		m.errorf(key, "%s %s", key, because(err))
	}
	return p
}

// date is the day of a required key.
func (m mapping) date(key string) (day figure.Day, ok bool) {
	s := m.needText(key)
	if s == "" {
		return day, false
	}
	day, ok = figure.ParseDay(s)
	if !ok {
		m.errorf(key, "%s %q is not a date, write it like 2023-10-18", key, s)
	}
	return day, ok
}

// day is the first instant of the day of a required key, in the catalogue's time
// zone.
func (m mapping) day(key string) (at time.Time, ok bool) {
	day, ok := m.date(key)
	return day.Start(m.d.cat.location), ok
}

// quantity is the value of a key: a number and a spelling of unit, like "3500
// 万TEU", in the base unit. A nil unit has been reported elsewhere.
func (m mapping) quantity(key string, unit *Unit) (value figure.Decimal, ok bool) {
	s := m.text(key)
	if s == "" || unit == nil {
		return value, false
	}
	number, written, _ := strings.Cut(s, " ")
	value, err := figure.ParseDecimal(number)
	if err != nil {
		m.errorf(key, "%s %s", key, because(err))
		return value, false
	}
	written = strings.TrimSpace(written)
	if written == "" {
		m.errorf(key, "%s %q lacks its unit, write it like %q", key, s, s+" "+unit.Written[0].Text)
		return value, false
	}
	exp, known := unit.Multiplier(written)
	if !known {
		m.errorf(key, "%s %q: %q is not a spelling of the unit %s%s", key, s, written, unit.Code, didYouMean(written, unit.Spellings()))
		return value, false
	}
	value = value.Shift(exp)
	if longest, kept := value.Kept(); !kept {
		m.errorf(key, "%s %q has more digits than can be kept, write %s %s", key, s, longest.Shift(-exp), written)
		return figure.Decimal{}, false
	}
	return value, true
}

// number is the value of a key that has no unit.
func (m mapping) number(key string) (value figure.Decimal, ok bool) {
	s := m.text(key)
	if s == "" {
		return value, false
	}
	value, err := figure.ParseDecimal(s)
	if err != nil {
		m.errorf(key, "%s %s", key, because(err))
		return value, false
	}
	if longest, kept := value.Kept(); !kept {
		m.errorf(key, "%s %q has more digits than can be kept, write %s", key, s, longest)
		return figure.Decimal{}, false
	}
	return value, true
}

// because writes a figure.Problem without its code, which is about figures and
// not about catalogues.
func because(err error) string {
	var p *figure.Problem
	if errors.As(err, &p) {
		return fmt.Sprintf("%s %s; %s", p.Quoted(), p.Reason, p.Hint)
	}
	return err.Error()
}
