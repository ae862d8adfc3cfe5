package deploy_test

import (
	"io/fs"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/tidemark-stats/tidemark/internal/composetest"
)

// instructions are those of the Dockerfile, by keyword; a line that ends in \
// continues on the next one.
func instructions(t *testing.T) (all [][2]string) {
	t.Helper()
	text, err := os.ReadFile("../Dockerfile")
	must(t, err)
	for line := range strings.Lines(strings.ReplaceAll(string(text), "\\\n", "")) {
		if word, rest, ok := strings.Cut(strings.TrimSpace(line), " "); ok && !strings.HasPrefix(line, "#") {
			all = append(all, [2]string{word, strings.TrimSpace(rest)})
		}
	}
	return all
}

func TestTheImageContainsOnlyTidemarkAndRunsWithoutPrivileges(t *testing.T) {
	last := map[string]string{} // in the last stage
	for _, i := range instructions(t) {
		if i[0] == "FROM" {
			clear(last)
		}
		last[i[0]] = i[1]
	}
	for word, want := range map[string]string{"FROM": "scratch", "USER": "65532:65532", "ENTRYPOINT": `["/tidemark"]`, "RUN": ""} {
		if last[word] != want {
			t.Errorf("the image has %s %s, should be %q", word, last[word], want)
		}
	}
	for name, s := range composetest.Load(t, "..").Services {
		if page := healthPage(s); ours(s) && page.Port() != "" && !strings.Contains(last["EXPOSE"]+" ", page.Port()+" ") {
			t.Errorf("the image does not name the port %s of %s", page.Port(), name)
		}
	}
}

func TestTheImageIsBuiltByAPinnedCompiler(t *testing.T) {
	for _, i := range instructions(t) {
		if image, ok := strings.CutPrefix(i[1], "GO_IMAGE="); ok {
			if !regexp.MustCompile(`^golang:1\.\d+\.\d+-alpine\d+\.\d+$`).MatchString(image) {
				t.Errorf("the compiler is %s", image)
			}
			return
		}
	}
	t.Error("the Dockerfile has no ARG GO_IMAGE")
}

// buildContext copies the files that .dockerignore does not exclude.
func buildContext(t *testing.T) string {
	t.Helper()
	text, err := os.ReadFile("../.dockerignore")
	must(t, err)
	var kept, left []string
	for line := range strings.Lines(string(text)) {
		line = strings.TrimSpace(line)
		if p, ok := strings.CutPrefix(line, "!"); ok {
			kept = append(kept, p)
		} else if p, ok := strings.CutPrefix(line, "**/"); ok {
			left = append(left, p)
		} else if line != "*" && !strings.HasPrefix(line, "#") {
			t.Fatalf(".dockerignore: this test does not understand %q", line)
		}
	}
	dir := t.TempDir()
	for _, p := range kept {
		must(t, filepath.WalkDir(filepath.Join("..", p), func(file string, d fs.DirEntry, err error) error {
			if err != nil {
				return err
			}
			for _, pattern := range left {
				if ok, _ := path.Match(pattern, d.Name()); ok && d.IsDir() {
					return fs.SkipDir
				} else if ok {
					return nil
				}
			}
			if d.IsDir() {
				return os.MkdirAll(filepath.Join(dir, strings.TrimPrefix(file, "..")), 0o755)
			}
			content, err := os.ReadFile(file)
			if err != nil {
				return err
			}
			return os.WriteFile(filepath.Join(dir, strings.TrimPrefix(file, "..")), content, 0o600)
		}))
	}
	return dir
}

// buildCommand is the command of the Dockerfile, and env the variables it has
// there.
func buildCommand(t *testing.T) (command string, env []string) {
	t.Helper()
	for _, i := range instructions(t) {
		if at := strings.Index(i[1], "go build"); i[0] == "RUN" && at >= 0 {
			command = i[1][at:]
		}
		if i[0] == "ENV" {
			env = append(env, strings.Fields(i[1])...)
		}
	}
	if !strings.HasPrefix(command, "go build -trimpath ") || !slices.Contains(env, "CGO_ENABLED=0") {
		t.Fatalf("the Dockerfile builds with %q and %q", command, env)
	}
	return command, env
}

func TestTheBuildContextHasEverythingTheBinaryNeedsAndNoCIsNeeded(t *testing.T) {
	_, env := buildCommand(t)
	list := exec.Command("go", "list", "-deps", "./cmd/tidemark")
	list.Dir, list.Env = buildContext(t), append(os.Environ(), env...)
	if out, err := list.CombinedOutput(); err != nil {
		t.Errorf("%v: %s", err, out)
	}
}

// Built without -trimpath and with C if there is a compiler: then the packages
// are those that the tests have compiled already, and it takes seconds instead
// of minutes.
func TestTheCommandOfTheDockerfileBuildsABinaryThatKnowsItsVersion(t *testing.T) {
	binary := filepath.Join(t.TempDir(), "tidemark")
	command, _ := buildCommand(t)
	command = strings.NewReplacer("-trimpath ", "-buildvcs=false ", "-o /tidemark ", "-o "+binary+" ").Replace(command)
	build := exec.Command("sh", "-c", command)
	build.Dir, build.Env = "..", append(os.Environ(), "VERSION=9.8.7")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%s: %v\n%s", command, err, out)
	}
	out, err := exec.Command(binary, "version").CombinedOutput()
	if err != nil || !strings.HasPrefix(string(out), "tidemark 9.8.7 (") {
		t.Errorf("the version is %s (%v)", out, err)
	}
}
