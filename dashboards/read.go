package dashboards

import (
	"encoding/json"
	"strings"
)

// Sheet is what one dashboard shows and asks, read from its JSON as Grafana
// reads it.
type Sheet struct {
	UID, Title, Timezone string
	From, To             string // the time range it opens with, in Grafana's words; see Moment
	Variables            []Variable
	Annotations          []Query
	Panels               []Panel // without the headings of rows
	Links                []string
}

// Panel is one panel.
type Panel struct {
	ID                       int
	Type, Title, Description string
	// Repeat is the variable for each value of which the panel, or the row it
	// is in, is there once. Without a value it is not.
	Repeat      string
	EmptyIsGood bool // its description says so
	Queries     []Query
	Links       []string // to which its cells and series lead
}

// Query is one question to a data source.
type Query struct {
	Ref      string
	Expr     string // PromQL with variables; see Fill
	Source   string // uid of the data source: History or Scraped
	Legend   string
	Instant  bool // asked at the end of the time range, else over it
	Table    bool // wanted as a table
	Optional bool // may have no answer while the panel's other queries have one
	Step     string
}

// Read reads the JSON of a dashboard.
func Read(data []byte) (*Sheet, error) {
	var raw rawSheet
	if err := json.Unmarshal(data, &raw); err != nil {
		return nil, err
	}
	s := &Sheet{UID: raw.UID, Title: raw.Title, Timezone: raw.Timezone, From: raw.Time.From, To: raw.Time.To}
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
	repeat := "" // of the row the panels below belong to
	for _, p := range raw.Panels {
		if p.Type == "row" {
			repeat = p.Repeat
			continue
		}
		s.Panels = append(s.Panels, p.panel(repeat))
	}
	return s, nil
}

type rawSheet struct {
	UID, Title, Timezone string
	Time                 struct{ From, To string }
	Panels               []rawPanel
	Templating           struct{ List []rawVariable }
	Annotations          struct{ List []rawAnnotation }
	Links                []rawLink
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
	Targets                          []struct {
		RefID, Expr, Format, LegendFormat, Interval string
		Instant                                     bool
		Datasource                                  rawSource
	}
	FieldConfig struct {
		Overrides []struct {
			Properties []struct {
				ID    string
				Value json.RawMessage
			}
		}
	}
}

func (p rawPanel) panel(repeat string) Panel {
	to := Panel{ID: p.ID, Type: p.Type, Title: p.Title, Description: p.Description, Repeat: repeat}
	if p.Repeat != "" {
		to.Repeat = p.Repeat
	}
	for _, e := range Editions() {
		to.EmptyIsGood = to.EmptyIsGood || strings.HasSuffix(p.Description, EmptyIsGood(e))
	}
	for _, t := range p.Targets {
		to.Queries = append(to.Queries, Query{Ref: t.RefID, Expr: t.Expr, Source: t.Datasource.UID, Legend: t.LegendFormat,
			Instant: t.Instant, Table: t.Format == "table", Optional: strings.HasPrefix(t.RefID, OptionalPrefix), Step: t.Interval})
	}
	for _, o := range p.FieldConfig.Overrides {
		for _, property := range o.Properties {
			var links []rawLink
			if property.ID == "links" && json.Unmarshal(property.Value, &links) == nil {
				for _, l := range links {
					to.Links = append(to.Links, l.URL)
				}
			}
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
		Hidden: v.Hide == 2, sort: v.Sort}
	var one string
	if json.Unmarshal(v.Current.Value, &one) == nil && one != "" {
		to.Current = []string{one}
	} else {
		_ = json.Unmarshal(v.Current.Value, &to.Current) // nothing is selected where there is no list either
	}
	return to
}
