package series

import (
	"slices"
	"strings"
	"sync"

	"github.com/tidemark-stats/tidemark/exporter/metric"
)

// families lists all metrics, ordered by name.
var families = sync.OnceValue(func() []family {
	all := slices.Concat(figureFamilies(), noteFamilies(), derivedFamilies(), newestFamilies(), headlineFamilies(), publicationFamilies(), releasedFamilies(), indicatorFamilies(), targetFamilies(), spanFamilies(), amountFamilies(), recordFamilies())
	slices.SortFunc(all, func(f, o family) int { return strings.Compare(f.Name, o.Name) })
	return all
})

// Metrics lists the names and help texts of all metrics, ordered by name. All
// are gauges.
func Metrics() []metric.Family {
	all := make([]metric.Family, len(families()))
	for i, f := range families() {
		all[i] = f.Family
	}
	return all
}

// isMetric reports whether there is a metric of that name.
func isMetric(name string) bool {
	return slices.ContainsFunc(families(), func(f family) bool { return f.Name == name })
}
