package dashboards

import (
	"github.com/grafana/grafana-foundation-sdk/go/dashboard"
	"github.com/grafana/grafana-foundation-sdk/go/table"

	"github.com/tidemark-stats/tidemark/internal/lang"
)

// alertLabels are those by which alerts are told apart.
const alertLabels = "alertname, severity, indicator, area, target, category, job"

// firing selects the firing alerts, with the names of the indicators they are
// about. The value is the severity for sorting, 1 being the most severe; as
// text, the most severe would not come first.
func firing() string {
	of := func(severity string) string {
		return "max by (" + alertLabels + `) (ALERTS{alertname=~"Tidemark.+",alertstate="firing",severity` + severity + "})"
	}
	all := "(" + of(`="critical"`) + " or 2 * " + of(`="warning"`) + " or 3 * " + of(`!~"critical|warning"`) + ")"
	return named(all) + " or " + all + " unless on (indicator, area) " + namesOfIndicators
}

// alertNames are the alerts of deploy/prometheus/rules in words.
var alertNames = []word{
	{"alertname", "TidemarkExporterDown", lang.Text{ZH: "导出服务中断", EN: "exporter is down"}},
	{"alertname", "TidemarkExporterStale", lang.Text{ZH: "页面数据落后", EN: "displayed data is behind"}},
	{"alertname", "TidemarkExporterFiguresHidden", lang.Text{ZH: "有数据因定义不符未显示", EN: "figures are hidden"}},
	{"alertname", "TidemarkIngestDown", lang.Text{ZH: "入库进程中断", EN: "no worker is running"}},
	{"alertname", "TidemarkIngestStalled", lang.Text{ZH: "入库停滞", EN: "ingest is stalled"}},
	{"alertname", "TidemarkIngestLagging", lang.Text{ZH: "入库积压", EN: "ingest is lagging"}},
	{"alertname", "TidemarkRejectsWaiting", lang.Text{ZH: "有被拒数据待处理", EN: "rejects are waiting"}},
	{"alertname", "TidemarkInfluxDBUnreachable", lang.Text{ZH: "连不上 InfluxDB", EN: "InfluxDB cannot be reached"}},
	{"alertname", "TidemarkNATSUnreachable", lang.Text{ZH: "连不上 NATS", EN: "NATS cannot be reached"}},
	{"alertname", "TidemarkFigureDue", lang.Text{ZH: "数据即将到期", EN: "a figure is due"}},
	{"alertname", "TidemarkFigureOverdue", lang.Text{ZH: "数据逾期未报", EN: "a figure is overdue"}},
	{"alertname", "TidemarkDayOff", lang.Text{ZH: "非工作日", EN: "a day off"}},
	{"alertname", "TidemarkTargetSlipping", lang.Text{ZH: "目标滞后", EN: "a target is slipping"}},
	{"alertname", "TidemarkTargetAtRisk", lang.Text{ZH: "目标有风险", EN: "a target is at risk"}},
	{"alertname", "TidemarkTargetMissed", lang.Text{ZH: "目标未达成", EN: "a target is missed"}},
	{"alertname", "TidemarkTargetRegressed", lang.Text{ZH: "修订后不再达到目标", EN: "a target is no longer met"}},
}

// alerts links each alert to its subject and to its runbook.
func (m *maker) alerts() *table.PanelBuilder {
	runbook := set("links", []any{map[string]any{"title": m.say("处理办法", "runbook"), "targetBlank": true,
		"url": `https://github.com/tidemark-stats/tidemark/blob/main/docs/runbooks/${__data.fields.` + twin("alertname") + `}.md`}})
	severities := values(map[string]dashboard.ValueMappingResult{
		"1": mapping(m.say("紧急", "critical"), "red", 0), "2": mapping(m.say("警告", "warning"), "orange", 1),
		"3": mapping(m.say("提示", "info"), "blue", 2)})
	return m.list(pane{
		title: m.say("正在触发的告警", "Firing alerts"), width: 24, height: 7, source: Scraped, goodEmpty: true,
		about: m.say("正在触发的告警和开始的时间，最紧急的在前。点击告警查看处理办法，点击指标查看数据。",
			"The firing alerts, most severe first, with the time since when. Click an alert for its runbook, an indicator for its figures."),
		asks: as(rows,
			ask{ref: "firing", expr: coded(firing(), "alertname")},
			ask{ref: "since", expr: m.day("max by (" + alertLabels + `) (ALERTS_FOR_STATE{alertname=~"Tidemark.+"}) and on (` + alertLabels + `) ALERTS{alertstate="firing"}`)}),
	}, valueOf("firing"), false,
		append([]column{
			shown(valueOf("firing"), m.say("级别", "severity"), wide(100), colored(), mapped([]dashboard.ValueMapping{severities})),
			shown("alertname", m.say("告警", "alert"), m.inWords("alertname"), runbook, atLeast(220)),
			shown(valueOf("since"), m.say("开始于", "since"), unit("time:YYYY-MM-DD HH:mm"), wide(140)),
			shown(m.label("name"), m.say("指标", "indicator"), wide(200), m.linked(indicatorCode, m.say("查看指标", "show the indicator"), "indicator", "area")),
			shown(m.label("area"), m.say("地区", "area"), wide(120)),
			shown("target", m.say("目标", "target"), wide(200)),
			shown("category", m.say("分类", "category"), m.inWords("category")),
			shown("job", m.say("环节", "part"), wide(150)),
		}, kept("indicator", "area", twin("alertname"))...)...)
}
