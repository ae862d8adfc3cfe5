package main

import (
	"bytes"
	"testing"
)

func TestProgressIsDrawnOnOneLineAndTakenAway(t *testing.T) {
	var b bytes.Buffer
	p := &progress{w: &b, width: 4}
	p.show(7, 5, 10)
	p.show(8, 6, 10) // too soon after the last one
	p.show(10, 10, 10)
	p.clear()
	p.clear()
	want := "\r██░░ 5/10  已入队 7 (stored)" + "\r████ 10/10  已入队 10 (stored)" + "\r\x1b[K"
	if b.String() != want {
		t.Errorf("the terminal gets %q and not %q", &b, want)
	}
}

func TestProgressIsForTerminalsOnly(t *testing.T) {
	var b bytes.Buffer
	p := newProgress(&b)
	p.show(7, 10, 10)
	p.clear()
	if b.Len() > 0 {
		t.Errorf("a file gets %q", &b)
	}
}
