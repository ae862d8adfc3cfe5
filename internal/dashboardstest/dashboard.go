package dashboardstest

import (
	"encoding/json"
	"slices"
	"strings"

	"github.com/tidemark-stats/tidemark/dashboards"
)

// Dashboard is what one dashboard shows and queries, read from its JSON as
// Grafana reads it.
type Dashboard struct {
	UID, Title, Timezone string
	Ranges               []Range // that can be chosen by name
	From, To             string  // the initial time range, in Grafana's notation: now-9y/y
	Variables            []Variable
	Annotations          []Query
	Panels               []Panel // without row headings
	Headings             []string
	Links                []string
}

// Range is a time range with a name.
type Range struct{ Display, From, To string }

// Panel is one panel.
type Panel struct {
	ID                       int
	Type, Title, Description string
	// Repeat is the variable for whose values the panel, or the row it is in,
	// is repeated. If the variable has no value, the panel is shown once,
	// without one.
	Repeat      string
	Folded      bool   // it is in a row that is folded at first
	Width       int    // of 24
	EmptyIsGood bool   // its description says so
	NoValue     string // its text if there is no data
	Queries     []Query
	// Columns are the fields of a table that are kept of the joined query
	// results.
	Columns         []string
	Transformations []Transformation
	Fields          []Field
	Links           []string // targets of the links in its cells and series
	Defaults        Defaults // the settings of all fields
	// HoverProximity is how far from the cursor a value may be that a tooltip
	// shows, in pixels; nil for any distance.
	HoverProximity *float64
	// Text are the sizes of the texts of a tile, in pixels; 0 is that which fits.
	Text struct{ TitleSize, ValueSize float64 }
	Wide bool // a tile has its name beside its value where it is wide
}

// Field is how a panel shows a field, or the results of a query.
type Field struct {
	Matcher string // what Name is: byName, byRegexp, byFrameRefID
	Name    string
	Display string // the name that is displayed instead
	Hidden  bool
	Mapped  bool // values are displayed as other texts
	Links   []string
	Set     map[string]any // every setting by its id
}

// Draws reports whether the field is drawn as bars, points or a line.
func (f Field) Draws(style string) bool { return f.Set["custom.drawStyle"] == style }

// Bars reports whether any series of the panel is drawn as bars.
func (p Panel) Bars() bool {
	return p.Defaults.Custom["drawStyle"] == "bars" || slices.ContainsFunc(p.Fields, func(f Field) bool { return f.Draws("bars") })
}

// Follow are the links that people can follow: those of columns that Grafana
// shows. It hides a column if an override that hides names its field, or the
// name by which it is displayed.
func (p Panel) Follow() (all []string) {
	for _, f := range p.Fields {
		covered := slices.ContainsFunc(p.Fields, func(o Field) bool { return o.Hidden && (o.Name == f.Name || o.Name == f.Display) })
		if !covered {
			all = append(all, f.Links...)
		}
	}
	return all
}

// Defaults are the settings of all fields of a panel.
type Defaults struct {
	NoValue, Unit string
	Decimals      *float64
	Custom        map[string]any
}

// Query is one query of a data source.
type Query struct {
	Ref      string
	Expr     string // PromQL with variables
	Source   string // uid of the data source: History or Scraped
	Legend   string
	Instant  bool // evaluated at the end of the time range, otherwise over it
	Table    bool // result format is a table
	Optional bool // may return nothing while the panel's other queries return something
	Step     string
}

// Parse reads the JSON of a dashboard.
func Parse(data []byte) (*Dashboard, error) {
	var raw rawDashboard
	if err := json.Unmarshal(data, &raw); err != nil {
		return nil, err
	}
	s := &Dashboard{UID: raw.UID, Title: raw.Title, Timezone: raw.Timezone, From: raw.Time.From, To: raw.Time.To, Ranges: raw.Timepicker.Ranges}
	for _, l := range raw.Links {
		if l.URL != "" {
			s.Links = append(s.Links, l.URL)
		}
	}
	for _, v := range raw.Templating.List {
		s.Variables = append(s.Variables, v.variable())
	}
	for _, a := range raw.Annotations.List {
		s.Annotations = append(s.Annotations, Query{Ref: a.Name, Expr: a.Expr, Source: a.Datasource.UID, Step: a.Step})
	}
	repeat := "" // of the row to which the following panels belong
	for _, p := range raw.Panels {
		if p.Type == "row" {
			repeat, s.Headings = p.Repeat, append(s.Headings, p.Title)
			for _, inside := range p.Panels { // of a row that is folded
				one := inside.panel(repeat)
				one.Folded = true
				s.Panels = append(s.Panels, one)
			}
			continue
		}
		s.Panels = append(s.Panels, p.panel(repeat))
	}
	return s, nil
}

// Variable is a query variable of a dashboard. Its query may contain variables
// defined before it.
type Variable struct {
	Name, Label string
	Query       string // in Grafana's notation: query_result(…) or label_values(…)
	Regex       string // extracts value and text from a row; may be empty
	Source      string // uid of the data source
	Multi       bool   // several values can be selected
	Hidden      bool
	Current     []string // the initial selection; $__all is everything
	Sort        int      // by text: 1 ascending, 2 descending; 0 in the order of the result
}

type rawDashboard struct {
	UID, Title, Timezone string
	Time                 struct{ From, To string }
	Timepicker           struct {
		Ranges []Range `json:"quick_ranges"`
	}
	Panels      []rawPanel
	Templating  struct{ List []rawVariable }
	Annotations struct{ List []rawAnnotation }
	Links       []rawLink
}

type rawLink struct{ URL string }

type rawSource struct{ UID string }

type rawAnnotation struct {
	Name, Expr, Step string
	Datasource       rawSource
}

type rawPanel struct {
	ID                               int
	Type, Title, Description, Repeat string
	GridPos                          struct{ W int }
	Panels                           []rawPanel // of a row
	Targets                          []struct {
		RefID, Expr, Format, LegendFormat, Interval string
		Instant                                     bool
		Datasource                                  rawSource
	}
	FieldConfig struct {
		Defaults  Defaults
		Overrides []rawOverride
	}
	Transformations []Transformation
	Options         struct {
		Tooltip    struct{ HoverProximity *float64 }
		Text       struct{ TitleSize, ValueSize float64 }
		WideLayout bool
	}
}

type rawOverride struct {
	Matcher struct {
		ID      string
		Options json.RawMessage
	}
	Properties []struct {
		ID    string
		Value json.RawMessage
	}
}

func (o rawOverride) field() (f Field) {
	_ = json.Unmarshal(o.Matcher.Options, &f.Name) // other matchers do not name a field
	f.Matcher, f.Set = o.Matcher.ID, map[string]any{}
	for _, property := range o.Properties {
		var value any
		_ = json.Unmarshal(property.Value, &value) // the whole has been decoded
		f.Set[property.ID] = value
		var links []rawLink
		if property.ID == "links" && json.Unmarshal(property.Value, &links) == nil {
			for _, l := range links {
				f.Links = append(f.Links, l.URL)
			}
		}
		f.Mapped = f.Mapped || property.ID == "mappings"
	}
	f.Display, _ = f.Set["displayName"].(string)
	f.Hidden = f.Set["custom.hidden"] == true || f.Set["custom.hideFrom"] != nil && f.Set["custom.hideFrom"].(map[string]any)["viz"] == true
	return f
}

func (p rawPanel) panel(repeat string) Panel {
	to := Panel{ID: p.ID, Type: p.Type, Title: p.Title, Description: p.Description, Repeat: repeat, NoValue: p.FieldConfig.Defaults.NoValue, Defaults: p.FieldConfig.Defaults, Width: p.GridPos.W,
		Transformations: p.Transformations, HoverProximity: p.Options.Tooltip.HoverProximity,
		Text: p.Options.Text, Wide: p.Options.WideLayout}
	if p.Repeat != "" {
		to.Repeat = p.Repeat
	}
	for _, e := range dashboards.Editions() {
		to.EmptyIsGood = to.EmptyIsGood || strings.HasSuffix(p.Description, dashboards.EmptyIsGood(e))
	}
	for _, t := range p.Targets {
		to.Queries = append(to.Queries, Query{Ref: t.RefID, Expr: t.Expr, Source: t.Datasource.UID, Legend: t.LegendFormat,
			Instant: t.Instant, Table: t.Format == "table", Optional: strings.HasPrefix(t.RefID, dashboards.OptionalPrefix), Step: t.Interval})
	}
	for _, o := range p.FieldConfig.Overrides {
		f := o.field()
		to.Fields, to.Links = append(to.Fields, f), append(to.Links, f.Links...)
	}
	for _, t := range p.Transformations {
		if t.ID == "filterFieldsByName" {
			var options struct{ Include struct{ Names []string } }
			_ = json.Unmarshal(t.Options, &options) // the whole has been decoded
			to.Columns = options.Include.Names
		}
	}
	return to
}

type rawVariable struct {
	Name, Label, Query, Regex string
	Type                      string
	Hide                      int
	Sort                      int
	Multi                     bool
	Datasource                rawSource
	Current                   struct{ Value json.RawMessage }
}

func (v rawVariable) variable() Variable {
	to := Variable{Name: v.Name, Label: v.Label, Query: v.Query, Regex: v.Regex, Source: v.Datasource.UID, Multi: v.Multi,
		Hidden: v.Hide == 2, Sort: v.Sort}
	var one string
	if json.Unmarshal(v.Current.Value, &one) == nil && one != "" {
		to.Current = []string{one}
	} else {
		_ = json.Unmarshal(v.Current.Value, &to.Current) // if it is not a list either, nothing is selected
	}
	return to
}
