package dashboards_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/tidemark-stats/tidemark/catalog"
	"github.com/tidemark-stats/tidemark/internal/dashboardstest"
)

func TestIndicatorsAreListedInTheOrderOfTheCatalogueAndOnlyWithFigures(t *testing.T) {
	r := ofSample(t)
	d, _ := panel(t, "tidemark-indicator", "最新数值")
	o := r.Open(d, nil)
	for _, v := range d.Variables {
		if v.Name != "indicator" {
			continue
		}
		options, err := r.Options(v, o)
		if err != nil {
			t.Fatal(err)
		}
		var got, want []string
		for _, option := range options {
			got = append(got, option.Value)
		}
		for _, i := range catalog.Ningbo().Indicators {
			if slices.Contains(got, i.Code) {
				want = append(want, i.Code)
			}
		}
		if !slices.Equal(got, want) {
			t.Errorf("got %v, want %v", got, want)
		}
		if slices.Contains(got, "unresolved_cases") || len(got) < 10 {
			t.Errorf("got %v, of which unresolved_cases has no figures", got)
		}
	}
}

func TestReleaseLinesAreOffWhenADashboardOpens(t *testing.T) {
	for _, r := range committed(t) {
		if strings.Contains(string(r.JSON), `"iconColor"`) && !strings.Contains(string(r.JSON), `"enable": false`) {
			t.Errorf("%s shows its releases at first", r.Path)
		}
	}
}

func TestFiguresAreListedByTimeThenOwnFrequencyThenThePublishedFirst(t *testing.T) {
	r := ofSample(t)
	d, p := panel(t, "tidemark-indicator", "全部数据和状态（$unit）")
	o := r.Open(d, map[string]string{"indicator": "container_throughput", "area": "NBZS"})
	table, _, err := r.Table(p, o.Values, o)
	if err != nil {
		t.Fatal(err)
	}
	slices.SortStableFunc(table.Rows, func(a, b map[string]any) int { return strings.Compare(b["order"].(string), a["order"].(string)) })
	var got []string
	for _, row := range table.Rows {
		if period := row["period"].(string); strings.HasPrefix(period, "2023-12") || period == "2023" || period == "2023-Q4" {
			if got = append(got, row["freq"].(string)); row["freq"] != "M" && !slices.Contains(got, "M") {
				t.Errorf("%s is before the months", period)
			}
		}
	}
	if len(got) < 3 || got[0] != "M" {
		t.Errorf("at the end of 2023 there are %v", got)
	}
	if last := table.Rows[0]["period"].(string); !strings.HasPrefix(last, "2025-12") {
		t.Errorf("%s is first", last)
	}
}

func TestTheGoalOfATargetSaysUntilWhen(t *testing.T) {
	r := ofSample(t)
	d, p := panel(t, "tidemark-indicator", "目标：${target:text}（$path_unit）")
	for target, want := range map[string]string{"exports_2026": "2026年", "container_month_floor": "无期限"} {
		indicator := "trade_exports"
		if target == "container_month_floor" {
			indicator = "container_throughput"
		}
		o := r.Open(d, map[string]string{"indicator": indicator, "target": target})
		if got := o.Values["until"]; !slices.Equal(got, []string{want}) {
			t.Errorf("%s is until %v, want %s", target, got, want)
		}
	}
	if !slices.ContainsFunc(p.Queries, func(q dashboardstest.Query) bool { return strings.Contains(q.Legend, "$until") }) {
		t.Error("no legend says until when")
	}
}

// An axis from 1 to 4 has each number twice.
func TestTheAxisOfQuartersHasMonths(t *testing.T) {
	r := ofSample(t)
	d, p := panel(t, "tidemark-indicator", "历年同月对比（$unit）")
	o := r.Open(d, map[string]string{"indicator": "gdp", "area": "330200"})
	table, _, err := r.Table(p, o.Values, o)
	if err != nil {
		t.Fatal(err)
	}
	for _, row := range table.Rows {
		if !slices.Contains([]any{"3", "6", "9", "12"}, row["month"]) {
			t.Errorf("got %v", row)
		}
	}
	if len(table.Rows) == 0 {
		t.Error("there are no quarters")
	}
	i := slices.IndexFunc(p.Fields, func(f dashboardstest.Field) bool { return f.Name == `month\line` })
	if i < 0 || p.Fields[i].Set["min"] != 1.0 || p.Fields[i].Set["max"] != 12.0 {
		t.Error("the axis has halves of months")
	}
}

func TestNoUnitIsPerD(t *testing.T) {
	units := 0
	panels(t, func(r read, p dashboardstest.Panel) {
		for _, f := range p.Fields {
			if f.Name == "unit" && !f.Hidden {
				if units++; !f.Mapped {
					t.Errorf("%s: %q may show a unit as 家/d", r.Path, p.Title)
				}
			}
		}
	})
	if units == 0 {
		t.Error("no table has units")
	}
}

func TestTheTargetThatNeedsMostAttentionIsOnTopOfTheTimeline(t *testing.T) {
	r := ofSample(t)
	for _, uid := range []string{"tidemark-overview", "tidemark-record"} {
		d, p := panel(t, uid, "判断的变化")
		a, err := r.Answer(p.Queries[0], nil, r.Open(d, nil))
		if err != nil || len(a.Result) < len(catalog.Ningbo().Targets) {
			t.Fatalf("%s: %d targets, %v", uid, len(a.Result), err)
		}
		var urgencies []string
		for _, s := range a.Result {
			urgencies = append(urgencies, fmt.Sprint(s.Values[len(s.Values)-1][1]))
		}
		falls := slices.IsSortedFunc(urgencies, func(u, o string) int { return strings.Compare(o, u) })
		if !falls || urgencies[0] == urgencies[len(urgencies)-1] {
			t.Errorf("%s: the urgencies are %v from the top", uid, urgencies)
		}
	}
}

// A series of the years compared is one year, or marks what was not published.
func TestAtMostFiveYearsAreComparedAndWhatWasNotPublishedIsMarked(t *testing.T) {
	r := ofSample(t)
	d, p := panel(t, "tidemark-indicator", "历年同月对比（$unit）")
	o := r.Open(d, map[string]string{"indicator": "container_throughput", "area": "NBZS"})
	table, _, err := r.Table(p, o.Values, o)
	if err != nil {
		t.Fatal(err)
	}
	years, marked, official := map[string]bool{}, map[string]bool{}, map[string]bool{}
	for _, row := range table.Rows {
		line, cell := row["line"].(string), row["year"].(string)+row["month"].(string)
		switch year, basis, weak := strings.Cut(line, " "); {
		case weak:
			marked[cell] = true
			if basis != row["basis"] || year != row["year"] {
				t.Errorf("%s is on the line %q", row["basis"], line)
			}
		case line == row["year"]:
			years[line] = true
			official[cell] = row["basis"] == "published"
		case line != row["basis"]: // for the legend
			t.Errorf("got the line %q", line)
		}
	}
	if len(years) != 5 || !years["2025"] || !years["2021"] {
		t.Errorf("the years %v are compared", years)
	}
	for cell, is := range official {
		if is == marked[cell] {
			t.Errorf("%s is published: %t, marked: %t", cell, is, marked[cell])
		}
	}
}

// A line through periods that are missing says what nobody knows.
func TestLinesOfGrowthEndWherePeriodsAreMissing(t *testing.T) {
	found := 0
	panels(t, func(r read, p dashboardstest.Panel) {
		for _, f := range p.Fields {
			if !f.Draws("line") || !strings.Contains(f.Name, "yoy") {
				continue
			}
			found++
			if days, ok := f.Set["custom.insertNulls"].(float64); !ok || p.Repeat == "monthly_drawn" && days > 92*24*3600*1000 {
				t.Errorf("%s: %q draws %s through holes of %v", r.Path, p.Title, f.Name, f.Set["custom.insertNulls"])
			}
			if f.Set["custom.showPoints"] == "never" {
				t.Errorf("%s: %q does not show a lonely point of %s", r.Path, p.Title, f.Name)
			}
		}
	})
	if found == 0 {
		t.Error("no line is growth")
	}
}

// Names are longer than values, and Grafana would give them the room.
func TestTilesOfFiguresShowTheValueLargestAndGrowthInPercent(t *testing.T) {
	found := 0
	panels(t, func(r read, p dashboardstest.Panel) {
		if p.Type != "stat" || !slices.ContainsFunc(p.Queries, func(q dashboardstest.Query) bool { return strings.Contains(q.Expr, "tidemark_figure_headline{") }) {
			return
		}
		found++
		if p.Text.ValueSize < 2*p.Text.TitleSize || p.Text.TitleSize == 0 || p.Wide {
			t.Errorf("%s: %q has values of %v and names of %v pixels, wide: %t", r.Path, p.Title, p.Text.ValueSize, p.Text.TitleSize, p.Wide)
		}
		for _, q := range p.Queries {
			percent := slices.ContainsFunc(p.Fields, func(f dashboardstest.Field) bool { return f.Name == q.Ref && f.Set["unit"] == "percent" })
			if percent != strings.Contains(q.Expr, `yoy"`) {
				t.Errorf("%s: %q shows %s in percent: %t", r.Path, p.Title, q.Ref, percent)
			}
		}
		if first := p.Queries[0].Expr; !strings.Contains(first, `basis="published"`) || strings.Contains(first, `basis="imputed"`) {
			t.Errorf("%s: %q begins with %s", r.Path, p.Title, first)
		}
	})
	if found == 0 {
		t.Error("no tile shows figures")
	}
}
