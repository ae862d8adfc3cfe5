package series

import "github.com/tidemark-stats/tidemark/exporter/metric"

// family is one metric: its name and help, and the series it has.
type family struct {
	metric.Family
	// each passes every series that the selection may match; those that do not
	// match are filtered out later. If selection.list is set, samples are not
	// needed, and one series may stand for all others that differ from it only
	// in labels that are not listed.
	each func(v *snapshot, s *selection, yield func(pairs metric.Labels, samples func() []Sample))
}
