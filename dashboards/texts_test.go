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

// A colour that lets the background through is for bars.
func TestTextsAreInColoursThatCanBeReadOnADarkPageAndOnALightOne(t *testing.T) {
	colour := regexp.MustCompile(`^(#[0-9a-f]{6}|rgba\(.*\))$`)
	texts := 0
	panels(t, func(r read, p dashboardstest.Panel) {
		for _, f := range p.Fields {
			var hues []string
			cell, _ := f.Set["custom.cellOptions"].(map[string]any)
			mappings, _ := json.Marshal(f.Set["mappings"])
			if cell["type"] == "color-text" || f.Mapped && cell == nil {
				for _, m := range regexp.MustCompile(`"color":"([^"]+)"`).FindAllStringSubmatch(string(mappings), -1) {
					hues = append(hues, m[1])
				}
			}
			if fixed, _ := f.Set["color"].(map[string]any); p.Type == "stat" && fixed["mode"] == "fixed" {
				hues = append(hues, fixed["fixedColor"].(string))
			}
			for _, hue := range hues {
				if !colour.MatchString(hue) {
					continue // Grafana has names for colours of its own, which suit both
				}
				texts++
				for page, background := range map[string][3]float64{"dark": {24, 27, 31}, "light": {255, 255, 255}} {
					if c := contrast(t, hue, 0, background); c < 3.5 {
						t.Errorf("%s: %q writes %s in %s, which has a contrast of %.1f on a %s page", r.Path, p.Title, f.Name, hue, c, page)
					}
				}
			}
		}
	})
	if texts < 100 {
		t.Errorf("only %d colours of texts", texts)
	}
}

// Grafana counts the lines of a text by its spaces.
func TestASentenceHasSpaceAndPlacesToBreak(t *testing.T) {
	r := ofSample(t)
	sentences := 0
	for _, d := range committed(t) {
		for _, p := range d.Panels {
			for _, f := range p.Fields {
				if !strings.HasPrefix(f.Name, "text_") && !strings.HasPrefix(f.Name, "sentence_") {
					continue
				}
				if _, grows := f.Set["custom.minWidth"]; !grows || p.Width < 24 {
					t.Errorf("%s: %q squeezes %s", d.Path, p.Title, f.Name)
				}
				if p.Queries[0].Source != dashboards.History {
					continue
				}
				o := r.Open(d.Dashboard, nil)
				table, _, err := r.Table(p, o.Values, o)
				if err != nil {
					t.Fatal(err)
				}
				for _, row := range table.Rows {
					for _, word := range strings.Fields(row[f.Name].(string)) {
						if sentences++; len([]rune(word)) > 40 {
							t.Errorf("%s: %q cannot break %s", d.Path, p.Title, word)
						}
					}
				}
			}
		}
	}
	if sentences == 0 {
		t.Error("there are no sentences")
	}
}

func TestHeadingsFitTheirColumns(t *testing.T) {
	headings := 0
	panels(t, func(r read, p dashboardstest.Panel) {
		if p.Type != "table" || len(p.Columns) == 0 {
			return
		}
		for _, f := range p.Fields {
			width, fixed := f.Set["custom.width"].(float64)
			if f.Hidden || !fixed {
				continue
			}
			words := []string{f.Display}
			if f.Set["custom.wrapHeaderText"] == true {
				words = strings.Fields(f.Display)
			}
			for _, w := range words {
				if headings++; pixels(w) > int(width)+8 { // pixels is an upper bound
					t.Errorf("%s: %q has %d pixels of %.0f for %q", r.Path, p.Title, pixels(w), width, w)
				}
			}
			if r.Edition == dashboards.English && f.Set["custom.wrapHeaderText"] != true {
				t.Errorf("%s: %q cuts the heading %q", r.Path, p.Title, f.Display)
			}
		}
	})
	if headings == 0 {
		t.Error("there are no headings")
	}
}

func TestATileOfZeroIsAsQuietAsThePanel(t *testing.T) {
	tiles := 0
	panels(t, func(r read, p dashboardstest.Panel) {
		for _, f := range p.Fields {
			steps, _ := f.Set["thresholds"].(map[string]any)
			if p.Type != "stat" || steps == nil {
				continue
			}
			if tiles++; steps["steps"].([]any)[0].(map[string]any)["color"] != "panel-bg" {
				t.Errorf("%s: %q lights %s at zero", r.Path, p.Title, f.Name)
			}
		}
	})
	if tiles < 20 {
		t.Errorf("only %d tiles", tiles)
	}
}

// Grafana shows the text of an empty panel only where all its queries are one.
func TestATableOfTargetsSaysThatThereAreNone(t *testing.T) {
	r := ofSample(t)
	for _, title := range []string{"本指标的目标", "情况"} {
		d, p := panel(t, "tidemark-indicator", title)
		o := r.Open(d, map[string]string{"indicator": "trade_total"})
		table, _, err := r.Table(p, o.Values, o)
		if err != nil {
			t.Fatal(err)
		}
		if len(table.Rows) != 1 || table.Rows[0]["stand"] != "nothing" && table.Rows[0]["text_zh"] != "nothing" {
			t.Errorf("%q has %v", title, table.Rows)
		}
		says := slices.ContainsFunc(p.Fields, func(f dashboardstest.Field) bool {
			mappings, _ := json.Marshal(f.Set["mappings"])
			return strings.Contains(string(mappings), `"nothing":{`) && strings.Contains(string(mappings), "没有目标")
		})
		if !says {
			t.Errorf("%q does not say so", title)
		}
	}
}
