//go:build grafana

package dashboardstest_test

import (
	"bytes"
	"encoding/json"
	"net/http/httptest"
	"net/url"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/tidemark-stats/tidemark/book/booktest"
	"github.com/tidemark-stats/tidemark/catalog"
	"github.com/tidemark-stats/tidemark/dashboards"
	"github.com/tidemark-stats/tidemark/exporter/queryapi"
	"github.com/tidemark-stats/tidemark/internal/dashboardstest"
)

// series and answer are what frames.cjs reads.
type series struct {
	Labels map[string]string `json:"labels"`
	Points [][2]any          `json:"points"`
}

type answer struct {
	Ref    string   `json:"ref"`
	Series []series `json:"series"`
}

// asked is a table panel with the answers to its queries, and the table that
// this package makes of them.
type asked struct {
	name    string
	panel   dashboardstest.Panel
	table   dashboardstest.Frame
	Panel   json.RawMessage `json:"panel"`
	Answers []answer        `json:"answers"`
}

// column is a field of the table that Grafana makes.
type column struct {
	Name, Heading string
	Hidden        bool
	Values        []*string // nil if there is none
	Texts, Links  []string
}

// The tests of the dashboards believe what this package says about tables; here
// Grafana's own code says it.
func TestEveryTableIsTheOneThatGrafanaMakes(t *testing.T) {
	all := tables(t)
	for i, columns := range ofGrafana(t, all) {
		t.Run(all[i].name, func(t *testing.T) {
			same(t, all[i], columns)
			readable(t, all[i].panel, columns)
		})
	}
	if len(all) < 40 {
		t.Errorf("only %d tables", len(all))
	}
}

// tables are the table panels of all dashboards of both editions with answers
// from the sample. Those of the scraped metrics, which need a Prometheus, are tested
// with a real one in package deploy.
func tables(t *testing.T) (all []asked) {
	t.Helper()
	now := time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)
	server := httptest.NewServer(queryapi.New(queryapi.Options{Catalog: catalog.Ningbo(), Book: booktest.Sample, Now: func() time.Time { return now }}))
	t.Cleanup(server.Close)
	r := dashboardstest.Reader{T: t, Now: now, Sources: map[string]string{dashboards.History: server.URL, dashboards.Scraped: server.URL}}
	files, err := dashboards.Committed()
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		d, err := dashboardstest.Parse(file.JSON)
		if err != nil {
			t.Fatal(err)
		}
		var raw struct {
			Panels []json.RawMessage
		}
		if err := json.Unmarshal(file.JSON, &raw); err != nil {
			t.Fatal(err)
		}
		opened := r.Open(d, nil)
		for _, p := range d.Panels {
			if p.Type == "table" && p.Queries[0].Source == dashboards.History && !slices.ContainsFunc(p.Transformations, turns) {
				all = append(all, ask(t, r, opened, p, raw.Panels))
			}
		}
	}
	return all
}

// turns reports whether a transformation turns rows into columns, which this
// package does not do.
func turns(step dashboardstest.Transformation) bool { return step.ID == "groupingToMatrix" }

func ask(t *testing.T, r dashboardstest.Reader, o dashboardstest.Opened, p dashboardstest.Panel, panels []json.RawMessage) asked {
	t.Helper()
	a := asked{name: o.UID + "/" + p.Title, panel: p}
	for _, raw := range panels {
		var panel struct{ ID int }
		if err := json.Unmarshal(raw, &panel); err != nil {
			t.Fatal(err)
		}
		if panel.ID == p.ID {
			a.Panel = raw
		}
	}
	results, err := r.Answers(p, o.Values, o)
	if err != nil {
		t.Fatalf("%s: %v", a.name, err)
	}
	for i, result := range results {
		to := answer{Ref: p.Queries[i].Ref, Series: []series{}}
		for _, s := range result.Result {
			to.Series = append(to.Series, series{s.Metric, s.Points()})
		}
		a.Answers = append(a.Answers, to)
	}
	if a.table, _, err = r.Table(p, o.Values, o); err != nil {
		t.Errorf("%s: %v", a.name, err)
	}
	return a
}

// ofGrafana installs Grafana's code from npm and runs it.
func ofGrafana(t *testing.T, all []asked) (columns [][]column) {
	t.Helper()
	in, err := json.Marshal(all)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat("testdata/grafana/node_modules/.package-lock.json"); err != nil {
		node(t, nil, "npm", "ci")
	}
	out := node(t, in, "node", "frames.cjs")
	// A library greets on the standard output.
	start := bytes.Index(out, []byte("[["))
	if start < 0 {
		t.Fatalf("node wrote %.200s", out)
	}
	if err := json.Unmarshal(out[start:], &columns); err != nil {
		t.Fatal(err)
	}
	if len(columns) != len(all) {
		t.Fatalf("%d tables of %d", len(columns), len(all))
	}
	return columns
}

func node(t *testing.T, in []byte, name string, args ...string) []byte {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), name, args...)
	cmd.Dir, cmd.Stdin = "testdata/grafana", bytes.NewReader(in)
	var errors strings.Builder
	cmd.Stderr = &errors
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%s %v: %v\n%s", name, args, err, errors.String())
	}
	return out
}

// same compares fields, their order, rows and what is hidden.
func same(t *testing.T, a asked, columns []column) {
	t.Helper()
	var got []string
	for _, c := range columns {
		got = append(got, c.Name)
		if len(c.Values) != len(a.table.Rows) {
			t.Fatalf("%s has %d rows, not %d", c.Name, len(c.Values), len(a.table.Rows))
		}
		for i, row := range a.table.Rows {
			if want, ok := row[c.Name]; ok != (c.Values[i] != nil) || ok && !equal(*c.Values[i], want.(string)) {
				t.Errorf("row %d, %s: Grafana has %v, we %v", i, c.Name, c.Texts[i], want)
			}
		}
		i := slices.IndexFunc(a.panel.Fields, func(f dashboardstest.Field) bool { return f.Name == c.Name })
		if i < 0 || a.panel.Fields[i].Hidden != c.Hidden {
			t.Errorf("%s is hidden: %t", c.Name, c.Hidden)
		}
	}
	if !slices.Equal(got, a.table.Fields) {
		t.Errorf("Grafana has %v, we %v", got, a.table.Fields)
	}
}

// equal compares numbers as numbers: Grafana writes 1e-7 in another way.
func equal(grafana, ours string) bool {
	var a, b float64
	if json.Unmarshal([]byte(grafana), &a) == nil && json.Unmarshal([]byte(ours), &b) == nil {
		return a == b
	}
	return grafana == ours
}

// readable checks what people need of a table: columns that differ in their
// headings, by which Grafana tells them apart, and links with all values.
func readable(t *testing.T, p dashboardstest.Panel, columns []column) {
	t.Helper()
	var headings []string
	linked := 0
	for _, c := range columns {
		if c.Hidden {
			continue
		}
		if slices.Contains(headings, c.Heading) {
			t.Errorf("two columns are called %s", c.Heading)
		}
		headings = append(headings, c.Heading)
		for _, link := range c.Links {
			to, err := url.Parse(link)
			if err != nil || strings.Contains(link, "$") {
				t.Fatalf("%s links to %s (%v)", c.Heading, link, err)
			}
			for name, values := range to.Query() {
				if values[0] == "" {
					t.Errorf("%s links to %s: no %s", c.Heading, link, name)
				}
			}
		}
		if len(c.Links) > 0 {
			linked++
		}
	}
	if len(columns) > 0 && len(columns[0].Values) > 0 && linked != len(p.Follow()) {
		t.Errorf("people can follow the links of %d columns, not of %d", linked, len(p.Follow()))
	}
}
