package exporter

import (
	"net/http"
	"time"
)

// The slowest that an answer may be taken at: a moment's patience, and so much
// a second. Who takes it slower is cut off, since an answer that waits holds
// its memory, and its place among the queries.
const (
	slowStart = 15 * time.Second
	slowest   = 1 << 20  // bytes a second
	piece     = 64 << 10 // bytes that are written before the time is looked at again
)

// paced cuts off those who do not take their answers. How long an answer takes
// to be made is not its matter.
func paced(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		// What the connection's last answer was given until does not hold for this one.
		_ = http.NewResponseController(w).SetWriteDeadline(time.Time{})
		paced := &pacedWriter{ResponseWriter: w, slowStart: slowStart}
		next.ServeHTTP(paced, r)
		paced.hurry() // the server has still to send what it holds
	})
}

// pacedWriter sets the time by which each piece has to be taken.
type pacedWriter struct {
	http.ResponseWriter
	slowStart time.Duration
	begun     time.Time // when the first piece was written
	written   int64
}

// Write writes piece by piece.
func (w *pacedWriter) Write(b []byte) (n int, err error) {
	for {
		w.hurry()
		m, err := w.ResponseWriter.Write(b[:min(len(b), piece)])
		n, w.written, b = n+m, w.written+int64(m), b[m:]
		if err != nil || len(b) == 0 {
			return n, err
		}
	}
}

// hurry sets the time by which what is written next has to be taken. A writer
// in memory has none.
func (w *pacedWriter) hurry() {
	if w.begun.IsZero() {
		w.begun = time.Now()
	}
	until := w.begun.Add(w.slowStart + time.Duration(w.written)*time.Second/slowest)
	_ = http.NewResponseController(w.ResponseWriter).SetWriteDeadline(until)
}

// Flush sends what is written.
func (w *pacedWriter) Flush() {
	w.hurry()
	_ = http.NewResponseController(w.ResponseWriter).Flush() // it says so with the next piece
}

// Unwrap gives the writer behind it.
func (w *pacedWriter) Unwrap() http.ResponseWriter { return w.ResponseWriter }
