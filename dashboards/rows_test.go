package dashboards_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/tidemark-stats/tidemark/dashboards"
	"github.com/tidemark-stats/tidemark/internal/dashboardstest"
)

// repeatedRows passes each variable for which a row of a topic is repeated, with
// that for the indicator that is shown if none has a chart.
func repeatedRows(o dashboardstest.Opened, yield func(drawn, few []string)) {
	for _, name := range []string{"monthly", "quarterly", "annual"} {
		if _, has := o.Values[name]; has {
			yield(o.Values[name+"_drawn"], o.Values[name+"_few"])
		}
	}
}

// Every indicator with figures is in the table of a topic.
func TestOnlyIndicatorsWithThreePeriodsHaveAChartAndAllOthersANumber(t *testing.T) {
	r := ofSample(t)
	charts, numbers := 0, 0
	for _, d := range committed(t) {
		i := slices.IndexFunc(d.Panels, func(p dashboardstest.Panel) bool { return p.Title == "每个序列的最新数据" })
		if i < 0 {
			continue
		}
		o := r.Open(d.Dashboard, nil)
		table, _, err := r.Table(d.Panels[i], o.Values, o)
		if err != nil {
			t.Fatal(err)
		}
		numbered := map[string]bool{}
		for _, row := range table.Rows {
			numbered[row["indicator"].(string)] = true
		}
		for _, name := range []string{"monthly", "quarterly", "annual"} {
			for _, code := range o.Values[name] {
				if numbers++; !numbered[code] {
					t.Errorf("%s has no number of %s", d.UID, code)
				}
			}
			for _, code := range o.Values[name+"_drawn"] {
				if !slices.Contains(o.Values[name], code) && code != "-" {
					t.Errorf("%s draws %s, which has no figures", d.UID, code)
				}
			}
		}
		for _, p := range d.Panels {
			for _, values := range o.Times(p) {
				if n, longest := drawnPeriods(t, r, p, values, o); p.Repeat != "" && n > 0 {
					if charts++; longest < 3 {
						t.Errorf("%s: %q of %v draws %d periods", d.UID, p.Title, values[p.Repeat], longest)
					}
				}
			}
		}
	}
	if charts < 5 || numbers < 10 {
		t.Errorf("%d charts and %d numbers", charts, numbers)
	}
}

// drawnPeriods counts the series of a chart, and the periods of the longest.
func drawnPeriods(t *testing.T, r dashboardstest.Reader, p dashboardstest.Panel, values map[string][]string, o dashboardstest.Opened) (n, longest int) {
	t.Helper()
	if p.Type != "timeseries" {
		return 0, 0
	}
	answers, err := r.Answers(p, values, o)
	if err != nil {
		t.Fatal(err)
	}
	for _, a := range answers {
		for _, s := range a.Result {
			n++
			longest = max(longest, len(s.Points()))
		}
	}
	return n, longest
}

// Grafana shows a row that repeats for nothing once, as a heading without a name.
func TestEveryRowOfATopicHasANameAndANumber(t *testing.T) {
	r := ofSample(t)
	alone := 0
	for _, d := range committed(t) {
		o := r.Open(d.Dashboard, nil)
		repeatedRows(o, func(drawn, few []string) {
			if len(drawn) == 0 || len(few) != 1 {
				t.Errorf("%s has a row for %v, and %v if there are none", d.UID, drawn, few)
			}
			if slices.Contains(drawn, few[0]) {
				if alone++; len(drawn) > 1 {
					t.Errorf("%s shows %v without a chart beside %v", d.UID, few, drawn)
				}
			}
		})
		for _, v := range d.Variables {
			if !strings.HasSuffix(v.Name, "_drawn") {
				continue
			}
			options, err := r.Options(v, o)
			if err != nil {
				t.Fatal(err)
			}
			for _, option := range options {
				if option.Text == "" || option.Text == option.Value {
					t.Errorf("%s: the heading of a row is %q", d.UID, option.Text)
				}
			}
		}
		for _, p := range d.Panels {
			for _, values := range o.Times(p) {
				if p.Type != "stat" || p.Repeat == "" || values[p.Repeat][0] == "-" {
					continue
				}
				answers, err := r.Answers(p, values, o)
				if err != nil {
					t.Fatal(err)
				}
				if !slices.ContainsFunc(answers, func(a dashboardstest.Result) bool { return len(a.Result) > 0 }) {
					t.Errorf("%s: %q of %v has no number", d.UID, p.Title, values[p.Repeat])
				}
			}
		}
	}
	if alone == 0 {
		t.Error("the sample has no topic with too few figures for a chart")
	}
}

// shows reports whether a field is shown as a text where a table is empty.
func shows(p dashboardstest.Panel, field, text string) bool {
	return slices.ContainsFunc(p.Fields, func(f dashboardstest.Field) bool {
		return f.Name == field && strings.Contains(fmt.Sprint(f.Set["mappings"]), "nothing:map[") && strings.Contains(fmt.Sprint(f.Set["mappings"]), text)
	})
}

// The answer to several queries has fields even if it has no rows, and Grafana
// shows their headings alone.
func TestATableWithoutRowsSaysWhy(t *testing.T) {
	r := ofSample(t)
	for _, c := range []struct {
		uid, title string
		chosen     map[string]string
		field      string
		want       string
	}{
		{"tidemark-revisions", "${as_of:raw} 以后的变化", map[string]string{"as_of": "2026-11-01"}, "period", "没有变化"},
		{"tidemark-revisions", "修订过的数据", nil, "area_zh", "没有修订"},
		{"tidemark-indicator", "发布次数和修订（$unit）", map[string]string{"area": "nowhere"}, "measure", "没有发布过"},
		{"tidemark-enterprises", "每个序列的最新数据", nil, "area_zh", "无数据"},
	} {
		d, p := panel(t, c.uid, c.title)
		o := r.Open(d, c.chosen)
		if c.chosen == nil { // before anything was published
			o.From, o.To = o.From.AddDate(-40, 0, 0), o.To.AddDate(-40, 0, 0)
		}
		table, _, err := r.Table(p, o.Values, o)
		if err != nil {
			t.Fatal(err)
		}
		if len(table.Rows) != 1 || table.Rows[0][c.field] != "nothing" || !shows(p, c.field, c.want) || !slices.Contains(p.Columns, c.field) {
			t.Errorf("%q shows %v, want %s", c.title, table.Rows, c.want)
		}
	}
	panels(t, func(d read, p dashboardstest.Panel) {
		mine := d.Edition == dashboards.Chinese && slices.Contains([]string{"修订过的数据", "${as_of:raw} 以后的变化", "发布次数和修订（$unit）", "每个序列的最新数据"}, p.Title)
		if mine && !slices.ContainsFunc(p.Queries, func(q dashboardstest.Query) bool { return q.Ref == "maybe_nothing" }) {
			t.Errorf("%s: %q has no row that says why it is empty", d.UID, p.Title)
		}
	})
}
