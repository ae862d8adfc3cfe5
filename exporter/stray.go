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

// stray is figures that are there and that the catalogue does not know as they
// are.
type stray struct {
	kind
	figures int
	err     error // of reason definition
}

// kind is what strays have in common.
type kind struct {
	reason, indicator, area string
}

// The reasons for which figures stray.
const (
	noIndicator = "indicator"  // not in the catalogue: they are not shown
	noArea      = "area"       // not one that reports the indicator: they are shown
	otherwise   = "definition" // stored under another one: they are not shown
)

// straysOf counts them, in the order of reason, indicator and area. legible is
// the book without those that the catalogue must not be used for.
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

// unknown is how many figures have an indicator that the catalogue does not
// know.
func (v *view) unknown() (figures int) {
	for _, s := range v.strays {
		if s.reason == noIndicator {
			figures += s.figures
		}
	}
	return figures
}

// write tells a person of it.
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

// strays is a collector of the strays of the view.
type strays struct{ e *Exporter }

var strayFigures = prometheus.NewDesc("tidemark_exporter_stray_figures",
	"Figures held that the catalogue does not know as they are, by reason: their indicator or area is not in it, or they were stored under another definition.",
	[]string{"reason", "indicator", "area"}, nil)

// Describe gives the one metric.
func (strays) Describe(to chan<- *prometheus.Desc) { to <- strayFigures }

// Collect gives the strays of the view, none before there is one.
func (s strays) Collect(to chan<- prometheus.Metric) {
	v := s.e.view.Load()
	if v == nil {
		return
	}
	for _, x := range v.strays {
		to <- prometheus.MustNewConstMetric(strayFigures, prometheus.GaugeValue, float64(x.figures), x.reason, x.indicator, x.area)
	}
}
