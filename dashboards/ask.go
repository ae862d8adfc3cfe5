package dashboards

import (
	"strings"

	"github.com/grafana/grafana-foundation-sdk/go/common"
	"github.com/grafana/grafana-foundation-sdk/go/prometheus"
)

// The uids of the two data sources, as Grafana is provisioned with them.
const (
	History = "tidemark"   // the exporter's query API over every year
	Scraped = "prometheus" // the Prometheus that scrapes exporter and workers
)

// OptionalPrefix begins the ref of a query that may return nothing, because
// not every indicator has the data.
const OptionalPrefix = "maybe_"

// from is the data source with the uid.
func from(uid string) common.DataSourceRef {
	kind := "prometheus"
	return common.DataSourceRef{Type: &kind, Uid: &uid}
}

// shape is the form of a query's result.
type shape int

const (
	points shape = iota // series of the stored points, by an instant query
	rows                // a table, by an instant query
	steps               // sampled, by a range query
)

// ask is a query of a panel. In a table its values are the column "Value
// #ref".
type ask struct {
	ref    string
	expr   string
	legend string
	shape  shape
	step   string // the smallest step, for steps
}

// maybe returns an ask that may return nothing.
func maybe(ref, expr, legend string) ask {
	return ask{ref: OptionalPrefix + ref, expr: expr, legend: legend}
}

// as sets the shape of all asks.
func as(s shape, asks ...ask) []ask {
	for i := range asks {
		asks[i].shape = s
	}
	return asks
}

func (a ask) query(source string) *prometheus.DataqueryBuilder {
	q := prometheus.NewDataqueryBuilder().RefId(a.ref).Datasource(from(source)).Expr(a.expr).
		EditorMode(prometheus.QueryEditorModeCode)
	if a.legend != "" {
		q.LegendFormat(a.legend)
	}
	switch a.shape {
	case points:
		q.Instant().Format(prometheus.PromQueryFormatTimeSeries)
	case rows:
		q.Instant().Format(prometheus.PromQueryFormatTable)
	case steps:
		q.Range().Format(prometheus.PromQueryFormatTimeSeries)
		if a.step != "" {
			q.Interval(a.step)
		}
	}
	return q
}

// codes joins the alternatives of a matcher.
func codes(all []string) string { return strings.Join(all, "|") }

// inRange selects the samples within the dashboard's time range. A range of
// PromQL excludes its beginning, where a range that begins with a year has its
// first period, and Grafana rounds it to a second.
func inRange(selector string) string { return selector + "[${__range_s}s999ms]" }

// newest selects the last of them.
func newest(selector string) string { return "last_over_time(" + inRange(selector) + ")" }

// newestPeriod begins the selector for the newest period of a series.
const newestPeriod = "tidemark_figure_newest_timestamp_seconds"

// headline begins the selector for the figures of the period of a cell that is
// shown first, so that all values shown together are of the same period:
// published growth may be months older than the level. A figure that was filled
// in counts only where there is no other.
const headline = "tidemark_figure_headline"

// notANumber is not a number for each figure that is withheld, of an expression
// that is 1 for these; see withheld.
func notANumber(withheld string) string { return "((" + withheld + " == 1) * NaN)" }

// coded adds to each sample duplicates of the labels whose codes a table shows
// as words, with just the codes; see linked.
func coded(expr string, labels ...string) string {
	for _, l := range labels {
		expr = `label_replace(` + expr + `, "` + twin(l) + `", "$1", "` + l + `", "(.+)")`
	}
	return expr
}

// twin is the duplicate of a label that is shown as words.
func twin(label string) string { return label + "_code" }

// namesOfIndicators has the names of indicators and areas in both languages,
// so that both editions use the same queries.
const namesOfIndicators = `max by (indicator, area, name_en, name_zh, area_en, area_zh) (tidemark_indicator_info)`

// named adds to each sample of the expression the names of its indicator and
// area.
func named(expr string) string {
	return "(" + expr + ") * on (indicator, area) group_left (name_en, name_zh, area_en, area_zh) " + namesOfIndicators
}

// spanned adds to each sample of the expression the time range of a chart of its
// indicator, as the labels from and to, for links: the range with which a dashboard
// opens fits no indicator exactly.
func spanned(expr string) string {
	return "(" + expr + ") * on (indicator, area) group_left (from, to) tidemark_indicator_span_info"
}
