package deploy_test

import (
	"encoding/json"
	"maps"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/tidemark-stats/tidemark/catalog"
	"github.com/tidemark-stats/tidemark/figure"
	"github.com/tidemark-stats/tidemark/internal/enginetest"
)

const alertmanagerConfig = "alertmanager/alertmanager.yml"

func TestAlertmanagerRunsWithTheConfigurationAsItIs(t *testing.T) {
	url := startAlertmanager(t, alertmanagerConfig)
	var status struct {
		Config struct {
			Original string `json:"original"`
		} `json:"config"`
	}
	ask(t, url+"/api/v2/status", &status)
	for _, receiver := range []string{"webhook", "wecom", "dingtalk", "feishu", "email"} {
		for _, audience := range []string{"officials", "operators"} {
			if !strings.Contains(status.Config.Original, "name: "+audience+"-"+receiver) {
				t.Errorf("there is no receiver %s-%s", audience, receiver)
			}
		}
	}
}

// onTarget and onFigure are the labels that the rules set in addition to
// alertname and severity; the other rules set job.
var (
	onTarget = map[string]string{"target": "exports_2026", "indicator": "trade_exports", "area": "330200", "category": "_T"}
	onFigure = map[string]string{"indicator": "trade_exports", "area": "330200", "agency": "customs"}
)

// labelled is an alert of a rule as Prometheus sends it.
func labelled(t *testing.T, name string) alert {
	t.Helper()
	for _, r := range alertRules(t) {
		if r.Alert != name {
			continue
		}
		l := map[string]string{"alertname": name, "severity": r.Labels["severity"]}
		switch {
		case strings.HasPrefix(name, "TidemarkTarget"):
			maps.Copy(l, onTarget)
		case strings.HasPrefix(name, "TidemarkFigure"):
			maps.Copy(l, onFigure)
		case name == "TidemarkDayOff":
		case strings.HasPrefix(name, "TidemarkExporter"):
			l["job"] = "tidemark-exporter"
		default:
			l["job"] = "tidemark-ingest"
		}
		return alert{Labels: l}
	}
	t.Fatalf("there is no rule %s", name)
	return alert{}
}

func TestEveryAlertReachesThePeopleItIsFor(t *testing.T) {
	url := startAlertmanager(t, alertmanagerConfig)
	want := map[string][]string{"OfSomebodyElse": {"operators-webhook"}}
	for _, r := range alertRules(t) {
		post(t, url, labelled(t, r.Alert))
		switch {
		case r.Alert == "TidemarkDayOff":
			want[r.Alert] = []string{"nobody"}
		case r.Alert == "TidemarkFigureDue":
			want[r.Alert] = []string{"agencies-webhook", "nobody"}
		case r.Alert == "TidemarkFigureOverdue":
			want[r.Alert] = []string{"agencies-webhook", "officials-webhook"}
		case strings.HasPrefix(r.Alert, "TidemarkTarget"):
			want[r.Alert] = []string{"officials-webhook"}
		default:
			want[r.Alert] = []string{"operators-webhook"}
		}
	}
	post(t, url, alert{Labels: map[string]string{"alertname": "OfSomebodyElse"}})
	var got []held
	await(t, "alerts", func() bool { got = nil; ask(t, url+"/api/v2/alerts", &got); return len(got) == len(want) })
	for _, a := range got {
		name := a.Labels["alertname"]
		var receivers []string
		for _, r := range a.Receivers {
			receivers = append(receivers, r.Name)
		}
		slices.Sort(receivers)
		if !slices.Equal(receivers, want[name]) {
			t.Errorf("%s goes to %v and not to %v", name, receivers, want[name])
		}
	}
}

func TestAnAlertSilencesThoseThatFollowFromIt(t *testing.T) {
	for name, c := range map[string]struct {
		source, target string
		elsewhere      map[string]string // labels with which the target is not silenced
	}{
		"overdue silences slipping":    {"TidemarkFigureOverdue", "TidemarkTargetSlipping", map[string]string{"area": "330203"}},
		"overdue silences at risk":     {"TidemarkFigureOverdue", "TidemarkTargetAtRisk", map[string]string{"indicator": "trade_imports"}},
		"missed silences slipping":     {"TidemarkTargetMissed", "TidemarkTargetSlipping", map[string]string{"target": "imports_2026"}},
		"missed silences regressed":    {"TidemarkTargetMissed", "TidemarkTargetRegressed", map[string]string{"category": "C1"}},
		"slipping silences at risk":    {"TidemarkTargetSlipping", "TidemarkTargetAtRisk", map[string]string{"category": "C1"}},
		"critical silences warning":    {"TidemarkExporterDown", "TidemarkExporterStale", map[string]string{"job": "another"}},
		"a stall silences a lag":       {"TidemarkIngestStalled", "TidemarkIngestLagging", map[string]string{"job": "another"}},
		"one cause, one message":       {"TidemarkInfluxDBUnreachable", "TidemarkIngestStalled", map[string]string{"job": "another"}},
		"no exporter silences targets": {"TidemarkExporterDown", "TidemarkTargetSlipping", nil},
		"no exporter silences figures": {"TidemarkExporterDown", "TidemarkFigureOverdue", nil},
		"a day off silences reminders": {"TidemarkDayOff", "TidemarkFigureDue", map[string]string{"severity": "critical"}},
		"a day off silences overdue":   {"TidemarkDayOff", "TidemarkFigureOverdue", map[string]string{"severity": "critical"}},
		"a day off silences targets":   {"TidemarkDayOff", "TidemarkTargetSlipping", map[string]string{"severity": "critical"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			url := startAlertmanager(t, alertmanagerConfig)
			source, silenced := labelled(t, c.source), labelled(t, c.target)
			alerts := []alert{source, silenced}
			if c.elsewhere != nil {
				free := labelled(t, c.target)
				maps.Copy(free.Labels, c.elsewhere)
				free.Labels["test"] = "free"
				alerts = append(alerts, free)
			}
			post(t, url, alerts...)
			await(t, c.target+" is silenced", func() bool { return inhibited(t, url)[c.target] })
			if got := inhibited(t, url); got[c.source] || got["free"] {
				t.Errorf("silenced are %v", got)
			}
		})
	}
}

func TestSlippingDoesNotSilenceAnOverdueFigure(t *testing.T) {
	url := startAlertmanager(t, alertmanagerConfig)
	post(t, url, labelled(t, "TidemarkTargetSlipping"), labelled(t, "TidemarkFigureOverdue"))
	await(t, "the verdict is silenced", func() bool { return inhibited(t, url)["TidemarkTargetSlipping"] })
	if inhibited(t, url)["TidemarkFigureOverdue"] {
		t.Error("it does")
	}
}

// inhibited reports which alerts are inhibited, by name or by their label test.
func inhibited(t *testing.T, url string) map[string]bool {
	t.Helper()
	var alerts []held
	ask(t, url+"/api/v2/alerts", &alerts)
	is := map[string]bool{}
	for _, a := range alerts {
		if len(a.Status.InhibitedBy) > 0 {
			name := a.Labels["alertname"]
			if test := a.Labels["test"]; test != "" {
				name = test
			}
			is[name] = true
		}
	}
	return is
}

// awkward is an alert whose text could be read as other YAML, or as bad JSON.
var awkward = alert{
	Labels: map[string]string{"alertname": "TidemarkTargetSlipping", "severity": "warning", "target": "exports_2026", "indicator": "trade_exports", "area": "330200", "category": "_T"},
	Annotations: map[string]string{
		"summary":       `出口额: 达不到"1万亿" / exports: {will} not reach it`,
		"description":   "- 一\n- 二: \\ three",
		"dashboard_url": "http://grafana.example.org/d/tidemark-indicator?var-indicator=trade_exports&var-area=330200",
		"runbook_url":   runbookBase + "TidemarkTargetSlipping",
	},
}

func TestABotGetsAMessageInItsFormat(t *testing.T) {
	for channel, text := range map[string]func(m message) (kind, title, text string){
		"wecom": func(m message) (string, string, string) {
			return m.Msgtype, "tidemark 1 项告警 firing", m.Markdown.Content
		},
		"dingtalk": func(m message) (string, string, string) { return m.Msgtype, m.Markdown.Title, m.Markdown.Text },
		"feishu": func(m message) (string, string, string) {
			if len(m.Card.Elements) != 1 || m.Card.Header.Template != "orange" {
				return "not a card", "", ""
			}
			return m.MsgType, m.Card.Header.Title.Content, m.Card.Elements[0].Content
		},
	} {
		t.Run(channel, func(t *testing.T) {
			t.Parallel()
			in := newInbox(t)
			changes := append([]change{in.secrets(t), {"receiver: officials-webhook", "receiver: officials-" + channel}}, atOnce...)
			post(t, startAlertmanager(t, copied(t, "alertmanager", changes...)+"/alertmanager.yml"), awkward)
			var m message
			if err := json.Unmarshal([]byte(in.next(t, func(string) bool { return true })), &m); err != nil {
				t.Fatal(err)
			}
			kind, title, got := text(m)
			if want := map[string]string{"wecom": "markdown", "dingtalk": "markdown", "feishu": "interactive"}[channel]; kind != want {
				t.Errorf("its type is %q, want %q", kind, want)
			}
			if title != "tidemark 1 项告警 firing" {
				t.Errorf("its title is %q", title)
			}
			for _, part := range []string{"**tidemark 1 项告警 firing**\n", "**[警告 warning] " + awkward.Annotations["summary"] + "**\n",
				strings.ReplaceAll(awkward.Annotations["description"], "\n", "\n\n"), "](" + awkward.Annotations["dashboard_url"] + ")", "](" + awkward.Annotations["runbook_url"] + ")"} {
				if !strings.Contains(got, part) {
					t.Errorf("the text has no %q:\n%s", part, got)
				}
			}
		})
	}
}

// The longest texts of Ningbo's targets are about as long as these.
func TestAMessageFitsIntoWeCom(t *testing.T) {
	const limit = 4096 // bytes of markdown.content
	for name, n := range map[string]int{"in full": 3, "summaries only": 30} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			in := newInbox(t)
			changes := append([]change{in.secrets(t), {"receiver: officials-webhook", "receiver: officials-wecom"}}, atOnce...)
			changes = append(changes, change{"group_wait: 0s", "group_wait: 1s"})
			var alerts []alert
			for i := range n {
				a := labelled(t, "TidemarkTargetSlipping")
				a.Labels["category"] = strconv.Itoa(i)
				a.Annotations = map[string]string{
					"summary":       "世界一流强港：2027年集装箱吞吐量达到4000万标准箱（C12），按目前进度达不到目标 / world-class port: container throughput of 40 million TEU by 2027 (C12), at this pace the target will not be reached",
					"description":   "宁波舟山港集装箱吞吐量：2024年1—6月累计1648万TEU，完成全年目标4000万TEU的41.2%。计算过程：tidemark targets --explain port_2027_containers。\ncontainer throughput, Ningbo-Zhoushan Port: January to June 2024: 16.48 million TEU, 41.2 % of the goal of 40 million TEU. The whole calculation: tidemark targets --lang en --explain port_2027_containers.",
					"dashboard_url": "https://grafana.ningbo.example.org/d/tidemark-indicator?var-indicator=container_throughput&var-area=NBZS&var-category=C12&var-target=port_2027_containers&from=1621647000000&to=1716255000000",
					"runbook_url":   runbookBase + "TidemarkTargetSlipping",
				}
				alerts = append(alerts, a)
			}
			post(t, startAlertmanager(t, copied(t, "alertmanager", changes...)+"/alertmanager.yml"), alerts...)
			var m message
			if err := json.Unmarshal([]byte(in.next(t, func(string) bool { return true })), &m); err != nil {
				t.Fatal(err)
			}
			if n := len(m.Markdown.Content); n > limit {
				t.Errorf("it has %d bytes and not at most %d:\n%s", n, limit, m.Markdown.Content)
			}
			if want := min(n, 12); strings.Count(m.Markdown.Content, "按目前进度") != want {
				t.Errorf("it does not contain %d alerts:\n%s", want, m.Markdown.Content)
			}
		})
	}
}

// message has the fields of all robots; each robot uses its own.
type message struct {
	Msgtype  string `json:"msgtype"`
	Markdown struct{ Content, Title, Text string }
	MsgType  string `json:"msg_type"`
	Card     struct {
		Header struct {
			Template string
			Title    struct{ Content string }
		}
		Elements []struct{ Content string }
	}
}

func TestOfficialsAreNotifiedInWorkingHours(t *testing.T) {
	for at, want := range map[string]bool{
		"2026-11-23 08:29": false, // a Monday
		"2026-11-23 08:30": true,
		"2026-11-23 17:29": true,
		"2026-11-23 17:30": false,
		"2026-11-22 10:00": false, // a Sunday
		"2026-10-10 10:00": true,  // a Saturday worked for National Day
		"2026-10-02 10:00": false, // National Day
		"2026-02-16 10:00": false, // New Year's Eve of 2026
		"2026-02-19 10:00": false,
		"2026-02-13 10:00": true,
		"2029-02-13 10:00": false,
	} {
		moment, err := time.ParseInLocation("2006-01-02 15:04", at, shanghai)
		if err != nil {
			t.Fatal(err)
		}
		in := enginetest.TimeIntervals(t, alertmanagerConfig, moment)[0]
		off := !catalog.Ningbo().WorkingDay(figure.DayAt(moment)) // TidemarkDayOff fires
		if told := slices.Contains(in, "working-hours") && !off; told != want {
			t.Errorf("at %s: %t", at, !want)
		}
	}
}

func TestNoSecretIsInTheConfiguration(t *testing.T) {
	text, err := os.ReadFile(alertmanagerConfig)
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(text)) {
		key, _, _ := strings.Cut(strings.TrimSpace(strings.TrimPrefix(strings.TrimSpace(line), "- ")), ":")
		switch key {
		case "url", "auth_password", "api_secret", "credentials", "bearer_token":
			t.Errorf("this line may contain a secret: %s", line)
		}
	}
}
