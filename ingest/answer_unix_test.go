//go:build unix

package ingest

import (
	"os/signal"
	"strings"
	"syscall"
	"testing"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"
)

// A limit on the size of files is an error of the disk as a full one is. NATS
// says nothing of it to a sender, and answers everything else.
func TestADiskThatTakesNoMoreIsCalledSo(t *testing.T) {
	signal.Ignore(syscall.SIGXFSZ) // the write fails instead
	t.Cleanup(func() { signal.Reset(syscall.SIGXFSZ) })
	s := startNATS(t, &server.Options{SyncAlways: true})
	nc := dial(t, s)
	var limit syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_FSIZE, &limit); err != nil {
		t.Fatal(err)
	}
	before := limit
	t.Cleanup(func() { _ = syscall.Setrlimit(syscall.RLIMIT_FSIZE, &before) }) // it is raised again
	limit.Cur = 1 << 16
	if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &limit); err != nil {
		t.Fatal(err)
	}
	for range 8 { // more than the limit; the last ones are not answered
		if err := nc.PublishMsg(&nats.Msg{Subject: "figures.port.filler", Data: make([]byte, 20_000)}); err != nil {
			t.Fatal(err)
		}
	}
	err := pushRows(t, nc, may2024)
	if err == nil || !strings.Contains(err.Error(), "NATS takes the figure and does not store it: its disk is full or broken") {
		t.Errorf("it says %v", err)
	}
}
