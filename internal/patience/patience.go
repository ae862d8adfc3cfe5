// Package patience tells a person who waits what is being waited for.
package patience

import (
	"fmt"
	"time"
)

const (
	// What is done within a moment is not worth a word.
	moment = time.Second
	every  = 5 * time.Second
)

// Tell says what is going on: once when it has lasted a second, then every five
// seconds with what doing returns at that time and how long it has lasted, until
// stop is called. After stop nothing more is said. A nil say says nothing.
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
