package main

import (
	"maps"
	"os"
	"os/exec"
	"regexp"
	"slices"
	"strings"
	"testing"
)

const module = "github.com/tidemark-stats/tidemark/"

var (
	mapRow = regexp.MustCompile("(?m)^\\| `([a-z/]+)` \\| [^|]+ \\| ([^|]+) \\|$")
	quoted = regexp.MustCompile("`([a-z/]+)`")
)

// unlisted are packages that the map does not show: what is not about figures,
// helpers of tests, generators and data.
func unlisted(path string) bool {
	return strings.HasPrefix(path, "internal/") || strings.HasSuffix(path, "test") ||
		slices.Contains([]string{"deploy", "catalog/sample", "dashboards/cmd/generate", "docs/internal/render", "figure/internal/schemagen"}, path)
}

func TestTheMapOfDESIGNShowsWhatEachPackageImports(t *testing.T) {
	page, err := os.ReadFile("../../DESIGN.md")
	if err != nil {
		t.Fatal(err)
	}
	shown := map[string][]string{}
	for _, row := range mapRow.FindAllStringSubmatch(string(page), -1) {
		shown[row[1]] = []string{}
		for _, name := range quoted.FindAllStringSubmatch(row[2], -1) {
			shown[row[1]] = append(shown[row[1]], name[1])
		}
	}
	list := exec.CommandContext(t.Context(), "go", "list", "-f", `{{.ImportPath}}{{range .Imports}} {{.}}{{end}}`, "./...")
	list.Dir = "../.."
	out, err := list.Output()
	if err != nil {
		t.Fatal(err)
	}
	imports := map[string][]string{}
	for line := range strings.Lines(string(out)) {
		fields := strings.Fields(line)
		path := strings.TrimPrefix(fields[0], module)
		if unlisted(path) {
			continue
		}
		imports[path] = []string{}
		for _, imported := range fields[1:] {
			if own, ok := strings.CutPrefix(imported, module); ok && !unlisted(own) {
				imports[path] = append(imports[path], own)
			}
		}
	}
	imports["cmd/tidemark"] = []string{} // any
	for _, path := range slices.Sorted(maps.Keys(imports)) {
		got, ok := shown[path]
		if !ok {
			t.Errorf("the map lacks `%s`, which imports %s", path, strings.Join(imports[path], ", "))
			continue
		}
		slices.Sort(got)
		slices.Sort(imports[path])
		if !slices.Equal(got, imports[path]) {
			t.Errorf("the map says that `%s` imports\n\t%s\nand it imports\n\t%s", path, strings.Join(got, ", "), strings.Join(imports[path], ", "))
		}
		delete(shown, path)
	}
	for path := range shown {
		t.Errorf("the map shows `%s`, which is not a package", path)
	}
}
