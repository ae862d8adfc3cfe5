package dashboards

import (
	"maps"
	"slices"

	"github.com/grafana/grafana-foundation-sdk/go/common"
	"github.com/grafana/grafana-foundation-sdk/go/dashboard"
	"github.com/grafana/grafana-foundation-sdk/go/stat"
	"github.com/grafana/grafana-foundation-sdk/go/timeseries"

	"github.com/tidemark-stats/tidemark/internal/lang"
)

// pipeline shows the path of a figure from the stream to the page, as seen by
// the scraping Prometheus. Alerts about the pipeline link to it.
func (m *maker) pipeline() *board {
	return m.begin(pipelineCode, m.in.of(m.cat.City)+m.say(" · 数据管道", ": pipeline"),
		m.say("数据从报送到展示的各个环节：积压、速度、被拒、写入用时、新鲜程度。",
			"The path of a figure from push to display: lag, rates, rejects, write times, freshness."), "now-24h", "now").
		Refresh("30s").
		WithRow(part(m.say("现状", "Now"))).
		WithPanel(m.running()).
		WithPanel(m.waiting()).
		WithPanel(m.freshness()).
		WithPanel(m.alerts()).
		WithPanel(m.alerted()).
		WithRow(part(m.say("入库", "Ingest"))).
		WithPanel(m.lag()).
		WithPanel(m.rates()).
		WithPanel(m.rejects()).
		WithPanel(m.writeTimes()).
		WithPanel(m.batches()).
		WithPanel(m.retries()).
		WithRow(part(m.say("导出", "Exporter"))).
		WithPanel(m.age()).
		WithPanel(m.syncTimes()).
		WithPanel(m.book())
}

// over is a chart of steps from the scraping Prometheus.
func (m *maker) over(p pane, unit string) *timeseries.PanelBuilder {
	p.source, p.asks = Scraped, as(steps, p.asks...)
	if p.width == 0 {
		p.width = 8
	}
	p.height = 8
	never := false
	return m.chart(p, unit).InsertNulls(common.BoolOrFloat64{Bool: &never}).FillOpacity(10) // every step has a value, or there was none
}

func (m *maker) running() *stat.PanelBuilder {
	up, down := m.say("正常", "up"), m.say("中断", "down")
	state := []dashboard.ValueMapping{values(map[string]dashboard.ValueMappingResult{
		"0": mapping(down, "red", 1), "1": mapping(up, "green", 0)})}
	return m.tiles(pane{
		title: m.say("运行状态", "Running"), width: 8, height: 6, source: Scraped,
		about: m.say("导出服务和入库进程能否被读到，两者各自能否连接 InfluxDB。有一个入库进程在运行就算正常。",
			"Whether the exporter and the workers can be scraped, and whether each reaches InfluxDB. One running worker is enough."),
		asks: as(points,
			ask{ref: "exporter", legend: m.say("导出服务", "exporter"), expr: `max(up{job="tidemark-exporter"})`},
			ask{ref: "ingest", legend: m.say("入库", "ingest"), expr: `max(up{job="tidemark-ingest"})`},
			ask{ref: "exporter_influxdb", legend: m.say("导出 → InfluxDB", "exporter → InfluxDB"), expr: "max(tidemark_exporter_influxdb_up)"},
			ask{ref: "ingest_influxdb", legend: m.say("入库 → InfluxDB", "ingest → InfluxDB"), expr: "max(tidemark_ingest_influxdb_up)"}),
	}, "none").Mappings(state).ColorMode(common.BigValueColorModeBackground)
}

func (m *maker) waiting() *stat.PanelBuilder {
	return m.tiles(pane{
		title: m.say("等待处理", "Waiting"), width: 8, height: 6, source: Scraped,
		about: m.say("还没有交给入库进程的消息、正在处理的消息和已存的被拒数据。被拒数据处理后也保留。",
			"Messages not yet delivered to a worker, messages being processed, and stored rejects. Rejects are kept even after they have been handled."),
		asks: as(points,
			ask{ref: "pending", legend: m.say("排队", "pending"), expr: "max(tidemark_ingest_pending_messages)"},
			ask{ref: "in_hand", legend: m.say("处理中", "being processed"), expr: "max(tidemark_ingest_ack_pending_messages)"},
			ask{ref: "rejects", legend: m.say("已存被拒数据", "rejects stored"), expr: "max(tidemark_ingest_rejects_stored)"}),
	}, "locale")
}

func (m *maker) freshness() *stat.PanelBuilder {
	return m.tiles(pane{
		title: m.say("新鲜程度", "Freshness"), width: 8, height: 6, source: Scraped,
		about: m.say("距离导出服务上次与 InfluxDB 同步、入库进程上次完成一批、最近一次发布各有多久。大多数日子没有报送，后两个数大是正常的。",
			"Time since the exporter was last in sync with InfluxDB, since a worker last acknowledged a batch, and since the last publication. On most days nothing is sent, so the last two may be long."),
		asks: as(points,
			ask{ref: "sync", legend: m.say("上次同步", "last sync"), expr: "time() - max(tidemark_exporter_last_sync_timestamp_seconds)"},
			ask{ref: "batch", legend: m.say("上次入库", "last batch"), expr: "time() - max(tidemark_ingest_last_batch_timestamp_seconds > 0)"},
			ask{ref: "published", legend: m.say("最近发布", "last publication"), expr: "(max(tidemark_now_timestamp_seconds) or vector(time())) - max(tidemark_figure_published_timestamp_seconds)"}),
	}, "dtdurations", drawn{"sync", []property{decimals(0)}})
}

func (m *maker) lag() *timeseries.PanelBuilder {
	return m.over(pane{
		title: m.say("积压", "Lag"),
		about: m.say("流中还没有处理完的消息数。", "Messages in the stream that have not been acknowledged yet."),
		asks: []ask{
			{ref: "pending", legend: m.say("排队", "pending"), expr: "max(tidemark_ingest_pending_messages)"},
			{ref: "in_hand", legend: m.say("处理中", "being processed"), expr: "max(tidemark_ingest_ack_pending_messages)"}},
	}, "locale")
}

// effects are those of accepted figures on their cells, and doing what a
// worker attempts, by the values of their labels.
var (
	effects = map[string]lang.Text{"written": {ZH: "首次写入", EN: "first of a cell"}, "revised": {ZH: "修订", EN: "revised"},
		"unchanged": {ZH: "未变", EN: "unchanged"}, "superseded": {ZH: "晚到的旧发布", EN: "superseded"}}
	doing = map[string]lang.Text{"open": {ZH: "连接", EN: "connect"}, "load": {ZH: "读入", EN: "load"}, "fetch": {ZH: "取消息", EN: "fetch messages"},
		"decide": {ZH: "核对", EN: "compare"}, "define": {ZH: "存定义", EN: "store definitions"}, "write": {ZH: "写入", EN: "write"},
		"reject": {ZH: "存被拒数据", EN: "store rejects"}, "receipt": {ZH: "发回执", EN: "send receipts"}}
)

// legends writes the values of a label, which are the whole legend, as words.
func (m *maker) legends(words map[string]lang.Text, b *timeseries.PanelBuilder) *timeseries.PanelBuilder {
	for _, code := range slices.Sorted(maps.Keys(words)) {
		b.WithTransformation(transformation("renameByRegex", map[string]any{"regex": "^" + code + "$", "renamePattern": m.in.of(words[code])}))
	}
	return b
}

func (m *maker) rates() *timeseries.PanelBuilder {
	return m.legends(effects, m.over(pane{
		title: m.say("写入速度", "Rates"),
		about: m.say("每秒写入的数据，按结果：首次写入、修订、未变、晚到的旧发布。",
			"Figures written per second by outcome: the first of a cell, revised, unchanged, or superseded by a later publication."),
		asks: []ask{{ref: "rate", legend: "{{outcome}}", expr: "sum by (outcome) (rate(tidemark_ingest_figures_total[$__rate_interval]))"}},
	}, "suffix:"+m.say(" 个/秒", " figures/s")))
}

func (m *maker) rejects() *timeseries.PanelBuilder {
	b := m.over(pane{
		title: m.say("被拒（按规则）", "Rejects by rule"), goodEmpty: true,
		about: m.say("被拒的数据，按规则代码；docs/rules.md 说明每条规则和改法。",
			"Refused figures by rule code; docs/rules.md explains each rule and the fix."),
		asks: []ask{{ref: "rejects", legend: "{{code}}", expr: "sum by (code) (increase(tidemark_ingest_rejects_total[$__rate_interval])) > 0"}},
	}, "locale")
	return sparse(b).DrawStyle(common.GraphDrawStyleBars).FillOpacity(80)
}

// quantiles queries the median, the 95th and the 99th percentile of a
// histogram.
func quantiles(histogram string) (all []ask) {
	for _, q := range []struct{ ref, at, name string }{{"p50", "0.5", "50 %"}, {"p95", "0.95", "95 %"}, {"p99", "0.99", "99 %"}} {
		all = append(all, ask{ref: q.ref, legend: q.name,
			expr: "histogram_quantile(" + q.at + ", sum by (le) (rate(" + histogram + "_bucket[$__rate_interval])))"})
	}
	return all
}

func (m *maker) writeTimes() *timeseries.PanelBuilder {
	return m.over(pane{
		title: m.say("写入用时", "Write times"),
		about: m.say("一次写入 InfluxDB 的用时，失败的也算：一半、95% 和 99% 的写入在这个时间以内。",
			"Duration of a write to InfluxDB, including failed ones: median, 95th and 99th percentile."),
		asks: quantiles("tidemark_ingest_write_duration_seconds"),
	}, "s")
}

func (m *maker) batches() *timeseries.PanelBuilder {
	return m.over(pane{
		title: m.say("每批消息数", "Messages per batch"),
		about: m.say("一批的平均消息数。集中报送时批次会变大，属正常现象。",
			"The average number of messages per batch. Batches are large when many figures are pushed at once; that is not a problem."),
		asks: []ask{{ref: "size", legend: m.say("平均", "average"),
			expr: "sum(rate(tidemark_ingest_batch_messages_sum[$__rate_interval])) / sum(rate(tidemark_ingest_batch_messages_count[$__rate_interval]))"}},
	}, "locale")
}

func (m *maker) retries() *timeseries.PanelBuilder {
	return m.legends(doing, m.over(pane{
		title: m.say("重试和重复投递", "Retries and redeliveries"), goodEmpty: true,
		about: m.say("必须重做的动作，按动作；以及被投递不止一次的消息。",
			"Attempts that had to be repeated, by what was attempted, and messages delivered more than once."),
		asks: []ask{
			{ref: "retries", legend: "{{doing}}", expr: "sum by (doing) (increase(tidemark_ingest_retries_total[$__rate_interval])) > 0"},
			{ref: "redelivered", legend: m.say("重复投递", "redelivered"), expr: "sum(increase(tidemark_ingest_redelivered_total[$__rate_interval])) > 0"}},
	}, "locale"))
}

func (m *maker) age() *timeseries.PanelBuilder {
	return m.over(pane{
		title: m.say("落后时间", "Delay"),
		about: m.say("页面显示的数据比 InfluxDB 落后多久。导出服务每半秒检查一次。",
			"How far the displayed data is behind InfluxDB. The exporter checks twice a second."),
		asks: []ask{{ref: "age", legend: m.say("落后", "behind"), expr: "time() - max(tidemark_exporter_last_sync_timestamp_seconds)"}},
	}, "s")
}

func (m *maker) syncTimes() *timeseries.PanelBuilder {
	return m.over(pane{
		title: m.say("同步用时", "Sync times"),
		about: m.say("检查一次 InfluxDB 并读入变化的用时。启动后的第一次读入全部数据。",
			"Duration of one check of InfluxDB, including reading the changes. The first one after a start reads everything."),
		asks: quantiles("tidemark_exporter_sync_duration_seconds"),
	}, "s")
}

func (m *maker) book() *timeseries.PanelBuilder {
	return m.over(pane{
		title: m.say("内存中的数据", "In memory"),
		about: m.say("导出服务内存中的序列、数据和发布次数；目录未收录的、存储时定义不同的数据应当为零。",
			"Series, figures and publications that the exporter has in memory. There should be no figures that are unknown to the catalogue or stored under a different definition."),
		asks: []ask{
			{ref: "series", legend: m.say("序列", "series"), expr: "max(tidemark_exporter_book_series)"},
			{ref: "figures", legend: m.say("数据", "figures"), expr: "max(tidemark_exporter_book_figures)"},
			{ref: "vintages", legend: m.say("发布", "publications"), expr: "max(tidemark_exporter_book_vintages)"},
			{ref: "unknown", legend: m.say("目录未收录", "unknown"), expr: "max(tidemark_exporter_unknown_figures)"},
			{ref: "definition", legend: m.say("定义不符，不显示", "different definition, not shown"), expr: `sum(tidemark_exporter_stray_figures{reason="definition"}) or vector(0)`}},
	}, "locale")
}
