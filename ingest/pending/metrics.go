package pending

import (
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// metrics are the releaser's Prometheus metrics. They say nothing about figures.
type metrics struct {
	held     *prometheus.GaugeVec
	due      prometheus.Gauge
	released prometheus.Counter
}

func newMetrics(reg prometheus.Registerer) (*metrics, error) {
	m := &metrics{
		held: prometheus.NewGaugeVec(prometheus.GaugeOpts{Namespace: "tidemark", Subsystem: "pending", Name: "submissions",
			Help: "Submissions in PENDING that are neither released nor withdrawn, by the last step taken: submitted, approved, returned or releasing."}, []string{"stage"}),
		due: prometheus.NewGauge(prometheus.GaugeOpts{Namespace: "tidemark", Subsystem: "pending", Name: "release_timestamp_seconds",
			Help: "When the earliest release that has not happened yet is or was due, 0 when there is none."}),
		released: prometheus.NewCounter(prometheus.CounterOpts{Namespace: "tidemark", Subsystem: "pending", Name: "released_total",
			Help: "Submissions that this worker released into FIGURES."}),
	}
	for _, c := range []prometheus.Collector{m.held, m.due, m.released} {
		if err := reg.Register(c); err != nil {
			return nil, err
		}
	}
	m.show(nil, nil)
	return m, nil
}

// show sets the gauges by what is open.
func (m *metrics) show(open []State, review func(agency string) bool) {
	counts := map[Stage]int{}
	var due time.Time
	for i := range open {
		s := &open[i]
		counts[s.Stage]++
		if at, ok := s.moment(review(s.Agency)); ok && (due.IsZero() || at.Before(due)) {
			due = at
		}
	}
	for _, stage := range []Stage{Submitted, Approved, Returned, Releasing} {
		m.held.WithLabelValues(string(stage)).Set(float64(counts[stage]))
	}
	if due.IsZero() {
		m.due.Set(0)
		return
	}
	m.due.Set(float64(due.UnixMilli()) / 1000)
}

// moment is when the submission has to be released. ok is false for one that
// waits for nothing but a person.
func (s *State) moment(review bool) (at time.Time, ok bool) {
	switch approved := s.Step(Approved); {
	case !s.ReleaseAt.IsZero():
		return s.ReleaseAt, true
	case s.Step(Returned) != nil:
		return at, false
	case approved != nil:
		return approved.At, true
	case !s.Review && !review:
		return s.Submitted, true
	}
	return at, false
}
