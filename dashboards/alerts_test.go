package dashboards_test

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/tidemark-stats/tidemark/dashboards"
)

func TestEveryAlertHasANameInBothLanguages(t *testing.T) {
	files, err := filepath.Glob("../deploy/prometheus/rules/*.yml")
	if err != nil || len(files) == 0 {
		t.Fatalf("%d files of rules, %v", len(files), err)
	}
	alert := regexp.MustCompile(`(?m)^\s*- alert: (\w+)$`)
	for _, r := range committed(t) {
		if !strings.HasPrefix(r.UID, "tidemark-pipeline") {
			continue
		}
		for _, file := range files {
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			for _, m := range alert.FindAllStringSubmatch(string(text), -1) {
				if !strings.Contains(string(r.JSON), `"`+m[1]+`": {`) {
					t.Errorf("%s does not name %s", r.Path, m[1])
				}
			}
		}
	}
}

// A demo shows an earlier day, on which its newest figures were just published.
func TestTheTimeSinceAPublicationIsByTheClockOfTheExporter(t *testing.T) {
	found := 0
	for _, r := range committed(t) {
		for _, q := range r.queries() {
			if q.Source != dashboards.Scraped || !strings.Contains(q.Expr, "tidemark_figure_published_timestamp_seconds") {
				continue
			}
			if found++; !strings.HasPrefix(q.Expr, "(max(tidemark_now_timestamp_seconds) or vector(time())) - ") {
				t.Errorf("%s: %s is %s", r.Path, q.Ref, q.Expr)
			}
		}
	}
	if found == 0 {
		t.Error("nothing shows it")
	}
}
