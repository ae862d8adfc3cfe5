// Package metric says what the metrics of figures, indicators and targets are
// called, which labels they have and where their values come from. The page
// /metrics and the query API show the same ones: the page as they are now,
// the API at any moment.
package metric

// Family is a metric family. All of this package are gauges, and no help text
// needs escaping.
type Family struct {
	Name, Help string
}

// Labels are names and values that follow each other, in the order of names.
type Labels []string

// With is l with further names and values, which must come after all names in
// l. It does not change l.
func (l Labels) With(more ...string) Labels { return append(l[:len(l):len(l)], more...) }

// Bit is a truth as Prometheus writes it.
func Bit(holds bool) float64 {
	if holds {
		return 1
	}
	return 0
}
