package dashboardstest

import (
	"maps"
	"slices"
	"strings"
	"unicode"
)

// Frame is the answer to one query as a table: the names of its fields, and its
// rows by field name.
type Frame struct {
	Fields []string
	Rows   []map[string]any
}

// Table is a table panel as people see it: the answers to its queries, joined
// as Grafana's transformation "merge" joins them. The first frame is that of
// the first query. If only one query has an answer its values are in the field
// Value, otherwise in Value #ref.
func (r Reader) Table(p Panel, values map[string][]string, o Opened) (joined, first Frame, err error) {
	answers := map[string]Result{}
	for _, q := range p.Queries {
		a, err := r.Answer(q, values, o)
		if err != nil {
			return joined, first, err
		}
		if len(a.Result) > 0 {
			answers[q.Ref] = a
		}
	}
	var frames []Frame
	for _, q := range p.Queries {
		name := "Value"
		if len(answers) > 1 {
			name += " #" + q.Ref
		}
		if a, ok := answers[q.Ref]; ok {
			frames = append(frames, a.frame(name))
		}
	}
	if _, ok := answers[p.Queries[0].Ref]; ok {
		first = frames[0]
	}
	return merge(frames), first, nil
}

// frame is the answer as a table with its values in the named field.
func (a Result) frame(name string) Frame {
	f := Frame{Fields: []string{name}}
	for _, s := range a.Result {
		row := map[string]any{name: s.Value[1]}
		for label, value := range s.Metric {
			row[label] = value
			if !slices.Contains(f.Fields, label) {
				f.Fields = append(f.Fields, label)
			}
		}
		f.Rows = append(f.Rows, row)
	}
	return f
}

// merge joins rows that agree in the fields all frames have and do not differ
// in any other.
func merge(frames []Frame) (all Frame) {
	if len(frames) == 0 {
		return all
	}
	keys := slices.Clone(frames[0].Fields)
	for _, f := range frames {
		keys = slices.DeleteFunc(keys, func(k string) bool { return !slices.Contains(f.Fields, k) })
		for _, field := range f.Fields {
			if !slices.Contains(all.Fields, field) {
				all.Fields = append(all.Fields, field)
			}
		}
	}
	for _, f := range frames {
		for _, row := range f.Rows {
			i := slices.IndexFunc(all.Rows, func(known map[string]any) bool { return fits(known, row, keys) })
			if i < 0 {
				all.Rows = append(all.Rows, maps.Clone(row))
				continue
			}
			maps.Copy(all.Rows[i], row)
		}
	}
	return all
}

func fits(known, row map[string]any, keys []string) bool {
	for _, k := range keys {
		if known[k] != row[k] {
			return false
		}
	}
	for k, v := range row {
		if other, ok := known[k]; ok && other != v {
			return false
		}
	}
	return true
}

// names are the identifiers in an expression.
func names(expr string) []string {
	return strings.FieldsFunc(expr, func(r rune) bool { return r != '_' && !unicode.IsLetter(r) && !unicode.IsDigit(r) })
}

// joined compares a table with what it declares: every column is in an answer,
// and all answers are about the rows of the first query. A table that may be
// empty shows whatever exists, which need not have every label: no alert has
// the labels of all alerts, but the query must name them.
func (r Reader) joined(o Opened, p Panel, values map[string][]string) {
	r.T.Helper()
	table, first, err := r.Table(p, values, o)
	if err != nil {
		r.T.Errorf("%q: %v", p.Title, err)
		return
	}
	for _, column := range p.Columns {
		may := slices.ContainsFunc(p.Queries, func(q Query) bool {
			return q.Optional && column == "Value #"+q.Ref || p.EmptyIsGood && slices.Contains(names(q.Expr), column)
		})
		if !may && !slices.Contains(table.Fields, column) {
			r.T.Errorf("%q has a column %s, but no answer has: %v", p.Title, column, table.Fields)
		}
	}
	if len(table.Rows) != len(first.Rows) {
		r.T.Errorf("%q has %d rows, its first query %d", p.Title, len(table.Rows), len(first.Rows))
	}
}
