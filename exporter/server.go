package exporter

import (
	"fmt"
	"net/http"
	"time"

	"github.com/prometheus/client_golang/prometheus/promhttp"

	"github.com/tidemark-stats/tidemark/exporter/page"
	"github.com/tidemark-stats/tidemark/figure"
)

// Handler serves everything the exporter offers: / for people, /runbooks/ and /rules
// for those who get alerts and reports, /metrics for Prometheus, /api/v1/ for PromQL
// clients, /-/healthy and /-/ready for the process supervisor.
func (e *Exporter) Handler() http.Handler {
	mux := http.NewServeMux()
	mux.Handle("/api/v1/", promhttp.InstrumentHandlerDuration(e.health.asked, e.api()))
	mux.HandleFunc("GET /{$}", e.serveLanding)
	mux.HandleFunc("GET /metrics", e.serveMetrics)
	mux.HandleFunc("GET /runbooks/{$}", e.doc(func(*http.Request) string { return "runbooks/README" }))
	mux.HandleFunc("GET /runbooks/{alert}", e.doc(func(r *http.Request) string { return "runbooks/" + r.PathValue("alert") }))
	mux.HandleFunc("GET /rules", e.doc(func(*http.Request) string { return "rules" }))
	mux.HandleFunc("GET /-/healthy", e.serveHealthy)
	mux.HandleFunc("GET /-/ready", e.serveReady)
	return mux
}

// serveHealthy always answers 200, and names what a person should look at.
func (e *Exporter) serveHealthy(w http.ResponseWriter, _ *http.Request) {
	_, _ = fmt.Fprintln(w, "healthy")
	if ahead := time.Duration(e.ahead.Load()); ahead > 0 {
		_, _ = fmt.Fprintf(w, "the newest entry of InfluxDB's journal is %s ahead of InfluxDB's clock; was the clock set back?\n", ahead.Round(time.Second))
	}
	if v := e.view.Load(); v != nil {
		if !v.clocks.Real() {
			_, _ = fmt.Fprintf(w, "%s is shown, not today\n", figure.DayAt(e.now().In(e.catalog.Location())))
		}
		for _, s := range v.strays {
			s.write(w)
		}
	}
}

// serveReady answers 200 once the figures are loaded, also when InfluxDB
// becomes unreachable later: the figures shown are still right.
func (e *Exporter) serveReady(w http.ResponseWriter, _ *http.Request) {
	switch {
	case e.view.Load() != nil:
		_, _ = fmt.Fprintln(w, "ready")
	case e.away.Load():
		http.Error(w, "not ready: InfluxDB cannot be read; the log says why", http.StatusServiceUnavailable)
	default:
		http.Error(w, "not ready: the figures are being loaded from InfluxDB", http.StatusServiceUnavailable)
	}
}

func (e *Exporter) serveLanding(w http.ResponseWriter, _ *http.Request) {
	landing := page.Landing{City: e.catalog.City, Book: e.Book(), Away: e.away.Load(), Day: figure.DayAt(e.now().In(e.catalog.Location()))}
	if v := e.view.Load(); v != nil {
		landing.Past = !v.clocks.Real()
	}
	if err := landing.Write(w); err != nil {
		e.log.Error("landing page could not be written", "error", err)
		http.Error(w, "the page could not be written; the log says why", http.StatusInternalServerError)
	}
}

// doc serves a page of docs, also while there are no figures.
func (e *Exporter) doc(named func(*http.Request) string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if err := page.Doc(w, named(r)); err != nil {
			e.log.Error("a page of docs could not be written", "page", named(r), "error", err)
			http.Error(w, "the page could not be written; the log says why", http.StatusInternalServerError)
		}
	}
}
