package queryapi

import (
	"context"
	"errors"
	"fmt"
	"net/http"

	"github.com/prometheus/prometheus/promql"

	"github.com/tidemark-stats/tidemark/exporter/queryapi/eval"
)

// kind is a kind of failure, by Prometheus' name for it.
type kind struct {
	name   string
	status int
}

// The kinds of Prometheus' handlers, and two that only this package has.
var (
	badData     = kind{"bad_data", http.StatusBadRequest}
	execution   = kind{"execution", http.StatusUnprocessableEntity}
	canceled    = kind{"canceled", 499} // nginx' status for a client that closed its connection
	timeout     = kind{"timeout", http.StatusServiceUnavailable}
	internal    = kind{"internal", http.StatusInternalServerError}
	unavailable = kind{"unavailable", http.StatusServiceUnavailable}

	tooLarge = kind{"bad_data", http.StatusRequestEntityTooLarge}
	tooLate  = kind{"timeout", http.StatusRequestTimeout}
)

// failure is why a request has no answer.
type failure struct {
	kind
	err error
}

// invalid is the failure of a parameter that cannot be read.
func invalid(parameter string, err error) *failure {
	return &failure{badData, fmt.Errorf("invalid parameter %q: %w", parameter, err)}
}

// appendTo writes the failure as Prometheus does.
func (f *failure) appendTo(b []byte) []byte {
	b = append(b, `{"status":"error","errorType":"`+f.name+`","error":`...)
	return append(appendString(b, f.err.Error()), '}')
}

// write answers a request that is turned away.
func (f *failure) write(w http.ResponseWriter) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(f.status)
	_, _ = w.Write(append(f.appendTo(nil), '\n')) // fails only when the client has disconnected
}

// failureOf returns the failure that an error of an evaluation is reported as.
func failureOf(err error) *failure {
	switch {
	case errors.As(err, new(eval.Crowded)):
		return &failure{unavailable, err}
	case errors.As(err, new(promql.ErrQueryCanceled)):
		return &failure{canceled, err}
	case errors.As(err, new(promql.ErrQueryTimeout)):
		return &failure{timeout, err}
	case errors.As(err, new(promql.ErrStorage)):
		return &failure{internal, err}
	case errors.Is(err, context.Canceled):
		return &failure{canceled, err}
	}
	return &failure{execution, err}
}
