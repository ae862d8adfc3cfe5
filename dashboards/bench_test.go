package dashboards_test

import (
	"slices"
	"testing"
	"time"

	"github.com/tidemark-stats/tidemark/dashboards"
	"github.com/tidemark-stats/tidemark/internal/dashboardstest"
)

// BenchmarkOverview runs all queries of the overview over the sample,
// alternating with an empty query over the same connection. ratio is the
// quotient of the two times and should be below 100.
func BenchmarkOverview(b *testing.B) {
	r := ofSample(b)
	file := slices.IndexFunc(committed(b), func(d read) bool { return d.UID == "tidemark-overview" })
	o := r.Open(committed(b)[file].Dashboard, nil)
	nothing := dashboardstest.Query{Expr: "vector(1)", Source: dashboards.History, Instant: true}
	var all, empty []time.Duration
	for b.Loop() {
		start := time.Now()
		for _, p := range o.Panels {
			for _, q := range p.Queries {
				if err := r.Read(q, o.Values, o); err != nil {
					b.Fatal(err)
				}
			}
		}
		all = append(all, time.Since(start))
		start = time.Now()
		if err := r.Read(nothing, o.Values, o); err != nil {
			b.Fatal(err)
		}
		empty = append(empty, time.Since(start))
	}
	slices.Sort(all)
	slices.Sort(empty)
	b.ReportMetric(float64(all[len(all)/2])/float64(empty[len(empty)/2]), "ratio")
	b.ReportMetric(float64(all[len(all)-1])/float64(empty[len(empty)/2]), "first-ratio")
	b.ReportMetric(0, "ns/op")
}
