// Package metric defines the metrics of figures, indicators and targets: their
// names, their labels and where their values come from. /metrics and the query
// API share them: /metrics shows them as they are now, the API at any moment.
package metric

// Family is a metric family. All families in this package are gauges, and no
// help text needs escaping.
type Family struct {
	Name, Help string
}

// Labels are alternating names and values, ordered by name.
type Labels []string

// With returns l with further names and values, which must sort after all names
// in l. It does not change l.
func (l Labels) With(more ...string) Labels { return append(l[:len(l):len(l)], more...) }

// Bit returns a boolean as Prometheus writes it.
func Bit(holds bool) float64 {
	if holds {
		return 1
	}
	return 0
}
