package desk

import (
	"errors"
	"net/http"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"github.com/tidemark-stats/tidemark/ingest/sender"
)

// metrics are the desk's metrics about itself.
type metrics struct {
	signIns     *prometheus.CounterVec
	submissions *prometheus.CounterVec
	figures     *prometheus.CounterVec
	reading     prometheus.Histogram
	requests    *prometheus.HistogramVec
}

func newMetrics(r *prometheus.Registry, d *Desk) (*metrics, error) {
	m := &metrics{
		signIns: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "tidemark_desk_sign_ins_total",
			Help: "Attempts to sign in with a password, by result: accepted, refused, or limited because there were too many.",
		}, []string{"result"}),
		submissions: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "tidemark_desk_submissions_total",
			Help: "Submissions that were begun on the page, by result: sent, or failed because NATS did not store all of it.",
		}, []string{"result"}),
		figures: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "tidemark_desk_figures_total",
			Help: "Figures sent from the page, by outcome.",
		}, []string{"outcome"}),
		reading: prometheus.NewHistogram(prometheus.HistogramOpts{
			Name:    "tidemark_desk_reading_duration_seconds",
			Help:    "How long it took to read and compare what was dropped, pasted or corrected.",
			Buckets: []float64{0.005, 0.025, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30},
		}),
		requests: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name:    "tidemark_desk_request_duration_seconds",
			Help:    "How long a request took, by status code.",
			Buckets: []float64{0.005, 0.025, 0.1, 0.25, 0.5, 1, 2.5, 10},
		}, []string{"code"}),
	}
	for _, result := range []string{"accepted", "refused", "limited"} {
		m.signIns.WithLabelValues(result)
	}
	for _, result := range []string{"sent", "failed"} {
		m.submissions.WithLabelValues(result)
	}
	for outcome := range outcomesOf(&sender.Report{}) {
		m.figures.WithLabelValues(outcome)
	}
	m.requests.WithLabelValues("200")
	sessions := prometheus.NewGaugeFunc(prometheus.GaugeOpts{
		Name: "tidemark_desk_sessions",
		Help: "People who are signed in; somebody with two browsers counts twice.",
	}, func() float64 { return float64(d.sessions.count(time.Now())) })
	var failed error
	for _, c := range []prometheus.Collector{m.signIns, m.submissions, m.figures, m.reading, m.requests, sessions} {
		failed = errors.Join(failed, r.Register(c))
	}
	return m, failed
}

// observe measures every request but those of supervisors.
func (m *metrics) observe(next http.Handler) http.Handler {
	return promhttp.InstrumentHandlerDuration(m.requests, next)
}

// sent counts what became of a submission.
func (m *metrics) sent(report *sender.Report, err error) {
	result := "sent"
	if err != nil {
		result = "failed"
	}
	m.submissions.WithLabelValues(result).Inc()
	if report.Submission == "" && report.Held == 0 {
		return
	}
	for outcome, n := range outcomesOf(report) {
		m.figures.WithLabelValues(outcome).Add(float64(n))
	}
}

func outcomesOf(r *sender.Report) map[string]int {
	return map[string]int{"written": r.Written, "revised": r.Revised, "unchanged": r.Unchanged,
		"superseded": r.Superseded, "refused": r.Refused, "waiting": r.Waiting, "held": r.Held}
}
