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
	now   time.Time // or the time of as_of, if earlier: nothing is judged after it
	from  int64     // the first time whose value is queried
	start int64     // samples are taken from here: a lookback before from
	to    int64     // the last
	over  bool      // a range selector: its samples are wanted, not the values at given times
	today bool      // only the current values are wanted
	list  string    // the label whose values are wanted; empty when series are wanted

	seen map[figure.Period]bool // used by fresh
}

// wants reports whether the selection may match a series with that label.
func (s *selection) wants(name, value string) bool {
	for _, m := range s.rest {
		if m.Name == name && !m.Matches(value) {
			return false
		}
	}
	return true
}

// matches reports whether the selection matches the series with these labels.
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

// labelOf returns the value of a label, empty if absent.
func labelOf(pairs metric.Labels, name string) string {
	for i := 0; i < len(pairs); i += 2 {
		if pairs[i] == name {
			return pairs[i+1]
		}
	}
	return ""
}

// labels returns the labels of the answer, which include as_of, scale and basis.
func (s *selection) labels(b *labels.ScratchBuilder, name string, pairs metric.Labels) labels.Labels {
	b.Reset()
	b.Add(metricName, name)
	for i := 0; i < len(pairs); i += 2 {
		if pairs[i+1] != "" { // an empty label is absent
			b.Add(pairs[i], pairs[i+1])
		}
	}
	if s.asOf != "" {
		b.Add(asOfLabel, s.asOf)
	}
	if s.scale != "" {
		b.Add(scaleLabel, s.scale)
	}
	if s.basis != "" {
		b.Add(basisLabel, string(s.basis))
	}
	b.Sort()
	return b.Labels()
}

// picks reports whether the selection has a matcher for one of the labels.
func (s *selection) picks(names ...string) bool {
	return slices.Contains(names, s.list) || slices.ContainsFunc(s.rest, func(m *labels.Matcher) bool { return slices.Contains(names, m.Name) })
}

// fresh reports, where labels are listed, whether no other series had the
// period before: cells that do not differ in what is listed are passed once.
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
