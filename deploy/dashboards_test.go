package deploy_test

import (
	"io"
	"testing"
	"time"

	"github.com/tidemark-stats/tidemark/catalog"
	"github.com/tidemark-stats/tidemark/catalog/sample"
	"github.com/tidemark-stats/tidemark/dashboards"
	"github.com/tidemark-stats/tidemark/ingest/sender"
	"github.com/tidemark-stats/tidemark/internal/dashboardstest"
)

// pushSample sends the sample, as the demo does.
func (s *stack) pushSample() {
	s.t.Helper()
	var inputs []sender.Input
	for _, name := range sample.Files() {
		inputs = append(inputs, sender.Input{Name: name, Open: func() (io.ReadCloser, error) { return sample.FS.Open(name) }})
	}
	_, err := sender.Push(s.t.Context(), sender.Options{Conn: s.nc, Catalog: catalog.Ningbo(), Partial: true, Patience: time.Minute}, inputs)
	must(s.t, err)
}

// Runs every query of every dashboard, with variables filled in from real
// answers: the sample is sent over NATS into InfluxDB, shown by the exporter
// and scraped by a Prometheus with the rules of this package.
func TestEveryDashboardHasItsAnswersOnTheWholeStack(t *testing.T) {
	s := newStack(t)
	scraping := startPrometheus(t, prometheusFor(t, map[string]string{"exporter": s.exporter, "ingest": s.ingest}))
	r := dashboardstest.Reader{T: t, Sources: map[string]string{
		dashboards.History: "http://" + s.exporter, dashboards.Scraped: scraping}}
	has := func(source, expr string) func() bool {
		return func() bool {
			a, err := r.Ask(source, expr, time.Now())
			return err == nil && len(a.Result) > 0
		}
	}
	await(t, "a scrape before the push", has(dashboards.Scraped, `count(up{job=~"tidemark-.*"} == 1) == 2`))
	s.pushSample()
	// The newest figures of the sample, and rates, which need two scrapes.
	await(t, "the sample can be queried", has(dashboards.History, `count(last_over_time(tidemark_figure[20y])) > 70`))
	for _, rate := range []string{"tidemark_ingest_figures_total", "tidemark_ingest_write_duration_seconds_count", "tidemark_ingest_batch_messages_count", "tidemark_exporter_sync_duration_seconds_count"} {
		await(t, "a rate of "+rate, has(dashboards.Scraped, "sum(rate("+rate+"[1m])) > 0"))
	}
	await(t, "the figures are scraped", has(dashboards.Scraped, "max(tidemark_figure_published_timestamp_seconds)"))
	r.Now = time.Now()
	files, err := dashboards.Committed()
	must(t, err)
	for _, file := range files {
		if file.Edition != dashboards.Chinese {
			continue // a test of dashboards checks that the other has the same queries
		}
		d, err := dashboardstest.Parse(file.JSON)
		must(t, err)
		t.Run(d.UID, func(t *testing.T) {
			r.T = t
			r.Check(d)
		})
	}
}
