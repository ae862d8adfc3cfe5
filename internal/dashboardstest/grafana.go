package dashboardstest

import (
	"cmp"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Option is one choice of a variable.
type Option struct{ Text, Value string }

// everyOption is Grafana's value for "all options selected".
const everyOption = "$__all"

var (
	queryResult = regexp.MustCompile(`^query_result\((.+)\)$`)
	labelValues = regexp.MustCompile(`^label_values\((?:(.+),\s*)?(\w+)\)$`)
)

// Question is the query of a variable: for query_result an expression,
// evaluated at the end of the time range, of which each sample becomes a row
// (see Row); for label_values a label, of which each value becomes a row, and
// the selector of the series, empty for all.
func Question(v Variable) (expr, selector, label string) {
	if m := queryResult.FindStringSubmatch(v.Query); m != nil {
		return m[1], "", ""
	}
	if m := labelValues.FindStringSubmatch(v.Query); m != nil {
		return "", m[1], m[2]
	}
	return "", "", ""
}

// Row is the text that Grafana makes from a sample of query_result, with sorted
// labels.
func Row(name string, labels map[string]string, value float64, at time.Time) string {
	var pairs []string
	for _, k := range slices.Sorted(maps.Keys(labels)) {
		pairs = append(pairs, k+`="`+labels[k]+`"`)
	}
	return fmt.Sprintf("%s{%s} %s %d", name, strings.Join(pairs, ","), strconv.FormatFloat(value, 'g', -1, 64), at.UnixMilli())
}

// Options returns the options that the rows of an answer give a variable, in
// the order in which they are listed.
func Options(v Variable, rows []string) ([]Option, error) {
	pattern := `(?s)^(.*)$`
	if v.Regex != "" {
		pattern = strings.TrimSuffix(strings.TrimPrefix(v.Regex, "/"), "/")
	}
	re, err := regexp.Compile(pattern)
	if err != nil {
		return nil, fmt.Errorf("variable %s: %w", v.Name, err)
	}
	var options []Option
	for _, row := range rows {
		m := re.FindStringSubmatch(row)
		if m == nil {
			continue
		}
		o := Option{m[1], m[1]}
		if text, value := re.SubexpIndex("text"), re.SubexpIndex("value"); text > 0 && value > 0 {
			o = Option{m[text], m[value]}
		}
		if !slices.ContainsFunc(options, func(known Option) bool { return known.Value == o.Value }) {
			options = append(options, o)
		}
	}
	switch v.Sort {
	case 1:
		slices.SortStableFunc(options, func(a, b Option) int { return cmp.Compare(a.Text, b.Text) })
	case 2:
		slices.SortStableFunc(options, func(a, b Option) int { return cmp.Compare(b.Text, a.Text) })
	}
	return options, nil
}

// Selected returns the values of a variable that are selected when the
// dashboard opens: the current ones that are among the options, else the first
// option.
func Selected(v Variable, options []Option) []string {
	var offered, selected []string
	for _, o := range options {
		offered = append(offered, o.Value)
	}
	if slices.Contains(v.Current, everyOption) {
		return offered
	}
	for _, c := range v.Current {
		if slices.Contains(offered, c) {
			selected = append(selected, c)
		}
	}
	if len(selected) == 0 && len(offered) > 0 {
		selected = offered[:1]
	}
	return selected
}

var inText = regexp.MustCompile(`\$\{(\w+)(?::\w+)?\}|\$(\w+)`)

// Fill replaces variables and the time range in the text of a query. Anything
// that is not a variable stays, such as the $1 of label_replace.
func Fill(text string, values map[string][]string, from, to time.Time) string {
	seconds := strconv.FormatInt(int64(to.Sub(from).Round(time.Second)/time.Second), 10)
	return inText.ReplaceAllStringFunc(text, func(written string) string {
		m := inText.FindStringSubmatch(written)
		name := m[1] + m[2]
		switch name {
		case "__range":
			return seconds + "s"
		case "__range_s":
			return seconds
		case "__interval", "__rate_interval":
			return "2m"
		}
		v, known := values[name]
		switch {
		case !known:
			return written
		case len(v) < 2:
			return strings.Join(v, "") // empty if there is no option
		}
		return "(" + strings.Join(v, "|") + ")"
	})
}

var moment = regexp.MustCompile(`^now(?:([+-]\d+)([hdy]))?(/y)?$`)

// Moment is the end of a time range written as Grafana does: now, now-5y,
// now-9y/y, now+2y/y. /y rounds to the start of the year, or to its last
// instant at the end of a range.
func Moment(words string, now time.Time, ends bool) (time.Time, error) {
	m := moment.FindStringSubmatch(words)
	if m == nil {
		return time.Time{}, fmt.Errorf("%q is not a time like now-9y/y", words)
	}
	at := now.UTC()
	n, _ := strconv.Atoi(m[1]) // a signed number, or empty
	switch m[2] {
	case "h":
		at = at.Add(time.Duration(n) * time.Hour)
	case "d":
		at = at.AddDate(0, 0, n)
	case "y":
		at = at.AddDate(n, 0, 0)
	}
	if m[3] != "" {
		at = time.Date(at.Year(), time.January, 1, 0, 0, 0, 0, time.UTC)
		if ends {
			at = at.AddDate(1, 0, 0).Add(-time.Millisecond)
		}
	}
	return at, nil
}
