package deploy_test

import (
	"net/url"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/tidemark-stats/tidemark/catalog"
	"github.com/tidemark-stats/tidemark/figure"
	"github.com/tidemark-stats/tidemark/internal/composetest"
)

func readme(t *testing.T) string {
	t.Helper()
	text, err := os.ReadFile("README.md")
	must(t, err)
	return string(text)
}

func TestTheDeploymentPageNamesEveryPart(t *testing.T) {
	page, project := readme(t), composetest.Load(t, "..")
	for name := range project.Services {
		if !strings.Contains(page, "`"+name+"`") {
			t.Errorf("it does not name the service %s", name)
		}
	}
	for _, volume := range []string{"nats-data", "influxdb-data", "influxdb-config"} {
		if got := project.Volumes[volume].Name; got == "" || !strings.Contains(page, strings.Replace(got, project.Name, "${COMPOSE_PROJECT_NAME}", 1)) {
			t.Errorf("it does not name the volume %s as Docker does, %q", volume, got)
		}
	}
}

// Tests what the page says about remote read, with the real Prometheus and the
// rules.
func TestPrometheusReadsHistoryOnlyWhereItIsAskedTo(t *testing.T) {
	_, section, ok := strings.Cut(readme(t), "\n    remote_read:\n")
	if !ok {
		t.Fatal("the page does not mention remote_read")
	}
	section, _, _ = strings.Cut(section, "\n\n")
	s := newStack(t)
	s.push(figure.PeriodAt(figure.Monthly, time.Now().In(catalog.Ningbo().Location())).Prev(), 12)

	t.Setenv("TIDEMARK_GRAFANA_URL", "https://grafana.example.org")
	config := prometheusFor(t, map[string]string{"exporter": s.exporter, "ingest": s.ingest})
	text, err := os.ReadFile(config)
	must(t, err)
	text = append(text, "\nremote_read:\n"+strings.ReplaceAll(section, "http://exporter:9464", "http://"+s.exporter)+"\n"...)
	must(t, os.WriteFile(config, text, 0o600))
	prometheus := startPrometheus(t, config)

	// jobs are those of the series that an expression selects.
	jobs := func(expression string) (jobs []string) {
		var answer struct {
			Data struct {
				Result []struct{ Metric map[string]string }
			}
		}
		ask(t, prometheus+"/api/v1/query?query="+url.QueryEscape(expression), &answer)
		for _, r := range answer.Data.Result {
			jobs = append(jobs, r.Metric["job"])
		}
		return jobs
	}
	await(t, "the figure is scraped", func() bool { return len(jobs(`tidemark_figure`)) > 0 })
	if got := jobs(`last_over_time(tidemark_figure{scale="display"}[90d])`); len(got) != 1 || got[0] != "" {
		t.Errorf("history is found with the jobs %q", got)
	}
	for _, expression := range []string{`tidemark_figure`, `tidemark_target_verdict`, `last_over_time(tidemark_figure[90d])`} {
		for _, job := range jobs(expression) {
			if job != "tidemark-exporter" {
				t.Errorf("%s finds the exporter's own series in addition to the scraped ones", expression)
			}
		}
	}
}
