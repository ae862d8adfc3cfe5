package eval

import (
	"fmt"

	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/promql"
	"github.com/prometheus/prometheus/promql/parser"
)

// Held is a matrix whose values hold until the next change.
type Held struct {
	// Series have a point for each change at which they have a value; its time
	// is the number of the change.
	Series  promql.Matrix
	changes []int // steps
	steps   steps
}

// Type is that of any matrix.
func (h *Held) Type() parser.ValueType { return parser.ValueTypeMatrix }

// String is for logs.
func (h *Held) String() string {
	return fmt.Sprintf("%d series that change at %d of %d steps", len(h.Series), len(h.changes), h.steps.count)
}

// Steps returns the number of steps.
func (h *Held) Steps() int { return h.steps.count }

// At returns the time of a step, in milliseconds since 1970.
func (h *Held) At(step int) int64 { return h.steps.at(step) }

// Stands returns the steps for which a change holds: from the first up to but
// not including the second.
func (h *Held) Stands(change int) (from, until int) {
	until = h.steps.count
	if change+1 < len(h.changes) {
		until = h.changes[change+1]
	}
	return h.changes[change], until
}

// Points returns the number of points of the whole matrix.
func (h *Held) Points() (n int) {
	for _, s := range h.Series {
		for _, p := range s.Floats {
			from, until := h.Stands(int(p.T))
			n += until - from
		}
	}
	return n
}

// lengthOf estimates the size of an answer in bytes.
func lengthOf(answer parser.Value) (n int) {
	const punctuation, number = 16, 48 // bytes per label, per point
	size := func(l labels.Labels, points int) int { return int(l.ByteSize()) + l.Len()*punctuation + points*number }
	switch v := answer.(type) {
	case promql.Vector:
		for i := range v {
			n += size(v[i].Metric, 1)
		}
	case promql.Matrix:
		for i := range v {
			n += size(v[i].Metric, len(v[i].Floats))
		}
	case *Held:
		for i := range v.Series {
			n += size(v.Series[i].Metric, 0)
		}
		n += v.Points() * number
	}
	return n
}

// steps are the times of a range query.
type steps struct {
	from, interval int64 // milliseconds
	count          int
}

func (s steps) at(n int) int64 { return s.from + int64(n)*s.interval }

// since returns the first step at or after t, which may be beyond the last.
func (s steps) since(t int64) int {
	if t <= s.from {
		return 0
	}
	return int((t - s.from + s.interval - 1) / s.interval)
}
