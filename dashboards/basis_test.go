package dashboards_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/tidemark-stats/tidemark/dashboards"
	"github.com/tidemark-stats/tidemark/internal/dashboardstest"
)

// ofFigures are the metrics whose values may be imputed.
var ofFigures = []string{"tidemark_figure{", "tidemark_figure_best{", "tidemark_figure_derived{", "tidemark_figure_compared{", "tidemark_figure_newest{", "tidemark_figure_cell{", "tidemark_figure_revision{"}

// The track record and the pipeline show no figures.
func TestEveryValueOfAFigureIsShownWithItsBasis(t *testing.T) {
	words := map[dashboards.Edition][]string{dashboards.Chinese: {"公布", "推算", "估计", "插补"}, dashboards.English: {"published", "derived", "estimated", "imputed"}}
	panels(t, func(r read, p dashboardstest.Panel) {
		for _, q := range p.Queries {
			if q.Table && slices.Contains([]string{"times", "low", "high"}, q.Ref) && slices.Contains(p.Columns, "basis") {
				continue // over all publications; the basis is that of the value beside them
			}
			for _, metric := range ofFigures {
				for rest := q.Expr; strings.Contains(rest, metric); {
					before, after, _ := strings.Cut(rest, metric)
					selector, _, _ := strings.Cut(after, "}")
					rest = after
					if strings.HasSuffix(before, "count_over_time(") {
						continue // how many, not how much
					}
					if basis := basisOf.FindStringSubmatch(selector); basis == nil && !unseen(p, q) {
						t.Errorf("%s: %q, %s asks for figures with any basis: %s", r.Path, p.Title, q.Ref, selector)
					} else if basis != nil && basis[1] == "imputed" && !q.Table && !strings.Contains(q.Legend, words[r.Edition][3]) && !strings.Contains(q.Legend, "{{basis}}") {
						t.Errorf("%s: %q calls imputed figures %q", r.Path, p.Title, q.Legend)
					}
				}
			}
		}
	})
}

// unseen reports whether a query is drawn without a legend, only to set the
// width of bars or to connect points.
func unseen(p dashboardstest.Panel, q dashboardstest.Query) bool {
	return slices.ContainsFunc(p.Fields, func(f dashboardstest.Field) bool {
		hide, _ := f.Set["custom.hideFrom"].(map[string]any)
		return f.Name == q.Ref && hide["legend"] == true && hide["tooltip"] == true
	})
}

// The newest months of container throughput in the sample were filled in; the
// newest that was published is September 2025.
func TestAHeadlineIsTheNewestFigureThatWasPublished(t *testing.T) {
	r := ofSample(t)
	for _, of := range []struct{ uid, repeat string }{{"tidemark-indicator", ""}, {"tidemark-port", "monthly"}} {
		d, p := panel(t, of.uid, "最新数值")
		o := r.Open(d, map[string]string{"indicator": "container_throughput", "area": "NBZS", "freq": "M", of.repeat: "container_throughput"})
		shown := 0
		for _, q := range p.Queries {
			a, err := r.Answer(q, o.Values, o)
			if err != nil {
				t.Fatal(err)
			}
			for _, s := range a.Result {
				shown++
				if s.Metric["basis"] == "imputed" || s.Metric["period_zh"] != "2025年9月" {
					t.Errorf("%s: %s shows %v", of.uid, q.Ref, s.Metric)
				}
			}
		}
		if shown < 2 {
			t.Errorf("%s shows %d values", of.uid, shown)
		}
	}
}

func TestGrowthThatRestsOnImputedFiguresIsNotListed(t *testing.T) {
	r := ofSample(t)
	d, p := panel(t, "tidemark-overview", "最近发布")
	o := r.Open(d, nil)
	table, _, err := r.Table(p, o.Values, o)
	if err != nil {
		t.Fatal(err)
	}
	i := slices.IndexFunc(table.Rows, func(row map[string]any) bool {
		return row["indicator"] == "container_throughput" && row["area"] == "NBZS"
	})
	if i < 0 || table.Rows[i]["basis"] != "published" || table.Rows[i]["period_en"] != "2025" || table.Rows[i]["amount"] != "4,300.0" {
		t.Errorf("got %v", table.Rows)
	}
	cell := func(of map[string]any) string {
		return fmt.Sprint(of["indicator"], of["area"], of["category"], of["period"])
	}
	doubtful := map[string]bool{}
	for _, basis := range []string{"imputed", "estimated"} {
		a, err := r.Ask(dashboards.History, `last_over_time(tidemark_figure_cell{measure="yoy",basis="`+basis+`"}[30y])`, today)
		if err != nil {
			t.Fatal(err)
		}
		for _, s := range a.Result {
			doubtful[cell(map[string]any{"indicator": s.Metric["indicator"], "area": s.Metric["area"], "category": s.Metric["category"], "period": s.Metric["period"]})] = true
		}
	}
	if len(doubtful) == 0 {
		t.Error("the sample has no growth that rests on imputed figures")
	}
	for _, row := range table.Rows {
		if row["measure"] == "level" && row["growth"] != "–" && doubtful[cell(row)] {
			t.Errorf("got %v", row)
		}
	}
}
