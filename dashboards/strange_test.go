package dashboards_test

import (
	"fmt"
	"net/http/httptest"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
	"unicode"

	"github.com/tidemark-stats/tidemark/book"
	"github.com/tidemark-stats/tidemark/book/booktest"
	"github.com/tidemark-stats/tidemark/catalog"
	"github.com/tidemark-stats/tidemark/dashboards"
	"github.com/tidemark-stats/tidemark/exporter/queryapi"
	"github.com/tidemark-stats/tidemark/figure"
	"github.com/tidemark-stats/tidemark/internal/dashboardstest"
	"github.com/tidemark-stats/tidemark/store"
)

// strange is a catalogue that nobody had in mind, with its figures.
type strange struct {
	yaml     strings.Builder
	targets  strings.Builder
	vintages []store.Vintage
}

// sixty is a name of sixty characters.
func sixty(zh, en string) string {
	return fmt.Sprintf("{zh: %s, en: %s}", strings.Repeat(zh, 60)[:60*len(zh)], (en + strings.Repeat(" of the harbour", 5))[:60])
}

func begun(topics string) *strange {
	s := new(strange)
	fmt.Fprintf(&s.yaml, `city: {zh: 海城, en: Harbour}
timezone: Asia/Shanghai
agencies:
  - {code: port, name: %s}
areas:
  - {code: H1, kind: city, name: {zh: 海城, en: Harbour}}
  - {code: H2, kind: district, name: %s}
units:
  - {code: TEU, name: {zh: 标准箱, en: TEU}, written: {标箱: 0, 万TEU: 4}}
topics: [%s]
indicators:
`, sixty("局", "office"), sixty("区", "district"), topics)
	return s
}

// add adds an indicator of both areas.
func (s *strange) add(code, name, topic, measures string) *strange {
	bounds, level := "    bounds: {min: 0 TEU, max: 900 万TEU}\n    max_jump: 30\n", strings.Contains(measures, "level")
	growth := ""
	if strings.Contains(measures, "yoy") {
		growth = "    max_growth: 500 %\n"
	}
	if !level {
		bounds = ""
	}
	fmt.Fprintf(&s.yaml, `  - code: %s
    name: %s
    topic: %s
    kind: flow
    frequency: M
    accepts: [A]
    unit: TEU
    display: 万TEU
    agency: port
    areas: [city, district]
    measures: [%s]
%s%s    source: nobody
`, code, name, topic, measures, bounds, growth)
	return s
}

// aim adds a target for a year of an indicator.
func (s *strange) aim(indicator, name string) {
	fmt.Fprintf(&s.targets, `  - id: %s_2027
    name: %s
    wording: 二零二七
    source: nobody
    kind: annual_total
    indicator: %s
    area: H1
    value: 1000 万TEU
    by: 2027
`, indicator, name, indicator)
}

// figures adds the newest months of an indicator of the first area, up to
// October 2026.
func (s *strange) figures(indicator string, months int, measure figure.Measure, value float64) {
	for n := range months {
		p := figure.Month(2026, 10).Add(-n)
		v := booktest.Published(indicator, p.String(), value+float64(n), p.End().AddDate(0, 0, 9).Format(time.DateOnly))
		v.Measure = measure
		s.vintages = append(s.vintages, v)
	}
}

func (s *strange) catalog(t *testing.T) *catalog.Catalog {
	t.Helper()
	targets := ""
	if s.targets.Len() > 0 {
		targets = "targets:\n" + s.targets.String()
	}
	c, err := catalog.Parse("strange.yaml", []byte(s.yaml.String()+targets))
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// one is a catalogue of one indicator with one figure.
func one() *strange {
	s := begun("{code: sea, name: {zh: 海, en: Sea}}").add("boxes", "{zh: 箱量, en: boxes}", "sea", "level")
	s.aim("boxes", "{zh: 箱量目标, en: ten million boxes}")
	s.figures("boxes", 1, figure.Level, 200000)
	return s
}

// odd has an indicator of each kind that is not like the others, and long names.
func odd() *strange {
	s := begun("{code: sea, name: "+sixty("海", "sea")+"}").
		add("single", "{zh: 单, en: single figure}", "sea", "level").
		add("withheld", "{zh: 密, en: secret}", "sea", "level").
		add("growth", "{zh: 增, en: growth only}", "sea", "yoy").
		add("long", sixty("长", "long"), "sea", "level").
		add("empty", "{zh: 空, en: empty}", "sea", "level")
	s.aim("single", "{zh: 单目标, en: single target}")
	s.aim("long", sixty("目", "target"))
	s.aim("empty", "{zh: 空目标, en: empty target}")
	s.figures("single", 1, figure.Level, 200000)
	s.figures("withheld", 5, figure.Level, 0)
	for i := len(s.vintages) - 5; i < len(s.vintages); i++ {
		s.vintages[i] = booktest.Withheld(s.vintages[i])
	}
	s.figures("growth", 14, figure.YoY, 5)
	s.figures("long", 30, figure.Level, 300000)
	s.vintages = append(s.vintages, func() store.Vintage { // of an area that is in no target
		v := booktest.Published("long", "2026-10", 1000, "2026-11-09")
		v.Area = "H2"
		return v
	}())
	return s
}

// many has three hundred indicators, most of them in one topic.
func many() *strange {
	s := begun("{code: sea, name: {zh: 海, en: Sea}}, {code: land, name: {zh: 陆, en: Land}}")
	for n := range 300 {
		code, topic := fmt.Sprintf("an_indicator_number_%03d", n), "sea"
		if n%10 == 0 {
			topic = "land"
		}
		s.add(code, fmt.Sprintf("{zh: 第%d个指标, en: indicator %d}", n, n), topic, "level, yoy")
		if n%3 == 0 {
			s.aim(code, fmt.Sprintf("{zh: 第%d个目标, en: target %d}", n, n))
		}
		s.figures(code, n%6, figure.Level, 200000+float64(n))
	}
	return s
}

// aimless has no targets.
func aimless() *strange {
	s := begun("{code: sea, name: {zh: 海, en: Sea}}").add("boxes", "{zh: 箱量, en: boxes}", "sea", "level")
	s.figures("boxes", 40, figure.Level, 200000)
	return s
}

var strangers = map[string]func() *strange{"no targets": aimless, "one indicator": one, "odd ones": odd, "three hundred": many}

// opens passes every dashboard of every strange catalogue that shows figures,
// opened over its figures.
func opens(t *testing.T, each func(t *testing.T, r dashboardstest.Reader, o dashboardstest.Opened, file dashboards.File)) {
	for name, made := range strangers {
		t.Run(name, func(t *testing.T) {
			s := made()
			c, b := s.catalog(t), booktest.Of(t, s.vintages...)
			server := httptest.NewServer(queryapi.New(queryapi.Options{Catalog: c, Book: func() *book.Book { return b }, Now: func() time.Time { return today }}))
			defer server.Close()
			files, err := dashboards.Build(c)
			if err != nil {
				t.Fatal(err)
			}
			r := dashboardstest.Reader{T: t, Now: today, Sources: map[string]string{dashboards.History: server.URL}}
			for _, d := range sheets(t, files) {
				if !strings.HasPrefix(d.UID, "tidemark-pipeline") {
					each(t, r, r.Open(d.Dashboard, nil), d.File)
				}
			}
		})
	}
}

func TestEveryQueryOfAStrangeCatalogueIsAnsweredAndEveryEmptyPanelSaysWhy(t *testing.T) {
	opens(t, func(t *testing.T, r dashboardstest.Reader, o dashboardstest.Opened, file dashboards.File) {
		if file.Edition != dashboards.Chinese {
			return // the other asks the same
		}
		for _, p := range o.Panels {
			for i, values := range o.Times(p) {
				if i > 2 {
					break // the others are like these
				}
				total := 0
				for _, q := range p.Queries {
					n, err := r.Series(q, values, o)
					if err != nil {
						t.Errorf("%s: %q, %s: %v", file.Path, p.Title, q.Ref, err)
					}
					total += n
				}
				if total == 0 && len([]rune(p.NoValue)) < 2 {
					t.Errorf("%s: %q is empty and says %q", file.Path, p.Title, p.NoValue)
				}
			}
		}
	})
}

func TestADashboardOfAStrangeCatalogueCanBeLoaded(t *testing.T) {
	opens(t, func(t *testing.T, r dashboardstest.Reader, o dashboardstest.Opened, file dashboards.File) {
		unfolded := 0
		for _, p := range o.Panels {
			if !p.Folded {
				unfolded += len(o.Times(p))
			}
		}
		if len(file.JSON) > 1<<20 || unfolded > 100 {
			t.Errorf("%s has %d bytes, and %d panels are open at first", file.Path, len(file.JSON), unfolded)
		}
	})
}

var textOf = regexp.MustCompile(`\$\{(\w+):(?:text|raw)\}|\$(\w+)`)

// titled is a title with the texts of the chosen options.
func titled(t *testing.T, r dashboardstest.Reader, o dashboardstest.Opened, values map[string][]string, title string) string {
	t.Helper()
	return textOf.ReplaceAllStringFunc(title, func(written string) string {
		m := textOf.FindStringSubmatch(written)
		name := m[1] + m[2]
		for _, option := range options(t, r, o, name) {
			if slices.Contains(values[name], option.Value) && !strings.HasSuffix(written, ":raw}") {
				return option.Text
			}
		}
		return strings.Join(values[name], "")
	})
}

func TestNoTitleOfAStrangeCatalogueIsEmptyAndNoLinkIsThereTwice(t *testing.T) {
	opens(t, func(t *testing.T, r dashboardstest.Reader, o dashboardstest.Opened, file dashboards.File) {
		for _, heading := range o.Headings {
			if title := titled(t, r, o, o.Values, heading); strings.Trim(title, " ·:：（）()") == "" {
				t.Errorf("%s: the heading %q is %q", file.Path, heading, title)
			}
		}
		for _, p := range o.Panels {
			if title := titled(t, r, o, o.Values, p.Title); strings.Trim(title, " ·:：（）()") == "" || strings.Contains(title, "$") {
				t.Errorf("%s: the title %q is %q", file.Path, p.Title, title)
			}
			if links := slices.Sorted(slices.Values(p.Follow())); len(slices.Compact(slices.Clone(links))) < len(links) {
				t.Errorf("%s: %q has a link twice: %v", file.Path, p.Title, links)
			}
		}
		if links := slices.Sorted(slices.Values(o.Links)); len(slices.Compact(slices.Clone(links))) < len(links) {
			t.Errorf("%s has a link twice: %v", file.Path, links)
		}
	})
}

// pixels is about as wide as Grafana writes a text in a cell, with its padding.
func pixels(text string) int {
	sum := 16
	for _, r := range text {
		if unicode.Is(unicode.Han, r) || r >= 0xff00 {
			sum += 14
		} else {
			sum += 7
		}
	}
	return sum
}

// A text that is wider than its column is wrapped, or is cut and cannot be read.
func TestNoTextOfAStrangeCatalogueIsWiderThanItsColumn(t *testing.T) {
	texts := 0
	opens(t, func(t *testing.T, r dashboardstest.Reader, o dashboardstest.Opened, file dashboards.File) {
		for _, p := range o.Panels {
			if p.Type != "table" || len(p.Columns) == 0 {
				continue
			}
			table, _, err := r.Table(p, o.Values, o)
			if err != nil {
				t.Fatal(err)
			}
			for _, f := range p.Fields {
				width, fixed := f.Set["custom.width"].(float64)
				cell, _ := f.Set["custom.cellOptions"].(map[string]any)
				if f.Hidden || !fixed && f.Set["custom.minWidth"] == nil || cell["wrapText"] == true || f.Mapped {
					continue
				}
				if !fixed {
					width = f.Set["custom.minWidth"].(float64)
				}
				for _, row := range table.Rows {
					text, label := row[f.Name].(string)
					if _, err := strconv.ParseFloat(text, 64); !label || err == nil {
						continue // a number has a format of its own
					}
					if texts++; pixels(text) > int(width) {
						t.Errorf("%s: %q shows %q in %.0f pixels", file.Path, p.Title, text, width)
						break
					}
				}
			}
		}
	})
	if texts == 0 {
		t.Error("no table has texts")
	}
}

// A timeline without a verdict says in English that it found no data.
func TestACatalogueWithoutTargetsHasNoTimelineOfVerdicts(t *testing.T) {
	opens(t, func(t *testing.T, r dashboardstest.Reader, o dashboardstest.Opened, file dashboards.File) {
		for _, p := range o.Panels {
			if p.Type != "state-timeline" {
				continue
			}
			total := 0
			for _, q := range p.Queries {
				n, err := r.Series(q, o.Values, o)
				if err != nil {
					t.Fatal(err)
				}
				total += n
			}
			if total == 0 {
				t.Errorf("%s: %q is empty", file.Path, p.Title)
			}
		}
	})
}

// A trend without a number says so in English, whatever its text for no data.
func TestATrendHasANumberEvenIfThereAreNoFigures(t *testing.T) {
	trends := 0
	opens(t, func(t *testing.T, r dashboardstest.Reader, o dashboardstest.Opened, file dashboards.File) {
		for _, p := range o.Panels {
			if p.Type != "trend" {
				continue
			}
			for _, indicator := range []string{"boxes", "withheld", "growth", "empty", "nobody"} {
				trends++
				o.Values["indicator"] = []string{indicator}
				table, _, err := r.Table(p, o.Values, o)
				if err != nil || len(table.Rows) == 0 || table.Rows[0]["month"] == nil || table.Rows[0]["line"] == nil {
					t.Errorf("%s: %q of %s has %v, %v", file.Path, p.Title, indicator, table.Rows, err)
				}
			}
		}
	})
	if trends == 0 {
		t.Error("there are no trends")
	}
}
