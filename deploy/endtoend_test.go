package deploy_test

import (
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

// hurried are changes to Prometheus' directory that turn hours into seconds.
var hurried = []change{
	{`(scrape|evaluation)_interval: \S+`, "${1}_interval: 1s"},
	{`\binterval: \S+`, "interval: 1s"},
	{`for: \S+`, "for: 1s"}, // keep_firing_for as well
}

// pageServer serves a page of metrics that a test can change.
type pageServer struct {
	*httptest.Server
	page atomic.Pointer[func(time.Time) page]
}

func newPageServer(t *testing.T) *pageServer {
	s := &pageServer{}
	job := regexp.MustCompile(`job="[^"]*",?`) // Prometheus sets it
	s.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/plain; version=0.0.4")
		for series, v := range (*s.page.Load())(time.Now()) {
			if _, err := fmt.Fprintf(w, "%s %g\n", job.ReplaceAllString(series, ""), v); err != nil {
				return
			}
		}
	}))
	t.Cleanup(s.Close)
	return s
}

// address is HOST:PORT of a URL.
func address(url string) string { return strings.TrimPrefix(url, "http://") }

// prometheusFor copies Prometheus' directory, hurried, with other targets.
func prometheusFor(t *testing.T, targets map[string]string) string {
	t.Helper()
	dir := copied(t, "prometheus", hurried...)
	for name, target := range targets {
		text := fmt.Sprintf("- targets: [%q]\n", target)
		if err := os.WriteFile(filepath.Join(dir, "targets", name+".yml"), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return filepath.Join(dir, "prometheus.yml")
}

func TestPrometheusRunsWithTheConfigurationAsItIs(t *testing.T) {
	url := startPrometheus(t, "prometheus/prometheus.yml")
	var answer struct {
		Data struct {
			Groups []struct {
				Rules []struct{ Name, LastError string }
			}
		}
	}
	ask(t, url+"/api/v1/rules", &answer)
	loaded := map[string]bool{}
	for _, g := range answer.Data.Groups {
		for _, r := range g.Rules {
			loaded[r.Name] = true
		}
	}
	for _, r := range alertRules(t) {
		if !loaded[r.Alert] {
			t.Errorf("%s is not loaded", r.Alert)
		}
	}
}

// The same path as in a deployment: page, Prometheus, Alertmanager, webhook.
func TestAnAlertArrivesInBothLanguagesAndEnds(t *testing.T) {
	in, exporter := newInbox(t), newPageServer(t)
	good := func(at time.Time) page {
		return with(at, page{
			`tidemark_release_reminder_timestamp_seconds{indicator="container_throughput",area="NBZS"}`: float64(at.AddDate(0, 0, 8).Unix()),
			`tidemark_release_due_timestamp_seconds{indicator="container_throughput",area="NBZS"}`:      float64(at.AddDate(0, 0, 10).Unix()),
		})
	}
	bad := func(at time.Time) page {
		p := good(at)
		maps.Copy(p, page{`tidemark_target_verdict` + ports + `,verdict="on_track"}`: 0, `tidemark_target_verdict` + ports + `,verdict="slipping"}`: 1})
		return p
	}
	exporter.page.Store(&bad)

	alertmanager := startAlertmanager(t, copied(t, "alertmanager", append(atOnce, in.secrets(t))...)+"/alertmanager.yml")
	t.Setenv("TIDEMARK_GRAFANA_URL", "https://grafana.example.org")
	prometheus := startPrometheus(t, prometheusFor(t, map[string]string{
		"exporter": address(exporter.URL), "ingest": address(exporter.URL), "alertmanager": address(alertmanager)}))

	firing := in.next(t, func(m string) bool { return strings.Contains(m, "TidemarkTargetSlipping") })
	for _, part := range []string{`"status":"firing"`, "按目前进度达不到目标", "at this pace the target will not be reached",
		"完成全年目标4000万TEU的41.2%", "41.2 % of the goal of 40 million TEU", `"severity":"warning"`,
		"https://grafana.example.org/d/tidemark-indicator?var-indicator=container_throughput", runbookBase + "TidemarkTargetSlipping"} {
		if !strings.Contains(strings.ReplaceAll(firing, `\u0026`, "&"), part) {
			t.Errorf("the message does not contain %s:\n%s", part, firing)
		}
	}
	if strings.Contains(firing, `"grafana":`) {
		t.Errorf("the label for the links is on the alert:\n%s", firing)
	}

	exporter.page.Store(&good)
	in.next(t, func(m string) bool {
		return strings.Contains(m, "TidemarkTargetSlipping") && strings.Contains(m, `"status":"resolved"`)
	})
	// Prometheus sends the message before the samples of the same evaluation are
	// visible in its storage.
	await(t, "no alert is firing", func() bool { return alerting(t, prometheus) == "" })
}

// alerting is the alerts that Prometheus still holds, in its own format.
func alerting(t *testing.T, url string) string {
	t.Helper()
	resp, err := http.Get(url + "/api/v1/query?query=" + `ALERTS{alertstate="firing"}`)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, m := range regexp.MustCompile(`"alertname":"(\w+)"`).FindAllStringSubmatch(string(body), -1) {
		names = append(names, m[1])
	}
	return strings.Join(names, " ")
}
