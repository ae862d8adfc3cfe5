package exporter

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/common/expfmt"
	"github.com/prometheus/common/model"

	"github.com/tidemark-stats/tidemark/book"
	"github.com/tidemark-stats/tidemark/book/booktest"
	"github.com/tidemark-stats/tidemark/catalog"
	"github.com/tidemark-stats/tidemark/exporter/queryapi"
	"github.com/tidemark-stats/tidemark/figure"
	"github.com/tidemark-stats/tidemark/store"
)

// An instant query, for now or with as_of, gives what the page showed at that
// time, even for figures that have become overdue since.
func TestAnInstantQueryOfNowGivesWhatThePageShows(t *testing.T) {
	c, whole := catalog.Ningbo(), booktest.Sample()
	for at := time.Date(2021, 2, 27, 13, 14, 15, 0, time.UTC); at.Year() < 2027; at = at.Add(211*24*time.Hour + 7*time.Hour) {
		known := knownAt(t, whole, at)
		page := shown(t, pageAt(c, known, at))
		now := at.Add(700 * time.Millisecond) // slightly after the query's time, as with any client
		differ(t, "now", asked(t, c, known, now, at, page, ""), page)
		differ(t, "as of then", asked(t, c, whole, now, at, page, at.UTC().Format(time.RFC3339)), page)
		figures := figuresOf(page)
		years := now.AddDate(3, 0, 0)
		differ(t, "years later as of then", asked(t, c, whole, years, years, figures, at.UTC().Format(time.RFC3339)), figures)
	}
}

func differ(t *testing.T, name string, got, want map[string]string) {
	t.Helper()
	for series, value := range want {
		if got[series] != value {
			t.Errorf("%s: %s is %q on the page and %q in an answer", name, series, value, got[series])
		}
	}
	for series, value := range got {
		if _, there := want[series]; !there {
			t.Errorf("%s: %s is not on the page and %q in an answer", name, series, value)
		}
	}
}

// knownAt is the book as it was at the given time.
func knownAt(t testing.TB, b *book.Book, at time.Time) *book.Book {
	t.Helper()
	var vintages []store.Vintage
	for s := range b.All() {
		for p := range s.Periods() {
			for f := range s.Vintages(p) {
				if k := s.Key; !f.Published.After(at) {
					vintages = append(vintages, store.Vintage{
						Cell:   figure.Cell{Indicator: k.Indicator, Area: k.Area, Category: k.Category, Measure: k.Measure, Period: p},
						Agency: f.Agency, Status: f.Status, Value: f.Value, Withheld: f.Withheld, Moment: f.Published.UnixMilli()})
				}
			}
		}
	}
	return booktest.Of(t, vintages...)
}

// pageAt is /metrics of a book at the given time, without the exporter's own
// health.
func pageAt(c *catalog.Catalog, b *book.Book, at time.Time) []byte {
	v := newView(b, c)
	of := targets{now: func() time.Time { return at }}
	var past records
	past.record(context.Background(), v, at)
	return slices.Concat(v.page(), of.pageFor(v), past.page())
}

// shown maps each series on a page to its sample.
func shown(t testing.TB, page []byte) map[string]string {
	t.Helper()
	parser := expfmt.NewTextParser(model.UTF8Validation)
	families, err := parser.TextToMetricFamilies(bytes.NewReader(page))
	if err != nil {
		t.Fatal(err)
	}
	all := map[string]string{}
	for name, f := range families {
		for _, m := range f.Metric {
			labels := model.Metric{model.MetricNameLabel: model.LabelValue(name)}
			for _, l := range m.Label {
				if l.GetValue() != "" {
					labels[model.LabelName(l.GetName())] = model.LabelValue(l.GetValue())
				}
			}
			all[labels.String()] = strconv.FormatFloat(m.Gauge.GetValue(), 'g', -1, 64)
		}
	}
	return all
}

// figuresOf are the samples of the metrics whose names start with
// tidemark_figure.
func figuresOf(page map[string]string) map[string]string {
	figures := map[string]string{}
	for series, value := range page {
		if strings.HasPrefix(series, "tidemark_figure") {
			figures[series] = value
		}
	}
	return figures
}

// asked queries the API for every metric on the page.
func asked(t testing.TB, c *catalog.Catalog, b *book.Book, now, at time.Time, page map[string]string, asOf string) map[string]string {
	t.Helper()
	api := queryapi.New(queryapi.Options{Catalog: c, Book: func() *book.Book { return b }, Now: func() time.Time { return now }})
	names := map[string]bool{}
	for series := range page {
		name, _, _ := strings.Cut(series, "{")
		names[name] = true
	}
	all := map[string]string{}
	for name := range names {
		form := url.Values{"query": {fmt.Sprintf(`{__name__=%q,as_of=%q}`, name, asOf)}, "time": {at.UTC().Format(time.RFC3339)}}
		w := httptest.NewRecorder()
		api.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/api/v1/query?"+form.Encode(), nil))
		var a struct {
			Data struct {
				Result []struct {
					Metric model.Metric
					Value  [2]any
				}
			}
		}
		if err := json.Unmarshal(w.Body.Bytes(), &a); err != nil || w.Code != http.StatusOK {
			t.Fatalf("%d %s (%v)", w.Code, w.Body, err)
		}
		for _, r := range a.Data.Result {
			delete(r.Metric, "as_of")
			value, err := strconv.ParseFloat(r.Value[1].(string), 64)
			if err != nil {
				t.Fatal(err)
			}
			all[r.Metric.String()] = strconv.FormatFloat(value, 'g', -1, 64)
		}
	}
	return all
}
