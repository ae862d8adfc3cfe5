package queryapi

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/tidemark-stats/tidemark/book"
	"github.com/tidemark-stats/tidemark/book/booktest"
	"github.com/tidemark-stats/tidemark/catalog"
)

// today is the current time in the tests: the working day after the newest
// figure of the sample.
var today = time.Date(2026, 11, 23, 9, 0, 0, 0, catalog.Ningbo().Location())

// ofSample is the API over the sample of Ningbo.
func ofSample() http.Handler { return over(catalog.Ningbo(), booktest.Sample()) }

func over(c *catalog.Catalog, b *book.Book) http.Handler {
	return New(Options{Catalog: c, Book: func() *book.Book { return b }, Now: func() time.Time { return today }})
}

// harbour is the catalogue of the exporter's tests.
func harbour(t testing.TB) *catalog.Catalog {
	t.Helper()
	c, err := catalog.Load("../testdata/city.yaml")
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// call sends a request and returns status and body. Pairs are the names and
// values of parameters.
func call(t testing.TB, api http.Handler, path string, pairs ...string) (int, string) {
	t.Helper()
	w := httptest.NewRecorder()
	api.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/api/v1/"+path+"?"+parameters(pairs...).Encode(), nil))
	return w.Code, w.Body.String()
}

func parameters(pairs ...string) url.Values {
	form := url.Values{}
	for i := 0; i < len(pairs); i += 2 {
		form.Add(pairs[i], pairs[i+1])
	}
	return form
}

// answer is a result of the API.
type answer struct {
	Status string
	Data   struct {
		ResultType string
		Result     []struct {
			Metric map[string]string
			Value  [2]any
			Values [][2]any
		}
	}
	Warnings, Infos []string
}

// instant runs an instant query and renders the answer one series per line: its
// labels without the name, then its value, or its values with their times.
func instant(t testing.TB, api http.Handler, at, query string) string {
	t.Helper()
	status, body := call(t, api, "query", "query", query, "time", moment(t, at))
	return written(t, status, body)
}

func ranged(t testing.TB, api http.Handler, from, to, step, query string) string {
	t.Helper()
	status, body := call(t, api, "query_range", "query", query, "start", moment(t, from), "end", moment(t, to), "step", step)
	return written(t, status, body)
}

// moment is the time of a day, or the text itself.
func moment(t testing.TB, text string) string {
	t.Helper()
	if strings.Contains(text, "T") {
		return text
	}
	day, err := time.Parse(time.DateOnly, text)
	if err != nil {
		t.Fatal(err)
	}
	return day.Format(time.RFC3339)
}

func written(t testing.TB, status int, body string) string {
	t.Helper()
	var a answer
	if err := json.Unmarshal([]byte(body), &a); err != nil || status != http.StatusOK {
		t.Fatalf("%d %s (%v)", status, body, err)
	}
	var lines []string
	for _, r := range a.Data.Result {
		var labels []string
		for name, value := range r.Metric {
			if name != "__name__" {
				labels = append(labels, name+"="+value)
			}
		}
		slices.Sort(labels)
		line := strings.Join(labels, " ")
		for _, v := range r.Values {
			line += fmt.Sprintf(" %s:%s", date(v[0]), v[1])
		}
		if r.Value[1] != nil {
			line += fmt.Sprintf(" %s", r.Value[1])
		}
		lines = append(lines, strings.TrimSpace(line))
	}
	slices.Sort(lines)
	return strings.Join(lines, "\n")
}

// date renders a time of an answer, with the time of day if it is not midnight.
func date(seconds any) string {
	at := time.UnixMilli(int64(seconds.(float64) * 1000)).UTC()
	if at.Equal(at.Truncate(24 * time.Hour)) {
		return at.Format(time.DateOnly)
	}
	return at.Format(time.RFC3339)
}
