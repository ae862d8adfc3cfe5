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

// What people read goes to stdout when it is the answer and to stderr when
// it is about the work. Errors begin with "tidemark: ", in lower case,
// without a full stop, and end with the way out.

// printer writes lines about the work.
func printer(w io.Writer) func(format string, v ...any) {
	return func(format string, v ...any) { _, _ = fmt.Fprintf(w, "tidemark: "+format+"\n", v...) }
}

// progress shows on a terminal how far a push is.
type progress struct {
	w     io.Writer
	width int // 0: no terminal

	mu    sync.Mutex
	last  time.Time
	shown bool
}

func newProgress(w io.Writer) *progress {
	p := &progress{w: w}
	if f, ok := w.(*os.File); ok && term.IsTerminal(int(f.Fd())) {
		columns, _, err := term.GetSize(int(f.Fd()))
		if err != nil || columns == 0 {
			columns = 80 // a terminal that does not tell
		}
		p.width = max(0, min(30, columns-besideBar))
	}
	return p
}

// besideBar is room for the numbers beside the bar: a line that is broken in
// two cannot be drawn over.
const besideBar = 40

// show draws the bar, ten times a second at most.
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

// clear takes the bar away.
func (p *progress) clear() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.shown {
		_, _ = fmt.Fprint(p.w, "\r\x1b[K")
		p.shown = false
	}
}
