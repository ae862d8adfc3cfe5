package series

import (
	"context"
	"slices"
	"time"

	"github.com/prometheus/common/model"
	"github.com/prometheus/prometheus/model/labels"

	"github.com/tidemark-stats/tidemark/exporter/metric"
	"github.com/tidemark-stats/tidemark/figure"
)

// metricName is the label that holds the name of a metric.
const metricName = model.MetricNameLabel

// selection is what one selector asks of the families.
type selection struct {
	manner
	ctx   context.Context
	now   time.Time // or the moment of as_of, if that is earlier: nothing is judged later
	from  int64     // the first moment at which what stands is asked for
	start int64     // from where points are taken: a lookback before from
	to    int64     // the last
	over  bool      // what is asked for is points of a range, not what stands at moments
	today bool      // what is asked for is what stands at the moment of asking, and that alone
	list  string    // the label whose values alone are wanted; empty when series are

	seen map[figure.Period]bool // by fresh
}

// wants tells whether a series with that label can be meant.
func (s *selection) wants(name, value string) bool {
	for _, m := range s.rest {
		if m.Name == name && !m.Matches(value) {
			return false
		}
	}
	return true
}

// matches tells whether the series with these labels is meant.
func (s *selection) matches(name string, pairs metric.Labels) bool {
	for _, m := range s.rest {
		value := labelOf(pairs, m.Name)
		if m.Name == metricName {
			value = name
		}
		if !m.Matches(value) {
			return false
		}
	}
	return true
}

// labelOf is the value of a label, empty where there is none.
func labelOf(pairs metric.Labels, name string) string {
	for i := 0; i < len(pairs); i += 2 {
		if pairs[i] == name {
			return pairs[i+1]
		}
	}
	return ""
}

// labels are those of the answer, which tell how figures were looked at too.
func (s *selection) labels(b *labels.ScratchBuilder, name string, pairs metric.Labels) labels.Labels {
	b.Reset()
	b.Add(metricName, name)
	for i := 0; i < len(pairs); i += 2 {
		if pairs[i+1] != "" { // an empty label is none
			b.Add(pairs[i], pairs[i+1])
		}
	}
	if s.asOf != "" {
		b.Add(asOfLabel, s.asOf)
	}
	if s.display {
		b.Add(scaleLabel, scaleDisplay)
	}
	b.Sort()
	return b.Labels()
}

// picks tells whether the selection is about one of the labels.
func (s *selection) picks(names ...string) bool {
	return slices.Contains(names, s.list) || slices.ContainsFunc(s.rest, func(m *labels.Matcher) bool { return slices.Contains(names, m.Name) })
}

// fresh tells, where labels are listed, whether the period is one that no
// other series had before: cells that differ in nothing that is asked for are
// passed once.
func (s *selection) fresh(p figure.Period) bool {
	if s.list == "" || s.picks("unit", "origin", "status") {
		return true
	}
	if s.seen == nil {
		s.seen = map[figure.Period]bool{}
	}
	if s.seen[p] {
		return false
	}
	s.seen[p] = true
	return true
}
