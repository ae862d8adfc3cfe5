package queryapi

import (
	"context"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/common/model"
	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/prompb"
	"github.com/prometheus/prometheus/storage"

	"github.com/tidemark-stats/tidemark/book"
	"github.com/tidemark-stats/tidemark/book/booktest"
	"github.com/tidemark-stats/tidemark/catalog"
	"github.com/tidemark-stats/tidemark/exporter/queryapi/series"
	"github.com/tidemark-stats/tidemark/internal/enginetest"
	"github.com/tidemark-stats/tidemark/verdict/record"
)

// backfilled starts a real Prometheus that holds every series of a book with
// all points from 1970 on, and has the same lookback as this package.
func backfilled(t testing.TB, c *catalog.Catalog, b *book.Book) (url string) {
	t.Helper()
	dir := t.TempDir()
	enginetest.Block(t, filepath.Join(dir, "data"), everything(t, c, b))
	config := filepath.Join(dir, "prometheus.yml")
	if err := os.WriteFile(config, []byte("global: {evaluation_interval: 1d}\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	return enginetest.PrometheusIn(t, dir, config, "--storage.tsdb.retention.time=200y", "--query.lookback-delta=250y").URL()
}

// everything is all series, as a range selector over all time returns them.
func everything(t testing.TB, c *catalog.Catalog, b *book.Book) (all []prompb.TimeSeries) {
	t.Helper()
	q, err := series.NewSource(c, func() *book.Book { return b }, func() time.Time { return today }, today, new(record.Keeper)).Querier(0, math.MaxInt64)
	if err != nil {
		t.Fatal(err)
	}
	any := labels.MustNewMatcher(labels.MatchRegexp, model.MetricNameLabel, ".+")
	set := q.Select(context.Background(), true, &storage.SelectHints{Start: 0, End: time.Date(2040, 1, 1, 0, 0, 0, 0, time.UTC).UnixMilli(), Range: 1}, any)
	for set.Next() {
		one := set.At().(*series.Series)
		samples := make([]prompb.Sample, len(one.Samples))
		for i, p := range one.Samples {
			samples[i] = prompb.Sample{Timestamp: p.At, Value: p.Value}
		}
		all = append(all, prompb.TimeSeries{Labels: prompb.FromLabels(one.Labels(), nil), Samples: samples})
	}
	if err := set.Err(); err != nil {
		t.Fatal(err)
	}
	return all
}

// asked are the queries sent to both: every kind that a dashboard or an analyst
// may send.
var asked = []string{
	// selectors
	`tidemark_figure{indicator="container_throughput"}`,
	`tidemark_figure{indicator=~"trade_(exports|imports)",area="330200",freq="A"}`,
	`tidemark_figure{indicator!~"trade.*",measure!="level"}`,
	`{__name__=~"tidemark_figure.*",indicator="gdp",measure="yoy"}`,
	`tidemark_figure{nonsense="x"}`,
	`tidemark_figure{nonsense=""}`,
	`tidemark_figure_cell{indicator="retail_sales",measure="ytd"}`,
	`tidemark_figure_year_ago{indicator="container_throughput",measure="level",freq="M"}`,
	`tidemark_figure_revision{indicator="gdp"}`,
	`tidemark_growth_disagreement`,
	`tidemark_figure_note{indicator="container_throughput",measure="level"}`,
	`count by (indicator) (tidemark_figure_note)`,
	// verdicts, paths and releases, judged at every moment
	`tidemark_target_verdict == 1`,
	`tidemark_target_projection_high - tidemark_target_projection_low`,
	`tidemark_target_attainment_ratio > 0.5`,
	// the track record and revisions
	`sum by (verdict, outcome) (tidemark_target_record_verdicts)`,
	`sum(tidemark_target_record_band_held_ratio * tidemark_target_record_bands) / sum(tidemark_target_record_bands)`,
	`tidemark_target_record_outcome{outcome="met"} == 1`,
	`max by (indicator) (tidemark_indicator_revision_final_seconds{statistic="high"}) / 86400`,
	`{__name__=~"tidemark_indicator_revision_size_.*",statistic="bias"}`,
	`tidemark_target_regressed`,
	`tidemark_target_info`,
	`timestamp(tidemark_target_verdict{verdict="met"})`,
	`timestamp(tidemark_release_overdue)`,
	`tidemark_target_path{line=~"plan|projection"}`,
	`tidemark_release_due_timestamp_seconds + tidemark_release_grace_seconds < time()`,
	`tidemark_release_overdue == 1`,
	`tidemark_figure_newest{measure="level"} and on (indicator, area, freq) tidemark_figure_newest_timestamp_seconds > 1.6e9`,
	`max by (target, category) (tidemark_target_urgency)`,
	`tidemark_indicator_info unless on (indicator, area) tidemark_figure_withheld`,
	// aggregation
	`sum by (indicator) (tidemark_figure{measure="level",freq="M"})`,
	`avg without (measure, unit) (tidemark_figure{indicator="trade_total"})`,
	`count(tidemark_figure) by (area, freq)`,
	`topk(2, tidemark_figure{measure="yoy"})`,
	`bottomk by (freq) (1, tidemark_figure{measure="ytd_yoy"})`,
	`quantile(0.5, tidemark_figure{measure="yoy"})`,
	`stddev(tidemark_figure_derived{measure="yoy"})`,
	`count_values("v", tidemark_target_verdict)`,
	`group by (indicator) (tidemark_figure)`,
	`max by (indicator) (tidemark_figure{measure="level",freq="A"}) > bool 1e11`,
	// over time
	`rate(tidemark_figure{indicator="container_throughput",measure="ytd"}[90d])`,
	`increase(tidemark_figure{indicator="trade_exports",measure="ytd"}[100d])`,
	`delta(tidemark_figure{indicator="container_throughput",measure="level",freq="M"}[400d])`,
	`deriv(tidemark_figure{indicator="container_throughput",measure="level",freq="M"}[400d])`,
	`sum_over_time(tidemark_figure{indicator="container_throughput",measure="level",freq="M"}[365d])`,
	`avg_over_time(tidemark_figure{indicator="cargo_throughput",measure="level",freq="M"}[1y])`,
	`max_over_time(tidemark_figure{measure="yoy"}[2y])`,
	`last_over_time(tidemark_figure{measure="level"}[3y])`,
	`count_over_time(tidemark_figure_revision[10y]) > 1`,
	`changes(tidemark_target_verdict{verdict="met"}[5y])`,
	`resets(tidemark_figure{measure="ytd"}[2y])`,
	`predict_linear(tidemark_figure{indicator="container_throughput",measure="level",freq="M"}[2y], 86400 * 30)`,
	`holt_winters_is_gone or quantile_over_time(0.9, tidemark_figure{measure="yoy"}[3y])`,
	`stdvar_over_time(tidemark_figure{measure="yoy"}[3y])`,
	`present_over_time(tidemark_figure_withheld[1y])`,
	`timestamp(tidemark_figure{indicator="container_throughput",measure="level",freq="M"})`,
	// offset, @, subqueries
	`tidemark_figure{measure="level",freq="M"} offset 365d`,
	`tidemark_figure{measure="level",freq="M"} offset -31d`,
	`tidemark_figure{measure="level",freq="A"} @ 1672531200`,
	`tidemark_figure{measure="level",freq="M"} / on (indicator, area) tidemark_figure{measure="level",freq="M"} @ 1672531200`,
	`sum(tidemark_figure{measure="level",freq="A"} @ end())`,
	`max_over_time(sum by (indicator) (tidemark_figure{freq="M",measure="level"})[365d:30d])`,
	`avg_over_time(tidemark_target_attainment_ratio[2y:30d])`,
	`min_over_time(rate(tidemark_figure{measure="ytd"}[100d])[1y:])`,
	// joins and set operators
	`tidemark_figure{measure="level",freq="A"} / on (area) group_left () tidemark_figure{indicator="registered_population",measure="level"}`,
	`tidemark_figure{measure="level"} / on (indicator) group_left (display_unit) tidemark_indicator_display_scale`,
	`tidemark_figure * on (indicator, area) group_left (name_zh, name_en) tidemark_indicator_info`,
	`(tidemark_target_verdict == 1) * on (target, category) group_left (name_zh) tidemark_target_info`,
	`tidemark_figure{indicator="trade_exports",measure="level",freq="A"} + ignoring (indicator) tidemark_figure{indicator="trade_imports",measure="level",freq="A"}`,
	`tidemark_figure{measure="level"} or tidemark_figure_derived{measure="level"}`,
	`tidemark_figure_derived unless on (indicator, area) tidemark_figure{measure="yoy"}`,
	`tidemark_figure and on (indicator) tidemark_target_goal`,
	// functions
	`absent(tidemark_figure{indicator="nothing"})`,
	`clamp_max(tidemark_figure{measure="yoy"}, 5)`,
	`round(log10(tidemark_figure{measure="level"}), 0.01)`,
	`label_replace(tidemark_figure, "city", "$1", "area", "(330.*)")`,
	`sort_desc(tidemark_figure{freq="A",measure="level"})`,
	`scalar(tidemark_figure{indicator="gdp",freq="A",measure="level",area="330200"})`,
	`vector(1) + month(tidemark_figure_period_timestamp_seconds{indicator="gdp"})`,
	`year() - 2000`,
	`42`,
	`-tidemark_figure{measure="yoy"}`,
	// errors
	`sum(tidemark_figure`,
	`tidemark_figure[1y]`,
	`tidemark_figure{measure="level"} + on (area) tidemark_figure`,
	`rate(tidemark_figure)`,
	`{}`,
}

func TestAnswersAreThoseOfARealPrometheusWithTheSameSeries(t *testing.T) {
	if len(asked) < 40 {
		t.Fatalf("%d queries are too few", len(asked))
	}
	real := backfilled(t, catalog.Ningbo(), booktest.Sample())
	ours := ofSample()
	for _, query := range asked {
		for name, pairs := range map[string][]string{
			"query 2023-08":      {"query", "time", "2023-08-17T12:34:56.789Z"},
			"query 2026-11":      {"query", "time", "2026-11-22T00:00:00Z"},
			"days":               {"query_range", "start", "2022-11-01T00:00:00Z", "end", "2024-03-05T00:00:00Z", "step", "1d"},
			"odd steps":          {"query_range", "start", "2020-03-03T03:33:33.333Z", "end", "2026-11-20T00:00:00Z", "step", "777777.7"},
			"half a millisecond": {"query_range", "start", "1688083200", "end", "1688083201", "step", "0.0005"},
			"finer steps":        {"query_range", "start", "1600000000", "end", "1600005000", "step", "1.0009"},
			"far future":         {"query_range", "start", "1700000000", "end", "292277026596", "step", "1e9"},
			"one step":           {"query_range", "start", "2023-06-30T00:00:00Z", "end", "2023-06-30T00:00:00Z", "step", "1"},
		} {
			parameters := append([]string{"query", query}, pairs[1:]...)
			status, got := call(t, ours, pairs[0], parameters...)
			wantStatus, want := enginetest.Get(t, real+"/api/v1/"+pairs[0]+"?"+parametersOf(parameters))
			if got, want = ordered(t, got, pairs[0], query), ordered(t, want, pairs[0], query); status != wantStatus || got != want {
				t.Errorf("%s, %s: %d\n%s\nPrometheus says %d\n%s", query, name, status, differing(got, want), wantStatus, differing(want, got))
			}
		}
	}
}

func parametersOf(pairs []string) string { return parameters(pairs...).Encode() }

// ordered is the answer unchanged, except that the series of an instant query
// are sorted: Prometheus leaves their order to its storage.
func ordered(t *testing.T, body, path, query string) string {
	t.Helper()
	if path != "query" || strings.HasPrefix(query, "sort") {
		return body
	}
	var a struct {
		Data struct {
			ResultType string
			Result     json.RawMessage
		}
	}
	var result []json.RawMessage
	if json.Unmarshal([]byte(body), &a) != nil || json.Unmarshal(a.Data.Result, &result) != nil || a.Data.ResultType == "scalar" {
		return body
	}
	lines := make([]string, len(result))
	for i := range result {
		lines[i] = string(result[i])
	}
	slices.Sort(lines)
	return strings.Replace(body, string(a.Data.Result), "\n"+strings.Join(lines, "\n")+"\n", 1)
}

// differing is what follows the first difference between two texts.
func differing(text, other string) string {
	n := 0
	for n < len(text) && n < len(other) && text[n] == other[n] {
		n++
	}
	return fmt.Sprintf("… %s …", text[max(0, n-300):min(len(text), n+200)])
}
