package dashboards_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/tidemark-stats/tidemark/dashboards"
	"github.com/tidemark-stats/tidemark/internal/dashboardstest"
)

// panels passes every panel of both editions.
func panels(t *testing.T, yield func(r read, p dashboardstest.Panel)) {
	t.Helper()
	for _, r := range committed(t) {
		for _, p := range r.Panels {
			yield(r, p)
		}
	}
}

// An override would give the bars an axis of their own.
func TestBarsAreAsWideAsTheirPeriodAndBeginAtZeroByTheDefaultsOfThePanel(t *testing.T) {
	want := map[string]any{"insertNulls": 34560000000.0, "axisSoftMin": 0.0, "barAlignment": 1.0, "barWidthFactor": 0.8}
	bars := 0
	panels(t, func(r read, p dashboardstest.Panel) {
		if p.Type != "timeseries" || !p.Bars() {
			return
		}
		bars++
		for setting, value := range want {
			if p.Defaults.Custom[setting] != value {
				t.Errorf("%s: %q has %s %v, want %v", r.Path, p.Title, setting, p.Defaults.Custom[setting], value)
			}
			for _, f := range p.Fields {
				if _, own := f.Set["custom."+setting]; own {
					t.Errorf("%s: %q overrides %s of %s", r.Path, p.Title, setting, f.Name)
				}
			}
		}
	})
	if bars == 0 {
		t.Error("there are no bars")
	}
}

// Grafana gives a column the settings of every field whose name it displays.
func TestNoColumnIsDisplayedByTheNameOfAnotherField(t *testing.T) {
	panels(t, func(r read, p dashboardstest.Panel) {
		for _, f := range p.Fields {
			other := slices.ContainsFunc(p.Fields, func(o dashboardstest.Field) bool { return o.Hidden && o.Name == f.Display })
			if other || f.Display != "" && f.Display != f.Name && slices.Contains(p.Columns, f.Display) {
				t.Errorf("%s: %q displays %s as %q, which is another field", r.Path, p.Title, f.Name, f.Display)
			}
		}
	})
}

func TestBothEditionsHaveTheSameLinks(t *testing.T) {
	count := map[dashboards.Edition]map[string]int{dashboards.Chinese: {}, dashboards.English: {}}
	total := 0
	panels(t, func(r read, p dashboardstest.Panel) {
		count[r.Edition][strings.TrimSuffix(r.UID, "-en")] += len(p.Follow())
		total += len(p.Follow())
	})
	for uid, n := range count[dashboards.Chinese] {
		if count[dashboards.English][uid] != n {
			t.Errorf("%s has %d links in Chinese and %d in English", uid, n, count[dashboards.English][uid])
		}
	}
	if total == 0 {
		t.Error("there are no links")
	}
}

// A range of PromQL excludes its beginning.
func TestTheFirstPeriodOfTheTimeRangeIsShown(t *testing.T) {
	r := ofSample(t)
	d, p := panel(t, "tidemark-indicator", "逐期数值（$unit）")
	o := r.Open(d, map[string]string{"indicator": "container_throughput", "area": "NBZS"})
	for _, until := range []time.Time{o.To, o.To.Truncate(time.Hour), o.To.Add(-100 * time.Millisecond)} {
		o.To = until
		first := map[time.Time]bool{}
		for _, begin := range []int{2021, 2022, 2023} {
			o.From = time.Date(begin, 1, 1, 0, 0, 0, 0, time.UTC)
			for _, q := range p.Queries {
				a, err := r.Answer(q, o.Values, o)
				if err != nil {
					t.Fatal(err)
				}
				for _, s := range a.Result {
					for _, v := range s.Values {
						if at := time.UnixMilli(int64(v[0].(float64) * 1000)).UTC(); at.Equal(o.From) {
							first[at] = true
						} else if at.Before(o.From) {
							t.Errorf("from %s: %s has a figure of %s", o.From, q.Ref, at)
						}
					}
				}
			}
		}
		if len(first) != 3 {
			t.Errorf("until %s the first periods of %v are shown", until, first)
		}
	}
	panels(t, func(r read, p dashboardstest.Panel) {
		for _, q := range p.Queries {
			if strings.Contains(q.Expr, "$__range]") {
				t.Errorf("%s: %q, %s excludes the beginning of the time range: %s", r.Path, p.Title, q.Ref, q.Expr)
			}
		}
	})
}
