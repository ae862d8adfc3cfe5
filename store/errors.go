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

// RefusedError says that InfluxDB will never take at least one of the points
// it was given. It may have stored the others, and names one reason only.
type RefusedError struct {
	Reason string // InfluxDB's words
}

// Error gives InfluxDB's reason.
func (e *RefusedError) Error() string { return "InfluxDB refused a point: " + e.Reason }

// UnavailableError says that InfluxDB did not do what it was asked for a
// reason that can pass: it is away, overloaded, or locked against us.
type UnavailableError struct {
	Doing      string        // what was asked
	After      time.Duration // how long InfluxDB wants to be left alone; 0 when it did not say
	StatusCode int           // of the HTTP answer; 0 when there was none
	Err        error

	own bool // InfluxDB itself has answered, and not what stands before it
}

// Lasting tells whether an error of Setup or Verify stays until somebody
// changes InfluxDB or the options: a bucket that does not fit, is not there or
// hidden, a wrong organisation or token. Others pass by waiting.
func Lasting(err error) bool {
	var away *UnavailableError
	if !errors.As(err, &away) {
		return err != nil && !errors.Is(err, context.Canceled)
	}
	return away.own && (away.locked() || away.StatusCode == http.StatusNotFound) || away.unknownBucket()
}

// Error says what was asked and why it failed.
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

// locked tells whether InfluxDB refused who asked: the token, or on 1.8 the user.
func (e *UnavailableError) locked() bool {
	return e.StatusCode == http.StatusUnauthorized || e.StatusCode == http.StatusForbidden ||
		e.StatusCode != 0 && strings.Contains(e.Err.Error(), mayNotRead)
}

// unknownBucket tells whether InfluxDB did not find the bucket or its owner when it was
// asked in Flux. It may say so with any status, or in the midst of an answer.
func (e *UnavailableError) unknownBucket() bool {
	text := e.Err.Error()
	return e.StatusCode != 0 && strings.Contains(text, noDatabase) || strings.Contains(text, noBucket) ||
		e.own && strings.Contains(text, "organization name ") && strings.Contains(text, " not found") // 2.x, with 400
}

// What InfluxDB says when Flux asks for a bucket that is not there: 1.8, as an
// internal error, and 2.x, also when the token may not read it. And what 1.8
// says, as an internal error, when its user may not read it.
const (
	noDatabase = "no database"
	noBucket   = "could not find bucket"
	mayNotRead = "requires READ for database"
)

// Unwrap gives the cause.
func (e *UnavailableError) Unwrap() error { return e.Err }

// wrap makes an *UnavailableError of an error of the client, nil of nil.
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

// silence says in one way what the layers below say in many.
type silence struct {
	limit time.Duration
	err   error
}

func (e *silence) Error() string { return fmt.Sprintf("InfluxDB has not answered for %s", e.limit) }
func (e *silence) Unwrap() error { return e.err }

// retryAfter reads both forms of Retry-After; the client knows seconds only,
// and what stands before an InfluxDB may write a date.
func retryAfter(answer *influxhttp.Error) time.Duration {
	if at, err := http.ParseTime(answer.Header.Get("Retry-After")); err == nil {
		return max(0, time.Until(at))
	}
	return time.Duration(answer.RetryAfter) * time.Second
}

// said is what the server said. Whatever stands before an InfluxDB may answer
// with a page.
func said(answer *influxhttp.Error) string {
	text := answer.Message
	if text == "" {
		text = answer.Header.Get("X-Influxdb-Error")
	}
	if text == "" {
		text = http.StatusText(answer.StatusCode)
	}
	return strings.TrimPrefix(strings.Join(strings.Fields(text), " "), "error ") // 1.8 answers Flux with a table
}

// words are what the server said, within bounds.
func words(answer *influxhttp.Error) string {
	const longest = 500
	text := said(answer)
	if len(text) > longest {
		text = strings.ToValidUTF8(text[:longest], "") + "…"
	}
	return text
}

// status is the HTTP status of the client's error, 0 when there was none.
func status(err error) int {
	var answer *influxhttp.Error
	if errors.As(err, &answer) {
		return answer.StatusCode
	}
	return 0
}

// refusal gives the *RefusedError of a write's error: 400 (partial write of
// 1.8, malformed line), 422 (partial write of 2.x), 413 (too large), and a
// partial write that dropped points under whatever status (early 2.x: 500) are
// answers to the points, nothing else is.
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
	case http.StatusRequestEntityTooLarge: // whoever says so, fewer at a time may pass
		return refused
	}
	if text := said(answer); strings.Contains(text, "partial write: ") && strings.Contains(text, "dropped") {
		return refused
	}
	return nil
}

// ofInfluxDB tells InfluxDB's answer from that of a proxy in front of it,
// which bears no code in words and no version of InfluxDB. A proxy that is set
// up wrongly answers anything.
func ofInfluxDB(answer *influxhttp.Error) bool {
	// The client puts the status in the place of a code that is not there.
	inWords := answer.Code != "" && !strings.HasPrefix(answer.Code, strconv.Itoa(answer.StatusCode))
	return inWords || answer.Header.Get("X-Influxdb-Version") != ""
}
