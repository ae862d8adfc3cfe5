//go:build unix

package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/tidemark-stats/tidemark/ingest"
	"github.com/tidemark-stats/tidemark/ingest/sender"
	"github.com/tidemark-stats/tidemark/internal/enginetest"
	"github.com/tidemark-stats/tidemark/store"
)

// many writes a file of n figures, every one of a cell of its own.
func many(t *testing.T, n int) string {
	t.Helper()
	var b bytes.Buffer
	b.WriteString("indicator,area,category,measure,period,value,unit\n")
	for i := range n {
		fmt.Fprintf(&b, "unresolved_cases,330200,window_%d,level,2023-%02d,5,件\n", i/12, i%12+1)
	}
	name := filepath.Join(t.TempDir(), "many.csv")
	if err := os.WriteFile(name, b.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	return name
}

func interruptAPush(t *testing.T) {
	const figures = 40_000
	bucket := enginetest.SharedInflux(t)
	server := enginetest.NATS(t).ClientURL()
	env := append(os.Environ(), site(server, bucket)...)
	command := func(args ...string) *exec.Cmd {
		cmd := exec.Command("tidemark", args...)
		cmd.Env = env
		return cmd
	}
	if out, err := command("init").CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	_, stop, err := launch(env, "ingest")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = stop() })
	file := many(t, figures)

	push := command("push", "--json", file)
	stored := figuresStored(t, server)
	first, said := interrupt(t, push, func() bool { return stored() >= 1000 })
	next := fmt.Sprintf("%s:%d", file, first.Written+2) // the header is line 1
	if first.Written < 1000 || first.NotSent == 0 || first.Written+first.NotSent != figures || first.FirstNotSent != next {
		t.Fatalf("the interrupted push says %+v", first)
	}
	if !strings.Contains(said, "waiting for the receipts") {
		t.Errorf("the interrupted push does not say why it goes on: %s", said)
	}

	var second sender.Report
	text, err := command("push", "--json", file).Output()
	if err != nil {
		t.Fatalf("%v: %s", err, text)
	}
	if err := json.Unmarshal(text, &second); err != nil {
		t.Fatal(err)
	}
	if second.Unchanged != first.Written || second.Written != first.NotSent {
		t.Errorf("the second push says %s after %+v", text, first)
	}
	if n := stored(); n != figures {
		t.Errorf("%d messages are stored for %d figures", n, figures)
	}
	db, err := store.Open(store.Options(bucket))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	held := 0
	for _, err := range db.Vintages(t.Context(), store.Selection{}) {
		if err != nil {
			t.Fatal(err)
		}
		held++
	}
	if held != figures {
		t.Errorf("InfluxDB holds %d and not %d", held, figures)
	}
}

// interrupt sends Ctrl-C to a push at the right moment, and returns its report and its
// other output.
func interrupt(t *testing.T, push *exec.Cmd, when func() bool) (r sender.Report, said string) {
	t.Helper()
	var out, errs bytes.Buffer
	push.Stdout, push.Stderr = &out, &errs
	if err := push.Start(); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	if err := watch(ctx, time.Millisecond, when); err != nil {
		t.Fatal(err)
	}
	if err := push.Process.Signal(os.Interrupt); err != nil {
		t.Fatal(err)
	}
	_ = push.Wait() // its exit code is checked below
	if code := push.ProcessState.ExitCode(); code != exitRefused {
		t.Fatalf("the interrupted push ends with %d: %s%s", code, &out, &errs)
	}
	if err := json.Unmarshal(out.Bytes(), &r); err != nil {
		t.Fatal(err)
	}
	return r, errs.String()
}

// figuresStored returns a function that counts the messages in FIGURES.
func figuresStored(t *testing.T, server string) func() uint64 {
	t.Helper()
	conn, err := nats.Connect(server)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(conn.Close)
	js, err := jetstream.New(conn)
	if err != nil {
		t.Fatal(err)
	}
	return func() uint64 {
		stream, err := js.Stream(t.Context(), ingest.FiguresStream)
		if err != nil {
			t.Fatal(err)
		}
		return stream.CachedInfo().State.Msgs
	}
}

func TestCtrlCEndsACheckOfATerminal(t *testing.T) {
	check := exec.Command("tidemark", "check", "-")
	stdin, err := check.StdinPipe() // nobody types anything
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = stdin.Close() }()
	if err := check.Start(); err != nil {
		t.Fatal(err)
	}
	// More than fits into the pipe: once it is written, the program is reading and so
	// already handles signals.
	if _, err := stdin.Write(bytes.Repeat([]byte("container_throughput\n"), 10_000)); err != nil {
		t.Fatal(err)
	}
	if err := check.Process.Signal(syscall.SIGINT); err != nil {
		t.Fatal(err)
	}
	_ = check.Wait() // its exit code is checked below
	if code := check.ProcessState.ExitCode(); code != exitFailed {
		t.Errorf("it ends with %v", check.ProcessState)
	}
}
