package promapi

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

	"github.com/golang/snappy"
	jsoniter "github.com/json-iterator/go"
	"github.com/prometheus/prometheus/prompb"
	v1 "github.com/prometheus/prometheus/web/api/v1"
)

// gate lets requests through that are within the limits, as many at a time as
// may be. A request keeps its place until its answer is written, or until it
// turns out to be a large query, which has another queue.
type gate struct {
	limits Limits
	loaded func() bool // whether there is anything to ask for
	queue  *queue
	held   atomic.Int64 // bytes of all requests
}

func newGate(limits Limits, loaded func() bool) *gate {
	return &gate{limits: limits, loaded: loaded, queue: newQueue(limits.Concurrency, maxWaiting, "requests")}
}

// refusal is a request that is not let through, in the words of Prometheus.
type refusal struct {
	status int
	kind   string
	err    error
}

func badData(err error) *refusal { return &refusal{http.StatusBadRequest, "bad_data", err} }

// write answers with the refusal.
func (f *refusal) write(w http.ResponseWriter) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(f.status)
	_ = jsoniter.NewEncoder(w).Encode(v1.Response{Status: "error", ErrorType: f.kind, Error: f.err.Error()}) // who asked may have left
}

func unavailable(err error) *refusal {
	return &refusal{http.StatusServiceUnavailable, "unavailable", err}
}

// admit lets requests of a path through.
func (g *gate) admit(check func(*http.Request) *refusal, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		size := sizeOf(r)
		defer g.held.Add(-size)
		if g.held.Add(size) > maxHeld {
			unavailable(fmt.Errorf("the requests that wait have %d bytes already; ask again later", maxHeld)).write(w)
			return
		}
		if err := receive(w, r); err != nil {
			unread(err).write(w)
			return
		}
		if !g.loaded() {
			unavailable(errors.New("the figures are being loaded, see /-/ready")).write(w)
			return
		}
		ctx, cancel := context.WithTimeout(r.Context(), g.limits.Timeout)
		defer cancel()
		turn, err := g.queue.enter(ctx)
		if err != nil {
			outside(err).write(w)
			return
		}
		defer turn.leave()
		if refused := check(r); refused != nil {
			refused.write(w)
			return
		}
		next.ServeHTTP(w, r.WithContext(withTurn(withRoom(ctx, g.limits.share(), samplesPerSeries), turn)))
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
	if r.ContentLength < 0 || r.ContentLength > maxForm { // it is not said, or not read
		return size + maxForm
	}
	return size + r.ContentLength
}

// outside is what is told who got no place.
func outside(err error) *refusal {
	if errors.As(err, new(crowded)) {
		return unavailable(err)
	}
	return &refusal{http.StatusServiceUnavailable, "timeout", err}
}

// receive takes the whole body, whatever the method: what is left of one is
// waited for by the server when it answers.
func receive(w http.ResponseWriter, r *http.Request) error {
	// Not the server's own read timeout, which would end queries as well. A
	// writer in memory has none.
	control := http.NewResponseController(w)
	_ = control.SetReadDeadline(time.Now().Add(maxSending))
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxForm))
	if err != nil {
		return err // the server may take what is left, up to then
	}
	_ = control.SetReadDeadline(time.Time{})
	r.Body = io.NopCloser(bytes.NewReader(body))
	return nil
}

// unread is what a body is told that could not be read.
func unread(err error) *refusal {
	var large *http.MaxBytesError
	if errors.As(err, &large) {
		return &refusal{http.StatusRequestEntityTooLarge, "bad_data", fmt.Errorf("the request's body is larger than %d bytes; ask in several requests", large.Limit)}
	}
	if errors.Is(err, os.ErrDeadlineExceeded) {
		return &refusal{http.StatusRequestTimeout, "timeout", fmt.Errorf("the request's body did not arrive within %v", maxSending)}
	}
	return badData(fmt.Errorf("the request's body can not be read: %w", err))
}

// checkForm looks at the parameters of a request before anything reads them.
func checkForm(r *http.Request) *refusal {
	if err := r.ParseForm(); err != nil {
		return unread(err)
	}
	if err := r.ParseMultipartForm(maxForm); err != nil && !errors.Is(err, http.ErrNotMultipart) {
		return unread(err)
	}
	for _, name := range []string{"time", "start", "end"} {
		if err := checkTime(name, r.Form.Get(name)); err != nil {
			return badData(err)
		}
	}
	if len(r.Form["match[]"]) > maxSelectors {
		return badData(fmt.Errorf("%d selectors are too many, a request may have %d; ask in several requests", len(r.Form["match[]"]), maxSelectors))
	}
	var seen text
	for _, queries := range [][]string{r.Form["query"], r.Form["match[]"]} {
		for _, query := range queries {
			if err := seen.add(query); err != nil {
				return badData(err)
			}
		}
	}
	return nil
}

// checkTime refuses a number that is no moment. Of other texts Prometheus says
// what they should be.
func checkTime(name, text string) error {
	seconds, err := strconv.ParseFloat(text, 64)
	if errors.Is(err, strconv.ErrRange) || err == nil && !(math.Abs(seconds) <= latest/1000) {
		return fmt.Errorf("invalid parameter %q: %.40q is no moment: %s", name, text, moments)
	}
	return nil
}

// checkRead looks at the queries of a remote read.
func checkRead(r *http.Request) *refusal {
	packed, err := io.ReadAll(r.Body)
	if err != nil {
		return unread(err)
	}
	size, err := snappy.DecodedLen(packed)
	if err != nil {
		return unread(err)
	}
	if size > maxForm {
		return &refusal{http.StatusRequestEntityTooLarge, "bad_data", fmt.Errorf("the request is larger than %d bytes when it is unpacked; ask in several requests", maxForm)}
	}
	unpacked, err := snappy.Decode(nil, packed)
	if err != nil {
		return unread(err)
	}
	var read prompb.ReadRequest
	if err := read.Unmarshal(unpacked); err != nil {
		return unread(err)
	}
	if err := checkQueries(read.Queries); err != nil {
		return badData(err)
	}
	r.Body = io.NopCloser(bytes.NewReader(packed))
	return nil
}

func checkQueries(queries []*prompb.Query) error {
	if len(queries) > maxReads {
		return fmt.Errorf("%d queries are too many, a remote read may have %d; ask in several requests", len(queries), maxReads)
	}
	var seen text
	for _, query := range queries {
		for _, m := range query.Matchers {
			if seen.parts++; seen.parts > maxParts {
				return fmt.Errorf("more than %d matchers are not read; ask in several requests", maxParts)
			}
			if m.Type != prompb.LabelMatcher_RE && m.Type != prompb.LabelMatcher_NRE {
				continue
			}
			if err := seen.addRegexp(m.Value); err != nil {
				return err
			}
		}
	}
	return nil
}
