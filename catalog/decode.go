package catalog

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"
	"golang.org/x/text/encoding/htmlindex"

	"github.com/tidemark-stats/tidemark/figure"
)

// catalogue reads the whole file. Sections are read in the order in which they
// refer to each other, which need not be their order in the file.
func (d *decoder) catalogue(root *yaml.Node) {
	m, ok := d.mapping(root, "catalogue")
	if !ok {
		return
	}
	d.cat.City = m.name("city")
	d.timezone(m)
	for _, section := range []struct {
		key  string
		read func(*yaml.Node)
	}{
		{"agencies", d.agency},
		{"areas", d.area},
		{"units", d.unit},
		{"calendars", d.calendar},
		{"holidays", d.holiday},
		{"topics", d.topic},
		{"indicators", d.indicator},
		{"balances", d.balance},
		{"targets", d.target},
	} {
		if optional := []string{"calendars", "holidays", "balances", "targets"}; !slices.Contains(optional, section.key) {
			m.need(section.key)
		}
		for _, n := range m.list(section.key) {
			section.read(n)
		}
		if section.key == "indicators" {
			for _, check := range d.late {
				check()
			}
		}
	}
	d.conflicts()
}

func (d *decoder) timezone(m mapping) {
	zone := m.needText("timezone")
	if zone == "" {
		return
	}
	loc, err := time.LoadLocation(zone)
	if err != nil || zone == "Local" {
		m.errorf("timezone", "timezone %q is unknown, write an IANA name like Asia/Shanghai", zone)
		return
	}
	d.cat.Timezone, d.cat.location = zone, loc
}

// open begins a part that has a code of its own. It returns an empty code,
// after reporting why, if nothing of the part can be read.
func (d *decoder) open(n *yaml.Node, part, key string) (m mapping, code string) {
	m, ok := d.mapping(n, part)
	if !ok {
		return m, ""
	}
	code = m.needText(key)
	if code != "" {
		m.label = part + " " + printable(code)
	}
	return m, code
}

// printable is s itself unless it would garble a terminal.
func printable(s string) string {
	if quoted := strconv.Quote(s); quoted != `"`+s+`"` {
		return quoted
	}
	return s
}

// keep adds a part under its code, unless the code is taken.
func keep[T comparable](m mapping, key string, taken map[string]T, code string, part T) bool {
	if _, again := taken[code]; again {
		m.errorf(key, "the %s is given twice", key)
		return false
	}
	taken[code] = part
	m.d.places[part] = m.values[key]
	return true
}

// token reports a code that cannot be a token of a NATS subject or a label.
func (m mapping) token(key, code string) {
	if !figure.IsCode(code) {
		m.errorf(key, "%s %q must be made of letters, digits, _ and -", key, code)
	}
}

func (d *decoder) agency(n *yaml.Node) {
	m, code := d.open(n, "agency", "code")
	if code == "" {
		return
	}
	m.token("code", code)
	a := &Agency{Code: code, Name: m.name("name"), Files: m.files(), Review: m.yes("review")}
	if flags := m.values["flags"]; flags != nil {
		a.Flags = d.flags(flags, m.label+": flags")
	}
	if keep(m, "code", d.cat.agencies, code, a) {
		d.cat.Agencies = append(d.cat.Agencies, a)
	}
}

// files reads how an agency writes its files.
func (m mapping) files() (f Files) {
	if !m.has("files") {
		return f
	}
	n, ok := m.d.mapping(m.values["files"], "files")
	if !ok {
		return f
	}
	n.label = m.label + ": files"
	if n.has("decimal") {
		f.Decimal = n.oneOf("decimal", []string{".", ","})
	}
	if n.has("thousands") {
		f.Thousands = n.oneOf("thousands", []string{".", ",", "'", "space", "none"})
	}
	if f.Decimal != "" && f.Decimal == f.Thousands {
		n.errorf("thousands", "%q cannot mark both decimals and thousands", f.Decimal)
	}
	if f.Encoding = n.text("encoding"); f.Encoding != "" {
		if _, err := htmlindex.Get(f.Encoding); err != nil {
			n.errorf("encoding", "encoding %q is unknown, write one like utf-8, gb18030, big5, shift_jis, euc-kr, windows-1252", f.Encoding)
		}
	}
	for _, column := range n.list("columns") {
		if m.d.is(column, yaml.ScalarNode, n.label+": columns") {
			f.Columns = append(f.Columns, column.Value)
		}
	}
	return f
}

func (d *decoder) topic(n *yaml.Node) {
	m, code := d.open(n, "topic", "code")
	if code == "" {
		return
	}
	m.dashboard(code)
	t := &Topic{Code: code, Name: m.name("name")}
	if keep(m, "code", d.cat.topics, code, t) {
		d.cat.Topics = append(d.cat.Topics, t)
	}
}

// dashboards lists the codes that a topic cannot have, because other
// dashboards use them.
var dashboards = []string{"overview", "indicator", "revisions", "record", "pipeline"}

// dashboard reports a topic's code that does not fit into a Grafana uid:
// tidemark- and the code, with -en after it in the English edition, at most 40
// ASCII letters.
func (m mapping) dashboard(code string) {
	const longest = 40 - len("tidemark-") - len("-en")
	odd := func(r rune) bool {
		return (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && (r < '0' || r > '9') && r != '_' && r != '-'
	}
	switch {
	case strings.ContainsFunc(code, odd) || len(code) > longest:
		m.errorf("code", "code %q must be made of at most %d letters a to z, digits, _ and -, because it is part of a link", code, longest)
	case slices.Contains(dashboards, code):
		m.errorf("code", "code %q is already a dashboard, choose another one", code)
	case strings.HasSuffix(code, "-en"):
		m.errorf("code", "code %q must not end in -en, which marks the English edition of a dashboard", code)
	}
}

func (d *decoder) area(n *yaml.Node) {
	m, code := d.open(n, "area", "code")
	if code == "" {
		return
	}
	m.token("code", code)
	a := &Area{Code: code, Name: m.name("name"), Kind: m.needText("kind"), Occasional: m.yes("occasional")}
	if keep(m, "code", d.cat.areas, code, a) {
		d.cat.Areas = append(d.cat.Areas, a)
	}
}
