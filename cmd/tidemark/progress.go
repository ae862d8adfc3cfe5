package main

import (
	"fmt"
	"io"
	"os"
	"strings"
	"sync"
	"time"

	"golang.org/x/term"
)

// Results go to stdout, messages about progress to stderr. Errors begin with
// "tidemark: ", are in lower case without a full stop, and end with the fix.

// printer returns a function that prints messages to w.
func printer(w io.Writer) func(format string, v ...any) {
	return func(format string, v ...any) { _, _ = fmt.Fprintf(w, "tidemark: "+format+"\n", v...) }
}

// progress shows the progress of a push on a terminal.
type progress struct {
	w     io.Writer
	width int // of the bar; 0 when w is not a terminal

	mu    sync.Mutex
	last  time.Time
	shown bool
}

func newProgress(w io.Writer) *progress {
	p := &progress{w: w}
	if f, ok := w.(*os.File); ok && term.IsTerminal(int(f.Fd())) {
		columns, _, err := term.GetSize(int(f.Fd()))
		if err != nil || columns == 0 {
			columns = 80 // the terminal does not report its width
		}
		p.width = max(0, min(30, columns-besideBar))
	}
	return p
}

// besideBar is the width reserved for the numbers after the bar. A line that wraps
// could not be overwritten.
const besideBar = 40

// show draws the bar, at most ten times a second.
func (p *progress) show(stored, settled, all int) {
	if p.width == 0 || all == 0 {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if time.Since(p.last) < 100*time.Millisecond && settled < all {
		return
	}
	p.last, p.shown = time.Now(), true
	done := p.width * settled / all
	_, _ = fmt.Fprintf(p.w, "\r%s%s %d/%d  已入队 %d (stored)", strings.Repeat("█", done), strings.Repeat("░", p.width-done), settled, all, stored)
}

// clear removes the bar.
func (p *progress) clear() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.shown {
		_, _ = fmt.Fprint(p.w, "\r\x1b[K")
		p.shown = false
	}
}
