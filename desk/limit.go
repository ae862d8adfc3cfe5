package desk

import (
	"sync"
	"time"
)

// limit allows every key some events at once, and then one in each interval.
type limit struct {
	burst int
	every time.Duration

	mu sync.Mutex
	// whole is when a key has its whole allowance again: the further in the future,
	// the more of it is used.
	whole map[string]time.Time
}

// maxKeys bounds the memory of a limit. Above it, keys with their whole allowance are
// forgotten, and then any.
const maxKeys = 10_000

func newLimit(burst int, every time.Duration) *limit {
	return &limit{burst: burst, every: every, whole: map[string]time.Time{}}
}

// wait returns how long a key has to wait before its next event; 0 means not at all.
func (l *limit) wait(key string, now time.Time) time.Duration {
	l.mu.Lock()
	defer l.mu.Unlock()
	return max(0, l.whole[key].Add(-time.Duration(l.burst-1)*l.every).Sub(now))
}

// spend counts an event.
func (l *limit) spend(key string, now time.Time) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.whole) >= maxKeys {
		for k, whole := range l.whole {
			if whole.Before(now) {
				delete(l.whole, k)
			}
		}
		for k := range l.whole {
			if len(l.whole) < maxKeys {
				break
			}
			delete(l.whole, k)
		}
	}
	whole := l.whole[key]
	if whole.Before(now) {
		whole = now
	}
	l.whole[key] = whole.Add(l.every)
}

// forgive gives a key its whole allowance back.
func (l *limit) forgive(key string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	delete(l.whole, key)
}
