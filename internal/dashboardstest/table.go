package dashboardstest

import (
	"cmp"
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"unicode"
)

// Frame is the answer to one query as a table: the names of its fields, and its
// rows by field name. A row has the values as the API wrote them, "" for a label
// that other series of the answer have, and nothing for a field of another
// answer.
type Frame struct {
	Fields []string
	Rows   []map[string]any
}

// timeField is the field of every answer with the times of its values.
const timeField = "Time"

// Answers runs the queries of a panel.
func (r Reader) Answers(p Panel, values map[string][]string, o Opened) (all []Result, err error) {
	for _, q := range p.Queries {
		a, err := r.Answer(q, values, o)
		if err != nil {
			return nil, err
		}
		all = append(all, a)
	}
	return all, nil
}

// Table is a table panel as people see it, with its hidden fields: the answers
// to its queries after the panel's transformations, up to one that turns rows
// into columns. The first frame is that of the first query. The values of a
// query are in the field Value if the panel has no other, otherwise in
// Value #ref, also if the others have no answer.
func (r Reader) Table(p Panel, values map[string][]string, o Opened) (table, first Frame, err error) {
	answers, err := r.Answers(p, values, o)
	if err != nil {
		return table, first, err
	}
	frames := make([]Frame, len(answers))
	for i, a := range answers {
		frames[i] = a.frame(p.Queries[i].Ref, len(answers) > 1)
	}
	table, err = transformed(frames, p.Transformations)
	return table, frames[0], err
}

// frame is the answer as a table. Only an empty answer that is the only one has
// no fields.
func (a Result) frame(ref string, several bool) (f Frame) {
	name := "Value"
	if several {
		name += " #" + ref
	} else if len(a.Result) == 0 {
		return f
	}
	var labels []string
	for _, s := range a.Result {
		for _, label := range slices.Sorted(maps.Keys(s.Metric)) {
			if !slices.Contains(labels, label) {
				labels = append(labels, label)
			}
		}
	}
	f.Fields = slices.Concat([]string{timeField}, labels, []string{name})
	for _, s := range a.Result {
		for _, point := range s.Points() {
			row := map[string]any{timeField: point[0], name: point[1]}
			for _, label := range labels {
				row[label] = s.Metric[label]
			}
			f.Rows = append(f.Rows, row)
		}
	}
	slices.SortStableFunc(f.Rows, func(a, b map[string]any) int {
		return cmp.Compare(a[timeField].(float64), b[timeField].(float64))
	})
	return f
}

// Transformation is a step between the answers and a panel.
type Transformation struct {
	ID      string
	Options json.RawMessage
}

// merge joins rows that agree in the fields all frames have and do not differ
// in any other.
func merge(frames []Frame) (all Frame) {
	frames = slices.DeleteFunc(slices.Clone(frames), func(f Frame) bool { return len(f.Fields) == 0 })
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
			joined := false
			for _, known := range all.Rows {
				if fits(known, row, keys) {
					maps.Copy(known, row)
					joined = true
				}
			}
			if !joined {
				all.Rows = append(all.Rows, maps.Clone(row))
			}
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
			return p.EmptyIsGood && slices.Contains(names(q.Expr), column)
		})
		if !may && !slices.Contains(table.Fields, column) {
			r.T.Errorf("%q has a column %s, but no answer has: %v", p.Title, column, table.Fields)
		}
	}
	if want := max(1, len(first.Rows)); len(table.Rows) != want { // a table without rows has one that says so
		r.T.Errorf("%q has %d rows, its first query %d", p.Title, len(table.Rows), len(first.Rows))
	}
}
