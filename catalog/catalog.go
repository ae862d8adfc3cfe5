// Package catalog describes what is measured: the indicators of a city with
// their units, areas, agencies, release calendars and targets, read from one
// strict YAML file. docs/catalog.md explains every key of that file. Another
// city needs another file, not other code.
package catalog

import (
	_ "embed"
	"fmt"
	"os"
	"sync"
	"time"
	_ "time/tzdata" // due dates must not depend on the zones in a container image

	"go.yaml.in/yaml/v3"

	"github.com/tidemark-stats/tidemark/figure"
	"github.com/tidemark-stats/tidemark/internal/lang"
)

// Catalog is the content of a catalogue file, in the order of the file. It is
// immutable once read, so it can be shared.
type Catalog struct {
	City       lang.Text
	Timezone   string // IANA name; release dates are days in it
	Agencies   []*Agency
	Areas      []*Area
	Units      []*Unit
	Calendars  []*Calendar
	Topics     []*Topic
	Indicators []*Indicator
	Targets    []*Target
	Balances   []*Balance

	location   *time.Location
	agencies   map[string]*Agency
	areas      map[string]*Area
	units      map[string]*Unit
	calendars  map[string]*Calendar
	holidays   map[figure.Day]bool // whether people work on it
	topics     map[string]*Topic
	indicators map[string]*Indicator
	balances   map[string][]*partOf // by the indicator of the term
	targets    map[string]*Target
	flags      map[*Agency]figure.Flags // replaces the agencies' own flags, see WithFlags
}

// Agency is a sender of figures (SDMX agency). Its code is the subject token
// to which NATS permissions are bound.
type Agency struct {
	Code  string
	Name  lang.Text
	Flags figure.Flags // meanings of the marks in its files
	Files Files        // format of its files, where the files do not show it
	// Review means that another person than the sender has to approve its figures
	// before they are published.
	Review bool
}

// Files describes how an agency writes what can be written in several ways.
// What is empty has to be recognized in each file.
type Files struct {
	Decimal   string   // the decimal mark: "." or ","
	Thousands string   // the only mark that groups digits: ".", ",", "'", "space" or "none"
	Encoding  string   // its web name: utf-8, gb18030, windows-1252
	Columns   []string // the columns, for files without tidemark's header; "-" is a column to skip
}

// Area is where something is measured (SDMX REF_AREA). Areas are scopes of
// their own and are never added up.
type Area struct {
	Code string
	Name lang.Text
	Kind string // e.g. district; indicators may name all areas of a kind at once
	// Occasional means that its figures are published now and then, or not any
	// more: none is missed when it does not come, unless a target needs it.
	Occasional bool
}

// Topic is a group of indicators that people look at together: every indicator
// belongs to one, and each topic has a dashboard.
type Topic struct {
	Code string
	Name lang.Text
}

// Load reads the catalogue file at path. If the file has mistakes, the error
// is an Errors that lists all of them.
func Load(path string) (*Catalog, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("catalogue: %w", err)
	}
	return Parse(path, data)
}

// Parse reads a catalogue from the content of a file; name is used in messages
// only. If there are mistakes, the error is an Errors that lists all of them.
func Parse(filename string, data []byte) (*Catalog, error) {
	d := &decoder{file: filename, places: map[any]*yaml.Node{}, cat: &Catalog{
		location:   time.UTC,
		agencies:   map[string]*Agency{},
		areas:      map[string]*Area{},
		units:      map[string]*Unit{},
		calendars:  map[string]*Calendar{},
		holidays:   map[figure.Day]bool{},
		topics:     map[string]*Topic{},
		indicators: map[string]*Indicator{},
		balances:   map[string][]*partOf{},
		targets:    map[string]*Target{},
	}}
	if root := d.document(data); root != nil {
		d.catalogue(root)
	}
	if len(d.errs) > 0 {
		return nil, d.errs.inOrder()
	}
	return d.cat, nil
}

//go:embed ningbo.yaml
var ningbo []byte

// Ningbo is the built-in catalogue of Ningbo.
func Ningbo() *Catalog { return builtIn() }

var builtIn = sync.OnceValue(func() *Catalog {
	c, err := Parse("ningbo.yaml", ningbo)
	if err != nil {
		panic("catalog: the built-in catalogue is invalid: " + err.Error()) // a test reads it
	}
	return c
})

// Location is the catalogue's time zone.
func (c *Catalog) Location() *time.Location { return c.location }

// Reviewed reports whether the figures of an agency need the approval of a second
// person. It is false for an agency that the catalogue does not have.
func (c *Catalog) Reviewed(agency string) bool {
	a, ok := c.agencies[agency]
	return ok && a.Review
}

// Area finds an area by its code.
func (c *Catalog) Area(code string) (*Area, bool) { a, ok := c.areas[code]; return a, ok }

// AreaName is the name of an area, or its code if the catalogue does not have it.
func (c *Catalog) AreaName(code string) lang.Text {
	if a, known := c.areas[code]; known {
		return a.Name
	}
	return lang.Text{ZH: code, EN: code}
}

// Indicator finds an indicator by its code.
func (c *Catalog) Indicator(code string) (*Indicator, bool) {
	i, ok := c.indicators[code]
	return i, ok
}

// Target finds a target by its id.
func (c *Catalog) Target(id string) (*Target, bool) { t, ok := c.targets[id]; return t, ok }
