package queryapi

import (
	"errors"
	"io"
	"net/http"
	"strings"
	"sync"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zlib"
	"github.com/prometheus/prometheus/util/annotations"
)

// response is the answer to a request: data or a failure. If it has neither,
// nothing is written.
type response struct {
	data     any // of a type that appendValue can write
	warnings annotations.Annotations
	failure  *failure
	close    func() // called once the answer is written; may be nil
}

func failed(k kind, err error) response { return response{failure: &failure{k, err}} }

// refused is the response to a parameter that cannot be read.
func refused(parameter string, err error) response {
	return response{failure: invalid(parameter, err)}
}

// errTruncated is the warning of a truncated answer.
var errTruncated = errors.New("results truncated due to limit")

// most is how many warnings, and how many infos, an answer may have.
const most = 10

// answered writes the answer to a request.
func answered(answer func(*http.Request) response) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		writer, done := compressed(w, r)
		defer done()
		refuseOtherSites(w.Header(), r)
		response := answer(r)
		if response.close != nil {
			defer response.close()
		}
		switch {
		case response.failure != nil:
			w.Header().Set("Content-Type", "application/json")
			w.WriteHeader(response.failure.status)
			_, _ = writer.Write(response.failure.appendTo(nil)) // fails only when the client has disconnected
		case response.data != nil:
			w.Header().Set("Content-Type", "application/json")
			w.WriteHeader(http.StatusOK)
			b := buffers.Get().(*buffer)
			defer buffers.Put(b)
			b.bytes = response.appendTo(b.bytes[:0], r.FormValue("query"))
			_, _ = writer.Write(b.bytes)
		default:
			w.WriteHeader(http.StatusNoContent)
		}
	})
}

// buffer is reused for answers. An answer may have a hundred megabytes, which
// take longer to allocate than to fill.
type buffer struct{ bytes []byte }

var buffers = sync.Pool{New: func() any { return new(buffer) }}

// appendTo writes the parts in Prometheus' order, which Grafana relies on:
// status before data, resultType before result. query is the text that the
// positions in warnings refer to.
func (r *response) appendTo(b []byte, query string) []byte {
	b = append(b, `{"status":"success","data":`...)
	b = appendValue(b, r.data)
	warnings, infos := r.warnings.AsStrings(query, most, most)
	if len(warnings) > 0 {
		b = append(b, `,"warnings":`...)
		b = appendValue(b, warnings)
	}
	if len(infos) > 0 {
		b = append(b, `,"infos":`...)
		b = appendValue(b, infos)
	}
	return append(b, '}')
}

// refuseOtherSites keeps browsers from showing answers to the pages of other
// sites.
func refuseOtherSites(h http.Header, r *http.Request) {
	h.Add("Vary", "Origin")
	if r.Header.Get("Origin") == "" {
		return
	}
	h.Set("Access-Control-Allow-Headers", "Accept, Authorization, Content-Type, Origin")
	h.Set("Access-Control-Allow-Methods", "GET, POST, OPTIONS")
	h.Set("Access-Control-Expose-Headers", "Date")
}

// compressed compresses an answer if the client accepts that. As in Prometheus
// the first encoding that both know is used.
func compressed(w http.ResponseWriter, r *http.Request) (out io.Writer, done func()) {
	w.Header().Add("Vary", "Accept-Encoding")
	for way := range strings.SplitSeq(r.Header.Get("Accept-Encoding"), ",") {
		var packer io.WriteCloser
		switch way = strings.TrimSpace(way); way {
		case "gzip":
			packer = gzip.NewWriter(w)
		case "deflate":
			packer = zlib.NewWriter(w)
		default:
			continue
		}
		w.Header().Set("Content-Encoding", way)
		return packer, func() { _ = packer.Close() } // fails only when the client has disconnected
	}
	return w, func() {}
}
