package engines

import (
	"context"
	"os"
	"time"
)

// lockWait is longer than the time the watchdog gives an influxd whose parent
// was killed, so that an immediate restart gets the directory in the end.
const lockWait = killAfter + 3*time.Second

// lockDir keeps other processes, and other engines of this process, out of dir
// until unlock is called. It waits for the lock until ctx ends.
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
