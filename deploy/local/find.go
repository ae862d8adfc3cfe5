package local

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

// InfluxdVersion is the release of InfluxDB that deploy/influxd/go.mod requires.
const InfluxdVersion = "1.8.10"

const (
	moduleLine = "module github.com/tidemark-stats/tidemark"
	toolModule = "deploy/influxd"

	// A build from the cache takes half a second; only what lasts longer is
	// worth a word to the person who waits.
	buildQuiet    = time.Second
	buildLiveness = 10 * time.Second
)

// FindInfluxd returns the path of an influxd executable. It builds it with the
// Go toolchain from tidemark's source tree, looked for upwards from the working
// directory and then from the directory this package was compiled in. The
// result is kept in Go's build cache: the first build takes about a minute, the
// next ones half a second.
//
// progress, which may be nil, is told what goes on when it takes long. The
// error says what is missing and how to do without it.
func FindInfluxd(ctx context.Context, progress func(string)) (string, error) {
	var starts []string
	if dir, err := os.Getwd(); err == nil {
		starts = append(starts, dir)
	}
	// With -trimpath the file name is not a path on this machine.
	if _, file, _, ok := runtime.Caller(0); ok && filepath.IsAbs(file) {
		starts = append(starts, filepath.Dir(file))
	}
	return buildInfluxd(ctx, starts, progress)
}

const wayOut = "name an influxd 1.8 executable by --influxd or TIDEMARK_INFLUXD, or use docker compose"

func buildInfluxd(ctx context.Context, starts []string, progress func(string)) (string, error) {
	tree, ok := sourceTree(starts)
	if !ok {
		return "", fmt.Errorf("no influxd to run: tidemark's source tree, which builds it, is not above %s; run tidemark inside a clone of its repository, or %s",
			strings.Join(starts, " nor "), wayOut)
	}
	if _, err := exec.LookPath("go"); err != nil {
		return "", fmt.Errorf("no influxd to run: building it needs the Go toolchain, and there is no go command in PATH; install Go from https://go.dev/dl, or %s", wayOut)
	}

	done := make(chan struct{})
	defer close(done)
	if progress != nil {
		go reportBuild(done, progress)
	}

	dir := filepath.Join(tree, filepath.FromSlash(toolModule))
	// The lock is on the directory, since the go command locks go.mod itself.
	// `go test ./...` starts several test binaries at once. On an empty cache
	// each would compile influxd; so one does and the others wait.
	unlock, err := lockDir(ctx, dir)
	if err != nil {
		return "", fmt.Errorf("waiting for another build of influxd: %w", err)
	}
	defer unlock()
	return goTool(ctx, dir)
}

// goTool builds the tool of the module in dir and returns where it is.
func goTool(ctx context.Context, dir string) (string, error) {
	cmd := exec.CommandContext(ctx, "go", "tool", "-n", "influxd")
	cmd.Dir = dir
	// A workspace around the clone does not know this module.
	cmd.Env = append(os.Environ(), "GOWORK=off", "PWD="+dir)
	// When go is stopped its compilers may hold the pipes a little longer.
	cmd.WaitDelay = 2 * time.Second
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	if err := cmd.Run(); err != nil {
		if ctx.Err() != nil {
			return "", fmt.Errorf("building influxd %s: %w", InfluxdVersion, context.Cause(ctx))
		}
		return "", fmt.Errorf("building influxd %s in %s: go tool: %w: %s; mend that, or %s",
			InfluxdVersion, dir, err, lastLines(stderr.Bytes(), 5), wayOut)
	}
	path := strings.TrimSpace(stdout.String())
	if _, err := os.Stat(path); err != nil {
		return "", fmt.Errorf("building influxd %s in %s: go tool did not leave an executable: %w", InfluxdVersion, dir, err)
	}
	return path, nil
}

// sourceTree goes up from each of starts to the root of tidemark's sources.
func sourceTree(starts []string) (string, bool) {
	for _, dir := range starts {
		for {
			if isSourceTree(dir) {
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

func isSourceTree(dir string) bool {
	mod, err := os.ReadFile(filepath.Join(dir, "go.mod"))
	if err != nil {
		return false
	}
	first, _, _ := strings.Cut(string(mod), "\n")
	if strings.TrimSpace(first) != moduleLine {
		return false
	}
	_, err = os.Stat(filepath.Join(dir, filepath.FromSlash(toolModule), "go.mod"))
	return err == nil
}

// reportBuild tells progress that the build is at work until done is closed.
func reportBuild(done <-chan struct{}, progress func(string)) {
	start := time.Now()
	select {
	case <-done:
		return
	case <-time.After(buildQuiet):
		progress("building influxd " + InfluxdVersion + ", about a minute the first time")
	}
	tick := time.NewTicker(buildLiveness)
	defer tick.Stop()
	for {
		select {
		case <-done:
			return
		case <-tick.C:
			progress(fmt.Sprintf("still building influxd %s (%s)", InfluxdVersion, time.Since(start).Round(time.Second)))
		}
	}
}

// executable checks the influxd a person has named.
func executable(name string) (string, error) {
	path, err := exec.LookPath(name)
	if err != nil {
		// The reason without exec's own prefix, which repeats the name.
		var e *exec.Error
		if errors.As(err, &e) {
			err = e.Err
		}
		return "", fmt.Errorf("influxd executable %q: %w; name an influxd 1.8 executable, or leave --influxd and TIDEMARK_INFLUXD empty to have it built", name, err)
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
