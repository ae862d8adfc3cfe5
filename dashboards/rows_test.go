package dashboards_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/tidemark-stats/tidemark/internal/dashboardstest"
)

// An indicator has a chart or is in the table of those that have too few
// figures for one, never both or neither.
func TestOnlyIndicatorsWithThreePeriodsHaveAChartAndAllOthersANumber(t *testing.T) {
	r := ofSample(t)
	charts, numbers := 0, 0
	for _, d := range committed(t) {
		i := slices.IndexFunc(d.Variables, func(v dashboardstest.Variable) bool { return strings.HasSuffix(v.Name, "_drawn") })
		if i < 0 || strings.HasSuffix(d.UID, "-en") {
			continue
		}
		o := r.Open(d.Dashboard, nil)
		with := map[string]bool{} // figures
		for _, name := range []string{"monthly", "quarterly", "annual"} {
			for _, code := range o.Values[name] {
				with[code] = true
			}
			for _, code := range o.Values[name+"_drawn"] {
				charts++
				if !with[code] {
					t.Errorf("%s draws %s, which has no figures", d.UID, code)
				}
				delete(with, code)
			}
		}
		p := d.Panels[slices.IndexFunc(d.Panels, func(p dashboardstest.Panel) bool { return p.Title == "不足三期的指标" })]
		table, _, err := r.Table(p, o.Values, o)
		if err != nil {
			t.Fatal(err)
		}
		for _, row := range table.Rows {
			numbers++
			delete(with, row["indicator"].(string))
			if slices.Contains(slices.Concat(o.Values["monthly_drawn"], o.Values["quarterly_drawn"], o.Values["annual_drawn"]), row["indicator"].(string)) {
				t.Errorf("%s has a chart and a number of %s", d.UID, row["indicator"])
			}
		}
		for code := range with {
			t.Errorf("%s shows nothing of %s", d.UID, code)
		}
	}
	if charts < 5 || numbers < 5 {
		t.Errorf("%d charts and %d numbers", charts, numbers)
	}
}
