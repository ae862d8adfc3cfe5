package queryapi

import (
	"bytes"
	"compress/gzip"
	"compress/zlib"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"

	"github.com/tidemark-stats/tidemark/book/booktest"
	"github.com/tidemark-stats/tidemark/catalog"
)

// question is one request that Prometheus can answer too.
type question struct {
	method, path string // method: GET when empty
	pairs        []string
	body         string // if set, or if there are no pairs, the pairs are in the URL
	headers      []string
}

func (q question) String() string {
	return strings.Join(append([]string{q.method, q.path, q.body}, append(q.pairs, q.headers...)...), " ")
}

const form = "application/x-www-form-urlencoded"

const august = "2023-08-17T12:34:56.789Z"

// wrong are requests that are refused.
var wrong = []question{
	{path: "query"},
	{path: "query", pairs: []string{"query", "sum("}},
	{path: "query", pairs: []string{"query", "no_such_function(1)"}},
	{path: "query", pairs: []string{"query", "holt_winters(x[1d], 1, 1)"}},
	{path: "query", pairs: []string{"query", "double_exponential_smoothing(x[1d], 1, 1)"}},
	{path: "query", pairs: []string{"query", `"<a href='&'>` + "\u2028\x01\b\f\t" + `" + 1`}},
	{path: "query", pairs: []string{"query", "x[1d] offset 5"}},
	{path: "query", pairs: []string{"query", "x @ abc"}},
	{path: "query", pairs: []string{"query", "x[5m:1s"}},
	{path: "query", pairs: []string{"query", "1", "time", "noon"}},
	{path: "query", pairs: []string{"query", "1", "time", "2023-08-17"}},
	{path: "query", pairs: []string{"query", "1", "timeout", "soon"}},
	{path: "query", pairs: []string{"query", "1", "timeout", "1e300"}},
	{path: "query", pairs: []string{"query", "1", "limit", "many"}},
	{path: "query", pairs: []string{"query", "1", "limit", "-1"}},
	{path: "query", pairs: []string{"query", "1", "limit", "99999999999999999999"}},
	{path: "query", pairs: []string{"query", "1", "lookback_delta", "far"}},
	{path: "query", pairs: []string{"query", "sum(", "limit", "x", "time", "y", "timeout", "z"}}, // which one is reported first
	{path: "query", pairs: []string{"query", "tidemark_figure / ignoring (measure) tidemark_figure", "time", august}},
	{path: "query", pairs: []string{"query", "label_replace(tidemark_figure, \"x\", \"$1\", \"area\", \"(\")", "time", august}},
	{path: "query", pairs: []string{"query", "label_replace(tidemark_figure, \"area\", \"\", \"area\", \".*\")", "time", august}},
	{path: "query_range"},
	{path: "query_range", pairs: []string{"query", "1"}},
	{path: "query_range", pairs: []string{"query", "1", "start", "1"}},
	{path: "query_range", pairs: []string{"query", "1", "start", "1", "end", "2"}},
	{path: "query_range", pairs: []string{"query", "1", "start", "x", "end", "2", "step", "1"}},
	{path: "query_range", pairs: []string{"query", "1", "start", "1", "end", "x", "step", "1"}},
	{path: "query_range", pairs: []string{"query", "1", "start", "2", "end", "1", "step", "1"}},
	{path: "query_range", pairs: []string{"query", "1", "start", "1", "end", "2", "step", "often"}},
	{path: "query_range", pairs: []string{"query", "1", "start", "1", "end", "2", "step", "0"}},
	{path: "query_range", pairs: []string{"query", "1", "start", "1", "end", "2", "step", "-1"}},
	{path: "query_range", pairs: []string{"query", "1", "start", "1", "end", "2", "step", "1e300"}},
	{path: "query_range", pairs: []string{"query", "1", "start", "0", "end", "1e6", "step", "1"}},
	{path: "query_range", pairs: []string{"query", "1", "start", "1", "end", "2", "step", "1", "timeout", "x"}},
	{path: "query_range", pairs: []string{"query", "1", "start", "1", "end", "2", "step", "1", "lookback_delta", "x"}},
	{path: "query_range", pairs: []string{"query", "1", "start", "1", "end", "2", "step", "1", "limit", "1.5"}},
	{path: "query_range", pairs: []string{"query", "x[1d]", "start", "1", "end", "2", "step", "1"}},
	{path: "query_range", pairs: []string{"query", `"text"`, "start", "1", "end", "2", "step", "1"}},
	{path: "query_range", pairs: []string{"query", "sum(", "start", "1", "end", "2", "step", "1"}},
	{path: "series"},
	{path: "series", pairs: []string{"match[]", "{"}},
	{path: "series", pairs: []string{"match[]", "{}"}},
	{path: "series", pairs: []string{"match[]", `{area=~".*"}`}},
	{path: "series", pairs: []string{"match[]", `{area=~"("}`}},
	{path: "series", pairs: []string{"match[]", "sum(x)"}},
	{path: "series", pairs: []string{"match[]", "tidemark_figure", "match[]", "{"}},
	{path: "series", pairs: []string{"match[]", "tidemark_figure", "start", "x"}},
	{path: "series", pairs: []string{"match[]", "tidemark_figure", "end", "x"}},
	{path: "series", pairs: []string{"match[]", "tidemark_figure", "limit", "x"}},
	{path: "series", pairs: []string{"match[]", "{", "start", "x", "limit", "y"}},
	{path: "labels", pairs: []string{"match[]", "{"}},
	{path: "labels", pairs: []string{"match[]", "{}"}},
	{path: "labels", pairs: []string{"limit", "-1"}},
	{path: "labels", pairs: []string{"start", "x"}},
	{path: "labels", pairs: []string{"end", "x"}},
	{path: "label/%FF/values"},
	{path: "label/area/values", pairs: []string{"match[]", "{"}},
	{path: "label/area/values", pairs: []string{"limit", "x"}},
	{path: "label/area/values", pairs: []string{"start", "x"}},
	{path: "metadata", pairs: []string{"limit", "x"}},
	{path: "metadata", pairs: []string{"limit_per_metric", "x"}},
	{path: "format_query"},
	{path: "format_query", pairs: []string{"query", "sum("}},
	{path: "parse_query"},
	{path: "parse_query", pairs: []string{"query", "sum("}},
	{method: "PUT", path: "query", pairs: []string{"query", "1"}},
	{method: "DELETE", path: "series"},
	{method: "HEAD", path: "query", pairs: []string{"query", "1"}},
	{method: "HEAD", path: "metadata"},
	{method: "POST", path: "metadata"},
	{method: "POST", path: "label/area/values"},
	{method: "POST", path: "status/buildinfo"},
	{method: "GET", path: "read"},
	{method: "POST", path: "query", body: `{"query":"1"}`, headers: []string{"Content-Type", "application/json"}},
	{method: "POST", path: "query", body: "query=1", headers: []string{"Content-Type", "text/plain"}},
	{method: "POST", path: "query", body: "query=1"},
	{method: "POST", path: "query", body: "query=sum(", headers: []string{"Content-Type", form}},
	{method: "POST", path: "query_range", body: "query=1&start=0&end=1e6&step=1", headers: []string{"Content-Type", form}},
	{method: "POST", path: "series", body: "match[]={", headers: []string{"Content-Type", form}},
	{path: "query", pairs: []string{"query", "sum("}, headers: []string{"Origin", "http://elsewhere.example.org"}},
	{path: "query", pairs: []string{"query", "sum("}, headers: []string{"Accept-Encoding", "gzip"}},
}

// right are requests that are answered, in addition to those of asked.
var right = []question{
	{path: "query", pairs: []string{"query", `"<a href='&'>` + "\u2028é" + `"`, "time", august}},
	{path: "query", pairs: []string{"query", `vector(1e-7)`, "time", "0.001"}},
	{path: "query", pairs: []string{"query", `1e-7`, "time", "-1.5"}},
	{path: "query", pairs: []string{"query", `vector(1e21) or label_replace(vector(-1e21), "a", "b", "", "")`, "time", "1.05"}},
	{path: "query", pairs: []string{"query", `vector(-0)`, "time", "1e9"}},
	{path: "query", pairs: []string{"query", `vector(NaN)`, "time", "1e9"}},
	{path: "query", pairs: []string{"query", `-Inf`, "time", "1e9"}},
	{path: "query", pairs: []string{"query", `label_replace(vector(1), "a", "<&>` + "\u2028é\u007f" + `\"\\\\\n\t\r\u0001", "", "")`, "time", "1e9"}},
	{path: "query", pairs: []string{"query", `label_replace(vector(1), "ü<", "x", "", "")`, "time", "1e9"}},
	{path: "query", pairs: []string{"query", "tidemark_figure[3y]", "time", august}},
	{path: "query", pairs: []string{"query", "rate(tidemark_figure[3y])", "time", august}},    // an info
	{path: "query", pairs: []string{"query", "quantile(2, tidemark_figure)", "time", august}}, // a warning
	{path: "query", pairs: []string{"query", "histogram_quantile(0.5, tidemark_figure)", "time", august}},
	{path: "query", pairs: []string{"query", "sum(tidemark_figure)", "time", august, "timeout", "1m"}},
	{path: "query", pairs: []string{"query", "count(tidemark_figure)", "time", august, "lookback_delta", "30d"}},
	{path: "query", pairs: []string{"query", "sort(tidemark_figure)", "time", august, "limit", "3"}},
	{path: "query", pairs: []string{"query", "sort(tidemark_figure)", "time", august, "limit", "1000"}},
	{path: "query", pairs: []string{"query", "sum(tidemark_figure)", "time", august, "stats", "true"}},
	{path: "query", pairs: []string{"query", "sum(tidemark_figure)", "time", august, "stats", "all"}},
	{path: "query", pairs: []string{"query", "sum(tidemark_figure)", "time", august, "stats", "1"}},
	{path: "query_range", pairs: []string{"query", "tidemark_figure", "start", "1688083200", "end", "1698083200", "step", "1d", "limit", "2"}},
	{path: "query_range", pairs: []string{"query", "tidemark_figure", "start", "1688083200", "end", "1698083200", "step", "1d", "lookback_delta", "20d"}},
	{path: "query_range", pairs: []string{"query", "quantile(2, tidemark_figure)", "start", "1688083200", "end", "1698083200", "step", "1d"}},
	{path: "query_range", pairs: []string{"query", "rate(tidemark_figure[1y])", "start", "1688083200", "end", "1698083200", "step", "1d"}},
	{path: "query_range", pairs: []string{"query", "vector(1e-7) / 0", "start", "-10.5", "end", "10", "step", "0.7"}},
	{path: "series", pairs: []string{"match[]", "tidemark_figure"}},
	{path: "series", pairs: []string{"match[]", `tidemark_figure{indicator="gdp",area="330200",measure="level"}`, "limit", "1"}},
	{path: "series", pairs: []string{"match[]", `tidemark_figure{area="330200"}`, "match[]", `{__name__=~"tidemark_fig.*",indicator="gdp"}`}},
	{path: "series", pairs: []string{"match[]", `tidemark_figure{area="330200"}`, "match[]", `tidemark_figure{indicator="gdp"}`, "limit", "3"}},
	{path: "series", pairs: []string{"match[]", "nothing"}},
	{path: "labels", pairs: []string{"match[]", "nothing"}},
	{path: "label/area/values"},
	{path: "label/area/values", pairs: []string{"limit", "2"}},
	{path: "label/area/values", pairs: []string{"match[]", `{indicator="gdp"}`, "match[]", `{indicator="trade_exports"}`}},
	{path: "label/U__area/values"},
	{path: "label/no%20label/values"},
	{path: "label/indicator/values", pairs: []string{"match[]", "tidemark_figure_revision"}},
	{path: "format_query", pairs: []string{"query", "sum(a)by(b)/on(c)group_left(d)e{f=~'<&>'}"}},
	{method: "OPTIONS", path: "query"},
	{method: "OPTIONS", path: "label/area/values", headers: []string{"Origin", "http://elsewhere.example.org", "Access-Control-Request-Method", "POST"}},
	{method: "OPTIONS", path: "metadata", headers: []string{"Accept-Encoding", "gzip"}},
	{method: "POST", path: "query", body: "query=sum(tidemark_figure)&time=" + august, headers: []string{"Content-Type", form}},
	{method: "POST", path: "query", body: "query=sum(tidemark_figure)", pairs: []string{"time", august}, headers: []string{"Content-Type", form + "; charset=utf-8"}},
	{method: "POST", path: "query", body: "query=1&time=5", pairs: []string{"time", august, "query", "2"}, headers: []string{"Content-Type", form}},
	{method: "POST", path: "query_range", body: "query=sum(tidemark_figure)&start=1688083200&end=1698083200&step=1d", headers: []string{"Content-Type", form}},
	{method: "POST", path: "series", body: "match[]=tidemark_figure", headers: []string{"Content-Type", form}},
	{method: "POST", path: "labels", body: "match[]=nothing", headers: []string{"Content-Type", form}},
	{method: "POST", path: "format_query", body: "query=a%2Bb", headers: []string{"Content-Type", form}},
	{path: "query", pairs: []string{"query", "sum(tidemark_figure)", "time", august}, headers: []string{"Accept-Encoding", "gzip"}},
	{path: "query", pairs: []string{"query", "sum(tidemark_figure)", "time", august}, headers: []string{"Accept-Encoding", "br, deflate, gzip"}},
	{path: "query", pairs: []string{"query", "sum(tidemark_figure)", "time", august}, headers: []string{"Accept-Encoding", "gzip;q=0"}},
	{path: "query", pairs: []string{"query", "sum(tidemark_figure)", "time", august}, headers: []string{"Accept", "text/html"}},
	{path: "query", pairs: []string{"query", "sum(tidemark_figure)", "time", august}, headers: []string{"Origin", "http://elsewhere.example.org"}},
}

// parsed are expressions of every form.
var parsed = []string{"1", "-x", "(x)", `"<é>"`, "x + y", "x * on (a) group_left (b) y", "x and ignoring (c) y", "x > bool 2", "sum(x)", "sum by (a, b) (x)",
	"topk without (a) (3, x)", `count_values("v", x)`, `x{a="b",c!="d",e=~"f.*",g!~"<h>"}`, "x offset 5m", "x offset -1d", "x @ 1.5", "x @ start()", "x[5m] @ end()",
	"rate(x[5m] offset 1h)", "max_over_time(rate(x[1m])[1h:5m] @ end() offset 1d)", "x[1h:]", "time()", "round(x, 0.5)", "label_join(x, \"a\", \"-\", \"b\")", `{"metric.name"}`, "1e-7", "NaN", "Inf"}

func TestErrorsAndHeadersAreThoseOfARealPrometheus(t *testing.T) {
	real := backfilled(t, catalog.Ningbo(), booktest.Sample()) + "/api/v1/"
	server := httptest.NewServer(ofSample())
	t.Cleanup(server.Close)
	all := append(append([]question{several(t)}, wrong...), right...)
	for _, query := range parsed {
		all = append(all, question{path: "parse_query", pairs: []string{"query", query}}, question{path: "format_query", pairs: []string{"query", query}})
	}
	for _, q := range all {
		if got, want := exchanged(t, server.URL+"/api/v1/", q), exchanged(t, real, q); got != want {
			t.Errorf("%s\n%s\nPrometheus says\n%s", q, differing(got, want), differing(want, got))
		}
	}
}

// several is a multipart form.
func several(t *testing.T) question {
	t.Helper()
	var body bytes.Buffer
	w := multipart.NewWriter(&body)
	for name, value := range map[string]string{"query": "sum(tidemark_figure)", "time": august} {
		if err := w.WriteField(name, value); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return question{method: "POST", path: "query", body: body.String(), headers: []string{"Content-Type", w.FormDataContentType()}}
}

// told are the headers that Prometheus itself sets.
var told = []string{"Content-Type", "Content-Encoding", "Vary", "Allow", "Access-Control-Allow-Headers", "Access-Control-Allow-Methods", "Access-Control-Expose-Headers"}

// took matches the duration of a query in the statistics.
var took = regexp.MustCompile(`Time":[0-9.e-]+`)

// exchanged is everything in an answer that must be the same.
func exchanged(t *testing.T, base string, q question) string {
	t.Helper()
	address := base + q.path
	if len(q.pairs) > 0 {
		address += "?" + parametersOf(q.pairs)
	}
	r, err := http.NewRequest(q.method, address, strings.NewReader(q.body))
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; i < len(q.headers); i += 2 {
		r.Header.Set(q.headers[i], q.headers[i+1])
	}
	resp, err := plain.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	body := io.Reader(resp.Body)
	if resp.StatusCode != http.StatusNoContent {
		switch resp.Header.Get("Content-Encoding") {
		case "gzip":
			body, err = gzip.NewReader(body)
		case "deflate":
			body, err = zlib.NewReader(body)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	text, err := io.ReadAll(body)
	if err != nil {
		t.Fatal(err)
	}
	answer := fmt.Sprintln(resp.StatusCode)
	for _, name := range told {
		answer += fmt.Sprintln(name, resp.Header.Values(name))
	}
	query := ""
	if q.path == "query" && len(q.pairs) > 1 {
		query = q.pairs[1]
	}
	return answer + ordered(t, took.ReplaceAllString(string(text), `Time":0`), q.path, query)
}
