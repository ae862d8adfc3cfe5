package dashboardstest

import (
	"cmp"
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
)

// transformed applies transformations as Grafana does, up to the first that
// turns rows into columns.
func transformed(frames []Frame, steps []Transformation) (Frame, error) {
	f := frames[0]
	for _, step := range steps {
		switch step.ID {
		case "merge":
			f = merge(frames)
		case "groupingToMatrix":
			return f, nil
		default:
			if err := f.transform(step); err != nil {
				return f, fmt.Errorf("transformation %s: %w", step.ID, err)
			}
		}
	}
	return f, nil
}

func (f *Frame) transform(step Transformation) error {
	var options struct {
		Include     struct{ Names []string }
		IndexByName map[string]int
		Sort        []struct {
			Field string
			Desc  bool
		}
	}
	if err := json.Unmarshal(step.Options, &options); err != nil {
		return err
	}
	switch step.ID {
	case "filterFieldsByName":
		f.Fields = slices.DeleteFunc(slices.Clone(f.Fields), func(name string) bool { return !slices.Contains(options.Include.Names, name) })
	case "organize":
		place := func(name string) int {
			if i, ok := options.IndexByName[name]; ok {
				return i
			}
			return math.MaxInt
		}
		slices.SortStableFunc(f.Fields, func(a, b string) int { return cmp.Compare(place(a), place(b)) })
	case "sortBy": // Grafana sorts by one field only
		return f.sort(options.Sort[0].Field, options.Sort[0].Desc)
	default:
		return fmt.Errorf("not known here")
	}
	return nil
}

// sort orders rows by a field; one that no answer has leaves them as they are.
// Where a row has no number, Grafana's order is arbitrary.
func (f *Frame) sort(field string, falling bool) error {
	if !slices.Contains(f.Fields, field) || len(f.Rows) < 2 {
		return nil
	}
	compare := func(a, b map[string]any) int { return strings.Compare(a[field].(string), b[field].(string)) }
	if strings.HasPrefix(field, "Value") {
		numbers := map[string]float64{}
		for _, row := range f.Rows {
			text, _ := row[field].(string)
			n, err := strconv.ParseFloat(text, 64)
			if err != nil || math.IsNaN(n) {
				return fmt.Errorf("a row has no number in %s, by which the rows are sorted: %v", field, row)
			}
			numbers[text] = n
		}
		compare = func(a, b map[string]any) int {
			return cmp.Compare(numbers[a[field].(string)], numbers[b[field].(string)])
		}
	}
	slices.SortStableFunc(f.Rows, func(a, b map[string]any) int {
		if falling {
			a, b = b, a
		}
		return compare(a, b)
	})
	return nil
}
