package engines

import (
	"context"
	"os"
	"time"
)

// lockWait is longer than the time the watchdog gives an influxd whose parent
// was killed: who starts anew at once finds the directory free in the end.
const lockWait = killAfter + 3*time.Second

// lockDir keeps other processes, and other engines of this one, out of dir
// until unlock is called. It waits until ctx ends.
func lockDir(ctx context.Context, dir string) (unlock func(), err error) {
	f, err := os.Open(dir)
	if err != nil {
		return nil, err
	}
	if err := lock(ctx, f); err != nil {
		_ = f.Close()
		return nil, err
	}
	return func() { _ = f.Close() }, nil
}
