package web

import (
	"net/http"
	"time"
)

// Pace is the patience with clients that read their answers slowly. An answer
// that waits holds its memory, and its place among the queries, so a client that
// stops reading for a Moment is disconnected, and after a While one that reads
// less than a megabyte a second on average.
type Pace struct{ Moment, While time.Duration }

// Usual is the patience of Serve.
var Usual = Pace{Moment: 15 * time.Second, While: 2 * time.Minute}

const (
	fast  = 1 << 20  // bytes a second
	piece = 64 << 10 // bytes that are to be taken in a moment
)

// until is when the next piece has to be taken of an answer that was begun then
// and of which so much has been.
func (p Pace) until(now, begun time.Time, written int64) time.Time {
	moment := now.Add(p.Moment)
	if whole := begun.Add(p.While + time.Duration(written)*time.Second/fast); whole.Before(moment) {
		return whole
	}
	return moment
}

// Handler disconnects clients that do not read their answers, or do not send the
// body that they have announced. How long next takes to make an answer does not
// count.
func (p Pace) Handler(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		control := http.NewResponseController(w)
		// What the connection's last answer was given until does not hold for this one.
		_ = control.SetWriteDeadline(time.Time{})
		if r.Body != http.NoBody { // the server waits for it even if nobody reads it, and answers then
			_ = control.SetReadDeadline(time.Now().Add(p.Moment / 2))
		}
		paced := &pacedWriter{ResponseWriter: w, pace: p}
		next.ServeHTTP(paced, r)
		paced.hurry() // the server has still to send what it holds
	})
}

// pacedWriter sets the time by which each piece has to be taken.
type pacedWriter struct {
	http.ResponseWriter
	pace    Pace
	begun   time.Time // when the first piece was written
	written int64
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
	now := time.Now()
	if w.begun.IsZero() {
		w.begun = now
	}
	_ = http.NewResponseController(w.ResponseWriter).SetWriteDeadline(w.pace.until(now, w.begun, w.written))
}

// Flush sends what is written.
func (w *pacedWriter) Flush() {
	w.hurry()
	_ = http.NewResponseController(w.ResponseWriter).Flush() // it says so with the next piece
}

// Unwrap gives the writer behind it.
func (w *pacedWriter) Unwrap() http.ResponseWriter { return w.ResponseWriter }
