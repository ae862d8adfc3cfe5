package engines

import (
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// The output of the go command while it works is what people see: no part of it
// is silent for longer than the interval of reports.
func TestABuildReportsWhatTheGoCommandIsDoing(t *testing.T) {
	b := newBuild(influxd, "", "")
	b.packages, b.all = map[string]bool{"internal/abi": false, "github.com/influxdata/flux/ast": true, "github.com/influxdata/flux": true, influxd.main: true}, 3
	for _, c := range []struct{ line, want string }{
		{"go: downloading go.uber.org/zap v1.9.1", "downloading Go modules, 1 so far"},
		{"go: downloading github.com/influxdata/flux v0.65.1", "downloading Go modules, 2 so far"},
		{"github.com/influxdata/flux/ast", "1 of 3 packages, now github.com/influxdata/flux/ast"},
		{"internal/abi", "1 of 3 packages, now internal/abi"}, // standard library
		{"github.com/influxdata/flux", "2 of 3 packages, now github.com/influxdata/flux"},
		{influxd.main, "linking"},
	} {
		b.countLines(strings.NewReader(c.line + "\n"))
		if b.doing != c.want {
			t.Errorf("after %q it is %q and not %q", c.line, b.doing, c.want)
		}
	}
}

func TestTheGoCommandsErrorOutputIsKept(t *testing.T) {
	b := newBuild(influxd, "", "")
	b.packages = map[string]bool{"example.org/a": true}
	got := b.countLines(strings.NewReader("go: downloading example.org/a v1.0.0\nexample.org/a\n# example.org/a\na.go:3:1: syntax error"))
	if want := "# example.org/a\na.go:3:1: syntax error"; string(got) != want {
		t.Errorf("kept is %q and not %q", got, want)
	}
}

func TestAnEngineIsKeptByWhatItIsMadeOf(t *testing.T) {
	nothingKept(t)
	module := t.TempDir()
	kept := func(p program, requirements string) string {
		t.Helper()
		if err := os.WriteFile(filepath.Join(module, "go.mod"), []byte(requirements), 0o600); err != nil {
			t.Fatal(err)
		}
		dir, err := p.keptIn(module)
		if err != nil {
			t.Fatal(err)
		}
		return dir
	}
	p := program{name: "influxd", version: "1.8.10"}
	first := kept(p, "module m\n")
	if again := kept(p, "module m\n"); again != first {
		t.Errorf("the same program is kept in %s and in %s", first, again)
	}
	tagged, changed := p, p
	tagged.tags, changed.change = "small", &change{what: "without its tests"}
	for what, other := range map[string]string{
		"requirements": kept(p, "module m\n\nrequire example.org/a v1.0.0\n"),
		"tags":         kept(tagged, "module m\n"),
		"changes":      kept(changed, "module m\n"),
	} {
		if other == first {
			t.Errorf("with other %s it is kept in the same directory %s", what, first)
		}
	}
}

func TestAnEngineThatIsKeptIsNotBuiltAgain(t *testing.T) {
	nothingKept(t)
	root, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	dir, err := influxd.keptIn(filepath.Join(root, "deploy", "influxdb1"))
	if err != nil {
		t.Fatal(err)
	}
	want := filepath.Join(dir, "influxd")
	if err := os.WriteFile(want, nil, 0o700); err != nil {
		t.Fatal(err)
	}
	t.Setenv("PATH", "") // no go command
	if got, err := influxd.findFrom(t.Context(), []string{root}, nil); err != nil || got != want {
		t.Errorf("found %s (%v) and not %s", got, err, want)
	}
}

func TestAChangedModuleLeavesOutAndAddsWhatItSays(t *testing.T) {
	release, copied := t.TempDir(), filepath.Join(t.TempDir(), "copy")
	for file, text := range map[string]string{"a.go": "package a // old", "large.go": "package a", "big/b.go": "package b", "empty": ""} {
		path := filepath.Join(release, file)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o400); err != nil {
			t.Fatal(err)
		}
	}
	c := &change{
		skip: func(dir string) bool { return dir == "big" },
		edit: func(file string, text []byte) []byte {
			switch file {
			case "large.go":
				return nil
			case "a.go":
				return []byte("package a // new")
			}
			return text
		},
		add: map[string]string{"page/index.html": "<!doctype html>"},
	}
	if err := c.copy(copied, release); err != nil {
		t.Fatal(err)
	}
	got := map[string]string{}
	if err := filepath.WalkDir(copied, func(path string, entry os.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		text, err := os.ReadFile(path)
		file, _ := filepath.Rel(copied, path)
		got[filepath.ToSlash(file)] = string(text)
		return err
	}); err != nil {
		t.Fatal(err)
	}
	want := map[string]string{"a.go": "package a // new", "empty": "", "page/index.html": "<!doctype html>"}
	if !maps.Equal(got, want) {
		t.Errorf("the copy has %q and not %q", got, want)
	}
}
