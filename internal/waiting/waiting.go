// Package waiting tells a waiting person what tidemark is waiting for.
package waiting

import (
	"fmt"
	"time"
)

const (
	// Anything that takes less than a moment is not reported.
	moment = time.Second
	every  = 5 * time.Second
)

// Tell reports what is going on: once after a second, then every five seconds
// with the current result of doing and the time elapsed, until stop is called.
// After stop nothing more is reported. A nil say reports nothing.
func Tell(say func(string), what string, doing func() string) (stop func()) {
	if say == nil {
		return func() {}
	}
	done, ended := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(ended)
		tell(done, say, what, doing)
	}()
	return func() { close(done); <-ended }
}

func tell(done <-chan struct{}, say func(string), what string, doing func() string) {
	start := time.Now()
	select {
	case <-done:
		return
	case <-time.After(moment):
		say(what)
	}
	tick := time.NewTicker(every)
	defer tick.Stop()
	for {
		select {
		case <-done:
			return
		case <-tick.C:
			say(fmt.Sprintf("%s (%s)", doing(), time.Since(start).Round(time.Second)))
		}
	}
}
