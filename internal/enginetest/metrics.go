package enginetest

import (
	"os"
	"regexp"
	"slices"
	"testing"

	"github.com/prometheus/client_golang/prometheus"
	dto "github.com/prometheus/client_model/go"
)

// Explained asserts that a page explains the metrics of a registry, each under a heading
// of its own, and no others whose names begin with a prefix. It returns the metrics.
func Explained(t testing.TB, registry *prometheus.Registry, page, prefix string) []*dto.MetricFamily {
	t.Helper()
	families, err := registry.Gather()
	if err != nil {
		t.Fatal(err)
	}
	var exported, explained []string
	for _, f := range families {
		exported = append(exported, f.GetName())
	}
	text, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	for _, match := range regexp.MustCompile(`(?m)^### (`+prefix+`\w+)`).FindAllSubmatch(text, -1) {
		explained = append(explained, string(match[1]))
	}
	slices.Sort(explained)
	if !slices.Equal(exported, explained) {
		t.Errorf("exported:  %v\nexplained: %v", exported, explained)
	}
	return families
}
