package engines

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
)

// The releases of the engines that the tool modules require.
const (
	InfluxdVersion      = "1.8.10"
	PrometheusVersion   = "3.15.0" // as a Go module it is v0.315.0
	AlertmanagerVersion = "0.34.2"
)

const moduleLine = "module github.com/tidemark-stats/tidemark"

// program is an engine that the Go toolchain builds from a tool module.
type program struct {
	name    string // name of the executable and its log
	title   string // name of the product
	version string // its release
	module  string // directory of the tool module in the source tree
	main    string // import path of its package main
	takes   string // how long the first build takes
	tags    string // build tags
	instead string // what to do instead of building
	named   string // how to name an existing executable
	// own is the directory, in that of the tool module, of sources of our own,
	// empty for a released program.
	own string

	// lean compiles it without debugging information, which takes a fifth of
	// the time; but then nothing is shared with what tests have compiled.
	lean bool
	// change, if not nil, is how its sources differ from the release.
	change *change
	// listening finds the address the program listens on in its log.
	listening func(log []byte) (address string, ok bool)
}

func (p *program) String() string { return p.title + " " + p.version }

// find returns the executable kept from an earlier build, or builds it from the
// source tree that contains the working directory, or else the one this package
// was compiled in.
func (p *program) find(ctx context.Context, progress func(string)) (string, error) {
	var starts []string
	if dir, err := os.Getwd(); err == nil {
		starts = append(starts, dir)
	}
	// With -trimpath the file name is not a path on this machine.
	if _, file, _, ok := runtime.Caller(0); ok && filepath.IsAbs(file) {
		starts = append(starts, filepath.Dir(file))
	}
	return p.findFrom(ctx, starts, progress)
}

func (p *program) findFrom(ctx context.Context, starts []string, progress func(string)) (string, error) {
	tree, ok := sourceTree(starts, p.module)
	if !ok {
		return "", fmt.Errorf("no %s to run: it is built from tidemark's source tree, and %s is not inside one; run tidemark inside a clone of its repository, or %s",
			p.name, strings.Join(starts, " nor "), p.instead)
	}
	module := filepath.Join(tree, filepath.FromSlash(p.module))
	kept, err := p.keptIn(module)
	if err != nil {
		return "", fmt.Errorf("no directory to keep %s in: %w; set XDG_CACHE_HOME or HOME to a writable directory, or %s", p, err, p.instead)
	}
	executable := filepath.Join(kept, p.name)
	if _, err := os.Stat(executable); err == nil {
		return executable, nil
	}
	if _, err := exec.LookPath("go"); err != nil {
		return "", fmt.Errorf("no %s to run: building it needs the Go toolchain, and there is no go command in PATH; install Go from https://go.dev/dl, or %s", p.name, p.instead)
	}
	b := newBuild(p, module, kept)
	defer b.tell(progress)()
	if err := b.run(ctx, executable); err != nil {
		if ctx.Err() != nil {
			return "", fmt.Errorf("building %s: %w", p, context.Cause(ctx))
		}
		return "", fmt.Errorf("building %s in %s: %w; fix that, or %s", p, module, err, p.instead)
	}
	return executable, nil
}

// keptIn returns the directory in the user's cache that keeps the build of the
// program. Its name changes with everything the result depends on.
func (p *program) keptIn(module string) (string, error) {
	requirements, err := os.ReadFile(filepath.Join(module, "go.mod"))
	if err != nil {
		return "", err
	}
	recipe := sha256.New()
	_, _ = fmt.Fprintf(recipe, "%s\n%s\n", requirements, p.tags)
	if p.change != nil {
		_, _ = fmt.Fprintf(recipe, "%s\n", p.change.what)
	}
	if p.own != "" {
		if err := hashFiles(recipe, filepath.Join(module, p.own)); err != nil {
			return "", err
		}
	}
	name := fmt.Sprintf("%s-%s-%s-%s-%x", p.name, p.version, runtime.GOOS, runtime.GOARCH, recipe.Sum(nil)[:4])

	caches := make([]string, 0, 2)
	if dir, err := os.UserCacheDir(); err == nil {
		caches = append(caches, dir)
	}
	// Without a home directory, Go's cache is used.
	if dir := os.Getenv("GOCACHE"); filepath.IsAbs(dir) {
		caches = append(caches, dir)
	}
	failure := errors.New("neither XDG_CACHE_HOME nor HOME is set")
	for _, cache := range caches {
		dir := filepath.Join(cache, "tidemark", name)
		if failure = os.MkdirAll(dir, 0o755); failure == nil {
			return dir, nil
		}
	}
	return "", failure
}

// hashFiles adds the names and the contents of the files in a directory.
func hashFiles(to io.Writer, dir string) error {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return err
	}
	for _, entry := range entries {
		content, err := os.ReadFile(filepath.Join(dir, entry.Name()))
		if err != nil {
			return err
		}
		_, _ = fmt.Fprintf(to, "%s %d\n%s", entry.Name(), len(content), content)
	}
	return nil
}

// sourceTree searches from each of starts upwards for the root of tidemark's
// sources, which contains the tool module.
func sourceTree(starts []string, module string) (string, bool) {
	for _, dir := range starts {
		for {
			if isSourceTree(dir, module) {
				return dir, true
			}
			parent := filepath.Dir(dir)
			if parent == dir {
				break
			}
			dir = parent
		}
	}
	return "", false
}

func isSourceTree(dir, module string) bool {
	mod, err := os.ReadFile(filepath.Join(dir, "go.mod"))
	if err != nil {
		return false
	}
	first, _, _ := strings.Cut(string(mod), "\n")
	if strings.TrimSpace(first) != moduleLine {
		return false
	}
	_, err = os.Stat(filepath.Join(dir, filepath.FromSlash(module), "go.mod"))
	return err == nil
}

// executable checks the program that the user has named.
func (p *program) executable(name string) (string, error) {
	path, err := exec.LookPath(name)
	if err != nil {
		// The reason without exec's prefix, which repeats the name.
		var e *exec.Error
		if errors.As(err, &e) {
			err = e.Err
		}
		return "", fmt.Errorf("%s executable %q: %w; %s", p.name, name, err, p.named)
	}
	return filepath.Abs(path)
}

// lastLines returns the end of a log as one line for an error message.
func lastLines(log []byte, n int) string {
	lines := strings.Split(strings.TrimSpace(string(log)), "\n")
	if len(lines) > n {
		lines = lines[len(lines)-n:]
	}
	return strings.Join(lines, " | ")
}
