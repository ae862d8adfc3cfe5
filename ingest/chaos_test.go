package ingest

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/prometheus/client_golang/prometheus"

	"github.com/tidemark-stats/tidemark/catalog"
	"github.com/tidemark-stats/tidemark/deploy/local/localtest"
	"github.com/tidemark-stats/tidemark/store"
)

// The environment by which this test binary is told to be a worker.
const (
	envNATS   = "TIDEMARK_TEST_WORKER_NATS"
	envInflux = "TIDEMARK_TEST_WORKER_INFLUX"
	envBucket = "TIDEMARK_TEST_WORKER_BUCKET"
)

// workerProcess works until it is killed, or its parent is gone.
func workerProcess() error {
	nc, err := nats.Connect(os.Getenv(envNATS), nats.MaxReconnects(-1))
	if err != nil {
		return err
	}
	db, err := store.Open(store.Options{URL: os.Getenv(envInflux), Bucket: os.Getenv(envBucket), Timeout: 2 * time.Second})
	if err != nil {
		return err
	}
	w, err := NewWorker(Config{Conn: nc, Store: db, Catalog: catalog.Ningbo(),
		Logger: slog.New(slog.NewTextHandler(os.Stderr, nil)), Registry: prometheus.NewRegistry()})
	if err != nil {
		return err
	}
	go func() {
		_, _ = io.Copy(io.Discard, os.Stdin) // ends with the parent
		os.Exit(1)
	}()
	return w.Run(context.Background())
}

// startProcess starts a worker as a process of its own. kill ends it as kill
// -9 does; ready is closed when it takes figures, or is dead.
func (s *site) startProcess() (kill func(), ready <-chan struct{}) {
	s.t.Helper()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), envNATS+"="+s.url, envInflux+"="+s.influx, envBucket+"="+s.bucket)
	stdin, err := cmd.StdinPipe()
	if err != nil {
		s.t.Fatal(err)
	}
	stderr, err := cmd.StderrPipe()
	if err != nil {
		s.t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		s.t.Fatal(err)
	}
	works, read := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(read)
		told := sync.OnceFunc(func() { close(works) })
		defer told()
		for lines := bufio.NewScanner(stderr); lines.Scan(); {
			if strings.Contains(lines.Text(), "worker is ready") {
				told()
			}
		}
	}()
	kill = sync.OnceFunc(func() {
		_ = cmd.Process.Kill() // fails when it has ended, which Wait tells as well
		<-read
		_ = cmd.Wait() // says that it was killed
		_ = stdin.Close()
	})
	s.t.Cleanup(kill)
	return kill, works
}

func TestNothingIsLostWhenWorkersAreKilledAndInfluxDBIsStopped(t *testing.T) {
	t.Parallel()
	const (
		kills    = 24
		restarts = 3
		side     = 2 // workers side by side
	)
	r := seeded(t)
	influx := localtest.Influx(t)
	s := newSiteAt(t, influx.URL(), "chaos")
	s.ackWait(time.Second)
	var all sync.WaitGroup
	done, stop := context.WithCancel(s.ctx)

	seed := r.Uint64()
	all.Go(func() { s.publishUntil(done, rand.New(rand.NewPCG(seed, 1))) })
	all.Go(func() {
		for range restarts {
			if err := influx.Stop(s.ctx); err != nil {
				t.Error(err)
			}
			restart(t, influx)
			s.await("something more is written", s.grows())
		}
		stop()
	})
	workers, ready := make([]func(), side), make([]<-chan struct{}, side)
	for i := range workers {
		workers[i], ready[i] = s.startProcess()
	}
	killed := 0
	for ; killed < kills || done.Err() == nil; killed++ {
		i := r.IntN(side)
		if r.IntN(2) == 0 { // else it may die before it has done anything
			<-ready[i]
		}
		time.Sleep(time.Duration(r.IntN(500)) * time.Millisecond) // the random moment
		workers[i]()
		workers[i], ready[i] = s.startProcess()
	}
	stop()
	all.Wait()
	s.idle()
	for _, kill := range workers {
		kill()
	}
	t.Logf("%d workers killed, InfluxDB stopped %d times, %d messages, %d rejects", killed, restarts, s.messages(), len(s.rejects()))
	s.wantAccounted()
}

// publishUntil publishes messages of the model, so that no cell gets two
// within a millisecond.
func (s *site) publishUntil(done context.Context, r *rand.Rand) {
	const cells = 240
	round := time.NewTicker(300 * time.Millisecond) // some hundred messages a second are enough
	defer round.Stop()
	for n := 0; done.Err() == nil; n++ {
		f := randomFigure(r, 1)
		f.Period = f.Period.Add(n % cells)
		body := f.AppendJSON(nil)
		if _, err := s.js.Publish(s.ctx, f.Subject("port"), body); err != nil {
			s.t.Error(err)
			return
		}
		if n%cells == cells-1 {
			<-round.C
		}
	}
}

// grows gives a condition that holds as soon as InfluxDB has more vintages
// than the first time it could be asked.
func (s *site) grows() func() bool {
	first := -1
	return func() bool {
		n := 0
		for _, err := range s.store.Vintages(s.ctx, store.Selection{Indicator: "container_throughput"}) {
			if err != nil {
				return false
			}
			n++
		}
		if first < 0 {
			first = n
		}
		return n > first
	}
}

// mainOfWorker makes a worker of the process when it is told to be one.
func mainOfWorker() {
	if os.Getenv(envNATS) == "" {
		return
	}
	if err := workerProcess(); err != nil {
		fmt.Fprintln(os.Stderr, err)
	}
	os.Exit(1)
}
