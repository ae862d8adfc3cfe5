package store

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"strconv"
	"strings"
	"time"

	influxhttp "github.com/influxdata/influxdb-client-go/v2/api/http"
)

// RefusedError reports that InfluxDB will never accept at least one of the
// points it was given. It may have stored the others, and it names one reason
// only.
type RefusedError struct {
	Reason string // InfluxDB's message
}

// Error gives InfluxDB's reason.
func (e *RefusedError) Error() string { return "InfluxDB refused a point: " + e.Reason }

// UnavailableError reports that InfluxDB failed to do something for a reason
// that may be temporary: it is unreachable, overloaded, or denies access.
type UnavailableError struct {
	Doing      string        // what was attempted
	After      time.Duration // how long to wait before the next attempt; 0 if InfluxDB did not say
	StatusCode int           // of the HTTP response; 0 if there was none
	Err        error

	own bool // the response came from InfluxDB itself, not from a proxy
}

// Lasting reports whether an error of Setup or Verify persists until somebody
// changes InfluxDB or the options: a bucket that is misconfigured, missing or
// hidden, a wrong organisation or token. Other errors may pass with time.
func Lasting(err error) bool {
	var away *UnavailableError
	if !errors.As(err, &away) {
		return err != nil && !errors.Is(err, context.Canceled)
	}
	return away.own && (away.locked() || away.StatusCode == http.StatusNotFound) || away.unknownBucket()
}

// Error says what was attempted and why it failed.
func (e *UnavailableError) Error() string {
	return fmt.Sprintf("could not %s: %v%s", e.Doing, e.Err, e.hint())
}

func (e *UnavailableError) hint() string {
	switch {
	case e.locked():
		return " (check the InfluxDB token)"
	case e.unknownBucket() && strings.Contains(e.Err.Error(), noBucket):
		return " (check organisation and bucket, and that the token may read the bucket, or run tidemark init)"
	case e.unknownBucket(), e.StatusCode == http.StatusNotFound:
		return " (check organisation and bucket, or run tidemark init)"
	}
	return ""
}

// locked reports whether InfluxDB denied access to the token or, on 1.8, to
// the user.
func (e *UnavailableError) locked() bool {
	return e.StatusCode == http.StatusUnauthorized || e.StatusCode == http.StatusForbidden ||
		e.StatusCode != 0 && strings.Contains(e.Err.Error(), mayNotRead)
}

// unknownBucket reports whether InfluxDB did not find the bucket or its
// organisation in a Flux query. It may report that with any status, or in the
// middle of a response.
func (e *UnavailableError) unknownBucket() bool {
	text := e.Err.Error()
	return e.StatusCode != 0 && strings.Contains(text, noDatabase) || strings.Contains(text, noBucket) ||
		e.own && strings.Contains(text, "organization name ") && strings.Contains(text, " not found") // 2.x, with 400
}

// InfluxDB's messages for a Flux query on a missing bucket: 1.8, as an
// internal error, and 2.x, also if the token may not read it. The third is
// what 1.8 reports, as an internal error, if its user may not read it.
const (
	noDatabase = "no database"
	noBucket   = "could not find bucket"
	mayNotRead = "requires READ for database"
)

// Unwrap returns the cause.
func (e *UnavailableError) Unwrap() error { return e.Err }

// wrap turns an error of the client into an *UnavailableError, and nil into
// nil.
func (s *Store) wrap(doing string, err error) error {
	if err == nil {
		return nil
	}
	var answer *influxhttp.Error
	if !errors.As(err, &answer) || answer.StatusCode == 0 {
		var timeout net.Error
		if errors.As(err, &timeout) && timeout.Timeout() {
			err = &silence{limit: s.opts.Timeout, err: err}
		}
		return &UnavailableError{Doing: doing, Err: err}
	}
	return &UnavailableError{
		Doing:      doing,
		After:      retryAfter(answer),
		StatusCode: answer.StatusCode,
		Err:        fmt.Errorf("InfluxDB answers %d: %s", answer.StatusCode, words(answer)),
		own:        ofInfluxDB(answer),
	}
}

// silence replaces the various timeout errors of the layers below.
type silence struct {
	limit time.Duration
	err   error
}

func (e *silence) Error() string { return fmt.Sprintf("InfluxDB did not answer within %s", e.limit) }
func (e *silence) Unwrap() error { return e.err }

// retryAfter reads both forms of Retry-After; the client supports only
// seconds, but a proxy may send a date.
func retryAfter(answer *influxhttp.Error) time.Duration {
	if at, err := http.ParseTime(answer.Header.Get("Retry-After")); err == nil {
		return max(0, time.Until(at))
	}
	return time.Duration(answer.RetryAfter) * time.Second
}

// said is the server's message. A proxy in front of InfluxDB may answer with
// an HTML page.
func said(answer *influxhttp.Error) string {
	text := answer.Message
	if text == "" {
		text = answer.Header.Get("X-Influxdb-Error")
	}
	if text == "" {
		text = http.StatusText(answer.StatusCode)
	}
	return strings.TrimPrefix(strings.Join(strings.Fields(text), " "), "error ") // 1.8 answers Flux queries with a table
}

// words is the server's message, truncated.
func words(answer *influxhttp.Error) string {
	const longest = 500
	text := said(answer)
	if len(text) > longest {
		text = strings.ToValidUTF8(text[:longest], "") + "…"
	}
	return text
}

// status is the HTTP status of the client's error, 0 if there was none.
func status(err error) int {
	var answer *influxhttp.Error
	if errors.As(err, &answer) {
		return answer.StatusCode
	}
	return 0
}

// refusal returns the *RefusedError of a failed write, or nil. InfluxDB
// refuses points with 400 (partial write of 1.8, malformed line), 422 (partial
// write of 2.x), 413 (too large), or any status with a partial write that
// dropped points (early 2.x: 500); other responses say nothing about the
// points.
func refusal(err error) *RefusedError {
	var answer *influxhttp.Error
	if !errors.As(err, &answer) {
		return nil
	}
	refused := &RefusedError{Reason: words(answer)}
	switch answer.StatusCode {
	case http.StatusBadRequest, http.StatusUnprocessableEntity:
		if ofInfluxDB(answer) {
			return refused
		}
	case http.StatusRequestEntityTooLarge: // from InfluxDB or a proxy: smaller batches may be accepted
		return refused
	}
	if text := said(answer); strings.Contains(text, "partial write: ") && strings.Contains(text, "dropped") {
		return refused
	}
	return nil
}

// ofInfluxDB distinguishes responses of InfluxDB from those of a proxy, which
// have neither an error code in words nor an InfluxDB version. A misconfigured
// proxy may send any status.
func ofInfluxDB(answer *influxhttp.Error) bool {
	// The client substitutes the status for a missing code.
	inWords := answer.Code != "" && !strings.HasPrefix(answer.Code, strconv.Itoa(answer.StatusCode))
	return inWords || answer.Header.Get("X-Influxdb-Version") != ""
}
