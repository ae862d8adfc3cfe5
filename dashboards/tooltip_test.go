package dashboards_test

import (
	"encoding/json"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/tidemark-stats/tidemark/dashboards"
	"github.com/tidemark-stats/tidemark/internal/dashboardstest"
)

// Where a basis has no figure, Grafana would show its nearest one, from any other
// month.
func TestATooltipShowsOnePeriod(t *testing.T) {
	r := ofSample(t)
	seen := 0
	for _, d := range committed(t) {
		if d.Panels[0].Queries[0].Source != dashboards.History {
			continue
		}
		o := r.Open(d.Dashboard, nil)
		for _, p := range d.Panels {
			if p.Type != "timeseries" {
				continue
			}
			all, err := r.Tooltips(p, o.Values, o)
			if err != nil {
				t.Fatal(err)
			}
			for _, tip := range all {
				if seen++; len(tip.Times) > 1 {
					t.Errorf("%s, %q: over %s there are figures of %v", d.UID, p.Title, tip.At.Format("2006-01"), tip.Times)
				}
			}
		}
	}
	if seen < 200 {
		t.Errorf("only %d tooltips", seen)
	}
}

func TestTheTooltipOfEveryChartIsLimitedToValuesNearTheCursor(t *testing.T) {
	charts := 0
	panels(t, func(r read, p dashboardstest.Panel) {
		if p.Type != "timeseries" && p.Type != "trend" {
			return
		}
		if charts++; p.HoverProximity == nil || *p.HoverProximity < 1 || *p.HoverProximity > 30 {
			t.Errorf("%s: %q has %v", r.Path, p.Title, p.HoverProximity)
		}
	})
	if charts == 0 {
		t.Error("there are no charts")
	}
}

// Grafana draws no legend of a timeline whose colours are a scale, which is its
// default, and takes an empty mode for a tooltip of its own choice.
func TestATimelineHasALegendAndATooltip(t *testing.T) {
	found := 0
	for _, f := range committed(t) {
		var d struct {
			Panels []struct {
				Type        string
				FieldConfig struct {
					Defaults struct{ Color struct{ Mode string } }
				}
				Options struct {
					Legend  struct{ ShowLegend bool }
					Tooltip struct{ Mode, Sort string }
				}
			}
		}
		if err := json.Unmarshal(f.JSON, &d); err != nil {
			t.Fatal(err)
		}
		for _, p := range d.Panels {
			if p.Type != "state-timeline" {
				continue
			}
			if found++; p.FieldConfig.Defaults.Color.Mode != "fixed" || !p.Options.Legend.ShowLegend || p.Options.Tooltip.Mode != "single" || p.Options.Tooltip.Sort != "none" {
				t.Errorf("%s: got %+v", f.Path, p)
			}
		}
	}
	if found != 4 {
		t.Errorf("%d timelines", found)
	}
}

// renamed is the name of a series after the transformations of a panel.
func renamed(t *testing.T, p dashboardstest.Panel, name string) string {
	t.Helper()
	for _, step := range p.Transformations {
		var options struct{ Regex, RenamePattern string }
		if err := json.Unmarshal(step.Options, &options); err != nil || step.ID != "renameByRegex" {
			t.Fatalf("%q has the transformation %s, %v", p.Title, step.ID, err)
		}
		name = regexp.MustCompile(options.Regex).ReplaceAllString(name, strings.ReplaceAll(options.RenamePattern, "$1", "${1}"))
	}
	return name
}

func TestRowsOfATimelineAreNamedInWords(t *testing.T) {
	r := ofSample(t)
	rows := 0
	for _, d := range committed(t) {
		for _, p := range d.Panels {
			if p.Type != "state-timeline" {
				continue
			}
			o := r.Open(d.Dashboard, nil)
			answers, err := r.Answers(p, o.Values, o)
			if err != nil {
				t.Fatal(err)
			}
			for _, s := range answers[0].Result {
				name := renamed(t, p, s.Metric[strings.Trim(p.Queries[0].Legend, "{}")])
				if rows++; name == "" || name != strings.TrimSpace(name) || slices.Contains(strings.Fields(name), "any") {
					t.Errorf("%s: %q has a row %q", d.Path, p.Title, name)
				}
			}
		}
	}
	if rows < 30 {
		t.Errorf("only %d rows", rows)
	}
}

// Without decimals Grafana writes three digits of growth, and three decimals of
// amounts.
func TestNumbersInTooltipsHaveDecimals(t *testing.T) {
	charts := 0
	for _, f := range committed(t) {
		for _, p := range f.Panels {
			if p.Type != "timeseries" || p.Defaults.Unit != "percent" && p.Defaults.Unit != "locale" {
				continue
			}
			want := map[string]float64{"percent": 1, "locale": 2}[p.Defaults.Unit]
			if charts++; p.Defaults.Decimals == nil || *p.Defaults.Decimals != want {
				t.Errorf("%s: %q has %v decimals, want %v", f.Path, p.Title, p.Defaults.Decimals, want)
			}
		}
	}
	if charts == 0 {
		t.Error("there are no charts")
	}
}
