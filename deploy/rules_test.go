package deploy_test

import (
	"html"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode"

	"github.com/prometheus/common/model"
	"github.com/prometheus/common/promslog"
	"github.com/prometheus/prometheus/model/rulefmt"
	"github.com/prometheus/prometheus/promql/parser"

	"github.com/tidemark-stats/tidemark/catalog"
	"github.com/tidemark-stats/tidemark/dashboards"
	"github.com/tidemark-stats/tidemark/exporter"
	"github.com/tidemark-stats/tidemark/internal/dashboardstest"
)

const (
	ruleFiles   = "prometheus/rules/*.yml"
	runbooks    = "../docs/runbooks"
	runbookBase = "http://localhost:9464/runbooks/" // where Prometheus is not told of another address
)

func TestEveryAlertSaysWhatItMeansAndWhatToDo(t *testing.T) {
	severities := []string{"critical", "warning", "info"}
	for _, r := range alertRules(t) {
		t.Run(r.Alert, func(t *testing.T) {
			if !strings.HasPrefix(r.Alert, "Tidemark") {
				t.Error("its name does not have the prefix Tidemark")
			}
			if s := r.Labels["severity"]; !slices.Contains(severities, s) {
				t.Errorf("severity is %q, want one of %q", s, severities)
			}
			for _, text := range []string{"summary", "description"} {
				if a := r.Annotations[text]; !chinese(a) || !english(a) {
					t.Errorf("%s is not in both languages: %s", text, a)
				}
			}
			if got, want := r.Annotations["runbook_url"], runbookOf(r.Alert); got != want {
				t.Errorf("runbook_url is %s, want %s", got, want)
			}
			if !strings.Contains(r.Annotations["dashboard_url"], "/d/tidemark-") {
				t.Errorf("dashboard_url is %q", r.Annotations["dashboard_url"])
			}
		})
	}
}

// runbookOf is where an alert sends people: to the exporter, unless it is down.
func runbookOf(alert string) string {
	if alert == "TidemarkExporterDown" {
		return "https://github.com/tidemark-stats/tidemark/blob/main/docs/runbooks/" + alert + ".md"
	}
	return "{{ with $externalLabels.exporter }}{{ . }}{{ else }}http://localhost:9464{{ end }}/runbooks/" + alert
}

func TestTheExporterServesEveryRunbookAndAllThatTheyLinkTo(t *testing.T) {
	server := httptest.NewServer(exporter.New(exporter.Options{Catalog: catalog.Ningbo()}).Handler())
	t.Cleanup(server.Close)
	read := map[string]string{} // pages by their address
	href := regexp.MustCompile(`href="([^"]+)"`)
	var follow func(from *url.URL, link string)
	follow = func(from *url.URL, link string) {
		to, err := from.Parse(link)
		must(t, err)
		fragment := to.Fragment
		to.Fragment = ""
		page, known := read[to.String()]
		if !known {
			status, text := fetch(t, to.String())
			if page, read[to.String()] = text, text; status != http.StatusOK {
				t.Errorf("%s links to %s, which answers %d", from, link, status)
				return
			}
			for _, m := range href.FindAllStringSubmatch(page, -1) {
				if next := html.UnescapeString(m[1]); !strings.Contains(next, "://") {
					follow(to, next)
				}
			}
		}
		if fragment != "" && !strings.Contains(page, `id="`+fragment+`"`) {
			t.Errorf("%s links to %s, which has no such heading", from, link)
		}
	}
	home, err := url.Parse(server.URL + "/runbooks/")
	must(t, err)
	for _, r := range alertRules(t) {
		follow(home, r.Alert)
		if !strings.Contains(read[home.String()+r.Alert], ">"+r.Alert+"</h1>") {
			t.Errorf("%s is not on its page", r.Alert)
		}
	}
	follow(home, "./")
	if _, ok := read[server.URL+"/rules"]; !ok {
		t.Error("the page of rules was not found")
	}
}

func fetch(t *testing.T, address string) (status int, text string) {
	t.Helper()
	answer, err := http.Get(address)
	must(t, err)
	defer func() { _ = answer.Body.Close() }()
	body, err := io.ReadAll(answer.Body)
	must(t, err)
	return answer.StatusCode, string(body)
}

func TestAnAlertIsNeitherHastyNorFlapping(t *testing.T) {
	for _, r := range alertRules(t) {
		// Values are always there, so minutes to hours are enough to be sure.
		// Two scrapes at the longest interval are four minutes.
		if hold := time.Duration(r.For); hold < 5*time.Minute || hold > 2*time.Hour {
			t.Errorf("%s fires after %s", r.Alert, hold)
		}
		if keep := time.Duration(r.KeepFiringFor); keep < 5*time.Minute || keep > 2*time.Hour {
			t.Errorf("%s is kept firing for %s", r.Alert, keep)
		}
	}
}

func TestNoRuleKnowsATargetOrDoesCalendarArithmetic(t *testing.T) {
	code := regexp.MustCompile(`\b(target|indicator|area|category)\s*(=~?|!~|!=)`)
	calendar := regexp.MustCompile(`\b(month|day_of_month|day_of_week|day_of_year|days_in_month|year|hour)\(`)
	for _, r := range alertRules(t) {
		if m := code.FindString(r.Expr); m != "" {
			t.Errorf("%s selects by %s", r.Alert, m)
		}
		if m := calendar.FindString(r.Expr); m != "" {
			t.Errorf("%s computes with %s)", r.Alert, m)
		}
	}
}

func TestEveryAlertHasARunbookAndEveryRunbookAnAlert(t *testing.T) {
	var want []string
	for _, r := range alertRules(t) {
		want = append(want, r.Alert+".md")
	}
	slices.Sort(want)
	entries, err := os.ReadDir(runbooks)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, e := range entries {
		if e.Name() != "README.md" {
			got = append(got, e.Name())
		}
	}
	if !slices.Equal(got, want) {
		t.Errorf("runbooks are\n%q\nand alerts\n%q", got, want)
	}
}

func TestAnAlertLinksToADashboardThatExistsAndSetsVariablesThatItHas(t *testing.T) {
	files, err := dashboards.Committed()
	must(t, err)
	variables := map[string][]string{} // by the uid of the dashboard
	for _, file := range files {
		d, err := dashboardstest.Parse(file.JSON)
		must(t, err)
		variables[d.UID] = []string{}
		for _, v := range d.Variables {
			variables[d.UID] = append(variables[d.UID], "var-"+v.Name)
		}
	}
	for _, r := range alertRules(t) {
		link, err := url.Parse(actions.ReplaceAllString(r.Annotations["dashboard_url"], ""))
		must(t, err)
		known, ok := variables[strings.TrimPrefix(link.Path, "/d/")]
		if !ok {
			t.Errorf("%s links to %s, which is not a dashboard", r.Alert, link.Path)
		}
		for name := range link.Query() {
			if name == "from" || name == "to" { // the time range
				continue
			}
			if !slices.Contains(known, name) {
				t.Errorf("%s sets %s, which %s does not have", r.Alert, name, link.Path)
			}
			if label := "$labels." + strings.TrimPrefix(name, "var-"); !strings.Contains(r.Annotations["dashboard_url"], name+"={{ "+label+" | urlquery }}") {
				t.Errorf("%s sets %s to something other than %s", r.Alert, name, label)
			}
		}
		// The dashboard must show what the alert is about.
		for _, label := range []string{"indicator", "area", "category", "target"} {
			by, _, _ := strings.Cut(r.Expr, ")")
			if regexp.MustCompile(`\b`+label+`\b`).MatchString(by) && !link.Query().Has("var-"+label) {
				t.Errorf("%s has the label %s and does not link to it", r.Alert, label)
			}
		}
	}
}

func TestEveryRunbookHasTheSameThreeSections(t *testing.T) {
	for _, r := range alertRules(t) {
		page, err := os.ReadFile(filepath.Join(runbooks, r.Alert+".md"))
		if err != nil {
			t.Fatal(err)
		}
		for _, heading := range []string{
			"# " + r.Alert + "\n",
			"\nSeverity: **" + r.Labels["severity"] + "**",
			"\n## 含义 What it means\n", "\n## 如何查看 How to see it\n", "\n## 如何处置 What to do\n",
		} {
			if !strings.Contains(string(page), heading) {
				t.Errorf("%s.md has no %q", r.Alert, strings.TrimSpace(heading))
			}
		}
	}
}

func alertRules(t *testing.T) []rulefmt.Rule {
	t.Helper()
	files, err := filepath.Glob(ruleFiles)
	if err != nil || len(files) == 0 {
		t.Fatalf("no rules in %s: %v", ruleFiles, err)
	}
	var alerts []rulefmt.Rule
	for _, file := range files {
		groups, errs := rulefmt.ParseFile(file, false, model.UTF8Validation, parser.NewParser(parser.Options{}), promslog.NewNopLogger())
		for _, err := range errs {
			t.Error(err)
		}
		if groups == nil {
			t.FailNow()
		}
		for _, g := range groups.Groups {
			for _, r := range g.Rules {
				if r.Alert != "" {
					alerts = append(alerts, r)
				}
			}
		}
	}
	return alerts
}

// actions are the parts that a template replaces.
var actions = regexp.MustCompile(`(?s)\{\{.*?\}\}`)

func chinese(text string) bool {
	return strings.ContainsFunc(actions.ReplaceAllString(text, ""), func(r rune) bool { return unicode.Is(unicode.Han, r) })
}

// english reports whether there are at least three English words in a row.
func english(text string) bool {
	return regexp.MustCompile(`[A-Za-z]+ [a-z]+ [a-z]+`).MatchString(actions.ReplaceAllString(text, " "))
}

func TestEveryMetricThatARuleReadsIsOnTheReferencePage(t *testing.T) {
	page, err := os.ReadFile("../docs/metrics.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range alertRules(t) {
		for _, name := range regexp.MustCompile(`tidemark_\w+`).FindAllString(r.Expr, -1) {
			family := regexp.MustCompile(`_(bucket|sum|count)$`).ReplaceAllString(name, "")
			if !strings.Contains(string(page), "### "+name+"\n") && !strings.Contains(string(page), "### "+family+"\n") {
				t.Errorf("%s reads %s, which nothing exports", r.Alert, name)
			}
		}
	}
}
