// Package promapi answers the Prometheus HTTP API over every figure, year and
// publication in the book, by Prometheus' own engine and handlers. What it can
// be asked, and when a figure is, stands in docs/queries.md.
//
// Prometheus' storage can not hold these figures: it refuses old samples and
// can not replace one. So the book takes its place: a Querier makes series of
// it for each query, from one snapshot.
package promapi

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"runtime"
	"runtime/debug"
	"strings"
	"time"

	"github.com/grafana/regexp"
	"github.com/prometheus/common/route"
	"github.com/prometheus/prometheus/config"
	"github.com/prometheus/prometheus/promql"
	"github.com/prometheus/prometheus/promql/parser"
	v1 "github.com/prometheus/prometheus/web/api/v1"

	"github.com/tidemark-stats/tidemark/catalog"
	"github.com/tidemark-stats/tidemark/exporter/book"
)

// Options say what is asked and how much may be.
type Options struct {
	Catalog *catalog.Catalog
	Book    func() *book.Book // the newest one; it returns nil until the figures are loaded
	Logger  *slog.Logger      // nil: nothing is logged
	Now     func() time.Time  // nil: time.Now
	Limits  Limits
}

// forever is how long what does not belong to a period stands: longer than any
// figure is old. A figure's own life is ended by a stale marker.
const forever = 250 * 365 * 24 * time.Hour

// subqueryStep is the step of a subquery that names none.
const subqueryStep = 24 * time.Hour

// remoteReadFrame is the size of the pieces of an answer to remote read.
const remoteReadFrame = 1 << 20 // bytes

// New makes the handler of the paths below /api/v1/.
func New(opts Options) http.Handler {
	if opts.Logger == nil {
		opts.Logger = slog.New(slog.DiscardHandler)
	}
	if opts.Now == nil {
		opts.Now = time.Now
	}
	limits := opts.Limits.orDefault()
	parse := reader{parser.NewParser(parser.Options{}), opts.Catalog.Location()}
	data := &source{catalog: opts.Catalog, book: opts.Book, now: opts.Now, since: opts.Now()}
	engine := func(samples int) *stepwise {
		return &stepwise{parse: parse, samples: samples, Engine: promql.NewEngine(promql.EngineOpts{
			Logger:                   opts.Logger,
			MaxSamples:               samples,
			Timeout:                  limits.Timeout,
			LookbackDelta:            forever,
			NoStepSubqueryIntervalFn: func(int64) int64 { return subqueryStep.Milliseconds() },
			EnableAtModifier:         true,
			EnableNegativeOffset:     true,
			Parser:                   parse,
		})}
	}
	engines := &tiers{small: engine(limits.share()), large: engine(limits.MaxSamples), alone: newQueue(1, maxLarge, "large queries")}
	api := v1.NewAPI(engines, data, nil, nil, nil, nil,
		func(context.Context) v1.TargetRetriever { return families() },
		nil, func() config.Config { return config.Config{} }, nil, v1.GlobalURLOptions{},
		func(next http.HandlerFunc) http.HandlerFunc { return next }, nil, // the gate knows when the figures are loaded
		"", false, false, 0, opts.Logger, nil,
		limits.share(), limits.Concurrency, remoteReadFrame,
		false, regexp.MustCompile("^$"), // other sites' pages may not ask
		nil, version(), nil, nil, nil, nil, nil, false, nil, false, false, false, false,
		forever, false, false, statusOf, nil, v1.OpenAPIOptions{IncludePaths: paths}, parse)
	api.ClearCodecs()
	api.InstallCodec(codec{})
	router := route.New()
	api.Register(router)
	return served(router, newGate(limits, func() bool { return opts.Book() != nil }))
}

// paths are what is served of Prometheus' API. The rest is about scraping,
// rules and the storage of a Prometheus, which this is not.
var paths = []string{"/query", "/query_range", "/series", "/labels", "/label/{name}/values", "/metadata",
	"/format_query", "/parse_query", "/status/buildinfo", "/read", "/openapi.yaml"}

// served lets only those paths through, and what is within the limits.
func served(router http.Handler, g *gate) http.Handler {
	const prefix = "/api/v1"
	mux := http.NewServeMux()
	for _, path := range paths {
		check := checkForm
		if path == "/read" {
			check = checkRead
		}
		mux.Handle(prefix+path, g.admit(check, http.StripPrefix(prefix, inFull(router))))
	}
	return mux
}

// inFull has a query with a limit on its series answered in full points, which
// alone Prometheus' handler knows how to cut off.
func inFull(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Form.Get("limit") != "" {
			r = r.WithContext(context.WithValue(r.Context(), wholeKey{}, true))
		}
		next.ServeHTTP(w, r)
	})
}

type wholeKey struct{}

// version is what status/buildinfo tells: the Prometheus whose engine answers,
// because that is what those who ask want to adapt to.
func version() *v1.PrometheusVersion {
	v := &v1.PrometheusVersion{Version: "3", GoVersion: runtime.Version()}
	if info, ok := debug.ReadBuildInfo(); ok {
		for _, m := range info.Deps {
			if m.Path == "github.com/prometheus/prometheus" {
				v.Version = release(m.Version)
			}
		}
	}
	return v
}

// release is the name of Prometheus' release behind the version of its module:
// v0.315.0 is 3.15.0, v0.315.1 is 3.15.1.
func release(module string) string {
	var major, minor, patch int
	if n, err := fmt.Sscanf(module, "v0.%1d%2d.%d", &major, &minor, &patch); n != 3 || err != nil {
		return strings.TrimPrefix(module, "v")
	}
	return fmt.Sprintf("%d.%d.%d", major, minor, patch)
}
