package series

import "github.com/tidemark-stats/tidemark/exporter/metric"

// family is one metric: what it is and which series it has.
type family struct {
	metric.Family
	// each passes every series that the selection can mean; those that do not
	// match after all are left out later. Where selection.list is set points
	// are not asked for, and one series may stand for all that differ from it
	// in other labels only.
	each func(v *snapshot, s *selection, yield func(pairs metric.Labels, points func() []Point))
}
