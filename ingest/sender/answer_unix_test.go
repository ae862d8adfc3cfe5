//go:build unix

package sender

import (
	"io"
	"net/http"
	"os/signal"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"
)

// limitFiles limits the size of files, so that writing more fails as on a full disk.
// room lifts the limit.
func limitFiles(t *testing.T, bytes uint64) (room func()) {
	t.Helper()
	signal.Ignore(syscall.SIGXFSZ) // the write fails instead
	var limit syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_FSIZE, &limit); err != nil {
		t.Fatal(err)
	}
	before := limit
	room = func() {
		if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &before); err != nil {
			t.Error(err)
		}
	}
	t.Cleanup(func() { room(); signal.Reset(syscall.SIGXFSZ) })
	limit.Cur = bytes
	if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &limit); err != nil {
		t.Fatal(err)
	}
	return room
}

// fullAt is the limit for files in bytes: less than a block of NATS' store, and more
// than any other file that this process writes, such as go test's log.
const fullAt = 4 << 20

// fill sends more than fullAt; the last messages are not answered.
func fill(t *testing.T, nc *nats.Conn) {
	t.Helper()
	const each = 30_000
	for range fullAt/each + 20 {
		if err := nc.PublishMsg(&nats.Msg{Subject: "figures.port.filler", Data: make([]byte, each)}); err != nil {
			t.Fatal(err)
		}
	}
}

const diskIsFull = "NATS accepts the figure but does not store it: its disk is full or broken"

// NATS does not tell a sender about its disk, and answers everything else.
func TestADiskThatTakesNoMoreIsCalledSo(t *testing.T) {
	s := startNATS(t, &server.Options{SyncAlways: true})
	nc := dial(t, s)
	limitFiles(t, fullAt)
	fill(t, nc)
	if err := pushRows(t, nc, may2024); err == nil || !strings.Contains(err.Error(), diskIsFull) {
		t.Errorf("it says %v", err)
	}
}

// deploy/nats/health.sh relies on this.
func TestNATSIsUnwellAfterAFullDiskUntilItIsRestarted(t *testing.T) {
	opts := &server.Options{SyncAlways: true, HTTPHost: "127.0.0.1", HTTPPort: server.RANDOM_PORT}
	s := startNATS(t, opts)
	nc := dial(t, s)
	room := limitFiles(t, fullAt)
	health := func(s *server.Server) string {
		resp, err := http.Get("http://" + s.MonitorAddr().String() + "/healthz")
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = resp.Body.Close() }()
		said, err := io.ReadAll(resp.Body)
		if err != nil {
			t.Fatal(err)
		}
		return resp.Status + ": " + string(said)
	}
	well := func(said string) bool { return strings.HasPrefix(said, "200 ") }
	if got := health(s); !well(got) {
		t.Fatalf("it is unwell before: %s", got)
	}
	fill(t, nc)
	if err := pushRows(t, nc, may2024); err == nil {
		t.Fatal("the disk takes more")
	}
	room()
	if got, err := health(s), pushRows(t, nc, may2024); well(got) || !strings.Contains(got, "write error") || err == nil {
		t.Errorf("with room again its health is %s, and a push ends with %v", got, err)
	}
	s.Shutdown()
	s.WaitForShutdown()
	again, err := server.NewServer(opts)
	if err != nil {
		t.Fatal(err)
	}
	go again.Start()
	t.Cleanup(func() { again.Shutdown(); again.WaitForShutdown() })
	if !again.ReadyForConnections(time.Minute) {
		t.Fatal("it is not ready within a minute of its restart")
	}
	if err := pushRows(t, dial(t, again), may2024); err != nil || !well(health(again)) {
		t.Errorf("after a restart: %v", err)
	}
}
