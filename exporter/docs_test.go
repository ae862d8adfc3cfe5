package exporter

import (
	"os"
	"regexp"
	"slices"
	"testing"
)

// docs is the reference page of what is exported.
const docs = "../docs/metrics.md"

// names returns what the pattern's group matches in a file, sorted and without
// duplicates.
func names(t testing.TB, path, pattern string) []string {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var found []string
	for _, match := range regexp.MustCompile(pattern).FindAllSubmatch(text, -1) {
		found = append(found, string(match[1]))
	}
	slices.Sort(found)
	return slices.Compact(found)
}

func TestEveryMetricIsOnTheReferencePageAndNoOther(t *testing.T) {
	exported := names(t, "testdata/metrics.golden", `(?m)^# TYPE (\w+)`)
	explained := names(t, docs, `(?m)^### (tidemark_exporter_\w+|tidemark_figure\w*|tidemark_indicator_\w+|tidemark_now_\w+|tidemark_release_\w+|tidemark_target_\w+|tidemark_working_day)`)
	if !slices.Equal(exported, explained) {
		t.Errorf("exported:  %v\nexplained: %v", exported, explained)
	}
}

func TestEveryLabelIsOnTheReferencePage(t *testing.T) {
	explained := names(t, docs, "`(\\w+)`")
	for _, label := range names(t, "testdata/metrics.golden", `[{,](\w+)="`) {
		if label != "le" && !slices.Contains(explained, label) {
			t.Errorf("%s does not explain the label %q", docs, label)
		}
	}
}
