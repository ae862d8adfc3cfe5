package deploy_test

import (
	"os"
	"strings"
	"testing"
)

// The Prometheus libraries that tidemark uses are also in the servers. With
// equal versions they are compiled once, outside the time limit of any test,
// and tests compare answers with the Prometheus version whose engine gives
// them.
func TestPrometheusIsBuiltFromTheVersionsThatAreCompiledAnyway(t *testing.T) {
	ours := requirements(t, "../go.mod")
	for module, version := range requirements(t, "prometheus/go.mod") {
		if v, both := ours[module]; both && v != version {
			t.Errorf("%s is %s in go.mod and %s in deploy/prometheus/go.mod: every first build takes longer; run `go get %s@%s` in the one that has the older",
				module, v, version, module, max(v, version))
		}
	}
}

// requirements are the versions of the modules that a go.mod requires.
func requirements(t *testing.T, file string) map[string]string {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	versions := map[string]string{}
	for line := range strings.Lines(string(text)) {
		if words := strings.Fields(line); len(words) >= 2 && strings.HasPrefix(words[1], "v") && strings.Contains(words[0], ".") {
			versions[words[0]] = words[1]
		}
	}
	return versions
}
