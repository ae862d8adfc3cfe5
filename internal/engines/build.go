package engines

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"time"

	"github.com/tidemark-stats/tidemark/internal/waiting"
)

// build is one build of a program. Its progress can be read at any time.
type build struct {
	program *program
	module  string // directory of the tool module
	kept    string // directory that keeps the result

	mu         sync.Mutex
	doing      string
	downloaded int             // modules
	packages   map[string]bool // to compile; true for those outside the standard library
	compiled   int             // of those
	all        int
}

func newBuild(p *program, module, kept string) *build {
	return &build{program: p, module: module, kept: kept, doing: "reading its sources"}
}

// run makes the executable. `go test ./...` starts several test binaries at
// once, which with an empty cache would all compile the same; so one of them
// does and the others wait.
func (b *build) run(ctx context.Context, executable string) error {
	b.now("waiting for another process that builds it")
	unlock, err := lockDir(ctx, b.kept)
	if err != nil {
		return err
	}
	defer unlock()
	if _, err := os.Stat(executable); err == nil {
		return nil // built by the other process
	}
	b.now("reading its sources")
	var flags []string
	if b.program.tags != "" {
		flags = append(flags, "-tags="+b.program.tags)
	}
	if c := b.program.change; c != nil {
		modfile, discard, err := b.changed(ctx, c)
		if err != nil {
			return err
		}
		defer discard()
		flags = append(flags, "-modfile="+modfile)
	}
	if err := b.list(ctx, flags); err != nil {
		return err
	}
	if b.program.lean { // all but the standard library, which has been compiled with tidemark
		flags = append(flags, "-gcflags=all=-dwarf=false", "-gcflags=std=")
	}
	// Renamed once complete, so that an existing executable is always complete.
	temporary := executable + ".new"
	defer func() { _ = os.Remove(temporary) }() // already renamed on success
	args := append([]string{"build", "-v", "-ldflags=-s -w", "-o", temporary}, flags...)
	if _, err := b.goCommand(ctx, append(args, b.program.main)...); err != nil {
		return err
	}
	return os.Rename(temporary, executable)
}

// list finds out which packages have to be compiled.
func (b *build) list(ctx context.Context, flags []string) error {
	args := append([]string{"list", "-deps", "-f", "{{.ImportPath}} {{.Standard}}"}, flags...)
	out, err := b.goCommand(ctx, append(args, b.program.main)...)
	if err != nil {
		return err
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.packages = map[string]bool{}
	for line := range strings.Lines(string(out)) {
		name, standard, _ := strings.Cut(strings.TrimSpace(line), " ")
		if b.packages[name] = standard == "false"; b.packages[name] {
			b.all++
		}
	}
	return nil
}

// goCommand runs the go command in the tool module and returns its output.
func (b *build) goCommand(ctx context.Context, args ...string) ([]byte, error) {
	cmd := exec.CommandContext(ctx, "go", args...)
	cmd.Dir = b.module
	// A go.work around the clone does not include this module, and the result
	// is for this machine even if the environment asks for another.
	cmd.Env = append(os.Environ(), "GOWORK=off", "PWD="+b.module, "GOOS="+runtime.GOOS, "GOARCH="+runtime.GOARCH)
	// After go is stopped its compilers may hold the pipes a little longer.
	cmd.WaitDelay = 2 * time.Second
	var stdout bytes.Buffer
	cmd.Stdout = &stdout
	stderr, write := io.Pipe()
	cmd.Stderr = write
	said := make(chan []byte)
	go func() { said <- b.countLines(stderr) }()
	err := cmd.Run()
	_ = write.Close() // never fails
	if words := <-said; err != nil {
		return nil, fmt.Errorf("go %s: %w: %s", args[0], err, lastLines(words, 5))
	}
	return stdout.Bytes(), nil
}

// countLines counts what the go command reports as downloaded and compiled, and
// returns the rest of its output.
func (b *build) countLines(stderr io.Reader) []byte {
	var rest bytes.Buffer
	lines := bufio.NewReader(stderr)
	for {
		line, err := lines.ReadString('\n')
		if !b.count(strings.TrimSuffix(line, "\n")) {
			rest.WriteString(line)
		}
		if err != nil {
			return rest.Bytes()
		}
	}
}

// count handles a line that reports progress.
func (b *build) count(line string) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	if strings.HasPrefix(line, "go: downloading ") {
		b.downloaded++
		b.doing = fmt.Sprintf("downloading Go modules, %d so far", b.downloaded)
		return true
	}
	counts, known := b.packages[line]
	if !known {
		return false
	}
	// Most of the standard library has been compiled with tidemark and is not
	// reported again, so it is not counted.
	if counts {
		b.compiled++
	}
	b.doing = fmt.Sprintf("%d of %d packages, now %s", b.compiled, b.all, line)
	if line == b.program.main { // only linking is left
		b.doing = "linking"
	}
	return true
}

// now sets what the build is doing.
func (b *build) now(doing string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.doing = doing
}

// tell reports every few seconds that the build is running, until the returned
// function is called. progress may be nil.
func (b *build) tell(progress func(string)) (stop func()) {
	what := fmt.Sprintf("building %s, which is done once and takes %s; the result is kept in %s", b.program, b.program.takes, filepath.Dir(b.kept))
	return waiting.Tell(progress, what, func() string {
		b.mu.Lock()
		defer b.mu.Unlock()
		return fmt.Sprintf("building %s: %s", b.program, b.doing)
	})
}
