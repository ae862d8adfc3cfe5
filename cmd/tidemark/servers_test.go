//go:build unix

package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/tidemark-stats/tidemark/internal/engines"
	"github.com/tidemark-stats/tidemark/internal/enginetest"
)

// TestOnServers runs the scripts of testdata/servers. They share an InfluxDB; each has
// its own bucket and NATS server.
func TestOnServers(t *testing.T) {
	server, kind := identify(t, enginetest.SharedInflux(t).URL)
	t.Run("scripts", func(t *testing.T) {
		p := params("servers")
		p.Setup = func(env *testscript.Env) error {
			nats, err := engines.StartNATS(engines.NATSOptions{Dir: filepath.Join(env.WorkDir, ".nats")})
			if err != nil {
				return err
			}
			env.Defer(nats.Shutdown)
			if err := writeCatalogues(env.WorkDir); err != nil {
				return err
			}
			env.Vars = append(env.Vars, site(nats.ClientURL(), enginetest.SharedInflux(t))...)
			env.Vars = append(env.Vars, "INFLUXDB="+server, "DATABASE="+kind)
			env.Values[daemonsKey{}] = daemons{}
			return nil
		}
		maps.Copy(p.Cmds, map[string]func(*testscript.TestScript, bool, []string){
			"daemon": startDaemon,
			"end":    endDaemon,
			"metric": awaitMetric,
			"sent":   nameSubmission,
			"await":  awaitOutput,
		})
		testscript.Run(t, p)
	})
	t.Run("an interrupted push is completed by the next", func(t *testing.T) {
		interruptAPush(t)
	})
	t.Run("the services of docker-compose.yml work together", func(t *testing.T) {
		runServices(t)
	})
}

// writeCatalogues writes the built-in catalogue with a change: reviewed.yaml with
// review of what the port sends, closing.yaml with periods of the port that close.
func writeCatalogues(dir string) error {
	text, err := os.ReadFile("../../catalog/ningbo.yaml")
	if err != nil {
		return err
	}
	const rule = "    monthly: {months_later: 1, day: 10}\n"
	return errors.Join(
		os.WriteFile(filepath.Join(dir, "reviewed.yaml"), bytes.Replace(text, []byte("{code: port, "), []byte("{code: port, review: true, "), 1), 0o644),
		os.WriteFile(filepath.Join(dir, "closing.yaml"), bytes.Replace(text, []byte(rule), []byte(rule+"    closes: {after: year, months_later: 9, day: 30}\n"), 1), 0o644))
}

// identify returns what init calls the InfluxDB and what it creates there.
func identify(t *testing.T, address string) (server, kind string) {
	t.Helper()
	page, err := get(t.Context(), address+"/health")
	if err != nil {
		t.Fatal(err)
	}
	var health struct{ Version string }
	if err := json.Unmarshal([]byte(page), &health); err != nil {
		t.Fatal(err)
	}
	if version := strings.TrimPrefix(health.Version, "v"); strings.HasPrefix(version, "2.") {
		return "InfluxDB " + version, "bucket"
	}
	return "InfluxDB", "database"
}

// site is the environment with the addresses of the engines.
func site(nats string, b enginetest.Bucket) []string {
	return []string{"TIDEMARK_NATS=" + nats, "TIDEMARK_INFLUX=" + b.URL, "TIDEMARK_INFLUX_ORG=" + b.Org, "TIDEMARK_INFLUX_TOKEN=" + b.Token,
		"TIDEMARK_INFLUX_BUCKET=" + b.Bucket, "TIDEMARK_LISTEN=127.0.0.1:0"}
}

// daemons holds the functions that end the daemons of a script, by name.
type daemons map[string]func() error

type daemonsKey struct{}

// startDaemon starts `tidemark NAME` until the end of the script or end, and
// puts its URL into the variable NAME: daemon NAME.
func startDaemon(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: daemon NAME")
	}
	env := site(ts.Getenv("TIDEMARK_NATS"), enginetest.Bucket{URL: ts.Getenv("TIDEMARK_INFLUX"), Org: ts.Getenv("TIDEMARK_INFLUX_ORG"),
		Token: ts.Getenv("TIDEMARK_INFLUX_TOKEN"), Bucket: ts.Getenv("TIDEMARK_INFLUX_BUCKET")})
	env = append(env, "TIDEMARK_CATALOG="+ts.Getenv("TIDEMARK_CATALOG"), "TIDEMARK_RECEIPT_KEY="+ts.Getenv("TIDEMARK_RECEIPT_KEY"))
	url, stop, err := launch(env, args[0])
	ts.Check(err)
	ts.Setenv(args[0], url)
	running, _ := ts.Value(daemonsKey{}).(daemons)
	running[args[0]] = stop
	ts.Defer(func() { _ = stop() }) // a second time where the script has stopped it
}

// endDaemon shuts a daemon down: end NAME.
func endDaemon(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: end NAME")
	}
	running, _ := ts.Value(daemonsKey{}).(daemons)
	ts.Check(running[args[0]]())
}

// launch starts a daemon, a command with its flags, as a process. stop ends it like a
// service manager, and returns an error when it did not end cleanly.
func launch(env []string, args ...string) (url string, stop func() error, err error) {
	url, _, stop, err = launchProcess(env, args...)
	return url, stop, err
}

// launchProcess is launch for tests that need the process.
func launchProcess(env []string, args ...string) (url string, process *os.Process, stop func() error, err error) {
	cmd := exec.Command("tidemark", args...)
	cmd.Env = append(os.Environ(), env...)
	stderr, err := cmd.StderrPipe()
	if err != nil {
		return "", nil, nil, err
	}
	if err := cmd.Start(); err != nil {
		return "", nil, nil, err
	}
	address, read := make(chan string, 1), make(chan struct{})
	var log strings.Builder
	go func() {
		defer close(read)
		defer close(address)
		for lines := bufio.NewScanner(stderr); lines.Scan(); {
			log.WriteString(lines.Text() + "\n")
			if m := listens.FindStringSubmatch(lines.Text()); m != nil {
				address <- m[1]
			}
		}
	}()
	stop = sync.OnceValue(func() error {
		_ = cmd.Process.Signal(syscall.SIGTERM) // Wait tells whether it had ended before
		<-read
		return cmd.Wait()
	})
	url, ok := <-address
	if !ok {
		return "", nil, nil, fmt.Errorf("%s does not listen: %w\n%s", args[0], stop(), &log)
	}
	return url, cmd.Process, stop, nil
}

// listens matches the URL in a daemon's log.
var listens = regexp.MustCompile(`msg="\w+ listens" \w+="?(http://[^/]+)/`)

// awaitMetric waits until the exporter serves a line, or with ! does no
// longer: metric LINE.
func awaitMetric(ts *testscript.TestScript, neg bool, args []string) {
	if len(args) != 1 {
		ts.Fatalf("usage: [!] metric LINE")
	}
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Minute)
	defer cancel()
	var page string
	var failure error
	begin := time.Now()
	if watch(ctx, 10*time.Millisecond, func() bool {
		page, failure = get(ctx, ts.Getenv("exporter")+"/metrics")
		return failure == nil && strings.Contains(page, "\n"+args[0]+"\n") != neg
	}) != nil {
		ts.Fatalf("%s: not so on /metrics (%v)\n%s", args[0], failure, page)
	}
	ts.Logf("on /metrics after %s", time.Since(begin).Round(time.Millisecond))
}

// nameSubmission puts the id of a submission into a variable, by its place in the list
// of receipts, the newest being 1: sent NAME PLACE.
func nameSubmission(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: sent NAME PLACE")
	}
	ts.Check(ts.Exec("tidemark", "receipts", "--json", "--limit", args[1]))
	lines := strings.Split(strings.TrimSpace(ts.ReadFile("stdout")), "\n")
	var last struct{ Submission string }
	ts.Check(json.Unmarshal([]byte(lines[len(lines)-1]), &last))
	ts.Setenv(args[0], last.Submission)
}

// awaitOutput runs a command again and again until it prints a text: await TEXT
// COMMAND...
func awaitOutput(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: await TEXT COMMAND [ARG...]")
	}
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Minute)
	defer cancel()
	if watch(ctx, 100*time.Millisecond, func() bool {
		return ts.Exec(args[1], args[2:]...) == nil && strings.Contains(ts.ReadFile("stdout"), args[0])
	}) != nil {
		ts.Fatalf("%q is not printed", args[0])
	}
}

// get reads a page.
func get(ctx context.Context, url string) (string, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return "", err
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return "", err
	}
	body, err := io.ReadAll(resp.Body)
	if err = errors.Join(err, resp.Body.Close()); err == nil && resp.StatusCode != http.StatusOK {
		err = fmt.Errorf("%s: %s", url, resp.Status)
	}
	return string(body), err
}
