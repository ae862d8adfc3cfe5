package deploy_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/compose-spec/compose-go/v2/types"

	"github.com/tidemark-stats/tidemark/internal/composetest"
	"github.com/tidemark-stats/tidemark/internal/enginetest"
)

// flags are the command line of a service without the flags with which
// enginetest sets where the server listens and keeps its data. config is the
// path of the service's configuration on this machine.
func flags(t *testing.T, s types.ServiceConfig, local ...string) (config string, rest []string) {
	t.Helper()
	for _, flag := range s.Command {
		name, value, _ := strings.Cut(flag, "=")
		if strings.HasSuffix(name, ".path") && !slices.ContainsFunc(s.Volumes, func(v types.ServiceVolumeConfig) bool {
			return v.Type == types.VolumeTypeVolume && v.Target == value
		}) {
			t.Errorf("%s is no volume", flag)
		}
		switch {
		case name == "--config.file":
			config = composetest.OnHost(t, s, value)
		case !slices.Contains(local, name):
			rest = append(rest, flag)
		}
	}
	return config, rest
}

// well requests the page of a service's health check from the real server.
func well(t *testing.T, s types.ServiceConfig, server string) {
	t.Helper()
	path := healthPage(s).Path
	if slices.Contains(s.HealthCheck.Test, "promtool") {
		path = "/-/ready" // the page that `promtool check ready` requests
	}
	resp, err := http.Get(server + path)
	must(t, err)
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		t.Errorf("the answer of %s is %s", path, resp.Status)
	}
}

func TestPrometheusRunsAsComposeStartsIt(t *testing.T) {
	s := composetest.Load(t, "..").Services["prometheus"]
	composetest.Setenv(t, s)
	config, rest := flags(t, s, "--storage.tsdb.path")
	server := enginetest.Prometheus(t, config, rest...).URL()
	well(t, s, server)

	var targets struct {
		Data struct {
			ActiveTargets []struct{ ScrapeURL string }
		}
	}
	await(t, "targets", func() bool {
		ask(t, server+"/api/v1/targets?state=active", &targets)
		return len(targets.Data.ActiveTargets) == 5
	})
	var rules struct{ Data struct{ Groups []any } }
	ask(t, server+"/api/v1/rules", &rules)
	if len(rules.Data.Groups) == 0 {
		t.Error("Prometheus finds no rules")
	}
	var answer struct{ Data struct{ YAML string } }
	ask(t, server+"/api/v1/status/config", &answer)
	for _, want := range []string{"grafana: http://localhost:3000", "exporter: http://localhost:9464"} {
		if !strings.Contains(answer.Data.YAML, want) {
			t.Errorf("the links in alerts lead nowhere; the configuration has no %q:\n%s", want, answer.Data.YAML)
		}
	}
}

func TestAlertmanagerRunsAsComposeStartsIt(t *testing.T) {
	s := composetest.Load(t, "..").Services["alertmanager"]
	config, rest := flags(t, s, "--storage.path", "--cluster.listen-address")
	well(t, s, enginetest.Alertmanager(t, config, rest...).URL())
}
