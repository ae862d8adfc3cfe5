package deploy_test

import (
	"context"
	"fmt"
	"maps"
	"math"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/common/promslog"
	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/model/value"
	"github.com/prometheus/prometheus/promql/parser"
	"github.com/prometheus/prometheus/promql/promqltest"
	"github.com/prometheus/prometheus/rules"
	"github.com/prometheus/prometheus/util/teststorage"
)

// shanghai is Ningbo's time.
var shanghai = time.FixedZone("CST", 8*60*60)

// page is what one scrape finds: values by series in the text format's
// notation. nil means that there is no answer.
type page map[string]float64

// simulation runs the rules of deploy/prometheus in Prometheus' own rule engine
// and storage, over time that it makes up.
type simulation struct {
	t       *testing.T
	storage *teststorage.TestStorage
	groups  []*rules.Group
	series  map[string]labels.Labels // by notation
	shown   map[string]bool          // by the last scrape
	firing  map[string]bool          // alerts, after the last evaluation
	events  []event
}

// event is the beginning or the end of an alert.
type event struct {
	at          time.Time
	end         bool
	alert       labels.Labels
	annotations labels.Labels
}

func (e event) String() string {
	what := "fires"
	if e.end {
		what = "ends"
	}
	return fmt.Sprintf("%s %s %s", e.at.In(shanghai).Format("2006-01-02 15:04"), e.alert.Get("alertname"), what)
}

// simulate begins one. It lets the test run beside others.
func simulate(t *testing.T) *simulation {
	t.Helper()
	t.Parallel()
	s := &simulation{t: t, storage: teststorage.New(t),
		series: map[string]labels.Labels{}, shown: map[string]bool{}, firing: map[string]bool{}}
	files, err := filepath.Glob(ruleFiles)
	if err != nil {
		t.Fatal(err)
	}
	engine := promqltest.NewTestEngine(t, false, 5*time.Minute, promqltest.DefaultMaxSamplesPerQuery)
	manager := rules.NewManager(&rules.ManagerOptions{
		QueryFunc:  rules.EngineQueryFunc(engine, s.storage),
		Appendable: s.storage,
		Queryable:  s.storage,
		NotifyFunc: func(context.Context, string, ...*rules.Alert) {},
		Logger:     promslog.NewNopLogger(),
		Parser:     parser.NewParser(parser.Options{}),
	})
	groups, errs := manager.LoadGroups(time.Minute, labels.EmptyLabels(), "", nil, false, files...)
	if len(errs) > 0 {
		t.Fatal(errs)
	}
	for _, key := range slices.Sorted(maps.Keys(groups)) {
		s.groups = append(s.groups, groups[key])
	}
	return s
}

// run scrapes what show gives and evaluates all rules, every step from from on,
// up to but not including to.
func (s *simulation) run(from, to time.Time, step time.Duration, show func(time.Time) page) {
	s.t.Helper()
	for at := from; at.Before(to); at = at.Add(step) {
		s.scrape(at, show(at))
		for _, g := range s.groups {
			g.Eval(s.t.Context(), at)
			for _, r := range g.Rules() {
				if err := r.LastError(); err != nil {
					s.t.Fatalf("%s at %s: %v", r.Name(), at, err)
				}
			}
		}
		s.compare(at)
	}
}

// scrape stores a page as Prometheus does: what is no longer on it is marked
// as gone, and up tells whether there was an answer.
func (s *simulation) scrape(at time.Time, p page) {
	s.t.Helper()
	appender := s.storage.Appender(s.t.Context())
	add := func(series string, v float64) {
		l, known := s.series[series]
		if !known {
			var err error
			if l, err = parser.NewParser(parser.Options{}).ParseMetric(series); err != nil {
				s.t.Fatal(err)
			}
			s.series[series] = l
		}
		if _, err := appender.Append(0, l, at.UnixMilli(), v); err != nil {
			s.t.Fatal(err)
		}
	}
	for series := range s.shown {
		if _, still := p[series]; !still {
			add(series, math.Float64frombits(value.StaleNaN))
		}
	}
	clear(s.shown)
	for series, v := range p {
		add(series, v)
		s.shown[series] = true
	}
	up := 1.0
	if p == nil {
		up = 0
	}
	add(`up{job="tidemark-exporter",instance="exporter:9464"}`, up)
	add(`up{job="tidemark-ingest",instance="ingest-1:9465"}`, 1)
	if err := appender.Commit(); err != nil {
		s.t.Fatal(err)
	}
}

// compare notes which alerts have begun and ended.
func (s *simulation) compare(at time.Time) {
	now := map[string]bool{}
	for _, g := range s.groups {
		for _, r := range g.AlertingRules() {
			r.ForEachActiveAlert(func(a *rules.Alert) {
				if a.State != rules.StateFiring {
					return
				}
				key := a.Labels.String()
				now[key] = true
				if !s.firing[key] {
					s.events = append(s.events, event{at, false, a.Labels, a.Annotations})
				}
			})
		}
	}
	for key := range s.firing {
		if !now[key] {
			l, err := parser.NewParser(parser.Options{}).ParseMetric(key)
			if err != nil {
				s.t.Fatal(err)
			}
			s.events = append(s.events, event{at: at, end: true, alert: l})
		}
	}
	s.firing = now
}

// told is the events, one a line.
func (s *simulation) told() string {
	var lines []string
	for _, e := range s.events {
		lines = append(lines, e.String())
	}
	return strings.Join(lines, "\n")
}

// expect compares the events with lines.
func (s *simulation) expect(want ...string) {
	s.t.Helper()
	if got := s.told(); got != strings.Join(want, "\n") {
		s.t.Errorf("events are\n%s\nand not\n%s", got, strings.Join(want, "\n"))
	}
}
