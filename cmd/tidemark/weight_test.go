package main

import (
	"os/exec"
	"strings"
	"testing"
)

// heavy are packages that tidemark does not need, and that an import of another package
// of the same module once pulled in, or would pull in.
var heavy = map[string]string{
	"github.com/prometheus/prometheus/config":                    "the configuration of a Prometheus brings the SDKs of AWS, Azure and Google",
	"github.com/prometheus/prometheus/discovery":                 "nothing is discovered here",
	"github.com/prometheus/prometheus/rules":                     "rules are evaluated by a Prometheus",
	"github.com/prometheus/prometheus/scrape":                    "nothing is scraped here",
	"github.com/prometheus/prometheus/storage/remote":            "remote read is answered with prompb alone",
	"github.com/prometheus/prometheus/web":                       "the query API is written in exporter/queryapi",
	"github.com/prometheus/prometheus/tsdb/wlog":                 "figures are stored in InfluxDB",
	"github.com/prometheus/alertmanager":                         "only tests need it, and have it in the module deploy/prometheus",
	"github.com/aws/":                                            "a cloud SDK",
	"github.com/Azure/":                                          "a cloud SDK",
	"github.com/AzureAD/":                                        "a cloud SDK",
	"cloud.google.com/":                                          "a cloud SDK",
	"google.golang.org/api/":                                     "a cloud SDK",
	"google.golang.org/grpc":                                     "nothing here speaks gRPC",
	"go.opentelemetry.io/collector/":                             "nothing here collects telemetry of others",
	"github.com/open-telemetry/opentelemetry-collector-contrib/": "nothing here collects telemetry of others",
	"github.com/go-openapi/":                                     "nothing here makes clients of OpenAPI descriptions",
	"github.com/pb33f/":                                          "nothing here makes OpenAPI descriptions",
	"github.com/stretchr/testify":                                "a library for tests",
	"k8s.io/apimachinery/":                                       "nothing here speaks to Kubernetes; go.mod replaces k8s.io/client-go, see internal/stub/client-go",
	"k8s.io/klog/":                                               "nothing here speaks to Kubernetes; go.mod replaces k8s.io/client-go, see internal/stub/client-go",
	"github.com/grafana/grafana-foundation-sdk/":                 "only the generator of dashboards needs it",
	"github.com/chromedp/":                                       "only dashboards/shoot drives a browser",
	"github.com/tidemark-stats/tidemark/internal/enginetest":     "a package for tests",
}

func TestTidemarkLinksNothingThatItHasNoUseFor(t *testing.T) {
	out, err := exec.CommandContext(t.Context(), "go", "list", "-deps", ".").Output()
	if err != nil {
		t.Fatal(err)
	}
	for path := range strings.Lines(string(out)) {
		path = strings.TrimSpace(path)
		for prefix, reason := range heavy {
			if path == prefix || strings.HasPrefix(path, strings.TrimSuffix(prefix, "/")+"/") {
				t.Errorf("tidemark links %s: %s. `go list -deps -f '{{.ImportPath}}: {{.Imports}}' ./cmd/tidemark | grep %[1]s` shows who imports it", path, reason)
			}
		}
	}
	if n := strings.Count(string(out), "\n"); n > 540 {
		t.Errorf("tidemark is linked from %d packages, and is to be from 540 at the most; .ci/weight says what that costs", n)
	}
}
