// Package queryapi answers the Prometheus HTTP API over every figure, year and
// publication in the book, by Prometheus' own engine. What it can be asked, and
// when a figure is, stands in docs/queries.md; that answers are a real
// Prometheus' to the letter is held by a test.
//
// Its files, each of which uses only those after it; below them is package
// engine, and below that package series:
//
//	handler.go  the paths
//	query.go    query, query_range, format_query, parse_query
//	lists.go    series, labels, values, metadata, buildinfo
//	read.go     remote read
//	api.go      what all of these ask
//	tree.go     an expression as a tree
//	form.go     parameters
//	respond.go  answers, compression, other sites' pages
//	gate.go     which requests are let in, and when
//	failure.go  errors
//	json.go     how answers are written
//	limits.go   how much may be asked
package queryapi

import (
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/tidemark-stats/tidemark/book"
	"github.com/tidemark-stats/tidemark/catalog"
	"github.com/tidemark-stats/tidemark/exporter/queryapi/engine"
	"github.com/tidemark-stats/tidemark/exporter/queryapi/series"
)

// Options say what is asked and how much may be.
type Options struct {
	Catalog *catalog.Catalog
	Book    func() *book.Book // the newest one; it returns nil until the figures are loaded
	Logger  *slog.Logger      // nil: nothing is logged
	Now     func() time.Time  // nil: time.Now
	Limits  Limits
}

// New makes the handler of the paths below /api/v1/.
func New(opts Options) http.Handler {
	if opts.Logger == nil {
		opts.Logger = slog.New(slog.DiscardHandler)
	}
	if opts.Now == nil {
		opts.Now = time.Now
	}
	a := &api{
		parser: engine.NewParser(opts.Catalog.Location()),
		data:   series.NewSource(opts.Catalog, opts.Book, opts.Now),
		now:    opts.Now,
		limits: opts.Limits.orDefault(),
	}
	a.engine = engine.New(engine.Options{Data: a.data, Parser: a.parser, Logger: opts.Logger,
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

// posted are the paths that take a form as well as an address.
var posted = []string{"query", "query_range", "format_query", "parse_query", "series", "labels"}

// only lets the methods of a path through. OPTIONS is answered everywhere.
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
