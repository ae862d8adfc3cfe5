package engines_test

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/tidemark-stats/tidemark/internal/engines"
	"github.com/tidemark-stats/tidemark/internal/enginetest"
)

func TestPrometheusIsReadyAfterItsStart(t *testing.T) {
	config := file(t, "prometheus.yml", "global: {scrape_interval: 1s}\n")
	p := enginetest.Prometheus(t, config)
	if got := get(t, p.URL()+"/api/v1/query?query=1"); !strings.Contains(got, `"status":"success"`) {
		t.Errorf("the answer to a query is %s", got)
	}
}

func TestAlertmanagerIsReadyAfterItsStart(t *testing.T) {
	config := file(t, "alertmanager.yml", "route: {receiver: nobody}\nreceivers: [{name: nobody}]\n")
	a := enginetest.Alertmanager(t, config)
	if got := get(t, a.URL()+"/api/v2/status"); !strings.Contains(got, "receiver: nobody") {
		t.Errorf("the status is %s", got)
	}
}

func TestARestartedPrometheusKeepsItsPort(t *testing.T) {
	config := file(t, "prometheus.yml", "global: {scrape_interval: 1s}\n")
	p := enginetest.Prometheus(t, config)
	before := p.URL()
	p.Kill()
	if err := p.Restart(t.Context()); err != nil {
		t.Fatal(err)
	}
	if after := p.URL(); after != before {
		t.Errorf("it moved from %s to %s", before, after)
	}
}

func TestAWrongConfigurationIsReported(t *testing.T) {
	for name, c := range map[string]struct {
		start func(ctx context.Context, dir, config string) error
		want  string
	}{
		"prometheus": {func(ctx context.Context, dir, config string) error {
			_, err := engines.StartPrometheus(ctx, engines.PrometheusOptions{Dir: dir, ConfigFile: config})
			return err
		}, "field tides not found"},
		"alertmanager": {func(ctx context.Context, dir, config string) error {
			_, err := engines.StartAlertmanager(ctx, engines.AlertmanagerOptions{Dir: dir, ConfigFile: config})
			return err
		}, "field tides not found"},
	} {
		t.Run(name, func(t *testing.T) {
			err := c.start(t.Context(), t.TempDir(), file(t, "wrong.yml", "tides: 2\n"))
			if err == nil || !strings.HasPrefix(err.Error(), name+" exited: exit status ") || !strings.Contains(err.Error(), c.want) {
				t.Errorf("the error is %v", err)
			}
		})
	}
}

func TestAConfigurationIsRequired(t *testing.T) {
	if _, err := engines.StartPrometheus(t.Context(), engines.PrometheusOptions{Dir: t.TempDir()}); err == nil ||
		err.Error() != "prometheus needs a configuration: PrometheusOptions.ConfigFile is empty" {
		t.Errorf("the error is %v", err)
	}
	if _, err := engines.StartAlertmanager(t.Context(), engines.AlertmanagerOptions{Dir: t.TempDir()}); err == nil ||
		err.Error() != "alertmanager needs a configuration: AlertmanagerOptions.ConfigFile is empty" {
		t.Errorf("the error is %v", err)
	}
}

// file writes a file into its own directory and returns its path.
func file(t *testing.T, name, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}
