package dashboards_test

import (
	"bytes"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode"

	"github.com/prometheus/prometheus/promql/parser"

	"github.com/tidemark-stats/tidemark/catalog"
	"github.com/tidemark-stats/tidemark/dashboards"
	"github.com/tidemark-stats/tidemark/internal/dashboardstest"
)

// read is a committed dashboard with its parsed content.
type read struct {
	dashboards.File
	*dashboardstest.Dashboard
}

func committed(t testing.TB) []read {
	t.Helper()
	files, err := dashboards.Committed()
	if err != nil {
		t.Fatal(err)
	}
	return sheets(t, files)
}

func sheets(t testing.TB, files []dashboards.File) (all []read) {
	t.Helper()
	for _, f := range files {
		s, err := dashboardstest.Parse(f.JSON)
		if err != nil {
			t.Fatalf("%s: %v", f.Path, err)
		}
		all = append(all, read{f, s})
	}
	return all
}

// queries returns all queries of a dashboard, including annotations.
func (r read) queries() []dashboardstest.Query {
	all := slices.Clone(r.Annotations)
	for _, p := range r.Panels {
		all = append(all, p.Queries...)
	}
	return all
}

func TestTheCommittedDashboardsAreThoseOfTheCatalogue(t *testing.T) {
	want, err := dashboards.Build(catalog.Ningbo())
	if err != nil {
		t.Fatal(err)
	}
	got, err := dashboards.Committed()
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range got {
		i := slices.IndexFunc(want, func(w dashboards.File) bool { return w.Path == f.Path })
		switch {
		case i < 0:
			t.Errorf("%s does not belong to a topic, remove it", f.Path)
		case !bytes.Equal(f.JSON, want[i].JSON):
			t.Errorf("%s is not what go generate ./dashboards writes", f.Path)
		}
	}
	if len(got) != len(want) {
		t.Errorf("%d files are committed, %d are made; run go generate ./dashboards", len(got), len(want))
	}
}

func TestBuildingTwiceGivesTheSameBytes(t *testing.T) {
	first, err := dashboards.Build(catalog.Ningbo())
	if err != nil {
		t.Fatal(err)
	}
	for range 5 {
		again, err := dashboards.Build(catalog.Ningbo())
		if err != nil {
			t.Fatal(err)
		}
		for i := range first {
			if !bytes.Equal(first[i].JSON, again[i].JSON) {
				t.Fatalf("%s differs", first[i].Path)
			}
		}
	}
}

func TestAnotherCityNeedsOnlyAnotherCatalogue(t *testing.T) {
	city, err := catalog.Load("../catalog/testdata/valid.yaml")
	if err != nil {
		t.Fatal(err)
	}
	files, err := dashboards.Build(city)
	if err != nil {
		t.Fatal(err)
	}
	var uids []string
	for _, r := range sheets(t, files) {
		uids = append(uids, r.UID)
	}
	want := strings.Fields(`tidemark-overview tidemark-indicator tidemark-sea tidemark-revisions tidemark-record tidemark-pipeline
		tidemark-overview-en tidemark-indicator-en tidemark-sea-en tidemark-revisions-en tidemark-record-en tidemark-pipeline-en`)
	if !slices.Equal(uids, want) {
		t.Errorf("got %v, want %v", uids, want)
	}
	for _, f := range files {
		for _, i := range catalog.Ningbo().Indicators {
			if i.Code != "rank" && bytes.Contains(f.JSON, []byte(i.Code)) {
				t.Errorf("%s names %s of Ningbo", f.Path, i.Code)
			}
		}
	}
}

func TestEveryTopicIsADashboard(t *testing.T) {
	var uids []string
	for _, r := range committed(t) {
		uids = append(uids, r.UID)
	}
	for _, topic := range catalog.Ningbo().Topics {
		for _, suffix := range []string{"", "-en"} {
			if uid := "tidemark-" + topic.Code + suffix; !slices.Contains(uids, uid) {
				t.Errorf("there is no %s", uid)
			}
		}
	}
}

func TestUIDsAreUniqueAndShortEnough(t *testing.T) {
	seen := map[string]string{}
	for _, r := range committed(t) {
		if other := seen[r.UID]; other != "" {
			t.Errorf("%s and %s have the uid %s", r.Path, other, r.UID)
		}
		seen[r.UID] = r.Path
		if english := strings.HasSuffix(r.UID, "-en"); english != (r.Edition == dashboards.English) {
			t.Errorf("%s has the uid %s of the other edition", r.Path, r.UID)
		}
		if !regexp.MustCompile(`^[a-zA-Z0-9_-]{1,40}$`).MatchString(r.UID) {
			t.Errorf("%s: Grafana does not accept the uid %s", r.Path, r.UID)
		}
	}
}

func TestTitlesAreUnique(t *testing.T) {
	seen := map[string]bool{}
	for _, r := range committed(t) {
		if title := strings.ToLower(r.Title); seen[title] {
			t.Errorf("%s: the title %q is taken", r.Path, r.Title)
		} else {
			seen[title] = true
		}
	}
}

func TestAMonthNeverShowsAsTheDayBefore(t *testing.T) {
	for _, r := range committed(t) {
		if r.Timezone != "utc" {
			t.Errorf("%s is in the time zone %q", r.Path, r.Timezone)
		}
	}
}

func han(s string) bool {
	return strings.ContainsFunc(s, func(r rune) bool { return unicode.Is(unicode.Han, r) })
}

func TestEveryPanelHasATitleAndADescriptionInItsLanguage(t *testing.T) {
	for _, r := range committed(t) {
		chinese := r.Edition == dashboards.Chinese
		if han(r.Title) != chinese {
			t.Errorf("%s: the title %q is in the other language", r.Path, r.Title)
		}
		for _, p := range r.Panels {
			if p.Title == "" || len([]rune(p.Description)) < 10 {
				t.Errorf("%s: panel %d %q has the description %q", r.Path, p.ID, p.Title, p.Description)
			}
			if han(p.Description) != chinese || han(p.Title) && !chinese {
				t.Errorf("%s: %q, %q is in the other language", r.Path, p.Title, p.Description)
			}
			for _, q := range p.Queries {
				if han(q.Legend) && !chinese {
					t.Errorf("%s: %q has the legend %q", r.Path, p.Title, q.Legend)
				}
			}
		}
		for _, v := range r.Variables {
			if !v.Hidden && han(v.Label) != chinese {
				t.Errorf("%s: the variable %s is called %q", r.Path, v.Name, v.Label)
			}
		}
	}
}

// Units come with the figures, in English too; see the test of the sample.
func TestTheEnglishEditionHasNoChinese(t *testing.T) {
	for _, r := range committed(t) {
		if r.Edition != dashboards.English {
			continue
		}
		for line := range strings.SplitSeq(string(r.JSON), "\n") {
			if han(line) && !strings.Contains(line, `"title": "中文"`) {
				t.Errorf("%s: %s", r.Path, strings.TrimSpace(line))
			}
		}
	}
}

// Only the names of options and the display units differ.
func TestBothEditionsUseTheSameQueries(t *testing.T) {
	word := regexp.MustCompile(`"word", "[^"]+"`)
	units := func(e dashboards.Edition, query string) string {
		if strings.Contains(query, "display_en") {
			if e == dashboards.Chinese {
				t.Errorf("the Chinese edition asks for English units: %s", query)
			}
			return strings.ReplaceAll(query, "display_en", "display")
		}
		if e == dashboards.English && strings.Contains(query, `"display"`) {
			t.Errorf("the English edition asks for Chinese units: %s", query)
		}
		return query
	}
	asked := map[string][]string{}
	for _, r := range committed(t) {
		var all []string
		for _, q := range r.queries() {
			all = append(all, q.Source+" "+units(r.Edition, q.Expr))
		}
		for _, v := range r.Variables {
			all = append(all, v.Name+" "+units(r.Edition, word.ReplaceAllString(v.Query, "word")))
		}
		code := strings.TrimSuffix(r.UID, "-en")
		if other, ok := asked[code]; ok && !slices.Equal(other, all) {
			t.Errorf("the editions of %s differ in what they ask", code)
		}
		asked[code] = all
	}
}

// Prometheus has limited retention and cannot revise; it is queried only for
// what it alone knows.
func TestOnlyThePipelineQueriesTheScrapingPrometheus(t *testing.T) {
	for _, r := range committed(t) {
		want := dashboards.History
		if strings.HasPrefix(r.UID, "tidemark-pipeline") {
			want = dashboards.Scraped
		}
		for _, q := range r.queries() {
			if q.Source != want {
				t.Errorf("%s: %s is asked of %q", r.Path, q.Ref, q.Source)
			}
		}
		for _, v := range r.Variables {
			if v.Source != want {
				t.Errorf("%s: variable %s is asked of %q", r.Path, v.Name, v.Source)
			}
		}
	}
}

func TestEveryQueryIsPromQL(t *testing.T) {
	now := time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)
	for _, r := range committed(t) {
		filled := map[string][]string{}
		for _, v := range r.Variables {
			expr, selector, label := dashboardstest.Question(v)
			if expr == "" && label == "" {
				t.Errorf("%s: variable %s asks nothing: %s", r.Path, v.Name, v.Query)
			}
			for _, text := range []string{expr, selector} {
				parses(t, r.Path+" $"+v.Name, text, filled, now)
			}
			filled[v.Name] = []string{"x"}
		}
		for _, q := range r.queries() {
			parses(t, r.Path+" "+q.Ref, q.Expr, filled, now)
		}
	}
}

func parses(t *testing.T, place, text string, values map[string][]string, now time.Time) {
	t.Helper()
	if text == "" {
		return
	}
	filled := dashboardstest.Fill(text, values, now.AddDate(-9, 0, 0), now)
	if _, err := parser.NewParser(parser.Options{}).ParseExpr(filled); err != nil {
		t.Errorf("%s: %v\n%s", place, err, filled)
	}
	if left := regexp.MustCompile(`\$\{?[a-z_]\w*`).FindString(filled); left != "" {
		t.Errorf("%s: %s is not known there", place, left)
	}
}

// Grafana shows a repeated row once if there is nothing to repeat it for.
func TestARepeatedPanelSaysWhenThereIsNoData(t *testing.T) {
	for _, r := range committed(t) {
		for _, p := range r.Panels {
			if p.Repeat != "" && len([]rune(p.NoValue)) < 2 {
				t.Errorf("%s: %q says %q if there is no data", r.Path, p.Title, p.NoValue)
			}
		}
	}
}

func TestTheRefsOfAPanelAreUnique(t *testing.T) {
	for _, r := range committed(t) {
		for _, p := range r.Panels {
			seen := map[string]bool{}
			for _, q := range p.Queries {
				if seen[q.Ref] || q.Ref == "" {
					t.Errorf("%s: %q has the ref %q twice", r.Path, p.Title, q.Ref)
				}
				seen[q.Ref] = true
			}
			if len(p.Queries) == 0 {
				t.Errorf("%s: %q asks nothing", r.Path, p.Title)
			}
		}
	}
}

// The catalogue reserves the codes of dashboards that are not topics.
func TestNoTopicCanTakeTheUIDOfAnotherDashboard(t *testing.T) {
	text, err := os.ReadFile("../catalog/testdata/valid.yaml")
	if err != nil {
		t.Fatal(err)
	}
	city, err := catalog.Parse("valid.yaml", text)
	if err != nil {
		t.Fatal(err)
	}
	files, err := dashboards.Build(city)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		code := strings.TrimSuffix(filepath.Base(f.Path), ".json")
		if code == "sea" {
			continue
		}
		taken := strings.ReplaceAll(strings.ReplaceAll(string(text), "code: sea", "code: "+code), "topic: sea", "topic: "+code)
		if _, err := catalog.Parse("taken.yaml", []byte(taken)); err == nil {
			t.Errorf("a topic may be called %s", code)
		}
	}
}

func TestThePipelineAsksForMetricsThatAreShown(t *testing.T) {
	page, err := os.ReadFile("../docs/metrics.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range committed(t) {
		if r.UID != "tidemark-pipeline" {
			continue
		}
		for _, q := range r.queries() {
			for _, name := range regexp.MustCompile(`\btidemark_\w+`).FindAllString(q.Expr, -1) {
				base := regexp.MustCompile(`_(bucket|sum|count)$`).ReplaceAllString(name, "")
				if !bytes.Contains(page, []byte("\n### "+base+"\n")) {
					t.Errorf("%s asks for %s, which is not in docs/metrics.md", q.Ref, name)
				}
			}
		}
	}
}
