package engines

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"time"
)

// The releases of the engines that the tool modules require.
const (
	InfluxdVersion      = "1.8.10"
	PrometheusVersion   = "3.15.0" // as a Go module it is v0.315.0
	AlertmanagerVersion = "0.34.2"
)

const (
	moduleLine = "module github.com/tidemark-stats/tidemark"

	// A build from the cache takes half a second; only what lasts longer is
	// worth a word to the person who waits.
	buildQuiet    = time.Second
	buildLiveness = 10 * time.Second
)

// program is an engine that the Go toolchain builds from a tool module.
type program struct {
	name    string // of the tool, and of its log
	title   string // name and version
	module  string // directory of the tool module in the source tree
	takes   string // how long the first build lasts
	tags    string // build tags
	instead string // how to do without a build
	named   string // how to name an executable

	// modfile, when not nil, makes the go.mod to build with in the place of
	// the tool module's own. discard removes it.
	modfile func(ctx context.Context, p *program, dir string) (path string, discard func(), err error)
	// listening finds the address that the program listens on in its log.
	listening func(log []byte) (address string, ok bool)
}

// find builds the program from the source tree around the working directory,
// or else around the directory this package was compiled in.
func (p *program) find(ctx context.Context, progress func(string)) (string, error) {
	var starts []string
	if dir, err := os.Getwd(); err == nil {
		starts = append(starts, dir)
	}
	// With -trimpath the file name is not a path on this machine.
	if _, file, _, ok := runtime.Caller(0); ok && filepath.IsAbs(file) {
		starts = append(starts, filepath.Dir(file))
	}
	return p.build(ctx, starts, progress)
}

func (p *program) build(ctx context.Context, starts []string, progress func(string)) (string, error) {
	tree, ok := sourceTree(starts, p.module)
	if !ok {
		return "", fmt.Errorf("no %s to run: tidemark's source tree, which builds it, is not above %s; run tidemark inside a clone of its repository, or %s",
			p.name, strings.Join(starts, " nor "), p.instead)
	}
	if _, err := exec.LookPath("go"); err != nil {
		return "", fmt.Errorf("no %s to run: building it needs the Go toolchain, and there is no go command in PATH; install Go from https://go.dev/dl, or %s", p.name, p.instead)
	}

	done := make(chan struct{})
	defer close(done)
	if progress != nil {
		go p.report(done, progress)
	}

	dir := filepath.Join(tree, filepath.FromSlash(p.module))
	// The lock is on the directory, since the go command locks go.mod itself.
	// `go test ./...` starts several test binaries at once. On an empty cache
	// each would compile the program; so one does and the others wait.
	unlock, err := lockDir(ctx, dir)
	if err != nil {
		return "", fmt.Errorf("waiting for another build of %s: %w", p.name, err)
	}
	defer unlock()
	args := []string{"tool"}
	if p.modfile != nil {
		path, discard, err := p.modfile(ctx, p, dir)
		if err != nil {
			return "", fmt.Errorf("building %s in %s: %w; mend that, or %s", p.title, dir, err, p.instead)
		}
		defer discard()
		args = append(args, "-modfile="+path)
	}
	return p.goTool(ctx, dir, append(args, "-n", p.name)...)
}

// goTool builds the tool of the module in dir and returns where it is.
func (p *program) goTool(ctx context.Context, dir string, args ...string) (string, error) {
	out, err := p.goCommand(ctx, dir, args...)
	if err != nil {
		if ctx.Err() != nil {
			return "", fmt.Errorf("building %s: %w", p.title, context.Cause(ctx))
		}
		return "", fmt.Errorf("building %s in %s: %w; mend that, or %s", p.title, dir, err, p.instead)
	}
	path := strings.TrimSpace(string(out))
	if _, err := os.Stat(path); err != nil {
		return "", fmt.Errorf("building %s in %s: go tool did not leave an executable: %w", p.title, dir, err)
	}
	return path, nil
}

// goCommand runs the go command in a tool module and returns what it prints.
func (p *program) goCommand(ctx context.Context, dir string, args ...string) ([]byte, error) {
	cmd := exec.CommandContext(ctx, "go", args...)
	cmd.Dir = dir
	// A workspace around the clone does not know this module.
	cmd.Env = append(os.Environ(), "GOWORK=off", "PWD="+dir)
	if p.tags != "" {
		// go tool has no flag for them. Of several -tags the last one counts.
		cmd.Env = append(cmd.Env, strings.TrimSpace("GOFLAGS="+os.Getenv("GOFLAGS")+" -tags="+p.tags))
	}
	// When go is stopped its compilers may hold the pipes a little longer.
	cmd.WaitDelay = 2 * time.Second
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	if err := cmd.Run(); err != nil {
		return nil, fmt.Errorf("go %s: %w: %s", args[0], err, lastLines(stderr.Bytes(), 5))
	}
	return stdout.Bytes(), nil
}

// sourceTree goes up from each of starts to the root of tidemark's sources,
// which has the tool module in it.
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

// report tells progress that the build is at work until done is closed.
func (p *program) report(done <-chan struct{}, progress func(string)) {
	start := time.Now()
	select {
	case <-done:
		return
	case <-time.After(buildQuiet):
		progress("building " + p.title + ", " + p.takes + " the first time")
	}
	tick := time.NewTicker(buildLiveness)
	defer tick.Stop()
	for {
		select {
		case <-done:
			return
		case <-tick.C:
			progress(fmt.Sprintf("still building %s (%s)", p.title, time.Since(start).Round(time.Second)))
		}
	}
}

// executable checks the program a person has named.
func (p *program) executable(name string) (string, error) {
	path, err := exec.LookPath(name)
	if err != nil {
		// The reason without exec's own prefix, which repeats the name.
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
