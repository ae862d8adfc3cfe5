package queryapi

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/tidemark-stats/tidemark/book"
	"github.com/tidemark-stats/tidemark/book/booktest"
	"github.com/tidemark-stats/tidemark/catalog"
	"github.com/tidemark-stats/tidemark/exporter/queryapi/series"
)

func TestInvalidRequestsAreAnsweredAsPrometheusDoes(t *testing.T) {
	api := ofSample()
	for _, c := range []struct {
		name, path string
		pairs      []string
		status     int
		want       string
	}{
		{"a malformed query", "query", []string{"query", "sum(", "time", "1700000000"}, 400,
			`{"status":"error","errorType":"bad_data","error":"invalid parameter \"query\": 1:5: parse error: unclosed left parenthesis"}`},
		{"as_of that is not a day", "query", []string{"query", `tidemark_figure{as_of="yesterday"}`}, 400,
			`{"status":"error","errorType":"bad_data","error":"invalid parameter \"query\": as_of=\"yesterday\" is not a day: write it like as_of=\"2024-03-01\", or a moment like \"2024-03-01T09:00:00+08:00\""}`},
		{"as_of that would mean now", "query", []string{"query", `tidemark_figure{as_of="0001-01-01T00:00:00Z"}`}, 400,
			`{"status":"error","errorType":"bad_data","error":"invalid parameter \"query\": as_of=\"0001-01-01T00:00:00Z\" is not a day: write it like as_of=\"2024-03-01\", or a moment like \"2024-03-01T09:00:00+08:00\""}`},
		{"labels of a metric that does not exist", "labels", []string{"match[]", "nonsense"}, 200, `{"status":"success","data":[]}`},
		{"as_of that is not a day of the calendar", "series", []string{"match[]", `tidemark_figure{as_of="2024-02-30"}`}, 400,
			`{"status":"error","errorType":"bad_data","error":"invalid parameter \"match[]\": as_of=\"2024-02-30\" is not a day: write it like as_of=\"2024-03-01\", or a moment like \"2024-03-01T09:00:00+08:00\""}`},
		{"as_of by a pattern", "query", []string{"query", `tidemark_figure{as_of=~"2024.*"}`}, 400,
			`{"status":"error","errorType":"bad_data","error":"invalid parameter \"query\": the label as_of accepts only =, not =~: a selector views figures in one way"}`},
		{"a scale that does not exist", "query_range", []string{"query", `sum(tidemark_figure{scale="huge"})`, "start", "0", "end", "1", "step", "1"}, 400,
			`{"status":"error","errorType":"bad_data","error":"invalid parameter \"query\": scale=\"huge\" is not a scale: write scale=\"display\", or \"display_en\" for English, or leave it out for base units"}`},
		{"too many points", "query_range", []string{"query", "tidemark_figure", "start", "0", "end", "1700000000", "step", "60"}, 400,
			`{"status":"error","errorType":"bad_data","error":"exceeded maximum resolution of 11,000 points per timeseries. Try decreasing the query resolution (?step=XX)"}`},
		{"an end before the start", "query_range", []string{"query", "tidemark_figure", "start", "2", "end", "1", "step", "60"}, 400,
			`{"status":"error","errorType":"bad_data","error":"invalid parameter \"end\": end timestamp must not be before start time"}`},
		{"no time", "query", []string{"query", "1", "time", "noon"}, 400,
			`{"status":"error","errorType":"bad_data","error":"invalid parameter \"time\": invalid time value for 'time': cannot parse \"noon\" to a valid timestamp"}`},
		{"no selector", "series", nil, 400, `{"status":"error","errorType":"bad_data","error":"no match[] parameter provided"}`},
		{"a label that does not exist", "query", []string{"query", `tidemark_figure{colour="red"}`, "time", "1700000000"}, 200,
			`{"status":"success","data":{"resultType":"vector","result":[]}}`},
		{"values of a label that does not exist", "label/colour/values", nil, 200, `{"status":"success","data":[]}`},
		{"a metric that does not exist", "query", []string{"query", "up", "time", "1700000000"}, 200,
			`{"status":"success","data":{"resultType":"vector","result":[]}}`},
	} {
		t.Run(c.name, func(t *testing.T) {
			if status, body := call(t, api, c.path, c.pairs...); status != c.status || body != c.want {
				t.Errorf("%d %s\nwant %d %s", status, body, c.status, c.want)
			}
		})
	}
}

func TestAQueryOverTheLimitIsRefused(t *testing.T) {
	api := New(Options{Catalog: catalog.Ningbo(), Book: booktest.Sample, Limits: Limits{MaxSamples: 1000}})
	for name, query := range map[string]string{"evaluated at every step": "rate(tidemark_figure[1y])", "evaluated where something changes": "tidemark_figure"} {
		t.Run(name, func(t *testing.T) {
			status, body := call(t, api, "query_range", "query", query, "start", "2021-01-01T00:00:00Z", "end", "2026-01-01T00:00:00Z", "step", "1d")
			if want := `{"status":"error","errorType":"execution","error":"query processing would load too many samples into memory in `; status != http.StatusUnprocessableEntity || !strings.HasPrefix(body, want) {
				t.Errorf("%d %s", status, body)
			}
		})
	}
}

func TestAQueryThatTakesTooLongIsEnded(t *testing.T) {
	api := New(Options{Catalog: catalog.Ningbo(), Book: booktest.Sample, Limits: Limits{Timeout: time.Nanosecond}})
	for path, pairs := range map[string][]string{
		"query":       {"query", "tidemark_figure"},
		"query_range": {"query", "tidemark_figure", "start", "2023-08-01T00:00:00Z", "end", "2023-12-01T00:00:00Z", "step", "1d"},
	} {
		status, body := call(t, api, path, pairs...)
		if status != http.StatusServiceUnavailable || !strings.Contains(body, `"errorType":"timeout","error":"query timed out in `) {
			t.Errorf("%s: %d %s", path, status, body)
		}
	}
}

func TestAQueryWaitsForASlotAtMostAsLongAsItMayTake(t *testing.T) {
	g := newGate(Limits{Timeout: time.Millisecond, Concurrency: 1}, func() bool { return true })
	if _, err := g.queue.Enter(t.Context()); err != nil {
		t.Fatal(err)
	}
	w := httptest.NewRecorder()
	g.admit(nil).ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/api/v1/query?query=1", nil))
	if want := `{"status":"error","errorType":"timeout","error":"query timed out in query queue"}`; w.Code != http.StatusServiceUnavailable || strings.TrimSpace(w.Body.String()) != want {
		t.Errorf("%d %s", w.Code, w.Body)
	}
}

func TestAQueryReleasesItsSlot(t *testing.T) {
	api := New(Options{Catalog: catalog.Ningbo(), Book: booktest.Sample, Limits: Limits{Concurrency: 1}})
	for _, query := range []string{"tidemark_figure", "tidemark_figure / on () tidemark_figure", "rate(tidemark_figure[1y])", "sum(tidemark_figure)"} {
		for _, path := range []string{"query", "query_range"} {
			if status, body := call(t, api, path, "query", query, "start", "1700000000", "end", "1710000000", "step", "1d"); strings.Contains(body, "timed out") {
				t.Errorf("%s of %s: %d %s", path, query, status, body)
			}
		}
	}
}

func TestBeforeTheFirstLoadNothingIsAnswered(t *testing.T) {
	api := New(Options{Catalog: catalog.Ningbo(), Book: func() *book.Book { return nil }})
	for _, path := range []string{"query", "labels", "read"} {
		w := httptest.NewRecorder()
		method := http.MethodGet
		if path == "read" {
			method = http.MethodPost
		}
		api.ServeHTTP(w, httptest.NewRequest(method, "/api/v1/"+path, nil))
		if want := `{"status":"error","errorType":"unavailable","error":"the figures are being loaded, see /-/ready"}`; w.Code != http.StatusServiceUnavailable || strings.TrimSpace(w.Body.String()) != want {
			t.Errorf("%s: %d %s", path, w.Code, w.Body)
		}
	}
}

func TestAFormIsAnsweredLikeAURL(t *testing.T) {
	api := ofSample()
	for path, pairs := range map[string][]string{
		"query":        {"query", "tidemark_figure", "time", "2023-08-01T00:00:00Z"},
		"query_range":  {"query", "sum(tidemark_figure)", "start", "2023-08-01T00:00:00Z", "end", "2023-09-01T00:00:00Z", "step", "1d"},
		"series":       {"match[]", "tidemark_figure"},
		"labels":       {"match[]", "tidemark_figure"},
		"format_query": {"query", "sum(a)by(b)"},
	} {
		w := httptest.NewRecorder()
		r := httptest.NewRequest(http.MethodPost, "/api/v1/"+path, strings.NewReader(parametersOf(pairs)))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		api.ServeHTTP(w, r)
		if status, body := call(t, api, path, pairs...); status != w.Code || body != w.Body.String() {
			t.Errorf("%s: a form gives %d %s\na URL %d %s", path, w.Code, w.Body, status, body)
		}
	}
}

// Endpoints that need the storage, the targets or the rules of a Prometheus do
// not exist, rather than returning nothing or crashing.
func TestOtherPathsOfPrometheusAreNotFound(t *testing.T) {
	api := ofSample()
	for _, path := range []string{"targets", "rules", "alerts", "status/tsdb", "status/config", "write", "admin/tsdb/snapshot", "alertmanagers", ""} {
		if status, _ := call(t, api, path); status != http.StatusNotFound {
			t.Errorf("%s: %d", path, status)
		}
	}
}

func TestAnswersHaveAtMostAsManySeriesAsTheLimit(t *testing.T) {
	api := ofSample()
	for path, pairs := range map[string][]string{
		"query":       {"query", "tidemark_figure", "time", "2023-08-01T00:00:00Z", "limit", "2"},
		"query_range": {"query", "tidemark_figure", "start", "2023-08-01T00:00:00Z", "end", "2023-12-01T00:00:00Z", "step", "1d", "limit", "2"},
	} {
		_, body := call(t, api, path, pairs...)
		var a answer
		if err := json.Unmarshal([]byte(body), &a); err != nil {
			t.Fatal(err)
		}
		if len(a.Data.Result) != 2 || !slices.Contains(a.Warnings, "results truncated due to limit") {
			t.Errorf("%s: %d series, %q", path, len(a.Data.Result), a.Warnings)
		}
	}
}

func TestEveryMetricHasMetadataAndIsOnTheReferencePage(t *testing.T) {
	_, body := call(t, ofSample(), "metadata")
	var a struct {
		Data map[string][]struct{ Type, Help string }
	}
	if err := json.Unmarshal([]byte(body), &a); err != nil {
		t.Fatal(err)
	}
	page := reference(t)
	for _, f := range series.Metrics() {
		m := a.Data[f.Name]
		if len(m) != 1 || m[0].Type != "gauge" || m[0].Help == "" {
			t.Errorf("%s has the metadata %v", f.Name, m)
		}
		if !strings.Contains(page, "`"+f.Name+"`") && !strings.Contains(page, "`"+strings.TrimPrefix(f.Name, "tidemark_target")+"`") {
			t.Errorf("%s is not on the page", f.Name)
		}
	}
}

func TestTheLabelValuesForChoosersAreTheCatalogues(t *testing.T) {
	api := ofSample()
	for path, want := range map[string]string{
		"label/as_of/values?match[]=tidemark_figure{indicator=\"gdp\"}": `["2013-04-24","2014-02-01",`,
		"label/scale/values":                           `["display","display_en"]`,
		"label/freq/values":                            `["A","M","Q"]`,
		"label/measure/values?match[]=tidemark_figure": `["level","yoy","ytd","ytd_yoy"]`,
		"label/year/values?match[]=tidemark_figure_cell{indicator=\"retail_sales\"}":     `["2020","2021","2022","2023","2024","2025"]`,
		"label/period/values?match[]=tidemark_figure_revision{indicator=\"trade_rank\"}": `["2018","2021","2022","2025"]`,
		"label/area/values?match[]=tidemark_figure_cell{indicator=\"cargo_throughput\"}": `["NBPA","NBPT","NBZS","ZSPA"]`,
		"label/line/values": `["goal","high","low","plan","projection"]`,
		"label/target/values?match[]={indicator=\"trade_exports\"}":                                        `["exports_2026"]`,
		"label/unit/values?match[]=tidemark_target_info{scale=\"display\",indicator=\"trade_exports\"}":    `["亿元"]`,
		"label/unit/values?match[]=tidemark_target_info{scale=\"display_en\",indicator=\"trade_exports\"}": `["billion yuan"]`,
	} {
		name, match, _ := strings.Cut(path, "?match[]=")
		var pairs []string
		if match != "" {
			pairs = []string{"match[]", match, "start", "2020-01-01T00:00:00Z", "end", "2027-01-01T00:00:00Z"}
		}
		if _, body := call(t, api, name, pairs...); !strings.HasPrefix(body, `{"status":"success","data":`+want) {
			t.Errorf("%s: %s, want %s", path, body, want)
		}
	}
}

func TestANewBookIsUsedAtOnce(t *testing.T) {
	b := booktest.Of(t, booktest.Published("boxes", "2023-01", 1, "2023-02-10"))
	api := New(Options{Catalog: harbour(t), Book: func() *book.Book { return b }})
	values := func() string { _, body := call(t, api, "label/period/values"); return body }
	before := values()
	b = booktest.Of(t, booktest.Published("boxes", "2023-01", 1, "2023-02-10"), booktest.Published("boxes", "2023-02", 2, "2023-03-10"))
	if after := values(); before == after || !strings.Contains(after, "2023-02") {
		t.Errorf("before %s, after %s", before, after)
	}
}

func TestTheVersionIsThatOfTheEngine(t *testing.T) {
	for module, want := range map[string]string{"v0.315.0": "3.15.0", "v0.301.2": "3.1.2", "v1.2.3": "1.2.3"} {
		if got := release(module); got != want {
			t.Errorf("%s is the release %s, want %s", module, got, want)
		}
	}
	_, body := call(t, ofSample(), "status/buildinfo")
	if !strings.Contains(body, `"version":"3`) {
		t.Error(body)
	}
}

// reference is the page that explains the metrics.
func reference(t *testing.T) string {
	t.Helper()
	text, err := os.ReadFile("../../docs/queries.md")
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func TestEveryLabelIsOnTheReferencePage(t *testing.T) {
	text, err := os.ReadFile("../../docs/metrics.md")
	if err != nil {
		t.Fatal(err)
	}
	page := reference(t) + string(text)
	_, body := call(t, ofSample(), "labels")
	var a struct{ Data []string }
	if err := json.Unmarshal([]byte(body), &a); err != nil {
		t.Fatal(err)
	}
	for _, label := range a.Data {
		if label != "__name__" && !strings.Contains(page, "`"+label+"`") {
			t.Errorf("%s is on neither page", label)
		}
	}
}
