package promapi

import (
	"errors"
	"slices"
	"strings"
	"sync"

	"github.com/prometheus/common/model"
	"github.com/prometheus/prometheus/config"
	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/scrape"

	"github.com/tidemark-stats/tidemark/exporter/metric"
)

// family is one metric: what it is and which series it has.
type family struct {
	metric.Family
	// each passes every series that the selection can mean; those that do not
	// match after all are left out later. Where selection.list is set points
	// are not asked for, and one series may stand for all that differ from it
	// in other labels only.
	each func(v *snapshot, s *selection, yield func(pairs metric.Labels, points func() []point))
}

// catalogue is all families, in the order of their names.
type catalogue []family

// families lists what can be asked.
var families = sync.OnceValue(func() catalogue {
	all := slices.Concat(figureFamilies(), derivedFamilies(), newestFamilies(), publicationFamilies(), indicatorFamilies(), targetFamilies())
	slices.SortFunc(all, func(f, o family) int { return strings.Compare(f.Name, o.Name) })
	return all
})

// has tells whether there is a metric of that name.
func (c catalogue) has(name string) bool {
	_, known := c.GetMetadata(name)
	return known
}

// The catalogue stands in the place of the targets of a Prometheus, of which
// its API learns the metrics' types and helps.

// TargetsActive is one target, which has the metadata of all metrics.
func (c catalogue) TargetsActive() map[string][]*scrape.Target {
	t := scrape.NewTarget(labels.EmptyLabels(), &config.ScrapeConfig{}, nil, nil)
	t.SetMetadataStore(c)
	return map[string][]*scrape.Target{"tidemark": {t}}
}

// TargetsDropped are none.
func (c catalogue) TargetsDropped() map[string][]*scrape.Target { return nil }

// TargetsDroppedCounts are none.
func (c catalogue) TargetsDroppedCounts() map[string]int { return nil }

// ScrapePoolConfig is never there: nothing is scraped.
func (c catalogue) ScrapePoolConfig(string) (*config.ScrapeConfig, error) {
	return nil, errors.New("nothing is scraped here")
}

// ListMetadata lists the type and help of every metric.
func (c catalogue) ListMetadata() []scrape.MetricMetadata {
	all := make([]scrape.MetricMetadata, len(c))
	for i, f := range c {
		all[i] = f.metadata()
	}
	return all
}

func (f family) metadata() scrape.MetricMetadata {
	return scrape.MetricMetadata{MetricFamily: f.Name, Type: model.MetricTypeGauge, Help: f.Help}
}

// GetMetadata finds the type and help of a metric.
func (c catalogue) GetMetadata(name string) (scrape.MetricMetadata, bool) {
	for _, f := range c {
		if f.Name == name {
			return f.metadata(), true
		}
	}
	return scrape.MetricMetadata{}, false
}

// SizeMetadata is unknown.
func (c catalogue) SizeMetadata() int { return 0 }

// LengthMetadata is the number of metrics.
func (c catalogue) LengthMetadata() int { return len(c) }
