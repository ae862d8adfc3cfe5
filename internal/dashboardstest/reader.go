// Package dashboardstest opens dashboards as Grafana does and runs their
// queries: variables first, then every query of every panel.
package dashboardstest

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/prometheus/common/model"
)

// Reader reads dashboards at a given time.
type Reader struct {
	T   testing.TB
	Now time.Time
	// Sources maps the uids of data sources (dashboards.History and
	// dashboards.Scraped) to the URLs of servers with the Prometheus API.
	Sources map[string]string
}

// open queries a data source.
func (r Reader) open(source, path string, pairs ...string) (*http.Response, error) {
	form := url.Values{}
	for i := 0; i < len(pairs); i += 2 {
		form.Add(pairs[i], pairs[i+1])
	}
	to := r.Sources[source] + "/api/v1/" + path
	if strings.HasPrefix(path, "label/") { // the only path that accepts no form
		return http.Get(to + "?" + form.Encode())
	}
	return http.PostForm(to, form)
}

// get queries a data source and decodes the data of its answer.
func (r Reader) get(source, path string, data any, pairs ...string) error {
	resp, err := r.open(source, path, pairs...)
	if err != nil {
		return err
	}
	defer func() { _ = resp.Body.Close() }() // read completely, or failed
	var body struct {
		Data  json.RawMessage
		Error string
	}
	if err := json.NewDecoder(resp.Body).Decode(&body); err != nil {
		return fmt.Errorf("%s: %w", resp.Status, err)
	}
	if body.Error != "" {
		return errors.New(body.Error)
	}
	return json.Unmarshal(body.Data, data)
}

// Result is the series of an answer.
type Result struct{ Result []Series }

// Series is a series of an answer. It has one value or several.
type Series struct {
	Metric map[string]string
	Value  [2]any
	Values [][2]any
}

// Points are the times and values of the series.
func (s Series) Points() [][2]any {
	if s.Values == nil {
		return [][2]any{s.Value}
	}
	return s.Values
}

func (s Series) times() (all []time.Time) {
	for _, p := range s.Points() {
		all = append(all, time.UnixMilli(int64(p[0].(float64)*1000)).UTC())
	}
	return all
}

// Ask runs an instant query.
func (r Reader) Ask(source, expr string, at time.Time) (a Result, err error) {
	return a, r.get(source, "query", &a, "query", expr, "time", seconds(at))
}

func seconds(t time.Time) string {
	return strconv.FormatFloat(float64(t.UnixMilli())/1000, 'f', -1, 64)
}

// rows returns the answer to the query of a variable.
func (r Reader) rows(v Variable, o Opened) (rows []string, err error) {
	expr, selector, label := Question(v)
	if expr != "" {
		a, err := r.Ask(v.Source, Fill(expr, o.Values, o.From, o.To), o.To)
		for _, s := range a.Result {
			labels := maps.Clone(s.Metric)
			delete(labels, "__name__")
			rows = append(rows, Row(s.Metric["__name__"], labels, 1, o.To))
		}
		return rows, err
	}
	pairs := []string{"start", seconds(o.From), "end", seconds(o.To)}
	if selector != "" {
		pairs = append(pairs, "match[]", Fill(selector, o.Values, o.From, o.To))
	}
	err = r.get(v.Source, "label/"+label+"/values", &rows, pairs...)
	return rows, err
}

// Options returns the options of a variable, given the values of the variables
// before it.
func (r Reader) Options(v Variable, o Opened) ([]Option, error) {
	rows, err := r.rows(v, o)
	if err != nil {
		return nil, err
	}
	return Options(v, rows)
}

// Answer runs a query of a panel.
func (r Reader) Answer(q Query, values map[string][]string, o Opened) (a Result, err error) {
	path, pairs := question(q, values, o)
	err = r.get(q.Source, path, &a, pairs...)
	return a, err
}

// Series counts the series with a sample that answer a query.
func (r Reader) Series(q Query, values map[string][]string, o Opened) (n int, err error) {
	a, err := r.Answer(q, values, o)
	for _, s := range a.Result {
		if len(s.Values) > 0 || s.Value[1] != nil {
			n++
		}
	}
	return n, err
}

// Read runs a query and discards the answer.
func (r Reader) Read(q Query, values map[string][]string, o Opened) error {
	path, pairs := question(q, values, o)
	resp, err := r.open(q.Source, path, pairs...)
	if err != nil {
		return err
	}
	_, err = io.Copy(io.Discard, resp.Body)
	return errors.Join(err, resp.Body.Close())
}

// question builds the request for a query.
func question(q Query, values map[string][]string, o Opened) (path string, pairs []string) {
	expr := Fill(q.Expr, values, o.From, o.To)
	if q.Instant {
		return "query", []string{"query", expr, "time", seconds(o.To)}
	}
	every := step(q, o)
	from := o.To.Add(-o.To.Sub(o.From).Truncate(every)) // so that the last step is the end, the only time a short-lived stack has data for
	return "query_range", []string{"query", expr, "start", seconds(from), "end", seconds(o.To), "step", strconv.FormatFloat(every.Seconds(), 'f', -1, 64)}
}

// step is the step of a query, or one that suits the width of the panel.
func step(q Query, o Opened) time.Duration {
	if every, err := model.ParseDuration(q.Step); err == nil {
		return time.Duration(every)
	}
	return (o.To.Sub(o.From) / 1000).Truncate(time.Second)
}

// Opened is a dashboard with its variables filled in.
type Opened struct {
	*Dashboard
	Values   map[string][]string
	From, To time.Time
}

// Open fills in the variables as they are when the dashboard opens, except
// those in chosen.
func (r Reader) Open(d *Dashboard, chosen map[string]string) Opened {
	r.T.Helper()
	o := Opened{Dashboard: d, Values: map[string][]string{}}
	var err error
	if o.From, err = Moment(d.From, r.Now, false); err != nil {
		r.T.Fatal(err)
	}
	if o.To, err = Moment(d.To, r.Now, true); err != nil {
		r.T.Fatal(err)
	}
	for _, v := range d.Variables {
		options, err := r.Options(v, o)
		if err != nil {
			r.T.Fatalf("%s: variable %s: %v", d.UID, v.Name, err)
		}
		o.Values[v.Name] = Selected(v, options)
		if value, ok := chosen[v.Name]; ok {
			o.Values[v.Name] = []string{value}
		}
	}
	return o
}

// Times returns the values of variables for which a panel is shown: once, or
// for each value of the variable it repeats for. If that has none, Grafana
// shows the panel once with an empty value.
func (o Opened) Times(p Panel) (all []map[string][]string) {
	if p.Repeat == "" {
		return []map[string][]string{o.Values}
	}
	repeated := o.Values[p.Repeat]
	if len(repeated) == 0 {
		repeated = []string{""}
	}
	for _, v := range repeated {
		values := maps.Clone(o.Values)
		values[p.Repeat] = []string{v}
		all = append(all, values)
	}
	return all
}

// Check opens a dashboard and runs all queries. No query may fail, and none may
// be empty unless it or its panel says so.
func (r Reader) Check(d *Dashboard) {
	r.T.Helper()
	o := r.Open(d, nil)
	for _, v := range d.Variables {
		if len(o.Values[v.Name]) == 0 && !v.Multi { // rows repeat for multi-value variables
			r.T.Errorf("the variable %s has no value", v.Name)
		}
	}
	for _, p := range d.Panels {
		for _, values := range o.Times(p) {
			r.answered(o, p, values)
		}
	}
	for _, q := range d.Annotations {
		if n, err := r.Series(q, o.Values, o); err != nil || n == 0 {
			r.T.Errorf("annotation %s: %d series, %v", q.Ref, n, err)
		}
	}
}

// answered compares the answers to a panel's queries with what the panel
// declares.
func (r Reader) answered(o Opened, p Panel, values map[string][]string) {
	r.T.Helper()
	total := 0
	var counts []string
	none := p.Repeat != "" && (values[p.Repeat][0] == "" || values[p.Repeat][0] == "-")
	few := p.Repeat != "" && slices.Equal(values[p.Repeat], values[strings.TrimSuffix(p.Repeat, "_drawn")+"_few"]) // its panels say why there is no chart
	for _, q := range p.Queries {
		n, err := r.Series(q, values, o)
		if err != nil {
			r.T.Errorf("%q, %s: %v\n%s", p.Title, q.Ref, err, Fill(q.Expr, values, o.From, o.To))
		}
		if n == 0 && !q.Optional && !p.EmptyIsGood && !none {
			r.T.Errorf("%q, %s has no answer\n%s", p.Title, q.Ref, Fill(q.Expr, values, o.From, o.To))
		}
		total += n
		counts = append(counts, fmt.Sprintf("%s %d", q.Ref, n))
	}
	r.T.Logf("%q %s: %s", p.Title, values[p.Repeat], strings.Join(counts, ", "))
	switch {
	case none && (total > 0 || utf8.RuneCountInString(p.NoValue) < 2):
		r.T.Errorf("%q for nothing has %d answers and says %q", p.Title, total, p.NoValue)
	case total == 0 && !p.EmptyIsGood && !none && !few:
		r.T.Errorf("%q of %v is empty", p.Title, values[p.Repeat])
	}
	if total > 0 && len(p.Columns) > 0 {
		r.joined(o, p, values)
	}
}
