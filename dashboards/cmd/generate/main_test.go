package main

import (
	"os"
	"path/filepath"
	"testing"
)

func TestTheDashboardsOfAnotherCatalogueAreWritten(t *testing.T) {
	to := t.TempDir()
	if err := write("../../../catalog/testdata/valid.yaml", to); err != nil {
		t.Fatal(err)
	}
	for _, edition := range []string{"zh", "en"} {
		for _, name := range []string{"overview", "indicator", "sea", "revisions", "record", "pipeline"} {
			if _, err := os.Stat(filepath.Join(to, edition, name+".json")); err != nil {
				t.Error(err)
			}
		}
	}
}

func TestAMissingCatalogueIsReported(t *testing.T) {
	if err := write("absent.yaml", t.TempDir()); err == nil {
		t.Error("dashboards of nothing were written")
	}
}
