package main

import (
	"context"
	"encoding/gob"
	"errors"
	"fmt"
	"io"
	"maps"
	"math"
	"os"
	"slices"
	"time"

	"github.com/prometheus/common/promslog"
	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/model/value"
	"github.com/prometheus/prometheus/promql"
	"github.com/prometheus/prometheus/promql/parser"
	"github.com/prometheus/prometheus/rules"
	"github.com/prometheus/prometheus/storage"
	"github.com/prometheus/prometheus/tsdb"
)

// moment is one evaluation of all rules. Tests encode it with encoding/gob.
type moment struct {
	At      time.Time
	Scraped map[string]float64 // samples at that time, by series in the text format's notation
	Gone    []string           // series that existed at the moment before but no longer do
}

// firing is the answer to a moment.
type firing struct {
	Error  string // of a rule or of the scraped samples
	Alerts []alert
}

// alert is one that fires.
type alert struct{ Labels, Annotations map[string]string }

// simulation runs rules in Prometheus' own rule engine and storage.
type simulation struct {
	storage *tsdb.DB
	groups  []*rules.Group
	parser  parser.Parser
	series  map[string]labels.Labels // by series in the text format's notation
}

// simulate evaluates the rules of the files in its arguments at every moment on
// standard input, and answers each moment with the firing alerts.
func simulate(files []string) error {
	s, discard, err := newSimulation(files)
	if err != nil {
		return err
	}
	defer discard()
	in, out := gob.NewDecoder(os.Stdin), gob.NewEncoder(os.Stdout)
	for {
		var m moment
		if err := in.Decode(&m); errors.Is(err, io.EOF) {
			return nil
		} else if err != nil {
			return err
		}
		answer := firing{}
		if err := s.evaluate(m); err != nil {
			answer.Error = err.Error()
		} else {
			answer.Alerts = s.alerts()
		}
		if err := out.Encode(answer); err != nil {
			return err
		}
	}
}

func newSimulation(files []string) (s *simulation, discard func(), err error) {
	dir, err := os.MkdirTemp("", "promtest-")
	if err != nil {
		return nil, nil, err
	}
	day := (24 * time.Hour).Milliseconds()
	opts := tsdb.DefaultOptions() // samples of several days may arrive in any order
	opts.MinBlockDuration, opts.MaxBlockDuration, opts.RetentionDuration = day, day, 0
	db, err := tsdb.Open(dir, nil, nil, opts, tsdb.NewDBStats())
	if err != nil {
		return nil, nil, err
	}
	s = &simulation{storage: db, parser: parser.NewParser(parser.Options{}), series: map[string]labels.Labels{}}
	engine := promql.NewEngine(promql.EngineOpts{
		MaxSamples:               10_000,
		Timeout:                  100 * time.Second,
		LookbackDelta:            5 * time.Minute,
		NoStepSubqueryIntervalFn: func(int64) int64 { return time.Minute.Milliseconds() },
		EnableAtModifier:         true,
		EnableNegativeOffset:     true,
		EnableDelayedNameRemoval: true,
		UseStartTimestamps:       true,
		Parser:                   s.parser,
	})
	manager := rules.NewManager(&rules.ManagerOptions{
		QueryFunc:  rules.EngineQueryFunc(engine, db),
		Appendable: db,
		Queryable:  db,
		NotifyFunc: func(context.Context, string, ...*rules.Alert) {},
		Logger:     promslog.NewNopLogger(),
		Parser:     s.parser,
	})
	groups, errs := manager.LoadGroups(time.Minute, labels.EmptyLabels(), "", nil, false, files...)
	if len(errs) > 0 {
		return nil, nil, errors.Join(errs...)
	}
	for _, key := range slices.Sorted(maps.Keys(groups)) {
		s.groups = append(s.groups, groups[key])
	}
	return s, func() { _ = db.Close(); _ = os.RemoveAll(dir) }, nil
}

// evaluate stores the samples of a moment and evaluates all rules.
func (s *simulation) evaluate(m moment) error {
	appender := s.storage.Appender(context.Background())
	for series, v := range m.Scraped {
		if err := s.add(appender, series, m.At, v); err != nil {
			return err
		}
	}
	for _, series := range m.Gone {
		if err := s.add(appender, series, m.At, math.Float64frombits(value.StaleNaN)); err != nil {
			return err
		}
	}
	if err := appender.Commit(); err != nil {
		return err
	}
	for _, g := range s.groups {
		g.Eval(context.Background(), m.At)
		for _, r := range g.Rules() {
			if err := r.LastError(); err != nil {
				return fmt.Errorf("%s at %s: %w", r.Name(), m.At, err)
			}
		}
	}
	return nil
}

func (s *simulation) add(to storage.Appender, series string, at time.Time, v float64) error {
	l, known := s.series[series]
	if !known {
		var err error
		if l, err = s.parser.ParseMetric(series); err != nil {
			return err
		}
		s.series[series] = l
	}
	_, err := to.Append(0, l, at.UnixMilli(), v)
	return err
}

// alerts are the firing ones.
func (s *simulation) alerts() (all []alert) {
	for _, g := range s.groups {
		for _, r := range g.AlertingRules() {
			r.ForEachActiveAlert(func(a *rules.Alert) {
				if a.State == rules.StateFiring {
					all = append(all, alert{a.Labels.Map(), a.Annotations.Map()})
				}
			})
		}
	}
	return all
}
