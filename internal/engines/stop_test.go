//go:build unix

package engines_test

import (
	"context"
	"syscall"
	"testing"

	"github.com/tidemark-stats/tidemark/internal/enginetest"
)

func TestStopKillsWhenItsTimeIsUp(t *testing.T) {
	influx := enginetest.Influx(t, enginetest.WithoutFlux)
	// A frozen process cannot exit by itself meanwhile.
	if err := syscall.Kill(influx.PID(), syscall.SIGSTOP); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := influx.Stop(ctx); err == nil || err.Error() != "influxd did not exit in time and was killed: context canceled" {
		t.Errorf("Stop returned %v", err)
	}
}
