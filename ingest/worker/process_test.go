//go:build unix

package worker

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"net"
	"os"
	"os/exec"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/prometheus/client_golang/prometheus"

	"github.com/tidemark-stats/tidemark/catalog"
	"github.com/tidemark-stats/tidemark/exporter"
	"github.com/tidemark-stats/tidemark/internal/engines"
	"github.com/tidemark-stats/tidemark/internal/enginetest"
	"github.com/tidemark-stats/tidemark/internal/httpserver"
	"github.com/tidemark-stats/tidemark/store"
)

// The environment variables that make this test binary run as a part of tidemark, in a
// process that can be killed and frozen.
const (
	envPart   = "TIDEMARK_TEST_PART"
	envDir    = "TIDEMARK_TEST_DIR"    // of the NATS server's streams
	envListen = "TIDEMARK_TEST_LISTEN" // where the NATS server or the exporter listens
	envNATS   = "TIDEMARK_TEST_NATS"
	envInflux = "TIDEMARK_TEST_INFLUX"
	envBucket = "TIDEMARK_TEST_BUCKET"
)

// partReady is what a part prints once it works.
const partReady = "part is ready"

// parts are the parts that this test binary can run as.
var parts = map[string]func(ready func()) error{"nats": beNATS, "worker": beWorker, "exporter": beExporter}

func TestMain(m *testing.M) {
	bePart()
	enginetest.Main(m)
}

// bePart runs the process as a part of tidemark if the environment says so. It ends when
// its parent ends.
func bePart() {
	part := parts[os.Getenv(envPart)]
	if part == nil {
		return
	}
	go func() {
		_, _ = io.Copy(io.Discard, os.Stdin) // ends with the parent
		os.Exit(1)
	}()
	fmt.Fprintln(os.Stderr, part(func() { fmt.Fprintln(os.Stderr, partReady) }))
	os.Exit(1)
}

func beNATS(ready func()) error {
	if _, err := engines.StartNATS(engines.NATSOptions{Dir: os.Getenv(envDir), Listen: os.Getenv(envListen)}); err != nil {
		return err
	}
	ready()
	select {}
}

func beWorker(ready func()) error {
	nc, err := nats.Connect(os.Getenv(envNATS), nats.MaxReconnects(-1), nats.RetryOnFailedConnect(true), nats.ReconnectWait(100*time.Millisecond))
	if err != nil {
		return err
	}
	db, err := openStore()
	if err != nil {
		return err
	}
	w, err := New(Config{Conn: nc, Store: db, Catalog: catalog.Ningbo(), Logger: stderrLog(), Registry: prometheus.NewRegistry()})
	if err != nil {
		return err
	}
	go func() { <-w.Ready(); ready() }()
	return w.Run(context.Background())
}

func beExporter(ready func()) error {
	db, err := openStore()
	if err != nil {
		return err
	}
	listener, err := net.Listen("tcp", os.Getenv(envListen))
	if err != nil {
		return err
	}
	x := exporter.New(exporter.Options{Catalog: catalog.Ningbo(), Store: db, Logger: stderrLog()})
	ready()
	go func() { _ = x.Run(context.Background()) }() // ends with the process
	return httpserver.Serve(context.Background(), listener, x.Handler(), "", stderrLog())
}

func openStore() (*store.Store, error) {
	return store.Open(store.Options{URL: os.Getenv(envInflux), Bucket: os.Getenv(envBucket), Timeout: 2 * time.Second})
}

func stderrLog() *slog.Logger { return slog.New(slog.NewTextHandler(os.Stderr, nil)) }

// process is a part of tidemark that runs as a separate process.
type process struct {
	t    testing.TB
	name string
	env  []string

	cmd   *exec.Cmd
	ready chan struct{} // closed when it works, or has ended
	ended chan struct{}
	asked bool // it was killed
	last  string
	said  []string // its last lines of output, shown when a test fails
}

// keepLines is the number of lines kept.
const keepLines = 100

// newProcess returns the part with that name; it is killed at the end of the test.
func newProcess(t testing.TB, part string, env ...string) *process {
	p := &process{t: t, name: part, env: append(append(os.Environ(), envPart+"="+part), env...)}
	t.Cleanup(func() {
		p.kill()
		if t.Failed() {
			t.Logf("%s said\n\t%s", p.name, strings.Join(p.said, "\n\t"))
		}
	})
	return p
}

// start starts the process, retrying while its port is not free, and returns when it
// runs.
func (p *process) start() {
	for {
		p.asked = false
		p.cmd = exec.Command(os.Args[0])
		p.cmd.Env = p.env
		_, errIn := p.cmd.StdinPipe() // closed by the kernel when this process is gone
		stderr, errOut := p.cmd.StderrPipe()
		if err := errors.Join(errIn, errOut, p.cmd.Start()); err != nil {
			p.t.Error(err)
			return
		}
		p.ready, p.ended = make(chan struct{}), make(chan struct{})
		go p.listen(stderr, p.ready, p.ended)
		if p.name == "worker" { // becomes ready only once NATS and InfluxDB are up
			return
		}
		<-p.ready
		select {
		case <-p.ended:
			if strings.Contains(p.last, "address already in use") {
				continue
			}
		default:
		}
		return
	}
}

// listen reads the output of the process until it ends.
func (p *process) listen(stderr io.Reader, ready, ended chan struct{}) {
	told := sync.OnceFunc(func() { close(ready) })
	defer told()
	defer close(ended)
	for lines := bufio.NewScanner(stderr); lines.Scan(); {
		switch line := lines.Text(); {
		case line == partReady:
			told()
		case strings.Contains(line, "DATA RACE"), strings.HasPrefix(line, "panic:"):
			p.t.Errorf("%s: %s", p.name, line)
		default:
			p.last = line
			p.said = append(p.said[max(0, len(p.said)-keepLines):], line)
		}
	}
}

// kill kills the process with SIGKILL and waits for its end.
func (p *process) kill() {
	if p.cmd == nil || p.asked {
		return
	}
	select {
	case <-p.ended:
		p.t.Errorf("%s has ended by itself: %s", p.name, p.last)
	default:
	}
	p.asked = true
	_ = p.cmd.Process.Kill() // fails if it has ended, which is reported elsewhere
	<-p.ended
	_ = p.cmd.Wait() // says that it was killed
}

func (p *process) pid() int { return p.cmd.Process.Pid }

// sendSignal sends a signal to the process with that id.
func sendSignal(t testing.TB, pid int, s syscall.Signal) {
	if err := syscall.Kill(pid, s); err != nil {
		t.Errorf("signal %s: %v", s, err)
	}
}

// freeAddress returns a local address that is not in use. Its port is below those that
// the kernel assigns to clients, so that it stays free while its server is dead.
func freeAddress(t testing.TB) string {
	t.Helper()
	for range 1000 {
		address := fmt.Sprintf("127.0.0.1:%d", 20000+rand.IntN(12000))
		if l, err := net.Listen("tcp", address); err == nil {
			_ = l.Close() // it was opened only to see that it is free
			return address
		}
	}
	t.Fatal("no free port")
	return ""
}
