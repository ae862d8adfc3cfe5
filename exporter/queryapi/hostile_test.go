package queryapi

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"net/http"
	"net/http/httptest"
	"net/url"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/golang/snappy"
	"github.com/prometheus/prometheus/prompb"

	"github.com/tidemark-stats/tidemark/book"
	"github.com/tidemark-stats/tidemark/book/booktest"
	"github.com/tidemark-stats/tidemark/store"
)

// strange are times that are out of any reasonable range, and some within it.
var strange = []string{"1764000000000000", "-9223372036854775", "9223372036854775807", "1e300", "NaN", "-Inf",
	"95617584000", "0x1p62", "1e-320", "9e15", "-9e15", "9.1e15", "5000-01-01T00:00:00Z", "0000-01-01T00:00:00Z",
	"-292273086-05-16T16:47:06Z", "+292277025-08-18T07:12:54.999999999Z", "now", "\xff\xfe"}

// asking fails if an answer is not one that Prometheus could give, or takes more
// memory than a small book justifies, or does not come.
func asking(t testing.TB, api http.Handler, r *http.Request) (status int, body string) {
	t.Helper()
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	ctx, cancel := context.WithTimeout(r.Context(), time.Minute)
	defer cancel()
	w := httptest.NewRecorder()
	api.ServeHTTP(w, r.WithContext(ctx))
	runtime.ReadMemStats(&after)
	if taken := after.TotalAlloc - before.TotalAlloc; taken > 512<<20 {
		t.Errorf("%.200s took %d MiB", r.URL, taken>>20)
	}
	if ctx.Err() != nil {
		t.Errorf("%.200s took more than a minute", r.URL)
	}
	var a struct{ Status, ErrorType, Error string }
	if err := json.Unmarshal(w.Body.Bytes(), &a); err != nil || (w.Code == http.StatusOK) != (a.Status == "success") || a.Status == "error" && (a.Error == "" || a.ErrorType == "internal") {
		t.Errorf("%.200s: %d %.300s (%v)", r.URL, w.Code, w.Body, err)
	}
	return w.Code, w.Body.String()
}

func get(path string, pairs ...string) *http.Request {
	return httptest.NewRequest(http.MethodGet, "/api/v1/"+path+"?"+parameters(pairs...).Encode(), nil)
}

func post(path, form string) *http.Request {
	r := httptest.NewRequest(http.MethodPost, "/api/v1/"+path, strings.NewReader(form))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return r
}

// small is the API over a few figures.
func small(t testing.TB) http.Handler {
	t.Helper()
	return over(harbour(t), booktest.Of(t,
		booktest.Published("boxes", "2023-01", 2726080, "2023-02-10"), booktest.Published("boxes", "2023-02", 2510000, "2023-03-10"),
		booktest.Withheld(booktest.Published("boxes", "2023-03", 0, "2023-04-10")), booktest.Published("boxes", "2022", 33351000, "2023-01-20")))
}

func TestEveryMetricAnswersAtAnyTime(t *testing.T) {
	api := small(t)
	const all = `{__name__=~"tidemark.+"}`
	for _, at := range strange {
		for _, r := range []*http.Request{
			get("query", "query", all, "time", at),
			get("series", "match[]", all, "start", at),
			get("labels", "match[]", all, "end", at),
			get("label/period/values", "match[]", all, "start", at, "end", at),
			get("query", "query", `tidemark_target_verdict @ `+at),
			get("query", "query", `tidemark_target_verdict{as_of="`+at+`"}`),
		} {
			asking(t, api, r)
		}
		for _, other := range []string{"0", "1700000000", "-9e15", "9e15", "5000-01-01T00:00:00Z"} {
			for _, step := range []string{"1", "1e9", "9223372036", "86400", "NaN", "1e-9"} {
				asking(t, api, get("query_range", "query", `{__name__=~"tidemark_(target|release).+"}`, "start", at, "end", other, "step", step))
				asking(t, api, get("query_range", "query", `rate(tidemark_target_verdict[1y])`, "start", other, "end", at, "step", step))
			}
		}
	}
}

// The lookback is limited to two hundred and fifty years.
func TestInTheFarFutureATargetIsJudgedAsNow(t *testing.T) {
	api := ofSample()
	const query = `sum by (verdict) (tidemark_target_verdict)`
	if far, now := instant(t, api, "2200-01-01", query), instant(t, api, today.Format(time.RFC3339), query); far != now || now == "" {
		t.Errorf("in two hundred years\n%s\nnow\n%s", far, now)
	}
}

func TestANumberThatIsNotATimeIsRefusedWithTheValidRange(t *testing.T) {
	for _, at := range []string{"NaN", "-Inf", "1e300", "1e400", "9.1e15"} {
		status, body := call(t, small(t), "query", "query", "1", "time", at)
		if want := `{"status":"error","errorType":"bad_data","error":"invalid parameter \"time\": \"` + at + `\" is not a time: write seconds since 1970, from -9000000000000000 to 9000000000000000, or a time like 2024-03-01T00:00:00Z"}`; status != http.StatusBadRequest || strings.TrimSpace(body) != want {
			t.Errorf("%d %s", status, body)
		}
	}
}

// hostile are queries that once took minutes or gigabytes, or would have.
func hostile() map[string]*http.Request {
	doubled, joined := "tidemark_figure", "tidemark_figure"
	for range 18 {
		doubled = `label_replace(` + doubled + `, "area", "$1$1$1$1", "area", "(.*)")`
		joined = `label_join(` + joined + `, "area", "", "area", "area", "area")`
	}
	var repeated strings.Builder
	for c := 'a'; c <= 'z'; c++ {
		fmt.Fprintf(&repeated, "%c{900}|", c)
	}
	query := func(text string) *http.Request { return post("query", url.Values{"query": {text}}.Encode()) }
	return map[string]*http.Request{
		"minus signs":                  query(strings.Repeat("-", 60_000) + "1"),
		"brackets":                     query(strings.Repeat("(", 30_000) + "1" + strings.Repeat(")", 30_000)),
		"a long sum":                   query("1" + strings.Repeat("+1", 30_000)),
		"powers":                       query("1" + strings.Repeat("^1", 30_000)),
		"functions in functions":       query(strings.Repeat("abs(", 10_000) + "x" + strings.Repeat(")", 10_000)),
		"subqueries of subqueries":     query("x" + strings.Repeat("[1y:1s]", 5_000)),
		"matchers":                     query("{" + strings.Repeat(`a!="b",`, 8_000) + `a="c"}`),
		"selectors":                    query("x" + strings.Repeat(" or x", 101)),
		"a long text":                  query(`"` + strings.Repeat("x", 100_000) + `"`),
		"many repetitions":             query(`{__name__=~"` + repeated.String() + `"}`),
		"classes":                      query(`{__name__=~"` + strings.Repeat(`\\pL`, 5_000) + `"}`),
		"brackets in an expression":    query(`{__name__=~"` + strings.Repeat("(", 5_000) + "a" + strings.Repeat(")", 5_000) + `"}`),
		"alternatives":                 query(`{__name__=~"` + strings.Repeat("(a|b)?", 9_000) + `"}`),
		"an expression of a function":  query(`label_replace(x, "a", "$1", "b", "` + repeated.String() + `")`),
		"labels that grow":             query(doubled),
		"labels that are joined":       query(joined),
		"a replacement in brackets":    query(`label_replace(tidemark_figure, "area", ("` + strings.Repeat("$1", 30_000) + `"), "area", "(.*)")`),
		"a subquery of milliseconds":   query(`sum_over_time(vector(1)[250y:1ms])`),
		"one of nothing":               query(`max_over_time(nothing[250y:1ms])`),
		"one within another":           query(`max_over_time(max_over_time(nothing[100d:1m])[100d:1m])`),
		"an @ out of range":            query(`x @ 9223372036854774`),
		"many match[]":                 post("series", strings.Repeat("match[]=x&", 5_000)),
		"a match[] of a large pattern": post("labels", url.Values{"match[]": {`{__name__=~"` + repeated.String() + `"}`}}.Encode()),
		"a match[] of values":          get("label/area/values", "match[]", `{__name__=~"`+repeated.String()+`"}`),
		"a query to be formatted":      post("format_query", "query="+strings.Repeat("-", 60_000)+"1"),
		"a query to be parsed":         post("parse_query", "query="+strings.Repeat("(", 30_000)+"1"+strings.Repeat(")", 30_000)),
	}
}

func TestAQueryOverALimitIsRefusedAtOnceWithTheLimitAndTheFix(t *testing.T) {
	api := small(t)
	for name, r := range hostile() {
		t.Run(name, func(t *testing.T) {
			status, body := asking(t, api, r)
			if status != http.StatusBadRequest || !strings.Contains(body, `"errorType":"bad_data"`) || !strings.ContainsAny(body, ";:") || strings.Contains(body, "unknown position") {
				t.Errorf("%d %.500s", status, body)
			}
		})
	}
}

func TestASubqueryIsBoundedOverTheWholeRangeOfTheQuery(t *testing.T) {
	api := small(t)
	for _, query := range []string{"max_over_time(vector(1)[1d:1s])", "max_over_time(nothing[1d:1s])", "count(sum_over_time(max_over_time(nothing[1h:1m])[1d:1h]))", "max_over_time(x[1d:1s] @ end())"} {
		for _, r := range [][]string{{"0", "9e9", "1e6"}, {"-4e13", "4e13", "9e9"}, {"0", "95617584000", "1e7"}} {
			status, body := asking(t, api, get("query_range", "query", query, "start", r[0], "end", r[1], "step", r[2]))
			if status == http.StatusOK || !strings.Contains(body, "too many steps") && !strings.Contains(body, "too many samples into memory in subquery: it may hold") {
				t.Errorf("%s from %s to %s: %d %.300s", query, r[0], r[1], status, body)
			}
		}
	}
	// Each step may evaluate a few steps of a subquery, or many steps may
	// evaluate many in total.
	if status, body := asking(t, api, get("query_range", "query", "quantile_over_time(0.5, (vector(1) * time())[2d:1m])", "start", "0", "end", "3e6", "step", "5e4")); status != http.StatusOK {
		t.Errorf("%d %.300s", status, body)
	}
	if status, _ := asking(t, api, get("query_range", "query", "quantile_over_time(0.5, (vector(1) * time())[200d:1m])", "start", "0", "end", "3e7", "step", "5e3")); status != http.StatusBadRequest {
		t.Errorf("%d", status)
	}
}

func TestLongLabelsCountAsWhatTheyHold(t *testing.T) {
	b := many(t, 2_000)
	api := New(Options{Catalog: harbour(t), Book: func() *book.Book { return b }, Limits: Limits{MaxSamples: 60_000}})
	for length, want := range map[int]int{10: http.StatusOK, 9_000: http.StatusUnprocessableEntity} {
		status, body := call(t, api, "query", "query", `count(label_replace(tidemark_figure_revision, "x", "`+strings.Repeat("y", length)+`", "area", ".*"))`)
		if status != want {
			t.Errorf("%d bytes: %d %.300s", length, status, body)
		}
	}
}

// late is a body that has not arrived yet.
type late struct{ asked, there chan struct{} }

func (b late) Read([]byte) (int, error) {
	close(b.asked)
	<-b.there
	return 0, io.EOF
}

func TestARequestWhoseBodyHasNotArrivedTakesNoSlot(t *testing.T) {
	b := many(t, 10)
	api := New(Options{Catalog: harbour(t), Book: func() *book.Book { return b }, Limits: Limits{Concurrency: 1}})
	for _, method := range []string{http.MethodGet, http.MethodPost} {
		body, answered := late{make(chan struct{}), make(chan struct{})}, make(chan struct{})
		go func() {
			defer close(answered)
			api.ServeHTTP(httptest.NewRecorder(), httptest.NewRequest(method, "/api/v1/query?query=1", body))
		}()
		select {
		case <-body.asked:
		case <-answered:
			t.Fatal("it was answered before its body arrived")
		}
		if status, body := call(t, api, "query", "query", "1"); status != http.StatusOK {
			t.Errorf("%d %s", status, body)
		}
		close(body.there)
		<-answered
	}
}

func TestABodyIsReadUpToItsLimit(t *testing.T) {
	several := httptest.NewRequest(http.MethodPost, "/api/v1/query", strings.NewReader("--x\r\nContent-Disposition: form-data; name=query\r\n\r\n"+strings.Repeat("1", 1<<20)+"\r\n--x--"))
	several.Header.Set("Content-Type", "multipart/form-data; boundary=x")
	for name, r := range map[string]*http.Request{
		"nine million minus signs": post("query", "query="+strings.Repeat("-", 9_000_000)+"1"),
		"a multipart form":         several,
		"a large read":             httptest.NewRequest(http.MethodPost, "/api/v1/read", bytes.NewReader(make([]byte, 1<<20))),
		"a compressed read":        httptest.NewRequest(http.MethodPost, "/api/v1/read", bytes.NewReader(snappy.Encode(nil, make([]byte, 2<<20)))),
	} {
		status, body := asking(t, small(t), r)
		if status != http.StatusRequestEntityTooLarge || !strings.Contains(body, "larger than 262144 bytes") {
			t.Errorf("%s: %d %.300s", name, status, body)
		}
	}
}

func reading(t testing.TB, queries ...*prompb.Query) *http.Request {
	t.Helper()
	unpacked, err := (&prompb.ReadRequest{Queries: queries}).Marshal()
	if err != nil {
		t.Fatal(err)
	}
	return httptest.NewRequest(http.MethodPost, "/api/v1/read", bytes.NewReader(snappy.Encode(nil, unpacked)))
}

func TestRemoteReadHasTheSameLimits(t *testing.T) {
	matcher := func(value string) *prompb.LabelMatcher {
		return &prompb.LabelMatcher{Type: prompb.LabelMatcher_RE, Name: "__name__", Value: value}
	}
	matchers, queries := &prompb.Query{}, []*prompb.Query{}
	for range 1001 {
		matchers.Matchers = append(matchers.Matchers, matcher("a"))
	}
	for range 11 {
		queries = append(queries, &prompb.Query{})
	}
	for name, r := range map[string]*http.Request{
		"a large pattern": reading(t, &prompb.Query{Matchers: []*prompb.LabelMatcher{matcher("((a{30}){30}){30}")}}),
		"many patterns":   reading(t, &prompb.Query{Matchers: []*prompb.LabelMatcher{matcher("\\pL{30}"), matcher("a{900}")}}),
		"many queries":    reading(t, queries...),
		"many matchers":   reading(t, matchers),
		"no snappy":       httptest.NewRequest(http.MethodPost, "/api/v1/read", strings.NewReader("\xff\xff\xff\xff\xff\xff")),
		"no protobuf":     httptest.NewRequest(http.MethodPost, "/api/v1/read", bytes.NewReader(snappy.Encode(nil, []byte("\xff\xff")))),
	} {
		if status, body := asking(t, small(t), r); status != http.StatusBadRequest {
			t.Errorf("%s: %d %s", name, status, body)
		}
	}
}

func TestARemoteReadOfAnyTimesIsAnswered(t *testing.T) {
	api := small(t)
	times := []int64{math.MinInt64, -1, 0, 1700000000000, math.MaxInt64 - 1, math.MaxInt64}
	for _, from := range times {
		for _, to := range times {
			for _, hints := range []*prompb.ReadHints{nil, {StartMs: to, EndMs: from}, {StartMs: from, EndMs: to, RangeMs: 1}, {StartMs: from, EndMs: to, StepMs: math.MaxInt64}} {
				w := httptest.NewRecorder()
				api.ServeHTTP(w, reading(t, &prompb.Query{StartTimestampMs: from, EndTimestampMs: to, Hints: hints,
					Matchers: []*prompb.LabelMatcher{{Type: prompb.LabelMatcher_RE, Name: "__name__", Value: "tidemark.+"}}}))
				if w.Code != http.StatusOK {
					t.Errorf("%d to %d: %d %s", from, to, w.Code, w.Body)
				}
			}
		}
	}
}

// many is a book with that many months.
func many(t testing.TB, months int) *book.Book {
	t.Helper()
	var vintages []store.Vintage
	for n := range months {
		vintages = append(vintages, booktest.Published("boxes", fmt.Sprintf("%04d-%02d", 1800+n/12, n%12+1), float64(n), "2023-02-10"))
	}
	return booktest.Of(t, vintages...)
}

func TestTheListOfSeriesIsBounded(t *testing.T) {
	b := many(t, 4_000)
	api := New(Options{Catalog: harbour(t), Book: func() *book.Book { return b }, Limits: Limits{MaxSamples: 60_000}})
	status, body := call(t, api, "series", "match[]", "tidemark_figure_revision")
	if status != http.StatusUnprocessableEntity || !strings.Contains(body, "query processing would load too many samples into memory in series selection: it may hold 50000; ask for fewer series") {
		t.Errorf("%d %.300s", status, body)
	}
	if status, body := call(t, api, "series", "match[]", "tidemark_figure_revision", "limit", "10"); status != http.StatusOK || strings.Count(body, "__name__") != 10 {
		t.Errorf("%d %.300s", status, body)
	}
	// One series at a time may hold more while no other query does.
	large := New(Options{Catalog: harbour(t), Book: func() *book.Book { return b }})
	for range 3 {
		if status, body := call(t, large, "query", "query", "count(tidemark_figure_revision)"); status != http.StatusOK {
			t.Errorf("%d %.300s", status, body)
		}
	}
}
