// Package queryapi serves the Prometheus HTTP API over every figure, year and
// publication in the book, using Prometheus' own engine. docs/queries.md
// describes what can be queried and the times of points. A test verifies that
// answers equal those of a real Prometheus byte for byte.
//
// Its files, each of which uses only those below it; below them is package
// engine, and below that package series:
//
//	handler.go  the paths
//	query.go    query, query_range, format_query, parse_query
//	lists.go    series, labels, values, metadata, buildinfo
//	read.go     remote read
//	api.go      what all handlers share
//	tree.go     an expression as a tree
//	form.go     parameters
//	respond.go  answers, compression, cross-origin requests
//	gate.go     which requests are admitted, and when
//	failure.go  errors
//	json.go     how answers are written
//	limits.go   the limits
package queryapi

import (
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/tidemark-stats/tidemark/book"
	"github.com/tidemark-stats/tidemark/catalog"
	"github.com/tidemark-stats/tidemark/exporter/queryapi/eval"
	"github.com/tidemark-stats/tidemark/exporter/queryapi/series"
	"github.com/tidemark-stats/tidemark/verdict/record"
)

// Options say what is queried and the limits of queries.
type Options struct {
	Catalog *catalog.Catalog
	Book    func() *book.Book // returns the newest book; nil until the figures are loaded
	Logger  *slog.Logger      // nil: nothing is logged
	Now     func() time.Time  // nil: time.Now
	Limits  Limits
	Since   time.Time      // when the catalogue's goals that are not stored yet take effect; zero: now
	Record  *record.Keeper // the track record, if others use it too; nil: made on demand
}

// New creates the handler of the paths below /api/v1/.
func New(opts Options) http.Handler {
	if opts.Logger == nil {
		opts.Logger = slog.New(slog.DiscardHandler)
	}
	if opts.Now == nil {
		opts.Now = time.Now
	}
	if opts.Since.IsZero() {
		opts.Since = opts.Now()
	}
	if opts.Record == nil {
		opts.Record = new(record.Keeper)
	}
	a := &api{
		parser: eval.NewParser(opts.Catalog.Location()),
		data:   series.NewSource(opts.Catalog, opts.Book, opts.Now, opts.Since, opts.Record),
		now:    opts.Now,
		limits: opts.Limits.orDefault(),
	}
	a.engine = eval.New(eval.Options{Data: a.data, Parser: a.parser, Logger: opts.Logger,
		Small: a.limits.share(), Large: a.limits.MaxSamples, Timeout: a.limits.Timeout})
	g := newGate(a.limits, func() bool { return opts.Book() != nil })
	mux := http.NewServeMux()
	for path, answer := range map[string]func(*http.Request) response{
		"query":               a.query,
		"query_range":         a.queryRange,
		"format_query":        a.formatQuery,
		"parse_query":         a.parseQuery,
		"series":              a.series,
		"labels":              a.labelNames,
		"label/{name}/values": a.labelValues,
		"metadata":            metadata,
		"status/buildinfo":    buildinfo,
	} {
		methods := []string{http.MethodGet, http.MethodPost}
		if !slices.Contains(posted, path) {
			methods = methods[:1]
		}
		mux.Handle("/api/v1/"+path, g.admit(checked(only(methods, answered(answer)))))
	}
	mux.Handle("/api/v1/read", g.admit(only([]string{http.MethodPost}, http.HandlerFunc(a.read))))
	return mux
}

// posted are the paths that accept their parameters in a form as well as in the
// URL.
var posted = []string{"query", "query_range", "format_query", "parse_query", "series", "labels"}

// only admits the methods of a path. OPTIONS is answered everywhere.
func only(methods []string, next http.Handler) http.Handler {
	options := answered(func(*http.Request) response { return response{} })
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch {
		case slices.Contains(methods, r.Method):
			next.ServeHTTP(w, r)
		case r.Method == http.MethodOptions:
			options.ServeHTTP(w, r)
		default:
			allowed := slices.Sorted(slices.Values(append(slices.Clone(methods), http.MethodOptions)))
			w.Header().Set("Allow", strings.Join(allowed, ", "))
			http.Error(w, http.StatusText(http.StatusMethodNotAllowed), http.StatusMethodNotAllowed)
		}
	})
}
