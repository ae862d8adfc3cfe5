package dashboards_test

import (
	"fmt"
	"math"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

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
				// A line may have an end of its own where periods are missing: only settings of
				// axes make a second one.
				if _, own := f.Set["custom."+setting]; own && (setting != "insertNulls" || f.Draws("bars")) {
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

// contrast is that of a colour on a background, by WCAG. A colour that lets the
// background through is mixed with it.
func contrast(t *testing.T, colour string, opacity float64, background [3]float64) float64 {
	t.Helper()
	var c [3]float64
	alpha := 1.0
	if n, _ := fmt.Sscanf(colour, "rgba(%f, %f, %f, %f)", &c[0], &c[1], &c[2], &alpha); n != 4 {
		var r, g, b int
		if _, err := fmt.Sscanf(colour, "#%2x%2x%2x", &r, &g, &b); err != nil {
			t.Fatalf("%q is not a colour: %v", colour, err)
		}
		c = [3]float64{float64(r), float64(g), float64(b)}
	}
	if opacity > 0 {
		alpha = opacity
	}
	light := func(c [3]float64) float64 {
		sum := 0.0
		for i, part := range []float64{0.2126, 0.7152, 0.0722} {
			v := c[i] / 255
			if v <= 0.04045 {
				v /= 12.92
			} else {
				v = math.Pow((v+0.055)/1.055, 2.4)
			}
			sum += part * v
		}
		return sum
	}
	for i := range c {
		c[i] = c[i]*alpha + background[i]*(1-alpha)
	}
	high, low := light(c), light(background)
	if high < low {
		high, low = low, high
	}
	return (high + 0.05) / (low + 0.05)
}

// basisOf finds the basis in the matcher of a query.
var basisOf = regexp.MustCompile(`basis="(\w+)"`)

func TestWhatWasPublishedIsTheStrongestOnADarkPageAndOnALightOne(t *testing.T) {
	charts := 0
	panels(t, func(r read, p dashboardstest.Panel) {
		for name, background := range map[string][3]float64{"dark": {24, 27, 31}, "light": {255, 255, 255}} {
			strength := map[string]float64{}
			for _, f := range p.Fields {
				i := slices.IndexFunc(p.Queries, func(q dashboardstest.Query) bool { return q.Ref == f.Name && basisOf.MatchString(q.Expr) })
				if i < 0 || !f.Draws("bars") {
					continue
				}
				opacity, _ := f.Set["custom.fillOpacity"].(float64)
				hue := f.Set["color"].(map[string]any)["fixedColor"].(string)
				strength[basisOf.FindStringSubmatch(p.Queries[i].Expr)[1]] = contrast(t, hue, opacity/100, background)
			}
			for basis, s := range strength {
				charts++
				if basis != "published" && s >= strength["published"] {
					t.Errorf("%s: on a %s page %q draws %s with a contrast of %.1f, published with %.1f", r.Path, name, p.Title, basis, s, strength["published"])
				}
				if s < 1.3 {
					t.Errorf("%s: on a %s page %q draws %s with a contrast of only %.1f", r.Path, name, p.Title, basis, s)
				}
			}
		}
	})
	if charts == 0 {
		t.Error("no chart tells published from derived")
	}
}

// A line would be drawn through periods that have no year before.
func TestTheYearBeforeIsNeitherALineNorBeyondTheNewestFigure(t *testing.T) {
	found := 0
	panels(t, func(r read, p dashboardstest.Panel) {
		for _, q := range p.Queries {
			if strings.Contains(q.Expr, "tidemark_figure_year_ago") {
				t.Errorf("%s: %q asks for the year before beyond the newest figure", r.Path, p.Title)
			}
			if !strings.Contains(q.Expr, "tidemark_figure_compared") {
				continue
			}
			found++
			i := slices.IndexFunc(p.Fields, func(f dashboardstest.Field) bool { return f.Name == q.Ref })
			if i < 0 || !p.Fields[i].Draws("points") {
				t.Errorf("%s: %q draws %s as a line", r.Path, p.Title, q.Ref)
			}
		}
	})
	if found == 0 {
		t.Error("no chart has the year before")
	}
}

func TestTheFirstBarsAreTheDensest(t *testing.T) {
	r := ofSample(t)
	for _, d := range committed(t) {
		if d.Edition != dashboards.Chinese || d.Panels[0].Queries[0].Source != dashboards.History {
			continue
		}
		o := r.Open(d.Dashboard, nil)
		for _, p := range d.Panels {
			most, first := 0, ""
			for _, q := range p.Queries {
				if !slices.ContainsFunc(p.Fields, func(f dashboardstest.Field) bool { return f.Name == q.Ref && f.Draws("bars") }) {
					continue
				}
				a, err := r.Answer(q, o.Values, o)
				if err != nil {
					t.Fatal(err)
				}
				n := 0
				for _, s := range a.Result {
					n = max(n, len(s.Values))
				}
				if first == "" {
					first, most = q.Ref, n
				} else if n > most {
					t.Errorf("%s: %q has %d bars of %s and %d of %s, which is first", d.Path, p.Title, n, q.Ref, most, first)
				}
			}
		}
	}
}

// edge is the width of a panel of the page at 1366 pixels, without its frame.
func edge(columns int) int { return 1328*columns/24 - 26 }

func TestEveryTableFitsAPageOf1366Pixels(t *testing.T) {
	tables := 0
	panels(t, func(r read, p dashboardstest.Panel) {
		if p.Type != "table" || len(p.Columns) == 0 {
			return
		}
		tables++
		sum, growing := 0, 0
		for _, f := range p.Fields {
			width, fixed := f.Set["custom.width"].(float64)
			least, grows := f.Set["custom.minWidth"].(float64)
			switch {
			case f.Hidden:
			case fixed:
				sum += int(width)
			case grows:
				growing++
				sum += int(least)
			default:
				t.Errorf("%s: %q has no width for %s", r.Path, p.Title, f.Name)
			}
		}
		if sum > edge(p.Width) || growing != 1 {
			t.Errorf("%s: %q needs %d pixels of %d, and %d columns take what is left", r.Path, p.Title, sum, edge(p.Width), growing)
		}
	})
	if tables == 0 {
		t.Error("there are no tables")
	}
}

// Grafana draws no value as a bar of 0 %.
func TestNoShareIsDrawnAsABar(t *testing.T) {
	panels(t, func(r read, p dashboardstest.Panel) {
		for _, f := range p.Fields {
			if cell, _ := f.Set["custom.cellOptions"].(map[string]any); cell["type"] == "gauge" {
				t.Errorf("%s: %q draws %s as a bar", r.Path, p.Title, f.Name)
			}
		}
	})
}

func TestEmptyPanelsAndTimeRangesSpeakTheLanguageOfTheirPage(t *testing.T) {
	for _, r := range committed(t) {
		chinese := r.Edition == dashboards.Chinese
		for _, p := range r.Panels {
			if utf8.RuneCountInString(p.NoValue) < 2 || han(p.NoValue) != chinese {
				t.Errorf("%s: %q says %q when it is empty", r.Path, p.Title, p.NoValue)
			}
		}
		if len(r.Ranges) == 0 || r.Ranges[0].From != r.From || r.Ranges[0].To != r.To {
			t.Errorf("%s: the range from %s to %s has no name", r.Path, r.From, r.To)
		}
		for _, o := range r.Ranges {
			if han(o.Display) != chinese {
				t.Errorf("%s: a range is called %q", r.Path, o.Display)
			}
		}
		for _, v := range r.Variables {
			if slices.Contains(v.Current, "$__all") && !v.Hidden {
				t.Errorf("%s: Grafana calls the option for everything of %s All", r.Path, v.Name)
			}
		}
	}
}

// Every label period is a code, and every time at the start of a period would
// be shown as a month, also that of a year.
func TestPeriodsReadAsPeriods(t *testing.T) {
	panels(t, func(r read, p dashboardstest.Panel) {
		for _, f := range p.Fields {
			if (f.Name == "period" || f.Name == "deadline") && !f.Mapped {
				t.Errorf("%s: %q shows %s as a code", r.Path, p.Title, f.Name)
			}
			if f.Set["unit"] == "time:YYYY-MM" {
				t.Errorf("%s: %q shows the period %s as a month", r.Path, p.Title, f.Name)
			}
		}
	})
}
