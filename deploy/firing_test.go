package deploy_test

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/tidemark-stats/tidemark/dashboards"
	"github.com/tidemark-stats/tidemark/internal/dashboardstest"
)

// Two targets slip and a figure is overdue: the pipeline dashboard has a row for
// each kind of alert, and a row for each alert with what is said of it.
func TestFiringAlertsAreGroupedAndSayWhatTheyAreAbout(t *testing.T) {
	exporter := newPageServer(t)
	const cargo = `{target="port_2027_cargo",indicator="cargo_throughput",area="NBZS",category="_T"`
	bad := func(at time.Time) page {
		p := says(at, "slipping")
		maps.Copy(p, page{
			`tidemark_target_verdict` + cargo + `,verdict="slipping"}`:                                                                         1,
			`tidemark_target_info` + cargo + `,name_zh="世界一流强港：13.4亿吨",name_en="world-class port: 1.34 billion tonnes"}`:                       1,
			`tidemark_target_sentence_info` + cargo + `,sentence_zh="差得远。",sentence_en="Far from it."}`:                                        1,
			`tidemark_indicator_info{indicator="cargo_throughput",area="NBZS",name_zh="货物吞吐量",name_en="cargo",area_zh="宁波舟山港",area_en="port"}`: 1,
			`tidemark_release_due_timestamp_seconds{indicator="container_throughput",area="NBZS"}`:                                             float64(at.AddDate(0, 0, -30).Unix()),
			`tidemark_release_reminder_timestamp_seconds{indicator="container_throughput",area="NBZS"}`:                                        float64(at.AddDate(0, 0, -32).Unix()),
		})
		return p
	}
	exporter.page.Store(&bad)
	r := dashboardstest.Reader{T: t, Now: time.Now(), Sources: map[string]string{dashboards.Scraped: startPrometheus(t, prometheusFor(t, map[string]string{
		"exporter": address(exporter.URL), "ingest": address(exporter.URL)}))}}
	await(t, "the alerts", func() bool {
		a, err := r.Ask(dashboards.Scraped, `count(ALERTS{alertname=~"TidemarkTargetSlipping|TidemarkFigureOverdue",alertstate="firing"}) == 3`, time.Now())
		return err == nil && len(a.Result) > 0
	})
	r.Now = time.Now()
	files, err := dashboards.Committed()
	must(t, err)
	for _, file := range files {
		d, err := dashboardstest.Parse(file.JSON)
		must(t, err)
		if d.UID != "tidemark-pipeline-en" {
			continue
		}
		o := r.Open(d, nil)
		for title, want := range map[string][]string{
			"Firing alerts": {
				"2TidemarkFigureOverdue|TidemarkFigureOverdue|2|1|<nil>|<nil>|<nil>|<nil>|",
				"2TidemarkTargetSlipping|TidemarkTargetSlipping|2|2|<nil>|<nil>|<nil>|<nil>|",
			},
			"What they are about": {
				"2TidemarkFigureOverdue|<nil>|2|<nil>|container throughput|Ningbo-Zhoushan Port|||",
				"2TidemarkTargetSlipping|<nil>|2|<nil>|cargo|port|world-class port: 1.34 billion tonnes|Far from it.|",
				"2TidemarkTargetSlipping|<nil>|2|<nil>|container throughput|Ningbo-Zhoushan Port|world-class port: 40 million TEU|January to June 2024: 16.48 million TEU, 41.2 % of the goal of 40 million TEU.|",
			},
		} {
			i := slices.IndexFunc(d.Panels, func(p dashboardstest.Panel) bool { return p.Title == title })
			table, _, err := r.Table(d.Panels[i], o.Values, o)
			must(t, err)
			var got []string
			for _, row := range table.Rows {
				if !slices.Contains([]any{"TidemarkFigureOverdue", "TidemarkTargetSlipping"}, row["alertname"]) {
					continue // what fires until the first scrape
				}
				text := ""
				for _, c := range []string{"order", "meaning", "Value #firing", "Value #count", "name_en", "area_en", "target_en", "sentence_en"} {
					text += fmt.Sprint(row[c], "|")
				}
				got = append(got, text)
				// Grafana shows it in UTC, and it is to be the time of day in the city.
				ms, err := strconv.ParseFloat(fmt.Sprint(row["Value #since"]), 64)
				if ago := r.Now.Add(8 * time.Hour).Sub(time.UnixMilli(int64(ms))); err != nil || ago < 0 || ago > 10*time.Minute {
					t.Errorf("%s: %s fires since %s", title, row["alertname"], time.UnixMilli(int64(ms)).UTC())
				}
			}
			if slices.Sort(got); !slices.Equal(got, want) {
				t.Errorf("%s has the rows\n%s\nwant\n%s", title, strings.Join(got, "\n"), strings.Join(want, "\n"))
			}
		}
	}
}
