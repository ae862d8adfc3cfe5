package dashboards_test

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
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
