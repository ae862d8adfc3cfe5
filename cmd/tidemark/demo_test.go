//go:build unix

package main

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/tidemark-stats/tidemark/internal/engines"
)

// influxd is looked up once, because that takes seconds.
var influxd = sync.OnceValues(func() (string, error) {
	return engines.FindInfluxd(context.Background(), func(line string) { fmt.Fprintln(os.Stderr, line) })
})

// demoProcess is a demo that runs as a separate process.
type demoProcess struct {
	t      *testing.T
	cmd    *exec.Cmd
	url    string // of the exporter, from the line on stdout
	nats   string
	stdout *bufio.Reader
	said   *stderrLog
	wait   func() // waits for the end; then cmd.ProcessState is set
}

// startDemo starts a demo and returns when it is ready.
func startDemo(t *testing.T, env []string, args ...string) *demoProcess {
	t.Helper()
	executable, err := influxd()
	if err != nil {
		t.Fatal(err)
	}
	d := &demoProcess{t: t, said: &stderrLog{}}
	d.cmd = exec.Command("tidemark", append([]string{"demo"}, args...)...)
	d.cmd.Env = append(append(os.Environ(), "TIDEMARK_LISTEN=127.0.0.1:0", "TIDEMARK_DESK_LISTEN=127.0.0.1:0", "TIDEMARK_NATS_LISTEN=127.0.0.1:0",
		"TIDEMARK_INFLUX_LISTEN=127.0.0.1:0", "TIDEMARK_INFLUXD="+executable), env...)
	d.cmd.Stderr = d.said
	stdout, err := d.cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := d.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	d.wait = sync.OnceFunc(func() { _ = d.cmd.Wait() }) // how it ended is asked of the ProcessState
	t.Cleanup(func() {
		_ = d.cmd.Process.Kill() // it has mostly ended
		d.wait()
	})
	d.stdout = bufio.NewReader(stdout)
	line, _ := d.stdout.ReadString('\n')
	m := regexp.MustCompile(`^ready (http://127\.0\.0\.1:\d+/)\n$`).FindStringSubmatch(line)
	if m == nil {
		d.wait()
		t.Fatalf("the demo is not ready: %q\n%s", line, d.said)
	}
	d.url = m[1]
	d.nats = regexp.MustCompile(`nats://\S+`).FindString(d.said.String())
	return d
}

// ends waits for the end and returns the exit code and the rest of stdout.
func (d *demoProcess) ends() (code int, stdout string) {
	rest, _ := io.ReadAll(d.stdout) // the end of the process ends it
	d.wait()
	return d.cmd.ProcessState.ExitCode(), string(rest)
}

func (d *demoProcess) signal(s os.Signal) {
	d.t.Helper()
	if err := d.cmd.Process.Signal(s); err != nil {
		d.t.Fatal(err)
	}
}

// shows waits until /metrics has a line.
func (d *demoProcess) shows(line string) {
	d.t.Helper()
	ctx, cancel := context.WithTimeout(d.t.Context(), 2*time.Minute)
	defer cancel()
	var page string
	if err := watch(ctx, 10*time.Millisecond, func() bool {
		page, _ = get(ctx, d.url+"metrics") // errors are retried
		return strings.Contains(page, "\n"+line+"\n")
	}); err != nil {
		d.t.Fatalf("/metrics has no line %s\n%s", line, page)
	}
}

// push pushes one value of container throughput in December 2025 and returns the
// summary.
func (d *demoProcess) push(value string) string {
	d.t.Helper()
	push := exec.Command("tidemark", "push", "--nats", d.nats, "-")
	push.Stdin = strings.NewReader("indicator,area,measure,period,value,unit\ncontainer_throughput,NBZS,level,2025-12," + value + ",万TEU\n")
	out, err := push.CombinedOutput()
	if err != nil {
		d.t.Fatalf("%v: %s", err, out)
	}
	return string(out)
}

// stderrLog keeps a process's output for tests to read.
type stderrLog struct {
	mu   sync.Mutex
	text strings.Builder
}

func (l *stderrLog) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(p)
}

func (l *stderrLog) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}

// await waits until the process has printed a text.
func (l *stderrLog) await(t *testing.T, text string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	if err := watch(ctx, 5*time.Millisecond, func() bool { return strings.Contains(l.String(), text) }); err != nil {
		t.Fatalf("it does not say %q but\n%s", text, l)
	}
}

const containers = `tidemark_figure{area="NBZS",category="_T",freq="M",indicator="container_throughput",measure="level",unit="TEU"} `

func TestADemoServesTheSampleAndWhatIsPushedAndKeepsIt(t *testing.T) {
	t.Parallel()
	data := t.TempDir()
	d := startDemo(t, nil, "--data", data)
	d.shows(containers + "3207000") // December 2025 in the sample
	d.push("301")
	d.shows(containers + "3010000")
	if got := d.push("302.5"); !strings.Contains(got, "1  修订 (revised)") {
		t.Errorf("the revision is reported as\n%s", got)
	}
	d.shows(containers + "3025000")
	d.signal(os.Interrupt)
	if code, more := d.ends(); code != exitDone || more != "" {
		t.Fatalf("after Ctrl-C it ends with %d and more on stdout, %q:\n%s", code, more, d.said)
	}

	d = startDemo(t, nil, "--data", data)
	if strings.Contains(d.said.String(), "written") {
		t.Errorf("the sample is written again:\n%s", d.said)
	}
	d.shows(containers + "3025000")
	d.signal(syscall.SIGKILL)
	d.wait()
	awaitNoInfluxd(t, filepath.Join(data, "influxdb"))
}

// A first look must find targets that are judged, not only figures that are overdue.
func TestADemoShowsTheDayOfTheNewestFigureOrTheOneAskedFor(t *testing.T) {
	t.Parallel()
	for _, of := range []struct {
		args []string
		day  string
		is   map[string]string // what a target is judged to be
	}{
		{nil, "2026-02-26", map[string]string{"port_2027_cargo": "met", "gdp_2_trillion": "on_track", "container_rank_2026": "at_risk", "container_growth_2016": "missed"}},
		{[]string{"--date", "2024-02-20"}, "2024-02-20", map[string]string{"port_2025_cargo": "met", "port_2027_cargo": "on_track", "container_month_floor": "missed"}},
	} {
		d := startDemo(t, nil, of.args...)
		for target, verdict := range of.is {
			page, err := get(t.Context(), d.url+"metrics")
			if line := fmt.Sprintf(`,target=%q,verdict=%q} 1`, target, verdict); err != nil || !strings.Contains(page, line+"\n") {
				t.Errorf("on %s %s is not %s (%v)", of.day, target, verdict, err)
			}
		}
		if page, err := get(t.Context(), d.url); err != nil || !strings.Contains(page, "as it was on "+of.day+", not today") {
			t.Errorf("the page does not say that it shows %s (%v):\n%s", of.day, err, page)
		}
		d.signal(os.Interrupt)
		if code, _ := d.ends(); code != exitDone {
			t.Errorf("it ends with %d", code)
		}
	}
}

// awaitNoInfluxd waits until no influxd runs in a directory. influxd holds a lock on its
// log as long as it lives, however its parent ended.
func awaitNoInfluxd(t *testing.T, dir string) {
	t.Helper()
	log, err := os.Open(filepath.Join(dir, "influxd.log"))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = log.Close() }()
	if err := syscall.Flock(int(log.Fd()), syscall.LOCK_EX); err != nil {
		t.Fatal(err)
	}
}

func TestADemoWithoutDataRemovesWhatItMade(t *testing.T) {
	t.Parallel()
	temporary := t.TempDir()
	d := startDemo(t, []string{"TMPDIR=" + temporary, "TIDEMARK_NO_SAMPLE=true"})
	made, err := os.ReadDir(temporary)
	if err != nil || len(made) == 0 {
		t.Fatalf("the demo keeps its data elsewhere: %v", err)
	}
	page, err := get(t.Context(), d.url+"metrics")
	if err != nil || strings.Contains(page, "tidemark_figure{") {
		t.Errorf("there is a figure without the sample, or no page: %v", err)
	}
	d.signal(syscall.SIGTERM)
	if code, more := d.ends(); code != exitDone || more != "" {
		t.Errorf("after SIGTERM it ends with %d and more on stdout, %q:\n%s", code, more, d.said)
	}
	if left, err := os.ReadDir(temporary); err != nil || len(left) != 0 {
		t.Errorf("it leaves %v (%v)", left, err)
	}
}

// withPID returns the environment of a demo whose influxd records its process id, and a
// function that reads it.
func withPID(t *testing.T) (env []string, pid func() int) {
	t.Helper()
	executable, err := influxd()
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	number, script := filepath.Join(dir, "pid"), filepath.Join(dir, "influxd")
	text := fmt.Sprintf("#!/bin/sh\necho $$ >%q\nexec %q \"$@\"\n", number, executable)
	if err := os.WriteFile(script, []byte(text), 0o700); err != nil {
		t.Fatal(err)
	}
	return []string{"TIDEMARK_INFLUXD=" + script}, func() int {
		t.Helper()
		b, err := os.ReadFile(number)
		if err != nil {
			t.Fatal(err)
		}
		n, err := strconv.Atoi(strings.TrimSpace(string(b)))
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
}

func TestADemoEndsWhenInfluxdDies(t *testing.T) {
	t.Parallel()
	env, pid := withPID(t)
	d := startDemo(t, env, "--no-sample", "--data", t.TempDir())
	if err := syscall.Kill(pid(), syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	if code, _ := d.ends(); code != exitFailed || !strings.Contains(d.said.String(), "tidemark: influxd exited: signal: killed") {
		t.Errorf("it ends with %d and says\n%s", code, d.said)
	}
}

func TestASecondCtrlCEndsADemoAtOnce(t *testing.T) {
	t.Parallel()
	env, pid := withPID(t)
	data := t.TempDir()
	d := startDemo(t, env, "--no-sample", "--data", data)
	if err := syscall.Kill(pid(), syscall.SIGSTOP); err != nil { // so that it cannot shut down cleanly
		t.Fatal(err)
	}
	d.signal(os.Interrupt)
	d.said.await(t, "tidemark: stopping")
	d.signal(os.Interrupt)
	d.ends()
	if status, ok := d.cmd.ProcessState.Sys().(syscall.WaitStatus); !ok || status.Signal() != syscall.SIGINT {
		t.Errorf("it ends with %v", d.cmd.ProcessState)
	}
	awaitNoInfluxd(t, filepath.Join(data, "influxdb"))
}

func TestADemoNamesTheFlagOfAnAddressInUse(t *testing.T) {
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = taken.Close() }()
	address := taken.Addr().String()
	for _, flag := range []string{"--listen", "--nats-listen", "--influx-listen"} {
		t.Run(flag, func(t *testing.T) {
			args := []string{"demo", "--listen=127.0.0.1:0", "--nats-listen=127.0.0.1:0", "--influx-listen=127.0.0.1:0", flag, address}
			demo := exec.Command("tidemark", args...)
			out, _ := demo.CombinedOutput()
			want := fmt.Sprintf("tidemark: cannot listen on %s: bind: address already in use; choose another HOST:PORT with %s (port 0 is a free one)\n", address, flag)
			if demo.ProcessState.ExitCode() != exitFailed || string(out) != want {
				t.Errorf("it ends with %v and says\n%s", demo.ProcessState, out)
			}
		})
	}
}
