package dashboards_test

import (
	"net/http/httptest"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/tidemark-stats/tidemark/catalog"
	"github.com/tidemark-stats/tidemark/dashboards"
	"github.com/tidemark-stats/tidemark/dashboards/dashboardstest"
	"github.com/tidemark-stats/tidemark/exporter/book/booktest"
	"github.com/tidemark-stats/tidemark/exporter/promapi"
)

// today is when the dashboards of the sample are looked at.
var today = time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)

// ofSample looks at dashboards over the sample.
func ofSample(t testing.TB) dashboardstest.Reader {
	t.Helper()
	api := promapi.New(promapi.Options{Catalog: catalog.Ningbo(), Book: booktest.Sample, Now: func() time.Time { return today }})
	server := httptest.NewServer(api)
	t.Cleanup(server.Close)
	return dashboardstest.Reader{T: t, Now: today, Sources: map[string]string{dashboards.History: server.URL}}
}

func TestEveryPanelHasAnAnswerOnTheSample(t *testing.T) {
	r := ofSample(t)
	for _, d := range committed(t) {
		if d.Edition != dashboards.Chinese || d.Panels[0].Queries[0].Source != dashboards.History {
			continue // the other edition asks the same; what is scraped is asked of a Prometheus
		}
		t.Run(d.UID, func(t *testing.T) {
			r.T = t
			r.Check(d.Sheet)
		})
	}
}

// A topic shows what has figures, whatever the catalogue lists besides.
func TestARowIsThereForEveryIndicatorThatHasFigures(t *testing.T) {
	r := ofSample(t)
	for _, d := range committed(t) {
		if d.UID != "tidemark-enterprises" {
			continue
		}
		o := r.Open(d.Sheet, nil)
		if got := o.Values["monthly"]; !slices.Equal(got, []string{"market_entities"}) {
			t.Errorf("got %v", got)
		}
	}
}

func TestAnyIndicatorAndAreaCanBeChosen(t *testing.T) {
	r := ofSample(t)
	pairs := map[[2]string]bool{}
	info, err := r.Ask(dashboards.History, "tidemark_indicator_info", today)
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range info.Result {
		pairs[[2]string{s.Metric["indicator"], s.Metric["area"]}] = true
	}
	for _, d := range committed(t) {
		if d.UID != "tidemark-indicator" && d.UID != "tidemark-revisions" {
			continue
		}
		for pair := range pairs {
			o := r.Open(d.Sheet, map[string]string{"indicator": pair[0], "area": pair[1]})
			for _, p := range d.Panels {
				for _, q := range p.Queries {
					if _, err := r.Series(q, o.Values, o); err != nil {
						t.Errorf("%s of %v: %q, %s: %v", d.UID, pair, p.Title, q.Ref, err)
					}
				}
			}
		}
	}
	if len(pairs) < 30 {
		t.Errorf("only %d indicators and areas", len(pairs))
	}
}

func TestVerdictsAreCountedOnceForEachTarget(t *testing.T) {
	r := ofSample(t)
	for _, d := range committed(t) {
		if d.UID != "tidemark-overview" {
			continue
		}
		sum := 0
		for _, q := range d.Panels[0].Queries {
			a, err := r.Ask(dashboards.History, q.Expr, today)
			if err != nil {
				t.Fatal(err)
			}
			n, err := strconv.Atoi(a.Result[0].Value[1].(string))
			if err != nil {
				t.Fatal(err)
			}
			sum += n
		}
		if want := len(catalog.Ningbo().Targets); sum != want {
			t.Errorf("the verdicts of %d targets are counted as %d", want, sum)
		}
	}
}
