package dashboards

import (
	"fmt"

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
	{"alertname", "TidemarkReleaseLate", lang.Text{ZH: "发布迟延", EN: "a release is late"}},
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

// alertMeanings say what each of them means, in the words of its summary.
var alertMeanings = []word{
	{meaning, "TidemarkExporterDown", lang.Text{ZH: "看不到任何数据：导出服务不可用（处理办法也由它提供，此时打不开）", EN: "no figures are visible, the exporter is down (it serves the runbooks too)"}},
	{meaning, "TidemarkExporterStale", lang.Text{ZH: "显示的数据不是最新的", EN: "the figures shown are not up to date"}},
	{meaning, "TidemarkExporterFiguresHidden", lang.Text{ZH: "有数据因目录与入库时的定义不符而不显示", EN: "figures are hidden, the catalogue contradicts how they were stored"}},
	{meaning, "TidemarkIngestDown", lang.Text{ZH: "数据不再入库：没有一个入库进程在运行", EN: "figures are no longer stored, no worker is running"}},
	{meaning, "TidemarkIngestStalled", lang.Text{ZH: "有数据等待，却没有进展", EN: "figures are waiting and none is processed"}},
	{meaning, "TidemarkIngestLagging", lang.Text{ZH: "入库跟不上报送", EN: "ingest does not keep up with the figures pushed"}},
	{meaning, "TidemarkReleaseLate", lang.Text{ZH: "有数据到了发布时间却没有发布", EN: "figures should have been released and are still held back"}},
	{meaning, "TidemarkRejectsWaiting", lang.Text{ZH: "最近十天有数据被拒，等待处理", EN: "figures were refused in the last ten days and need attention"}},
	{meaning, "TidemarkInfluxDBUnreachable", lang.Text{ZH: "新数据不能写入，或不能读出", EN: "new figures cannot be written or read"}},
	{meaning, "TidemarkNATSUnreachable", lang.Text{ZH: "取不到报送的数据，报送也会失败", EN: "figures cannot be fetched, and pushing fails too"}},
	{meaning, "TidemarkFigureDue", lang.Text{ZH: "应报送的数据还没有收到", EN: "figures that are due have not arrived"}},
	{meaning, "TidemarkFigureOverdue", lang.Text{ZH: "宽限期已过，有关目标不作判断", EN: "the grace period is over, and targets that need the figures are not judged"}},
	{meaning, "TidemarkDayOff", lang.Text{ZH: "今天不是工作日，一般通知推迟到下一个工作日", EN: "not a working day, messages that can wait are held back"}},
	{meaning, "TidemarkTargetSlipping", lang.Text{ZH: "按目前进度达不到目标", EN: "at this pace the target will not be reached"}},
	{meaning, "TidemarkTargetAtRisk", lang.Text{ZH: "目标有风险，需要加快", EN: "the pace needs to increase"}},
	{meaning, "TidemarkTargetMissed", lang.Text{ZH: "目标未达到", EN: "the target was missed"}},
	{meaning, "TidemarkTargetRegressed", lang.Text{ZH: "曾经达到的目标修订后不再达到", EN: "the target was met, but no longer is after a revision"}},
}

// meaning is the label with the name of an alert that is shown as what it means.
const meaning = "meaning"

// since is when the alerts began to fire, in seconds.
const since = "(max by (" + alertLabels + `) (ALERTS_FOR_STATE{alertname=~"Tidemark.+"}) and on (` + alertLabels + `) ALERTS{alertstate="firing"})`

// inTurn adds to alerts a label by which they sort: the most severe first, and of
// those all with one name together.
func inTurn(alerts string) string {
	expr := `label_replace(` + alerts + `, "order", "3", "", "")`
	for turn, severity := range []string{"critical", "warning"} {
		expr = fmt.Sprintf(`label_replace(%s, "order", "%d", "severity", "%s")`, expr, turn+1, severity)
	}
	return `label_join(` + expr + `, "order", "", "order", "alertname")`
}

// severity shows the value of firing as a word in its colour.
func (m *maker) severity(field string) column {
	return shown(field, m.say("级别", "severity"), wide(76), colored(), mapped([]dashboard.ValueMapping{values(map[string]dashboard.ValueMappingResult{
		"1": mapping(m.say("紧急", "critical"), "red", 0), "2": mapping(m.say("警告", "warning"), "orange", 1),
		"3": mapping(m.say("提示", "info"), "blue", 2)}), nothingAt("0")}))
}

// runbook links an alert to its runbook. The exporter serves it, and Grafana
// reaches the exporter, so nobody needs another address or the internet.
func (m *maker) runbook() property {
	return set("links", []any{map[string]any{"title": m.say("处理办法", "runbook"), "targetBlank": true,
		"url": "/api/datasources/proxy/uid/" + History + "/runbooks/${__data.fields." + twin("alertname") + "}"}})
}

// alerts has a row for each kind of alert that fires.
func (m *maker) alerts() *table.PanelBuilder {
	const by = "alertname, severity"
	return m.list(pane{
		title: m.say("正在触发的告警", "Firing alerts"), width: 24, height: 7, source: Scraped, goodEmpty: true,
		about: m.say("正在触发的告警，同名的合为一行：含义、个数和最早开始的时间，最紧急的在前。点击告警查看处理办法。",
			"The firing alerts, those with one name in one row: what they mean, how many there are and since when, most severe first. Click an alert for its runbook."),
		asks: as(rows,
			ask{ref: "firing", expr: coded(inTurn(`label_replace(`+orElse("min by ("+by+") ("+firing()+")", meaning)+`, "`+meaning+`", "$1", "alertname", "(.+)")`), "alertname")},
			ask{ref: "count", expr: "count by (" + by + ") (" + firing() + ")"},
			ask{ref: "since", expr: m.day("min by (" + by + ") (" + since + ")")}),
	}, "order", false, append([]column{
		m.severity(valueOf("firing")),
		shown("alertname", m.say("告警", "alert"), m.inWords("alertname"), m.runbook(), wide(m.pixels(180, 200))),
		shown(meaning, m.say("含义", "what it means"), orNothing(m.allWell(), m.wordMapping(meaning)), atLeast(300)),
		shown(valueOf("count"), m.say("个数", "number"), decimals(0), wide(80)),
		shown(valueOf("since"), m.say("最早开始于", "since"), unit(asMinute), wide(150)),
	}, kept("order", twin("alertname"))...)...)
}

// allWell says that no alert fires.
func (m *maker) allWell() string {
	return m.say("没有告警，一切正常", "no alert fires, all is well")
}

// spaced writes the Chinese text in a label with a space after each mark, where a
// table can break it into lines; see wrapped.
func spaced(expr, label string) string {
	const marks = 12 // from the last mark back
	for range marks {
		expr = `label_replace(` + expr + `, "` + label + `", "$1$2 $3", "` + label + `", "(.*)([，；：])([^ ].*)")`
	}
	return expr
}

// alerted has a row for each alert: what it is about, in the words of its
// message.
func (m *maker) alerted() *table.PanelBuilder {
	const of = "target, category"
	const names = "target_en, target_zh, sentence_en, sentence_zh"
	said := "max by (" + of + ", sentence_en, sentence_zh) (tidemark_target_sentence_info) * on (" + of + ") group_left (target_en, target_zh)" +
		" max by (" + of + `, target_en, target_zh) (label_replace(label_replace(tidemark_target_info, "target_en", "$1", "name_en", "(.+)"), "target_zh", "$1", "name_zh", "(.+)"))`
	all := "((" + firing() + ") * on (" + of + ") group_left (" + names + ") (" + said + ") or (" + firing() + ") unless on (" + of + ") (" + said + "))"
	for _, l := range []string{"target_en", "target_zh"} { // an alert about the pipeline is about its part
		all = `label_replace(` + all + `, "` + l + `", "$1", "job", "(.+)")`
	}
	return m.list(pane{
		title: m.say("告警的对象", "What they are about"), width: 24, height: 9, source: Scraped, goodEmpty: true,
		about: m.say("每一个告警：哪个目标或哪项数据，情况如何，何时开始；最紧急的在前，同名的在一起。点击指标查看数据。",
			"Every alert: which target or figures it is about, where it stands, and since when; the most severe first, those with one name together. Click an indicator for its figures."),
		asks: as(rows,
			ask{ref: "firing", expr: coded(inTurn(spaced(orElse(all, "sentence_en", "sentence_zh"), "sentence_zh")), "alertname")},
			ask{ref: "since", expr: m.day(since)}),
	}, "order", false, append([]column{
		m.severity(valueOf("firing")),
		shown("alertname", m.say("告警", "alert"), m.inWords("alertname"), m.runbook(), wide(m.pixels(172, 190))),
		shown(m.label("target"), m.say("目标或环节", "target or part"), wide(m.pixels(236, 190))),
		shown(m.label("name"), m.say("指标", "indicator"), wide(m.pixels(150, 150)), m.linked(indicatorCode, m.say("查看指标", "show the indicator"), "indicator", "area")),
		shown(m.label("area"), m.say("地区", "area"), wide(m.pixels(88, 100))),
		shown("category", m.say("分类", "category"), m.inWords("category"), wide(m.pixels(62, 76))),
		shown(m.label("sentence"), m.say("情况", "in words"), atLeast(280), wrapped(), orNothing(m.allWell())),
		shown(valueOf("since"), m.say("开始于", "since"), unit(asMinute), wide(136)),
	}, kept("order", "indicator", "area", twin("alertname"))...)...)
}
