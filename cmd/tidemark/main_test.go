package main

import (
	"errors"
	"flag"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strconv"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/tidemark-stats/tidemark/internal/enginetest"
)

var update = flag.Bool("update", false, "write what scripts expect and golden files anew")

// TestMain makes the test binary run as tidemark when called by that name, so that
// scripts and tests can run the program as a process.
func TestMain(m *testing.M) {
	testscript.Main(enginetest.Tests{M: m}, map[string]func(){
		"tidemark":          func() { os.Exit(execute(os.Args[1:], os.Stdin, os.Stdout, os.Stderr)) },
		"tidemark-measured": measured,
	})
}

// envPeak names a file into which tidemark-measured writes the bytes of memory that
// it had from the system. The system itself counts for a process what the process that
// started it had.
const envPeak = "TEST_PEAK"

func measured() {
	code := execute(os.Args[1:], os.Stdin, os.Stdout, os.Stderr)
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	if err := os.WriteFile(os.Getenv(envPeak), []byte(strconv.FormatUint(m.Sys, 10)), 0o600); err != nil {
		code = 2
	}
	os.Exit(code)
}

// TestWithoutServers runs the scripts that need no server. They compare all of the
// program's output.
func TestWithoutServers(t *testing.T) {
	testscript.Run(t, params("script"))
}

// params are those of the scripts in a folder of testdata.
func params(folder string) testscript.Params {
	return testscript.Params{
		Dir:                 filepath.Join("testdata", folder),
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
		UpdateScripts:       *update,
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"exit":  exitWith,
			"bytes": writeBytes,
		},
	}
}

// differing are the parts of a report that differ in every run, and what scripts have
// in their place.
var differing = []struct {
	match *regexp.Regexp
	write string
}{
	{regexp.MustCompile(`\d{8}T\d{6}Z-[A-Z0-9]{10}`), "SUBMISSION"},
	{regexp.MustCompile(`"published":"\d{4}-\d\d-\d\dT[^"]*"`), `"published":"MOMENT"`},
	{regexp.MustCompile(`\d{4}-\d\d-\d\d 已发布`), "DAY 已发布"},
	{regexp.MustCompile(`20\d\d-\d\d-\d\d \d\d:\d\d [+-]\d\d:\d\d`), "MOMENT"}, // those of a test are not in this century
}

// same returns a report with those parts replaced.
func same(report string) string {
	for _, d := range differing {
		report = d.match.ReplaceAllString(report, d.write)
	}
	return report
}

// exitWith runs a command and checks its exit code: exit CODE COMMAND... The first
// submission that it names is then in the variable SUBMISSION.
func exitWith(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: exit CODE COMMAND [ARG...]")
	}
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	code := 0
	var ended *exec.ExitError
	if err := ts.Exec(args[1], args[2:]...); errors.As(err, &ended) {
		code = ended.ExitCode()
	} else {
		ts.Check(err)
	}
	out, errs := ts.ReadFile("stdout"), ts.ReadFile("stderr")
	if id := differing[0].match.FindString(out); id != "" {
		ts.Setenv("SUBMISSION", id)
	}
	_, _ = io.WriteString(ts.Stdout(), same(out))
	_, _ = io.WriteString(ts.Stderr(), same(errs))
	if code != want {
		ts.Fatalf("it ends with %d and not %d", code, want)
	}
}

// writeBytes writes a file with bytes that a script cannot hold:
// bytes FILE TEXT, the text in Go's escapes.
func writeBytes(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: bytes FILE TEXT")
	}
	text, err := strconv.Unquote(`"` + args[1] + `"`)
	ts.Check(err)
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), []byte(text), 0o600))
}
