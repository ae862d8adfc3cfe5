package httpserver

import (
	"net/http"
	"time"
)

// Pace limits how slowly a client may read its answer. A waiting answer holds
// its memory and its slot among the queries, so a client that stops reading for
// a Moment is disconnected, as is one that after a While has read less than a
// megabyte a second on average.
type Pace struct{ Moment, While time.Duration }

// Usual is the Pace of Serve.
var Usual = Pace{Moment: 15 * time.Second, While: 2 * time.Minute}

const (
	fast  = 1 << 20  // bytes per second
	piece = 64 << 10 // bytes to be read within a Moment
)

// until is when the next piece must have been read, given when the answer began
// and how many bytes have been read.
func (p Pace) until(now, begun time.Time, written int64) time.Time {
	moment := now.Add(p.Moment)
	if whole := begun.Add(p.While + time.Duration(written)*time.Second/fast); whole.Before(moment) {
		return whole
	}
	return moment
}

// Handler disconnects clients that do not read their answers, or do not send
// the body that they have announced. The time next takes to produce an answer
// does not count.
func (p Pace) Handler(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		control := http.NewResponseController(w)
		// The deadline of the connection's previous answer must not apply to
		// this one.
		_ = control.SetWriteDeadline(time.Time{})
		if r.Body != http.NoBody { // the server waits for the body even if the handler does not read it, and only then answers
			_ = control.SetReadDeadline(time.Now().Add(p.Moment / 2))
		}
		paced := &pacedWriter{ResponseWriter: w, pace: p}
		next.ServeHTTP(paced, r)
		paced.hurry() // the server still has to send what it has buffered
	})
}

// pacedWriter sets the deadline for each piece.
type pacedWriter struct {
	http.ResponseWriter
	pace    Pace
	begun   time.Time // when the first piece was written
	written int64
}

// Write writes in pieces.
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

// hurry sets the deadline for what is written next. A recorder in memory has
// none.
func (w *pacedWriter) hurry() {
	now := time.Now()
	if w.begun.IsZero() {
		w.begun = now
	}
	_ = http.NewResponseController(w.ResponseWriter).SetWriteDeadline(w.pace.until(now, w.begun, w.written))
}

// Flush sends what has been written.
func (w *pacedWriter) Flush() {
	w.hurry()
	_ = http.NewResponseController(w.ResponseWriter).Flush() // an error shows with the next piece
}

// Unwrap returns the underlying writer.
func (w *pacedWriter) Unwrap() http.ResponseWriter { return w.ResponseWriter }
