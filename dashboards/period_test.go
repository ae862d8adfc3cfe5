package dashboards_test

import (
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/tidemark-stats/tidemark/catalog"
	"github.com/tidemark-stats/tidemark/dashboards"
	"github.com/tidemark-stats/tidemark/internal/dashboardstest"
)

// options returns the options of a variable, as a dashboard opens.
func options(t *testing.T, r dashboardstest.Reader, o dashboardstest.Opened, name string) []dashboardstest.Option {
	t.Helper()
	i := slices.IndexFunc(o.Variables, func(v dashboardstest.Variable) bool { return v.Name == name })
	if i < 0 {
		t.Fatalf("%s has no variable %s", o.UID, name)
	}
	all, err := r.Options(o.Variables[i], o)
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// opened opens a dashboard.
func opened(t *testing.T, r dashboardstest.Reader, uid string, chosen map[string]string) dashboardstest.Opened {
	t.Helper()
	i := slices.IndexFunc(committed(t), func(d read) bool { return d.UID == uid })
	if i < 0 {
		t.Fatalf("there is no %s", uid)
	}
	return r.Open(committed(t)[i].Dashboard, chosen)
}

func TestPeriodsAreOfferedByTheirNamesTheNewestFirst(t *testing.T) {
	r := ofSample(t)
	for _, c := range []struct {
		uid, freq, measure string
		first, second      dashboardstest.Option
	}{
		{"tidemark-revisions", "M", "level", dashboardstest.Option{Text: "2025年12月", Value: "2025-12"}, dashboardstest.Option{Text: "2025年11月", Value: "2025-11"}},
		{"tidemark-revisions-en", "M", "level", dashboardstest.Option{Text: "Dec 2025", Value: "2025-12"}, dashboardstest.Option{Text: "Nov 2025", Value: "2025-11"}},
		{"tidemark-revisions", "A", "level", dashboardstest.Option{Text: "2025年", Value: "2025"}, dashboardstest.Option{Text: "2024年", Value: "2024"}},
	} {
		o := opened(t, r, c.uid, map[string]string{"indicator": "container_throughput", "area": "NBZS", "category": "_T", "measure": c.measure, "freq": c.freq})
		got := options(t, r, o, "period")
		if c.freq == "M" { // the one that was revised comes before all others
			if len(got) == 0 || got[0].Value != "2024-05" {
				t.Errorf("%s offers %v", c.uid, got)
			}
			got = got[1:]
		}
		if len(got) < 2 || got[0] != c.first || got[1] != c.second {
			t.Errorf("%s offers %v", c.uid, got)
		}
	}
	o := opened(t, r, "tidemark-revisions", map[string]string{"indicator": "gdp", "area": "330200", "category": "_T", "measure": "ytd", "freq": "Q"})
	if got := options(t, r, o, "period"); len(got) == 0 || got[0].Text != "2023年三季度" {
		t.Errorf("quarters are offered as %v", got)
	}
}

// The newest correction of the sample is that of the GDP of 2020.
func TestRevisionsOpenOnTheCellThatWasRevisedLast(t *testing.T) {
	r := ofSample(t)
	o := opened(t, r, "tidemark-revisions", nil)
	want := map[string]string{"indicator": "gdp", "area": "330200", "category": "_T", "measure": "level", "freq": "A", "period": "2020"}
	for name, value := range want {
		if got := o.Values[name]; !slices.Equal(got, []string{value}) {
			t.Errorf("%s is %v, want %s", name, got, value)
		}
	}
	for _, p := range o.Panels {
		if strings.HasPrefix(p.Title, "${period:text}") {
			a, err := r.Answer(p.Queries[0], o.Values, o)
			if err != nil || len(a.Result) != 1 || len(a.Result[0].Values) < 2 {
				t.Errorf("%q has %v, %v", p.Title, a, err)
			}
			return
		}
	}
	t.Error("no panel has the publications of a period")
}

var codeInTitle = regexp.MustCompile(`\$period\b|\$\{period\}`)

func TestNoTitleHasTheCodeOfAPeriod(t *testing.T) {
	panels(t, func(r read, p dashboardstest.Panel) {
		if codeInTitle.MatchString(p.Title) {
			t.Errorf("%s: %q", r.Path, p.Title)
		}
	})
}

// A goal from the first figure to the deadline is a line. One of a single
// period is a point: its figures begin in the year of the deadline, or there
// are none.
func TestTheGoalOfEveryTargetIsDrawn(t *testing.T) {
	r := ofSample(t)
	for _, target := range catalog.Ningbo().Targets {
		o := opened(t, r, "tidemark-indicator", map[string]string{"indicator": target.Indicator.Code, "area": target.Area.Code, "target": target.ID, "category": target.Category})
		p := o.Panels[slices.IndexFunc(o.Panels, func(p dashboardstest.Panel) bool { return strings.HasPrefix(p.Title, "目标：") })]
		i := slices.IndexFunc(p.Queries, func(q dashboardstest.Query) bool { return q.Ref == "maybe_goal" })
		a, err := r.Answer(p.Queries[i], o.Values, o)
		if err != nil {
			t.Fatal(err)
		}
		known, err := r.Ask(dashboards.History, `tidemark_figure_newest{indicator="`+target.Indicator.Code+`",area="`+target.Area.Code+`"}`, today)
		if err != nil {
			t.Fatal(err)
		}
		if len(known.Result) == 0 {
			continue // there may be nothing to draw, and the panel says so
		}
		early := !target.By.IsZero() && target.By.Start().Before(o.From)
		if len(a.Result) != 1 && !early {
			t.Errorf("the goal of %s has %d series", target.ID, len(a.Result))
			continue
		}
		for _, s := range a.Result {
			for i := 1; i < len(s.Values); i++ { // a longer gap would break the line
				if apart := time.Duration(s.Values[i][0].(float64)-s.Values[i-1][0].(float64)) * time.Second; apart > 400*24*time.Hour {
					t.Errorf("the goal of %s has a gap of %s", target.ID, apart)
				}
			}
			if until := o.Values["until"]; len(until) != 1 || until[0] == "" || target.Open && until[0] != "无期限" {
				t.Errorf("%s is until %v", target.ID, until)
			}
			if target.Open && len(s.Values) < 2 {
				t.Errorf("the goal of %s, which has no deadline, is %v", target.ID, s.Values)
			}
			if q := o.Values["path_measure"]; len(q) != 1 {
				t.Errorf("nothing says by which figures %s is judged: %v", target.ID, q)
			}
		}
	}
}
