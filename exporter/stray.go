package exporter

import (
	"cmp"
	"fmt"
	"io"
	"maps"
	"slices"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/tidemark-stats/tidemark/book"
	"github.com/tidemark-stats/tidemark/catalog"
)

// stray is a group of stored figures that do not match the catalogue.
type stray struct {
	kind
	figures int
	err     error // of reason definition
}

// kind is what the figures of a stray have in common.
type kind struct {
	reason, indicator, area string
}

// The ways in which figures do not match the catalogue.
const (
	noIndicator = "indicator"  // the indicator is not in the catalogue: not shown
	noArea      = "area"       // the area does not report the indicator: shown
	otherwise   = "definition" // stored under another definition: not shown
)

// straysOf counts them, ordered by reason, indicator and area. legible is the
// book without the figures whose definition differs from the catalogue.
func straysOf(all, legible *book.Book, c *catalog.Catalog) (strays []stray) {
	figures := map[kind]int{}
	for s := range all.All() {
		i, listed := c.Indicator(s.Key.Indicator)
		switch {
		case !listed:
			figures[kind{noIndicator, s.Key.Indicator, ""}] += s.Len()
		case legible.Refused(i.Code) != nil:
			figures[kind{otherwise, i.Code, ""}] += s.Len()
		case !i.HasArea(s.Key.Area):
			figures[kind{noArea, i.Code, s.Key.Area}] += s.Len()
		}
	}
	for _, k := range slices.SortedFunc(maps.Keys(figures), func(k, o kind) int {
		return cmp.Or(cmp.Compare(k.reason, o.reason), cmp.Compare(k.indicator, o.indicator), cmp.Compare(k.area, o.area))
	}) {
		strays = append(strays, stray{k, figures[k], legible.Refused(k.indicator)})
	}
	return strays
}

// unknown is the number of figures whose indicator is not in the catalogue.
func (v *view) unknown() (figures int) {
	for _, s := range v.strays {
		if s.reason == noIndicator {
			figures += s.figures
		}
	}
	return figures
}

// write explains it to a person.
func (s stray) write(w io.Writer) {
	n := fmt.Sprintf("%d figures", s.figures)
	if s.figures == 1 {
		n = "1 figure"
	}
	switch s.reason {
	case noIndicator:
		_, _ = fmt.Fprintf(w, "%s of %s not shown: the catalogue has no such indicator (any more)\n", n, s.indicator)
	case noArea:
		_, _ = fmt.Fprintf(w, "%s of %s in %s: in the catalogue this area does not report it (any more)\n", n, s.indicator, s.area)
	case otherwise:
		_, _ = fmt.Fprintf(w, "%s of %s not shown: %v\n", n, s.indicator, s.err)
	}
}

// strays collects the metric of the strays in the view.
type strays struct{ e *Exporter }

var strayFigures = prometheus.NewDesc("tidemark_exporter_stray_figures",
	"Figures held that do not match the catalogue, by reason: their indicator or area is not in it, or they were stored under another definition.",
	[]string{"reason", "indicator", "area"}, nil)

// Describe sends the one metric.
func (strays) Describe(to chan<- *prometheus.Desc) { to <- strayFigures }

// Collect sends the strays of the view; none before there is a view.
func (s strays) Collect(to chan<- prometheus.Metric) {
	v := s.e.view.Load()
	if v == nil {
		return
	}
	for _, x := range v.strays {
		to <- prometheus.MustNewConstMetric(strayFigures, prometheus.GaugeValue, float64(x.figures), x.reason, x.indicator, x.area)
	}
}
