package worker

import (
	"strings"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/tidemark-stats/tidemark/ingest"
	"github.com/tidemark-stats/tidemark/ingest/rules"
)

// metrics are the worker's Prometheus metrics.
type metrics struct {
	figures     *prometheus.CounterVec
	rejects     *prometheus.CounterVec
	redelivered prometheus.Counter
	unconfirmed prometheus.Counter
	batchSize   prometheus.Histogram
	writeTime   prometheus.Histogram
	retries     *prometheus.CounterVec
	influxUp    prometheus.Gauge
	pending     prometheus.Gauge
	ackPending  prometheus.Gauge
	rejected    prometheus.Gauge
	lastBatch   prometheus.Gauge
	known       prometheus.Gauge
	conflicts   prometheus.Gauge
}

func newMetrics(reg prometheus.Registerer) (*metrics, error) {
	counter := func(name, help string) prometheus.CounterOpts {
		return prometheus.CounterOpts{Namespace: "tidemark", Subsystem: "ingest", Name: name, Help: help}
	}
	gauge := func(name, help string) prometheus.Gauge {
		return prometheus.NewGauge(prometheus.GaugeOpts{Namespace: "tidemark", Subsystem: "ingest", Name: name, Help: help})
	}
	m := &metrics{
		figures:     prometheus.NewCounterVec(counter("figures_total", "Figures settled and not refused, by outcome: written (the first of its cell), revised, unchanged (no new point) or superseded (a later publication is known)."), []string{"outcome"}),
		rejects:     prometheus.NewCounterVec(counter("rejects_total", "Figures refused and stored in REJECTS, by the code of the rule."), []string{"code"}),
		redelivered: prometheus.NewCounter(counter("redelivered_total", "Messages that JetStream delivered more than once.")),
		unconfirmed: prometheus.NewCounter(counter("unconfirmed_acks_total", "Acknowledgements that NATS did not confirm; their messages are delivered again.")),
		retries:     prometheus.NewCounterVec(counter("retries_total", "Attempts that had to be repeated, by what was attempted: open, load, fetch, decide, define, write, reject or receipt."), []string{"doing"}),
		influxUp:    gauge("influxdb_up", "1 when InfluxDB answered the last request and no batch is waiting for it, else 0."),
		pending:     gauge("pending_messages", "Messages in FIGURES not yet delivered to a worker."),
		ackPending:  gauge("ack_pending_messages", "Messages in FIGURES that a worker holds and has not acknowledged."),
		rejected:    gauge("rejects_stored", "Messages in REJECTS."),
		lastBatch:   gauge("last_batch_timestamp_seconds", "When this worker settled its last batch, 0 when it has settled none."),
		known:       gauge("known_cells", "Cells this worker knows the current value of."),
		conflicts:   gauge("conflicting_indicators", "Indicators whose stored figures have a definition other than the catalogue's; their figures are refused."),
		batchSize: prometheus.NewHistogram(prometheus.HistogramOpts{Namespace: "tidemark", Subsystem: "ingest", Name: "batch_messages",
			Help: "Messages in a batch.", Buckets: prometheus.ExponentialBuckets(1, 4, 7)}),
		writeTime: prometheus.NewHistogram(prometheus.HistogramOpts{Namespace: "tidemark", Subsystem: "ingest", Name: "write_duration_seconds",
			Help: "How long one write to InfluxDB took, including failed ones.", Buckets: prometheus.ExponentialBuckets(0.001, 2, 14)}),
	}
	for _, c := range []prometheus.Collector{m.figures, m.rejects, m.redelivered, m.unconfirmed, m.batchSize, m.writeTime,
		m.retries, m.influxUp, m.pending, m.ackPending, m.rejected, m.lastBatch, m.known, m.conflicts} {
		if err := reg.Register(c); err != nil {
			return nil, err
		}
	}
	// All counters start at 0, so that rate() and increase() see the first event.
	for _, o := range []ingest.Outcome{ingest.Written, ingest.Revised, ingest.Unchanged, ingest.Superseded} {
		m.figures.WithLabelValues(string(o))
	}
	for _, r := range rules.All {
		if !strings.HasPrefix(r.Code, "sheet/") { // workers do not see files
			m.rejects.WithLabelValues(r.Code)
		}
	}
	for _, doing := range []string{"open", "load", "fetch", "decide", "define", "write", "reject", "receipt"} {
		m.retries.WithLabelValues(doing)
	}
	return m, nil
}
