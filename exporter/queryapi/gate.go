package queryapi

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"net/http"
	"os"
	"strconv"
	"sync/atomic"
	"time"

	"github.com/tidemark-stats/tidemark/exporter/queryapi/eval"
	"github.com/tidemark-stats/tidemark/exporter/queryapi/series"
)

// gate admits requests that are within the limits, a limited number at a time.
// A request keeps its slot until its answer is written, or until it turns out
// to be a large query, which has another queue.
type gate struct {
	limits Limits
	loaded func() bool // whether the figures are loaded
	queue  *eval.Queue
	held   atomic.Int64 // bytes of all requests
}

func newGate(limits Limits, loaded func() bool) *gate {
	return &gate{limits: limits, loaded: loaded, queue: eval.NewQueue(limits.Concurrency, maxWaiting, "requests")}
}

// admit returns a handler that admits requests after reading their bodies.
func (g *gate) admit(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		size := sizeOf(r)
		defer g.held.Add(-size)
		if g.held.Add(size) > maxHeld {
			(&failure{unavailable, fmt.Errorf("waiting requests already hold %d bytes; try again later", maxHeld)}).write(w)
			return
		}
		if err := receive(w, r); err != nil {
			unread(err).write(w)
			return
		}
		if !g.loaded() {
			(&failure{unavailable, errors.New("the figures are being loaded, see /-/ready")}).write(w)
			return
		}
		ctx, cancel := context.WithTimeout(r.Context(), g.limits.Timeout)
		defer cancel()
		turn, err := g.queue.Enter(ctx)
		if err != nil {
			outside(err).write(w)
			return
		}
		defer turn.Leave()
		ctx = series.WithRoom(ctx, g.limits.share(), eval.SamplesPerSeries)
		next.ServeHTTP(w, r.WithContext(eval.WithTurn(ctx, turn)))
	})
}

// sizeOf is how many bytes a request may hold while it waits.
func sizeOf(r *http.Request) int64 {
	size := int64(len(r.RequestURI))
	for name, values := range r.Header {
		for _, v := range values {
			size += int64(len(name) + len(v))
		}
	}
	if r.ContentLength < 0 || r.ContentLength > maxForm { // unknown, or too large to be read
		return size + maxForm
	}
	return size + r.ContentLength
}

// outside is the failure of a request that got no slot.
func outside(err error) *failure {
	if errors.As(err, new(eval.Crowded)) {
		return &failure{unavailable, err}
	}
	return &failure{timeout, err}
}

// receive reads the whole body, whatever the method: the server would wait for
// the rest of one when it answers.
func receive(w http.ResponseWriter, r *http.Request) error {
	// The server's own read timeout would also end queries, so a deadline is
	// set here. A recorder in memory has none.
	control := http.NewResponseController(w)
	_ = control.SetReadDeadline(time.Now().Add(maxSending))
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxForm))
	if err != nil {
		return err // keeps the deadline, up to which the server may read the rest
	}
	_ = control.SetReadDeadline(time.Time{})
	r.Body = io.NopCloser(bytes.NewReader(body))
	return nil
}

// unread is the failure of a request whose body cannot be read.
func unread(err error) *failure {
	var large *http.MaxBytesError
	if errors.As(err, &large) {
		return &failure{tooLarge, fmt.Errorf("the request's body is larger than %d bytes; use several requests", large.Limit)}
	}
	if errors.Is(err, os.ErrDeadlineExceeded) {
		return &failure{tooLate, fmt.Errorf("the request's body did not arrive within %v", maxSending)}
	}
	return &failure{badData, fmt.Errorf("the request's body cannot be read: %w", err)}
}

// checked passes on a request whose parameters are small enough to be parsed.
func checked(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if refused := checkForm(r); refused != nil {
			refused.write(w)
			return
		}
		next.ServeHTTP(w, r)
	})
}

// checkForm checks the parameters of a request before anything parses them.
func checkForm(r *http.Request) *failure {
	if err := r.ParseForm(); err != nil {
		return unread(err)
	}
	if err := r.ParseMultipartForm(maxForm); err != nil && !errors.Is(err, http.ErrNotMultipart) {
		return unread(err)
	}
	for _, name := range []string{"time", "start", "end"} {
		if err := checkTime(name, r.Form.Get(name)); err != nil {
			return &failure{badData, err}
		}
	}
	if len(r.Form["match[]"]) > eval.MaxSelectors {
		return &failure{badData, fmt.Errorf("%d selectors are too many: a request may have %d; use several requests", len(r.Form["match[]"]), eval.MaxSelectors)}
	}
	var seen eval.Words
	for _, queries := range [][]string{r.Form["query"], r.Form["match[]"]} {
		for _, query := range queries {
			if err := seen.Add(query); err != nil {
				return &failure{badData, err}
			}
		}
	}
	return nil
}

// checkTime refuses a number that is not a valid time. For other texts
// Prometheus' own messages say what is expected.
func checkTime(name, text string) error {
	seconds, err := strconv.ParseFloat(text, 64)
	if errors.Is(err, strconv.ErrRange) || err == nil && !(math.Abs(seconds) <= eval.Latest/1000) {
		return fmt.Errorf("invalid parameter %q: %.40q is not a time: %s", name, text, eval.Moments)
	}
	return nil
}
