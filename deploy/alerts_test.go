package deploy_test

import (
	"maps"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/prometheus/model/labels"

	"github.com/tidemark-stats/tidemark/internal/enginetest"
)

// morning is on a working day.
var morning = time.Date(2024, 5, 21, 9, 0, 0, 0, shanghai)

// minutes returns the time that many minutes after morning.
func minutes(n int) time.Time { return morning.Add(time.Duration(n) * time.Minute) }

const ports = `{target="port_2027_containers",indicator="container_throughput",area="NBZS",category="_T"`

// healthy is a page on which no alert fires.
func healthy(at time.Time) page {
	seconds := float64(at.Unix())
	return page{
		`tidemark_target_verdict` + ports + `,verdict="on_track"}`: 1,
		`tidemark_target_verdict` + ports + `,verdict="at_risk"}`:  0,
		`tidemark_target_verdict` + ports + `,verdict="slipping"}`: 0,
		`tidemark_target_verdict` + ports + `,verdict="missed"}`:   0,
		`tidemark_target_regressed` + ports + `}`:                  0,
		`tidemark_target_info` + ports + `,name_zh="世界一流强港：4000万标箱",name_en="world-class port: 40 million TEU",kind="annual_total",unit="TEU",deadline="2027"}`:                                                                                                        1,
		`tidemark_target_sentence_info` + ports + `,sentence_zh="2024年1—6月累计1648万TEU，完成全年目标4000万TEU的41.2%。",sentence_en="January to June 2024: 16.48 million TEU, 41.2 % of the goal of 40 million TEU."}`:                                                             1,
		`tidemark_indicator_info{indicator="container_throughput",area="NBZS",name_zh="集装箱吞吐量",name_en="container throughput",area_zh="宁波舟山港",area_en="Ningbo-Zhoushan Port",agency="port",agency_zh="宁波市港航管理中心",agency_en="Ningbo port and shipping administration"}`: 1,
		`tidemark_release_due_timestamp_seconds{indicator="container_throughput",area="NBZS"}`:      float64(time.Date(2024, 6, 10, 0, 0, 0, 0, shanghai).Unix()),
		`tidemark_release_grace_seconds{indicator="container_throughput",area="NBZS"}`:              15 * 86400,
		`tidemark_release_reminder_timestamp_seconds{indicator="container_throughput",area="NBZS"}`: float64(time.Date(2024, 6, 6, 0, 0, 0, 0, shanghai).Unix()),
		`tidemark_release_info{indicator="container_throughput",area="NBZS",period="2024-05"}`:      1,
		`tidemark_working_day`: 1,
		`tidemark_exporter_influxdb_up{job="tidemark-exporter"}`:                  1,
		`tidemark_exporter_last_sync_timestamp_seconds{job="tidemark-exporter"}`:  seconds,
		`tidemark_ingest_influxdb_up{job="tidemark-ingest"}`:                      1,
		`tidemark_ingest_rejects_stored{job="tidemark-ingest"}`:                   0,
		`tidemark_ingest_pending_messages{job="tidemark-ingest"}`:                 0,
		`tidemark_ingest_ack_pending_messages{job="tidemark-ingest"}`:             0,
		`tidemark_ingest_last_batch_timestamp_seconds{job="tidemark-ingest"}`:     float64(morning.AddDate(0, 0, -11).Unix()),
		`tidemark_ingest_retries_total{job="tidemark-ingest",doing="fetch"}`:      3,
		`tidemark_ingest_rejects_total{job="tidemark-ingest",code="figure/jump"}`: 7,
	}
}

// with is a healthy page with some values changed.
func with(at time.Time, other page) page {
	p := healthy(at)
	maps.Copy(p, other)
	return p
}

// says is a page of a target with the given verdict.
func says(at time.Time, verdict string) page {
	return with(at, page{
		`tidemark_target_verdict` + ports + `,verdict="on_track"}`:        0,
		`tidemark_target_verdict` + ports + `,verdict="` + verdict + `"}`: 1,
	})
}

func TestOneFaultRaisesOneAlert(t *testing.T) {
	for alert, wrong := range map[string]func(at time.Time) page{
		"TidemarkTargetSlipping":  func(at time.Time) page { return says(at, "slipping") },
		"TidemarkTargetAtRisk":    func(at time.Time) page { return says(at, "at_risk") },
		"TidemarkTargetMissed":    func(at time.Time) page { return says(at, "missed") },
		"TidemarkTargetRegressed": func(at time.Time) page { return with(at, page{`tidemark_target_regressed` + ports + `}`: 1}) },
		"TidemarkFigureOverdue": func(at time.Time) page {
			return with(at, page{`tidemark_release_due_timestamp_seconds{indicator="container_throughput",area="NBZS"}`: float64(time.Date(2024, 5, 5, 0, 0, 0, 0, shanghai).Unix())})
		},
		"TidemarkFigureDue": func(at time.Time) page {
			return with(at, page{`tidemark_release_reminder_timestamp_seconds{indicator="container_throughput",area="NBZS"}`: float64(time.Date(2024, 5, 21, 0, 0, 0, 0, shanghai).Unix())})
		},
		"TidemarkDayOff": func(at time.Time) page { return with(at, page{`tidemark_working_day`: 0}) },
		"TidemarkExporterStale": func(at time.Time) page {
			return with(at, page{`tidemark_exporter_last_sync_timestamp_seconds{job="tidemark-exporter"}`: float64(morning.Unix())})
		},
		"TidemarkExporterFiguresHidden": func(at time.Time) page {
			return with(at, page{`tidemark_exporter_stray_figures{job="tidemark-exporter",reason="definition",indicator="container_throughput",area=""}`: 60})
		},
		"TidemarkIngestStalled": func(at time.Time) page {
			return with(at, page{`tidemark_ingest_ack_pending_messages{job="tidemark-ingest"}`: 12})
		},
		"TidemarkIngestLagging": func(at time.Time) page {
			return with(at, page{`tidemark_ingest_pending_messages{job="tidemark-ingest"}`: 12,
				`tidemark_ingest_last_batch_timestamp_seconds{job="tidemark-ingest"}`: float64(at.Unix())})
		},
		"TidemarkReleaseLate": func(at time.Time) page {
			return with(at, page{`tidemark_pending_release_timestamp_seconds{job="tidemark-ingest"}`: float64(morning.Unix())})
		},
		"TidemarkRejectsWaiting": func(at time.Time) page {
			return with(at, page{`tidemark_ingest_rejects_stored{job="tidemark-ingest"}`: 12})
		},
		"TidemarkInfluxDBUnreachable": func(at time.Time) page {
			return with(at, page{`tidemark_ingest_influxdb_up{job="tidemark-ingest"}`: 0})
		},
		"TidemarkNATSUnreachable": func(at time.Time) page {
			return with(at, page{`tidemark_ingest_retries_total{job="tidemark-ingest",doing="fetch"}`: at.Sub(morning).Seconds() / 10})
		},
		"TidemarkExporterDown": func(time.Time) page { return nil },
	} {
		t.Run(alert, func(t *testing.T) {
			s := simulate(t)
			s.run(minutes(-10), morning, time.Minute, healthy)
			s.run(morning, minutes(90), time.Minute, wrong)
			s.run(minutes(90), minutes(180), time.Minute, healthy)
			if len(s.events) != 2 || s.events[0].alert.Get("alertname") != alert || !s.events[1].end {
				t.Fatalf("events are\n%s", s.told())
			}
			s.events[0].annotations.Range(func(a labels.Label) {
				if strings.Contains(a.Value, "<") || strings.Contains(a.Value, "NaN") || strings.Contains(a.Value, "error") {
					t.Errorf("%s reads %s", a.Name, a.Value)
				}
			})
		})
	}
}

func TestATextIsReadInBothLanguages(t *testing.T) {
	s := simulate(t)
	s.run(morning, minutes(60), time.Minute, func(at time.Time) page { return says(at, "slipping") })
	if len(s.events) != 1 {
		t.Fatalf("events are\n%s", s.told())
	}
	for name, want := range map[string]string{
		"summary": "世界一流强港：4000万标箱，按目前进度达不到目标 / world-class port: 40 million TEU, at this pace the target will not be reached",
		"description": "宁波舟山港集装箱吞吐量：2024年1—6月累计1648万TEU，完成全年目标4000万TEU的41.2%。计算过程：tidemark targets --explain port_2027_containers。\n" +
			"container throughput, Ningbo-Zhoushan Port: January to June 2024: 16.48 million TEU, 41.2 % of the goal of 40 million TEU. The whole calculation: tidemark targets --lang en --explain port_2027_containers.",
		"dashboard_url": "http://localhost:3000/d/tidemark-indicator?var-indicator=container_throughput&var-area=NBZS&var-category=_T&var-target=port_2027_containers" +
			"&from=1621647000000&to=1716255000000", // three years up to 09:30
	} {
		if got := s.events[0].annotations.Get(name); got != want {
			t.Errorf("%s reads\n%s\nand not\n%s", name, got, want)
		}
	}
}

func TestATextLeavesOutWhatIsNotKnown(t *testing.T) {
	s := simulate(t)
	s.run(morning, minutes(60), time.Minute, func(time.Time) page {
		return page{`tidemark_target_verdict{target="unresolved_hotspot",indicator="unresolved_cases",area="330200",category="不动产",verdict="missed"}`: 1}
	})
	for _, e := range s.events {
		if e.alert.Get("target") == "" {
			continue // other alerts fire because the page has nothing else on it
		}
		if got, want := e.annotations.Get("summary"), "unresolved_hotspot（不动产），目标未达到 / unresolved_hotspot (不动产), the target was missed"; got != want {
			t.Errorf("summary reads\n%s\nand not\n%s", got, want)
		}
		if got, want := e.annotations.Get("description"), "unresolved_cases 330200。\nunresolved_cases, 330200."; got != want {
			t.Errorf("description reads\n%s\nand not\n%s", got, want)
		}
		if got, want := e.annotations.Get("dashboard_url"), "&var-category=%E4%B8%8D%E5%8A%A8%E4%BA%A7&var-target=unresolved_hotspot&from="; !strings.Contains(got, want) {
			t.Errorf("the link is %s and does not contain %s", got, want)
		}
	}
}

func TestAnOverdueFigureOfAnUnknownAgencyIsReportedWithoutIt(t *testing.T) {
	s := simulate(t)
	s.run(morning, minutes(90), time.Minute, func(time.Time) page {
		return page{`tidemark_exporter_influxdb_up{job="tidemark-exporter"}`: 1,
			`tidemark_release_due_timestamp_seconds{indicator="gdp",area="330200"}`: float64(time.Date(2024, 4, 18, 0, 0, 0, 0, shanghai).Unix()),
			`tidemark_release_grace_seconds{indicator="gdp",area="330200"}`:         86400}
	})
	for _, e := range s.events {
		if e.alert.Get("alertname") != "TidemarkFigureOverdue" {
			continue // other alerts fire because the page has nothing else on it
		}
		if got, want := e.annotations.Get("description"), "应于 2024-04-18 发布，宽限期已过。在报送之前，有关目标不作判断。\n"+
			"Due on 2024-04-18, and the grace period is over. Targets that depend on it are not judged until it is published."; got != want {
			t.Errorf("description reads\n%s\nand not\n%s", got, want)
		}
		return
	}
	t.Errorf("events are\n%s", s.told())
}

func TestAFlappingVerdictIsOneAlert(t *testing.T) {
	s := simulate(t)
	s.run(morning, minutes(40), time.Minute, func(at time.Time) page { return says(at, "slipping") })
	s.run(minutes(40), minutes(600), time.Minute, func(at time.Time) page {
		if at.Sub(morning)/(20*time.Minute)%2 == 0 {
			return says(at, "on_track")
		}
		return says(at, "slipping")
	})
	s.run(minutes(600), minutes(720), time.Minute, healthy)
	// The alert is held for an hour after the first minute without the verdict.
	s.expect("2024-05-21 09:30 TidemarkTargetSlipping fires", "2024-05-21 20:00 TidemarkTargetSlipping ends")
}

func TestAFigureCorrectedAtOnceRaisesNothing(t *testing.T) {
	s := simulate(t)
	s.run(morning, minutes(25), time.Minute, func(at time.Time) page { return says(at, "slipping") })
	s.run(minutes(25), minutes(180), time.Minute, healthy)
	s.expect()
}

func TestAnExporterRestartNeitherResolvesNorFiresAgain(t *testing.T) {
	late := page{`tidemark_release_due_timestamp_seconds{indicator="container_throughput",area="NBZS"}`: float64(time.Date(2024, 5, 5, 0, 0, 0, 0, shanghai).Unix())}
	slipping := func(at time.Time) page {
		p := says(at, "slipping")
		maps.Copy(p, late)
		return p
	}
	s := simulate(t)
	s.run(morning, minutes(120), time.Minute, slipping)
	s.run(minutes(120), minutes(124), time.Minute, func(time.Time) page { return nil })
	// The exporter answers again and is loading: only its own health is shown.
	s.run(minutes(124), minutes(128), time.Minute, func(time.Time) page {
		return page{`tidemark_exporter_influxdb_up{job="tidemark-exporter"}`: 1, `tidemark_exporter_last_sync_timestamp_seconds{job="tidemark-exporter"}`: 0}
	})
	s.run(minutes(128), minutes(480), time.Minute, slipping)
	s.expect("2024-05-21 09:30 TidemarkTargetSlipping fires", "2024-05-21 10:00 TidemarkFigureOverdue fires")
}

func TestASecondExporterRaisesNoSecondAlert(t *testing.T) {
	s := simulate(t)
	s.run(morning, minutes(120), time.Minute, func(at time.Time) page {
		p := says(at, "slipping")
		for series, v := range says(at, "slipping") {
			if strings.HasPrefix(series, "tidemark_target_") {
				p[strings.Replace(series, "{", `{instance="another",`, 1)] = v
			}
		}
		return p
	})
	s.expect("2024-05-21 09:30 TidemarkTargetSlipping fires")
}

func TestAFigureIsOverdueOnlyAfterItsGrace(t *testing.T) {
	due := time.Date(2024, 5, 10, 0, 0, 0, 0, shanghai)
	s := simulate(t)
	s.run(due.AddDate(0, 0, -1), due.AddDate(0, 0, 17), 10*time.Minute, func(at time.Time) page {
		return with(at, page{`tidemark_release_due_timestamp_seconds{indicator="container_throughput",area="NBZS"}`: float64(due.Unix())})
	})
	// The fifteen days of grace end on the 25th; the hour is `for`.
	s.expect("2024-05-25 01:10 TidemarkFigureOverdue fires")
	if got, want := s.events[0].annotations.Get("description"), "应于 2024-05-10 发布，宽限期已过，由宁波市港航管理中心报送。在报送之前，有关目标不作判断。\n"+
		"Due on 2024-05-10 from Ningbo port and shipping administration, and the grace period is over. Targets that depend on it are not judged until it is published."; got != want {
		t.Errorf("description reads\n%s\nand not\n%s", got, want)
	}
}

func TestAnAgencyIsRemindedUntilItsFiguresAreThereOrOverdue(t *testing.T) {
	reminder, due := time.Date(2024, 5, 8, 0, 0, 0, 0, shanghai), time.Date(2024, 5, 10, 0, 0, 0, 0, shanghai)
	next := page{
		`tidemark_release_info{indicator="container_throughput",area="NBZS",period="2024-05"}`:      0,
		`tidemark_release_info{indicator="container_throughput",area="NBZS",period="2024-04"}`:      1,
		`tidemark_release_reminder_timestamp_seconds{indicator="container_throughput",area="NBZS"}`: float64(reminder.Unix()),
		`tidemark_release_due_timestamp_seconds{indicator="container_throughput",area="NBZS"}`:      float64(due.Unix()),
	}
	waiting := func(at time.Time) page {
		p := with(at, next)
		delete(p, `tidemark_release_info{indicator="container_throughput",area="NBZS",period="2024-05"}`)
		return p
	}
	s := simulate(t)
	s.run(reminder.AddDate(0, 0, -1), due.AddDate(0, 0, 16), 10*time.Minute, waiting)
	s.expect("2024-05-08 00:10 TidemarkFigureDue fires", "2024-05-25 00:30 TidemarkFigureDue ends", "2024-05-25 01:10 TidemarkFigureOverdue fires")
	if got := s.events[0].alert.Get("agency"); got != "port" {
		t.Errorf("the reminder is for agency %q", got)
	}
	for name, want := range map[string]string{
		"summary": "宁波舟山港集装箱吞吐量 2024-04 数据即将到期 / container throughput, Ningbo-Zhoushan Port, 2024-04, the figures are due soon",
		"description": "应于 2024-05-10 发布，由宁波市港航管理中心报送。报送后本提醒自动结束；已报送而仍收到提醒，请查看回执。\n" +
			"Due on 2024-05-10 from Ningbo port and shipping administration. This reminder ends when the figures arrive; if they were pushed already, look at the receipt.",
	} {
		if got := s.events[0].annotations.Get(name); got != want {
			t.Errorf("%s reads\n%s\nand not\n%s", name, got, want)
		}
	}
}

// Prometheus has the real time, the exporter that of the day it shows.
func TestAlertsTellTheDayThatTheExporterShows(t *testing.T) {
	due := time.Date(2024, 2, 10, 0, 0, 0, 0, shanghai)
	for _, of := range []struct{ name, day, want string }{
		{"within the grace", "2024-02-20", "2024-05-21 09:05 TidemarkFigureDue fires"},
		{"after the grace", "2024-02-26", "2024-05-21 10:00 TidemarkFigureOverdue fires"},
		{"before the reminder", "2024-02-01", ""},
	} {
		t.Run(of.name, func(t *testing.T) {
			shown, err := time.ParseInLocation(time.DateOnly, of.day, shanghai)
			if err != nil {
				t.Fatal(err)
			}
			s := simulate(t)
			s.run(morning, minutes(65), time.Minute, func(at time.Time) page {
				return with(at, page{
					`tidemark_now_timestamp_seconds`: float64(shown.Add(9 * time.Hour).Add(at.Sub(morning)).Unix()),
					`tidemark_release_reminder_timestamp_seconds{indicator="container_throughput",area="NBZS"}`: float64(due.AddDate(0, 0, -2).Unix()),
					`tidemark_release_due_timestamp_seconds{indicator="container_throughput",area="NBZS"}`:      float64(due.Unix()),
				})
			})
			if got := s.told(); got != of.want {
				t.Errorf("events are %q and not %q", got, of.want)
			}
		})
	}
}

func TestAnAlertOfAnotherDaySaysWhichDay(t *testing.T) {
	s := simulate(t)
	s.run(morning, minutes(35), time.Minute, func(at time.Time) page {
		p := says(at, "slipping")
		p[`tidemark_now_timestamp_seconds`] = float64(time.Date(2024, 2, 20, 9, 0, 0, 0, shanghai).Unix())
		return p
	})
	s.expect("2024-05-21 09:30 TidemarkTargetSlipping fires")
	for _, want := range []string{"展示的是 2024-02-20 的情况，不是今天。\n", " Shown as on 2024-02-20, not today."} {
		if got := s.events[0].annotations.Get("description"); !strings.Contains(got, want) {
			t.Errorf("description lacks %q: %s", want, got)
		}
	}
	if got := s.events[0].annotations.Get("dashboard_url"); !strings.Contains(got, "&to=1708390800000") {
		t.Errorf("the link leads to %s", got)
	}
}

func TestAReminderSaysWhenTheDayIsOver(t *testing.T) {
	due := time.Date(2024, 5, 20, 0, 0, 0, 0, shanghai)
	s := simulate(t)
	s.run(morning, minutes(10), time.Minute, func(at time.Time) page {
		return with(at, page{
			`tidemark_release_reminder_timestamp_seconds{indicator="container_throughput",area="NBZS"}`: float64(due.AddDate(0, 0, -4).Unix()),
			`tidemark_release_due_timestamp_seconds{indicator="container_throughput",area="NBZS"}`:      float64(due.Unix()),
		})
	})
	s.expect("2024-05-21 09:05 TidemarkFigureDue fires")
	if got, want := s.events[0].annotations.Get("summary"), "宁波舟山港集装箱吞吐量 2024-05 数据已到期，尚未收到 / container throughput, Ningbo-Zhoushan Port, 2024-05, the figures were due and have not arrived"; got != want {
		t.Errorf("it reads\n%s\nand not\n%s", got, want)
	}
}

func TestAFigureThatOnlyATargetMissesIsOverdueWithoutAPeriodOfTheRelease(t *testing.T) {
	s := simulate(t)
	s.run(morning, minutes(70), time.Minute, func(at time.Time) page { return says(at, "overdue") })
	s.expect("2024-05-21 10:00 TidemarkFigureOverdue fires")
	for name, want := range map[string]string{
		"summary": "宁波舟山港集装箱吞吐量，数据逾期未报 / container throughput, Ningbo-Zhoushan Port, the figures are overdue",
		"description": "目标所依据的数据有缺，宽限期已过，由宁波市港航管理中心报送。在报送之前，有关目标不作判断。\n" +
			"A figure by which a target is judged is missing, from Ningbo port and shipping administration, and the grace period is over. Targets that depend on it are not judged until it is published.",
	} {
		if got := s.events[0].annotations.Get(name); got != want {
			t.Errorf("%s reads\n%s\nand not\n%s", name, got, want)
		}
	}
}

func TestRejectsThatAreKeptForTheRecordDoNotAlertForever(t *testing.T) {
	stored := func(n float64) func(time.Time) page {
		return func(time.Time) page {
			return page{`tidemark_ingest_rejects_stored{job="tidemark-ingest"}`: n,
				`tidemark_exporter_influxdb_up{job="tidemark-exporter"}`: 1}
		}
	}
	s := simulate(t)
	s.run(morning.AddDate(0, 0, -14), morning, time.Hour, stored(12))
	s.events = nil // without earlier measurements all are new
	s.run(morning, morning.AddDate(0, 0, 12), time.Hour, stored(15))
	s.expect("2024-05-21 10:00 TidemarkRejectsWaiting fires", "2024-05-31 10:00 TidemarkRejectsWaiting ends")
	if got, want := s.events[0].annotations.Get("summary"), "最近十天有 3 条数据被拒，等待处理 / 3 figures were refused in the last ten days and need attention"; got != want {
		t.Errorf("the summary reads %s", got)
	}
}

func TestAReleaseAlertsOnlyWhenItsMomentHasPassed(t *testing.T) {
	at := minutes(60)
	held := func(due float64) func(time.Time) page {
		return func(now time.Time) page {
			return with(now, page{`tidemark_pending_release_timestamp_seconds{job="tidemark-ingest"}`: due})
		}
	}
	s := simulate(t)
	s.run(morning, at, time.Minute, held(float64(at.Unix())))
	s.run(at, minutes(70), time.Minute, held(float64(at.Unix())))
	s.run(minutes(70), minutes(90), time.Minute, held(0))
	s.expect("2024-05-21 10:07 TidemarkReleaseLate fires", "2024-05-21 10:15 TidemarkReleaseLate ends")
}

func TestAPartThatNeverStartedRaisesAnAlert(t *testing.T) {
	s := simulate(t)
	for at := morning; at.Before(minutes(10)); at = at.Add(time.Minute) {
		s.evaluate(enginetest.Moment{At: at})
	}
	s.expect("2024-05-21 09:05 TidemarkExporterDown fires", "2024-05-21 09:05 TidemarkIngestDown fires")
}
