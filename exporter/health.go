package exporter

import (
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	versioncollector "github.com/prometheus/client_golang/prometheus/collectors/version"

	"github.com/tidemark-stats/tidemark/book"
)

// health is the exporter's metrics about itself.
type health struct {
	up       prometheus.Gauge
	lastSync prometheus.Gauge
	errors   prometheus.Counter
	duration prometheus.Histogram
	asked    *prometheus.HistogramVec
}

// NewRegistry creates a registry with the metrics of Go and the process, for a
// process in which not only the exporter has metrics to show.
func NewRegistry() *prometheus.Registry {
	r := prometheus.NewRegistry()
	r.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return r
}

func newHealth(e *Exporter) *health {
	h := &health{
		up: prometheus.NewGauge(prometheus.GaugeOpts{
			Name: "tidemark_exporter_influxdb_up",
			Help: "Whether the last check of InfluxDB succeeded (1) or not (0).",
		}),
		lastSync: prometheus.NewGauge(prometheus.GaugeOpts{
			Name: "tidemark_exporter_last_sync_timestamp_seconds",
			Help: "When the exporter was last up to date with InfluxDB; 0 before the first time.",
		}),
		errors: prometheus.NewCounter(prometheus.CounterOpts{
			Name: "tidemark_exporter_sync_errors_total",
			Help: "Checks of InfluxDB that failed.",
		}),
		duration: prometheus.NewHistogram(prometheus.HistogramOpts{
			Name:    "tidemark_exporter_sync_duration_seconds",
			Help:    "How long one check of InfluxDB took, including reading the changes.",
			Buckets: []float64{0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60},
		}),
	}
	h.asked = prometheus.NewHistogramVec(prometheus.HistogramOpts{
		Name:    "tidemark_exporter_api_request_duration_seconds",
		Help:    "How long a request to /api/v1/ took, by status code.",
		Buckets: []float64{0.001, 0.005, 0.025, 0.1, 0.5, 2.5, 10, 60},
	}, []string{"code"})
	h.asked.WithLabelValues("200") // so that rate() has a series from the start
	held := func(name, help string, of func(*view) int) prometheus.Collector {
		return prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: name, Help: help}, func() float64 {
			if v := e.view.Load(); v != nil {
				return float64(of(v))
			}
			return 0
		})
	}
	inBook := func(of func(*book.Book) int) func(*view) int {
		return func(v *view) int { return of(v.all) }
	}
	e.registry.MustRegister(h.up, h.lastSync, h.errors, h.duration, h.asked,
		prometheus.NewGaugeFunc(prometheus.GaugeOpts{
			Name: "tidemark_exporter_journal_ahead_seconds",
			Help: "How far the newest entry of InfluxDB's journal is ahead of InfluxDB's clock; 0 when it is not.",
		}, func() float64 { return time.Duration(e.ahead.Load()).Seconds() }),
		versioncollector.NewCollector("tidemark_exporter"),
		held("tidemark_exporter_book_series", "Series held in memory.", inBook((*book.Book).Len)),
		held("tidemark_exporter_book_figures", "Figures held in memory: cells with a current value or a withheld one.", inBook((*book.Book).Figures)),
		held("tidemark_exporter_book_vintages", "Publications of all figures held in memory.", inBook((*book.Book).Vintages)),
		held("tidemark_exporter_unknown_figures", "Figures held but not shown because the catalogue does not know their indicator.",
			(*view).unknown),
		strays{e},
	)
	return h
}

// synced records the outcome of one check of InfluxDB.
func (h *health) synced(start time.Time, err error) {
	h.duration.Observe(time.Since(start).Seconds())
	if err != nil {
		h.errors.Inc()
		h.up.Set(0)
		return
	}
	h.up.Set(1)
	h.lastSync.SetToCurrentTime()
}
