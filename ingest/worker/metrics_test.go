package worker

import (
	"os"
	"regexp"
	"slices"
	"testing"

	"github.com/prometheus/client_golang/prometheus"
)

func TestEveryMetricOfTheWorkerIsOnTheReferencePageAndNoOther(t *testing.T) {
	registry := prometheus.NewRegistry()
	m, err := newMetrics(registry)
	if err != nil {
		t.Fatal(err)
	}
	m.rejects.WithLabelValues("figure/jump") // a family without samples is not gathered
	m.retries.WithLabelValues("write")
	families, err := registry.Gather()
	if err != nil {
		t.Fatal(err)
	}
	var exported, explained []string
	for _, f := range families {
		exported = append(exported, f.GetName())
	}
	page, err := os.ReadFile("../../docs/metrics.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, match := range regexp.MustCompile(`(?m)^### (tidemark_ingest_\w+)`).FindAllSubmatch(page, -1) {
		explained = append(explained, string(match[1]))
	}
	slices.Sort(explained)
	if !slices.Equal(exported, explained) {
		t.Errorf("exported:  %v\nexplained: %v", exported, explained)
	}
}
