package deploy_test

import (
	"fmt"
	"maps"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/prometheus/model/labels"

	"github.com/tidemark-stats/tidemark/internal/enginetest"
)

// shanghai is Ningbo's time zone.
var shanghai = time.FixedZone("CST", 8*60*60)

// page is the result of one scrape: values by series in the text format's
// notation. nil means that the target did not answer.
type page map[string]float64

// simulation runs the rules of deploy/prometheus in Prometheus' own rule engine
// and storage, over simulated time.
type simulation struct {
	t      *testing.T
	rules  *enginetest.Rules
	shown  map[string]bool          // in the last scrape
	firing map[string]labels.Labels // alerts, after the last evaluation
	events []event
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

// simulate starts a simulation. It lets the test run in parallel with others.
func simulate(t *testing.T) *simulation {
	t.Helper()
	t.Parallel()
	files, err := filepath.Glob(ruleFiles)
	if err != nil {
		t.Fatal(err)
	}
	return &simulation{t: t, rules: enginetest.StartRules(t, files...), shown: map[string]bool{}, firing: map[string]labels.Labels{}}
}

// run scrapes the result of show and evaluates all rules, at every step between
// from and to, excluding to.
func (s *simulation) run(from, to time.Time, step time.Duration, show func(time.Time) page) {
	s.t.Helper()
	for at := from; at.Before(to); at = at.Add(step) {
		s.evaluate(s.scrape(at, show(at)))
	}
}

// scrape is what Prometheus stores for a page: series no longer on it are
// marked as gone, and up says whether there was an answer.
func (s *simulation) scrape(at time.Time, p page) enginetest.Moment {
	m := enginetest.Moment{At: at, Scraped: maps.Clone(p)}
	for series := range s.shown {
		if _, still := p[series]; !still {
			m.Gone = append(m.Gone, series)
		}
	}
	clear(s.shown)
	for series := range p {
		s.shown[series] = true
	}
	up := 1.0
	if p == nil {
		up, m.Scraped = 0, map[string]float64{}
	}
	m.Scraped[`up{job="tidemark-exporter",instance="exporter:9464"}`] = up
	m.Scraped[`up{job="tidemark-ingest",instance="ingest-1:9465"}`] = 1
	return m
}

// evaluate evaluates all rules and records which alerts have begun and ended.
func (s *simulation) evaluate(m enginetest.Moment) {
	s.t.Helper()
	now := map[string]labels.Labels{}
	for _, a := range s.rules.Evaluate(m) {
		alert := labels.FromMap(a.Labels)
		now[alert.String()] = alert
		if _, known := s.firing[alert.String()]; !known {
			s.events = append(s.events, event{m.At, false, alert, labels.FromMap(a.Annotations)})
		}
	}
	for key, alert := range s.firing {
		if _, still := now[key]; !still {
			s.events = append(s.events, event{at: m.At, end: true, alert: alert})
		}
	}
	s.firing = now
}

// told is the events, one per line.
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
